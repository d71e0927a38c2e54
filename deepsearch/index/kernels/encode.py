"""Writes the two-level codes of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.rotation import rotate
from deepsearch.index.kernels.tables import READ_FLOAT32
from deepsearch.index.kernels.vector import lanes_above

__all__ = ["encode_rows"]


@compiled(
    f"void({READ_FLOAT32}, int32[::1], float32[:, ::1], int32[::1], float32[::1], float32[::1], "
    f"{READ_FLOAT32}, float32[::1], boolean, int64, int64, uint64[:, ::1], float32[:, ::1], "
    "int8[:, ::1], float32[::1])"
)
def encode_rows(  # noqa: PLR0917 - compiled functions are called by position
    vectors: Any,
    assigned: Any,
    seen: Any,
    order: Any,
    step: Any,
    middle: Any,
    signs: Any,
    mean: Any,
    squared: bool,
    start: int,
    stop: int,
    records: Any,
    floats: Any,
    codes: Any,
    bias: Any,
) -> None:
    """Write the records and codes of rows start..stop.

    Args:
        vectors: (n, dim) float32 by position.
        assigned: (n,) int32 list of each position.
        seen: (lists, dim) float32 centres as their codes give them back.
        order: As in `Tables`.
        step: As in `Tables`.
        middle: As in `Tables`.
        signs: As in `Tables`.
        mean: As in `Tables`.
        squared: True where the metric is l2.
        start: First row.
        stop: Row after the last.
        records: As in `Tables`; written, zero before.
        floats: `records` seen as float32; written.
        codes: As in `Tables`; written.
        bias: As in `Tables`; written.
    """
    dim, width = vectors.shape[1], signs.shape[1]
    words = width // 64
    rotated, scratch = np.empty(width, np.float32), np.empty(width, np.float32)
    inverse = np.empty(dim, np.float32)
    for j in range(dim):
        inverse[j] = np.float32(1.0) / step[j]
    positive = np.empty(width, np.uint8)
    one = np.int64(1)
    for row in range(start, stop):
        at = order[row]
        centre = assigned[at]
        norm, along = 0.0, 0.0
        for j in range(dim):
            value = vectors[at, j]
            gap = value - seen[centre, j]
            norm += np.float64(value) * np.float64(value)
            along += np.float64(gap) * np.float64(mean[j])
            rotated[j] = gap
        for j in range(dim):
            code = np.rint((vectors[at, j] - middle[j]) * inverse[j])
            code = min(np.float32(127), max(np.float32(-127), code))
            codes[row, j] = np.int8(np.int32(code))
        for j in range(dim, width):
            rotated[j] = 0.0
        rotate(rotated, signs, scratch)
        squares, absolute, plain = 0.0, 0.0, np.int64(0)
        for j in range(width):
            value = rotated[j]
            squares += np.float64(value) * np.float64(value)
            absolute += abs(np.float64(value))
            positive[j] = np.uint8(1) if value > 0 else np.uint8(0)
            plain += np.int64(value > 0)
        address = positive.ctypes.data
        for word in range(words):
            records[row, word] = lanes_above(np.int64(address + 64 * word), one)
        # The estimate is unbiased if scaled by |o| / (sqrt(width) * cos(o, signs)); what
        # the signs say nothing of is spread evenly over the other directions.
        scale = squares / absolute if absolute > 0 else 0.0
        rest = max(0.0, scale * scale * width - squares)
        own = -norm / 2 if squared else 0.0
        floats[row, 2 * words] = scale
        floats[row, 2 * words + 1] = scale * plain
        floats[row, 2 * words + 2] = np.sqrt(rest / max(1, width - 1))
        floats[row, 2 * words + 3] = own + along
        bias[row] = own
