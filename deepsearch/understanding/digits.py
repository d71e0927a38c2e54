"""A run of digits and the separators in it: 1.000 or 1,000, 3,00,008.99, 2,3,5."""

from __future__ import annotations

__all__ = ["read_digits"]

_COMMA_DECIMAL = frozenset({"de", "es", "fr", "pt", "it", "ru", "nl", "tr", "pl"})


def _all_groups(parts: list[str]) -> bool:
    return len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])


def _indian(parts: list[str]) -> bool:
    return (
        len(parts) > 2
        and len(parts[0]) <= 2
        and len(parts[-1]) == 3
        and all(len(part) == 2 for part in parts[1:-1])
    )


def read_digits(raw: str, language: str) -> tuple[float, float, tuple[float, ...]]:
    """Read a run of digits with separators.

    Args:
        raw: Digits with ".", "," or "'" between them.
        language: Language of the text: says what a single separator means.

    Returns:
        (value, value if it counts things, the members if it is a bare list).
    """
    raw = raw.replace("'", "")
    dots, commas = raw.count("."), raw.count(",")
    if not dots and not commas:
        value = float(raw)
        return value, value, ()
    if dots and commas:
        return _mixed(raw)
    sign = "," if commas else "."
    parts = raw.split(sign)
    if len(parts) > 2:
        return _many(parts, sign)
    plain = float(parts[0] + "." + parts[1])
    grouped = float(parts[0] + parts[1])
    groups = _all_groups(parts) and parts[0] != "0"
    if not groups:
        return plain, plain, ()
    comma_decimal = language in _COMMA_DECIMAL
    round_thousands = sign == "," and parts[1].endswith("00")  # nobody writes 6,000 for six
    if (sign == ",") != comma_decimal or round_thousands:
        return grouped, grouped, ()
    return plain, grouped, ()


def _mixed(raw: str) -> tuple[float, float, tuple[float, ...]]:
    decimal = "." if raw.rfind(".") > raw.rfind(",") else ","
    group = "," if decimal == "." else "."
    if raw.count(decimal) > 1:
        if decimal == ",":  # "1.5,2,3": a list of decimals
            members = tuple(float(part) for part in raw.split(",") if part.count(".") <= 1)
            return members[0], members[0], members
        decimal, group = "", raw[len(raw.rstrip("0123456789")) - 1]
    parts = raw.split(group)
    tail = parts[-1].split(decimal)[0] if decimal else parts[-1]
    if decimal == "." and group == "," and len(tail) != 3:
        members = tuple(float(part) for part in parts)
        return members[0], members[0], members
    cleaned = (
        raw.replace(group, "").replace(decimal, ".")
        if decimal
        else raw.replace(".", "").replace(",", "")
    )
    value = float(cleaned) if cleaned.count(".") <= 1 else float(cleaned.replace(".", ""))
    return value, value, ()


def _many(parts: list[str], sign: str) -> tuple[float, float, tuple[float, ...]]:
    if (_all_groups(parts) and len(parts[0]) < 3) or _indian(parts):
        value = float("".join(parts))
        return value, value, ()
    if sign == ",":
        members = tuple(float(part) for part in parts)
        if _all_groups(parts) and parts[0] <= parts[1] <= parts[-1]:
            return members[0], float("".join(parts)), members
        if _all_groups(parts):
            value = float("".join(parts))
            return value, value, ()
        return members[0], members[0], members
    value = float("".join(parts))
    return value, value, ()
