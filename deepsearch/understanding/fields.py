"""What each field may be measured in, and what a bare quantity of a dimension states."""

from __future__ import annotations

from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.units import Unit, convert

__all__ = [
    "BARE",
    "CAPABILITY",
    "COUNT_NOUNS",
    "DEFAULT",
    "DIMENSIONS",
    "FIELD_UNIT",
    "fits",
    "in_field_unit",
]

_GOODS = ("count", "mass", "length", "area", "volume")

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "order_quantity": _GOODS,
    "annual_quantity": _GOODS,
    "min_order_quantity": _GOODS,
    "monthly_capacity": ("rate", *_GOODS),
    "throughput": ("rate", *_GOODS),
    "unit_price": ("money",),
    "budget": ("money",),
    "lead_time": ("time",),
    "warranty": ("time",),
    "supplier_years": ("time",),
    "response_time": ("time",),
    "time": ("time",),
    "age_range": ("time",),
    "shelf_life": ("time",),
    "service_life": ("time",),
    "battery_life": ("time",),
    "reorder_rate": ("percent",),
    "on_time_rate": ("percent",),
    "rating": (),
    "review_count": ("count",),
    "weight": ("mass",),
    "load_capacity": ("mass",),
    "pack_weight": ("mass",),
    "length": ("length",),
    "width": ("length",),
    "height": ("length",),
    "depth": ("length",),
    "thickness": ("length",),
    "diameter": ("length",),
    "inner_diameter": ("length",),
    "stroke": ("length",),
    "cable_length": ("length",),
    "roll_length": ("length",),
    "lifting_height": ("length",),
    "seat_height": ("length",),
    "working_width": ("length",),
    "head": ("length",),
    "altitude": ("length",),
    "pitch": ("length",),
    "tolerance": ("length", "percent"),
    "screen_size": ("length",),
    "range": ("length",),
    "area": ("area",),
    "volume": ("volume",),
    "tank_capacity": ("volume", "mass"),
    "displacement": ("volume",),
    "cross_section": ("cross_section", "area"),
    "temperature": ("temperature",),
    "operating_temperature": ("temperature",),
    "humidity": ("percent",),
    "moisture_content": ("percent",),
    "purity": ("percent",),
    "alcohol_content": ("percent",),
    "efficiency": ("percent",),
    "protein_content": ("percent",),
    "fat_content": ("percent",),
    "power": ("power", "apparent_power"),
    "voltage": ("voltage",),
    "current": ("current",),
    "frequency": ("frequency",),
    "battery_capacity": ("charge", "energy"),
    "energy": ("energy",),
    "pressure": ("pressure",),
    "flow_rate": ("flow",),
    "torque": ("torque",),
    "force": ("force", "mass"),
    "speed": ("speed",),
    "rotation_speed": ("rotation",),
    "noise": ("sound",),
    "resolution": ("pixels", "ppi"),
    "storage": ("data",),
    "memory": ("data",),
    "density": ("density",),
    "areal_weight": ("areal",),
    "yarn_count": ("denier",),
    "hardness": (),
    "seating": ("persons",),
    "angle": ("angle", "temperature"),
    "brightness": ("light", "luminance", "illuminance"),
    "layers": ("count",),
    "phases": (),
    "pack_size": ("count",),
    "color_temperature": ("color_temperature",),
    "particle_size": ("mesh", "length"),
    "strength": ("strength", "pressure"),
    "impedance": ("resistance",),
    "data_rate": ("frequency", "speed_data", "data"),
    "pins": (),
    "cycle_life": (),
    "doors": (),
    "wheels": (),
    "compartments": (),
    "channels": (),
    "axis": (),
    "burners": (),
    "gears": (),
    "slots": (),
    "buttons": (),
    "strings": (),
    "blades": (),
    "drawers": (),
    "ports": (),
    "cores": (),
    "panels": (),
    "pockets": (),
    "keys": (),
    "thread_size": ("length",),
    "hs_code": (),
    "carton_size": ("length",),
}
"""Field → dimensions it may be measured in; a field with none takes a bare number."""

COUNT_NOUNS = frozenset(
    {
        "layers",
        "pins",
        "doors",
        "wheels",
        "compartments",
        "cycle_life",
        "channels",
        "axis",
        "burners",
        "gears",
        "slots",
        "buttons",
        "strings",
        "blades",
        "drawers",
        "ports",
        "cores",
        "panels",
        "pockets",
        "keys",
        "phases",
    }
)
"""Parts that are counted: the number stands before the word, or after its colon."""

BARE = frozenset(
    {
        "order_quantity",
        "annual_quantity",
        "min_order_quantity",
        "rating",
        "review_count",
        "areal_weight",
        "layers",
        "phases",
        "seating",
        "pack_size",
        "age_range",
        "particle_size",
        "hardness",
        "pins",
        "doors",
        "wheels",
        "compartments",
        "cycle_life",
        "channels",
        "axis",
        "burners",
        "gears",
        "slots",
        "buttons",
        "strings",
        "blades",
        "drawers",
        "ports",
        "cores",
        "panels",
        "pockets",
        "keys",
        "rotation_speed",
        "color_temperature",
        "reorder_rate",
        "on_time_rate",
        "supplier_years",
        "monthly_capacity",
    }
)
"""Fields a number without a unit may belong to in running text."""

FIELD_UNIT: dict[str, str | None] = {
    "lead_time": "day",
    "warranty": "month",
    "supplier_years": "year",
    "response_time": "hour",
    "time": "s",
    "age_range": "year",
    "shelf_life": "month",
    "service_life": "year",
    "battery_life": "s",
    "altitude": "m",
    "weight": "kg",
    "load_capacity": "kg",
    "length": "mm",
    "width": "mm",
    "height": "mm",
    "depth": "mm",
    "thickness": "mm",
    "diameter": "mm",
    "inner_diameter": "mm",
    "stroke": "mm",
    "area": "m2",
    "volume": "l",
    "screen_size": "in",
    "temperature": "degC",
    "operating_temperature": "degC",
    "humidity": "%",
    "power": "W",
    "voltage": "V",
    "current": "A",
    "frequency": "Hz",
    "battery_capacity": "mAh",
    "energy": "Wh",
    "pressure": "bar",
    "flow_rate": "l/min",
    "torque": "N.m",
    "force": "N",
    "speed": "m/s",
    "rotation_speed": "rpm",
    "noise": "dB",
    "storage": "GB",
    "memory": "GB",
    "density": "kg/m3",
    "areal_weight": "g/m2",
    "tolerance": "mm",
    "seating": "person",
    "range": "km",
    "angle": "deg",
    "brightness": "lm",
    "layers": None,
    "rating": None,
    "review_count": None,
    "reorder_rate": None,
    "on_time_rate": None,
    "color_temperature": "K",
    "phases": None,
    "pack_size": None,
}

DEFAULT: dict[str, str] = {
    "voltage": "voltage",
    "current": "current",
    "power": "power",
    "apparent_power": "apparent_power",
    "frequency": "frequency",
    "charge": "battery_capacity",
    "energy": "energy",
    "pressure": "pressure",
    "flow": "flow_rate",
    "torque": "torque",
    "force": "force",
    "speed": "speed",
    "rotation": "rotation_speed",
    "sound": "noise",
    "data": "storage",
    "density": "density",
    "areal": "areal_weight",
    "area": "area",
    "volume": "volume",
    "mass": "weight",
    "length": "length",
    "temperature": "temperature",
    "angle": "angle",
    "light": "brightness",
    "efficacy": "luminous_efficacy",
    "persons": "seating",
    "mesh": "particle_size",
    "fabric_ounces": "fabric_weight",
    "cross_section": "cross_section",
    "color_temperature": "color_temperature",
    "pixels": "resolution",
    "ppi": "print_resolution",
    "luminance": "luminance",
    "illuminance": "illuminance",
    "strength": "strength",
    "viscosity": "viscosity",
    "concentration": "concentration",
    "conductivity": "thermal_conductivity",
    "gain": "gain",
    "resistance": "resistance",
    "speed_data": "data_rate",
    "rated_power": "rated_power",
    "money": "unit_price",
    "count": "order_quantity",
}
"""Dimension → the field a bare quantity of it states."""

CAPABILITY = frozenset(
    {
        "load_capacity",
        "range",
        "speed",
        "throughput",
        "lifting_height",
        "flow_rate",
        "monthly_capacity",
        "head",
        "torque",
    }
)
"""Fields whose "max" says what the thing must be able to do, so at least that much."""

_SECONDS = {"day": 86400.0, "hour": 3600.0, "s": 1.0, "month": 2629800.0, "year": 31557600.0}


# Millimetres beyond which no such thing is: an "80 km" is no height, however near the word.
_FAR = 1e12
_SHORT_TIMES = frozenset({"lead_time", "response_time"})
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
    if field == "range" and of_length and max(quantity.values) < _SHORTEST_RANGE:
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


# A field measured in another unit than its dimension's canonical one.
_CONVERTED = {
    ("screen_size", "length"): (1 / 25.4, "in"),
    ("range", "length"): (1e-6, "km"),
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


def canonical(value: float, unit: Unit) -> float:
    """Convert a raw value; kept here so callers need not know the unit's module."""
    return convert(value, unit)
