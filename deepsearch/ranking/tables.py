"""The catalogue's columns, as arrays ready for judging every row at once.

Built once a catalogue version. Columns are turned into numpy arrays when first asked
for and kept; a column that is missing is unknown for every row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.compare import Array, StatusArray, mentioned_in_passing
from deepsearch.schema import BoolArray, IntArray

__all__ = [
    "ClaimColumn",
    "Codes",
    "FactTable",
    "Factors",
    "Ladder",
    "TextRows",
    "attribute_dimension",
]

T = TypeVar("T")
_NEVER = np.iinfo(np.int64).max  # a claim without an expiry date

_ATTRIBUTE_NAMES = {
    "color": "colour",
    "usage_application": "application",
    "surface_finishing": "finish",
    "surface_finish": "finish",
}


@lru_cache(maxsize=16384)
def attribute_dimension(name: str) -> str:
    """Return an attribute's name as a field name: "Automation Grade" → "automation_grade"."""
    plain = re.sub(r"\W+", "_", name.strip().lower()).strip("_")
    return _ATTRIBUTE_NAMES.get(plain, plain)


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
        table = np.zeros(len(self.values) + 1, dtype=np.int8)
        for i, value in enumerate(self.values):
            table[i] = rule(value)
        return np.take(table, self.codes, mode="wrap")  # -1 is the last, the entry for none

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
            table = np.array([factor is not None for factor in found])
            mask = np.take(table, self.codes, mode="wrap")
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


def _numbers(column: pa.ChunkedArray | pa.Array) -> Array:
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    values = (
        column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        if isinstance(column, pa.Array)
        else column.cast(pa.float64()).to_numpy()
    )
    return np.asarray(values, dtype=np.float64)


def _codes(column: pa.ChunkedArray | pa.Array) -> Codes:
    if pa.types.is_null(column.type):
        return Codes(np.full(len(column), -1, dtype=np.int32), [])
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    indices = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False)
    return Codes(indices.astype(np.int32), column.dictionary.to_pylist())


def _flags(column: pa.ChunkedArray | pa.Array) -> StatusArray:
    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=np.int8)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    signs = pc.if_else(column.cast(pa.bool_()), pa.scalar(1, pa.int8()), pa.scalar(-1, pa.int8()))
    return np.asarray(pc.fill_null(signs, 0).to_numpy(zero_copy_only=False), dtype=np.int8)


def _days(column: pa.ChunkedArray | pa.Array) -> IntArray:
    if pa.types.is_null(column.type):
        return np.full(len(column), _NEVER, dtype=np.int64)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    return np.asarray(pc.fill_null(days, _NEVER).to_numpy(zero_copy_only=False), dtype=np.int64)


def _list_parts(column: pa.ChunkedArray) -> tuple[IntArray, pa.Array]:
    """The row of each entry of a list column, and the entries."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # a column without chunks stays chunked
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    rows = np.asarray(pc.list_parent_indices(array).to_numpy(zero_copy_only=False), dtype=np.int64)
    return rows, pc.list_flatten(array)


@dataclass(slots=True)
class FactTable:
    """Facts and claims of a catalogue version.

    Attributes:
        facts: One row a listing; flat columns with dotted names ("supplier.years").
        claims: One row a claim, its listing in `row`; None: no claims.
    """

    facts: pa.Table
    claims: pa.Table | None = None
    _kept: dict[tuple[str, str], object] = field(default_factory=dict)
    _order: IntArray | None = None
    _bounds: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the claims by dimension, so that one dimension's claims are a slice.

        Raises:
            InvalidInputError: If a claim's row is outside the facts.
        """
        if self.claims is None or not len(self.claims):
            return
        dimension = _codes(self.claims["dimension"])
        rows = self.claims["row"].to_numpy()
        if len(rows) and (rows.min() < 0 or rows.max() >= len(self.facts)):
            raise InvalidInputError(
                f"Claims name rows {rows.min()}..{rows.max()}; the facts have "
                f"{len(self.facts)} rows. Read both from the same catalogue version."
            )
        self._order = np.argsort(dimension.codes, kind="stable")
        ordered = dimension.codes[self._order]
        starts = np.searchsorted(ordered, np.arange(len(dimension.values)), side="left")
        ends = np.searchsorted(ordered, np.arange(len(dimension.values)), side="right")
        for i, name in enumerate(dimension.values):
            self._bounds[name] = (int(starts[i]), int(ends[i]))

    def __len__(self) -> int:
        """Rows, one a listing."""
        return len(self.facts)

    def has(self, name: str) -> bool:
        """Tell whether there is such a column."""
        return name in self.facts.column_names

    def kept(self, key: tuple[str, str], build: Callable[[], T]) -> T:
        """Return what `build` makes, made once for this catalogue version."""
        if key not in self._kept:
            self._kept[key] = build()
        return self._kept[key]  # type: ignore[return-value]

    def is_numeric(self, name: str) -> bool:
        """Tell whether there is such a column and it holds numbers."""
        if not self.has(name):
            return False
        kind = self.facts[name].type
        return bool(
            pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
        )

    def is_text(self, name: str) -> bool:
        """Tell whether there is such a column and it holds texts."""
        if not self.has(name):
            return False
        kind = self.facts[name].type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

    def is_flag(self, name: str) -> bool:
        """Tell whether there is such a column and it holds yes and no."""
        return self.has(name) and bool(pa.types.is_boolean(self.facts[name].type))

    def numbers(self, name: str) -> Array:
        """Return a numeric column, NaN where unknown."""
        key = ("numbers", name)
        if key not in self._kept:
            known = self.has(name)
            self._kept[key] = _numbers(self.facts[name]) if known else np.full(len(self), np.nan)
        return self._kept[key]  # type: ignore[return-value]

    def texts(self, name: str) -> Codes:
        """Return a text column."""
        key = ("texts", name)
        if key not in self._kept:
            self._kept[key] = (
                _codes(self.facts[name])
                if self.has(name)
                else Codes(np.full(len(self), -1, dtype=np.int32), [])
            )
        return self._kept[key]  # type: ignore[return-value]

    def flags(self, name: str) -> StatusArray:
        """Return a yes/no column: 1, -1, 0 where unknown."""
        key = ("flags", name)
        if key not in self._kept:
            self._kept[key] = (
                _flags(self.facts[name]) if self.has(name) else np.zeros(len(self), dtype=np.int8)
            )
        return self._kept[key]  # type: ignore[return-value]

    def lists(self, name: str) -> TextRows:
        """Return a column of text lists."""
        key = ("lists", name)
        if key not in self._kept:
            if self.has(name) and not pa.types.is_null(self.facts[name].type):
                rows, entries = _list_parts(self.facts[name])
                self._kept[key] = TextRows(rows, _codes(entries))
            else:
                self._kept[key] = TextRows(
                    np.zeros(0, dtype=np.int64), Codes(np.zeros(0, dtype=np.int32), [])
                )
        return self._kept[key]  # type: ignore[return-value]

    def identifiers(self, scheme: str) -> TextRows:
        """Return the codes of one scheme, e.g. "hs"."""
        rows, names, values = self._pairs("identifiers")
        chosen = names.codes == (names.values.index(scheme) if scheme in names.values else -2)
        return TextRows(rows[chosen], Codes(values.codes[chosen], values.values))

    def ladder(self, name: str, low: str, high: str) -> Ladder | None:
        """Return the entries of a list-of-structs column, or None if there is no such column.

        Args:
            name: Column, e.g. "price_tiers".
            low: Struct field of the lower value.
            high: Struct field of the upper value; may equal `low`.

        Returns:
            One entry a tier.
        """
        if not self.has(name) or pa.types.is_null(self.facts[name].type):
            return None
        key = ("ladder", name)
        if key not in self._kept:
            rows, entries = _list_parts(self.facts[name])
            names = {entries.type.field(i).name for i in range(entries.type.num_fields)}

            def part(field_name: str) -> Array:
                if field_name not in names:
                    return np.full(len(rows), np.nan)
                return _numbers(pc.struct_field(entries, field_name))

            self._kept[key] = Ladder(
                rows, part(low), part(high), part("min_quantity"), part("max_quantity")
            )
        return self._kept[key]  # type: ignore[return-value]

    def claim_column(self, dimension: str) -> ClaimColumn:
        """Return all claims of a dimension, in row order of the claims table."""
        key = ("claims", dimension)
        if key not in self._kept:
            self._kept[key] = self._build_claims(dimension)
        return self._kept[key]  # type: ignore[return-value]

    def attribute_texts(self, dimension: str) -> TextRows:
        """Return attributes whose name is this field, for rows without a claim of it."""
        key = ("attributes", dimension)
        if key not in self._kept:
            rows, names, values = self._pairs("attributes")
            wanted = [i for i, name in enumerate(names.values)
                      if attribute_dimension(name) == dimension]  # fmt: skip
            chosen = np.isin(names.codes, wanted)
            claimed = np.zeros(len(self), dtype=np.bool_)
            claimed[self.claim_column(dimension).rows] = True
            chosen &= ~claimed[rows]
            self._kept[key] = TextRows(rows[chosen], Codes(values.codes[chosen], values.values))
        return self._kept[key]  # type: ignore[return-value]

    def _pairs(self, name: str) -> tuple[IntArray, Codes, Codes]:
        """Rows, keys and values of a map column."""
        key = ("pairs", name)
        if key not in self._kept:
            empty = Codes(np.zeros(0, dtype=np.int32), [])
            result: tuple[IntArray, Codes, Codes] = (np.zeros(0, dtype=np.int64), empty, empty)
            if self.has(name) and pa.types.is_map(self.facts[name].type):
                kind = self.facts[name].type
                pair = pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))
                rows, entries = _list_parts(self.facts[name].cast(pair))
                result = (
                    rows,
                    _codes(pc.struct_field(entries, 0)),
                    _codes(pc.struct_field(entries, 1)),
                )
            self._kept[key] = result
        return self._kept[key]  # type: ignore[return-value]

    def _build_claims(self, dimension: str) -> ClaimColumn:
        start, end = self._bounds.get(dimension, (0, 0))
        if self.claims is None or self._order is None:
            part: pa.Table | None = None
        else:
            part = self.claims.take(pa.array(self._order[start:end]))
        n = end - start

        def column(name: str) -> pa.ChunkedArray | pa.Array:
            if part is None or name not in part.column_names:
                return pa.nulls(n)
            return part[name]

        rows = np.zeros(0, np.int64) if part is None else part["row"].to_numpy().astype(np.int64)
        number, high = _numbers(column("number")), _numbers(column("high"))
        high = np.where(np.isnan(high), number, high)
        return ClaimColumn(
            rows=rows,
            number=np.minimum(number, high),
            high=np.maximum(number, high),
            unit=_codes(column("unit")),
            text=_codes(column("text")),
            flag=_flags(column("flag")),
            scope=_codes(column("scope")),
            min_quantity=_numbers(column("min_quantity")),
            expires=_days(column("expires_on")),
            passing=_codes(column("source")).map(mentioned_in_passing) == 1,
        )
