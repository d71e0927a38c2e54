"""Listings, requirements and tables for the ranking tests, and strategies that draw them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from deepsearch.catalogue.claims import explode
from deepsearch.catalogue.columns import flatten
from deepsearch.catalogue.records import listings_to_table
from deepsearch.ranking import RequirementMatcher
from deepsearch.ranking.fields import STATED_BY
from deepsearch.schema import (
    Claim,
    EvidenceGrade,
    LeadTime,
    Listing,
    Money,
    Offer,
    Operator,
    ParsedQuery,
    PriceTier,
    Quantity,
    Requirement,
    Supplier,
)

TODAY = date(2026, 6, 1)


def need(field: str, op: str, value: Any, unit: str | None = None, **more: Any) -> Requirement:
    return Requirement(field=field, op=Operator(op), value=value, unit=unit, **more)


def query(*requirements: Requirement, text: str = "", product: str = "thing") -> ParsedQuery:
    return ParsedQuery(text=text, language="en", product=product, requirements=requirements)


def listing(
    listing_id: str = "a",
    title: str = "thing",
    *,
    claims: tuple[Claim, ...] = (),
    supplier: Supplier | None = None,
    attributes: dict[str, str] | None = None,
    **offer: Any,
) -> Listing:
    return Listing(
        id=listing_id,
        title=title,
        claims=claims,
        supplier=supplier,
        attributes=attributes or {},
        offer=Offer(**offer),
    )


def claim(dimension: str, value: Any, unit: str | None = None, **more: Any) -> Claim:
    return Claim(dimension=dimension, value=value, unit=unit, **more)


def tables(listings: list[Listing], *, ladders: bool = True) -> tuple[pa.Table, pa.Table]:
    """Facts and claims as the catalogue gives them; with or without its ladder columns."""
    table = listings_to_table(listings)
    details = ["price_tiers", "lead_times"]
    facts = flatten(table.drop_columns(["media", "claims", "supplier_claims", *details]))
    if ladders:
        for name in details:
            facts = facts.append_column(name, table[name])
    return facts, explode(table.select(["claims", "supplier_claims"]))


def matcher(listings: list[Listing], *, ladders: bool = True) -> RequirementMatcher:
    return RequirementMatcher(*tables(listings, ladders=ladders))


# ---------------------------------------------------------------- strategies

NUMBERS = st.sampled_from([-30.0, -10.0, 0.0, 0.5, 1.0, 5.0, 10.0, 12.0, 50.0, 100.0, 220.0, 500.0])
AMOUNTS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 500.0])
UNITS = st.sampled_from(["piece", "piece", "piece", "sets", "pair", "kg", "t", "box", "dozen"])
WORDS = st.sampled_from(
    ["steel", "Stainless Steel 304", "mild steel", "aluminium", "PVC", "plastic", "dark green",
     "green", "red", "new", "used", "M8", "XL", "IP65", "IP67", "IPX5", "T/T", "L/C", "FOB",
     "CIF", "DE", "CN", "US", "Shanghai", "yes", "no", "Xiaomi", "8471.30", "847130", "8501",
     "manufacturer", "trading_company", "semi-automatic",
     "ISO 9001", "CE", "ISO9001:2015", "RoHS", "BSCI"]
)  # fmt: skip
# field → (kind of value, unit of the claims)
FOCUS: dict[str, tuple[str, str | None]] = {
    "material": ("text", None), "colour": ("text", None), "size": ("text", None),
    "lid_colour": ("text", None), "condition": ("text", None), "model": ("text", None),
    "brand": ("text", None), "hs_code": ("text", None), "ip_rating": ("text", None),
    "incoterm_place": ("text", None), "automation_grade": ("text", None),
    "destination": ("text", None), "payment_terms": ("text", None), "incoterm": ("text", None),
    "supplier_type": ("text", None), "supplier_country": ("text", None), "origin": ("text", None),
    "supplier_city": ("text", None),
    "certification": ("certificate", None),
    "custom_logo": ("flag", None), "custom_design": ("flag", None), "oem": ("flag", None),
    "sample": ("flag", None), "dual_sim": ("flag", None), "supplier_verified": ("flag", None),
    "trade_assurance": ("flag", None), "automatic": ("flag", None),
    "voltage": ("number", "V"), "operating_temperature": ("number", "degC"),
    "load_capacity": ("number", "kg"), "weight": ("number", "kg"), "length": ("number", "mm"),
    "phases": ("number", None), "supplier_years": ("number", "year"),
    "warranty": ("number", "month"), "response_time": ("number", "hour"),
    "reorder_rate": ("number", None), "on_time_rate": ("number", None),
    "rating": ("number", None), "review_count": ("number", None),
    "order_quantity": ("order", None), "min_order_quantity": ("order", None),
    "monthly_capacity": ("order", None), "stock": ("order", None),
    "unit_price": ("money", None), "budget": ("money", None),
    "lead_time": ("days", None), "delivery_date": ("date", None),
}  # fmt: skip
PRODUCT_UNITS = st.sampled_from([None, "V", "mm", "kg", "degC", "month", "year", "day", "hour"])
CERTIFICATES = st.sampled_from(["CE", "ISO 9001", "ISO9001:2015", "RoHS", "BSCI", "FDA"])
DATES = st.sampled_from(["2026-06-01", "2026-06-06", "2026-08-01", "2027-01-01"])


def values_of(kind: str) -> st.SearchStrategy[Any]:
    """Values that fit a field, and now and then one that does not."""
    fitting: st.SearchStrategy[Any] = {
        "text": WORDS, "certificate": CERTIFICATES, "flag": st.booleans(), "number": NUMBERS,
        "order": AMOUNTS, "money": AMOUNTS, "days": AMOUNTS, "date": DATES,
    }[kind]  # fmt: skip
    stray = st.one_of(NUMBERS, WORDS, st.booleans())
    return st.integers(0, 9).flatmap(lambda n: stray if n == 0 else fitting)


@st.composite
def claims(draw: st.DrawFn, focus: str = "material") -> Claim:
    """Claims, mostly of one dimension, so that requirements on it meet them."""
    dimension = draw(
        st.sampled_from(
            [
                focus,
                focus,
                focus,
                focus,
                f"no_{focus}",
                *STATED_BY.get(focus, ()),
                "custom_design",
                "weight",
            ]
        )
    )
    kind, unit = FOCUS.get(dimension.removeprefix("no_"), ("text", None))
    value = draw(values_of(kind))
    number = isinstance(value, float)
    other_units = st.one_of(PRODUCT_UNITS, st.just(unit), st.just(unit), st.just(unit))
    return Claim(
        dimension=dimension,
        value=value,
        unit=draw(other_units) if number else None,
        high=draw(st.one_of(st.none(), NUMBERS)) if number else None,
        source=draw(st.sampled_from([None, "title", "description"])),
        scope=draw(st.sampled_from([None, None, "model", "company", "system"])),
        evidence=draw(st.sampled_from(list(EvidenceGrade))),
        expires_on=draw(st.sampled_from([None, None, date(2026, 5, 31), TODAY, date(2027, 1, 1)])),
        min_quantity=draw(st.one_of(st.none(), AMOUNTS)),
    )


@st.composite
def tiers(draw: st.DrawFn) -> PriceTier:
    low, high = sorted([draw(AMOUNTS), draw(AMOUNTS)])
    return PriceTier(
        low=low,
        high=high,
        min_quantity=draw(st.one_of(st.none(), AMOUNTS)),
        max_quantity=draw(st.one_of(st.none(), AMOUNTS)),
    )


QUANTITIES = st.builds(Quantity, value=AMOUNTS, unit=UNITS)
LEAD_TIMES = st.builds(LeadTime, days=AMOUNTS, max_quantity=st.one_of(st.none(), AMOUNTS))
CURRENCIES = st.sampled_from([None, "USD", "EUR", "INR"])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


OFFERS = st.builds(
    Offer,
    currency=CURRENCIES,
    price_unit=maybe(UNITS),
    price_tiers=st.lists(tiers(), max_size=3).map(tuple),
    min_order_quantity=maybe(QUANTITIES),
    sample_price=maybe(st.builds(Money, amount=AMOUNTS, currency=st.just("USD"))),
    sample_days=maybe(AMOUNTS),
    payment_terms=st.lists(WORDS, max_size=2).map(tuple),
    incoterms=st.lists(WORDS, max_size=2).map(tuple),
    incoterm_place=maybe(WORDS),
    lead_times=st.lists(LEAD_TIMES, max_size=3).map(tuple),
    dispatch_days=maybe(AMOUNTS),
    monthly_capacity=maybe(QUANTITIES),
    stock=maybe(QUANTITIES),
    warranty_months=maybe(AMOUNTS),
    ship_from=maybe(WORDS),
)
RATES = maybe(st.sampled_from([0.0, 0.1, 0.33, 0.9, 1.0]))
_PRICES = {
    "currency": CURRENCIES,
    "price_unit": maybe(UNITS),
    "price_tiers": st.lists(tiers(), max_size=3).map(tuple),
    "min_order_quantity": maybe(QUANTITIES),
}
_TIMES = {
    "lead_times": st.lists(LEAD_TIMES, max_size=3).map(tuple),
    "dispatch_days": maybe(AMOUNTS),
    "min_order_quantity": maybe(QUANTITIES),
}
_TERMS = {
    "payment_terms": st.lists(WORDS, max_size=2).map(tuple),
    "incoterms": st.lists(WORDS, max_size=2).map(tuple),
    "incoterm_place": maybe(WORDS),
    "ship_from": maybe(WORDS),
}
_SALES = {"min_order_quantity": maybe(QUANTITIES), "price_unit": maybe(UNITS)}
_OFFER_PARTS: dict[str, dict[str, Any]] = {
    "money": _PRICES, "days": _TIMES, "date": _TIMES, "text": _TERMS, "flag": _SALES,
}  # fmt: skip


def offers(kind: str) -> st.SearchStrategy[Offer]:
    """Offers with what requirements of a kind read; the rest unknown."""
    return st.builds(Offer, **_OFFER_PARTS[kind]) if kind in _OFFER_PARTS else OFFERS


SUPPLIERS = st.builds(
    Supplier,
    id=st.sampled_from(["s1", "s2", "s3"]),
    type=maybe(st.sampled_from(["manufacturer", "trading_company"])),
    country=maybe(st.sampled_from(["CN", "DE", "US"])),
    state=maybe(st.sampled_from(["Shanghai", "green"])),
    city=maybe(st.sampled_from(["Shanghai", "shanghai ", "red"])),
    years=maybe(AMOUNTS),
    verified=maybe(st.booleans()),
    trade_assurance=maybe(st.booleans()),
    rating=maybe(st.sampled_from([3.0, 4.5, 5.0])),
    review_score=maybe(st.sampled_from([3.0, 4.5, 5.0])),
    rating_count=maybe(AMOUNTS),
    store_reviews=maybe(AMOUNTS),
    reorder_rate=RATES,
    on_time_rate=RATES,
    response_time_hours=maybe(AMOUNTS),
    main_markets=st.lists(WORDS, max_size=2).map(tuple),
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["Material", "Color", "Automation Grade", "Voltage", "Dual SIM", "Size"]),
    WORDS,
    max_size=3,
)


@st.composite
def listings(draw: st.DrawFn, *, focus: str = "material") -> Listing:
    own = st.lists(claims(focus), max_size=3).map(tuple)
    kind = FOCUS[focus][0]
    supplier = draw(maybe(SUPPLIERS))
    if supplier is not None:
        supplier = replace(supplier, claims=draw(own))
    return Listing(
        id="a",
        title="thing",
        brand=draw(maybe(WORDS)),
        model=draw(maybe(WORDS)),
        origin=draw(maybe(st.sampled_from(["CN", "DE"]))),
        attributes=draw(ATTRIBUTES),
        identifiers=draw(st.dictionaries(st.sampled_from(["hs", "gtin"]), WORDS, max_size=1)),
        offer=draw(offers(kind)),
        supplier=supplier,
        claims=draw(own),
    )


_MANY = (Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF)


@st.composite
def requirements(draw: st.DrawFn, focus: str = "material") -> Requirement:
    kind, unit = FOCUS[focus]
    op = draw(st.sampled_from([Operator.EQ, Operator.EQ, *Operator]))
    value: Any
    if op in _MANY:
        value = tuple(draw(st.lists(values_of(kind), min_size=1, max_size=3)))
    elif op is Operator.BETWEEN:
        value = tuple(sorted([draw(NUMBERS), draw(NUMBERS)]))
    else:
        value = draw(values_of(kind))
    units: st.SearchStrategy[Any] = {
        "order": UNITS, "money": CURRENCIES, "days": st.sampled_from([None, "day", "hour"]),
    }.get(kind, st.one_of(st.just(unit), st.just(unit), PRODUCT_UNITS))  # fmt: skip
    return Requirement(field=focus, op=op, value=value, unit=draw(units), hard=draw(st.booleans()))
