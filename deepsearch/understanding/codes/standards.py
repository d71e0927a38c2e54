"""Standards: DIN EN ISO 4014, GB/T 5782-2016, ASTM A36."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import load_data, word_set

__all__ = ["BODIES", "standard"]

BODIES: dict[str, str] = load_data("codes")["bodies"]
"""Word that opens a standard → its body."""

_CASED_BODIES = word_set("code", "cased_bodies")


def standard(state: Codes, index: int) -> bool:
    """Read a standard that begins at a token."""
    word = state.word(index)
    glued = index and state.tokens.glued(index) and state.tokens.kinds[index - 1] in "nw"
    if glued or word not in BODIES or state.tokens.kinds[index] != "w":
        return False
    if word in _CASED_BODIES and not state.raw(index).isupper():
        return False
    if state.scan.has(index, "certification") and state.scan.match_of(index).last > index + 1:  # type: ignore[union-attr]
        return False
    bodies = [BODIES[word]]
    at = index + 1
    while at < min(len(state.tokens), index + 8):
        nxt = state.word(at)
        if nxt in BODIES and state.raw(at).isupper():
            bodies.append(BODIES[nxt])
            at += 1
        elif nxt == "/" and state.word(at + 1) in ("t", "z", *BODIES):
            bodies[-1] += "/" + state.raw(at + 1).upper()
            at += 2
        elif nxt in ("-", "r", "р") and state.tokens.kinds[at + 1 : at + 2] == ["n"] and nxt == "-":
            at += 1
        elif nxt in ("р", "r") and bodies == ["GOST"]:
            bodies.append("R")
            at += 1
        else:
            break
    end, code = _code(state, at)
    shortest = 3 if bodies == ["ISO"] else 2
    if not code or (at == index + 1 and len(code) < shortest and state.tokens.glued(at)):
        return False  # "SN1", "ISO30" of a spindle
    value = " ".join(bodies) + " " + code
    _add_standard(state, index, end, value)
    return True


def _code(state: Codes, at: int) -> tuple[int, str]:
    """A standard's number: "4014", "A36", "1176-1", "5782-2016"."""
    first = at
    letters = ""
    if (
        state.tokens.kinds[at : at + 1] == ["w"]
        and len(state.word(at)) <= 2
        and state.tokens.kinds[at + 1 : at + 2] == ["n"]
        and state.tokens.glued(at + 1)
    ):
        letters = state.raw(at).upper()
        at += 1
    if state.tokens.kinds[at : at + 1] != ["n"]:
        return first, ""
    at += 1
    while (
        at + 1 < len(state.tokens)
        and state.word(at) in ("-", ":", "/")
        and state.tokens.glued(at)
        and state.tokens.glued(at + 1)
        and state.tokens.kinds[at + 1] in "nw"
        and len(state.word(at + 1)) <= 4
    ):
        at += 2
    start = first + (1 if letters else 0)
    return at, letters + state.tokens.folded[state.tokens.starts[start] : state.tokens.ends[at - 1]]


def _add_standard(state: Codes, first: int, last: int, value: str) -> None:
    previous = state.drafts[-1] if state.drafts else None
    between = state.word(first - 1)
    if (
        previous is not None
        and previous.field == "standard"
        and previous.last in (first - 1,)
        and (between in (",", "/", "&", "+") or state.scan.has(first - 1, "join"))
    ):
        values = previous.values
        op = (
            "any_of"
            if state.scan.value_at(first - 1, "join") == "or" and between != "/"
            else "all_of"
        )
        previous.value = (*values, value)
        previous.op, previous.last = op, last
        state.scan.claim(first - 1, last)
        return
    state.add(Draft("standard", "eq", value, None, first, last, 0.95))
