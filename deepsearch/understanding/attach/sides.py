"""Dimensions: which side each number of "120 x 80 x 15 mm" is."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.attach.emit import about
from deepsearch.understanding.attach.state import Attaching, tidy
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.attach.unitless import kinds_before, side_scale
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.quantities import Quantity

__all__ = ["dims"]

_RUN = 100  # times its width: what is so long is measured along


def dims(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    """Read the sides, or the resolution, of "a x b" and "a x b x c".

    Args:
        state: The text's quantities so far.
        quantity: A quantity of shape "dims".
        around: What stands around it.
    """
    if quantity.unit is None and (said := _with_unit(state, quantity)) is not None:
        quantity = replace(quantity, values=said.values, units=said.units)
    unit = quantity.unit
    names = {name for name, _, _ in around.left}
    if unit is None and names & {"resolution", "text:resolution"}:
        _resolution(state, quantity)
        return
    scale = side_scale(state, quantity) if unit is None else 1.0
    if unit is None and scale is not None:
        values = tuple(tidy(value * scale) for value in quantity.values)
        _each_side(state, replace(quantity, values=values), around)
    elif unit is None:
        if "text:size" in names:
            _as_written(state, quantity, "size", around.first, 0.6)
        elif not names & {"length", "width", "height"}:
            _resolution(state, quantity)
    elif unit.dimension == "cross_section":
        _as_written(state, quantity, "cross_section", quantity.first)
    elif unit.dimension == "pixels":
        _resolution(state, quantity)
    elif unit.dimension == "length" and names & {"carton_size", "text:packaging"}:
        _as_written(state, quantity, "carton_size", around.first)
    elif unit.dimension == "length":
        _each_side(state, quantity, around)


def _as_written(
    state: Attaching, quantity: Quantity, name: str, first: int, confidence: float = 0.9
) -> None:
    words, kinds, last = state.tokens.words, state.tokens.kinds, quantity.last
    while (
        words[last : last + 1] == ["/"] and kinds[last + 1 : last + 2] == ["n"] and name == "size"
    ):
        last += 2  # "22.5x11.75/12.25/13"
    value = state.scan.raw(quantity.first, last)
    state.add(Draft(name, "eq", value, None, first, last, confidence))


def _each_side(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    first, last = around.first, quantity.last
    if _said_again(state, quantity):
        state.scan.claim(first, last)
        return
    for name, value in zip(_sides(state, quantity), quantity.values, strict=True):
        if around.approx and around.op is None:
            state.drafts.append(Draft(name, "between", about(value), "mm", first, last))
        else:
            state.drafts.append(Draft(name, around.op or "eq", value, "mm", first, last))
    state.scan.claim(first, last)


def _said_again(state: Attaching, quantity: Quantity) -> bool:
    """As in "40 x 26 cm / 15.7 x 10.2 inch": the same size in another unit."""
    number = state.owner[quantity.first]
    before = state.quantities[number - 1] if number > 0 else None
    if before is None or before.shape != "dims" or not before.units or not quantity.units:
        return False
    between = state.tokens.words[before.last : quantity.first]
    return between in (["/"], ["("], ["="]) and before.units[0].raw != quantity.units[0].raw


def _with_unit(state: Attaching, quantity: Quantity) -> Quantity | None:
    """The same numbers with their unit, said elsewhere: "10x20 ft tents ... a 10x20 tent"."""
    same = (
        q for q in state.quantities if q.shape == "dims" and q.units and q.counts == quantity.counts
    )
    return next(same, None)


def _sides(state: Attaching, quantity: Quantity) -> list[str]:
    size = len(quantity.values)
    if any(quantity.labels):
        if {"width", "height"} <= set(quantity.labels) and "length" not in quantity.labels:
            # "H 1800 x B 300 x T 500": the T of German is the depth
            return ["depth" if name == "thickness" else name or "depth" for name in quantity.labels]
        plain = ["length", "width", "height", "depth"]
        if "thickness" in quantity.labels and "tube" in kinds_before(state, quantity):
            plain = ["diameter", "length", "width", "height"]
        given = list(quantity.labels)
        free = [n for n in plain if n not in given]
        return [label or free.pop(0) for label in given][:size]
    order = _written_order(state, quantity)
    if order and len(order) == size:
        return order
    kinds = kinds_before(state, quantity)
    if size == 2 and (pair := _pair(quantity, kinds)):
        return pair
    third = "thickness" if "sheet" in kinds and "box" not in kinds else "height"
    return ["length", "width", third, "depth"][:size] if size <= 4 else ["length"] * size


def _pair(quantity: Quantity, kinds: frozenset[str]) -> list[str]:
    """What two numbers are of goods that are not measured by length and width."""
    if "tube" in kinds and quantity.values[1] * 5 <= quantity.values[0]:
        return ["diameter", "thickness"]
    if "fastener" in kinds and ordered(quantity):
        return ["diameter", "length"]
    run = quantity.values[1] >= _RUN * quantity.values[0]  # "tape 50 mm x 50 m"
    return ["width", "length"] if run or {"tie", "label"} & kinds else []


def ordered(quantity: Quantity) -> bool:
    """Whether the first side is the smaller, as a screw's diameter is."""
    return quantity.values[0] < quantity.values[1]


_LETTERS = {
    "l": "length",
    "w": "width",
    "h": "height",
    "d": "depth",
    "t": "thickness",
    "b": "width",
    "д": "length",
    "ш": "width",
    "в": "height",
    "г": "depth",
    "т": "thickness",
    "larg": "width",
    "long": "length",
    "haut": "height",
    "prof": "depth",
    "ancho": "width",
    "alto": "height",
    "fondo": "depth",
    "an": "width",
    "al": "height",
}


def _written_order(state: Attaching, quantity: Quantity) -> list[str]:
    """As in "(L x W x H): 1200*..." names the sides before the numbers."""
    names: list[str] = []
    at = quantity.first - 1
    seen = 0
    while at >= 0 and seen < 10:
        word = state.word(at)
        letters = word.replace("х", "x").split("x")  # "(WxDxH)", "(ВхШхГ)"
        if word and all(letter in _LETTERS for letter in letters):
            names = [_LETTERS[letter] for letter in letters] + names
        elif word not in ("x", "*", "(", ")", ":", "-", "/", "mm", "cm", "in", "х", "мм", "см"):
            break
        at, seen = at - 1, seen + 1
    return names if len(set(names)) == len(names) and len(names) > 1 else []


def _resolution(state: Attaching, quantity: Quantity) -> None:
    if len(quantity.values) == 2 and min(quantity.values) >= 120 and max(quantity.values) <= 20000:
        near = range(max(0, quantity.first - 6), min(len(state.tokens), quantity.last + 4))
        if (
            any(state.scan.value_at(i, "field") == "resolution" for i in near)
            or quantity.units
            or "screen" in state.kinds
        ):
            value = f"{quantity.values[0]:g}x{quantity.values[1]:g}"
            state.add(Draft("resolution", "eq", value, None, quantity.first, quantity.last, 0.8))
