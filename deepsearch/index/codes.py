"""Two-level codes of vectors, in the order of their lists.

A row is its list's centre plus a residual. The residual, rotated at random, is kept as
signs, one bit a dimension, with the scale that makes the estimate of an inner product
unbiased. Beside them lie 8-bit codes of the row itself, one step a dimension.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from deepsearch.index.spread import list_spread
from deepsearch.schema import FloatArray, IntArray, Metric

__all__ = ["ROUNDS", "TwoLevelCodes", "centre_blocks", "encode", "fits", "read_only"]

ROUNDS = 3
"""Rounds of random signs and Hadamard transforms; three mix as well as a dense matrix."""

_BLOCK_ROWS = 32_768
_Array = TypeVar("_Array", bound=npt.NDArray[Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelCodes:
    """The codes of n rows in L lists; `kernels.Tables` says what each array is.

    Arrays may be memory-mapped; none is changed.
    """

    records: npt.NDArray[np.uint64]
    blocks: npt.NDArray[np.uint8]
    codes: npt.NDArray[np.int8]
    bias: FloatArray
    order: npt.NDArray[np.int32]
    starts: IntArray
    centres: npt.NDArray[np.int8]
    centre_bias: FloatArray
    spread: FloatArray
    step: FloatArray
    middle: FloatArray
    signs: FloatArray
    mean: FloatArray


def encode(
    vectors: FloatArray,
    assigned: npt.NDArray[np.int32],
    centres: FloatArray,
    *,
    metric: Metric,
    seed: int,
    threads: int | None = None,
) -> TwoLevelCodes:
    """Encode vectors that were assigned to lists.

    Args:
        vectors: (n, dim) float32, n >= 1.
        assigned: (n,) list of each.
        centres: (L, dim) float32.
        metric: How the space compares.
        seed: Seed of the rotation.
        threads: Threads; None: all cores.

    Returns:
        The codes.
    """
    from deepsearch.index import kernels

    count, dim = vectors.shape
    words = (dim + 63) // 64
    generator = np.random.default_rng(seed)
    signs = generator.choice(np.array([-1, 1], dtype=np.float32), (ROUNDS, 64 * words))
    step, middle = _ranges(vectors)
    centre_codes = _to_codes(centres, step, middle)
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    # Residuals are taken from what the kernels will see of a centre, so that its
    # rounding costs nothing.
    seen = (centre_codes * step + middle).astype(np.float32)
    order = np.argsort(assigned, kind="stable").astype(np.int32)
    starts = np.zeros(centres.shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(assigned, minlength=centres.shape[0]), out=starts[1:])
    records = np.zeros((count, words + 2), dtype=np.uint64)
    codes = np.empty((count, dim), dtype=np.int8)
    bias = np.empty(count, dtype=np.float32)

    def work(start: int) -> None:
        kernels.encode_rows(
            read_only(vectors),
            assigned,
            seen,
            order,
            step,
            middle,
            read_only(signs),
            mean,
            metric == "l2",
            start,
            min(count, start + _BLOCK_ROWS),
            records,
            records.view(np.float32),
            codes,
            bias,
        )

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(work, range(0, count, _BLOCK_ROWS)))
    rows_in = np.diff(starts)
    # Under l2, q.x - |x|^2 / 2 ranks as minus the distance does.
    bias_sums = np.bincount(assigned[order], weights=bias, minlength=centres.shape[0])
    centre_bias = (bias_sums / np.maximum(rows_in, 1)).astype(np.float32)
    return TwoLevelCodes(
        records=records,
        blocks=_blocks(records),
        codes=codes,
        bias=bias,
        order=order,
        starts=starts,
        centres=centre_codes,
        centre_bias=centre_bias,
        spread=list_spread(
            vectors,
            seen,
            centre_bias=centre_bias,
            bias=bias,
            order=order,
            starts=starts,
            mean=mean,
            generator=generator,
        ),
        step=step,
        middle=middle,
        signs=signs,
        mean=mean,
    )


def centre_blocks(codes: TwoLevelCodes) -> npt.NDArray[np.uint8]:
    """Return blocks of the list centres about the mean of all rows, to rank lists by.

    Args:
        codes: The codes of an index.

    Returns:
        As `kernels.Tables.list_blocks`; they take a few milliseconds, so no file has them.
    """
    from deepsearch.index import kernels

    lists, dim = codes.centres.shape
    words = codes.signs.shape[1] // 64
    records = np.zeros((lists, words + 2), dtype=np.uint64)
    step, middle, mean = (np.array(given) for given in (codes.step, codes.middle, codes.mean))
    kernels.encode_rows(
        read_only((codes.centres * step + middle).astype(np.float32)),
        np.zeros(lists, dtype=np.int32),
        mean[None, :],
        np.arange(lists, dtype=np.int32),
        step,
        middle,
        read_only(codes.signs),
        mean,
        False,
        0,
        lists,
        records,
        records.view(np.float32),
        np.empty((lists, dim), dtype=np.int8),
        np.empty(lists, dtype=np.float32),
    )
    return _blocks(records)


def _blocks(records: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    # As `kernels.Tables.blocks`.
    count, signs = records.shape[0], 8 * (records.shape[1] - 2)
    many = (count + 15) // 16
    blocks = _aligned((many, 16 * signs + 192))
    for start in range(0, many, _BLOCK_ROWS // 16):
        stop = min(many, start + _BLOCK_ROWS // 16)
        padded = np.zeros((16 * (stop - start), records.shape[1]), dtype=np.uint64)
        given = records[16 * start : 16 * stop]
        padded[: len(given)] = given
        bits = padded.view(np.uint8)[:, :signs].reshape(stop - start, 16, signs)
        blocks[start:stop, : 16 * signs] = bits.transpose(0, 2, 1).reshape(stop - start, -1)
        # Scale, error and what is added; the count of signs is in the tables' sums.
        numbers = padded.view(np.float32)[:, signs // 4 :][:, (0, 2, 3)]
        columns = np.ascontiguousarray(numbers.reshape(stop - start, 16, 3).transpose(0, 2, 1))
        blocks[start:stop, 16 * signs :] = columns.reshape(stop - start, 48).view(np.uint8)
    return blocks


def _aligned(shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    # At the start of a cache line, so that no load of a register takes two of them.
    size = shape[0] * shape[1]
    room = np.empty(size + 64, dtype=np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].reshape(shape)


def read_only(array: _Array) -> _Array:
    """Return a plain read-only view: compiled code then sees one type, mapped or not.

    Args:
        array: Any array.

    Returns:
        A view of it.
    """
    view: Any = array.view(np.ndarray)
    view.flags.writeable = False
    return cast("_Array", view)


def fits(codes: TwoLevelCodes, count: int, dim: int) -> bool:
    """Tell whether arrays read from files fit each other; kernels index unchecked.

    Args:
        codes: The arrays.
        count: Rows expected.
        dim: Length of a vector.

    Returns:
        True if no kernel can leave their bounds.
    """
    words, lists = (dim + 63) // 64, codes.starts.shape[0] - 1
    shapes: dict[str, tuple[type, tuple[int, ...]]] = {
        "records": (np.uint64, (count, words + 2)),
        "blocks": (np.uint8, ((count + 15) // 16, 128 * words + 192)),
        "codes": (np.int8, (count, dim)),
        "bias": (np.float32, (count,)),
        "order": (np.int32, (count,)),
        "starts": (np.int64, (lists + 1,)),
        "centres": (np.int8, (lists, dim)),
        "centre_bias": (np.float32, (lists,)),
        "spread": (np.float32, (lists,)),
        "step": (np.float32, (dim,)),
        "middle": (np.float32, (dim,)),
        "signs": (np.float32, (ROUNDS, 64 * words)),
        "mean": (np.float32, (dim,)),
    }
    for name, (kind, shape) in shapes.items():
        array = getattr(codes, name)
        if array.dtype != kind or array.shape != shape or not array.flags.c_contiguous:
            return False
    starts, order = codes.starts, codes.order
    return bool(
        lists >= 1
        and starts[0] == 0
        and starts[-1] == count
        and (np.diff(starts) >= 0).all()
        and order.min() >= 0
        and order.max() < count
        and np.bincount(order, minlength=count).max() == 1
    )


def _ranges(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = np.full(vectors.shape[1], np.inf, dtype=np.float32)
    high = -low
    for start in range(0, vectors.shape[0], _BLOCK_ROWS):
        block = vectors[start : start + _BLOCK_ROWS]
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
    # A constant dimension still needs a step to divide by.
    step = np.maximum((high - low) / 254.0, 1e-12)
    return step.astype(np.float32), ((high + low) / 2.0).astype(np.float32)


def _to_codes(rows: FloatArray, step: FloatArray, middle: FloatArray) -> npt.NDArray[np.int8]:
    codes = np.rint((rows - middle) / step)
    np.clip(codes, -127, 127, out=codes)
    rounded: npt.NDArray[np.int8] = codes.astype(np.int8)
    return rounded
