"""From a quantity and its field to a draft."""

from __future__ import annotations

from deepsearch.understanding.attach.bounds import direct
from deepsearch.understanding.attach.state import Attaching, tidy
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.field_units import in_field_unit
from deepsearch.understanding.fields import COUNT_NOUNS, DIMENSIONS
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.units import Unit

__all__ = ["about", "emit", "record"]

# Without a unit these say nothing.
_NEED_UNIT = frozenset({"order_quantity", "min_order_quantity", "unit_price", "budget"})


_WORN = word_set("quantity", "worn_by_weight")
_OF_WEARER = 1.0  # kg: no nappy weighs so much
_LARGEST = {"supplier_years": 300.0, "rating": 10.0}
# What is none at all is not said in these.
_NEVER_ZERO = frozenset(
    {"power", "voltage", "charge", "energy", "mass", "data", "frequency", "length"}
)


def emit(
    state: Attaching,
    quantity: Quantity,
    around: Surroundings,
    name: str,
    confidence: float = 0.9,
    *,
    span: tuple[int, int] | None = None,
) -> None:
    """Record a quantity under a field, in that field's unit.

    Args:
        state: The text's quantities so far.
        quantity: The quantity.
        around: What stands around it.
        name: The field.
        confidence: How sure the reading is, 0..1.
        span: First token and the token after the last; None: those of `around`.
    """
    wanted = DIMENSIONS.get(name, ())
    unit = next((u for u in quantity.units if u.dimension in wanted), quantity.unit)
    if name == "battery_capacity" and unit is not None and unit.dimension == "energy":
        name = "energy"
    if name in COUNT_NOUNS and quantity.counts[0] != int(quantity.counts[0]):
        return  # "4.2 Door leaves" is a clause
    if name == "weight" and max(quantity.values) >= _OF_WEARER and _worn(state):
        name = "wearer_weight"
    name, op = direct(state, quantity, around, name)
    values = _values(quantity, name, unit)
    unit_name = values[0][1]
    if name in _NEED_UNIT and unit_name is None:
        return
    if values[0][0] > _LARGEST.get(name, values[0][0]):
        return  # "founded in 1978", "2019 racing"
    if unit is not None and unit.dimension in _NEVER_ZERO and not any(quantity.values):
        return  # "540-0W"
    first, last = span or (around.first, around.last)
    draft = Draft(name, op or "", values[0][0], unit_name, first, last, confidence)
    record(state, quantity, around, draft, tuple(value for value, _ in values))


def _worn(state: Attaching) -> bool:
    """Whether nappies are asked for: "27 to 35 lbs" is the weight of who wears them."""
    return bool(_WORN & {*state.tokens.words[max(0, state.product[0]) : max(0, state.product[1])]})


def _values(quantity: Quantity, name: str, unit: Unit | None) -> list[tuple[float, str | None]]:
    first_unit = quantity.units[0] if quantity.units else None
    values = quantity.values
    if (
        unit is not None
        and first_unit is not None
        and unit is not first_unit
        and unit.dimension != first_unit.dimension
    ):
        # read in another sense than the one converted with: undo, redo
        values = tuple(
            (v - first_unit.offset) / first_unit.factor * unit.factor + unit.offset for v in values
        )
    return [in_field_unit(name, v, c, unit) for v, c in zip(values, quantity.counts, strict=True)]


def record(
    state: Attaching,
    quantity: Quantity,
    around: Surroundings,
    draft: Draft,
    numbers: tuple[float, ...],
) -> None:
    """Record numbers already in the unit of their field.

    Args:
        state: The text's quantities so far.
        quantity: The quantity they come from; its shape decides the operator.
        around: What stands around it.
        draft: All but the value; `op` is "" where no comparator was read.
        numbers: The numbers, in `draft.unit`.
    """
    value = numbers[0]
    if quantity.shape == "range":
        draft.op, draft.value = "between", (numbers[0], numbers[1])
    elif quantity.shape == "list":
        added = "+" in state.tokens.words[quantity.first + 1 : quantity.last]  # "72 MP+12 MP"
        both = added or state.scan.has(quantity.first - 1, "both")
        draft.op, draft.value = "all_of" if both else "any_of", tuple(dict.fromkeys(numbers))
    elif quantity.tolerance is not None:
        scale = value / quantity.values[0] if quantity.values[0] else 1.0
        width = quantity.tolerance * scale
        draft.op, draft.value = "between", (tidy(value - width), tidy(value + width))
        draft.confidence = 0.9
    elif around.approx and not draft.op and draft.field != "throughput":
        draft.op, draft.value = "between", about(value)
    else:
        floor = around.approx and not draft.op  # "about 500 an hour": a capability is a floor
        draft.op, draft.value = "ge" if floor else draft.op or "eq", value
    state.add(draft)


def about(value: float) -> tuple[float, float]:
    """Say what "about" a number spans: a tenth to either side.

    Args:
        value: The number, of any sign.

    Returns:
        Lower and upper bound.
    """
    low, high = sorted((value * 0.9, value * 1.1))
    return tidy(low), tidy(high)
