"""Requirements against listings: each rule with a case met, violated and unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.ranking import Rates, RequirementMatcher, judge
from deepsearch.schema import (
    EvidenceGrade,
    LeadTime,
    Listing,
    Money,
    PriceTier,
    Quantity,
    Requirement,
    Status,
    Supplier,
)
from tests.ranking.builders import TODAY, claim, listing, matcher, need

MET, UNKNOWN, VIOLATED = Status.MET, Status.UNKNOWN, Status.VIOLATED
LADDER = (
    PriceTier(low=2.10, high=2.10, min_quantity=100, max_quantity=499),
    PriceTier(low=1.85, high=1.85, min_quantity=500),
)
LADDERED = {"currency": "USD", "price_tiers": LADDER}
RANGE = {"currency": "USD", "price_tiers": (PriceTier(low=0.2, high=19.8),)}
MOQ_100 = {"min_order_quantity": Quantity(value=100, unit="pieces")}
CE = claim("certification", "CE")


def supplier(**fields: Any) -> Supplier:
    return Supplier(id="s", **fields)


CASES: list[tuple[str, Requirement, Listing, float | None, Status]] = [
    # town or region
    ("the town", need("supplier_city", "eq", "Bangalore"),
     listing(supplier=supplier(city="Bengaluru", state="Karnataka")), None, MET),
    ("the region", need("supplier_city", "any_of", ("Goa", "karnataka")),
     listing(supplier=supplier(city="Bengaluru", state="Karnataka")), None, MET),
    ("neither", need("supplier_city", "eq", "Chennai"),
     listing(supplier=supplier(city="Bengaluru", state="Karnataka")), None, VIOLATED),
    ("perhaps the region", need("supplier_city", "eq", "Karnataka"),
     listing(supplier=supplier(city="Bengaluru")), None, UNKNOWN),
    ("not there", need("supplier_city", "ne", "Karnataka"),
     listing(supplier=supplier(city="Bengaluru", state="Karnataka")), None, VIOLATED),
    # minimum order
    ("moq above", need("min_order_quantity", "le", 50, "piece"),
     listing(**MOQ_100), None, VIOLATED),
    ("moq equal", need("min_order_quantity", "le", 100, "piece"), listing(**MOQ_100), None, MET),
    ("moq eq is at most", need("min_order_quantity", "eq", 500, "piece"), listing(**MOQ_100), None,
     MET),
    ("moq not said", need("min_order_quantity", "le", 50, "piece"), listing(), None, UNKNOWN),
    ("moq in boxes", need("min_order_quantity", "le", 50, "piece"),
     listing(min_order_quantity=Quantity(value=5, unit="box")), None, UNKNOWN),
    ("moq dozen", need("min_order_quantity", "le", 24, "piece"),
     listing(min_order_quantity=Quantity(value=2, unit="dozens")), None, MET),
    ("moq tonnes", need("min_order_quantity", "le", 500, "kg"),
     listing(min_order_quantity=Quantity(value=1, unit="ton")), None, VIOLATED),
    ("order reaches moq", need("order_quantity", "eq", 100, "piece"),
     listing(**MOQ_100), None, MET),
    ("order below moq", need("order_quantity", "eq", 50, "piece"), listing(**MOQ_100), None,
     VIOLATED),
    ("at least 50 may be 100", need("order_quantity", "ge", 50, "piece"), listing(**MOQ_100), None,
     UNKNOWN),
    ("50 to 150", need("order_quantity", "between", (50, 150), "piece"), listing(**MOQ_100), None,
     MET),
    # price
    ("first tier", need("unit_price", "le", 2, "USD"), listing(**LADDERED), 100, VIOLATED),
    ("second tier", need("unit_price", "le", 2, "USD"), listing(**LADDERED), 500, MET),
    ("below the ladder", need("unit_price", "le", 5, "USD"), listing(**LADDERED), 20, UNKNOWN),
    ("ladder, quantity unsaid", need("unit_price", "le", 2, "USD"), listing(**LADDERED), None,
     UNKNOWN),
    ("range straddles", need("unit_price", "le", 5, "USD"), listing(**RANGE), None, UNKNOWN),
    ("range inside", need("unit_price", "le", 20, "USD"), listing(**RANGE), None, MET),
    ("target price", need("unit_price", "eq", 0.1, "USD"), listing(**RANGE), None, VIOLATED),
    ("other currency", need("unit_price", "le", 20, "EUR"), listing(**RANGE), None, UNKNOWN),
    ("no price", need("unit_price", "le", 20, "USD"), listing(), None, UNKNOWN),
    ("price a tonne", need("unit_price", "le", 1, "USD"),
     listing(currency="USD", price_unit="tonne", price_tiers=(PriceTier(low=500, high=500),),
             min_order_quantity=Quantity(value=100, unit="kg")), None, VIOLATED),
    ("budget fits", need("budget", "le", 1000, "USD"), listing(**LADDERED), 500, MET),
    ("budget exceeded", need("budget", "le", 900, "USD"), listing(**LADDERED), 500, VIOLATED),
    ("budget, smallest order", need("budget", "le", 200, "USD"), listing(**LADDERED, **MOQ_100),
     None, UNKNOWN),
    # time
    ("lead time of the quantity", need("lead_time", "le", 20, "day"),
     listing(lead_times=(LeadTime(days=15, max_quantity=500), LeadTime(days=40))), 400, MET),
    ("lead time of more", need("lead_time", "le", 20, "day"),
     listing(lead_times=(LeadTime(days=15, max_quantity=500), LeadTime(days=40))), 600, VIOLATED),
    ("lead time beyond", need("lead_time", "le", 20, "day"),
     listing(lead_times=(LeadTime(days=15, max_quantity=500),)), 600, UNKNOWN),
    ("dispatch", need("lead_time", "le", 5, "day"), listing(dispatch_days=3), None, MET),
    ("earlier than a span", need("lead_time", "between", (30, 40), "day"),
     listing(dispatch_days=3), None, MET),
    ("delivery impossible", need("delivery_date", "le", "2026-06-10"),
     listing(lead_times=(LeadTime(days=30),)), None, VIOLATED),
    ("delivery open", need("delivery_date", "le", "2026-07-10"),
     listing(lead_times=(LeadTime(days=30),)), None, UNKNOWN),
    ("delivery easy", need("delivery_date", "lt", "2026-09-01"),
     listing(lead_times=(LeadTime(days=30),)), None, MET),
    # product numbers
    ("voltage nominal", need("voltage", "eq", 220, "V"),
     listing(claims=(claim("voltage", 230.0, "V"),)),
     None, MET),
    ("voltage other", need("voltage", "eq", 220, "V"),
     listing(claims=(claim("voltage", 110.0, "V"),)),
     None, VIOLATED),
    ("voltage one of two", need("voltage", "any_of", (220.0, 110.0), "V"),
     listing(claims=(claim("voltage", 110.0, "V"),)), None, MET),
    ("voltage range covers", need("voltage", "between", (110, 220), "V"),
     listing(claims=(claim("voltage", 100.0, "V", high=240.0),)), None, MET),
    ("weight unit differs", need("weight", "le", 14, "kg"),
     listing(claims=(claim("weight", 13.0, "lb"),)), None, UNKNOWN),
    ("weight straddles", need("weight", "le", 14, "kg"),
     listing(claims=(claim("weight", 13.0, "kg", high=15.0),)), None, UNKNOWN),
    ("load up to", need("load_capacity", "ge", 150, "kg"),
     listing(claims=(claim("load_capacity", 100.0, "kg", high=200.0),)), None, MET),
    ("load more than asked", need("load_capacity", "eq", 150, "kg"),
     listing(claims=(claim("load_capacity", 300.0, "kg"),)), None, UNKNOWN),
    ("about as much, offered more", need("throughput", "between", (900.0, 1100.0), "piece/h"),
     listing(claims=(claim("throughput", 1500.0, "piece/h"),)), None, UNKNOWN),
    ("about as much, offered less", need("throughput", "between", (900.0, 1100.0), "piece/h"),
     listing(claims=(claim("throughput", 500.0, "piece/h"),)), None, VIOLATED),
    ("cold enough", need("operating_temperature", "le", -30, "degC"),
     listing(claims=(claim("operating_temperature", -40.0, "degC", high=55.0),)), None, MET),
    ("not cold enough", need("operating_temperature", "le", -30, "degC"),
     listing(claims=(claim("operating_temperature", -10.0, "degC", high=55.0),)), None, VIOLATED),
    ("only a hot limit", need("operating_temperature", "le", -30, "degC"),
     listing(claims=(claim("operating_temperature", 80.0, "degC"),)), None, UNKNOWN),
    ("range covered", need("operating_temperature", "between", (-30, 55), "degC"),
     listing(claims=(claim("operating_temperature", -40.0, "degC", high=60.0),)), None, MET),
    ("range not covered", need("operating_temperature", "between", (-30, 55), "degC"),
     listing(claims=(claim("operating_temperature", -20.0, "degC", high=60.0),)), None, VIOLATED),
    ("standard size", need("length", "eq", 40, "mm"),
     listing(claims=(claim("length", 60.0, "mm"),)),
     None, VIOLATED),
    ("size made to order", need("length", "eq", 40, "mm"),
     listing(claims=(claim("length", 60.0, "mm"), claim("custom_design", True))), None, UNKNOWN),
    # texts
    ("steel grade is steel", need("material", "eq", "stainless steel"),
     listing(claims=(claim("material", "304 stainless steel"),)), None, MET),
    ("steel leaves the grade open", need("material", "eq", "stainless steel"),
     listing(claims=(claim("material", "steel"),)), None, UNKNOWN),
    ("mild steel is not aluminium", need("material", "eq", "aluminium"),
     listing(claims=(claim("material", "mild steel"),)), None, VIOLATED),
    ("not leather", need("material", "ne", "leather"),
     listing(claims=(claim("material", "cotton"),)),
     None, MET),
    ("unfamiliar words", need("material", "eq", "aluminium"),
     listing(claims=(claim("material", "unobtainium"),)), None, UNKNOWN),
    ("an attribute", need("automation_grade", "eq", "automatic"),
     listing(attributes={"Automation Grade": "Automatic"}), None, MET),
    ("origin excluded", need("origin", "ne", "VN"),
     Listing(id="a", title="t", origin="VN"), None, VIOLATED),
    ("manufacturer", need("supplier_type", "eq", "manufacturer"),
     listing(supplier=supplier(type="trading_company")), None, VIOLATED),
    ("ip higher", need("ip_rating", "eq", "IP65"), listing(claims=(claim("ip_rating", "IP67"),)),
     None, MET),
    ("ip lower", need("ip_rating", "eq", "IP67"), listing(claims=(claim("ip_rating", "IP65"),)),
     None, VIOLATED),
    ("ip not tested for dust", need("ip_rating", "eq", "IP65"),
     listing(claims=(claim("ip_rating", "IPX7"),)), None, UNKNOWN),
    ("hs heading", need("hs_code", "eq", "8471"),
     Listing(id="a", title="t", identifiers={"hs": "8471.30"}), None, MET),
    ("other hs heading", need("hs_code", "eq", "8471"),
     Listing(id="a", title="t", identifiers={"hs": "8501.10"}), None, VIOLATED),
    ("payment named", need("payment_terms", "any_of", ("L/C", "T/T")),
     listing(payment_terms=("T/T",)), None, MET),
    ("payment not named", need("payment_terms", "eq", "L/C"), listing(payment_terms=("T/T",)), None,
     UNKNOWN),
    ("incoterm denied", need("incoterm", "eq", "DDP"),
     listing(incoterms=("FOB",), claims=(claim("no_incoterm", "DDP"),)), None, VIOLATED),
    # certificates
    ("ce", need("certification", "eq", "CE"), listing(claims=(CE,)), None, MET),
    ("ce not mentioned", need("certification", "all_of", ("CE", "RoHS")),
     listing(claims=(CE,)), None,
     UNKNOWN),
    ("ce denied", need("certification", "eq", "CE"),
     listing(claims=(claim("no_certification", "CE"),)),
     None, VIOLATED),
    ("ce lapsed", need("certification", "eq", "CE"),
     listing(claims=(claim("certification", "CE", expires_on=date(2026, 5, 31)),)), None, UNKNOWN),
    ("ce valid today", need("certification", "eq", "CE"),
     listing(claims=(claim("certification", "CE", expires_on=TODAY),)), None, MET),
    ("ce of the company", need("certification", "eq", "CE"),
     listing(supplier=supplier(claims=(claim("certification", "CE", scope="company"),))), None,
     UNKNOWN),
    ("iso of the company", need("certification", "eq", "ISO 9001"),
     listing(supplier=supplier(claims=(claim("certification", "ISO9001:2015", scope="system"),))),
     None, MET),
    # customisation
    ("logo", need("custom_logo", "eq", True), listing(claims=(claim("custom_logo", True),)), None,
     MET),
    ("logo from 300, asked 50", need("custom_logo", "eq", True),
     listing(claims=(claim("custom_logo", True, min_quantity=300.0),)), 50, VIOLATED),
    ("logo from 300, asked 300", need("custom_logo", "eq", True),
     listing(claims=(claim("custom_logo", True, min_quantity=300.0),)), 300, MET),
    ("logo from 300, sold by the box", need("custom_logo", "eq", True),
     listing(min_order_quantity=Quantity(value=1, unit="box"),
             claims=(claim("custom_logo", True, min_quantity=300.0),)), 300, UNKNOWN),
    ("logo refused", need("custom_logo", "eq", True),
     listing(claims=(claim("custom_logo", False),)),
     None, VIOLATED),
    ("logo unsaid", need("custom_logo", "eq", True), listing(claims=(claim("oem", True),)), None,
     UNKNOWN),
    ("no logo wanted", need("custom_logo", "eq", False), listing(), None, MET),
    # samples, places, suppliers
    ("sample priced", need("sample", "eq", True),
     listing(sample_price=Money(amount=5, currency="USD")), None, MET),
    ("single pieces", need("sample", "eq", True),
     listing(min_order_quantity=Quantity(value=1, unit="piece")), None, MET),
    ("sample refused", need("sample", "eq", True), listing(claims=(claim("sample", False),)), None,
     VIOLATED),
    ("sells there", need("destination", "eq", "DE"),
     listing(supplier=supplier(main_markets=("DE",))),
     None, MET),
    ("other markets", need("destination", "eq", "DE"),
     listing(supplier=supplier(main_markets=("US",))), None, UNKNOWN),
    ("years", need("supplier_years", "ge", 3, "year"), listing(supplier=supplier(years=2)), None,
     VIOLATED),
    ("years eq is at least", need("supplier_years", "eq", 3, "year"),
     listing(supplier=supplier(years=9)), None, MET),
    ("verified unsaid", need("supplier_verified", "eq", True), listing(supplier=supplier()), None,
     UNKNOWN),
    ("no supplier", need("supplier_years", "ge", 3, "year"), listing(), None, UNKNOWN),
    ("warranty longer", need("warranty", "eq", 12, "month"),
     listing(warranty_months=24), None, MET),
    ("unreadable", need("supplier_years", "ge", "long"), listing(supplier=supplier(years=9)), None,
     UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("requirement", "candidate", "quantity", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_rule(
    requirement: Requirement, candidate: Listing, quantity: float | None, expected: Status
) -> None:
    order = None if quantity is None else Quantity(value=quantity, unit="piece")
    judgement = judge(requirement, candidate, order_quantity=order, today=TODAY)
    assert judgement.status is expected, judgement.reason
    assert judgement.reason
    column = matcher([candidate]).status(requirement, order_quantity=order, today=TODAY)
    assert column.tolist() == [{MET: 1, UNKNOWN: 0, VIOLATED: -1}[expected]]


def test_a_status_that_rests_on_something_shows_it() -> None:
    backed = claim(
        "certification",
        "CE",
        evidence=EvidenceGrade.DOCUMENT,
        source="ce.pdf",
        stated_on=date(2025, 1, 2),
        number="NB 0123",
    )
    evidence = judge(need("certification", "eq", "CE"), listing(claims=(backed,))).evidence
    assert evidence is not None
    assert (evidence.value, evidence.source) == ("CE no. NB 0123", "ce.pdf")
    assert (evidence.grade, evidence.stated_on) == (EvidenceGrade.DOCUMENT, date(2025, 1, 2))


def test_reasons_are_sentences_for_a_buyer() -> None:
    logo = listing(claims=(claim("custom_logo", True, min_quantity=300.0),))
    order = Quantity(value=50, unit="piece")
    said = judge(need("custom_logo", "eq", True), logo, order_quantity=order).reason
    assert said == "own logo only from 300 pieces, asked are 50"
    euros = judge(need("unit_price", "le", 20, "EUR"), listing(**RANGE)).reason
    assert euros == "USD 0.20-19.80 is incomparable with EUR without an exchange rate"


def test_a_rate_makes_currencies_comparable_both_ways() -> None:
    rates = Rates(on=TODAY, pairs={("EUR", "USD"): 1.25})
    cheap = listing(currency="USD", price_tiers=(PriceTier(low=10, high=10),))
    for limit, expected in ((8, MET), (7.9, VIOLATED)):
        requirement = need("unit_price", "le", limit, "EUR")
        assert judge(requirement, cheap, rates=rates).status is expected
    dear = listing(currency="EUR", price_tiers=(PriceTier(low=10, high=10),))
    assert judge(need("unit_price", "le", 12.5, "USD"), dear, rates=rates).status is MET


@pytest.mark.parametrize(
    ("wanted", "stated", "expected"),
    [
        ("stainless steel", "304 Stainless Steel", MET),
        ("stainless steel", "SS", MET),
        ("stainless steel", "steel", UNKNOWN),
        ("stainless steel 304", "stainless steel", UNKNOWN),
        ("steel", "M.S. and steel", MET),
        ("aluminium", "MS (body)", VIOLATED),
        ("aluminium", "Steel and aluminum", MET),
        ("wood", "steel, plastic", UNKNOWN),  # of parts of several materials one may be missing
        ("mild steel", "stainless steel", VIOLATED),
        ("plastic", "ABS plastic", MET),
        ("PVC", "plastic", UNKNOWN),
        ("wood", "oak", MET),
        ("unobtainium", "steel", UNKNOWN),
    ],
)
def test_materials(wanted: str, stated: str, expected: Status) -> None:
    item = listing(claims=(claim("material", stated),))
    assert judge(need("material", "eq", wanted), item, today=TODAY).status is expected


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate: float) -> None:
    with pytest.raises(InvalidInputError, match="EUR→USD"):
        Rates(on=TODAY, pairs={("EUR", "USD"): rate})


def test_allowed_keeps_or_excludes_the_unknown() -> None:
    rows = matcher(
        [
            listing("a", supplier=supplier(years=5)),
            listing("b", supplier=supplier(years=1)),
            listing("c"),
        ]
    )
    needs = [need("supplier_years", "ge", 3, "year"), need("sample", "eq", True, hard=False)]
    assert rows.allowed(needs).tolist() == [True, False, True]
    assert rows.allowed(needs, unknown="exclude").tolist() == [True, False, False]
    with pytest.raises(InvalidInputError, match="unknown='maybe'"):
        rows.allowed(needs, unknown="maybe")  # type: ignore[arg-type]


def test_a_number_of_samples_is_not_bound_by_the_minimum_order() -> None:
    rows = matcher([listing(**MOQ_100)])
    samples = [
        need("order_quantity", "eq", 4, "piece", span=(0, 15)),
        need("sample", "eq", True, span=(2, 8)),
    ]
    assert rows.allowed(samples).tolist() == [True]
    order_and_sample = [
        need("order_quantity", "eq", 4, "piece", span=(0, 8)),
        need("sample", "eq", True, span=(20, 26), hard=False),
    ]
    assert rows.allowed(order_and_sample).tolist() == [False]


def test_what_is_not_understood_with_certainty_excludes_nothing() -> None:
    rows = matcher([listing(supplier=supplier(years=1))])
    for confidence, kept in ((0.6, True), (0.7, False), (1.0, False)):
        doubtful = need("supplier_years", "ge", 3, "year", confidence=confidence)
        assert rows.allowed([doubtful]).tolist() == [kept]


def test_odd_units_do_not_fill_the_memory() -> None:
    rows = matcher([listing(**LADDERED, **MOQ_100)])
    for number in range(50):
        odd = Quantity(value=5, unit=f"oddity {number}")
        rows.status(need("budget", "le", 5, "USD"), order_quantity=odd)
        rows.status(need("custom_logo", "eq", True), order_quantity=odd)
    before = len(rows.table._kept)
    rows.status(need("budget", "le", 5, "USD"), order_quantity=Quantity(value=5, unit="oddity"))
    assert len(rows.table._kept) == before < 20


def test_a_catalogue_of_nothing_and_facts_of_few_columns() -> None:
    every = [case[1] for case in CASES]
    order = Quantity(value=5, unit="piece")
    empty = matcher([])
    bare = RequirementMatcher(pa.table({"id": ["a", "b"]}))
    for requirement in every:
        assert empty.status(requirement, order_quantity=order).tolist() == []
        expected = [1, 1] if requirement.value is False else [0, 0]
        assert bare.status(requirement, order_quantity=order).tolist() == expected
    with pytest.raises(InvalidInputError, match="same catalogue version"):
        RequirementMatcher(
            pa.table({"id": ["a"]}), pa.table({"row": [3], "dimension": ["material"]})
        )


def test_what_a_field_is_called_is_of_no_matter_to_what_is_kept() -> None:
    item = listing(claims=(claim("by row", "yes"),))
    every = matcher([item])
    some = every.among(np.array([0]))
    wanted = need("by row", "eq", "yes")
    assert every.status(wanted).tolist() == some.status(wanted).tolist() == [1]
