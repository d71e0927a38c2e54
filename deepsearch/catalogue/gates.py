"""Whether the values of a column say what a field takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from deepsearch.catalogue.durations import parse_days, parse_founding_year, parse_years
from deepsearch.catalogue.lexicon import header_tokens
from deepsearch.catalogue.money import currency_in, parse_price
from deepsearch.catalogue.places import country_code
from deepsearch.catalogue.profiles import URL, Profile
from deepsearch.catalogue.texts import parse_dictionary
from deepsearch.catalogue.units import is_known_unit
from deepsearch.catalogue.values import (
    parse_count,
    parse_flag,
    parse_quantity,
    parse_ratio,
    parse_score,
)

__all__ = ["GATES", "Gate"]

Gate: TypeAlias = Callable[[Profile], float]
"""Share of a column's distinct values that fit a field, 0..1."""


def _reads(parse: Callable[[str], object]) -> Gate:
    return lambda column: column.reads(parse)


def _short_words(limit: int) -> Gate:
    return lambda column: column.words if column.length <= limit else 0.0


def _code(column: Profile) -> float:
    return column.share(
        lambda value: len(value) <= 64 and not URL.fullmatch(value) and value.count(" ") <= 2
    )


def _duration(column: Profile) -> float:
    unit = column.unit.lower() if column.unit else None
    if unit is None and "days" in header_tokens(column.bare):
        unit = "days"
    return column.reads(lambda value: parse_days(value, unit=unit))


def _years(column: Profile) -> float:
    return column.share(lambda v: (y := parse_years(v, unit="years")) is not None and y < 200)


def _founded(column: Profile) -> float:
    now = datetime.now(UTC).year
    return column.reads(lambda value: parse_founding_year(value, now=now))


def _mark(column: Profile) -> float:
    """Yes/no cells, or a picture or link that stands there only where the answer is yes."""
    yes_no = column.share(lambda value: parse_flag(value) is not None)
    lone = len(column.distinct) == 1 and 0 < column.fill < 1
    return max(yes_no, 0.9 if lone else 0.0)


def _identifier(column: Profile) -> float:
    """Codes that tell the rows apart, in nearly every row."""
    if column.fill < 0.98 or column.variety < 0.95:
        return 0.0
    return _code(column)


def _unit_words(column: Profile) -> float:
    return column.share(lambda v: is_known_unit(v) or (len(v) <= 12 and v.isalpha()))


def _ratio(column: Profile) -> float:
    return column.reads(lambda value: parse_ratio(value, percent=True))


def _title(column: Profile) -> float:
    return column.words if column.length <= 400 and column.variety > 0.02 else 0.0


GATES: Mapping[str, Gate] = {
    "id": _identifier,
    "title": _title,
    "description": lambda c: c.words,
    "category": _short_words(120),
    "brand": _short_words(60),
    "model": _code,
    "url": lambda c: c.urls if c.pictures < 0.5 else 0.0,
    "image": lambda c: max(c.pictures, c.urls if c.variety > 0.5 else 0.0),
    "video": lambda c: c.urls,
    "origin": _short_words(60),
    "price": _reads(parse_price),
    "price_min": _reads(parse_price),
    "price_max": _reads(parse_price),
    "currency": lambda c: c.share(currency_in),
    "price_unit": _unit_words,
    "min_order_quantity": _reads(parse_quantity),
    "order_unit": _unit_words,
    "lead_time": _duration,
    "dispatch_time": _duration,
    "warranty": _duration,
    "sample_price": _reads(parse_price),
    "sample_time": _duration,
    "payment_terms": _short_words(200),
    "incoterms": _short_words(120),
    "monthly_capacity": _reads(parse_quantity),
    "stock": _reads(parse_quantity),
    "ship_from": _short_words(80),
    "certifications": _short_words(300),
    "specifications": _reads(parse_dictionary),
    "gtin": lambda c: c.share(lambda v: re.fullmatch(r"\d{8}|\d{12,14}", v.strip())),
    "hs_code": lambda c: c.share(lambda v: re.fullmatch(r"\d{4}(?:[. ]?\d{2}){0,3}", v.strip())),
    "unspsc": lambda c: c.share(lambda v: re.fullmatch(r"\d{6,8}", v.strip())),
    "etim": lambda c: c.share(lambda v: re.fullmatch(r"E[CGF]?\d{6}", v.strip())),
    "sku": _code,
    "mpn": _code,
    "supplier.id": _code,
    "supplier.name": _short_words(150),
    "supplier.type": _short_words(80),
    "supplier.country": lambda c: c.share(country_code),
    "supplier.state": _short_words(60),
    "supplier.city": _short_words(60),
    "supplier.location": _short_words(200),
    "supplier.url": lambda c: c.urls if c.pictures < 0.5 else 0.0,
    "supplier.years": _years,
    "supplier.established": _founded,
    "section": _short_words(200),
    "supplier.verified": _mark,
    "supplier.trade_assurance": _mark,
    "supplier.rating": _reads(parse_score),
    "supplier.rating_count": _reads(parse_count),
    "supplier.review_score": _reads(parse_score),
    "supplier.store_reviews": _reads(parse_count),
    "supplier.reorder_rate": _ratio,
    "supplier.on_time_rate": _ratio,
    "supplier.dispute_rate": _ratio,
    "supplier.response_rate": _ratio,
    "supplier.response_time": _duration,
    "supplier.orders": _reads(parse_count),
    "supplier.employees": lambda c: c.share(lambda v: re.search(r"\d", v)),
    "supplier.floor_area": _reads(parse_quantity),
    "supplier.annual_revenue": _reads(parse_price),
    "supplier.main_markets": _short_words(400),
    "supplier.badges": lambda c: c.words if c.length < 400 else 0.0,
}
"""Field → what its values must be; a field not named here takes any."""
