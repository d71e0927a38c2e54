"""From the first number to the whole quantity."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.quantities.lists import list_of, listed
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.ranges import ranged
from deepsearch.understanding.quantities.sides import sides
from deepsearch.understanding.quantities.signs import currency_before, label_at, own_units, signed
from deepsearch.understanding.quantities.single import inside_code, single
from deepsearch.understanding.quantities.state import Head, Numbers

__all__ = ["quantity_at"]

_STANDARDS = frozenset({4.0, 5.0, 6.0, 7.0})


def quantity_at(state: Numbers, index: int) -> Quantity | None:
    """Read the quantity that begins with the number at a token.

    Args:
        state: The text.
        index: Token of the first number, its sign and currency before it.

    Returns:
        The widest reading: sides, else a range, a list, a single number; None if no
        number stands there, or one inside a code.
    """
    head = _head(state, index)
    if head is None:
        return None
    label = (head.after, None) if head.atom.worded else label_at(state, head.after)
    whole = sides(state, head, label) or ranged(state, head)
    if whole is not None:
        return whole
    if head.atom.values:
        return list_of(head)
    return listed(state, head) or single(state, head, label)


def _head(state: Numbers, index: int) -> Head | None:
    atom = state.atom(index)
    if atom is None or state.word(index - 1) == "第" or inside_code(state, atom):
        return None
    first, sign = signed(state, index)
    money = currency_before(state, first)
    units = own_units(state, atom.last)
    if money is not None and money[1].raw == "euro" and atom.value in _STANDARDS:
        money = None  # "Euro 6" is what comes out of the exhaust
    if money is not None and not any(u.dimension == "money" for u in units):
        return Head(atom, sign, money[0], atom.last, (money[1],))
    after = units[0].last if units else atom.last
    half = state.reader.half_at(after) if units else 0
    if half:  # "two metres and a half", "dos toneladas y media", 三吨半
        atom = replace(atom, value=atom.value + 0.5, count=atom.count + 0.5)
    return Head(atom, sign, first, half or after, units)
