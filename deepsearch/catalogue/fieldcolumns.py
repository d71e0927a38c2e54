"""Columns of a source as the fields they were read as, and the dotted columns made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.cells import Coded
from deepsearch.catalogue.columns import LISTING_SCHEMA, flatten
from deepsearch.catalogue.mapping import MappedColumn
from deepsearch.schema import IntArray

__all__ = ["NUMBER", "TEXT", "TYPES", "FieldColumn", "Out", "Read"]

TYPES: Mapping[str, pa.DataType] = {
    item.name: item.type for item in flatten(LISTING_SCHEMA.empty_table()).schema
}
"""Dotted path → its Arrow type."""
TEXT = pa.string()
NUMBER = pa.float64()


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One column of the source, read as the field it is mapped to."""

    mapped: MappedColumn
    values: pa.Array | Coded

    def keep(self, rows: IntArray) -> FieldColumn:
        """Select rows.

        Args:
            rows: Which, in order.

        Returns:
            The column of those.
        """
        values = self.values
        kept = values.keep(rows) if isinstance(values, Coded) else values.take(pa.array(rows))
        return FieldColumn(self.mapped, kept)

    def array(self, kind: pa.DataType = TEXT) -> pa.Array:
        """Give the values as they are.

        Args:
            kind: Their type.

        Returns:
            An Arrow array of it.
        """
        values = self.values
        return values.each(lambda value: value, kind) if isinstance(values, Coded) else values

    def each(self, read: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
        """Derive a column from the parsed values.

        Args:
            read: Called with every distinct value.
            kind: Type of what it gives.

        Returns:
            One value a row.
        """
        return self.coded.each(read, kind)

    @property
    def coded(self) -> Coded:
        """The parsed values, each distinct one once."""
        values = self.values
        if isinstance(values, Coded):
            return values
        encoded = values.dictionary_encode(null_encoding="encode")
        return Coded(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))


Read: TypeAlias = Mapping[str, Sequence[FieldColumn]]
"""Field → the columns read as it, in the table's order."""


@dataclass(slots=True)
class Out:
    """The columns made so far.

    Attributes:
        n: Rows.
        columns: Values by dotted path.
        media: Pictures and videos a row, kept as records until their files are hashed.
    """

    n: int
    columns: dict[str, pa.Array] = field(default_factory=dict)
    media: list[list[dict[str, Any]] | None] | None = None

    def get(self, path: str) -> pa.Array:
        """Give a column made so far.

        Args:
            path: Its dotted path.

        Returns:
            Its values; nulls where there are none yet.
        """
        column = self.columns.get(path)
        return pa.nulls(self.n, TYPES[path]) if column is None else column

    def fill(self, path: str, values: pa.Array) -> None:
        """Set the values of a column where nothing else gave one.

        Args:
            path: Its dotted path.
            values: One a row, of its type.
        """
        have = self.columns.get(path)
        if have is None:
            self.columns[path] = values
        elif have.null_count and values.null_count < len(values):
            self.columns[path] = pc.coalesce(have, values)

    def append(self, path: str, lists: pa.Array) -> None:
        """Add to the lists of a column.

        Args:
            path: Its dotted path.
            lists: One a row, null where nothing is added.
        """
        have = self.columns.get(path)
        if have is None:
            self.columns[path] = lists
        else:
            both = zip(have.to_pylist(), lists.to_pylist(), strict=True)
            joined = [[*(one or ()), *(other or ())] or None for one, other in both]
            self.columns[path] = pa.array(joined, lists.type)
