"""Arabic says "two years" in one word."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import tokenise
from deepsearch.understanding.units import convert, unit_at

__all__ = ["dual"]

_DUALS = {
    "سنتين": "سنه",
    "سنتان": "سنه",
    "عامين": "سنه",
    "عامان": "سنه",
    "شهرين": "شهر",
    "شهران": "شهر",
    "اسبوعين": "اسبوع",
    "اسبوعان": "اسبوع",
    "يومين": "يوم",
    "ساعتين": "ساعه",
    "مترين": "متر",
    "طنين": "طن",
    "لترين": "لتر",
    "قطعتين": "قطعه",
    "حبتين": "حبه",
    "وحدتين": "وحده",
}


def dual(scan: Scan, index: int) -> Quantity | None:
    """The dual that stands at a token, or None."""
    word = scan.tokens.words[index]
    if not word or not "\u0600" <= word[0] <= "\u06ff":
        return None
    single = _DUALS.get(word) or (_DUALS.get(word[1:]) if word[0] in "لب" else None)
    if single is None:
        return None
    units = unit_at(tokenise(single), 0, "ar")
    if not units:
        return None
    unit = replace(units[0], last=index + 1)
    return Quantity(
        index, index + 1, "one", (convert(2.0, unit),), (2.0,), (unit,), worded=True, core=index
    )
