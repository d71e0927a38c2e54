"""Whether a quantity may be a value of a field, and its number in the field's unit."""

from __future__ import annotations

from collections.abc import Iterator

from deepsearch.understanding.fields import BARE, DIMENSIONS, FIELD_UNIT
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.text import tokenise
from deepsearch.understanding.units import Unit, convert, unit_at

__all__ = ["fits", "in_field_unit", "in_named_unit"]

_SECONDS = {"day": 86400.0, "hour": 3600.0, "s": 1.0, "month": 2629800.0, "year": 31557600.0}


# Millimetres beyond which no such thing is: an "80 km" is no height, however near the word.
_FAR = 1e12
_SHORT_TIMES = frozenset({"lead_time", "response_time"})
_OF_METRES = frozenset({"range", "throughput", "monthly_capacity"})  # no "output shaft 20 mm"
_YEAR = 3e7  # seconds, less a little
_SHORTEST_RANGE = 1_000.0  # mm: "full-range: 12 inch" is no reach
_LONGEST = {
    "particle_size": 100.0,
    "thickness": 5_000.0,
    "pitch": 10_000.0,
    "tolerance": 1_000.0,
    "inner_diameter": 100_000.0,
    "diameter": 100_000.0,
    "width": 1_000_000.0,
    "height": 1_000_000.0,
    "length": 20_000_000.0,
    "depth": 1_000_000.0,
    "screen_size": 50_000.0,
}


def fits(field: str, quantity: Quantity) -> bool:
    """Whether a quantity may be a value of a field.

    Args:
        field: Field name.
        quantity: The quantity.

    Returns:
        True if a sense of its unit is one the field is measured in.
    """
    wanted = DIMENSIONS.get(field)
    if wanted is None:
        return False
    if not quantity.units:
        return field in BARE
    if field in _SHORT_TIMES and quantity.units[0].factor >= _YEAR:
        return False
    of_length = quantity.units[0].dimension == "length"
    if field in _OF_METRES and of_length and max(quantity.values) < _SHORTEST_RANGE:
        return False
    if of_length and max(quantity.values) > _LONGEST.get(field, _FAR):
        return False
    return any(unit.dimension in wanted for unit in quantity.units)


def _time(value: float, unit: Unit, target: str) -> float:
    if unit.factor == 2629800.0 and target == "day":
        return value / unit.factor * 30
    if unit.factor == 31557600.0 and target == "day":
        return value / unit.factor * 365
    if unit.factor == 86400.5:
        value = value / 86400.5 * 86400
    return value / _SECONDS[target]


_ORDERS = frozenset({"order_quantity", "min_order_quantity", "annual_quantity", "monthly_capacity"})
_RATIOS = frozenset({"reorder_rate", "on_time_rate"})
# Fields that count without naming what.
_PLAIN_COUNTS = frozenset({"layers", "review_count", "pack_size"})


def in_field_unit(
    field: str, value: float, count: float, unit: Unit | None
) -> tuple[float, str | None]:
    """Express a canonical value in the unit of a field.

    Args:
        field: Field name.
        value: Value in the canonical unit of `unit`.
        count: The number as a count.
        unit: The unit read, or None.

    Returns:
        (value, unit of the field).
    """
    wanted = FIELD_UNIT.get(field)
    if unit is None:
        return _unitless(field, value, count)
    if unit.dimension == "time":
        target = wanted if wanted in _SECONDS else _natural_time(unit)
        return _clean(_time(value, unit, target)), target
    if unit.dimension in ("count", "money"):  # "1.250 €": no price has three decimals
        return max(value, count * unit.factor), None if field in _PLAIN_COUNTS else unit.canonical
    if field in _ORDERS:
        return _goods(value, unit)
    if field in _RATIOS:
        return _clean(value / 100), None
    factor, name = _CONVERTED.get((field, unit.dimension), (1.0, unit.canonical))
    return (_clean(value * factor) if factor != 1.0 else value), name


def in_named_unit(field: str, value: float, unit: str) -> Iterator[tuple[float, str | None]]:
    """Express a value in a unit that was named in the unit of a field.

    Args:
        field: Field name.
        value: Value in the unit named.
        unit: Its name, such as "lb", "°C" or "pcs".

    Yields:
        (value, unit of the field), for every sense of the name that the field may be measured
        in; nothing where it has none, every sense where nothing is known of the field.
    """
    tokens = tokenise(unit)
    senses = unit_at(tokens, 0, "en") if len(tokens) else ()
    whole = [sense for sense in senses if sense.last == len(tokens)]
    wanted = DIMENSIONS.get(field, ())
    for sense in whole:
        if not wanted or sense.dimension in wanted:
            yield in_field_unit(field, convert(value, sense), value, sense)


# A field measured in another unit than its dimension's canonical one.
_CONVERTED = {
    ("screen_size", "length"): (1 / 25.4, "in"),
    ("range", "length"): (1e-6, "km"),
    ("mileage", "length"): (1e-6, "km"),
    ("altitude", "length"): (1e-3, "m"),
    ("roll_length", "length"): (1e-3, "m"),
    ("strength", "pressure"): (0.1, "MPa"),
    ("force", "mass"): (9.80665, "N"),
    ("angle", "angle"): (1.0, "deg"),
    ("angle", "temperature"): (1.0, "deg"),
}


def _unitless(field: str, value: float, count: float) -> tuple[float, str | None]:
    if field in _ORDERS:
        return count, "piece"
    if field in _RATIOS and value > 1:
        return value / 100, None
    if field in ("unit_price", "budget"):
        return value, None
    return (count if field == "review_count" else value), FIELD_UNIT.get(field)


def _natural_time(unit: Unit) -> str:
    for name, seconds in _SECONDS.items():
        if abs(unit.factor - seconds) < 1:
            return name
    return "s" if unit.factor < 3600 else "day"


def _goods(value: float, unit: Unit) -> tuple[float, str]:
    if unit.dimension == "mass":
        if unit.factor == 1000:
            return _clean(value / 1000), "t"
        return value, "kg"
    if unit.dimension == "length":
        return _clean(value / 1000), "m"
    if unit.dimension == "volume":
        return (_clean(value / 1000), "m3") if unit.factor == 1000 else (value, "l")
    return value, unit.canonical


def _clean(value: float) -> float:
    return float(f"{value:.9g}")
