"""Listings that say the same: what holds decides between them, not the retrievers' chance."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.ranking import PROFILES, Candidate, rank
from deepsearch.ranking.folding import first_alike
from tests.ranking.builders import TODAY, claim, listing, need, query


@given(
    st.sampled_from([("weight", 13.2, "kg"), ("certification", "CE", None)]),
    st.booleans(),
    st.tuples(st.floats(0.05, 1.0), st.floats(0.05, 1.0)),
    st.sampled_from(["steel flask 500 ml", "Flask, steel, 500 ml", "STEEL flask (500 ml)"]),
    st.sampled_from(sorted(PROFILES)),
)
def test_unknown_never_outranks_met(
    stated: tuple[str, object, str | None],
    hard: bool,
    relevances: tuple[float, float],
    title: str,
    profile: str,
) -> None:
    dimension, value, unit = stated
    silent = listing("a", "steel flask 500 ml")
    says = listing("b", title, claims=(claim(dimension, value, unit),))
    candidates = [
        Candidate(listing=item, relevance=relevance)
        for item, relevance in zip((silent, says), relevances, strict=True)
    ]
    hits = rank(
        candidates,
        query(need(dimension, "eq", value, unit, hard=hard)),
        profile=replace(PROFILES[profile], strength=0.0),  # everything else equal
        today=TODAY,
    )
    assert [hit.listing.id for hit in hits] == ["b", "a"]
    for hit in hits:
        parts = [part.value for part in hit.explanation.contributions]
        assert math.fsum(parts) == pytest.approx(hit.score, abs=1e-9)


def test_variants_keep_their_own_relevance() -> None:
    bolts = [
        Candidate(listing=listing(size, f"hex bolt {size}"), relevance=relevance)
        for size, relevance in (("M8", 0.4), ("M10", 1.0))
    ]
    hits = rank(bolts, query(need("weight", "le", 20, "kg")), today=TODAY)
    assert [hit.listing.id for hit in hits] == ["M10", "M8"]
    assert hits[1].score < 0.6


def test_without_requirements_relevance_stays() -> None:
    same = [
        Candidate(listing=listing(name, "steel flask"), relevance=relevance)
        for name, relevance in (("a", 0.4), ("b", 1.0))
    ]
    assert [hit.listing.id for hit in rank(same, query(), today=TODAY)] == ["b", "a"]


def test_the_first_that_says_the_same() -> None:
    titles = ["Steel flask 500 ml", "steel flask 750 ml", "flask steel 500 ML", "mug", "", ""]
    listings = [listing(str(i), title) for i, title in enumerate(titles)]
    assert first_alike(listings)[:4] == [0, 1, 0, 3]
    long = " ".join(f"w{'abcdefghijklmnopqrst'[i]}" for i in range(20))
    near = listing("x", long.replace("wa ", ""))  # 19 of 20 words
    far = listing("y", long.replace("wa wb wc ", ""))  # 17 of 20
    assert first_alike([listing("z", long), near, far]) == [0, 0, 2]
