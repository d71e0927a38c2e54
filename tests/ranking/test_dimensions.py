"""The capability dimensions: in range, documented, and right where worked by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.ranking import DIMENSIONS
from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.dimensions import Scene, Score, trusted
from deepsearch.ranking.judging import ListingView
from deepsearch.schema import (
    Claim,
    EvidenceGrade,
    LeadTime,
    Listing,
    Media,
    Money,
    PriceTier,
    Quantity,
    Supplier,
)
from tests.ranking.builders import QUANTITIES, TODAY, claim, listing, listings, maybe, query


def scene(quantity: Quantity | None = None, destination: str | None = None) -> Scene:
    return Scene(
        ask=Ask(order_quantity=quantity, today=TODAY),
        parsed=query(),
        typical_price={"USD": 10.0},
        destination=destination,
    )


def test_there_are_enough_and_each_is_documented() -> None:
    assert len(DIMENSIONS) >= 30
    groups = {dimension.group for dimension in DIMENSIONS.values()}
    assert groups == {"commercial", "time", "trust", "compliance", "capability", "logistics"}
    for name, dimension in DIMENSIONS.items():
        assert dimension.name == name
        assert dimension.formula
        assert 0 <= dimension.prior <= 1


@settings(max_examples=60, deadline=None)
@given(
    item=st.sampled_from(["custom_logo", "certification", "weight", "lead_time", "unit_price"])
    .flatmap(lambda focus: listings(focus=focus)),
    quantity=maybe(QUANTITIES),
    destination=maybe(st.sampled_from(["DE", "Berlin"])),
)  # fmt: skip
def test_scores_lie_in_range_and_can_be_told(
    item: Listing, quantity: Quantity | None, destination: str | None
) -> None:
    view, at = ListingView(item), scene(quantity, destination)
    for dimension in DIMENSIONS.values():
        score = dimension.score(view, at)
        if score is not None:
            assert 0 <= score.value <= 1, dimension.name
            assert dimension.words(score.stated)
        else:
            assert score is None


def test_of_an_empty_listing_only_its_emptiness_is_known() -> None:
    known = {n for n, d in DIMENSIONS.items() if d.score(ListingView(listing()), scene())}
    assert known == {"specification", "pictures"}


FULL = Listing(
    id="a",
    title="t",
    attributes={"Material": "steel"},
    media=(Media(uri="a.jpg"), Media(uri="b.jpg")),
    offer=listing(
        currency="USD",
        price_tiers=(
            PriceTier(low=20, high=20, min_quantity=10),
            PriceTier(low=10, high=10, min_quantity=100),
        ),
        min_order_quantity=Quantity(value=10, unit="piece"),
        sample_price=Money(amount=0, currency="USD"),
        sample_days=14,
        payment_terms=("T/T", "L/C"),
        incoterms=("FOB", "CIF"),
        lead_times=(LeadTime(days=30),),
        dispatch_days=7,
        monthly_capacity=Quantity(value=50, unit="piece"),
        stock=Quantity(value=25, unit="piece"),
        warranty_months=18,
        ship_from="DE",
    ).offer,
    supplier=Supplier(
        id="s", type="manufacturer", country="CN", years=6, verified=True, trade_assurance=False,
        rating=4.2, rating_count=10, review_score=5, store_reviews=10, reorder_rate=0.25,
        on_time_rate=0.85, dispute_rate=0.0, response_rate=0.9, response_time_hours=6,
        orders=9999, employees=99, floor_area_m2=3000, main_markets=("DE", "FR"),
        annual_revenue=Money(amount=5e6, currency="USD"),
        claims=(
            claim("certification", "ISO 9001", scope="system", evidence=EvidenceGrade.AUDITED),
            claim("certification", "BSCI", expires_on=date(2020, 1, 1)),
            claim("process", "milling"),
            claim("process", "turning"),
            claim("research_staff", 10.0),
            claim("warehouse", "DE"),
        ),
    ),
    claims=(
        claim("certification", "CE"),
        claim("custom_logo", True, min_quantity=100.0),
        claim("custom_packaging", False),
        claim("oem", True),
        claim("tolerance", 0.1, "mm"),
        claim("material", "steel"),
        claim("case", "pump housings"),
        claim("inspection", True),
        claim("shipping_mode", "sea"),
        claim("after_sales", True),
    ),
)  # fmt: skip

WORKED = {
    "price_level": 0.5,  # 10 at 100 pieces, as usual
    "price_ladder": 1 - 0.6**2,
    "small_order": 1.0,
    "trial_order": 1 / (1 + 10 * 10 / 100),
    "samples": 1.0,
    "sample_time": math.exp(-1),
    "payment_safety": 0.9,
    "incoterm_choice": 1 - 0.6**2,
    "lead_time": 0.5,
    "dispatch": 0.5,
    "on_time_rate": 0.5,
    "response_time": 0.5,
    "response_rate": 0.9,
    "capacity": 0.5,
    "stock": 0.25,
    "years": 1 - math.exp(-1),
    "verified": 1.0,
    "manufacturer": 1.0,
    "rating": 0.6,
    "reviews": (4.6 - 3) / 2,
    "review_count": math.log10(11) / 3.5,
    "reorder_rate": 0.5,
    "disputes": 1.0,
    "trade_assurance": 0.0,
    "orders": 1.0,
    "employees": 2 / 3,
    "floor_area": 0.5,
    "revenue": 0.5,
    "system_certificates": 0.6,
    "product_certificates": 0.5,
    "audits": None,  # lapsed
    "evidence": 1 - 0.8,
    "customisation": 1 / 3,
    "custom_minimum": 1.0,
    "oem": 1 - 0.35,
    "processes": 1 - 0.75**2,
    "materials": 0.25,
    "tolerance": 0.5,
    "cases": 0.3,
    "quality_control": 1.0,
    "research": 0.5,
    "market_fit": 1.0,
    "domestic": 1.0,
    "warehouse": 1.0,
    "shipping_modes": 0.5,
    "warranty": 1 - math.exp(-1),
    "after_sales": 1.0,
    "specification": 1 - math.exp(-17 / 8),
    "pictures": 0.75,
}


def test_every_dimension_has_a_worked_example() -> None:
    assert set(WORKED) == set(DIMENSIONS)


@pytest.mark.parametrize("name", sorted(WORKED))
def test_worked_by_hand(name: str) -> None:
    at = scene(Quantity(value=100, unit="piece"), "DE")
    score = DIMENSIONS[name].score(ListingView(FULL), at)
    expected = WORKED[name]
    assert (None if score is None else score.value) == (
        None if expected is None else pytest.approx(expected)
    )


class Recording(ListingView):
    """Writes down which claims are asked for."""

    def __init__(self, item: Listing) -> None:
        super().__init__(item)
        self.read: set[str] = set()

    def of(self, dimension: str) -> Sequence[Claim]:
        self.read.add(dimension)
        return super().of(dimension)


@pytest.mark.parametrize("name", sorted(n for n, d in DIMENSIONS.items() if d.claims is not None))
def test_a_dimension_of_claims_declares_those_it_reads(name: str) -> None:
    # Without one that is declared it is not scored: a claim left out would count as unknown.
    at, dimension = scene(Quantity(value=100, unit="piece"), "DE"), DIMENSIONS[name]
    view = Recording(FULL)
    dimension.score(view, at)
    assert frozenset(view.read) == dimension.claims
    assert FULL.supplier is not None
    unclaimed = replace(FULL, claims=(), supplier=replace(FULL.supplier, claims=()))
    assert dimension.score(ListingView(unclaimed), at) is None


@pytest.mark.parametrize("name", sorted(n for n, d in DIMENSIONS.items() if d.of_supplier))
def test_a_dimension_of_the_supplier_is_the_same_for_all_his_listings(name: str) -> None:
    # It is scored once a supplier, and not at all where none is known.
    at, dimension = scene(Quantity(value=100, unit="piece"), "DE"), DIMENSIONS[name]
    score = dimension.score(ListingView(FULL), at)
    other = Listing(id="b", title="u", supplier=FULL.supplier)
    assert score is not None
    assert dimension.score(ListingView(other), at) == score
    assert dimension.score(ListingView(replace(FULL, supplier=None)), at) is None


def test_weak_and_old_evidence_counts_for_less_but_an_admission_in_full() -> None:
    def value(v: float, grade: EvidenceGrade, on: date | None = None) -> float:
        return trusted(Score(v, None, grade, on), 0.4, TODAY)

    assert value(1.0, EvidenceGrade.PLATFORM) == pytest.approx(1.0)
    assert value(1.0, EvidenceGrade.LISTED) == pytest.approx(0.4 + 0.6 * 0.6)
    six_years_ago = date(2020, 6, 1)
    assert value(1.0, EvidenceGrade.PLATFORM, six_years_ago) == pytest.approx(0.7, abs=1e-3)
    assert value(0.1, EvidenceGrade.LISTED, six_years_ago) == 0.1
