"""Metric threads and nominal widths: M8, M10 x 80, DN50."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft

__all__ = ["thread"]


_WIDEST = 150  # mm, of metric threads


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
    if not nominal and digits.isdigit() and int(digits) > _WIDEST:
        return False  # "M300" is a concrete
    end = index + 2
    value = f"{'DN' if nominal else 'M'}{digits}"
    while (
        state.word(end) in ("x", "*", "х", "-")
        and state.tokens.kinds[end + 1 : end + 2] == ["n"]
        and (state.word(end) != "-")
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
    if len(listed) > 1:
        state.add(Draft("size", "any_of", tuple(listed), None, index, end, 0.9))
    else:
        state.add(Draft("size", "eq", value, None, index, end, 0.9))
    return True
