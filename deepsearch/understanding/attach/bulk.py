"""Masses, volumes and areas: an order of bulk goods, or a property of the thing."""

from __future__ import annotations

from deepsearch.understanding.attach.bounds import bears, says_up_to
from deepsearch.understanding.attach.emit import emit, record
from deepsearch.understanding.attach.state import Attaching, is_year, tidy
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.units import Unit

__all__ = ["bare_area", "bare_mass", "bare_volume", "orders_bulk"]

_PACK_LINKS = word_set("quantity", "pack_links")

_CAPACITY = word_set("quantity", "capacity")

_COOLERS = word_set("quantity", "coolers")
_OUNCE, _SAME = 0.028349523125, 1e-6  # kg
_SIZED = frozenset({"size", "sized", "sizes"})  # "1/2 oz size bags" weigh something else
_CLOTH_REACH = 5  # tokens
_LEAST_ORDER = 0.5  # kg
_TEETH = word_set("quantity", "teeth")
_FUELS = frozenset(
    {
        "diesel",
        "petrol",
        "gasoline",
        "turbo",
        "hybrid",
        "engine",
        "v6",
        "v8",
        "moteur",
        "motor",
        "benzin",
        "essence",
    }
)
_LARGEST_ENGINE = 17.0  # litres, of a lorry
_TON, _LARGEST_COOLER = 900.0, 20_000.0  # kg: what is read as a ton
_REFRIGERATION = 3516.8528  # W a ton of refrigeration (12,000 BTU/h)

_PACKS = frozenset({"bag", "box", "carton", "can", "bottle", "pack", "barrel", "bundle"})

_PACK_WEIGHT_JOINS = word_set("quantity", "pack_weight_joins")


def bare_mass(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    """Record a mass."""
    kinds = state.kinds
    named = _generation(state, quantity) or _of_a_name(state, quantity, unit)
    if named or state.word(quantity.last) in _SIZED or _of_cloth(state, quantity, unit):
        return
    if unit.factor >= _TON and max(quantity.values) <= _LARGEST_COOLER and _cooler(state, quantity):
        _cooling(state, quantity, around)
        return
    carton = _of_carton(state, quantity)
    inside = carton or _in_packs(state, quantity)
    packed = quantity.last if inside else _bagged(state, quantity)
    if packed:
        emit(
            state,
            quantity,
            around,
            "carton_weight" if carton else "pack_weight",
            0.7,
            span=(around.first, max(packed, around.last)),
        )
        return
    if (
        quantity.sense("mass") is not None
        and abs(unit.factor - _OUNCE) < 1e-6
        and "vessel" in kinds
    ):
        litres = tuple(tidy(v / _OUNCE * 0.0295735295625) for v in quantity.values)
        draft = Draft("volume", around.op or "", litres[0], "l", around.first, around.last, 0.8)
        record(state, quantity, around, draft, litres)
        return
    named = bool(kinds & {"lifting", "vehicle"}) and _capacity_before(state, quantity)
    if named or ("lifting" in kinds and (unit.factor >= 1 or max(quantity.values) >= 20)):
        below = around.op == "le" and not says_up_to(around) and not named
        emit(state, quantity, around, "weight" if below else "load_capacity", 0.8)
        return
    if bears(state, quantity) or _capacity_before(state, quantity):
        name, confidence = "load_capacity", 0.75
    elif orders_bulk(state, quantity, around, unit):
        name, confidence = "order_quantity", 0.8
    elif "machine" in kinds and unit.factor >= _TON:
        return  # a press of 50 tons, an ice machine of 2: what it does, in what unit of time?
    else:
        name, confidence = "weight", 0.75
    emit(state, quantity, around, name, confidence)


def _of_cloth(state: Attaching, quantity: Quantity, unit: Unit) -> bool:
    """As in "8.4 oz-100 % polyester": ounces of what area nobody says."""
    ahead = range(quantity.last, min(len(state.tokens), quantity.last + _CLOTH_REACH))
    share = any(state.word(i) == "%" for i in ahead)
    return (
        share
        and abs(unit.factor - _OUNCE) < _SAME
        and any(state.scan.has(i, "material") for i in ahead)
    )


def _of_carton(state: Attaching, quantity: Quantity) -> bool:
    """As in "MEAS: 56*53*41 cm/28 kg": what the carton weighs whose size stands before."""
    before = state.drafts[-1] if state.drafts else None
    slashed = state.word(quantity.first - 1) == "/"
    sized = before is not None and before.field == "carton_size"
    return slashed and before is not None and sized and before.last == quantity.first - 1


def _cooler(state: Attaching, quantity: Quantity) -> bool:
    """Whether tons are of refrigeration: "1.5 ton split AC"."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    near = range(max(clause.first, quantity.first - 6), min(clause.last, quantity.last + 6))
    named = any(state.word(i) in _COOLERS for i in near)
    return named or any(
        state.word(i) in _COOLERS for i in range(*state.product) if quantity.shape == "one"
    )


def _cooling(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    numbers = tuple(tidy(value / 1000 * _REFRIGERATION) for value in quantity.values)
    draft = Draft(
        "cooling_capacity", around.op or "", numbers[0], "W", around.first, around.last, 0.8
    )
    record(state, quantity, around, draft, numbers)


def _capacity_before(state: Attaching, quantity: Quantity) -> bool:
    """As in "capacity 120 kg", "capacidade de 2 toneladas"."""
    return any(
        state.word(i) in _CAPACITY for i in range(max(0, quantity.first - 3), quantity.first)
    )


def _generation(state: Attaching, quantity: Quantity) -> bool:
    """3G, 4G/5G, 4G+64G are networks and storage, not grams."""
    if state.scan.raw(quantity.last - 1, quantity.last) != "G":
        return False
    beside = (
        state.word(quantity.first - 1),
        state.word(quantity.first),
        state.word(quantity.last),
    )
    return max(quantity.values) <= 6 or "+" in beside


def _of_a_name(state: Attaching, quantity: Quantity, unit: Unit) -> bool:
    """As in "Facelift 2025 GR", "BMW 3.0T": a year and an engine's litres are no masses."""
    raw = state.scan.raw(quantity.core, quantity.last)
    if unit.raw == "gr" and is_year(quantity.counts[0]) and raw.isupper():
        return not quantity.glued
    chained = state.word(quantity.first - 1) == "/" and quantity.glued
    if raw.endswith("T") and raw[:-1].isdigit() and (chained or _TEETH & {*state.tokens.words}):
        return True  # "24V/5.5KW/11T" of a starter's pinion
    litres = raw[:1].isdigit() and raw[1:2] == "." and raw[3:] == "T"
    return litres and not state.kinds & {"lifting", "bulk"}


def _in_packs(state: Attaching, quantity: Quantity) -> bool:
    """As in "sacos de 25 kg", "мешках по 50 кг": what one pack holds."""
    pack = quantity.first - 1
    if state.word(pack) in _PACK_LINKS:
        pack -= 1
    elif pack < 1 or state.tokens.kinds[pack - 1] == "n":
        return False  # "2 sacks 15 kg"
    if pack < 0 or state.tokens.kinds[pack] != "w":
        return False
    units = state.scan.units_at(pack)
    return bool(units) and units[0].canonical in _PACKS and quantity.shape == "one"


def _bagged(state: Attaching, quantity: Quantity) -> int:
    """As in "25 kg bags", "25kg PP bags": what a pack weighs; the token after, or 0."""
    at = quantity.last
    if quantity.shape != "one" or at >= len(state.tokens) or state.tokens.kinds[at] not in "wc":
        return 0
    if state.scan.has(at, "material") or state.word(at) in _PACK_WEIGHT_JOINS:
        at += 1
    units = (
        state.scan.units_at(at) if at < len(state.tokens) and state.tokens.kinds[at] in "wc" else ()
    )
    return units[0].last if any(u.canonical in _PACKS for u in units) else 0


def orders_bulk(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> bool:
    """Whether "20 t" is what is ordered."""
    if state.word(quantity.last) in ("order", "orders"):
        return True
    if unit.dimension == "mass" and max(quantity.values) < _LEAST_ORDER:
        return False
    named = state.product[0] >= 0 and state.product[1] <= quantity.first
    if state.ordered or (named and state.word(quantity.first - 1) in ("de", "di", "of", "von")):
        return False  # "3000 shirts, 180 g", "chambre froide de 20 m³"
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    before = range(clause.first, quantity.first)
    asked = any(state.scan.has(i, "buy") for i in before)
    opening = (
        all(state.scan.has(i, "noise") for i in before)
        and clause.sentence == 0
        and clause.first < 6
    )
    of = state.word(quantity.last) in ("of", "de", "di", "d'", "d") or (
        state.tokens.kinds[quantity.last : quantity.last + 1] == ["w"]
        and state.scan.language in ("de", "ru", "nl", "tr", "ar", "pl")
    )
    tonnes_of = unit.factor >= 1000 and state.word(quantity.last) in ("of", "de", "di")
    alone = clause.first >= around.first and clause.last <= around.last  # "angle steel, 20 t"
    if alone and unit.dimension == "mass" and unit.factor >= 1000 and not state.ordered:
        return True
    limit = around.op in ("lt", "le") and not of and "bulk" not in state.kinds
    if (asked and not limit) or (opening and of) or tonnes_of:  # "a press under 30 kg"
        return True
    return "bulk" in state.kinds and (unit.factor >= 1000 or max(quantity.values) >= 200)


def bare_volume(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    """Record a volume."""
    if unit.factor == 1000.0 and (
        "bulk" in state.kinds
        or "sheet" in state.kinds
        or orders_bulk(state, quantity, around, unit)
    ):
        emit(state, quantity, around, "order_quantity", 0.8)
        return
    if (
        orders_bulk(state, quantity, around, unit)
        and max(quantity.values) >= 50
        and "vessel" not in state.kinds
        and state.word(quantity.last) in ("of", "de", "di")
    ):
        emit(state, quantity, around, "order_quantity", 0.75)
        return
    if state.word(quantity.last) == "/" and state.tokens.kinds[quantity.last + 1 :][:1] == ["n"]:
        return  # "2.2 L/100 km" is what it burns
    burns = {state.word(quantity.first - 1), state.word(quantity.last)} & _FUELS
    litres = unit.raw == "l" and bool(burns) and max(quantity.values) <= _LARGEST_ENGINE
    engine = litres or (unit.raw in ("cc", "ccm") and {"vehicle", "machine"} & state.kinds)
    emit(state, quantity, around, "displacement" if engine else "volume", 0.85)


def bare_area(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    """Record an area."""
    of = state.word(quantity.last) in ("of", "de", "di")
    name = (
        "order_quantity"
        if (of and orders_bulk(state, quantity, around, unit))
        or ("sheet" in state.kinds and max(quantity.values) >= 20)
        else "area"
    )
    emit(state, quantity, around, name, 0.75)
