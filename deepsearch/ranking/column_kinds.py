"""Arrow columns as arrays that every row can be judged by at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.ranking.compare import Array, StatusArray
from deepsearch.schema import BoolArray, IntArray

__all__ = [
    "ClaimColumn",
    "Codes",
    "Factors",
    "Ladder",
    "TextRows",
    "read_codes",
    "read_days",
    "read_flags",
    "read_lists",
    "read_numbers",
]

_FEW = 8  # values with another result than the rest, up to which rows are compared with each
_NEVER = np.iinfo(np.int64).max  # a claim without an expiry date


@dataclass(frozen=True, slots=True)
class Factors:
    """What each row's value is multiplied by to be compared, and whether it can be."""

    scale: Array | None
    comparable: BoolArray | None

    def apply(self, values: Array) -> Array:
        """Return values times the factors."""
        return values if self.scale is None else values * self.scale

    def judge(self, status: StatusArray) -> StatusArray:
        """Return a status, unknown where the values cannot be compared."""
        if self.comparable is None:
            return status
        return np.multiply(status, self.comparable, dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of texts: each row's position among the distinct values, -1 for none."""

    codes: npt.NDArray[np.int32]
    values: list[str]

    def map(self, rule: Callable[[str], int]) -> StatusArray:
        """Apply a rule to each distinct value, giving each row its result, 0 where none."""
        return self._spread([*(rule(value) for value in self.values), 0])

    def _spread(self, results: Sequence[int]) -> StatusArray:
        """Give each row its value's result; the last one is that of no value."""
        table = np.array(results, dtype=np.int8)
        usual = max(set(results), key=results.count)
        odd = [code for code, result in enumerate(results[:-1]) if result != usual]
        if len(odd) > _FEW:
            return np.take(table, self.codes, mode="wrap")  # -1 is the last
        # comparing all rows with a code is done in a twentieth of the time of looking all up
        absent = results[-1]
        given = np.full(len(self.codes), absent, dtype=np.int8)
        if usual != absent:
            given += (self.codes >= 0).view(np.int8) * np.int8(usual - absent)
        for code in odd:
            given += (self.codes == code).view(np.int8) * np.int8(table[code] - usual)
        return given

    def map_number(self, rule: Callable[[str], float | None], absent: float) -> Array:
        """Apply a numeric rule to each distinct value; NaN for None, `absent` where none."""
        table = np.full(len(self.values) + 1, absent)
        for i, value in enumerate(self.values):
            number = rule(value)
            table[i] = np.nan if number is None else number
        return np.take(table, self.codes, mode="wrap")

    def factors(self, rule: Callable[[str], float | None], absent: float | None) -> Factors:
        """Turn a conversion rule into factors a row, as cheaply as the values allow.

        Args:
            rule: Distinct value → factor, None where incomparable.
            absent: The same for rows without a value.

        Returns:
            The factors: nothing to multiply by where all are 1, no mask where all compare.
        """
        found = [*(rule(value) for value in self.values), absent]
        scale = mask = None
        if any(factor is None for factor in found):
            mask = self._spread([factor is not None for factor in found]).view(np.bool_)
        if any(factor not in (None, 1.0) for factor in found):
            numbers = np.array([1.0 if factor is None else factor for factor in found])
            scale = np.take(numbers, self.codes, mode="wrap")
        return Factors(scale, mask)


@dataclass(frozen=True, slots=True)
class TextRows:
    """Texts of a list column, one an entry, with the row each belongs to."""

    rows: IntArray
    texts: Codes
    passing: BoolArray | None = None
    """Entries mentioned in passing: they can meet a need, not violate it; None: none are."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Entries of a price ladder or of lead times, with the row each belongs to."""

    rows: IntArray
    low: Array
    high: Array
    min_quantity: Array
    max_quantity: Array


@dataclass(frozen=True, slots=True)
class ClaimColumn:
    """All claims of one dimension."""

    rows: IntArray
    number: Array
    high: Array
    unit: Codes
    text: Codes
    flag: StatusArray
    """1 yes, -1 no, 0 not a flag."""
    scope: Codes
    min_quantity: Array
    expires: IntArray
    """Days since 1970-01-01."""
    passing: BoolArray
    """Mentioned in passing; see `compare.mentioned_in_passing`."""


def read_numbers(column: pa.ChunkedArray | pa.Array) -> Array:
    """Read numbers.

    Args:
        column: The column.

    Returns:
        (n,) float64, NaN where unknown.
    """
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    values = (
        column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        if isinstance(column, pa.Array)
        else column.cast(pa.float64()).to_numpy()
    )
    return np.asarray(values, dtype=np.float64)


def read_codes(column: pa.ChunkedArray | pa.Array) -> Codes:
    """Read texts as codes of their distinct values.

    Args:
        column: The column.

    Returns:
        The codes, -1 where unknown.
    """
    if pa.types.is_null(column.type):
        return Codes(np.full(len(column), -1, dtype=np.int32), [])
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    indices = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False)
    return Codes(indices.astype(np.int32), column.dictionary.to_pylist())


def read_flags(column: pa.ChunkedArray | pa.Array) -> StatusArray:
    """Read yes and no.

    Args:
        column: The column.

    Returns:
        (n,) int8: 1, -1, 0 where unknown.
    """
    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=np.int8)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    signs = pc.if_else(column.cast(pa.bool_()), pa.scalar(1, pa.int8()), pa.scalar(-1, pa.int8()))
    return np.asarray(pc.fill_null(signs, 0).to_numpy(zero_copy_only=False), dtype=np.int8)


def read_days(column: pa.ChunkedArray | pa.Array) -> IntArray:
    """Read dates as days.

    Args:
        column: The column.

    Returns:
        (n,) int64 days since 1970-01-01, the largest number where there is none.
    """
    if pa.types.is_null(column.type):
        return np.full(len(column), _NEVER, dtype=np.int64)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    return np.asarray(pc.fill_null(days, _NEVER).to_numpy(zero_copy_only=False), dtype=np.int64)


def read_lists(column: pa.ChunkedArray) -> tuple[IntArray, pa.Array]:
    """Take a list column apart.

    Args:
        column: The column.

    Returns:
        The row of each entry, and the entries.
    """
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # a column without chunks stays chunked
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    rows = np.asarray(pc.list_parent_indices(array).to_numpy(zero_copy_only=False), dtype=np.int64)
    return rows, pc.list_flatten(array)
