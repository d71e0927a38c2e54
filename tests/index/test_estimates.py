"""What the two-level codes say of scores: estimates by bits, sums by shuffles, rotations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from deepsearch.index import ClusteredConfig, ClusteredIndex
from deepsearch.index.codes import read_only
from deepsearch.index.kernels import estimate, lookup, query
from deepsearch.index.kernels.rotation import rotate
from deepsearch.schema import FloatArray
from tests.index.vectors import rows, space

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
