"""Rankings of hand-made markets: relevance, suppliers, folding, wrong requests."""

from __future__ import annotations

import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.ranking import (
    DIMENSIONS,
    PROFILES,
    Candidate,
    Profile,
    RankingConfig,
    order_quantity_of,
    rank,
)
from deepsearch.schema import (
    Contribution,
    PriceTier,
    Quantity,
    Supplier,
)
from tests.ranking.builders import TODAY, listing, need, query


def test_the_best_supplier_of_the_wrong_product_stays_below() -> None:
    splendid = Supplier(
        id="best", years=30, verified=True, type="manufacturer", rating=5, rating_count=5000,
        review_score=5, store_reviews=9000, reorder_rate=0.9, on_time_rate=1, dispute_rate=0,
        response_time_hours=0.5, response_rate=1, trade_assurance=True, orders=1e5,
        employees=5000,
    )  # fmt: skip
    poor = Supplier(id="poor", years=0, verified=False, type="trading_company", dispute_rate=0.2,
                    reorder_rate=0, response_time_hours=72, rating=2, rating_count=50)  # fmt: skip
    wrong = Candidate(listing=listing("wrong", supplier=splendid), relevance=0.7)
    right = Candidate(listing=listing("right", supplier=poor), relevance=1.0)
    hits = rank([wrong, right], query(), today=TODAY)
    assert [hit.listing.id for hit in hits] == ["right", "wrong"]


def test_a_supplier_is_capped_and_near_duplicates_are_folded() -> None:
    one, two = Supplier(id="one"), Supplier(id="two")
    titles = [
        ("a", "Steel bottle 500 ml with lid", one, 1.0),
        ("b", "Steel Bottle 500 ml, with lid", one, 0.9),  # the same again
        ("c", "Steel bottle 750 ml with lid", one, 0.8),  # a variant
        ("d", "Steel bottle 500 ml with lid", two, 0.7),  # somebody else's
        ("e", "Glass jar", one, 0.6),
    ]
    market = [
        Candidate(listing=listing(i, title, supplier=s), relevance=r) for i, title, s, r in titles
    ]

    def found(**options: object) -> list[str]:
        hits = rank(market, query(), profile=NEUTRAL, today=TODAY, **options)  # type: ignore[arg-type]
        return [hit.listing.id for hit in hits]

    assert found() == ["a", "c", "d", "e"]
    assert found(fold_near_duplicates=False) == ["a", "b", "c", "d", "e"]
    assert found(max_per_supplier=1) == ["a", "d"]
    top = rank(market, query(), today=TODAY)[0]
    assert [p.sentence for p in top.explanation.contributions if p.name == "folded"] == [
        "1 near-identical listing of this supplier not shown: b."
    ]


NEUTRAL = Profile(name="neutral", strength=0.0, weights={"years": 1.0})


def test_parts_of_relevance_keep_their_names_and_proportions() -> None:
    parts = (Contribution(name="bm25", value=6.0), Contribution(name="text", value=2.0))
    market = [
        Candidate(listing=listing("a"), relevance=8.0, relevance_parts=parts),
        Candidate(listing=listing("b"), relevance=4.0),
    ]
    hits = rank(market, query(), profile=NEUTRAL, today=TODAY)
    named = {p.name: p.value for p in hits[0].explanation.contributions}
    assert (named["bm25"], named["text"]) == pytest.approx((0.75, 0.25))
    assert hits[1].score == pytest.approx(0.5)


def test_without_any_relevance_requirements_and_suppliers_decide() -> None:
    market = [
        Candidate(listing=listing("a", supplier=Supplier(id="s", years=1)), relevance=0.0),
        Candidate(listing=listing("b", supplier=Supplier(id="t", years=12)), relevance=0.0),
    ]
    assert [hit.listing.id for hit in rank(market, query(), today=TODAY)] == ["b", "a"]


def test_violated_hard_requirements_take_out_or_rank_last() -> None:
    market = [
        Candidate(listing=listing("a", supplier=Supplier(id="s", years=1)), relevance=1.0),
        Candidate(listing=listing("b"), relevance=0.1),
    ]
    asked = query(need("supplier_years", "ge", 3, "year"))
    assert [h.listing.id for h in rank(market, asked)] == ["b"]
    keeping = RankingConfig(exclude_violated=False)
    assert [h.listing.id for h in rank(market, asked, config=keeping)] == ["b", "a"]


def test_words_of_the_buyer_and_weights_of_the_caller_decide() -> None:
    cheap = listing("cheap", supplier=Supplier(id="c", years=1, verified=False), currency="USD",
                    price_tiers=(PriceTier(low=5, high=5),))  # fmt: skip
    safe = listing("safe", supplier=Supplier(id="s", years=20, verified=True), currency="USD",
                   price_tiers=(PriceTier(low=10, high=10),))  # fmt: skip
    market = [Candidate(listing=item, relevance=1.0) for item in (cheap, safe)]

    def first(text: str = "", **options: object) -> str:
        return rank(market, query(text=text), today=TODAY, **options)[0].listing.id  # type: ignore[arg-type]

    assert first(profile="cheapest") == "cheap"
    assert first(profile="lowest risk") == "safe"
    assert first() == "safe"
    assert first(weights={"price_level": 50.0}) == "cheap"
    hits = rank(market, query(text="只要便宜"), today=TODAY)
    told = [p.sentence for p in hits[0].explanation.contributions if p.name.endswith("price_level")]
    assert told[0].endswith(", which you asked about.")


def test_the_order_quantity_of_a_query() -> None:
    assert order_quantity_of(query(need("order_quantity", "ge", 150, "piece"))) == Quantity(
        value=150, unit="piece"
    )
    between = need("order_quantity", "between", (50.0, 80.0), "kg")
    assert order_quantity_of(query(between)) == Quantity(value=50, unit="kg")
    assert order_quantity_of(query()) is None
    samples = query(
        need("order_quantity", "eq", 4, "piece", span=(0, 8)),
        need("sample", "eq", True, span=(0, 8)),
    )
    assert order_quantity_of(samples) is None


def test_wrong_requests_say_what_is_expected() -> None:
    with pytest.raises(InvalidInputError, match="at least 1"):
        rank([], query(), k=0)
    with pytest.raises(InvalidInputError, match="Known are: balanced"):
        rank([], query(), profile="best")
    with pytest.raises(InvalidInputError, match="No dimension is called 'charm'"):
        rank([], query(), weights={"charm": 1.0})
    with pytest.raises(InvalidInputError, match="finite"):
        rank([Candidate(listing=listing(), relevance=float("nan"))], query())
    with pytest.raises(InvalidInputError, match="hard is -1"):
        RankingConfig(hard=-1)
    assert rank([], query()) == []
    assert set(PROFILES["balanced"].weights) == set(DIMENSIONS)
