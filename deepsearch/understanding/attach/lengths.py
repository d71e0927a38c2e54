"""A bare length: thickness, diameter, screen, range ..."""

from __future__ import annotations

from deepsearch.understanding.attach.bulk import orders_bulk
from deepsearch.understanding.attach.emit import emit
from deepsearch.understanding.attach.sides import kinds_before
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.drafts import slug
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.units import Unit

__all__ = ["bare_length"]


def bare_length(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    """Record a length."""
    near = kinds_before(state, quantity)
    if (
        unit.factor >= 1000
        and "long" in state.kinds
        and (
            unit.factor >= 1e6
            or max(quantity.values) >= 50000
            or orders_bulk(state, quantity, around, unit)
        )
    ):
        emit(state, quantity, around, "order_quantity", 0.75)
    elif unit.factor >= 1e6:
        emit(state, quantity, around, "range", 0.7)
    elif unit.factor == 25.4 and "screen" in state.kinds:
        emit(state, quantity, around, "screen_size", 0.8)
    elif around.left_words and state.scan.value_at(around.left_words[0], "part") == "cable":
        emit(state, quantity, around, "cable_length", 0.8)
    elif around.left_words and _names_it(state, quantity, around):
        return
    elif "sheet" in near and max(quantity.values) <= 200:
        emit(state, quantity, around, "thickness", 0.75)
    elif "tube" in near and max(quantity.values) <= 2000:
        emit(state, quantity, around, "diameter", 0.65)
    elif quantity.shape != "one" or around.op or around.left or len(state.quantities) < 6:
        emit(state, quantity, around, "length", 0.6)


def _names_it(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """An unknown noun right before: "Spannbereich 16-27 mm" is its own field."""
    at = around.left_words[0]
    word = state.word(at)
    if state.scan.match_of(at) is not None or len(word) < 5 or quantity.first - at > 2:
        return False
    name = slug(word)
    goods = goods_kinds(state.tokens, at, at + 1)
    if not name or goods or state.scan.has(at, "stop") or not any(around.left_words):
        return False
    clause = state.scan.clauses[state.scan.clause_of[at]]
    if clause.first == 0 or any(state.scan.has(i, "buy") for i in range(clause.first, at)):
        return False  # the product itself: "hose 20 mm"
    emit(state, quantity, around, name, 0.6, span=(at, around.last))
    return True
