"""Durations and years as people write them in cells."""

from __future__ import annotations

import re

from deepsearch.catalogue.units import set_of
from deepsearch.catalogue.values import (
    NUMBER,
    UnreadableValueError,
    is_missing,
    normalise,
    read_float,
    refuse_negative,
)

__all__ = [
    "parse_days",
    "parse_founding_year",
    "parse_hours",
    "parse_months",
    "parse_years",
]

_YEAR = 365.0
_DAY_WORDS = {
    **dict.fromkeys(set_of("min mins minute minutes 分钟 minuten minuto minutos"), 1 / 1440),
    **dict.fromkeys(
        set_of("h hr hrs hour hours 小时 时 stunde stunden std std. hora horas heure heures"),
        1 / 24,
    ),
    **dict.fromkeys(set_of("d day days 天 日 tag tage tagen día dias días dia jour jours"), 1.0),
    # working days are stretched to calendar days: five of them are a week
    **dict.fromkeys(set_of("workdays 个工作日 工作日 werktage arbeitstage werktagen"), 7 / 5),
    **dict.fromkeys(
        ("working day", "working days", "business day", "business days", "días hábiles"), 7 / 5
    ),
    **dict.fromkeys(("días laborables", "jours ouvrés", "jours ouvrables"), 7 / 5),
    **dict.fromkeys(
        set_of("w wk wks week weeks 周 星期 个星期 woche wochen semana semanas semaine semaines"),
        7.0,
    ),
    **dict.fromkeys(
        set_of("mo mon month months 个月 月 monat monate monaten mes meses mois"), 30.0
    ),
    **dict.fromkeys(
        set_of("y yr yrs year years 年 jahr jahre jahren año años ans an année années"), _YEAR
    ),
}
_DAY_UNIT = "|".join(sorted(map(re.escape, _DAY_WORDS), key=len, reverse=True))
_DURATION = re.compile(
    rf"[^\d<>≤≥]*?(?:<=?|>=?|≤|≥)?\s*({NUMBER})\s*({_DAY_UNIT})?(?:\s*(?:-|~|to|bis|至|到|a|à)\s*"
    rf"({NUMBER}))?[\s-]*({_DAY_UNIT})?(?![a-z])(?:\s*\(s\))?([^\d]*)",
    re.IGNORECASE,
)


def _duration(text: str, unit: str | None, decimal: str | None) -> tuple[float, float] | None:
    """Read a duration as (number, days a unit)."""
    if is_missing(text):
        return None
    clean = normalise(text).lower()
    refuse_negative(clean)
    match = _DURATION.fullmatch(clean)
    if match is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no duration")
    word = match[4] or match[2] or (unit or "").lower()
    if word not in _DAY_WORDS:
        raise UnreadableValueError(f"{clean[:60]!r} has no unit of time")
    values = [read_float(number, decimal) for number in (match[1], match[3]) if number]
    return max(values), _DAY_WORDS[word]


def parse_days(text: str, *, unit: str | None = None, decimal: str | None = None) -> float | None:
    """Read a duration in days: "7-15 days", "2 weeks", "3-day dispatch", "15个工作日".

    A range counts with its upper end: what must be there in time is judged by the
    latest it may come. Working days are stretched by 7/5; a month is 30 days, a year 365.

    Args:
        text: The cell.
        unit: Unit where the cell names none, from the header.
        decimal: As for `read_float`.

    Returns:
        Days, or None for a missing one.

    Raises:
        UnreadableValueError: If it is no duration, or has no unit anywhere.
    """
    read = _duration(text, unit, decimal)
    return None if read is None else read[0] * read[1]


def parse_hours(text: str, *, unit: str | None = None, decimal: str | None = None) -> float | None:
    """Read a duration in hours: "≤2h response time", "within 24 hours", "1 day".

    Args:
        text: The cell.
        unit: Unit where the cell names none, from the header.
        decimal: As for `read_float`.

    Returns:
        Hours, or None for a missing one.

    Raises:
        UnreadableValueError: If it is no duration, or has no unit anywhere.
    """
    read = _duration(text, unit, decimal)
    # 1/24 of a day times 24 is not exactly 1: hours are taken as they stand
    return None if read is None else read[0] * round(read[1] * 1440) / 60


def parse_months(text: str, *, unit: str | None = None, decimal: str | None = None) -> float | None:
    """Read a duration in months: "2 years warranty", "18 months", "90 days".

    Args:
        text: The cell.
        unit: Unit where the cell names none, from the header.
        decimal: As for `read_float`.

    Returns:
        Months, or None for a missing one; a year is 12, a month 30 days.

    Raises:
        UnreadableValueError: If it is no duration, or has no unit anywhere.
    """
    read = _duration(text, unit, decimal)
    if read is None:
        return None
    return read[0] * 12 if read[1] == _YEAR else read[0] * read[1] / 30


def parse_years(text: str, *, unit: str | None = None, decimal: str | None = None) -> float | None:
    """Read a duration in years: "18 yrs", "6 months", "5" where the header says years.

    Args:
        text: The cell.
        unit: Unit where the cell names none.
        decimal: As for `read_float`.

    Returns:
        Years, or None for a missing one.

    Raises:
        UnreadableValueError: If it is no duration, or has no unit anywhere.
    """
    months = parse_months(text, unit=unit, decimal=decimal)
    return None if months is None else months / 12


# ---------------------------------------------------------------- years

_OLDEST = 1600
_YEAR_TEXT = re.compile(
    r"(?:(?:est(?:ablished|\.)?|founded|since|seit|gegründet|desde|depuis|fund(?:ad[ao])|fondée?|"
    r"成立于|创立于|in|im|en)\W*)*"
    r"(?:\d{1,2}[./-]){0,2}(\d{4})(?:[./-]\d{1,2}){0,2}(?:[T ][\d:.+Z]*)?\s*年?(?:\d{1,2}月)?"
    r"(?:\d{1,2}日)?\s*(?:成立|创立)?",
    re.IGNORECASE,
)


def parse_founding_year(text: str, *, now: int) -> int | None:
    """Read the year a company was founded in: "1998", "since 2005", "1998年", "2011-03-01".

    Args:
        text: The cell.
        now: The year the source is of; a later one cannot be meant.

    Returns:
        The year, or None for a missing one.

    Raises:
        UnreadableValueError: If it names no year, or one that cannot be meant.
    """
    if is_missing(text):
        return None
    clean = normalise(text)
    match = _YEAR_TEXT.fullmatch(clean)
    # an exporter that took the column for numbers writes "1998.0"
    plain = re.fullmatch(r"(\d{4})\.0+", clean)
    if match is None and plain is None:
        raise UnreadableValueError(f"{clean[:60]!r} is no year")
    year = int((plain or match)[1])  # type: ignore[index]
    if not _OLDEST <= year <= now:
        raise UnreadableValueError(f"{clean[:60]!r} is no year between {_OLDEST} and {now}")
    return year
