"""What is written in codes: standards, IP ratings, dates, containers, metric threads, grades."""

from __future__ import annotations

import datetime as dt

from deepsearch.understanding.codes.dates import date
from deepsearch.understanding.codes.grades import grade
from deepsearch.understanding.codes.parts import bearing, pressure_class, refrigerant, tyre
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

# By the kind of token a code begins with; the first that reads a token has it.
_READERS = {
    "n": (picture, bearing, tyre, date, container, sizes, grade),
    "w": (
        hs_code,
        standard,
        ip_rating,
        pressure_class,
        date,
        container,
        refrigerant,
        thread,
        sizes,
        grade,
        paper,
    ),
    "c": (container, date),
}


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
        for reader in _READERS[kind]:
            if reader(codes, index):
                break
    return codes.drafts
