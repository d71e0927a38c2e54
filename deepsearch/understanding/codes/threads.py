"""Metric threads and nominal widths: M8, M10 x 80, DN50."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.titles import title_end

__all__ = ["thread"]


_TAILS = word_set("code", "model_tails")
_TOOL_STEEL = frozenset({"hss", "cobalt", "hss-co", "bimetal"})
_THREADED = word_set("code", "threaded")
_NEAR, _LINE = 3, 80  # tokens
_WIDEST = 150  # mm, of metric threads


def _lettered(state: Codes, index: int) -> bool:
    """Whether letters are glued behind a number: "M6 X3M" are cars."""
    word = state.tokens.kinds[index : index + 1] == ["w"]
    return word and state.tokens.glued(index) and state.word(index) not in ("mm", "cm", "x")


def _other(state: Codes, index: int, last: int) -> bool:
    """Whether an M and digits name a steel ("M42 cobalt HSS"), a model ("M6 Pro"), or cars."""
    near = {*state.tokens.words[max(0, index - _NEAR) : index + _NEAR + 2]}
    if near & _TOOL_STEEL or state.word(last) in _TAILS:
        return True
    spaced = _another(state, last) and _another(state, last + 2)  # "M2 M3 M4 M5 X3M"
    first = state.word(index - 2) == "m" or spaced
    return first and "fastener" not in goods_kinds(state.tokens, 0, min(len(state.tokens), _LINE))


def _threaded(state: Codes, index: int) -> bool:
    """Whether a text speaks of threads, or names what has them near one."""
    if _THREADED & {*state.tokens.words[:_LINE]}:
        return True
    near = max(0, index - 2 * _NEAR), min(len(state.tokens), index + 2 * _NEAR)
    return "fastener" in goods_kinds(state.tokens, *near)


def _another(state: Codes, index: int) -> bool:
    """Whether a further M and digits stand at a token, nothing between."""
    return state.word(index) == "m" and state.tokens.kinds[index + 1 : index + 2] == ["n"]


def thread(state: Codes, index: int) -> bool:
    """Read a thread or a nominal width that begins at a token."""
    word = state.word(index)
    if (
        word not in ("m", "м", "dn", "ду")
        or state.tokens.kinds[index + 1 : index + 2] != ["n"]
        or not state.tokens.glued(index + 1)
    ):
        return False
    nominal = word in ("dn", "ду")  # "Ду50" is DN50
    written = state.raw(index).isupper() or word == "ду"
    if not written or (state.tokens.glued(index) and state.tokens.kinds[index - 1] in "nw"):
        return False
    digits = state.word(index + 1)
    if len(digits) > 4 or digits.count(",") > 1:
        return False
    wide = digits.isdigit() and int(digits) > _WIDEST  # "M300" is a concrete
    if not nominal and (wide or _other(state, index, index + 2)):
        return False
    end = index + 2
    value = f"{'DN' if nominal else 'M'}{digits}"
    while (
        state.word(end) in ("x", "*", "х", "-")
        and state.tokens.kinds[end + 1 : end + 2] == ["n"]
        and (state.word(end) != "-")
        and not _lettered(state, end + 2)
    ):
        glue = "x" if state.tokens.glued(end) else " x "
        value += glue + state.word(end + 1)
        end += 2
    if state.word(end) == "mm":
        end += 1
    listed = [value]
    while state.word(end) in (",", "/") or state.scan.has(end, "join"):
        if (
            state.word(end + 1) == word
            and state.tokens.kinds[end + 2 : end + 3] == ["n"]
            and state.tokens.glued(end + 2)
        ):
            listed.append(f"M{state.word(end + 2)}")
            end += 3
        else:
            break
    lone = end == index + 2 and not nominal and index < title_end(state.scan)
    if lone and not _threaded(state, index):
        return False  # "Mountain Bike FS M10", "M2 Display Desk"
    if len(listed) > 1:
        state.add(Draft("size", "any_of", tuple(listed), None, index, end, 0.9))
    else:
        state.add(Draft("size", "eq", value, None, index, end, 0.9))
    return True
