"""What is written in codes: standards, IP ratings, dates, containers, metric threads, grades."""

from __future__ import annotations

import datetime as dt

from deepsearch.understanding.codes.alloys import alloys
from deepsearch.understanding.codes.calendar import opens_date
from deepsearch.understanding.codes.dates import date
from deepsearch.understanding.codes.grades import FIRST_OF_GRADES, grade, lettered
from deepsearch.understanding.codes.multiples import multiples
from deepsearch.understanding.codes.parts import (
    bare_refrigerant,
    bearing,
    pressure_class,
    refrigerant,
    tyre,
)
from deepsearch.understanding.codes.pictures import picture
from deepsearch.understanding.codes.ratings import ip_rating
from deepsearch.understanding.codes.sizes import GARMENT_SIZES, paper, sizes
from deepsearch.understanding.codes.standards import BODIES, standard
from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.codes.threads import thread
from deepsearch.understanding.codes.trade import container, hs_code
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.units import unit_trie

__all__ = ["read_codes"]

# By the kind of token a code begins with; the first that reads a token has it.
_READERS = {
    "n": (lettered, picture, bare_refrigerant, bearing, tyre, date, container, sizes, grade),
    "w": (
        lettered,
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
# Most words open none of the others: those are short, or known. These three open with a phrase
# that was found, a month, a week or a unit.
_OF_ANY_WORD = (hs_code, date, container)
_SHORT = 3
_OPENERS = frozenset({*BODIES, *GARMENT_SIZES, *FIRST_OF_GRADES})


def read_codes(scan: Scan, today: dt.date | None) -> list[Draft]:
    """Read everything written in codes, and mark it as spoken for.

    Args:
        scan: The text.
        today: Reference day for dates without a year; None: the current day.

    Returns:
        Drafts found.
    """
    codes = Codes(scan, scan.tokens, today)
    alloys(codes)
    units = unit_trie().opens
    for index, kind in enumerate(scan.tokens.kinds):
        if scan.used[index] or kind == "s":
            continue
        word = scan.tokens.words[index]
        plain = kind == "w" and len(word) > _SHORT and word not in _OPENERS
        if plain and scan.match_of(index) is None and not opens_date(word) and not units(word):
            continue
        for reader in _OF_ANY_WORD if plain else _READERS[kind]:
            if reader(codes, index):
                break
    multiples(codes)
    return codes.drafts
