"""The planner: what it chooses, what it promises, and whether the promise holds."""

from __future__ import annotations

import numpy as np
import pytest

from deepsearch.errors import IndexFormatError, InvalidInputError
from deepsearch.index import (
    Band,
    Calibration,
    ClusteredConfig,
    ClusteredIndex,
    ExactIndex,
    PlannedIndex,
    build_index,
)
from deepsearch.index.calibrate import DEPTHS, SHARES, _at_the_least
from deepsearch.schema import EmbeddingSpace, FloatArray

DIM, COUNT = 96, 12_000
SPACE = EmbeddingSpace(name="plan", revision="1", dim=DIM)


def rows(count: int, seed: int) -> FloatArray:
    generator = np.random.default_rng(seed)
    bend = np.random.default_rng(4)
    first, second = bend.standard_normal((12, 40)) * 0.4, bend.standard_normal((40, DIM))
    made = np.tanh(generator.standard_normal((count, 12)) @ first) @ second
    made += 0.3 * generator.standard_normal((count, DIM))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def planned() -> PlannedIndex:
    return build_index(rows(COUNT, 1), SPACE, config=ClusteredConfig())


def side(share: float, anchor: int) -> np.ndarray:
    vectors = rows(COUNT, 1)
    scores = vectors @ vectors[anchor]
    return scores >= np.quantile(scores, 1 - share)


@pytest.mark.parametrize("share", [1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.01, 0.001])
@pytest.mark.parametrize("kind", ["random", "correlated"])
def test_the_promised_recall_holds(planned: PlannedIndex, share: float, kind: str) -> None:
    queries = rows(150, 2)
    exact = ExactIndex(rows(COUNT, 1), SPACE)
    recalls = []
    for seed in (1, 2, 3):
        if kind == "random":
            mask = np.random.default_rng(seed).random(COUNT) < share
        else:
            mask = side(share, 100 * seed)
        found, plan = planned.search_planned(queries, k=10, allowed=mask)
        truth = exact.search(queries, k=10, allowed=mask)
        assert plan.allowed_count == mask.sum()
        assert plan.expected_recall is not None
        pairs = zip(found.ids, truth.ids, strict=True)
        recalls += [np.intersect1d(a, b[b >= 0]).size / max(1, (b >= 0).sum()) for a, b in pairs]
    # 450 queries: twice the standard error of the mean is about .01.
    assert np.mean(recalls) >= planned.target_recall - 0.01


def test_the_same_queries_under_more_filters_are_no_more_certain() -> None:
    generator = np.random.default_rng(3)
    one, other = (generator.choice([0.4, 1.0], 40, p=[0.1, 0.9]) for _ in range(2))
    alone = _at_the_least([one, other], 0.0)
    assert _at_the_least([one, other, one, other], 0.0) == pytest.approx(alone)
    mean = np.concatenate([one, other]).mean()
    assert alone == pytest.approx(mean - 2 * np.concatenate([one, other]).std() / np.sqrt(79))
    # Filters that err apart are: each query's mean varies less.
    apart = _at_the_least([one, other, np.roll(one, 1), np.roll(other, 1)], 0.0)
    assert alone < apart < mean


def test_one_filter_that_falls_short_is_not_outvoted() -> None:
    good, bad = np.ones(50), np.tile([1.0, 0.8], 25)
    error = bad.std() / np.sqrt(49)
    assert _at_the_least([good, good, bad, good], 0.95) == pytest.approx(0.9 - error)
    assert _at_the_least([good, good, bad, good], 0.85) > 0.95


def made(base: object, scan_row: float, **band: object) -> PlannedIndex:
    vectors = rows(2_000, 5)
    values: dict[str, object] = {"effort": 500, "recall": 0.97, "microseconds": 100.0} | band
    bands = tuple(
        Band(share=share, k=k, **values)  # type: ignore[arg-type]
        for share in SHARES
        for k in DEPTHS
    )
    scans = tuple((size, 10.0 + size * scan_row) for size in (100, 1_000))
    calibration = Calibration(target_recall=0.95, machine="test", scans=scans, bands=bands)
    exact = ExactIndex(vectors, SPACE)
    index = ClusteredIndex.build(vectors, SPACE)
    return PlannedIndex(exact, index, calibration=calibration if base else None)


def test_the_cheaper_way_is_chosen() -> None:
    index = made(True, scan_row=0.1)
    # 10 + .1 * rows microseconds against 100: equal at 900 rows.
    assert index.plan(899, 10).method == "exact"
    assert index.plan(899, 10).expected_recall == 1.0
    assert index.plan(899, 10).effort is None
    searched = index.plan(901, 10)
    assert searched.method == "clustered"
    assert searched.effort == 500
    assert searched.expected_recall == 0.97
    assert "901 of 2000" in searched.reason


def test_where_no_effort_keeps_the_target_all_rows_are_scored() -> None:
    plan = made(True, scan_row=0.1, effort=None).plan(1_500, 10)
    assert plan.method == "exact"
    assert "no effort is known" in plan.reason


def test_outside_what_was_measured_all_rows_are_scored() -> None:
    index = made(True, scan_row=1e-6, microseconds=1e-9)
    assert index.plan(1_500, 10).method == "clustered"
    assert index.plan(int(2_000 * 0.005), 5).method == "exact"
    assert index.plan(1_500, max(DEPTHS) + 1).method == "exact"
    assert index.plan(1_500, max(DEPTHS)).method == "clustered"


def test_few_allowed_rows_are_scored() -> None:
    assert made(True, scan_row=100.0).plan(10, 10).method == "exact"
    assert made(True, scan_row=100.0).plan(0, 10).allowed_count == 0


def test_without_a_calibration_nothing_is_promised() -> None:
    index = made(None, scan_row=1.0)
    assert index.plan(2_000, 10).expected_recall is None
    assert index.plan(50, 10).method == "exact"


def test_between_two_bands_the_dearer_counts() -> None:
    bands = [
        Band(share=share, k=10, effort=effort, recall=0.96, microseconds=50.0)
        for share, effort in ((0.1, 900), (0.2, 400), (1.0, 600))
    ]
    calibration = Calibration(target_recall=0.95, machine="", scans=((1, 1.0),), bands=tuple(bands))
    efforts = [calibration.band(share, 10) for share in (0.1, 0.15, 0.2, 0.5, 1.0, 0.05)]
    assert [band.effort if band else None for band in efforts] == [900, 900, 400, 600, 600, None]


def test_what_a_scan_costs_lies_between_the_scans_measured() -> None:
    calibration = Calibration(
        target_recall=0.95, machine="", scans=((100, 20.0), (1_000, 60.0), (2_000, 200.0)), bands=()
    )
    spent = [calibration.scan_microseconds(size) for size in (10, 100, 550, 1_500, 2_000, 4_000)]
    assert spent == pytest.approx([20.0, 20.0, 40.0, 130.0, 200.0, 400.0])


def test_a_small_set_needs_no_base() -> None:
    index = build_index(rows(300, 6), SPACE)
    assert index.base is None
    plan = index.plan(300, 5)
    assert plan.method == "exact"
    assert plan.expected_recall == 1.0


@pytest.mark.parametrize("target", [0.0, -1.0, 1.1])
def test_targets_that_cannot_be(target: float) -> None:
    with pytest.raises(InvalidInputError, match="target_recall"):
        build_index(rows(30, 7), SPACE, target_recall=target)


def test_real_queries_may_calibrate() -> None:
    away = -rows(64, 9)
    index = build_index(rows(3_000, 8), SPACE, config=ClusteredConfig(), sample_queries=away)
    truth = ExactIndex(rows(3_000, 8), SPACE).search(away, k=10).ids
    found = index.search(away, k=10).ids
    shared = [np.intersect1d(a, b).size / 10 for a, b in zip(found, truth, strict=True)]
    assert np.mean(shared) >= 0.93


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    build_index(
        rows(1_000, 10),
        SPACE,
        config=ClusteredConfig(),
        progress=lambda stage, share: told.append((stage, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[-1] == ("done", 1.0)
    assert {"check", "build", "calibrate"} <= {stage for stage, _ in told}


@pytest.mark.parametrize("values", [{}, {"bands": 3}, {"bands": [{"share": 1}]}, {"bands": []}])
def test_a_calibration_that_cannot_be_read(values: dict[str, object]) -> None:
    with pytest.raises(IndexFormatError, match="calibration"):
        Calibration.from_json(values)
