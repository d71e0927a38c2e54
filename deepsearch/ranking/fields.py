"""Where each requirement field is found in a listing, and how it is compared.

The table is data: `judge` walks it for one listing, `RequirementMatcher` for columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from deepsearch.ranking.compare import Sense
from deepsearch.schema import EvidenceGrade, Listing, Quantity, Requirement, Supplier

__all__ = [
    "CANONICAL_UNITS",
    "CUSTOMISABLE",
    "FACTS",
    "LISTS",
    "NUMBER_FIELDS",
    "OPEN_LISTS",
    "PLACE_FIELDS",
    "Fact",
    "Kind",
    "field_words",
    "kind_of",
    "sense_of",
    "tolerance_of",
    "unit_words",
]


class Kind(Enum):
    """Which rule judges a requirement."""

    NUMBER = auto()  # a supplier's or offer's number, or a product number in claims
    TEXT = auto()
    FLAG = auto()
    CAPABILITY = auto()  # a flag that may hold from a quantity on
    CERTIFICATE = auto()
    ORDER_QUANTITY = auto()
    UNIT_PRICE = auto()
    BUDGET = auto()
    LEAD_TIME = auto()
    DELIVERY_DATE = auto()
    SAMPLE = auto()
    DESTINATION = auto()
    PLACE = auto()  # a town or a region: buyers do not say which


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A field that has a column of its own.

    Attributes:
        columns: Facts columns, the first that knows wins.
        get: The same from a record; None where unknown.
        better: +1 where more is better (an `eq` is read as "at least"), -1 where less.
        unit: Canonical unit.
        unit_column: Column holding each row's own unit, where it has one.
        grade: What such a fact rests on.
    """

    columns: tuple[str, ...]
    get: Callable[[Listing], float | str | bool | Quantity | None]
    better: int = 0
    unit: str | None = None
    unit_column: str | None = None
    grade: EvidenceGrade = EvidenceGrade.LISTED


def _supplier(
    get: Callable[[Supplier], float | str | bool | None],
) -> Callable[[Listing], float | str | bool | None]:
    return lambda listing: None if listing.supplier is None else get(listing.supplier)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


_PLATFORM = EvidenceGrade.PLATFORM

FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "min_order_quantity": Fact(
            columns=("min_order_quantity.value",),
            unit_column="min_order_quantity.unit",
            get=lambda listing: listing.offer.min_order_quantity,
            better=-1,
        ),
        "monthly_capacity": Fact(
            columns=("monthly_capacity.value",),
            unit_column="monthly_capacity.unit",
            get=lambda listing: listing.offer.monthly_capacity,
            better=1,
        ),
        "stock": Fact(
            columns=("stock.value",),
            unit_column="stock.unit",
            get=lambda listing: listing.offer.stock,
            better=1,
        ),
        "warranty": Fact(
            columns=("warranty_months",),
            get=lambda listing: listing.offer.warranty_months,
            better=1,
            unit="month",
        ),
        "supplier_years": Fact(
            columns=("supplier.years",),
            get=_supplier(lambda s: s.years),
            better=1,
            unit="year",
            grade=_PLATFORM,
        ),
        "response_time": Fact(
            columns=("supplier.response_time_hours",),
            get=_supplier(lambda s: s.response_time_hours),
            better=-1,
            unit="hour",
            grade=_PLATFORM,
        ),
        "reorder_rate": Fact(
            columns=("supplier.reorder_rate",),
            get=_supplier(lambda s: s.reorder_rate),
            better=1,
            grade=_PLATFORM,
        ),
        "on_time_rate": Fact(
            columns=("supplier.on_time_rate",),
            get=_supplier(lambda s: s.on_time_rate),
            better=1,
            grade=_PLATFORM,
        ),
        "rating": Fact(
            columns=("supplier.rating", "supplier.review_score"),
            get=_supplier(lambda s: _first(s.rating, s.review_score)),
            better=1,
            grade=_PLATFORM,
        ),
        "review_count": Fact(
            columns=("supplier.rating_count", "supplier.store_reviews"),
            get=_supplier(lambda s: _first(s.rating_count, s.store_reviews)),
            better=1,
            grade=_PLATFORM,
        ),
        "supplier_verified": Fact(
            columns=("supplier.verified",), get=_supplier(lambda s: s.verified), grade=_PLATFORM
        ),
        "trade_assurance": Fact(
            columns=("supplier.trade_assurance",),
            get=_supplier(lambda s: s.trade_assurance),
            grade=_PLATFORM,
        ),
        "supplier_type": Fact(columns=("supplier.type",), get=_supplier(lambda s: s.type)),
        "supplier_country": Fact(columns=("supplier.country",), get=_supplier(lambda s: s.country)),
        "supplier_state": Fact(columns=("supplier.state",), get=_supplier(lambda s: s.state)),
        "supplier_city": Fact(columns=("supplier.city",), get=_supplier(lambda s: s.city)),
        "origin": Fact(columns=("origin",), get=lambda listing: listing.origin),
        "brand": Fact(columns=("brand",), get=lambda listing: listing.brand),
        "model": Fact(columns=("model",), get=lambda listing: listing.model),
        "incoterm_place": Fact(
            columns=("incoterm_place",), get=lambda listing: listing.offer.incoterm_place
        ),
    }
)

# Fields kept as a list of texts on the record, beside claims of the same dimension.
LISTS: Mapping[str, tuple[str, Callable[[Listing], tuple[str, ...]]]] = MappingProxyType(
    {
        "payment_terms": ("payment_terms", lambda listing: listing.offer.payment_terms),
        "incoterm": ("incoterms", lambda listing: listing.offer.incoterms),
    }
)

# What a listing does not mention here it may still have: silence is unknown. Such a value
# is denied only by a claim of the dimension "no_<field>".
OPEN_LISTS = frozenset(
    {"payment_terms", "incoterm", "incoterm_place", "standard", "certification", "model",
     "application", "compatible_with", "size", "destination"}
)  # fmt: skip

PLACE_FIELDS = ("supplier_city", "supplier_state")
"""What a place buyers ask for may be: a town, or a region."""

NAMES = frozenset({"brand", "model"})
"""Names that running text also gives of what the goods fit: mentioned there, they show nothing."""

STATED_BY: Mapping[str, Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {"automatic": {"automation": {"semi automatic": -1, "manual": -1}}}
)
"""Flag → other dimension → its normalised text → yes (1) or no (-1)."""

_CAPABILITIES = frozenset(
    {"custom_logo", "custom_packaging", "custom_design", "oem", "odm", "private_label",
     "custom_graphic"}
)  # fmt: skip

CUSTOMISABLE = frozenset(
    {"colour", "finish", "size", "shape", "length", "width", "height", "depth", "thickness",
     "diameter", "area", "areal_weight"}
)  # fmt: skip
"""What a maker of custom designs can change: a stated standard value is then no refusal."""

_CAPACITY = frozenset(
    {"load_capacity", "throughput", "range", "monthly_capacity", "pressure", "flow_rate",
     "torque", "force", "speed", "rotation_speed", "brightness", "storage", "memory",
     "battery_capacity", "energy", "cutting_width", "temperature", "stock"}
)  # fmt: skip
_ENVELOPE = frozenset({"operating_temperature", "internal_temperature", "humidity"})

_SPECIAL: Mapping[str, Kind] = MappingProxyType(
    {
        "order_quantity": Kind.ORDER_QUANTITY,
        "unit_price": Kind.UNIT_PRICE,
        "budget": Kind.BUDGET,
        "lead_time": Kind.LEAD_TIME,
        "delivery_date": Kind.DELIVERY_DATE,
        "sample": Kind.SAMPLE,
        "certification": Kind.CERTIFICATE,
        "destination": Kind.DESTINATION,
        "supplier_city": Kind.PLACE,
    }
)

CANONICAL_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "weight": "kg", "load_capacity": "kg", "length": "mm", "width": "mm", "height": "mm",
        "depth": "mm", "thickness": "mm", "diameter": "mm", "area": "m2", "volume": "l",
        "screen_size": "in", "temperature": "degC", "operating_temperature": "degC",
        "humidity": "%", "power": "W", "voltage": "V", "current": "A", "frequency": "Hz",
        "battery_capacity": "mAh", "energy": "Wh", "pressure": "bar", "flow_rate": "l/min",
        "torque": "N.m", "force": "N", "speed": "m/s", "rotation_speed": "rpm", "noise": "dB",
        "storage": "GB", "memory": "GB", "density": "kg/m3", "areal_weight": "g/m2",
        "tolerance": "mm", "age_range": "year", "seating": "person", "range": "km",
        "time": "s", "angle": "deg", "brightness": "lm", "warranty": "month",
        "supplier_years": "year", "response_time": "hour", "lead_time": "day",
    }
)  # fmt: skip

NUMBER_FIELDS = (
    frozenset(CANONICAL_UNITS)
    | {field for field, fact in FACTS.items() if fact.better}
    | {"order_quantity", "unit_price", "budget"}
)
"""Fields that only a number says anything of."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "supplier_years": "years in business", "min_order_quantity": "minimum order",
        "order_quantity": "order of", "supplier_verified": "verified supplier",
        "supplier_type": "supplier's kind", "supplier_country": "supplier's country",
        "supplier_city": "supplier's place", "supplier_state": "supplier's state",
        "on_time_rate": "share of orders on time", "reorder_rate": "share of buyers who reorder",
        "custom_logo": "own logo", "custom_packaging": "own packaging",
        "custom_design": "own design", "oem": "OEM", "odm": "ODM", "hs_code": "HS code",
        "ip_rating": "IP rating", "incoterm": "Incoterm", "incoterm_place": "Incoterm's place",
    }
)  # fmt: skip
_PLURALS = frozenset({"piece", "year", "month", "day", "hour", "set", "pair", "person", "unit"})


def field_words(field: str) -> str:
    """Return a field's name as a buyer would say it: "supplier_years" → "years in business"."""
    return _WORDS.get(field) or field.replace("_", " ")


def unit_words(unit: str, value: float) -> str:
    """Return a unit as it is said with a number: 7 "hours", 1 "hour", 7 "kg"."""
    return f"{unit}s" if unit in _PLURALS and value != 1 else unit


def kind_of(requirement: Requirement) -> Kind:
    """Return which rule judges a requirement: by its field, else by its value's type."""
    field = requirement.field
    if field in _CAPABILITIES:
        return Kind.CAPABILITY
    if field in _SPECIAL:
        return _SPECIAL[field]
    value = requirement.value
    sample = value[0] if isinstance(value, tuple) and value else value
    if isinstance(sample, bool):
        return Kind.FLAG
    return Kind.NUMBER if isinstance(sample, int | float) else Kind.TEXT


def sense_of(field: str) -> Sense:
    """Return how a field's stated interval is to be read."""
    if field in _CAPACITY:
        return Sense.CAPACITY
    return Sense.ENVELOPE if field in _ENVELOPE else Sense.PLAIN


def tolerance_of(field: str) -> float:
    """Return the relative slack of `eq`: nominal sizes 1 %, mains voltage 5 % (220 / 230 V)."""
    if field in FACTS or field in _ENVELOPE:
        return 0.0
    return 0.05 if field == "voltage" else 0.01
