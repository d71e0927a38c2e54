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
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.column_kinds import (
    ClaimColumn,
    Codes,
    Ladder,
    TextRows,
    read_codes,
    read_days,
    read_flags,
    read_lists,
    read_numbers,
)
from deepsearch.ranking.compare import Array, StatusArray, mentioned_in_passing
from deepsearch.schema import IntArray

__all__ = ["FactTable", "attribute_dimension"]

T = TypeVar("T")
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
        dimension = read_codes(self.claims["dimension"])
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

    def among(self, rows: IntArray) -> FactTable:
        """Return the facts and claims of some rows alone.

        Args:
            rows: (m,) distinct rows, ascending.

        Returns:
            A table of m rows, in that order.
        """
        facts = self.facts.take(pa.array(rows))
        for i, name in enumerate(facts.column_names):
            # the values of all rows would be compared where only those of a few occur
            if pa.types.is_dictionary(facts[name].type):
                facts = facts.set_column(i, name, facts[name].cast(facts[name].type.value_type))
        if self.claims is None or not len(self.claims):
            return FactTable(facts, self.claims)
        order, ordered = self.kept(("rows", "claims"), self._claims_by_row)
        first = np.searchsorted(ordered, rows, side="left")
        counts = np.searchsorted(ordered, rows, side="right") - first
        owners = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
        claims = self.claims.take(pa.array(order[first[owners] + within]))
        at = claims.column_names.index("row")
        return FactTable(facts, claims.set_column(at, "row", pa.array(owners)))

    def _claims_by_row(self) -> tuple[IntArray, IntArray]:
        """Claims in the order of their rows, and those rows."""
        rows = self.claims["row"].to_numpy().astype(np.int64)  # type: ignore[index]
        order = np.argsort(rows, kind="stable")
        return order, rows[order]

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

        def build() -> Array:
            return read_numbers(self.facts[name]) if self.has(name) else np.full(len(self), np.nan)

        return self.kept(("numbers", name), build)

    def texts(self, name: str) -> Codes:
        """Return a text column."""

        def build() -> Codes:
            if self.has(name):
                return read_codes(self.facts[name])
            return Codes(np.full(len(self), -1, dtype=np.int32), [])

        return self.kept(("texts", name), build)

    def flags(self, name: str) -> StatusArray:
        """Return a yes/no column: 1, -1, 0 where unknown."""

        def build() -> StatusArray:
            if self.has(name):
                return read_flags(self.facts[name])
            return np.zeros(len(self), dtype=np.int8)

        return self.kept(("flags", name), build)

    def lists(self, name: str) -> TextRows:
        """Return a column of text lists."""

        def build() -> TextRows:
            if self.has(name) and not pa.types.is_null(self.facts[name].type):
                rows, entries = read_lists(self.facts[name])
                return TextRows(rows, read_codes(entries))
            return TextRows(np.zeros(0, dtype=np.int64), Codes(np.zeros(0, dtype=np.int32), []))

        return self.kept(("lists", name), build)

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

        def build() -> Ladder:
            rows, entries = read_lists(self.facts[name])
            names = {entries.type.field(i).name for i in range(entries.type.num_fields)}

            def part(field_name: str) -> Array:
                if field_name not in names:
                    return np.full(len(rows), np.nan)
                return read_numbers(pc.struct_field(entries, field_name))

            return Ladder(rows, part(low), part(high), part("min_quantity"), part("max_quantity"))

        return self.kept(("ladder", name), build)

    def claim_column(self, dimension: str) -> ClaimColumn:
        """Return all claims of a dimension, in row order of the claims table."""
        # What nobody claims shares one empty column: odd requests do not fill the memory.
        key = ("claims", dimension) if dimension in self._bounds else ("no claims", "")
        return self.kept(key, lambda: self._build_claims(dimension))

    def attribute_texts(self, dimension: str) -> TextRows:
        """Return attributes whose name is this field, for rows without a claim of it."""

        def build() -> TextRows:
            rows, names, values = self._pairs("attributes")
            wanted = [i for i, name in enumerate(names.values)
                      if attribute_dimension(name) == dimension]  # fmt: skip
            chosen = np.isin(names.codes, wanted)
            claimed = np.zeros(len(self), dtype=np.bool_)
            claimed[self.claim_column(dimension).rows] = True
            chosen &= ~claimed[rows]
            return TextRows(rows[chosen], Codes(values.codes[chosen], values.values))

        return self.kept(("attributes", dimension), build)

    def _pairs(self, name: str) -> tuple[IntArray, Codes, Codes]:
        """Rows, keys and values of a map column."""

        def build() -> tuple[IntArray, Codes, Codes]:
            if not (self.has(name) and pa.types.is_map(self.facts[name].type)):
                empty = Codes(np.zeros(0, dtype=np.int32), [])
                return np.zeros(0, dtype=np.int64), empty, empty
            kind = self.facts[name].type
            pair = pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))
            rows, entries = read_lists(self.facts[name].cast(pair))
            keys, values = pc.struct_field(entries, 0), pc.struct_field(entries, 1)
            return rows, read_codes(keys), read_codes(values)

        return self.kept(("pairs", name), build)

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
        number, high = read_numbers(column("number")), read_numbers(column("high"))
        high = np.where(np.isnan(high), number, high)
        return ClaimColumn(
            rows=rows,
            number=np.minimum(number, high),
            high=np.maximum(number, high),
            unit=read_codes(column("unit")),
            text=read_codes(column("text")),
            flag=read_flags(column("flag")),
            scope=read_codes(column("scope")),
            min_quantity=read_numbers(column("min_quantity")),
            expires=read_days(column("expires_on")),
            passing=read_codes(column("source")).map(mentioned_in_passing) == 1,
        )
