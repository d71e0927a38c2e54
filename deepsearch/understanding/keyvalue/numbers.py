"""Numbers under a key: "Voltage: 220", "Gain: 9 dBi", "Pieces: 12"."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.field_units import fits, in_field_unit
from deepsearch.understanding.fields import CAPABILITY, DIMENSIONS, FIELD_UNIT
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.units import Unit, convert

__all__ = ["bare_number", "open_quantities"]

# These need the goods or the currency that the general reading of quantities knows.
_LEFT_TO_QUANTITIES = frozenset(
    {
        "order_quantity",
        "min_order_quantity",
        "annual_quantity",
        "unit_price",
        "budget",
        "hs_code",
        "monthly_capacity",
    }
)
# Fields people give without the unit, because there is only one.
_UNIT_KNOWN = frozenset(
    {
        "voltage",
        "frequency",
        "power",
        "rotation_speed",
        "noise",
        "current",
        "humidity",
        "areal_weight",
        "seating",
    }
)
# A length without its word is a length of anything; volts without theirs are a voltage.
_DEGREES = word_set("quantity", "bare_degrees")
_VAGUE = frozenset({"length", "mass", "volume", "area"})
_SIDES = frozenset({"length", "width", "height", "depth", "thickness", "diameter", "weight"})
# Of an act of the thing, not of the thing at work.
_ACTS = frozenset(
    {
        "charging",
        "charge",
        "discharging",
        "discharge",
        "starting",
        "standby",
        "surge",
        "peak",
        "cutoff",
    }
)
_OF_THE_WHOLE = word_set("key", "of_the_whole")
_FITTED = frozenset({"applied", "applicable", "suitable", "compatible", "suited"})
# Of these the goods have their own, and what they serve another.
_ITS_OWN = _SIDES | {"volume", "area", "tank_capacity", "displacement"}
_BOUNDS = frozenset({"max", "maximum", "min", "minimum", "."})
_CELLS = frozenset({"bms", "series", "cells", "cell", "configuration", "battery_configuration"})
_MOST = frozenset({"max", "maximum"})
_RESISTING = frozenset({"resistant", "resistance", "resisting", "proof"})
_GRAM = 0.001  # kg
_ALL = 100  # percent
_TYRES = frozenset({"tire", "tires", "tyre", "tyres"})
_DAY = 86400.0  # seconds
_NO_MEASURE = frozenset({"count", "money", "persons"})


def bare_number(scan: Scan, pair: Pair) -> Draft | None:
    """A draft of a pair whose value is one bare number, or None.

    Args:
        scan: The text.
        pair: A pair of it.

    Returns:
        The number under the field its key names, in the unit in brackets behind the key or
        the field's own; under the key's own name where no field knows it.
    """
    found = _number_alone(scan, pair)
    if found is None or any(text not in ("type", "ignore", "application") for text in pair.texts):
        return None
    value, last = found
    if pair.unit_hint > 0 and not pair.whole and len({*pair.fields}) > 1 and pair.name:
        sense = next(iter(scan.units_at(pair.unit_hint)), None)
        if sense is not None:  # "Engine Oil Capacity (L)" names several: it is one of its own
            value = convert(value, sense)
            return Draft(pair.name, "eq", value, sense.canonical, pair.first, last, 0.65)
    for name in pair.fields:
        if name in _LEFT_TO_QUANTITIES:
            return None
        draft = _under_field(scan, pair, name, value, last)
        if draft is not None:
            if name not in CAPABILITY and scan.tokens.words[pair.first] in _MOST:
                draft.op = "le"  # "Max weight (kg): 12"
            return draft
    if pair.fields or (pair.name and not pair.texts and pair.sure):
        return Draft(pair.name, "eq", value, None, pair.first, last, 0.7) if pair.name else None
    return None


def _under_field(scan: Scan, pair: Pair, name: str, value: float, last: int) -> Draft | None:
    unit = FIELD_UNIT.get(name)
    if pair.unit_hint > 0:
        senses = scan.units_at(pair.unit_hint)
        sense = next((u for u in senses if u.dimension in DIMENSIONS.get(name, ())), None)
        if sense is not None:
            measured = convert(value, sense)
            return Draft(name, "eq", measured, sense.canonical, pair.first, last, 0.85)
    if (name in FIELD_UNIT and unit is None) or not DIMENSIONS.get(name, ("x",)):
        return Draft(name, "eq", value, None, pair.first, last, 0.85)
    if name in _UNIT_KNOWN and unit is not None:
        return Draft(name, "eq", value, unit, pair.first, last, 0.75)
    return None


def _number_alone(scan: Scan, pair: Pair) -> tuple[float, int] | None:
    """The one bare number a value is, and the token after it."""
    if pair.end <= pair.begin or scan.tokens.kinds[pair.begin] != "n":
        return None
    atom = NumberReader(scan.tokens, scan.language, scan.languages).at(pair.begin)
    if atom is None or atom.values:
        return None
    rest = scan.tokens.words[atom.last : pair.end]
    key = {word.rstrip("s") for word in scan.tokens.words[pair.first : pair.colon]}
    echoed = all(word.rstrip("s") in key for word in rest)  # "Layers: 5 layers"
    return (atom.value, atom.last) if echoed or rest[0] in (",", "\n") else None


def open_quantities(scan: Scan, pairs: list[Pair], quantities: list[Quantity]) -> list[Draft]:
    """Quantities under a key no field knows: "Gain: 9 dBi", "Shank: 6 mm".

    Args:
        scan: The text.
        pairs: Its pairs.
        quantities: Quantities of the text.

    Returns:
        Drafts; their tokens are marked as spoken for.
    """
    found = []
    starting = {quantity.first: quantity for quantity in quantities}
    for pair in pairs:
        sized = pair.texts == ("size",) and not pair.whole  # "Grip size: 45 mm"
        quantity = _leading(scan, pair, starting)
        if quantity is None or not pair.name or (pair.texts and not sized):
            continue
        counted = _counted(scan, pair, quantity) or _per_area(pair, quantity)
        counted = counted or _tyre(scan, pair, quantity) or _in_brackets(scan, pair, quantity)
        if counted is None and _share_of(scan, pair, quantity):
            continue  # "Filling: 100% memory foam"
        if counted is not None:
            found.append(counted)
            scan.claim(counted.first, counted.last)
            continue
        named = any(fits(name, quantity) for name in pair.fields)
        known = pair.fields and (pair.whole or not pair.sure)  # "Speed: 1450 rpm"
        if named and not pair.sure and _perhaps_of_part(scan, pair):
            scan.claim(pair.first, quantity.last)
            continue
        if known and not named and _unfit(scan, pair, quantity):
            scan.claim(pair.first, quantity.last)  # "Storage: 1400 W"
            continue
        general = known if not named else not _of_part(scan, pair)
        if general or scan.tokens.words[quantity.last : quantity.last + 1] == ["/"]:
            continue
        draft = _measured(pair, quantity, _bound(scan, pair, quantity))
        if draft is not None and draft.op == "any_of" and "+" in _between(scan, quantity):
            draft.op = "all_of"  # "Camera: 50 MP+12 MP"
        staffed = quantity.unit is not None and quantity.unit.dimension == "persons"
        if staffed and not pair.fields:  # "Workers required: 5-6 people"
            scan.claim(pair.first, quantity.last)
            continue
        if draft is not None:
            found.append(draft)
            scan.claim(draft.first, draft.last)
        elif not pair.sure and quantity.unit is not None and quantity.unit.dimension in _VAGUE:
            scan.claim(pair.first, quantity.last)  # of something, but of what?
    return found


def _in_brackets(scan: Scan, pair: Pair, quantity: Quantity) -> Draft | None:
    """As in "Weight (max): 5 kg": what bounds a value stands in brackets behind its key."""
    bound = scan.value_at(pair.unit_hint, "bound") if pair.unit_hint > 0 else None
    if bound is None or quantity.shape != "one":
        return None
    for name in pair.fields:
        unit = next((u for u in quantity.units if u.dimension in DIMENSIONS.get(name, ())), None)
        if unit is None or name in _LEFT_TO_QUANTITIES:
            continue
        value, canonical = in_field_unit(name, quantity.values[0], quantity.counts[0], unit)
        op = "le" if bound == "max" and name not in CAPABILITY else "ge"
        return Draft(name, op, value, canonical, pair.first, quantity.last, 0.85)
    return None


def _between(scan: Scan, quantity: Quantity) -> list[str]:
    return scan.tokens.words[quantity.first + 1 : quantity.last]


def _unfit(scan: Scan, pair: Pair, quantity: Quantity) -> bool:
    """Whether a key plainly names a field that a quantity cannot be of."""
    unit = quantity.unit
    physical = unit is not None and unit.dimension not in _NO_MEASURE | {"time", "percent"}
    last = scan.match_of(pair.colon - 1)
    headed = last is not None and any(kind == "field" for kind, _ in last.payloads)
    alone = quantity.shape != "dims" and quantity.last >= pair.end
    vague = "capacity" in scan.tokens.words[pair.first : pair.colon]  # "Capacity: 4 GB"
    told = (pair.whole or not pair.sure) and all(DIMENSIONS.get(name) for name in pair.fields)
    return physical and headed and alone and not vague and told


def _of_part(scan: Scan, pair: Pair) -> bool:
    """Whether a key measures a part: "Band Width" is no width of the watch."""
    words = scan.tokens.words[pair.first : pair.colon]
    if pair.sure and not pair.whole and words[0] in _FITTED and _ITS_OWN & {*pair.fields}:
        return True  # "Applied capacity: 40-200 l" is that of the fridge, not the compressor
    if pair.sure and any(
        word in _ACTS and words[i - 1 : i] != ["per"] for i, word in enumerate(words)
    ):
        return True  # "Maximum charging voltage", not "Range per charge"
    if pair.whole or not pair.sure or not set(pair.fields) <= _SIDES:
        return False
    begin = pair.first
    while begin < pair.colon - 1 and scan.tokens.words[begin] in _BOUNDS:
        begin += 1  # "Max. tree height"
    first = scan.match_of(begin)
    words = scan.tokens.words[begin : pair.colon]
    if len(words) == 2:
        return first is None and words[0] not in _OF_THE_WHOLE
    named = len(words) == 3 and not {*words[:2]} & _OF_THE_WHOLE  # "Ball screw diameter"
    return named and scan.has(pair.colon - 1, "field") and scan.tokens.kinds[begin] == "w"


def _counted(scan: Scan, pair: Pair, quantity: Quantity) -> Draft | None:
    """As in "Sheets per roll: 380 sheets": these are not ordered."""
    words = scan.tokens.words[pair.first : pair.colon]
    plain = quantity.shape == "one" and quantity.unit is not None and not pair.fields
    if not plain or quantity.sense("count") is None or "per" not in words:
        return None
    value = float(quantity.counts[0])
    return Draft(pair.name, "eq", value, None, pair.first, quantity.last, 0.65)


def _tyre(scan: Scan, pair: Pair, quantity: Quantity) -> Draft | None:
    """As in "Tyre size: 3.5-10 inch": how wide, and on what rim, no range."""
    words = {*scan.tokens.words[pair.first : pair.colon]}
    if pair.texts != ("size",) or not words & _TYRES or quantity.shape != "range":
        return None
    value = scan.raw(quantity.first, quantity.last)
    return Draft(pair.name, "eq", value, None, pair.first, quantity.last, 0.65)


def _share_of(scan: Scan, pair: Pair, quantity: Quantity) -> bool:
    """Whether a percentage under a key no field knows is of the words behind it."""
    percent = quantity.unit is not None and quantity.unit.dimension == "percent"
    at = quantity.last
    if at >= pair.end or not percent or pair.fields:
        return False
    return scan.has(at, "material") or (
        quantity.counts[0] == _ALL and scan.tokens.kinds[at] in "wc"
    )


def _per_area(pair: Pair, quantity: Quantity) -> Draft | None:
    """As in "Fabric Weight: 240 grams": cloth is weighed by the square metre."""
    unit = quantity.sense("mass")
    if pair.fields != ("areal_weight",) or quantity.shape != "one" or unit is None:
        return None
    if unit.factor != _GRAM:
        return None
    value = float(quantity.counts[0])
    return Draft("areal_weight", "eq", value, "g/m2", pair.first, quantity.last, 0.75)


def _perhaps_of_part(scan: Scan, pair: Pair) -> bool:
    """Whether a word before a side's name is of its key or of the value before, who can tell?"""
    words = scan.tokens.words[pair.first : pair.colon]
    field = scan.match_of(pair.colon - 1)
    before = words[-2:-1] if field is None else words[: field.first - pair.first][-1:]
    plain = bool(before) and before[0] not in _OF_THE_WHOLE | _BOUNDS
    return plain and not pair.whole and set(pair.fields) <= _SIDES


def _leading(scan: Scan, pair: Pair, starting: dict[int, Quantity]) -> Quantity | None:
    """The quantity a value begins with, comparators before it allowed."""
    at = pair.begin
    while (
        at < pair.end
        and at not in starting
        and (scan.has(at, "cmp") or scan.tokens.words[at] == ":")
    ):
        at += 1
    return starting.get(at) if at < pair.end else None


def _bound(scan: Scan, pair: Pair, quantity: Quantity) -> str:
    """The operator of a comparator between the colon and the quantity, or behind it.

    What a thing must bear is a floor: "Temperature resistant: 300 °C".
    """
    if quantity.shape == "one" and any(
        scan.has(at, "withstand") for at in range(pair.first, pair.colon)
    ):
        return "ge"
    for at in range(pair.begin, quantity.first):
        op = scan.value_at(at, "cmp")
        if op in ("ge", "gt", "le", "lt"):
            return str(op)
    behind = scan.value_at(quantity.last, "cmp_post")
    return str(behind) if behind in ("ge", "le") else quantity.op or "eq"


def _measured(pair: Pair, quantity: Quantity, op: str) -> Draft | None:
    name = pair.name
    if quantity.shape == "dims" or not quantity.units:
        return None
    unit = quantity.units[0]
    if unit.dimension in _NO_MEASURE or (unit.dimension == "time" and name in _CELLS):
        return None  # "BMS: 16S" are cells in series
    head = name.rsplit("_", 1)[-1]
    if unit.dimension == "temperature" and unit.raw in _DEGREES:
        return Draft(name, op, quantity.values[0], "deg", pair.first, quantity.last, 0.65)
    if unit.dimension == "temperature" and op == "ge" and head in _RESISTING:
        name = "temperature"
    elif unit.dimension == "charge" and head == "capacity":
        name = "battery_capacity"
    elif unit.dimension in DIMENSIONS.get(head, ()) and not pair.fields:
        name = head  # "Max. Speed: 80 km/h" is a speed
    elif not pair.sure:
        return None
    if unit.dimension == "time" and unit.factor < _DAY:
        unit = replace(unit, factor=1.0)  # contract's unit of short times is the second
    if quantity.shape == "one":
        return _single(pair, quantity, name, op, unit)
    joined = "between" if quantity.shape == "range" else "any_of"
    values = tuple(quantity.values)
    return Draft(name, joined, values, unit.canonical, pair.first, quantity.last, 0.65)


def _single(pair: Pair, quantity: Quantity, name: str, op: str, unit: Unit) -> Draft:
    """One number, or what its tolerance spans: "Fill weight: 150 g ±5 g"."""
    value, canonical = in_field_unit(name, quantity.values[0], quantity.counts[0], unit)
    place = pair.first, quantity.last
    if quantity.tolerance is None or not quantity.values[0]:
        return Draft(name, op, value, canonical, *place, 0.65)
    width = quantity.tolerance * value / quantity.values[0]
    spread = float(f"{value - width:.9g}"), float(f"{value + width:.9g}")
    return Draft(name, "between", spread, canonical, *place, 0.65)
