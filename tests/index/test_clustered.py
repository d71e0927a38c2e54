"""The clustered index: what full scans find, and the ways in which allowed rows are met."""

from __future__ import annotations

import numpy as np
import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.index import ClusteredConfig, ClusteredIndex, ExactIndex, kernels
from deepsearch.index._select import unfilled_matches
from deepsearch.index.codes import read_only
from deepsearch.schema import BoolArray, FloatArray, Matches
from tests.index.vectors import ann_recall, rows, space


@pytest.mark.parametrize("dim", [7, 64, 100, 384, 512])
@pytest.mark.parametrize("metric", ["cosine", "ip", "l2"])
@pytest.mark.parametrize("offset", [0.0, 2.0])
def test_a_scan_finds_what_float32_finds(dim: int, metric: str, offset: float) -> None:
    # An offset stands for encoders whose vectors share a large mean.
    unit = metric == "cosine"
    vectors = rows(3_000, dim, 1, unit=unit, offset=offset)
    queries = rows(60, dim, 2, unit=unit, offset=offset)
    index = ClusteredIndex.build(vectors, space(dim, metric))
    exact = ExactIndex(vectors, space(dim, metric))
    for mask in (None, np.random.default_rng(5).random(3_000) < 0.2):
        truth = exact.search(queries, k=10, allowed=mask)
        found = index.scan(queries, k=10, among=index.filtered(mask))
        assert ann_recall(found.ids, truth.ids) >= 0.999
        assert (found.counts == 10).all()


WAYS = {
    "mask": kernels.BY_MASK,
    "bits": kernels.BY_BITS,
    "codes": kernels.BY_CODES,
    "codes of known rows": kernels.BY_CODES,
}


def met(
    index: ClusteredIndex, way: str, mask: BoolArray, queries: FloatArray, reach: float
) -> Matches:
    """Search the allowed rows in one of the ways in which they are met."""
    ready = index.by_row(mask)
    if way == "mask":
        ready.bits[:] = ready.firsts[:] = -1  # only working memory
    elif way == "codes":
        ready = ready._replace(few=ready.few[:0])
    found = unfilled_matches(len(queries), 10)
    kernels.search(
        index._packed,
        WAYS[way],
        read_only(mask),
        ready.bits,
        ready.firsts,
        ready.few,
        int(mask.sum()),
        read_only(queries),
        index.space.metric == "l2",
        reach,
        3.5 if reach < 0 else 2.0,
        22,
        found.ids,
        found.scores,
        found.counts,
    )
    return found


@pytest.mark.parametrize("metric", ["cosine", "l2"])
@pytest.mark.parametrize("lists", [1, 70, 1_000])
@pytest.mark.parametrize("share", [0.03, 0.3, "a side"])
def test_allowed_rows_are_the_same_however_they_are_met(
    metric: str, lists: int, share: float | str
) -> None:
    # 1,037: neither whole bytes of a mask nor whole pieces of lists. A side of the rows fills
    # some lists and leaves others empty.
    unit, count = metric == "cosine", 1_037
    vectors, queries = rows(count, 96, 21, unit=unit), rows(40, 96, 22, unit=unit)
    index = ClusteredIndex.build(vectors, space(96, metric), config=ClusteredConfig(lists=lists))
    if isinstance(share, str):
        mask = vectors @ vectors[5] > np.quantile(vectors @ vectors[5], 0.8)
    else:
        mask = np.random.default_rng(23).random(count) < share
    mask[-1] = True
    truth = ExactIndex(vectors, space(96, metric)).search(queries, k=10, allowed=mask)
    for way in WAYS:
        found = met(index, way, mask, queries, -1.0)
        assert ann_recall(found.ids, truth.ids) >= 0.997
        assert mask[found.ids].all()
        same = found.ids == truth.ids
        assert np.array_equal(found.scores[same], truth.scores[same])


@pytest.mark.parametrize("count", [1, 63, 64, 65, 1_037])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.6, 1.0])
def test_a_filter_in_the_order_of_the_rows(count: int, share: float) -> None:
    index = ClusteredIndex.build(rows(count, 16, 51), space(16), config=ClusteredConfig(lists=7))
    mask = np.random.default_rng(53).random(count) < share
    ready = index.by_row(mask)
    codes = index._codes
    by_row = mask[codes.order]
    bits = np.unpackbits(ready.bits.view(np.uint8), bitorder="little")
    assert np.array_equal(bits[:count].astype(bool), by_row)
    assert not bits[count:].any()
    assert np.array_equal(ready.firsts, np.append(0, np.cumsum(by_row))[codes.starts])
    assert np.array_equal(ready.few, np.flatnonzero(by_row))


@pytest.mark.parametrize("noise", [0.08, 0.5])
def test_prepared_filters_lead_to_the_lists_that_may_reach(noise: float) -> None:
    # Knots of thirty, of which a filter leaves three: the tenth best is a stranger. With
    # more noise there are hardly knots, and what is best lies in many lists.
    generator = np.random.default_rng(41)
    knots = rows(670, 96, 42)[generator.integers(0, 670, 20_040)]
    every = knots + noise * generator.standard_normal((20_040, 96), dtype=np.float32)
    every /= np.linalg.norm(every, axis=1, keepdims=True)
    vectors, queries = every[:20_000], every[20_000:]
    index = ClusteredIndex.build(vectors, space(96), config=ClusteredConfig(lists=300))
    mask = generator.random(20_000) < 0.1
    truth = ExactIndex(vectors, space(96)).search(queries, k=10, allowed=mask)
    recalls = {}
    for reach in (0.0, 2.5):
        for way in ("mask", "bits"):
            found = met(index, way, mask, queries, reach)
            assert mask[found.ids].all()
            assert all(len(set(ids)) == 10 for ids in found.ids.tolist())
            recalls[reach, way] = ann_recall(found.ids, truth.ids)
    assert recalls[2.5, "bits"] >= 0.95
    assert noise < 0.5 or recalls[0.0, "bits"] < recalls[2.5, "bits"] - 0.05
    for reach, less in ((0.0, 0.05), (2.5, 0.02)):
        assert recalls[reach, "bits"] >= recalls[reach, "mask"] - less


@pytest.mark.parametrize("count", [1, 63, 64, 1_037])
def test_masks_are_counted(count: int) -> None:
    index = ClusteredIndex.build(rows(count, 16, 51), space(16))
    for share in (0.0, 0.3, 1.0):
        mask = np.random.default_rng(52).random(count) < share
        assert index.counted(mask) == int(mask.sum())


def test_more_effort_finds_more() -> None:
    # Without clusters, so that a search cannot end after its first list.
    made = np.random.default_rng(11).standard_normal((6_080, 64)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    vectors, queries = made[:6_000], made[6_000:]
    index = ClusteredIndex.build(vectors, space(64))
    truth = ExactIndex(vectors, space(64)).search(queries, k=10).ids
    recalls = [
        ann_recall(index.search_with(queries, k=10, among=None, effort=effort).ids, truth)
        for effort in (20, 200, 400, 100_000)
    ]
    assert recalls == sorted(recalls)
    assert recalls[0] < recalls[-1]
    assert recalls[-1] >= 0.98


def test_one_thread_and_many_agree() -> None:
    vectors, queries = rows(2_000, 64, 13), rows(50, 64, 14)
    one = ClusteredIndex.build(vectors, space(64), config=ClusteredConfig(threads=1))
    many = ClusteredIndex.build(vectors, space(64), config=ClusteredConfig(threads=4))
    a, b = one.search(queries, k=10), many.search(queries, k=10)
    assert a.ids.tolist() == b.ids.tolist()
    assert a.scores.tolist() == b.scores.tolist()


def test_identical_vectors() -> None:
    vectors = np.repeat(rows(1, 32, 15), 500, axis=0)
    index = ClusteredIndex.build(vectors, space(32))
    found = index.search(vectors[:2], k=20)
    assert found.ids.tolist() == [list(range(20))] * 2
    mask = np.arange(500) >= 100
    assert index.scan(vectors[:1], k=5, among=index.filtered(mask)).ids.tolist() == [
        [100, 101, 102, 103, 104]
    ]


def test_values_of_very_different_size() -> None:
    # One dimension a million times the others, another constant.
    vectors = np.random.default_rng(16).standard_normal((2_000, 24)).astype(np.float32)
    vectors[:, 0] *= 1e6
    vectors[:, 1] = 5
    queries = vectors[:40] + np.float32(0.01)
    exact = ExactIndex(vectors, space(24, "l2")).search(queries, k=1)
    index = ClusteredIndex.build(vectors, space(24, "l2"))
    found = index.scan(queries, k=1, among=None)
    # 8 bits cannot tell such rows apart: what comes back is near, complete and scored right.
    assert (found.counts == 1).all()
    assert (found.scores[:, 0] <= exact.scores[:, 0]).all()
    assert (found.scores[:, 0] >= -(2e6**2) / 100).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"lists": 0},
        {"reach": -1},
        {"threads": 0},
        {"sigmas": -1},
        {"iterations": 0},
    ],
)
def test_options_that_cannot_work(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError, match="out of range"):
        ClusteredConfig(**wrong)  # type: ignore[arg-type]


def test_nothing_to_build_from() -> None:
    with pytest.raises(InvalidInputError, match="no vector"):
        ClusteredIndex.build(np.empty((0, 8), np.float32), space(8))
