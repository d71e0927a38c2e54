"""Fusion: numbers worked by hand, properties, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.errors import InvalidInputError
from deepsearch.fusion import (
    FusedList,
    Run,
    cap_per_group,
    convex,
    dbsf,
    mmr,
    reciprocal_rank_fusion,
)

WORDS: Run = [("a", 8.0), ("b", 6.0), ("c", 1.0)]
MEANING: Run = [("b", 0.9), ("d", 0.5)]
RUNS = {"words": WORDS, "meaning": MEANING}
METHODS: list[Callable[..., FusedList]] = [reciprocal_rank_fusion, dbsf, convex]


def by_id(fused: FusedList) -> dict[str, float]:
    return {item.id: item.score for item in fused.items}


def test_rrf_by_hand() -> None:
    fused = reciprocal_rank_fusion(RUNS)
    assert fused.ids == ("b", "a", "d", "c")
    assert by_id(fused) == pytest.approx(
        {"b": 1 / 62 + 1 / 61, "a": 1 / 61, "d": 1 / 62, "c": 1 / 63}
    )
    best = fused.items[0]
    assert best.parts == pytest.approx({"words": 1 / 62, "meaning": 1 / 61})
    assert best.ranks == {"words": 2, "meaning": 1}


def test_rrf_with_weights_by_hand() -> None:
    fused = reciprocal_rank_fusion(RUNS, rrf_k=1, weights={"meaning": -0.5})
    assert by_id(fused) == pytest.approx({"a": 1 / 2, "b": 1 / 3 - 0.25, "c": 1 / 4, "d": -0.5 / 3})
    assert fused.ids == ("a", "c", "b", "d")


def test_dbsf_by_hand() -> None:
    # words: mean 5, population sigma sqrt((9 + 1 + 16) / 3); meaning: mean .7, sigma .2
    sigma = math.sqrt(26 / 3)
    expected = {
        "a": 0.5 + 3 / (6 * sigma),
        "b": 0.5 + 1 / (6 * sigma) + 0.5 + 1 / 6,
        "c": 0.5 - 4 / (6 * sigma),
        "d": 0.5 - 1 / 6,
    }
    assert by_id(dbsf(RUNS)) == pytest.approx(expected)


def test_dbsf_clips_what_lies_beyond_three_sigma() -> None:
    run = [("far", 1000.0), *((f"n{i:02d}", 1.0) for i in range(30))]
    assert dbsf({"x": run}).items[0].score == 1.0


def test_convex_by_hand() -> None:
    fused = convex(RUNS, weights={"words": 3, "meaning": 1})
    assert by_id(fused) == pytest.approx({"a": 0.75, "b": 0.75 * 5 / 7 + 0.25, "c": 0.0, "d": 0.0})
    assert fused.ids == ("b", "a", "c", "d")  # c and d tie: by id


@pytest.mark.parametrize("method", METHODS)
def test_a_limit_keeps_the_best(method: Callable[..., FusedList]) -> None:
    assert method(RUNS, limit=3).items == method(RUNS).items[:3]


def test_convex_with_floors_by_hand() -> None:
    fused = convex(RUNS, floors={"words": 0.0, "meaning": -1.0})
    assert by_id(fused) == pytest.approx(
        {"a": 0.5, "b": 0.5 * 6 / 8 + 0.5, "c": 0.5 / 8, "d": 0.5 * 1.5 / 1.9}
    )


def test_convex_by_z_by_hand() -> None:
    sigma = math.sqrt(26 / 3)
    fused = convex(RUNS, normalisation="z")
    assert by_id(fused) == pytest.approx(
        {"a": 0.5 * 7 / sigma, "b": 0.5 * 5 / sigma + 0.5 * 0.4 / 0.2, "c": 0.0, "d": 0.0}
    )


@pytest.mark.parametrize("method", METHODS)
def test_one_score_alone_and_equal_scores_are_no_division_by_zero(
    method: Callable[..., FusedList],
) -> None:
    assert method({"x": [("b", 2.0), ("a", 2.0)], "y": [("a", 1.0)]}).ids == ("a", "b")
    # three times 0.1 has a standard deviation of 1e-17 in floating point
    equal = method({"x": [(i, 0.1) for i in "abc"]})
    if method is not reciprocal_rank_fusion:
        assert len(set(by_id(equal).values())) == 1
        assert equal.items[0].score in (0.5, 1.0)
    assert method({}).items == ()
    assert method({"x": []}).items == ()


runs_strategy = st.dictionaries(
    st.sampled_from("xyz"),
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.integers(-5, 5) | st.floats(-5, 5), max_size=8
    ).map(lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])),
    max_size=3,
)


@pytest.mark.parametrize("method", METHODS)
@given(runs=runs_strategy)
def test_scores_are_the_sums_of_their_parts_and_order_is_by_score_then_id(
    method: Callable[..., FusedList], runs: dict[str, Run]
) -> None:
    fused = method(runs)
    for item in fused.items:
        assert item.score == pytest.approx(sum(item.parts.values()), abs=1e-12)
        assert set(item.parts) == {
            name for name, run in runs.items() if item.id in {i for i, _ in run}
        }
    order = [(-item.score, item.id) for item in fused.items]
    assert order == sorted(order)
    assert set(fused.ids) == {i for run in runs.values() for i, _ in run}


@pytest.mark.parametrize("method", METHODS)
@given(runs=runs_strategy)
def test_the_order_of_equal_scores_in_a_run_does_not_matter(
    method: Callable[..., FusedList], runs: dict[str, Run]
) -> None:
    turned = {}
    for name, run in runs.items():
        backwards = list(reversed(run))
        turned[name] = sorted(backwards, key=lambda pair: -pair[1])  # stable: ties stay turned
    assert method(turned) == method(runs)


@given(runs=runs_strategy, shift=st.floats(-3, 3), scale=st.floats(0.5, 3))
def test_dbsf_and_min_max_do_not_depend_on_a_runs_scale(
    runs: dict[str, Run], shift: float, scale: float
) -> None:
    moved = {name: [(i, round(s, 3) * scale + shift) for i, s in run] for name, run in runs.items()}
    plain = {name: [(i, round(s, 3)) for i, s in run] for name, run in runs.items()}
    for method in (dbsf, convex):
        assert by_id(method(moved)) == pytest.approx(by_id(method(plain)), abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({"x": [("a", 1.0), ("a", 0.5)]}, "more than once"),
        ({"x": [("a", 1.0), ("b", 2.0)]}, "best first"),
        ({"x": [("a", math.nan)]}, "best first"),
    ],
)
def test_runs_that_cannot_be_fused(
    method: Callable[..., FusedList], runs: dict[str, Run], words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        method(runs)


@pytest.mark.parametrize(
    "call",
    [
        lambda: reciprocal_rank_fusion(RUNS, rrf_k=0),
        lambda: reciprocal_rank_fusion(RUNS, rrf_k=math.nan),
        lambda: reciprocal_rank_fusion(RUNS, weights={"word": 1}),
        lambda: reciprocal_rank_fusion(RUNS, weights={"words": math.inf}),
        lambda: dbsf({"x": [("a", math.inf)]}),
        lambda: dbsf(RUNS, weights={"word": 1}),
        lambda: convex(RUNS, weights={"words": -1}),
        lambda: convex(RUNS, weights={"words": 0, "meaning": 0}),
        lambda: convex(RUNS, normalisation="rank"),
        lambda: convex(RUNS, floors={"words": 2.0}),
        lambda: convex(RUNS, floors={"word": 0.0}),
        lambda: mmr([1.0], np.eye(2, dtype=np.float32), k=1),
        lambda: mmr([1.0], np.eye(1, dtype=np.float32), k=0),
        lambda: mmr([math.nan], np.eye(1, dtype=np.float32), k=1),
        lambda: mmr([1.0], np.eye(1, dtype=np.float32), k=1, trade_off=1.5),
        lambda: cap_per_group([1], lambda item: item, limit=0),
    ],
)
def test_wrong_settings_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInputError):
        call()


@pytest.mark.parametrize(
    ("key", "fuse"),
    [
        ("rrf60", reciprocal_rank_fusion),
        ("rrf10", lambda runs: reciprocal_rank_fusion(runs, rrf_k=10)),
        ("minmax_weighted", lambda runs: convex(runs, weights={"0": 5, "1": 3, "2": 2})),
    ],
)
def test_agrees_with_an_independent_library(key: str, fuse: Callable[..., FusedList]) -> None:
    # Made once by ranx 0.3.21 (fuse: rrf; min-max and wsum) from runs drawn at random.
    stored = json.loads((Path(__file__).parent / "ranx.json").read_text(encoding="utf-8"))
    runs = {str(number): list(run.items()) for number, run in enumerate(stored["runs"])}
    assert by_id(fuse(runs)) == pytest.approx(stored[key], abs=1e-9)


# ---------------------------------------------------------------- variety


def test_mmr_by_hand() -> None:
    # a and b are the same thing; c is at a right angle to both
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    scores = [1.0, 0.9, 0.5]  # relevance 1, .8, 0
    # after a: b gains .7 * .8 - .3 * 1 = .26, c gains 0 - 0 = 0
    assert mmr(scores, vectors, k=3) == [0, 1, 2]
    # at .5: b gains .4 - .5 < 0 = c
    assert mmr(scores, vectors, k=3, trade_off=0.5) == [0, 2, 1]
    assert mmr(scores, vectors, k=3, trade_off=1.0) == [0, 1, 2]


def brute_mmr(scores: list[float], vectors: np.ndarray, k: int, trade_off: float) -> list[int]:
    low, high = min(scores), max(scores)
    relevance = [(s - low) / (high - low) if high > low else 1.0 for s in scores]
    taken: list[int] = []
    while len(taken) < min(k, len(scores)):
        gains = {
            i: trade_off * relevance[i]
            - (1 - trade_off) * max((float(vectors[i] @ vectors[j]) for j in taken), default=0.0)
            for i in range(len(scores))
            if i not in taken
        }
        taken.append(max(gains, key=lambda i: (gains[i], -i)))
    return taken


@pytest.mark.parametrize("seed", range(8))
def test_mmr_agrees_with_trying_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(12, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = rng.random(12).tolist()
    for trade_off in (0.0, 0.3, 0.8, 1.0):
        assert mmr(scores, vectors, k=9, trade_off=trade_off) == brute_mmr(
            scores, vectors, 9, trade_off
        )


def test_mmr_of_nothing_and_of_fewer_than_k() -> None:
    assert mmr([], np.zeros((0, 3), dtype=np.float32), k=4) == []
    assert mmr([2.0, 2.0], np.eye(2, dtype=np.float32), k=9) == [0, 1]


def test_cap_per_group_keeps_order_and_tells_what_it_dropped() -> None:
    items = ["a1", "a2", "b1", "a3", "-x", "b2", "-y"]
    kept, dropped = cap_per_group(items, lambda i: None if i[0] == "-" else i[0], limit=2)
    assert kept == ["a1", "a2", "b1", "-x", "b2", "-y"]
    assert dropped == ["a3"]
