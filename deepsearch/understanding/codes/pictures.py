"""Picture sizes: "4K camcorder", 1080p."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set

__all__ = ["picture"]

_KILO = frozenset({"2", "2.7", "4", "5", "5.3", "5.7", "6", "8", "12"})
_LINES = frozenset({"480", "720", "1080", "1440", "2160", "4320"})
_IMAGING = word_set("code", "imaging")
_REACH = 4  # tokens


def _runs_on(state: Codes, last: int) -> bool:
    return state.tokens.glued(last) and state.tokens.kinds[last] in "wn"


def picture(state: Codes, index: int) -> bool:
    """Read the size of a picture that begins at a token.

    "4K" is one only beside a thing that makes or shows pictures; else it may be 4,000.
    """
    last = index + 2
    if last > len(state.tokens) or not state.tokens.glued(index + 1):
        return False
    letter = state.word(index + 1)
    known = letter == "p" and state.word(index) in _LINES
    if letter == "k" and state.word(index) in _KILO:
        near = range(max(0, index - _REACH), min(len(state.tokens), last + _REACH))
        known = any(state.word(i) in _IMAGING for i in near)
    if not known or (last < len(state.tokens) and _runs_on(state, last)):
        return False
    value = state.word(index) + (letter.upper() if letter == "k" else letter)
    state.add(Draft("resolution", "eq", value, None, index, last, 0.85))
    return True
