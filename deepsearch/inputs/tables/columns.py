"""What a column means, read from its header in the languages buyers write."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from deepsearch.inputs.records import ColumnRole
from deepsearch.inputs.tables.vocabulary import VOCABULARY

__all__ = [
    "header_role",
    "header_unit",
    "is_unit_word",
    "known_header",
    "normalise",
    "parse_number",
    "split_quantity",
]


_BRACKETS = re.compile(r"[(\[（【]([^)\]）】]{1,24})[)\]）】]")
_NOT_WORD = re.compile(r"[^\w#№%²³°µ]+", re.UNICODE)
_ABOUT = r"(?:(?:ca|approx|aprox|env|circa|about|около|ок|約|约|大约)\.?|[~≈±])?"
_QUANTITY = re.compile(
    rf"^\s*{_ABOUT}\s*(?P<number>[+]?\d[\d.,'’\s]*?)\s*(?P<unit>[^\d\s.,'’].{{0,24}})?\s*$", re.I
)


_ONE_WORD = re.compile(r"^[^\W\d_]{1,12}\.?$")


def normalise(text: str) -> str:
    """Fold a header for comparison: width, case, accents kept, punctuation to spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded.replace("_", " ")).strip()


def _header_roles(headers: Mapping[str, list[str]]) -> dict[str, ColumnRole]:
    roles: dict[str, ColumnRole] = {}
    for role, words in headers.items():
        for word in words:
            roles.setdefault(normalise(word), ColumnRole(role))
    return roles


_ROLES = _header_roles(VOCABULARY["headers"])
_UNITS = frozenset(VOCABULARY["units"]["words"])
_UNIT_PREFIX = frozenset(VOCABULARY["units"]["prefixes"])
# "Product URL" is no product.
_LINKS = frozenset({"url", "urls", "link", "links", "href", "src", "http", "website"})
_LONG_WORDS = sorted(key for key in _ROLES if len(key) >= 6 and key.isascii() and key.isalpha())
_LONGEST = max(len(key.split()) for key in _ROLES)
_CJK = re.compile(r"[぀-ヿ㐀-鿿가-힯]")


@lru_cache(maxsize=4096)
def header_role(header: str) -> ColumnRole | None:
    """Tell what a header means.

    Args:
        header: Header as written.

    Returns:
        Its role, or None where it is no known header.

    Example:
        >>> header_role("Qty (Nos.)"), header_role("Thk. mm"), header_role("单价 (USD)")
        (<ColumnRole.QUANTITY: 'quantity'>, <ColumnRole.DIMENSION: 'dimension'>, \
<ColumnRole.PRICE: 'price'>)
    """
    if len(header) > 80:
        return None
    role = known_header(header)
    bare = normalise(_BRACKETS.sub(" ", header)) or normalise(header)
    return role or _contained(bare) or _misspelt(bare)


@lru_cache(maxsize=4096)
def known_header(header: str) -> ColumnRole | None:
    """Tell what a header means if it is a known one to the letter, its unit aside.

    Args:
        header: Header as written.

    Returns:
        Its role, or None.
    """
    whole = normalise(header)
    bare = normalise(_BRACKETS.sub(" ", header))
    for key in (whole, bare, _strip_unit(bare)):
        if key in _ROLES:
            return _ROLES[key]
    return None


def _misspelt(key: str) -> ColumnRole | None:
    """Forgive a slip of the pen in one longer word: "Discription", "Qunatity"."""
    if not 6 <= len(key) <= 20 or not key.isascii() or not key.isalpha():
        return None
    close = difflib.get_close_matches(key, _LONG_WORDS, n=1, cutoff=0.86)
    return _ROLES[close[0]] if close else None


def _strip_unit(key: str) -> str:
    words = key.split()
    while len(words) > 1 and (words[-1] in _UNITS or words[-1].isdigit()):
        words.pop()
    return " ".join(words)


def _contained(key: str) -> ColumnRole | None:
    """Find the longest known phrase inside a short header; the last one of equals."""
    words = key.split()
    if not 1 <= len(words) <= 6 or words[-1] in _LINKS:
        return None
    for length in range(min(len(words), _LONGEST), 0, -1):
        found = [
            _ROLES[phrase]
            for start in range(len(words) - length, -1, -1)
            if (phrase := " ".join(words[start : start + length])) in _ROLES
            and (len(phrase) > 2 or _CJK.search(phrase))
        ]
        if found:
            # "Prix unit. HT" is a price and "Menge/Einheit" a quantity, in whatever order.
            first = found[0]
            for over in (ColumnRole.PRICE, ColumnRole.QUANTITY):
                if first is ColumnRole.UNIT and over in found:
                    return over
            return first
    if len(words) == 1 and _CJK.search(key):
        # Without spaces between words, a compound ends in its head: 采购总数量 is a 数量.
        for start in range(1, len(key) - 1):
            if key[start:] in _ROLES:
                return _ROLES[key[start:]]
    return None


@lru_cache(maxsize=4096)
def is_unit_word(text: str) -> bool:
    """Tell whether a short text is a unit: "Sqm.", "Sq. Mtr.", "PCS", "m²", "个"."""
    if len(text) > 20:
        return False
    words = normalise(text).split()
    if not words or len(words) > 3:
        return False
    if "".join(words) in _UNITS:
        return True
    return words[-1] in _UNITS and all(word in _UNIT_PREFIX for word in words[:-1])


@lru_cache(maxsize=4096)
def header_unit(header: str) -> str | None:
    """Find the unit in a header: "Qty (Nos.)" → "Nos.", "Thk. mm" → "mm"."""
    for inside in reversed(_BRACKETS.findall(header)):
        candidate = inside.strip().removeprefix("in ").strip()
        if is_unit_word(candidate):
            return str(candidate)
    bare = _BRACKETS.sub(" ", header)
    pieces = re.split(r"[\s,]+", bare.strip())
    if len(pieces) > 1 and is_unit_word(pieces[-1]) and header_role(pieces[-1]) is None:
        return pieces[-1]
    return None


def split_quantity(
    value: str | float | None, *, counted: bool = False
) -> tuple[float | None, str | None]:
    """Read a quantity cell.

    Args:
        value: Number, or text such as "1,200 pcs" or "ca. 120 m²".
        counted: Whether it stands in a column of quantities, where any one word behind the
            number is what is counted: "12 Säcke".

    Returns:
        (number, unit beside it); (None, None) for texts such as "RO" or "as required".
    """
    if value is None or isinstance(value, float):
        return value, None
    if value.isdecimal():
        return float(value), None
    match = _QUANTITY.match(value)
    if match is None:
        return None, None
    number = parse_number(match["number"])
    unit = (match["unit"] or "").strip()
    if unit and not (is_unit_word(unit) or (counted and _ONE_WORD.match(unit))):
        return None, None
    return number, unit or None


def parse_number(text: str) -> float | None:
    """Read a number with either decimal sign: "1,200", "1.200,5", "1 200", "0,5".

    A single separator followed by exactly three digits groups thousands.
    """
    digits = re.sub(r"[\s'’+]", "", text).rstrip(".,")
    marks = [char for char in digits if char in ".,"]
    if marks:
        decimal = marks[-1]
        tail = len(digits) - digits.rfind(decimal) - 1
        grouped = len(marks) > 1 and len(set(marks)) == 1
        leading_zero = digits.startswith("0" + decimal)
        if grouped or (len(marks) == 1 and tail == 3 and not leading_zero):
            decimal = ""
        for mark in ".,":
            digits = digits.replace(mark, "." if mark == decimal else "")
    try:
        return float(digits)
    except ValueError:
        return None
