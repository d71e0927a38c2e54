"""A bare length: thickness, diameter, screen, range ..."""

from __future__ import annotations

from deepsearch.understanding.attach.bounds import says_up_to
from deepsearch.understanding.attach.bulk import orders_bulk
from deepsearch.understanding.attach.emit import emit
from deepsearch.understanding.attach.named import named_before, plain_noun
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.attach.unitless import kinds_before
from deepsearch.understanding.drafts import slug
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.units import Unit

__all__ = ["bare_length"]

_THIN = 1.5  # mm: what is so short is a thickness
_INCH = 25.4  # mm
_FOOT = 300  # mm, or somewhat more
_METRE = 1000  # mm: in metres a tube is measured along
_NEAR = 4  # tokens
_MANY = 6  # quantities: a specification, where a bare length is of any part
_ROLLS = word_set("quantity", "rolls")
_PACK_LINKS = word_set("quantity", "pack_links")
_WORKING = word_set("mention", "material_verbs")
_WALLS = word_set("quantity", "walls")
_BAGS = word_set("quantity", "bags")
_BAG_ENDS = ("tasche", "taschen", "rucksack", "rucksacke", "hulle", "hullen", "包", "套")
_CARRIED = (
    *(
        "laptop",
        "notebook",
        "tablet",
        "computer",
        "ordenador",
        "portátil",
        "portatil",
        "ordinateur",
    ),
    *("computador", "macbook", "ipad", "phone", "电脑", "笔记本", "ноутбук", "планшет", "パソコン"),
)
_THICKEST_WALL = 60.0  # mm
_RUN = 9.0  # metres: "100 yards of fabric" is bought, "3 m of cable" comes with the lamp


def bare_length(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    """Record a length."""
    if state.word(quantity.first - 1) in _WORKING or _of_carried(state, quantity, unit):
        return  # "cuts 5 mm in wood"
    if state.opens_line(quantity.first) and _runs_by_line(state, quantity, unit):
        emit(state, quantity, around, "order_quantity", 0.75)  # "100 m hose"
    elif unit.factor >= _METRE and _of_roll(state, quantity):
        emit(state, quantity, around, "roll_length", 0.75)
    elif unit.factor < 1e6 or state.word(quantity.first - 1) != "/":  # "2.2 L/100 km"
        _of_goods(state, quantity, around, unit)


def _runs_by_line(state: Attaching, quantity: Quantity, unit: Unit) -> bool:
    """As in "20 ft roller chain", a line of a parts list: feet or metres of what follows."""
    at = quantity.last
    noun = at < len(state.tokens) and state.tokens.kinds[at] in "wc"
    side = noun and any(state.scan.has(at, kind) for kind in ("field", "stop", "cmp", "join"))
    return noun and not side and unit.factor >= _FOOT and quantity.shape == "one"


def _of_goods(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    near = kinds_before(state, quantity)
    if unit.factor >= _METRE and _runs(state, quantity, around, unit):
        emit(state, quantity, around, "order_quantity", 0.75)
    elif unit.factor < 0.01:
        if {"sheet", "vessel"} & (near | state.kinds) or state.quantities[0].shape == "dims":
            emit(state, quantity, around, "thickness", 0.7)
    elif _thin(state, quantity, around, unit):
        emit(state, quantity, around, "thickness", 0.7)
    elif unit.factor >= 1e6:
        run = around.op in ("le", "lt") and not says_up_to(
            around
        )  # "under 80,000 km": no buyer wants less range
        emit(state, quantity, around, "mileage" if run else "range", 0.7)
    elif unit.factor == _INCH and "screen" in state.kinds | _kinds_beside(state, quantity):
        emit(state, quantity, around, "screen_size", 0.8)
    elif around.left_words and state.scan.value_at(around.left_words[0], "part") == "cable":
        emit(state, quantity, around, "cable_length", 0.8)
    elif _names_it(state, quantity, around) or _brought(state, quantity, around):
        return
    elif "sheet" in near and max(quantity.values) <= 200:
        emit(state, quantity, around, "thickness", 0.75)
    elif "tube" in near and max(quantity.values) <= 2000 and unit.factor < _METRE:
        emit(state, quantity, around, "diameter", 0.65)
    elif _whole(state, quantity, around):
        emit(state, quantity, around, "length", 0.6)


def _whole(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Whether a length may be of the goods; "18 CM/40 CM" may be two sides or two choices."""
    if quantity.shape == "list" and len(quantity.values) == 2 and not around.left:
        return "/" not in state.tokens.words[quantity.first : quantity.last]
    if state.word(quantity.first) == "+" or state.word(quantity.first - 1) == "+":
        return False  # "5 x 8 + 3 in": of a fold
    few = len(state.quantities) < _MANY
    return quantity.shape != "one" or bool(around.op or around.left) or few


def _of_carried(state: Attaching, quantity: Quantity, unit: Unit) -> bool:
    """Whether inches are of what a bag is for: "16 inch laptop backpacks" have no screen."""
    first, last = state.product
    if first < 0 or unit.factor != _INCH:
        return False
    heads = state.word(first), state.word(last - 1)
    if not (_BAGS & {*heads} or heads[1].endswith(_BAG_ENDS)):
        return False
    words = state.scan.raw(min(first, quantity.first), max(last, quantity.last)).lower()
    held = any(name in words for name in _CARRIED)
    return held or "screen" in state.kinds | _kinds_beside(state, quantity)


def _kinds_beside(state: Attaching, quantity: Quantity) -> frozenset[str]:
    """Kinds of goods named within a few words of a quantity: "70 pulgadas 4K TV"."""
    ahead = min(len(state.tokens), quantity.last + _NEAR)
    return goods_kinds(state.tokens, max(0, quantity.first - _NEAR), ahead)


def _beside_sides(state: Attaching, quantity: Quantity) -> bool:
    """A small length beside two sides is how thick they are: "183 x 61 cm, 6 mm"."""
    number = state.owner[quantity.first]
    for other in state.quantities[max(0, number - 1) : number + 2]:
        flat = other.shape == "dims" and len(other.values) == 2 and other.sense("length")
        apart = max(other.first - quantity.last, quantity.first - other.last)
        if flat and apart <= 3 and quantity.shape == "one":
            return quantity.values[0] * 5 <= min(other.values)
    return False


def _runs(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> bool:
    """Whether metres are ordered: of cable, or so many that nothing is that long."""
    asked = orders_bulk(state, quantity, around, unit)
    metres = max(quantity.values) / 1000
    if {"long", "tube"} & state.kinds:
        led = any(state.scan.has(i, "buy") for i in (quantity.first - 1, quantity.first - 2))
        return unit.factor >= 1e6 or metres >= 50 or (asked and led)
    of = state.word(quantity.last) in ("of", "de", "di", "d") and quantity.last < len(state.tokens)
    return (unit.factor == 1000 and asked and metres >= 200) or (of and asked and metres >= _RUN)


def _of_roll(state: Attaching, quantity: Quantity) -> bool:
    """As in "rolls of 50 m", "бухты по 100 м", "500 m drums": how long one is."""
    before = quantity.first - 1
    before -= state.word(before) in _PACK_LINKS
    metres = any(d.field == "order_quantity" and d.unit == "m" for d in state.drafts)
    behind = metres and state.word(quantity.last) in _ROLLS  # of "1000 pcs, 5 m rolls" the length
    return behind or (before >= 0 and state.word(before) in _ROLLS)


def _thin(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> bool:
    """Whether a length is how thick something is: beside two sides, of a wall, or that short."""
    named = bool(around.left_words) and state.word(around.left_words[0]) in _WALLS
    wall = named and max(quantity.values) <= _THICKEST_WALL
    wire = "tube" in kinds_before(state, quantity)  # whose small measure is across
    short = unit.factor <= 1 and max(quantity.values) < _THIN and not wire
    return wall or short or _beside_sides(state, quantity)


def _brought(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "with 6 ft bed", "mit 5 m Schlauch": the length of what comes with the thing."""
    led = state.scan.has(quantity.first - 1, "with") and quantity.shape == "one"
    if not led or not plain_noun(state, quantity.last):
        return False
    name = f"{slug(state.word(quantity.last))}_length"
    emit(state, quantity, around, name, 0.6, span=(around.first, quantity.last + 1))
    return True


def _names_it(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """A noun right before that is not the product: "Spannbereich 16-27 mm" is its own field."""
    named = named_before(state, quantity)
    if named is None or named[0] in {slug(state.word(i)) for i in range(*state.product)}:
        return False
    emit(state, quantity, around, named[0], 0.6, span=(named[1], around.last))
    return True
