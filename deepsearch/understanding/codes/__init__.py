"""What is written in codes: standards, IP ratings, dates, containers, metric threads, grades."""

from __future__ import annotations

import datetime as dt

from deepsearch.understanding.codes.dates import date
from deepsearch.understanding.codes.grades import grade
from deepsearch.understanding.codes.parts import bearing, pressure_class, tyre
from deepsearch.understanding.codes.pictures import picture
from deepsearch.understanding.codes.ratings import ip_rating
from deepsearch.understanding.codes.sizes import paper, sizes
from deepsearch.understanding.codes.standards import standard
from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.codes.threads import thread
from deepsearch.understanding.codes.trade import container, hs_code
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.scan import Scan

__all__ = ["read_codes"]

# The first that reads a token has it.
_READERS = (
    hs_code,
    standard,
    ip_rating,
    picture,
    bearing,
    pressure_class,
    tyre,
    date,
    container,
    thread,
    sizes,
    grade,
    paper,
)


def read_codes(scan: Scan, today: dt.date | None) -> list[Draft]:
    """Read everything written in codes, and mark it as spoken for.

    Args:
        scan: The text.
        today: Reference day for dates without a year; None: the current day.

    Returns:
        Drafts found.
    """
    codes = Codes(scan, scan.tokens, today)
    for index, kind in enumerate(scan.tokens.kinds):
        if scan.used[index] or kind == "s":
            continue
        for reader in (container, date) if kind == "c" else _READERS:
            if reader(codes, index):
                break
    return codes.drafts
