"""Which field a quantity belongs to, and which way it bounds it."""

from __future__ import annotations

from deepsearch.understanding.attach.choice import choose
from deepsearch.understanding.attach.counts import spelt_out
from deepsearch.understanding.attach.emit import emit
from deepsearch.understanding.attach.held import counts_part
from deepsearch.understanding.attach.pieces import packed
from deepsearch.understanding.attach.rates import rate
from deepsearch.understanding.attach.sides import dims
from deepsearch.understanding.attach.state import Attaching, attaching
from deepsearch.understanding.attach.surroundings import surroundings
from deepsearch.understanding.attach.unnamed import without_word
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.scan import Scan

__all__ = ["attach"]

# Words that state something themselves.
_WORDED = ("material", "colour", "finish", "shape", "feature", "power_source", "form")


def attach(
    scan: Scan,
    quantities: list[Quantity],
    kinds: frozenset[str],
    product: tuple[int, int] | None = None,
) -> list[Draft]:
    """Give every quantity its field and operator.

    Args:
        scan: The text.
        quantities: Quantities found in it.
        kinds: Kinds of goods the text is about.
        product: Tokens of the product's name.

    Returns:
        Drafts, one or more a quantity that states something.
    """
    state = attaching(scan, quantities, kinds, product or (-1, -1))
    for quantity in quantities:
        if not scan.used[quantity.first]:
            _one(state, quantity)
    spelt_out(state)
    return state.drafts


def _other_words(state: Attaching, first: int, last: int) -> bool:
    return any(state.scan.has(i, k) for i in range(first, last) for k in _WORDED)


def _one(state: Attaching, quantity: Quantity) -> None:
    around = surroundings(state, quantity)
    if quantity.shape == "dims":
        dims(state, quantity, around)
        return
    if rate(state, quantity, around) or counts_part(state, quantity):
        return
    chosen = choose(state, quantity, around)
    if chosen is None or (chosen[0] == "order_quantity" and packed(state, quantity)):
        without_word(state, quantity, around)
        return
    name, first, last = chosen
    if name == "budget" and (
        state.scan.has(quantity.last, "each")
        or state.word(quantity.last) in ("/", "pro")
        or (state.word(quantity.last) == "per" and state.scan.language != "it")
    ):
        name = "unit_price"
    if first >= quantity.last:
        state.taken.add(first)
    if first > quantity.last and _other_words(state, quantity.last, first):
        last = quantity.last  # "8GB wooden USB flash drive"
    span = (min(first, around.first), max(last, around.last))
    emit(state, quantity, around, name, span=span)
