"""Numbers of things counted, "500 pcs", "24 bottles per carton": orders and packs."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.attach.emit import emit
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.units import Unit

__all__ = ["bare_count", "packed"]

_ARTICLES = word_set("quantity", "articles")
_PACK_JOINS = word_set("quantity", "pack_joins")
_PACK_OF = word_set("quantity", "pack_of")
_TELLING = word_set("quantity", "telling")
_MEANING = word_set("quantity", "meaning")
_KITS = word_set("quantity", "kits")
_AS_A_SET = frozenset(
    {("as", "a", "set"), ("in", "a", "set"), ("as", "one", "set"), ("per", "a", "set")}
)
_SPECIFICATIONS = frozenset(
    {"specification", "specifications", "spec", "especificacion", "spezifikation"}
)
_DOZEN = 12


def bare_count(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    """Record "500 pcs": an order, unless a pack or a price."""
    at = quantity.last
    if state.scan.raw(at, at + 2) in ("产品", "目录", "报价") or state.word(at) in (
        "catalog",
        "catalogue",
        "brochure",
        "quotation",
        "pricelist",
    ):
        return
    last = packed(state, quantity)
    if last:
        emit(state, quantity, around, "pack_size", 0.75, span=(around.first, last))
        return
    if quantity.worded and unit.canonical == "dozen":  # "two dozen" is a number
        quantity = _singly(quantity, unit)
    if any(count != int(count) for count in quantity.counts):
        return  # "4.6 条" is the sixth line of a list
    article = quantity.worded and state.word(quantity.core) in _ARTICLES
    priced = _one_of_price(state, quantity) or _of_title(state, quantity)
    if priced or (article and not _led(state, quantity)):
        return
    boxed = state.word(quantity.first - 1) == "/" and _sized(state, quantity.first - 2)
    boxed = boxed or _of_a_set(state, quantity) or _specified(state, quantity)
    if boxed or any(name == "text:packaging" for name, _, _ in around.left):
        emit(state, quantity, around, "pack_size", 0.7)  # "Packing: 40*30*36 cm/2 pcs"
        return
    kit = state.word(quantity.first - 2) in _KITS and quantity.counts[0] > 1
    counted = kit or _sense_at(state, quantity.first - 2, "count")  # "the kit of 11 pieces"
    if state.word(quantity.first - 1) in _PACK_OF and counted:
        emit(state, quantity, around, "pack_size", 0.8)
        return
    around.last = max(around.last, at)
    if state.product[0] <= at - 1 < state.product[1] and unit.canonical not in (
        "set",
        "pair",
        "dozen",
    ):
        quantity = replace(quantity, units=(replace(unit, canonical="piece"),))
    emit(state, quantity, around, "order_quantity")


def _of_a_set(state: Attaching, quantity: Quantity) -> bool:
    """As in "is this 7 items as a set?"."""
    return tuple(state.tokens.words[quantity.last : quantity.last + 3]) in _AS_A_SET


def _specified(state: Attaching, quantity: Quantity) -> bool:
    """As in "Specification: 60 pieces": how many one pack holds."""
    key = quantity.first - 2
    return state.word(key + 1) == ":" and state.word(key) in _SPECIFICATIONS


def _of_title(state: Attaching, quantity: Quantity) -> bool:
    """As in "1pc New reflective wrap": a seller's title, copied; "all in one PC"."""
    if quantity.counts[0] != 1:
        return False
    copied = quantity.first == 0 and "\n" in state.tokens.words
    return copied or (quantity.worded and state.word(quantity.first - 1) in ("in", "-"))


def _singly(quantity: Quantity, unit: Unit) -> Quantity:
    counts = tuple(count * _DOZEN for count in quantity.counts)
    one = replace(unit, canonical="piece")
    return replace(quantity, counts=counts, values=counts, units=(one,))


def _led(state: Attaching, quantity: Quantity) -> bool:
    """Whether a word of wanting stands right before: "need a set"."""
    return any(state.scan.has(i, "buy") for i in (quantity.first - 1, quantity.first - 2))


def _one_of_price(state: Attaching, quantity: Quantity) -> bool:
    """As in "1枚50円", "one piece includes", "what 2 sets mean": it is spoken of, not ordered."""
    if {state.word(quantity.first - 1), state.word(quantity.last)} & _MEANING:
        return True
    if quantity.counts[0] != 1:
        return False
    if {
        *state.tokens.words[quantity.last : quantity.last + 2]
    } & _TELLING:  # "one piece just means"
        return True  # "does one piece include all five?"
    return _sense_at(state, quantity.last, "money")


def _sense_at(state: Attaching, index: int, dimension: str) -> bool:
    number = state.owner[index] if 0 <= index < len(state.tokens) else -1
    return number >= 0 and state.quantities[number].sense(dimension) is not None


def _sized(state: Attaching, index: int) -> bool:
    """Whether a token is of a size: "40*30*36 cm/2 pcs" says what one box holds."""
    number = state.owner[index] if index >= 0 else -1
    return number >= 0 and state.quantities[number].shape == "dims"


def packed(state: Attaching, quantity: Quantity) -> int:
    """As in "50 pcs/box", "24 bottles per carton": the token after, or 0."""
    at = quantity.last
    if state.word(at) in _PACK_JOINS:
        senses = (
            state.scan.units_at(at + 1)
            if at + 1 < len(state.tokens) and state.tokens.kinds[at + 1] != "n"
            else ()
        )
        if (
            senses
            and senses[0].dimension == "count"
            and senses[0].canonical not in ("piece", "set", "pair")
        ):
            return senses[0].last
    return 0
