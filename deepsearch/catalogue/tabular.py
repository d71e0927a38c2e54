"""Rows of text cells, read through a column mapping into the catalogue's columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.assembly import assembled
from deepsearch.catalogue.batches import MAX_CELL, Chunk, Failures
from deepsearch.catalogue.cells import CellReader, too_long
from deepsearch.catalogue.fieldcolumns import FieldColumn
from deepsearch.catalogue.mapping import ColumnMapping
from deepsearch.catalogue.readers import RawChunk
from deepsearch.errors import InvalidInputError

__all__ = ["TableReader"]


class TableReader:
    """Turns raw chunks into the catalogue's columns through one mapping."""

    def __init__(self, mapping: ColumnMapping, header: Sequence[str]) -> None:
        """Check the mapping against the table.

        Args:
            mapping: How columns become fields.
            header: The table's columns.

        Raises:
            InvalidInputError: If a mapped column is not there, or none gives the title.
        """
        places = {name: i for i, name in enumerate(header)}
        absent = [mapped.column for mapped in mapping.columns if mapped.column not in places]
        if absent:
            raise InvalidInputError(
                f"The mapping names column {absent[0]!r}, which the source does not have. Its "
                f"columns: {', '.join(map(repr, header))}."
            )
        if not mapping.of("title"):
            raise InvalidInputError(
                f"No column was recognised as the product's name. Columns: "
                f"{', '.join(map(repr, header))}. Write a mapping that gives one the field "
                f"'title'."
            )
        self.mapping = mapping
        self.header = list(header)
        # the spaces of a title tell where its highlighted words stood
        raw = {"title"} if mapping.of("title_highlight") else set()
        self._columns = [
            (
                places[mapped.column],
                CellReader(mapped, mapping.decimal, year=mapping.year, raw=mapped.field in raw),
            )
            for mapped in mapping.columns
        ]

    def notes(self) -> Iterator[str]:
        """Say what could not be read, column by column.

        Yields:
            One sentence a column.
        """
        for _, reader in self._columns:
            count = sum(reader.unreadable.values())
            if count and reader.mapped.field != "phrases":
                example = reader.unreadable.most_common(1)[0][0]
                yield (
                    f"Column {reader.mapped.column!r} ({reader.mapped.field}): {count:,} cells "
                    f"could not be read and count as unknown, e.g. {example}."
                )

    def chunk(self, raw: RawChunk, failures: Failures) -> Chunk:
        """Read one raw chunk.

        Args:
            raw: Cells.
            failures: Takes the rows that must not go in.

        Returns:
            The rest in the catalogue's columns.
        """
        bad: dict[int, str] = {}
        read: dict[str, list[FieldColumn]] = {}
        for place, reader in self._columns:
            values = reader.column(raw.columns[place], bad)
            read.setdefault(reader.mapped.field, []).append(FieldColumn(reader.mapped, values))
        for name, column in zip(self.header, raw.columns, strict=True):
            _refuse_huge(name, column, bad)

        def original(row: int) -> str:
            cells = {
                name: cell[:1000]
                for name, column in zip(self.header, raw.columns, strict=True)
                if (cell := column[row].as_py())
            }
            return json.dumps(cells, ensure_ascii=False)

        rows = np.arange(len(raw.lines))
        if bad:
            for row, reason in sorted(bad.items()):
                failures.add(int(raw.lines[row]), reason, original(row))
            rows = np.setdiff1d(rows, list(bad))
            read = {field: [c.keep(rows) for c in columns] for field, columns in read.items()}
        return Chunk(
            columns=assembled(read, len(rows), self.mapping),
            lines=raw.lines[rows],
            originals=lambda i: original(int(rows[i])),
        )


def _refuse_huge(name: str, column: pa.Array, bad: dict[int, str]) -> None:
    """Name the rows with a cell that is too long, whether its column is mapped or not."""
    if (pc.max(pc.binary_length(column)).as_py() or 0) <= MAX_CELL:
        return
    huge = pc.indices_nonzero(pc.greater(pc.utf8_length(column), MAX_CELL))
    for row in huge.to_pylist():
        bad.setdefault(row, f"{name}: {too_long(column[row].as_py())}")
