"""Sizes written without a unit: "screws 4 x 40", "boxes 60x40x32", "thk 2", "larg. 800"."""

from __future__ import annotations

from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.quantities import Quantity

__all__ = ["kinds_before", "plain_side", "side_scale"]

_MM, _CM, _M = 1.0, 10.0, 1000.0
_LONG, _LONGEST = 300.0, 6500.0  # what is so long is said in millimetres; sheets end there
_SCREWS = 600.0
_TENTS = 20.0  # tents and carpets so small are said in metres
_SMALLEST = 5.0
_OPENING = 60  # tokens among which the goods are named
_THICKEST, _WIDEST = 300.0, 3000.0
_ALWAYS_MM = {"thickness": _THICKEST, "diameter": _WIDEST, "stroke": _WIDEST}
_SIDES = frozenset({"length", "width", "height", "depth"})


def kinds_before(state: Attaching, quantity: Quantity) -> frozenset[str]:
    """Kinds of goods named right before a quantity, else those of the text."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    near = goods_kinds(state.tokens, max(clause.first, quantity.first - 5), quantity.first)
    return near or state.kinds


def side_scale(state: Attaching, quantity: Quantity) -> float | None:
    """Millimetres in the unit that "a x b" leaves out, by what such goods are measured in.

    Args:
        state: The text's quantities so far.
        quantity: A quantity of shape "dims" without a unit.

    Returns:
        The factor; None where the goods do not tell.
    """
    values = quantity.values
    near = kinds_before(state, quantity) or goods_kinds(
        state.tokens, 0, min(len(state.tokens), _OPENING)
    )
    if {"screen", "camera"} & (state.kinds | near) or state.word(quantity.first - 1) == "m":
        return None
    if any(quantity.labels):
        return _MM if {"thickness", "diameter"} & set(quantity.labels) else None
    low, high = min(values), max(values)
    if len(values) == 2 and {"fastener", "tie"} & near:
        return _MM if values[0] < values[1] and high <= _SCREWS else None
    if high >= _LONG:
        flat = len(values) == 2 and low >= _LONG and {"sheet", "lifting"} & near
        spatial = len(values) == 3 and low >= _SMALLEST and near
        known = {"centimetres", "metres"} & near and low >= _SMALLEST
        return _MM if (flat or spatial or known) and high <= _LONGEST else None
    return _usual(near, high)


def _usual(kinds: frozenset[str], high: float) -> float | None:
    """The unit in which goods of a kind are measured, where the longest side is so much."""
    if "label" in kinds:
        return _MM
    if "metres" in kinds and high <= _TENTS:
        return _M
    return _CM if {"centimetres", "metres"} & kinds and high >= _SMALLEST else None


def plain_side(state: Attaching, quantity: Quantity, name: str, label_last: int) -> bool:
    """Whether a number without a unit right behind the name of a side is in millimetres.

    Args:
        state: The text's quantities so far.
        quantity: The quantity.
        name: The field its label names.
        label_last: Token after the label.

    Returns:
        True for a thickness or diameter; for other sides only if the number is large,
        or the text measures in millimetres.
    """
    between = range(label_last, quantity.first)
    if state.scan.raw(label_last - 1, label_last) in ("o", "O"):
        return False  # "2 o 3": no Ø
    if any(not (_bounding(state, i) or state.word(i) in ".:=(") for i in between):
        return False
    listed = state.word(quantity.last) == "/" and quantity.shape == "one"  # "6/8/10 mm"
    high = max(quantity.values)
    if quantity.units or quantity.worded or listed or not high > 0:
        return False
    if name in _ALWAYS_MM:
        return high <= _ALWAYS_MM[name]
    if name == "inner_diameter":
        return high <= _WIDEST and "tube" in state.kinds
    return name in _SIDES and _LONG <= high <= _LONGEST * 2


def _bounding(state: Attaching, index: int) -> bool:
    return state.scan.has(index, "cmp") or state.scan.has(index, "between")
