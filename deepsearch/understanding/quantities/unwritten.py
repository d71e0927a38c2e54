"""Numbers that no digit and no number word says: "a week", سنتين, полгода, 半年."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import tokenise
from deepsearch.understanding.units import Unit, convert, unit_at

__all__ = ["of_them", "unwritten"]

# One word for a number and its unit.
_JOINED = {
    "سنتين": (2.0, "سنه"),
    "سنتان": (2.0, "سنه"),
    "عامين": (2.0, "سنه"),
    "عامان": (2.0, "سنه"),
    "شهرين": (2.0, "شهر"),
    "شهران": (2.0, "شهر"),
    "اسبوعين": (2.0, "اسبوع"),
    "اسبوعان": (2.0, "اسبوع"),
    "يومين": (2.0, "يوم"),
    "ساعتين": (2.0, "ساعه"),
    "مترين": (2.0, "متر"),
    "طنين": (2.0, "طن"),
    "لترين": (2.0, "لتر"),
    "قطعتين": (2.0, "قطعه"),
    "حبتين": (2.0, "حبه"),
    "وحدتين": (2.0, "وحده"),
    "полгода": (0.5, "год"),
    "полтонны": (0.5, "т"),
}
_ARABIC_PREFIXES = "لب"
_SHORTEST = 3600.0  # seconds: "a second" is an ordinal, "in a minute" is soon
_OF_THEM = frozenset(tuple(phrase.split()) for phrase in word_set("quantity", "of_them"))
_OFF = word_set("quantity", "off")
_BARE = word_set("quantity", "bare_time_units")


def of_them(scan: Scan, index: int) -> int:
    """Say where "of them" ends that begins at a token: a number before it counts the goods.

    Args:
        scan: The text.
        index: Its first token.

    Returns:
        The token after "of them", "davon", "off" at a clause's end; 0 where none begins.
    """
    words = scan.tokens.words[index : index + 2]
    if tuple(words) in _OF_THEM:
        return index + 2
    ends = index + 1 >= len(scan.tokens) or scan.tokens.kinds[index + 1] == "s"
    counted = words[:1] == ["off"] and scan.tokens.kinds[index + 1 : index + 2] == ["w"]
    if counted and not scan.tokens.glued(index):  # "25 off gate valve"
        return index + 1
    hyphen = words[1:] == ["-"] and scan.tokens.glued(index + 1)  # "5 off-road tyres"
    return index + 1 if ends and not hyphen and words[:1] and words[0] in _OFF else 0


def unwritten(scan: Scan, index: int) -> Quantity | None:
    """The quantity whose number is not written, that begins at a token.

    Args:
        scan: The text.
        index: Its first token.

    Returns:
        The quantity; None where there is none.
    """
    word = scan.tokens.words[index]
    joined = _JOINED.get(word)
    if joined is None and word[:1] in _ARABIC_PREFIXES and word[:1] >= "\u0600":
        joined = _JOINED.get(word[1:])
    if joined is not None:
        units = unit_at(tokenise(joined[1]), 0, scan.language)
        return _made(index, joined[0], replace(units[0], last=index + 1)) if units else None
    if word == "半" and scan.language in ("zh", "ja"):
        return _of_unit(scan, index, index + 1, 0.5)
    if word in ("a", "an") and scan.language == "en":
        return _of_unit(scan, index, index + 1, 1.0)
    if word in _BARE:
        bounded = scan.value_at(index - 1, "cmp") in ("le", "ge")
        if bounded or scan.value_at(index - 1, "field") == "warranty":
            return _of_unit(scan, index, index, 1.0)
    return None


def _of_unit(scan: Scan, first: int, at: int, number: float) -> Quantity | None:
    """A number of the time or mass unit that begins at a token."""
    units = scan.units_at(at)
    unit = units[0] if units else None
    if unit is None or (len(unit.raw) < 3 and unit.raw.isascii()):
        return None
    long_enough = unit.dimension == "time" and unit.factor >= _SHORTEST
    return _made(first, number, unit) if long_enough or unit.dimension == "mass" else None


def _made(first: int, number: float, unit: Unit) -> Quantity:
    value = convert(number, unit)
    return Quantity(first, unit.last, "one", (value,), (number,), (unit,), worded=True, core=first)
