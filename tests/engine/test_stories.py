"""The two buyers' stories, and what must always hold, through the whole engine.

The catalogues are invented; every query goes through encoding, filtering, retrieval, fusion
and ranking, with the encoders of the package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.engine import SearchEngine, SearchOptions
from deepsearch.schema import (
    Claim,
    Listing,
    Query,
    Requirement,
    SearchResult,
    Status,
)
from tests.engine.answers import ids
from tests.ranking.builders import TODAY, need
from tests.ranking.stories import BIKE, BIKE_NEEDS, MACHINE, MACHINE_NEEDS, load

BIKES, MACHINES = load("bikes.json"), load("machines.json")
OPTIONS = SearchOptions(k=20, requirements=False, today=TODAY)


def made(folder: Path, listings: Iterable[Listing]) -> SearchEngine:
    engine = SearchEngine.create(folder)
    engine.upsert(listings)
    return engine


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    return made(tmp_path_factory.mktemp("bikes") / "catalogue", BIKES)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    return made(tmp_path_factory.mktemp("machines") / "catalogue", MACHINES)


def ask(
    engine: SearchEngine, words: str, needs: Iterable[Requirement | None], **options: object
) -> SearchResult:
    kept = tuple(requirement for requirement in needs if requirement is not None)
    how = replace(OPTIONS, **options)  # type: ignore[arg-type]
    return engine.search(Query(text=words, requirements=kept), options=how)


@pytest.mark.parametrize(
    ("changes", "winner"),
    [
        ({}, "alpha"),
        ({"logo": None}, "beta"),
        ({"quantity": need("order_quantity", "eq", 300, "piece")}, "beta"),
        ({"weight": need("weight", "le", 16, "kg")}, "gamma"),
        ({"price": need("unit_price", "le", 250, "USD")}, "epsilon"),
    ],
)
def test_one_requirement_changes_who_gets_the_bikes(
    bikes: SearchEngine, changes: dict[str, Requirement | None], winner: str
) -> None:
    result = ask(bikes, BIKE, {**BIKE_NEEDS, **changes}.values())
    assert ids(result)[0] == winner, [(hit.listing.id, hit.score) for hit in result.hits]
    for hit in result.hits:
        broken = [j for j in hit.judgements if j.status is Status.VIOLATED and j.requirement.hard]
        assert not broken
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)


def test_the_machine_for_minus_thirty_degrees(machines: SearchEngine) -> None:
    result = ask(machines, MACHINE, MACHINE_NEEDS.values())
    assert ids(result)[0] == "arctic"
    assert "temperate" not in ids(result)
    mild = need("operating_temperature", "le", -10, "degC")
    assert ids(ask(machines, MACHINE, [mild], profile="cheapest"))[0] == "temperate"


def test_what_is_unknown_stands_below_what_is_met(bikes: SearchEngine) -> None:
    certified = next(bike for bike in BIKES if bike.id == "alpha")
    claims = tuple(c for c in certified.claims if c.dimension != "certification")
    silent = replace(certified, id="a-silent-alpha", claims=claims)
    engine = made(bikes.catalogue.path.parent / "with silent", [*BIKES, silent])
    # of two suppliers, so that one does not stand for both
    assert certified.supplier is not None
    other = replace(silent, supplier=replace(certified.supplier, id="other"))
    engine.upsert([other])
    result = ask(engine, BIKE, BIKE_NEEDS.values())
    assert ids(result).index("alpha") < ids(result).index("a-silent-alpha")


def test_the_order_of_rows_is_of_no_matter(bikes: SearchEngine, tmp_path: Path) -> None:
    turned = made(tmp_path / "turned", reversed(BIKES))
    for needs in (BIKE_NEEDS.values(), list(BIKE_NEEDS.values())[:2]):
        one, two = ask(bikes, BIKE, needs), ask(turned, BIKE, needs)
        assert ids(one) == ids(two)
        # sums over the words of all listings differ in their last bit
        assert [h.score for h in one.hits] == pytest.approx([h.score for h in two.hits], abs=1e-12)


@pytest.mark.parametrize(
    "claim",
    [
        Claim(dimension="certification", value="CE"),
        Claim(dimension="custom_logo", value=True, min_quantity=1.0),
        Claim(dimension="weight", value=11.0, unit="kg"),
    ],
)
def test_a_better_claim_never_lowers_a_rank(
    bikes: SearchEngine, tmp_path: Path, claim: Claim
) -> None:
    before = ids(ask(bikes, BIKE, BIKE_NEEDS.values()))
    engine = made(tmp_path / "better", BIKES)
    for bike in BIKES:
        engine.upsert([replace(bike, claims=(*bike.claims, claim))])
        after = ids(ask(engine, BIKE, BIKE_NEEDS.values()))
        if bike.id in before:
            assert after.index(bike.id) <= before.index(bike.id)
        engine.upsert([bike])


@settings(max_examples=15, deadline=None)
@given(kept=st.sets(st.sampled_from(sorted(set(BIKE_NEEDS) - {"quantity"}))))
def test_giving_up_a_requirement_never_loses_a_hit(bikes: SearchEngine, kept: set[str]) -> None:
    needs = [BIKE_NEEDS["quantity"], *(BIKE_NEEDS[name] for name in sorted(kept))]
    strict = set(ids(ask(bikes, BIKE, needs)))
    for position in range(1, len(needs)):
        assert strict <= set(ids(ask(bikes, BIKE, [*needs[:position], *needs[position + 1 :]])))
        soft = [replace(n, hard=n.hard and i != position) for i, n in enumerate(needs)]
        assert strict <= set(ids(ask(bikes, BIKE, soft)))
