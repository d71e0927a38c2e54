"""Who can make this: suppliers over all their listings, and for what nobody lists."""

from __future__ import annotations

import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.ranking import Candidate, Profile, rank_suppliers
from deepsearch.schema import Status, Supplier
from tests.ranking.builders import TODAY, claim, listing, need, query

NEUTRAL = Profile(name="neutral", strength=0.0, weights={"years": 1.0})


def found(id_: str, supplier: Supplier, relevance: float, **more: object) -> Candidate:
    return Candidate(listing=listing(id_, supplier=supplier, **more), relevance=relevance)  # type: ignore[arg-type]


def test_further_listings_add_by_halves() -> None:
    one, two = Supplier(id="one"), Supplier(id="two")
    hits = rank_suppliers(
        [found("a", one, 1.0), found("b", two, 0.95), found("c", two, 0.9), found("d", two, 0.8)],
        query(),
        profile=NEUTRAL,
        today=TODAY,
    )
    assert [hit.supplier.id for hit in hits] == ["two", "one"]
    assert hits[0].score == pytest.approx(0.95 + 0.3 * (0.9 / 2 + 0.8 / 4))
    assert [h.listing.id for h in hits[0].listings] == ["b", "c", "d"]
    for hit in hits:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)


def test_for_a_product_nobody_lists_skills_decide() -> None:
    """No titanium bracket is listed; one supplier machines titanium, one cuts wood."""
    machinist = Supplier(
        id="machinist",
        claims=(claim("process", "CNC machining"), claim("material", "titanium"),
                claim("case", "titanium brackets for drones")),
    )  # fmt: skip
    joiner = Supplier(id="joiner", claims=(claim("process", "sawing"), claim("material", "oak")))
    asked = query(need("process", "eq", "CNC machining"), product="titanium bracket")
    hits = rank_suppliers(
        [found("shelf", joiner, 1.0), found("flange", machinist, 0.9)],
        asked,
        profile=NEUTRAL,
        today=TODAY,
    )
    assert [hit.supplier.id for hit in hits] == ["machinist", "joiner"]
    skills = next(p for p in hits[0].explanation.contributions if p.name == "skills")
    assert skills.value == pytest.approx(0.4 * 0.9)  # all four words are covered
    assert skills.sentence == (
        "States that he does: CNC machining, titanium, titanium brackets for drones."
    )


def test_skills_shown_by_listings_that_were_not_found_count() -> None:
    quiet = Supplier(id="quiet")
    other = listing("other", supplier=quiet, claims=(claim("process", "investment casting"),))
    asked = query(product="casting")
    alone = rank_suppliers([found("a", quiet, 1.0)], asked, profile=NEUTRAL, today=TODAY)
    known = rank_suppliers(
        [found("a", quiet, 1.0)], asked, catalogue={"quiet": [other]}, profile=NEUTRAL, today=TODAY
    )
    assert known[0].score == pytest.approx(alone[0].score + 0.4)


def test_requirements_are_judged_on_the_listing_that_answers_best() -> None:
    both, none = Supplier(id="both"), Supplier(id="none")
    light = claim("weight", 10.0, "kg")
    heavy = claim("weight", 20.0, "kg")
    hits = rank_suppliers(
        [
            found("n", none, 1.0, claims=(heavy,)),
            found("b1", both, 0.6, claims=(heavy,)),
            found("b2", both, 0.5, claims=(light,)),
        ],
        query(need("weight", "le", 12, "kg")),
        profile=NEUTRAL,
        today=TODAY,
    )
    assert [hit.supplier.id for hit in hits] == ["both", "none"]
    assert [hit.judgements[0].status for hit in hits] == [Status.MET, Status.VIOLATED]


def test_candidates_without_supplier_are_passed_over() -> None:
    assert rank_suppliers([Candidate(listing=listing(), relevance=1.0)], query()) == []
    with pytest.raises(InvalidInputError, match="k=0"):
        rank_suppliers([], query(), k=0)
