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
from deepsearch.understanding.attach.surroundings import Surroundings, surroundings
from deepsearch.understanding.attach.unnamed import memory_and_storage, without_word
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.scan import Scan

__all__ = ["attach"]

# Words that state something themselves.
_CONVERTED = frozenset({"length", "mass", "volume", "area", "temperature", "pressure", "power"})
_PACKS = frozenset({"bag", "box", "carton", "pack", "case", "bottle", "pallet"})
_OWN_REACH = 8  # tokens
_FOR = word_set("code", "fit_words")
_ROUNDED = 0.04  # of a number given again in another unit
_BEINGS = word_set("quantity", "beings")
_OF_BEINGS = {"mass": "weight", "length": "height"}
_QUESTIONS = word_set("quantity", "does_it")
_ALTOGETHER = frozenset({"both", "altogether", "total", "all"})
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


def _said_again(state: Attaching, quantity: Quantity) -> bool:
    """As in "2 mm (0.08 inch)", "0.25 to 1.25 mm (10 to 50 mil)": the same in another unit."""
    number = state.owner[quantity.first]
    before = state.quantities[number - 1] if number > 0 else None
    if (
        quantity.shape == "dims"
        or before is None
        or before.shape != quantity.shape
        or not (before.units and quantity.units)
    ):
        return False
    other = before.units[0].raw != quantity.units[0].raw
    beside = state.tokens.words[before.last : quantity.first] in (["("], ["/"], ["="], [])
    alike = before.units[0].dimension == quantity.units[0].dimension and all(
        abs(a - b) <= _ROUNDED * max(abs(a), abs(b))
        for a, b in zip(before.values, quantity.values, strict=False)
    )
    return other and beside and alike and before.units[0].dimension in _CONVERTED


def _of_buyers_own(state: Attaching, quantity: Quantity) -> bool:
    """As in "a motor for my Ridgeline 48V 600 W scooter": a measure of what the buyer has."""
    if not state.scan.of_kind("own") or quantity.shape != "one" or not quantity.units:
        return False
    if quantity.sense("count"):
        return False
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    for at in range(quantity.first - 1, max(clause.first, quantity.first - _OWN_REACH) - 1, -1):
        match = state.scan.match_of(at)
        if state.scan.has(at, "own") and match is not None:
            led = state.word(match.first) in _FOR or state.scan.has(match.first - 1, "for")
            return led and _noun_behind(state, quantity.last, clause.last)
        if any(state.scan.has(at, kind) for kind in ("field", "with", "buy", "must")):
            return False
    return False


def _noun_behind(state: Attaching, at: int, stop: int) -> bool:
    """Whether the noun of the buyer's own thing follows, other measures of it between."""
    while at < stop and state.owner[at] >= 0:
        at = state.quantities[state.owner[at]].last
    word = at < stop and state.tokens.kinds[at] == "w"
    return word and not any(state.scan.has(at, kind) for kind in ("stop", "with", "field", "join"))


def _asked_back(state: Attaching, quantity: Quantity) -> bool:
    """As in "Does it require 120V or 220V?": the buyer does not know, and asks for neither."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    led = state.word(clause.first) in _QUESTIONS and quantity.shape == "list"
    led = led and state.word(clause.first + 1) not in ("you", "u", "ya")  # "do you have"
    ahead = state.tokens.words[quantity.last : clause.last + 1]
    return led and quantity.sense("voltage") is not None and "?" in ahead


def _one_of_ranges(state: Attaching, quantity: Quantity) -> bool:
    """As in "0-6 months,22-29 months": neither is what is asked for, and no field holds both."""
    if quantity.shape != "range":
        return False
    for sign, beside in (
        (quantity.last, quantity.last + 1),
        (quantity.first - 1, quantity.first - 2),
    ):
        number = state.owner[beside] if 0 <= beside < len(state.tokens) else -1
        other = state.quantities[number] if number >= 0 else None
        if other is None or other.shape != "range" or state.word(sign) not in (",", "/"):
            continue
        if quantity.unit is not None and other.sense(quantity.unit.dimension) is not None:
            return True
    return False


def _of_being(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "for dogs 20-30 kg", "para niños de 90-110 cm": whom the goods are for."""
    unit, at = quantity.unit, min(around.first, quantity.first) - 1
    if unit is None or unit.dimension not in _OF_BEINGS:
        return False
    at -= state.scan.has(at, "stop")
    match = state.scan.match_of(at)
    phrase = match is not None and match.first < at  # "for children"
    before = (i for i in (at - 1, at - 2) if i >= 0)
    led = phrase or any(state.scan.has(i, "for") for i in before)
    led = led and state.word(at) in _BEINGS
    if led:
        emit(state, quantity, around, f"wearer_{_OF_BEINGS[unit.dimension]}", 0.7)
    return led


def _stored(state: Attaching, name: str) -> str:
    """The field of data: a memory stick stores, whatever its name."""
    return "storage" if name == "memory" and "storage" in state.kinds else name


def _per_pack(state: Attaching, first: int, last: int) -> bool:
    """As in "QTY/CTN: 600 sets": between a field word and its number a pack is named."""
    return state.word(first) in ("/", "per") and any(
        unit.canonical in _PACKS
        for i in range(first + 1, last)
        if state.tokens.kinds[i] == "w"
        for unit in state.scan.units_at(i)
    )


def _one(state: Attaching, quantity: Quantity) -> None:
    if (
        _of_buyers_own(state, quantity)
        or _said_again(state, quantity)
        or _asked_back(state, quantity)
    ):
        scan = state.scan
        scan.claim(quantity.first, quantity.last)
        return
    around = surroundings(state, quantity)
    if _one_of_ranges(state, quantity) or _of_being(state, quantity, around):
        return
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
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    if name == "unit_price" and _ALTOGETHER & {*state.tokens.words[clause.first : quantity.first]}:
        name = "budget"  # "will both of them cost me 700?"
    name = _stored(state, name)
    if name in ("memory", "storage") and memory_and_storage(state, quantity):
        return
    if name == "order_quantity" and _per_pack(state, last, quantity.first):
        name = "pack_size"
    if first >= quantity.last:
        state.taken.add(first)
    if first > quantity.last and _other_words(state, quantity.last, first):
        last = quantity.last  # "8GB wooden USB flash drive"
    span = (min(first, around.first), max(last, around.last))
    emit(state, quantity, around, name, span=span)
