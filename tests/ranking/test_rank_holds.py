"""What must hold of every ranking, whatever the listings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.ranking import (
    PROFILES,
    Candidate,
    rank,
)
from deepsearch.schema import (
    Claim,
    EvidenceGrade,
    LeadTime,
    Listing,
    Offer,
    ParsedQuery,
    PriceTier,
    Quantity,
    Status,
    Supplier,
)
from tests.ranking.builders import TODAY, claim, listing, maybe, need, query

# ---------------------------------------------------------------- a market of whole offers

AMOUNTS = st.sampled_from([1.0, 2.0, 5.0, 20.0, 100.0, 300.0])
SHARES = st.sampled_from([0.05, 0.3, 0.8, 0.95])
GRADES = st.sampled_from(list(EvidenceGrade))


PIECES = st.builds(Quantity, value=AMOUNTS, unit=st.just("piece"))


@st.composite
def offers(draw: st.DrawFn, number: int) -> Listing:
    low, high = sorted([draw(AMOUNTS), draw(AMOUNTS)])
    claims = [
        claim("certification", draw(st.sampled_from(["CE", "RoHS", "ISO 9001", "BSCI"])),
              evidence=draw(GRADES), stated_on=draw(maybe(st.just(date(2022, 1, 1)))),
              expires_on=draw(maybe(st.sampled_from([date(2026, 1, 1), date(2027, 1, 1)])))),
        claim("custom_logo", draw(st.booleans()), evidence=draw(GRADES),
              min_quantity=draw(maybe(AMOUNTS))),
        claim("weight", draw(AMOUNTS), "kg"),
    ]  # fmt: skip
    return Listing(
        id=f"l{number}",
        title=f"thing {number}",
        claims=tuple(draw(st.lists(st.sampled_from(claims), max_size=3, unique=True))),
        offer=Offer(
            currency="USD",
            price_tiers=draw(
                st.sampled_from([(), (PriceTier(low=low, high=high),),
                                 (PriceTier(low=high, high=high, min_quantity=1),
                                  PriceTier(low=low, high=low, min_quantity=50))])
            ),
            min_order_quantity=draw(maybe(PIECES)),
            lead_times=draw(st.sampled_from([(), (LeadTime(days=20.0),)])),
            warranty_months=draw(maybe(AMOUNTS)),
            payment_terms=draw(st.sampled_from([(), ("T/T",), ("T/T", "L/C")])),
        ),
        supplier=Supplier(
            id=f"s{number}",
            years=draw(maybe(AMOUNTS)),
            verified=draw(maybe(st.booleans())),
            reorder_rate=draw(maybe(SHARES)),
            on_time_rate=draw(maybe(SHARES)),
            response_time_hours=draw(maybe(AMOUNTS)),
            review_score=draw(maybe(st.sampled_from([3.5, 4.5, 4.9]))),
            store_reviews=draw(maybe(AMOUNTS)),
            type=draw(maybe(st.sampled_from(["manufacturer", "trading_company"]))),
        ),
    )  # fmt: skip


RELEVANCES = st.sampled_from([0.2, 0.5, 0.9, 0.95, 1.0])


@st.composite
def markets(draw: st.DrawFn) -> list[Candidate]:
    n = draw(st.integers(2, 6))
    return [Candidate(listing=draw(offers(i)), relevance=draw(RELEVANCES)) for i in range(n)]


NEEDS = st.lists(
    st.sampled_from(
        [
            need("order_quantity", "eq", 20, "piece"),
            need("min_order_quantity", "le", 100, "piece"),
            need("unit_price", "le", 20, "USD"),
            need("budget", "le", 2000, "USD", hard=False),
            need("certification", "all_of", ("CE", "RoHS")),
            need("certification", "eq", "ISO 9001", hard=False),
            need("custom_logo", "eq", True),
            need("supplier_years", "ge", 3, "year", hard=False),
            need("supplier_verified", "eq", True),
            need("lead_time", "le", 15, "day", hard=False),
            need("weight", "le", 20, "kg"),
            need("warranty", "ge", 12, "month"),
        ]
    ),
    max_size=4,
    unique_by=lambda r: r.field,
)
PROFILE_NAMES = st.sampled_from(sorted(PROFILES))


def ranks(candidates: list[Candidate], parsed: ParsedQuery, profile: str) -> dict[str, int]:
    """Listing → rank; those taken out rank last."""
    hits = rank(candidates, parsed, profile=profile, k=100, today=TODAY, fold_near_duplicates=False)
    found = {hit.listing.id: hit.rank for hit in hits}
    return {c.listing.id: found.get(c.listing.id, 1000) for c in candidates}


# ---------------------------------------------------------------- improving one claim


def with_supplier(field: str, better: Callable[[object], object]) -> Callable[[Listing], Listing]:
    def improve(item: Listing) -> Listing:
        assert item.supplier is not None
        value = getattr(item.supplier, field)
        if value is None:
            return item
        return replace(item, supplier=replace(item.supplier, **{field: better(value)}))

    return improve


def with_offer(better: Callable[[Offer], Offer]) -> Callable[[Listing], Listing]:
    return lambda item: replace(item, offer=better(item.offer))


def with_claims(better: Callable[[Claim], Claim]) -> Callable[[Listing], Listing]:
    return lambda item: replace(item, claims=tuple(better(c) for c in item.claims))


def cheaper(offer: Offer) -> Offer:
    tiers = tuple(replace(t, low=t.low * 0.8, high=t.high * 0.8) for t in offer.price_tiers)
    return replace(offer, price_tiers=tiers)


def smaller(offer: Offer) -> Offer:
    least = offer.min_order_quantity
    if least is None:
        return offer
    return replace(offer, min_order_quantity=replace(least, value=least.value / 2))


def logo_sooner(c: Claim) -> Claim:
    if c.dimension != "custom_logo" or c.value is not True or c.min_quantity is None:
        return c
    return replace(c, min_quantity=c.min_quantity / 2)


def valid_longer(c: Claim) -> Claim:
    return c if c.expires_on is None else replace(c, expires_on=c.expires_on + timedelta(days=900))


def better_backed(c: Claim) -> Claim:
    return replace(c, evidence=EvidenceGrade.AUDITED) if c.dimension == "certification" else c


def lighter(c: Claim) -> Claim:
    return replace(c, value=float(c.value) / 2) if c.dimension == "weight" else c


IMPROVEMENTS: dict[str, Callable[[Listing], Listing]] = {
    "years": with_supplier("years", lambda v: float(str(v)) + 5),
    "verified": with_supplier("verified", lambda _: True),
    "reorder rate": with_supplier("reorder_rate", lambda v: min(1.0, float(str(v)) + 0.2)),
    "on-time rate": with_supplier("on_time_rate", lambda v: min(1.0, float(str(v)) + 0.2)),
    "response": with_supplier("response_time_hours", lambda v: float(str(v)) / 2),
    "review score": with_supplier("review_score", lambda v: min(5.0, float(str(v)) + 0.3)),
    "maker": with_supplier("type", lambda _: "manufacturer"),
    "price": with_offer(cheaper),
    "minimum order": with_offer(smaller),
    "lead time": with_offer(
        lambda o: replace(o, lead_times=tuple(replace(t, days=t.days / 2) for t in o.lead_times))
    ),
    "warranty": with_offer(
        lambda o: replace(o, warranty_months=o.warranty_months and o.warranty_months * 2)
    ),
    "terms": with_offer(lambda o: replace(o, payment_terms=(*o.payment_terms, "O/A"))
                        if o.payment_terms else o),
    "logo minimum": with_claims(logo_sooner),
    "validity": with_claims(valid_longer),
    "evidence": with_claims(better_backed),
    "weight": with_claims(lighter),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(IMPROVEMENTS))
@settings(max_examples=25, deadline=None)
@given(market=markets(), needs=NEEDS, profile=PROFILE_NAMES)
def test_improving_one_claim_never_lowers_a_rank(
    name: str, market: list[Candidate], needs: list, profile: str
) -> None:
    improve, parsed = IMPROVEMENTS[name], query(*needs)
    before = ranks(market, parsed, profile)
    for position, candidate in enumerate(market):
        better = [*market]
        better[position] = replace(candidate, listing=improve(candidate.listing))
        after = ranks(better, parsed, profile)
        assert after[candidate.listing.id] <= before[candidate.listing.id]


# ---------------------------------------------------------------- unknown, order, relaxing


UNKNOWABLE: dict[str, tuple[Callable[[Listing], Listing], object]] = {
    "certification": (lambda item: replace(item, claims=()), need("certification", "eq", "CE")),
    "minimum order": (
        with_offer(lambda o: replace(o, min_order_quantity=None)),
        need("order_quantity", "eq", 100, "piece"),
    ),
    "years": (
        lambda item: replace(item, supplier=replace(item.supplier, years=None)),
        need("supplier_years", "ge", 3, "year"),
    ),
    "price": (
        with_offer(lambda o: replace(o, price_tiers=())),
        need("unit_price", "le", 10, "USD"),
    ),
}


@pytest.mark.parametrize("what", sorted(UNKNOWABLE))
@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_unknown_never_outranks_met(what: str, profile: str) -> None:
    forget, requirement = UNKNOWABLE[what]
    met = listing(
        "z",  # ties would go to the other one
        claims=(claim("certification", "CE"),),
        supplier=Supplier(id="s", years=3.0),
        currency="USD",
        price_tiers=(PriceTier(low=10, high=10),),
        min_order_quantity=Quantity(value=100, unit="piece"),
    )
    unknown = replace(forget(met), id="a")
    hits = rank(
        [Candidate(listing=item, relevance=1.0) for item in (unknown, met)],
        query(requirement),
        profile=profile,
        today=TODAY,
        fold_near_duplicates=False,
    )
    assert [hit.listing.id for hit in hits] == ["z", "a"]
    assert [hit.judgements[0].status for hit in hits] == [Status.MET, Status.UNKNOWN]


@settings(max_examples=40, deadline=None)
@given(market=markets(), needs=NEEDS, profile=PROFILE_NAMES, seed=st.randoms())
def test_the_order_of_candidates_is_of_no_matter(
    market: list[Candidate], needs: list, profile: str, seed: object
) -> None:
    shuffled = [*market]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (
        rank(m, query(*needs), profile=profile, k=4, today=TODAY) for m in (market, shuffled)
    )
    assert first == second


@settings(max_examples=40, deadline=None)
@given(market=markets(), needs=NEEDS)
def test_relaxing_a_requirement_never_removes_a_hit(market: list[Candidate], needs: list) -> None:
    def found(requirements: list) -> set[str]:
        hits = rank(market, query(*requirements), k=100, today=TODAY, fold_near_duplicates=False)
        return {hit.listing.id for hit in hits}

    strict = found(needs)
    for position in range(len(needs)):
        without = [*needs[:position], *needs[position + 1 :]]
        if needs[position].field == "order_quantity":
            continue  # without it, prices are those of no quantity: another question
        assert strict <= found(without)
        softened = [*needs]
        softened[position] = replace(needs[position], hard=False)
        assert strict <= found(softened)


@settings(max_examples=40, deadline=None)
@given(market=markets(), needs=NEEDS, profile=PROFILE_NAMES)
def test_parts_sum_to_the_score_and_each_says_why(
    market: list[Candidate], needs: list, profile: str
) -> None:
    for hit in rank(market, query(*needs), profile=profile, k=100, today=TODAY):
        assert sum(p.value for p in hit.explanation.contributions) == pytest.approx(
            hit.score, abs=1e-6
        )
        assert all(part.sentence.endswith(".") for part in hit.explanation.contributions)
        assert [p.name for p in hit.explanation.contributions].count("relevance") == 1


def test_the_best_few_are_those_of_the_whole_ranking() -> None:
    """Scoring stops early; that must not change who is found."""
    market = [
        Candidate(
            listing=listing(
                f"l{i:03}",
                f"thing {i}",
                supplier=Supplier(
                    id=f"s{i % 60}", years=float(i * 7 % 30), verified=i % 3 == 0, orders=i * 10.0
                ),
                warranty_months=float(i * 5 % 36),
            ),
            relevance=1.0 - (i * 37 % 211) / 400,
        )
        for i in range(211)
    ]
    for profile in PROFILES:
        everything = rank(market, query(), profile=profile, k=211, max_per_supplier=2, today=TODAY)
        few = rank(market, query(), profile=profile, k=10, max_per_supplier=2, today=TODAY)
        assert [h.listing.id for h in few] == [h.listing.id for h in everything[:10]]
