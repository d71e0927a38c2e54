"""Words that tell a total, a note or a section from an item, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deepsearch.inputs.tables.columns import normalise
from deepsearch.inputs.tables.vocabulary import VOCABULARY

__all__ = [
    "Numbering",
    "is_charge",
    "is_note",
    "is_total",
    "is_void",
    "looks_like_code",
    "numbering",
]

_ROWS = VOCABULARY["rows"]
_WORD_END = r"(?:\s|$|\d)"


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, longest first, folded as they will be met."""
    folded = sorted({normalise(word) for word in words}, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace("\\ ", r"\s") for word in folded) + ")"


_SUBTOTAL = re.compile(rf"{_any_of(_ROWS['subtotals'])}{_WORD_END}")
_TOTAL = re.compile(rf"{_any_of(_ROWS['totals'])}(?P<rest>(?:\W|\d|$).*)")
_AFTER_TOTAL = re.compile(
    rf"(?:\s*(?:{_any_of(_ROWS['after_total'])}|[a-z]|\d+|[ivx]+)(?!\w))*\s*$"
)
_OF_SOMETHING = re.compile(rf"\s*{_any_of(_ROWS['of_something'])}\s")
_CHARGE = re.compile(rf"{_any_of(_ROWS['charges'])}(?!\w)(?:\s+\S+){{0,5}}$")
_VOID = frozenset(map(normalise, _ROWS["voids"]))
_NOTE = re.compile(rf"{_any_of(_ROWS['notes'])}{_WORD_END}")


def is_total(text: str, *, uncounted: bool = False) -> bool:
    """Tell whether a row's leading text makes it a total.

    Args:
        text: The row's first text.
        uncounted: Whether the row has neither number nor quantity where items have them;
            then it is a total whatever follows the word.

    Returns:
        Whether it is one.
    """
    if len(text) > 60:
        return False
    key = normalise(text)
    if _SUBTOTAL.match(key):
        return True
    match = _TOTAL.match(key)
    if match:
        rest = match["rest"]
        # Anything else makes it a name: a "total station" is an instrument.
        return uncounted or bool(_AFTER_TOTAL.match(rest) or _OF_SOMETHING.match(rest))
    return False


def is_charge(text: str) -> bool:
    """Tell whether a row's leading text makes it a tax, a discount or a cost of transport."""
    return len(text) <= 60 and bool(_CHARGE.match(normalise(text)))


def is_void(text: str) -> bool:
    """Tell whether all a row says is that its position is not wanted: "entfällt", "not used"."""
    return normalise(text) in _VOID


def is_note(text: str) -> bool:
    """Tell whether a text opens the notes, terms or signatures around a table."""
    return bool(_NOTE.match(normalise(text[:80])))


Numbering = tuple[str, ...]
"""A position number in its parts: "11.1.2" → ("11", "1", "2"), "B)" → ("B",)."""

_NUMBERING = re.compile(
    r"^[\s(\[]*(?P<body>\d{1,4}(?:\s*[.\-]\s*\d{1,4})*(?:\s*[.]?\s*[a-z])?|[a-z](?:[.\-]?\d{1,3}){0,3}|[ivx]{1,6})[\s.)\]:]*$",
    re.I,
)


def numbering(value: str | float | None) -> Numbering | None:
    """Read a position number.

    Args:
        value: A cell: 7.0, 8.1, "11.1.2", "(a)", "IV.", "B-3".

    Returns:
        Its parts; None where it is none.
    """
    if value is None:
        return None
    if isinstance(value, float):
        if not 0 <= value < 1e6:
            return None
        return (str(int(value)),) if value.is_integer() else tuple(f"{value:.6g}".split("."))
    if len(value) > 24:
        return None
    match = _NUMBERING.match(value)
    if match is None:
        return None
    parts = tuple(part for part in re.split(r"[\s.\-]+", match["body"]) if part)
    # "2.0" heads 2.1 and 2.2.
    return parts[:-1] if len(parts) > 1 and not parts[-1].strip("0") else parts


# Chinese and Japanese sentences hold no blanks either.
_CODE = re.compile(r"^(?=[^\s]*\d)(?![^\s]*[、，。：；])[^\s]{3,40}$")


def looks_like_code(text: str) -> bool:
    """Tell an article number from words: no blanks, at least one digit."""
    return bool(_CODE.match(text))
