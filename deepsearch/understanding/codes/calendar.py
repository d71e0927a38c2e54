"""Dates as people write them: 2026-11-01, 1.11.2026, 1 May, 2026年11月1日."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.lexicon import load_data, split_spellings, word_set
from deepsearch.understanding.text import fold

__all__ = ["PARTS_OF_MONTH", "date_at", "month_numbers", "opens_date"]

_MIDDLE = word_set("code", "middle_of_month")
_END = word_set("code", "end_of_month")

PARTS_OF_MONTH = _MIDDLE | _END
"""Words that say which part of a month is meant: "mid", "finales", "конца"."""

_DAY_ENDINGS = word_set("code", "day_endings")

_WEEKS = 52
_MONTHS = 12
_YEAR_JOINS = word_set("code", "year_joins")


def _last_day(year: int, month: int) -> int:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).day


@lru_cache(maxsize=1)
def month_numbers() -> dict[str, int]:
    """Names of months in all languages, folded → 1..12."""
    found: dict[str, int] = {}
    for packed in load_data("numbers")["month"].values():
        for number, name in enumerate(split_spellings(packed), 1):
            found.setdefault(fold(name), number)
    return found


def date_at(state: Codes, index: int) -> tuple[dt.date, int] | None:
    """The date that begins at a token, and the token after it; None if there is none."""
    kind = state.tokens.kinds[index]
    if kind == "n":
        return (
            _numeric_date(state, index)
            or _day_first(state, index)
            or _cjk_date(state, index)
            or _day_and_month(state, index)
        )
    if kind == "w" and state.word(index) in month_numbers():
        return _month_first(state, index)
    if index not in state.scan.starting:
        return _week(state, index)
    return _feast(state, index) or _month_end(state, index) or _week(state, index)


_WEEK_NAMES = frozenset({"kw", "kalenderwoche"})


def opens_date(word: str) -> bool:
    """Whether a date may begin with a word of no known phrase: a month, or a calendar week."""
    return word in month_numbers() or word in _WEEK_NAMES


def _week(state: Codes, index: int) -> tuple[dt.date, int] | None:
    """As in "spätestens KW 36": the last day of the ISO week that comes next."""
    named = state.word(index) in _WEEK_NAMES
    measured = index > 0 and state.tokens.kinds[index - 1] == "n"  # "5kw 10kw"
    number = _number(state, index + 1) if named and not measured else None
    if number is None or not 1 <= number <= _WEEKS:
        return None
    today = state.today or dt.date.today()
    sunday = dt.date.fromisocalendar(today.year, number, 7)
    if sunday < today:
        sunday = dt.date.fromisocalendar(today.year + 1, number, 7)
    return sunday, index + 2


def _feast(state: Codes, index: int) -> tuple[dt.date, int] | None:
    """As in "before Christmas": a feast of a fixed day, right behind or before what bounds it."""
    match = state.scan.starting.get(index)
    which = state.scan.value_at(index, "feast")
    if match is None or which is None:
        return None
    before = index - 1
    while before > 0 and state.scan.has(before, "stop") and not state.scan.has(before, "date_by"):
        before -= 1
    if not (state.scan.has(before, "date_by") or state.scan.has(match.last, "date_by")):
        return None  # "Christmas lights"
    month, day = which.split("-")
    made = _make(state, None, int(month), int(day))
    return (made, match.last) if made is not None else None


def _month_end(state: Codes, index: int) -> tuple[dt.date, int] | None:
    """As in "by the end of the month", 来月末: the last day of this month or the next."""
    match = state.scan.starting.get(index)
    which = state.scan.value_at(index, "month_end")
    if match is None or which is None:
        return None
    today = state.today or dt.date.today()
    first = dt.date(today.year, today.month, 1)
    if which == "next":
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return first.replace(day=_last_day(first.year, first.month)), match.last


_LONGEST_DATE = len("31.12.2026")


def _number(state: Codes, index: int) -> int | None:
    word = state.word(index)
    return int(word) if word.isdigit() and len(word) <= 4 else None


def _make(state: Codes, year: int | None, month: int, day: int) -> dt.date | None:
    if year is not None and year < 100:
        year += 2000
    try:
        if year is not None:
            return dt.date(year, month, day) if 1990 <= year <= 2100 else None
        today = state.today or dt.date.today()
        made = dt.date(today.year, month, day)
        return made if made >= today else dt.date(today.year + 1, month, day)
    except ValueError:
        return None


def _numeric_date(state: Codes, index: int) -> tuple[dt.date, int] | None:
    word = state.word(index)
    if word.count(".") == 2 and word.replace(".", "").isdigit() and len(word) <= _LONGEST_DATE:
        parts = [int(part) for part in word.split(".")]
        made = (
            _make(state, parts[2], parts[1], parts[0]) if parts[0] <= 31 else _make(state, *parts)
        )
        return (made, index + 1) if made else None
    if state.word(index + 1) not in ("-", "/") or state.word(index + 3) != state.word(index + 1):
        return None
    if not all(state.tokens.glued(index + i) for i in range(1, 5) if index + i < len(state.tokens)):
        return None
    if state.word(index + 5) == state.word(index + 1):
        return None  # "6/8/10/12 mm" is a list
    one, two, three = (_number(state, index + i) for i in (0, 2, 4))
    if one is None or two is None or three is None:
        return None
    if one > 1900:
        made = _make(state, one, two, three)
    elif two > 12 or (state.scan.language == "en" and one <= 12 and state.word(index + 1) == "/"):
        made = _make(state, three, one, two)
    else:
        made = _make(state, three, two, one)
    return (made, index + 5) if made else None


def _day_and_month(state: Codes, index: int) -> tuple[dt.date, int] | None:
    """As in "até 15/01", "10/20必着": two numbers beside what makes a date of them."""
    if state.word(index + 1) != "/" or not state.tokens.glued(index + 1):
        return None
    one, two = _number(state, index), _number(state, index + 2)
    last = index + 3
    if one is None or two is None or state.word(last) == "/":
        return None
    before = any(state.scan.has(i, "date_by") for i in (index - 1, index - 2))
    if not before and not state.scan.has(last, "date_by"):
        return None
    month_first = state.scan.language in ("en", "zh", "ja")
    day, month = (two, one) if (month_first and one <= _MONTHS) or two > _MONTHS else (one, two)
    made = _make(state, None, month, day)
    return (made, last) if made is not None else None


def _day_first(state: Codes, index: int) -> tuple[dt.date, int] | None:
    day = _number(state, index)
    if day is None or not 1 <= day <= 31:
        return None
    at = index + 1
    if state.word(at) in _DAY_ENDINGS:
        at += 1
    while state.word(at) in ("de", "of", "del", "-", "."):
        at += 1
    month = month_numbers().get(state.word(at))
    if month is None or state.tokens.kinds[at] != "w":
        return None
    at += 1
    return _with_year(state, at, month, day)


def _with_year(state: Codes, at: int, month: int, day: int) -> tuple[dt.date, int] | None:
    look = at
    while state.word(look) in _YEAR_JOINS:
        look += 1
    year = _number(state, look)
    if year is not None and 2000 <= year <= 2100:
        look += 1
        if state.word(look) in ("г", "года", "г."):
            look += 1
        made = _make(state, year, month, day)
        return (made, look) if made else None
    made = _make(state, None, month, day)
    return (made, at) if made else None


def _part_of_month(state: Codes, index: int, month: int) -> tuple[dt.date, int] | None:
    """As in "mid-October", "Ende Mai 2027": by the fifteenth, by the last day."""
    before = index - 1
    while state.word(before) in ("-", "of", "de", "di", "do", "d", "'"):
        before -= 1
    word = state.word(before)
    if word not in _MIDDLE and word not in _END:
        return None
    year = _number(state, index + 1)
    given = year if year is not None and 2000 <= year <= 2100 else None
    day = 15 if word in _MIDDLE else _last_day(given or 2001, month)
    made = _make(state, given, month, day)
    return (made, index + 2 if given else index + 1) if made else None


def _day_and_year(word: str) -> tuple[int, int] | None:
    """The day and year of "1,2025", as in "October 1,2025", which reads like one number."""
    day, comma, year = word.partition(",")
    digits = day.isdigit() and year.isdigit() and len(day) <= 2 and len(year) == 4
    return (int(day), int(year)) if comma and digits else None


def _month_first(state: Codes, index: int) -> tuple[dt.date, int] | None:
    month = month_numbers()[state.word(index)]
    part = _part_of_month(state, index, month)
    if part is not None:
        return part
    glued = _day_and_year(state.word(index + 1))
    if glued is not None:
        made = _make(state, glued[1], month, glued[0])
        return (made, index + 2) if made else None
    day = _number(state, index + 1)
    if day is not None and 1 <= day <= 31:
        at = index + 2
        if state.word(at) in ("st", "nd", "rd", "th"):
            at += 1
        return _with_year(state, at, month, day)
    bound = state.scan.value_at(index - 1, "date_by")
    if bound in ("lt", "le") and not _number(state, index + 1):  # "before April", "by March"
        made = _make(state, None, month, 1 if bound == "lt" else _last_day(2001, month))
        return (made, index + 1) if made else None
    look = index + 2 if state.word(index + 1) in ("de", "of", "del", ",") else index + 1
    year = _number(state, look)
    if year is not None and 2000 <= year <= 2100:  # "October 2027": by its last day
        made = _make(state, year, month, _last_day(year, month))
        return (made, look + 1) if made else None
    return None


def _cjk_date(state: Codes, index: int) -> tuple[dt.date, int] | None:
    year: int | None = None
    at = index
    if state.word(at + 1) == "年" and _number(state, at):
        year, at = _number(state, at), at + 2
    month = _number(state, at)
    if month is None or state.word(at + 1) != "月" or not 1 <= month <= 12:
        return None
    if state.word(at + 2) in ("末", "底"):
        made = _make(state, year, month, _last_day(year or 2000, month))
        return (made, at + 3) if made else None
    bound = at + 3 if state.word(at + 2) in ("之", "以") else at + 2  # "3月之前", "3月内"
    if state.word(bound) in ("前", "内"):
        first = state.word(bound) == "前"
        made = _make(state, year, month, 1 if first else _last_day(year or 2001, month))
        return (made, at + 2) if made else None
    day = _number(state, at + 2)
    if day is None or state.word(at + 3) not in ("日", "号"):
        return None
    made = _make(state, year, month, day)
    return (made, at + 4) if made else None
