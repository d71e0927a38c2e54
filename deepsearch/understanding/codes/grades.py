"""Grades of metal: 304, A2, S235JR, beside a metal or the word grade."""

from __future__ import annotations

import re

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.text import split_words

__all__ = ["FIRST_OF_GRADES", "grade", "lettered", "of_fastener"]

_ALLOY = 4  # digits
_LINE = 12  # tokens
_OF_SCREWS = frozenset({"A2", "A4", "4.8", "5.8", "8.8", "10.9", "12.9"})  # ISO 3506-1, ISO 898-1
_GRADES = word_set("code", "grades")
_SIGN = re.compile(r"([A-Z])\1{0,2}[+]{0,3}|[A-Z]{1,3}-?[0-9]{1,2}[A-Za-z]?|[0-9]{1,2}([.][0-9])?")
_ENDS = frozenset(".,;:)")
_STEEL_NUMBER = re.compile(r"1\.[0-9]{4}")  # EN 10027-2
FIRST_OF_GRADES = frozenset({"ss", *(split_words(grade)[0] for grade in _GRADES)})


def grade(state: Codes, index: int) -> bool:
    """Read a grade of metal."""
    found, last = _grade_at(state, index)
    if not found:
        return False
    named = _named(state, index - 1) or _named(state, index - 2)
    metal = _metal_near(state, index, last) or state.word(index) in ("ss", "sus")
    metal = metal or state.word(last) + state.word(last + 1) == "材质"
    other, end = _grade_at(state, last + 1) if state.scan.has(last, "join") else ("", last)
    metal = metal or bool(other and _metal_near(state, last + 1, end))  # "304 or 316 steel"
    screws = found in _OF_SCREWS and (
        any(d.field == "standard" or _other_size(d, found) for d in state.drafts)
        or of_fastener(state, index)
    )
    if found.isdigit() and len(found) == _ALLOY:  # "2024" is oftener a year
        metal = any(
            state.scan.value_at(i, "material") == "aluminium" for i in (index - 1, index - 2, last)
        )
    if not (named or metal or screws or _telling(found)):
        return False
    first = index
    previous = state.drafts[-1] if state.drafts else None
    if previous is not None and previous.field == "grade" and 0 <= first - previous.last <= 1:
        values = previous.values
        previous.value, previous.op, previous.last = (*values, found), "any_of", last
        state.scan.claim(first, last)
        return True
    if state.word(index) == "ss":
        state.add(Draft("material", "eq", "stainless steel", None, first, last, 0.85))
    state.add(Draft("grade", "eq", found, None, first, last, 0.9))
    return True


def _named(state: Codes, at: int) -> bool:
    """Whether a token is a word for a grade; "S-Class" is a car."""
    hyphened = state.word(at - 1) == "-" and at > 0 and state.tokens.glued(at)
    return state.scan.value_at(at, "textfield") == "grade" and not hyphened


def _other_size(draft: Draft, found: str) -> bool:
    return draft.field == "size" and draft.value != found


def of_fastener(state: Codes, index: int) -> bool:
    """Say whether a fastener is named before a token: the A2 of "washers 13 mm A2".

    Args:
        state: The text's codes so far.
        index: A token.

    Returns:
        True for screws, washers and their like within a line's length.
    """
    return "fastener" in goods_kinds(state.tokens, max(0, index - _LINE), index)


def _telling(code: str) -> bool:
    """A code that is the grade of a metal and nothing else: "1.4301", "Q235B", "S355JR"."""
    if code.startswith("1.4") and len(code) == 6:
        return True
    letters = sum(char.isalpha() for char in code)
    return (code[0].isalpha() and len(code) - letters >= 3) or letters >= 4


def lettered(state: Codes, index: int) -> bool:
    """Read "grade A or B+", "Klasse 1": whatever sign follows the word is the grade."""
    if not _named(state, index - 1):
        return False
    values: list[str] = []
    at = index
    while (sign := _sign_at(state, at))[0]:
        values.append(sign[0])
        last = at = sign[1]
        if not state.scan.has(at, "join"):
            break
        at += 1
    if not values:
        return False
    value = values[0] if len(values) == 1 else tuple(values)
    op = "eq" if len(values) == 1 else "any_of"
    state.add(Draft("grade", op, value, None, index - 1, last, 0.8))
    return True


def _sign_at(state: Codes, index: int) -> tuple[str, int]:
    """A sign of a scale, "A", "B+", "E1", "10.9", and the token after it; "" for other words."""
    if index >= len(state.tokens):
        return "", index
    last = index + 1
    while last < len(state.tokens) and state.tokens.glued(last) and state.word(last) not in _ENDS:
        last += 1
    raw = state.tokens.text[state.tokens.starts[index] : state.tokens.ends[last - 1]].rstrip(".")
    return (raw, last) if _SIGN.fullmatch(raw) else ("", index)


def _grade_at(state: Codes, index: int) -> tuple[str, int]:
    word = state.word(index)
    if word not in FIRST_OF_GRADES and not _STEEL_NUMBER.fullmatch(word):
        return "", index
    if index and state.tokens.glued(index) and state.tokens.kinds[index - 1] in "nw":
        return "", index
    at, joined = index, ""
    best, end = "", index
    while at < len(state.tokens) and at < index + 4 and state.tokens.kinds[at] in "nw":
        if at > index and not state.tokens.glued(at):
            break
        joined += state.word(at)
        at += 1
        if (
            joined in _GRADES
            or _STEEL_NUMBER.fullmatch(joined)
            or (joined.startswith("ss") and joined[2:] in _GRADES)
        ):
            best, end = (
                state.tokens.text[state.tokens.starts[index] : state.tokens.ends[at - 1]],
                at,
            )
    if (
        end < len(state.tokens)
        and best
        and state.tokens.glued(end)
        and state.tokens.kinds[end] in "nw"
    ):
        return "", index
    if best.lower().startswith("ss") and best[2:].isalnum() and best[2:3].isdigit():
        best = best[2:]
    return best.upper() if best else "", end


def _metal_near(state: Codes, index: int, last: int) -> bool:
    for other in (index - 1, index - 2, last, last + 1):
        value = state.scan.value_at(other, "material")
        if value is not None and str(value) in (
            "stainless steel",
            "steel",
            "aluminium",
            "carbon steel",
            "alloy steel",
            "brass",
            "titanium",
            "copper",
        ):
            return True
    return False
