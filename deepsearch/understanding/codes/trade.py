"""Codes of trade: containers and tariff numbers."""

from __future__ import annotations

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.units import Unit, unit_trie

__all__ = ["container", "hs_code"]

_LOADED = frozenset({"loading", "load", "loads", "qty", "quantity"})


def container(state: Codes, index: int) -> bool:
    """Read a container that begins at a token."""
    if state.tokens.kinds[index] == "s" or state.scan.used[index]:
        return False
    match = unit_trie().longest(state.tokens, index)
    if match is None:
        return False
    unit = next(
        (
            u
            for _, u in match.payloads
            if isinstance(u, Unit) and u.canonical.endswith("_container")
        ),
        None,
    )
    if unit is not None and state.word(match.last) in _LOADED:
        state.scan.claim(index, match.last)  # "40ft container loading quantity: 40 pcs"
        return True
    if unit is None:
        return False
    count, first = 1.0, index
    before = index - 1
    if state.word(before) in ("x", "*", "х"):
        before -= 1
    if before >= 0 and not state.scan.used[before]:
        atom = NumberReader(state.tokens, state.scan.language, state.scan.languages).at(before)
        if atom is not None and atom.last <= index and atom.count < 1000:
            count, first = atom.count, before
    state.add(Draft("order_quantity", "eq", count, unit.canonical, first, match.last, 0.9))
    return True


def hs_code(state: Codes, index: int) -> bool:
    """Read the number behind "HS code"."""
    match = state.scan.match_of(index)
    if match is None or state.scan.value_at(index, "field") != "hs_code":
        return False
    at = match.last
    while state.word(at) in (":", "-", "#", ".") or state.scan.has(at, "stop"):
        at += 1
    if (
        state.tokens.kinds[at : at + 1] != ["n"]
        or sum(char.isdigit() for char in state.word(at)) < 4
    ):
        return False
    state.add(Draft("hs_code", "eq", state.word(at), None, index, at + 1, 0.95))
    return True
