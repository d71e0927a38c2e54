"""The two-level codes: their estimates, their kernels, and what a full scan finds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from deepsearch.errors import InvalidInputError
from deepsearch.index import ClusteredConfig, ClusteredIndex, ExactIndex, kernels
from deepsearch.index._select import unfilled_matches
from deepsearch.index.codes import read_only
from deepsearch.index.kernels import estimate, lookup, query
from deepsearch.index.kernels.rotation import rotate
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, Matches

_TRIPLE, _, _FEATURES = cpu_target.target_context.codegen().magic_tuple()[:3]
HERE = [
    "",
    *(
        name
        for name in ("ssse3", "avx2", "avx512bw", "neon")
        if lookup.shuffles_of(_TRIPLE, f"+{name}") == name
        and (name == "neon" or f"+{name}" in _FEATURES.split(","))
    ),
]


def space(dim: int, metric: str = "cosine") -> EmbeddingSpace:
    return EmbeddingSpace(name="codes", revision="1", dim=dim, metric=metric)  # type: ignore[arg-type]


def rows(count: int, dim: int, seed: int, *, unit: bool = True, offset: float = 0.0) -> FloatArray:
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(3).standard_normal((count // 50 + 2, dim))
    made = centres[generator.integers(0, len(centres), count)]
    made = made + generator.standard_normal((count, dim)) + offset
    if unit:
        made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def ann_recall(found: np.ndarray, truth: np.ndarray) -> float:
    pairs = zip(found, truth, strict=True)
    return float(np.mean([np.intersect1d(a, b[b >= 0]).size / (b >= 0).sum() for a, b in pairs]))


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


def test_estimates_of_centres_lie_about_their_scores() -> None:
    dim = 128
    vectors, queries = rows(4_000, dim, 31, offset=0.5), rows(30, dim, 32, offset=0.5)
    index = ClusteredIndex.build(vectors, space(dim), config=ClusteredConfig(lists=100))
    tables = index._tables
    centres = tables.centres * tables.step + tables.middle
    ready, reaches, above = query.asked(dim, dim), np.empty(112, np.float32), np.empty(7, np.uint16)
    errors = []
    for one in queries:
        query.prepare_rotated(one, index._packed, ready)
        upper = np.empty(112, np.float32)
        for sigmas, out in ((2.0, upper), (0.0, reaches)):
            query.prepare_lookups(sigmas, ready)
            given = (tables.list_blocks, 0, 7, ready.numbers[8], np.inf)
            estimate.block_reaches(*given, ready, out, above)
        scores = centres @ one
        errors.append((scores - reaches[:100]) / ((upper[:100] - reaches[:100]) / 2))
    pooled = np.concatenate(errors)
    assert abs(pooled.mean()) < 0.1
    assert 0.6 < pooled.std() < 1.1


def errors_of_estimates(
    index: ClusteredIndex, vectors: FloatArray, queries: FloatArray, way: str
) -> FloatArray:
    """Errors of the bit estimates, in the standard errors they state."""
    tables = index._tables
    count, dim = vectors.shape
    words = tables.signs.shape[1] // 64
    ready = query.asked(dim, 64 * words)
    records, floats = tables.records, tables.records.view(np.float32)
    bits = np.unpackbits(
        records[:, :words].copy().view(np.uint8), axis=1, bitorder="little"
    ).astype(np.float32)
    scale, scaled_plain, error, added = floats[:, 2 * words :].T
    lists = np.repeat(np.arange(len(tables.starts) - 1), np.diff(tables.starts))
    centres = tables.centres * tables.step + tables.middle
    errors = []
    for one in queries:
        query.prepare_rotated(one, index._packed, ready)
        reaches = []
        for sigmas in (0.0, 1.0):
            query.prepare_lookups(sigmas, ready)
            if way == "planes":
                query.prepare_planes(ready)
                planes = ready.planes[:, :words].copy().view(np.uint8)
                levels = np.unpackbits(planes, axis=1, bitorder="little").astype(np.float32)
                values = levels[0] + 2 * levels[1] - 4 * levels[2]
                numbers = ready.numbers.copy()
                reach = scale * (numbers[0] * (bits @ values) + numbers[1])
                reaches.append(reach + scaled_plain * numbers[2] + error * numbers[3] + added)
            else:
                blocks = len(tables.blocks)
                out, above = np.empty(16 * blocks, np.float32), np.empty(blocks, np.uint16)
                estimate.block_reaches(tables.blocks, 0, blocks, 0.0, np.inf, ready, out, above)
                reaches.append(out[:count])
        stated = reaches[1] - reaches[0]
        score = reaches[0] + (centres @ one)[lists]
        errors.append((score - vectors[tables.order] @ one) / stated)
    pooled: FloatArray = np.concatenate(errors)
    return pooled


@pytest.mark.parametrize("way", ["planes", "tables"])
@pytest.mark.parametrize("dim", [100, 256, 2_304])
def test_the_bit_estimate_is_unbiased_and_its_error_is_the_one_allowed_for(
    way: str, dim: int
) -> None:
    # 2,304: tables of fewer steps, as otherwise the sums would not fit 16 bits.
    count = 4_000 if dim < 1_000 else 400
    vectors, queries = rows(count, dim, 7), rows(20, dim, 8)
    index = ClusteredIndex.build(vectors, space(dim))
    pooled = errors_of_estimates(index, vectors, queries, way)
    assert abs(pooled.mean()) < 0.05
    # What rounding adds is counted as if it all came on top, so that much is allowed for.
    assert 0.75 < pooled.std() < 1.15
    assert (np.abs(pooled) < 3).mean() > 0.995


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("code_bytes", [8, 48])
@pytest.mark.parametrize("shuffle", HERE)
def test_blocks_are_summed_alike_by_every_shuffle(
    shuffle: str, code_bytes: int, count: int
) -> None:
    generator = np.random.default_rng(code_bytes + count)
    signs = generator.integers(0, 256, (count, code_bytes, 16), dtype=np.uint8)
    numbers = generator.random((count, 3, 16), dtype=np.float32)
    tables = generator.integers(0, 128, (2, code_bytes, 16), dtype=np.uint8)
    step, offset, sigmas = factors = np.array([0.01, -3, 2], np.float32)
    blocks = np.concatenate(
        [signs.reshape(count, -1), numbers.reshape(count, 48).view(np.uint8)], 1
    )
    places = np.arange(code_bytes)[:, None]
    sums = (
        tables[0, places, signs & 15].astype(int) + tables[1, places, signs >> 4].astype(int)
    ).sum(axis=1)
    wanted = 0.5 + numbers[:, 2] + numbers[:, 1] * sigmas + numbers[:, 0] * (sums * step + offset)
    limit = np.float32(np.median(wanted) + 1e-4)
    uppers, above = np.zeros((count, 16), np.float32), np.zeros(count, np.uint16)
    summed_by(shuffle)(np.ascontiguousarray(blocks), tables, factors, 0.5, limit, uppers, above)
    assert np.allclose(uppers, wanted, atol=1e-4)
    assert np.array_equal(
        np.unpackbits(above.view(np.uint8), bitorder="little"), uppers.ravel() > limit
    )


@cache
def summed_by(shuffle: str) -> Callable[..., None]:
    """Compile the sums as a processor with this shuffle, or with none, would have them."""
    uppers_of = intrinsic(lookup.uppers_by(shuffle))

    @njit
    def run(
        blocks: Any, tables: Any, factors: Any, base: Any, limit: Any, uppers: Any, above: Any
    ) -> None:
        uppers_of(
            blocks.ctypes.data,
            blocks.shape[0],
            tables.shape[1],
            tables.ctypes.data,
            factors.ctypes.data,
            np.float32(base),
            np.float32(limit),
            uppers.ctypes.data,
            above.ctypes.data,
        )

    made: Callable[..., None] = run
    return made


@pytest.mark.parametrize("count", [1, 63, 64, 1_037])
def test_masks_are_counted(count: int) -> None:
    index = ClusteredIndex.build(rows(count, 16, 51), space(16))
    for share in (0.0, 0.3, 1.0):
        mask = np.random.default_rng(52).random(count) < share
        assert index.counted(mask) == int(mask.sum())


@pytest.mark.parametrize(
    ("triple", "features", "shuffle"),
    [
        ("x86_64-unknown-linux-gnu", "+ssse3,+avx2,+avx512bw", "avx512bw"),
        ("x86_64-pc-windows-msvc", "+ssse3,+avx2,-avx512bw", "avx2"),
        ("x86_64-apple-darwin", "+ssse3", "ssse3"),
        ("x86_64-unknown-linux-gnu", "+sse2", ""),
        ("arm64-apple-darwin22.6.0", "+neon", "neon"),
        ("aarch64-unknown-linux-gnu", "", "neon"),
        ("riscv64-unknown-linux-gnu", "+v", ""),
    ],
)
def test_the_widest_shuffle_is_chosen(triple: str, features: str, shuffle: str) -> None:
    assert lookup.shuffles_of(triple, features) == shuffle


def test_the_rotation_keeps_lengths_and_mixes() -> None:
    signs = np.random.default_rng(1).choice(np.array([-1, 1], np.float32), (3, 384))
    one = np.zeros(384, np.float32)
    one[5] = 1
    scratch = np.empty(384, np.float32)
    rotate(one, read_only(signs), scratch)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert np.abs(one).max() < 0.3  # one value has spread over all
    a, b = np.random.default_rng(2).standard_normal((2, 384)).astype(np.float32)
    before = float(a @ b)
    rotate(a, read_only(signs), scratch)
    rotate(b, read_only(signs), scratch)
    assert float(a @ b) == pytest.approx(before, abs=1e-3)


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
