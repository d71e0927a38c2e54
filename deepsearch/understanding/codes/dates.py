"""Dates, and which way they bound the delivery."""

from __future__ import annotations

from deepsearch.understanding.codes.calendar import PARTS_OF_MONTH, date_at
from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match

__all__ = ["date"]

_BACK = 6  # tokens: "by the end of August"


def date(state: Codes, index: int) -> bool:
    """Read a date that begins at a token."""
    found = date_at(state, index)
    if found is None:
        return False
    value, last = found
    op, first, end = _date_bound(state, index, last)
    if op is None:
        state.scan.claim(index, last)
        return True
    state.add(Draft("delivery_date", op, value.isoformat(), None, first, end, 0.9), index)
    return True


def _date_bound(state: Codes, first: int, last: int) -> tuple[str | None, int, int]:
    """Operator, first token and token after the last, its comparator included.

    The operator is None where the date bounds nothing: that of a letter, a founding day.
    """
    behind = state.scan.starting.get(last)
    if behind is not None and state.scan.language in ("zh", "ja", "ar", "tr"):
        for kind, value in behind.payloads:
            if kind == "date_by":
                return value, first, behind.last
    if state.word(last) in ("前", "内"):
        return ("lt" if state.word(last) == "前" else "le"), first, last + 1
    for back in range(first - 1, max(-1, first - _BACK), -1):
        match = state.scan.match_of(back)
        if match is None and state.tokens.kinds[back] == "n":
            break
        if back == first - 1 and state.word(back) in ("de", "of", "di"):
            continue
        if state.word(back) in PARTS_OF_MONTH and state.scan.has(back - 1, "for"):
            return "le", back - 1, last  # "para finales de noviembre"
        value = _bound_of(match) if match is not None else None
        if match is not None and value is not None:
            return value, match.first, last
    clause = state.scan.clauses[state.scan.clause_of[first]]
    delivered = any(
        state.scan.value_at(i, "field") == "lead_time"
        or state.scan.value_at(i, "textfield") == "destination"
        for i in range(max(clause.first, first - 30), first)
    )
    return "eq" if delivered else None, first, last


def _bound_of(match: Match) -> str | None:
    kinds = dict(reversed(match.payloads))
    if "date_by" in kinds:
        return str(kinds["date_by"])
    return kinds["cmp"] if kinds.get("cmp") in ("le", "lt", "ge") else None
