"""Numbers, counts, ratios, quantities and flags as people write them in cells.

Every parser returns None for a value that says nothing ("NaN", "n/a", "-") and raises
`UnreadableValueError` for one that says something it cannot read: unknown and broken
are told apart to the report.
"""

from __future__ import annotations

import re
import unicodedata

from deepsearch.catalogue.units import canonical_unit, set_of
from deepsearch.schema import Quantity

__all__ = [
    "FACTORS",
    "MISSING",
    "NUMBER",
    "NegativeValueError",
    "UnreadableValueError",
    "format_number",
    "format_quantity",
    "is_missing",
    "normalise",
    "parse_count",
    "parse_flag",
    "parse_number",
    "parse_quantity",
    "parse_ratio",
    "parse_score",
    "read_float",
    "refuse_negative",
]


class UnreadableValueError(ValueError):
    """A cell that says something, but not what its field takes."""


class NegativeValueError(UnreadableValueError):
    """A negative number where none can be: the row is wrong, not just the cell."""


MISSING = set_of(
    "nan n/a na n.a. none null nil - -- --- — – . ? unknown tbd tba n/k 无 暂无 未知 k.a. s/n "
    "inconnu"
) | {"not available", "not applicable", "keine angabe", "sin datos", "#n/a", "#value!", "<na>", ""}

SPACE = " \u00a0\u202f\u2009"
NUMBER = (
    rf"(?:\d{{1,3}}(?:[{SPACE}'’]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*|[.,]\d+)"
    r"(?:[eE][+-]\d+)?"
)
"""Regular expression of a number in any of the usual groupings, without a sign."""
_NUMBER = re.compile(NUMBER)
FACTORS = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "tausend": 1e3,
    "mil": 1e3,
    "mille": 1e3,
    "千": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "mln": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "millionen": 1e6,
    "millones": 1e6,
    "lakh": 1e5,
    "lakhs": 1e5,
    "lac": 1e5,
    "lacs": 1e5,
    "crore": 1e7,
    "crores": 1e7,
    "cr": 1e7,
    "万": 1e4,
    "萬": 1e4,
    "亿": 1e8,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
}
"""Words that multiply the number before them; "m", "b", "mil" and "cr" where no unit can stand."""
_FACTOR = "|".join(sorted(map(re.escape, FACTORS), key=len, reverse=True))
_ABOUT = r"(?:about|approx\.?|approximately|around|ca\.?|circa|约|大约|ungefähr|etwa|env\.?|~|≈)?"
_AT_LEAST = (
    r"(?:>=?|≥|<=?|≤|over|more than|above|up to|max\.?|min\.?|within|not more than|以上|以内)?"
)


def normalise(text: str) -> str:
    """Bring full-width digits, odd spaces and dashes to their plain forms.

    Args:
        text: A cell.

    Returns:
        The text in NFKC, spaces single, trimmed.
    """
    if text.isascii():
        return " ".join(text.split())
    # NFKC turns "½" into "1⁄2" and "²" into "2": only width and spaces are wanted here
    wide = "".join(
        unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) in "FH" else c
        for c in text
    )
    for dash in "‐‑‒–—−":
        wide = wide.replace(dash, "-")
    return " ".join(wide.split())


def is_missing(text: str) -> bool:
    """Tell whether a cell says nothing.

    Args:
        text: A cell.

    Returns:
        True for an empty one, "NaN", "n/a", "-", "无" and their like.
    """
    return text.isspace() or (len(text) < 20 and text.strip().lower() in MISSING)


def read_float(token: str, decimal: str | None = None) -> float:
    """Read one number whose grouping may be English, Indian, German, French or Swiss.

    A separator that comes twice, or before exactly three digits when another follows,
    groups. Where a single separator could be either ("1,234", "1.234"), `decimal`
    decides; without it a comma before three digits groups and a point is decimal.

    Args:
        token: Digits with separators, no sign, no unit.
        decimal: "." or "," where the column is known to use it.

    Returns:
        The number.

    Raises:
        UnreadableValueError: If the grouping makes no sense.
    """
    exponent = ""
    if "e" in token or "E" in token:
        token, exponent = re.split("[eE]", token)
    digits = re.sub(rf"[{SPACE}'’]", "", token)
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        mark = "," if digits.rfind(",") > digits.rfind(".") else "."
    elif commas + points == 1:
        sign = "," if commas else "."
        before, after = digits.split(sign)
        could_group = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
        if not could_group or sign == decimal or (decimal is None and sign == "."):
            mark = sign
        else:
            mark = "." if sign == "," else ","
    else:
        mark = "." if commas else ","
        if commas + points > 1 and mark in digits:
            raise UnreadableValueError(f"{token!r} is no number")
    group = "," if mark == "." else "."
    whole, _, fraction = digits.partition(mark)
    groups = whole.split(group)
    sizes = [len(part) for part in groups]
    if len(groups) > 1 and (
        sizes[-1] != 3 or not 1 <= sizes[0] <= 3 or any(s not in (2, 3) for s in sizes[1:-1])
    ):
        raise UnreadableValueError(f"{token!r} is grouped like no number")
    if mark in fraction or group in fraction:
        raise UnreadableValueError(f"{token!r} is no number")
    return float(f"{''.join(groups) or '0'}.{fraction or '0'}{'e' + exponent if exponent else ''}")


def refuse_negative(text: str) -> None:
    """Refuse a text that begins with a negative number.

    Args:
        text: A cell, normalised.

    Raises:
        NegativeValueError: If it does.
    """
    if re.match(rf"[^\d\w]{{0,3}}-\s*[^\d\w]{{0,2}}{NUMBER}", text):
        raise NegativeValueError(f"{text[:60]!r} is negative")


def parse_number(text: str, *, decimal: str | None = None) -> float | None:
    """Read a cell that is one number, perhaps with a factor ("1.2k", "3万").

    Args:
        text: The cell.
        decimal: As for `read_float`.

    Returns:
        The number, or None for a missing one.

    Raises:
        UnreadableValueError: If it is something else.
    """
    if is_missing(text):
        return None
    clean = normalise(text)
    match = re.fullmatch(rf"([+-]?)\s*({NUMBER})\s*({_FACTOR})?", clean, re.IGNORECASE)
    if match is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no number")
    value = read_float(match[2], decimal) * FACTORS.get((match[3] or "").lower(), 1)
    return -value if match[1] == "-" and value else value


def format_number(value: float) -> str:
    """Write a number so that `parse_number` reads it back equal.

    Args:
        value: A finite number.

    Returns:
        Plain digits with a point.
    """
    return f"{int(value)}" if abs(value) < 1e15 and value == int(value) else repr(value)


def parse_count(text: str, *, decimal: str | None = None) -> float | None:
    """Read how many: "1.2k+ sold", "(21)", "3,500+", "200+ store reviews", "1万+".

    Args:
        text: The cell; words after the number are allowed, other numbers are not.
        decimal: As for `read_float`.

    Returns:
        The count, or None for a missing one.

    Raises:
        UnreadableValueError: If there is not exactly one number at the start.
    """
    if is_missing(text):
        return None
    clean = normalise(text).strip("()[] ")
    refuse_negative(clean)
    match = re.fullmatch(
        rf"{_ABOUT}\s*{_AT_LEAST}\s*({NUMBER})\s*({_FACTOR})?(?![a-z])\s*\+?\s*([^\d]*)",
        clean,
        re.IGNORECASE,
    )
    if match is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no count")
    return read_float(match[1], decimal) * FACTORS.get((match[2] or "").lower(), 1)


def parse_ratio(text: str, *, percent: bool = False) -> float | None:
    """Read a share: "33%", "33 % reorder rate", "0.33"; 33 where the header says percent.

    Args:
        text: The cell.
        percent: Whether a bare number is in percent.

    Returns:
        0..1, or None for a missing one.

    Raises:
        UnreadableValueError: If it is no share.
    """
    if is_missing(text):
        return None
    clean = normalise(text)
    refuse_negative(clean)
    match = re.fullmatch(
        rf"{_ABOUT}\s*{_AT_LEAST}\s*({NUMBER})\s*(%|percent|per cent|prozent|por ciento)?[^\d]*",
        clean,
        re.IGNORECASE,
    )
    if match is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no share")
    value = read_float(match[1])
    if match[2] or percent or value > 1:
        value /= 100
    if value > 1:
        raise UnreadableValueError(f"{clean[:60]!r} is more than 100 %")
    return value


def parse_score(text: str) -> float | None:
    """Read a rating out of 5: "4.8", "4.8/5.0", "9.2 / 10", "4,8 out of 5 stars".

    Args:
        text: The cell.

    Returns:
        0..5, or None for a missing one; a stated scale other than 5 is converted.

    Raises:
        UnreadableValueError: If it is no rating.
    """
    if is_missing(text):
        return None
    clean = normalise(text)
    refuse_negative(clean)
    match = re.fullmatch(
        rf"({NUMBER})\s*(?:(?:/|out of|von|de|sur)\s*({NUMBER}))?\s*(?:stars?|sterne|分|★*)?",
        clean,
        re.IGNORECASE,
    )
    if match is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no rating")
    value = read_float(match[1])
    scale = read_float(match[2]) if match[2] else 5.0
    if not scale or value > scale:
        raise UnreadableValueError(f"{clean[:60]!r} is above its scale of {scale:g}")
    return value if scale == 5 else value / scale * 5


# ---------------------------------------------------------------- quantities

_ORDER_WORDS = (
    r"(?:min(?:imum|\.)?\s*(?:order)?\s*(?:quantity|qty|quantité)?\.?|moq|mindestbestellmenge|"
    r"mindestmenge|pedido mínimo|cantidad mínima|quantité minimale?|commande minimum|"
    r"起订量|最小起订量|最低起订量)?\s*(?:order)?\s*[:：]?"
)
_QUANTITY = re.compile(
    rf"{_ORDER_WORDS}\s*(?:>=?|≥|from|ab|desde)?\s*({NUMBER})\s*(?:({_FACTOR})(?![a-z]))?\s*\+?\s*"
    r"[-/]?\s*([^\d/]{0,40}?(?:[m23²³]{2})?)"
    r"(?:\s*(?:/|per|pro|por|每)\s*(?:month|mo|monat|mes|mois|月))?(?:\s*\(?min\.?(?:imum)?"
    r"(?:\s*order)?\)?)?",
    re.IGNORECASE,
)


def parse_quantity(
    text: str, *, unit: str | None = None, decimal: str | None = None
) -> Quantity | None:
    """Read a quantity: "Min. order: 2 kilograms", "MOQ 500 pcs", "≥100", "1,000 Stück".

    Args:
        text: The cell.
        unit: Unit where the cell names none, from the header.
        decimal: As for `read_float`.

    Returns:
        The quantity in its canonical unit ("" where none is said), or None.

    Raises:
        UnreadableValueError: If it is no quantity.
    """
    if is_missing(text):
        return None
    # "Ton/Tons" is one unit given twice
    clean = re.sub(r"([^\W\d]+)/\1(?:e?s)?\b", r"\1", normalise(text), flags=re.IGNORECASE)
    refuse_negative(clean)
    match = _QUANTITY.fullmatch(clean)
    if match is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no quantity")
    value, factor, said = match[1], match[2], match[3]
    if factor and factor.lower() in ("m", "b", "cr", "mil") and not said:
        factor, said = None, factor  # "5 m" of cable are metres, not millions
    number = read_float(value, decimal) * FACTORS.get((factor or "").lower(), 1)
    return Quantity(value=number, unit=canonical_unit(said) or canonical_unit(unit) or "")


def format_quantity(quantity: Quantity) -> str:
    """Write a quantity so that `parse_quantity` reads it back equal.

    Args:
        quantity: Its unit canonical.

    Returns:
        "100 piece".
    """
    return f"{format_number(quantity.value)} {quantity.unit}".strip()


# ---------------------------------------------------------------- flags

_YES = set_of("yes y true t 1 ✓ ✔ √ x 是 有 ja wahr sí si verdadero oui vrai ok")
_NO = set_of("no n false f 0 ✗ ✘ × 否 没有 nein falsch falso non faux")


def parse_flag(text: str) -> bool | None:
    """Read yes or no, in five languages or as a mark.

    Args:
        text: The cell.

    Returns:
        True, False, or None for a missing one.

    Raises:
        UnreadableValueError: If it says neither.
    """
    word = normalise(text).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if is_missing(word):
        return None
    raise UnreadableValueError(f"{text[:60]!r} is neither yes nor no")
