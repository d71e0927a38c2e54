"""From the first number to the whole quantity."""

from __future__ import annotations

from deepsearch.understanding.quantities.lists import list_of, listed
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.ranges import ranged
from deepsearch.understanding.quantities.sides import sides
from deepsearch.understanding.quantities.signs import currency_before, label_at, signed
from deepsearch.understanding.quantities.single import inside_code, single
from deepsearch.understanding.quantities.state import Head, Numbers
from deepsearch.understanding.units import unit_at

__all__ = ["quantity_at"]


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
    if atom is None or inside_code(state, atom):
        return None
    first, sign = signed(state, index)
    money = currency_before(state, first)
    units = unit_at(state.tokens, atom.last, state.scan.language)
    if money is not None and not any(u.dimension == "money" for u in units):
        return Head(atom, sign, money[0], atom.last, (money[1],))
    return Head(atom, sign, first, units[0].last if units else atom.last, units)
