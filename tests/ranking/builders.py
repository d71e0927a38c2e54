"""Listings, requirements and tables for the ranking tests, and strategies that draw them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from deepsearch.catalogue.claims import explode
from deepsearch.catalogue.columns import flatten
from deepsearch.catalogue.records import listings_to_table
from deepsearch.ranking import RequirementMatcher
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
    id: str = "a",
    title: str = "thing",
    *,
    claims: tuple[Claim, ...] = (),
    supplier: Supplier | None = None,
    attributes: dict[str, str] | None = None,
    **offer: Any,
) -> Listing:
    return Listing(
        id=id,
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
UNITS = st.sampled_from(["piece", "sets", "pair", "kg", "t", "box", "dozen", "m"])
WORDS = st.sampled_from(
    ["steel", "Stainless Steel 304", "mild steel", "aluminium", "PVC", "plastic", "dark green",
     "green", "red", "new", "used", "M8", "XL", "IP65", "IP67", "IPX5", "T/T", "L/C", "FOB",
     "CIF", "DE", "CN", "US", "Shanghai", "yes", "no", "Xiaomi", "8471.30", "847130", "8501",
     "manufacturer", "trading_company", "ISO 9001", "CE", "ISO9001:2015", "RoHS", "BSCI"]
)  # fmt: skip
DIMENSIONS = st.sampled_from(
    ["material", "colour", "size", "voltage", "operating_temperature", "load_capacity", "weight",
     "length", "certification", "no_certification", "custom_logo", "custom_design", "oem",
     "sample", "destination", "no_destination", "payment_terms", "incoterm", "brand", "hs_code",
     "ip_rating", "dual_sim", "phases", "lead_time", "supplier_years", "warranty", "no_incoterm",
     "lid_colour", "condition", "model", "supplier_verified"]
)  # fmt: skip
FIELDS = st.one_of(
    DIMENSIONS,
    st.sampled_from(
        ["order_quantity", "min_order_quantity", "unit_price", "budget", "delivery_date",
         "supplier_type", "supplier_country", "origin", "response_time", "reorder_rate",
         "on_time_rate", "rating", "review_count", "monthly_capacity", "stock",
         "incoterm_place", "trade_assurance", "automation_grade"]
    ),
)  # fmt: skip
PRODUCT_UNITS = st.sampled_from([None, "V", "mm", "kg", "degC", "month", "year", "day", "hour"])


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    value = draw(st.one_of(NUMBERS, WORDS, st.booleans()))
    number = isinstance(value, float)
    return Claim(
        dimension=draw(DIMENSIONS),
        value=value,
        unit=draw(PRODUCT_UNITS) if number else None,
        high=draw(st.one_of(st.none(), NUMBERS)) if number else None,
        scope=draw(st.sampled_from([None, "model", "company", "system"])),
        evidence=draw(st.sampled_from(list(EvidenceGrade))),
        expires_on=draw(st.sampled_from([None, date(2026, 5, 31), TODAY, date(2027, 1, 1)])),
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
SUPPLIERS = st.builds(
    Supplier,
    id=st.sampled_from(["s1", "s2", "s3"]),
    type=maybe(st.sampled_from(["manufacturer", "trading_company"])),
    country=maybe(st.sampled_from(["CN", "DE", "US"])),
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
    claims=st.lists(claims(), max_size=2).map(tuple),
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["Material", "Color", "Automation Grade", "Voltage", "Dual SIM", "Size"]),
    st.one_of(WORDS, st.just("automatic")),
    max_size=3,
)


@st.composite
def listings(draw: st.DrawFn, *, id: str = "a") -> Listing:
    return Listing(
        id=id,
        title="thing",
        brand=draw(maybe(WORDS)),
        model=draw(maybe(WORDS)),
        origin=draw(maybe(st.sampled_from(["CN", "DE"]))),
        attributes=draw(ATTRIBUTES),
        identifiers=draw(st.dictionaries(st.sampled_from(["hs", "gtin"]), WORDS, max_size=1)),
        offer=draw(OFFERS),
        supplier=draw(maybe(SUPPLIERS)),
        claims=tuple(draw(st.lists(claims(), max_size=5))),
    )


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    op = draw(st.sampled_from(list(Operator)))
    field = draw(FIELDS)
    single = st.one_of(NUMBERS, WORDS, st.booleans(), st.just("2026-08-01"), st.just("2026-06-20"))
    if op in (Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF):
        of_one_kind = st.one_of(
            st.lists(NUMBERS, min_size=1, max_size=3), st.lists(WORDS, min_size=1, max_size=3)
        )
        value: Any = tuple(draw(of_one_kind))
    elif op is Operator.BETWEEN:
        value = tuple(sorted([draw(NUMBERS), draw(NUMBERS)]))
    else:
        value = draw(single)
    units = st.one_of(PRODUCT_UNITS, UNITS, CURRENCIES)
    return Requirement(
        field=field, op=op, value=value, unit=draw(units), hard=draw(st.booleans())
    )
