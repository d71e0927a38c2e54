"""Codes of machine parts: bearings, pressure classes, tyres, refrigerants."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set

__all__ = ["bare_refrigerant", "bearing", "pressure_class", "refrigerant", "tyre"]

_REFRIGERANTS = word_set("code", "refrigerants")
_COOLANTS = word_set("code", "coolants")
_GASES = frozenset({"gas", "fluido", "剂", "غاز"})  # of any kind
_SUFFIXES = word_set("code", "bearing_suffixes")


def bearing(state: Codes, index: int) -> bool:
    """Read "6203-2RS", "6308 ZZ": the number of a bearing and what closes it."""
    number = state.word(index)
    if not number.isdigit() or not 3 <= len(number) <= 5:
        return False
    at = index + 1 + (state.word(index + 1) in "-/" and state.word(index + 1) != "")
    last = at + 1
    suffix = state.word(at)
    if state.tokens.kinds[at : at + 2] == ["n", "w"] and state.tokens.glued(at + 1):
        suffix, last = suffix + state.word(at + 1), at + 2
    if suffix not in _SUFFIXES or not state.tokens.raw(at, last).isupper():
        return False
    return _listed(
        state, Draft("model", "eq", state.tokens.raw(index, last), None, index, last, 0.8)
    )


def _listed(state: Codes, draft: Draft) -> bool:
    """Keep a code, as a further choice where it follows another: "6203-2RS, 6204-2RS"."""
    previous = state.drafts[-1] if state.drafts else None
    near = previous is not None and draft.first - previous.last <= 1
    if previous is None or not near or previous.field != draft.field:
        state.add(draft)
        return True
    values = previous.values
    if draft.value not in values:
        previous.value, previous.op = (*values, draft.value), "any_of"
    previous.last = draft.last
    state.scan.claim(draft.first, draft.last)
    return True


def pressure_class(state: Codes, index: int) -> bool:
    """Read "PN16", "Ру16": made for 16 bar."""
    number = state.word(index + 1)
    sign = state.word(index) == "ру" or (state.word(index) == "pn" and state.raw(index).isupper())
    if not sign or not number.isdigit() or len(number) > len(str(_HIGHEST)):
        return False
    if not 2 <= int(number) <= _HIGHEST:
        return False
    state.add(Draft("pressure", "eq", float(number), "bar", index, index + 2, 0.85))
    return True


_HIGHEST = 400  # bar


def tyre(state: Codes, index: int) -> bool:
    """Read "195/65 R15", "205/55R16": width, profile, rim."""
    words = state.tokens.words[index : index + 5]
    if len(words) < 5 or words[1] != "/" or words[3] not in ("r", "zr"):
        return False
    width, profile, rim = words[0], words[2], words[4]
    if not (width.isdigit() and profile.isdigit() and rim[:2].isdigit() and len(width) == 3):
        return False
    state.add(Draft("size", "eq", state.tokens.raw(index, index + 5), None, index, index + 5, 0.9))
    return True


def refrigerant(state: Codes, index: int) -> bool:
    """Read "R290", "R404A or R449A"."""
    if state.word(index) != "r" or not state.raw(index).isupper():
        return False
    last = index + 1
    while last < min(len(state.tokens), index + 4) and state.tokens.glued(last):
        if state.tokens.kinds[last] == "s":
            break
        last += 1
    if "".join(state.tokens.words[index:last]) not in _REFRIGERANTS:
        return False
    value = state.tokens.raw(index, last)
    return _listed(state, Draft("refrigerant", "eq", value, None, index, last, 0.85))


def bare_refrigerant(state: Codes, index: int) -> bool:
    """Read the number of "refrigerant 134a", "gas 410A", "Kältemittel 290": no amperes."""
    if state.word(index - 1) not in _COOLANTS:
        return False
    last = index + 1
    if state.tokens.kinds[last : last + 1] == ["w"] and state.tokens.glued(last):
        last += 1
    number = "".join(state.tokens.words[index:last])
    plain = number.isdigit() and (state.word(index - 1) in _GASES or state.scan.units_at(last))
    if plain or f"r{number}" not in _REFRIGERANTS:
        return False  # "gas 32 kg"
    value = f"R{state.tokens.raw(index, last)}"
    return _listed(state, Draft("refrigerant", "eq", value, None, index, last, 0.85))
