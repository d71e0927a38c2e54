"""The arrays of a clustered index, handed to compiled code as one array of addresses.

Unpacking a dozen arrays at each call costs more than a narrow search.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import carray  # type: ignore[attr-defined]

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.vector import pointer

__all__ = ["READ_FLOAT32", "Tables", "opened", "packed"]

READ_FLOAT32 = "Array(float32, 2, 'C', readonly=True)"
"""numba's type of vectors that are only read."""


class Tables(NamedTuple):
    """The arrays of an index, all read-only.

    Attributes:
        records: (n, words + 2) uint64: signs, then four float32: scale of the sign
            estimate, that times the number of positive signs, the estimate's error, what
            is added to it.
        codes: (n, dim) int8.
        bias: (n,) float32 added to the score by 8-bit codes.
        order: (n,) int32 position of each row.
        row_of: (n,) int32 row of each position.
        starts: (lists + 1,) int64 first row of each list.
        centres: (lists, dim) int8 codes of the list centres.
        centre_bias: (lists,) float32 added to a centre's product to rank the lists.
        spread: (lists,) float32 standard deviation of the scores of a list's rows about
            its centre's, for a query of length 1 from the rows' mean.
        step: (dim,) float32 step of the 8-bit codes.
        middle: (dim,) float32 value of code 0.
        signs: (rounds, 64 * words) float32, +1 or -1: the random part of the rotation.
        mean: (dim,) float32 mean of all rows, which the sign estimate leaves out of queries.
        vectors: (n, dim) float32 by position.
        blocks: (n / 16, rounded up; 128 * words + 192) uint8: the same as `records`, of sixteen
            rows after another: first the first eight signs of each row, then the next eight
            and so on; then their scales, errors and what is added, sixteen float32 each.
        list_blocks: The same of the list centres, about the mean of all rows.
    """

    records: Any
    codes: Any
    bias: Any
    order: Any
    row_of: Any
    starts: Any
    centres: Any
    centre_bias: Any
    spread: Any
    step: Any
    middle: Any
    signs: Any
    mean: Any
    vectors: Any
    blocks: Any
    list_blocks: Any


def packed(tables: Tables) -> npt.NDArray[np.int64]:
    """Return the addresses and sizes that `opened` turns into arrays again.

    Args:
        tables: C-contiguous arrays of the types above; the caller keeps them alive as
            long as the result is used.

    Returns:
        (20,) int64: an address for each array; rows, dimensions, words, lists.
    """
    addresses = [array.__array_interface__["data"][0] for array in tables]
    rows, dim = tables.codes.shape
    words, lists = tables.signs.shape[1] // 64, tables.centres.shape[0]
    numbers = np.array([*addresses, rows, dim, words, lists], dtype=np.int64)
    numbers.flags.writeable = False
    return numbers


@compiled()
def opened(numbers: Any) -> Any:
    """Return the `Tables` that `packed` took apart.

    Args:
        numbers: What `packed` returned.

    Returns:
        The tables.
    """
    rows, dim, words, lists = numbers[16], numbers[17], numbers[18], numbers[19]
    return Tables(
        carray(pointer(numbers[0]), (rows, words + 2), np.uint64),
        carray(pointer(numbers[1]), (rows, dim), np.int8),
        carray(pointer(numbers[2]), (rows,), np.float32),
        carray(pointer(numbers[3]), (rows,), np.int32),
        carray(pointer(numbers[4]), (rows,), np.int32),
        carray(pointer(numbers[5]), (lists + 1,), np.int64),
        carray(pointer(numbers[6]), (lists, dim), np.int8),
        carray(pointer(numbers[7]), (lists,), np.float32),
        carray(pointer(numbers[8]), (lists,), np.float32),
        carray(pointer(numbers[9]), (dim,), np.float32),
        carray(pointer(numbers[10]), (dim,), np.float32),
        carray(pointer(numbers[11]), (3, 64 * words), np.float32),
        carray(pointer(numbers[12]), (dim,), np.float32),
        carray(pointer(numbers[13]), (rows, dim), np.float32),
        carray(pointer(numbers[14]), ((rows + 15) // 16, 128 * words + 192), np.uint8),
        carray(pointer(numbers[15]), ((lists + 15) // 16, 128 * words + 192), np.uint8),
    )
