"""Which counts and amounts can be compared, and how they are written for a reader."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from deepsearch.errors import InvalidInputError

__all__ = ["Rates", "canonical_order_unit", "money_text", "number_text", "order_unit_factor"]

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "pieces": "piece", "pcs": "piece", "pc": "piece", "unit": "piece", "units": "piece",
        "set": "piece", "sets": "piece", "item": "piece", "items": "piece",
        "pairs": "pair", "dozens": "dozen", "bags": "bag", "boxes": "box", "cartons": "carton",
        "packs": "pack", "cases": "case", "rolls": "roll", "sheets": "sheet", "bottles": "bottle",
        "kilogram": "kg", "kilograms": "kg", "kgs": "kg", "gram": "g", "grams": "g",
        "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t", "metric ton": "t",
        "metric tons": "t", "pound": "lb", "pounds": "lb",
        "meter": "m", "meters": "m", "metre": "m", "metres": "m", "kilometer": "km",
        "kilometers": "km", "kilometres": "km", "foot": "ft", "feet": "ft", "yard": "yd",
        "yards": "yd", "liter": "l", "liters": "l", "litre": "l", "litres": "l",
        "square meter": "m2", "square meters": "m2", "square metres": "m2",
        "cubic meter": "m3", "cubic meters": "m3",
    }
)  # fmt: skip

# unit → (family, size in the family's base unit)
_FAMILIES: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "piece": ("count", 1.0),
        "dozen": ("count", 12.0),
        "kg": ("mass", 1.0),
        "g": ("mass", 1e-3),
        "t": ("mass", 1e3),
        "lb": ("mass", 0.45359237),
        "m": ("length", 1.0),
        "km": ("length", 1e3),
        "ft": ("length", 0.3048),
        "yd": ("length", 0.9144),
        "l": ("volume", 1.0),
        "ml": ("volume", 1e-3),
        "m3": ("volume", 1e3),
        "m2": ("area", 1.0),
    }
)


def canonical_order_unit(unit: str) -> str:
    """Return the one spelling of a sales unit: "Pieces" → "piece", "sets" → "piece".

    A set is counted as one item: sellers write "1 set" of a machine and buyers "1 piece".

    Args:
        unit: The unit as written.

    Returns:
        Canonical spelling; an unfamiliar unit in lower case.
    """
    plain = unit.strip().lower()
    return _ALIASES.get(plain, plain)


def order_unit_factor(of: str | None, into: str | None) -> float | None:
    """Return how many `into` one `of` is, for counts of goods.

    A unit that is not said is taken to be the other one: a price list "from 100" beside
    an order of 100 pieces speaks of pieces.

    Args:
        of: Unit to convert from, or None where it is not said.
        into: Unit to convert into, or None.

    Returns:
        The factor, or None if the two cannot be compared (a box against a piece).
    """
    if of is None or into is None:
        return 1.0
    a, b = canonical_order_unit(of), canonical_order_unit(into)
    if a == b:
        return 1.0
    if a not in _FAMILIES or b not in _FAMILIES:
        return None
    (family_a, size_a), (family_b, size_b) = _FAMILIES[a], _FAMILIES[b]
    return size_a / size_b if family_a == family_b else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Exchange rates of one day, given by the caller.

    Attributes:
        on: The day they held.
        pairs: (from, to) → units of `to` for one of `from`; the inverse is implied.
    """

    on: date
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the rates once.

        Raises:
            InvalidInputError: If a rate is not a positive, finite number.
        """
        for (base, quote), rate in self.pairs.items():
            if not (math.isfinite(rate) and rate > 0):
                raise InvalidInputError(
                    f"Exchange rate {base}→{quote} is {rate}; expected a positive number."
                )

    def factor(self, of: str, into: str) -> float | None:
        """Return what one `of` is worth in `into`, or None where no rate is given."""
        if of == into:
            return 1.0
        direct = self.pairs.get((of, into))
        if direct is not None:
            return direct
        inverse = self.pairs.get((into, of))
        return None if inverse is None else 1.0 / inverse


def number_text(value: float) -> str:
    """Write a number for a reader: 1500 → "1,500", 2.50 → "2.5", 0.333333 → "0.333"."""
    if not math.isfinite(value):
        return "any"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.1f}".rstrip("0").rstrip(".")
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}".rstrip("0").rstrip(".")


def money_text(low: float, high: float, currency: str | None) -> str:
    """Write a price or a price range: "USD 2.10", "USD 0.20-19.80"."""

    def amount(value: float) -> str:
        if 0 < abs(value) < 0.01:
            return f"{value:.4g}"
        return f"{value:,.2f}".removesuffix(".00")

    span = amount(low) if low == high else f"{amount(low)}-{amount(high)}"
    return f"{currency} {span}" if currency else span
