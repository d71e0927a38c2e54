"""Opening a source by what it is, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from deepsearch.catalogue.batches import Chunk, Failures
from deepsearch.catalogue.delimited import read_csv
from deepsearch.catalogue.detect import detect
from deepsearch.catalogue.filetypes import file_kind
from deepsearch.catalogue.jsonl import is_native, read_native
from deepsearch.catalogue.mapping import ColumnMapping
from deepsearch.catalogue.readers import Progress, RawTable
from deepsearch.catalogue.sheets import read_workbook
from deepsearch.catalogue.structured import ArrowTable, read_arrow, read_json, read_parquet
from deepsearch.catalogue.tabular import TableReader
from deepsearch.errors import UnreadableFileError

__all__ = ["Source", "open_source"]


@dataclass(slots=True)
class Source:
    """A source ready to be read once.

    Attributes:
        chunks: Yields its rows.
        mapping: How its columns are understood; None for the catalogue's own form.
        unmapped: Columns left, with the reason; complete once the chunks are read.
        warnings: What the user should look at.
    """

    chunks: Callable[[], Iterator[Chunk]]
    mapping: ColumnMapping | None = None
    unmapped: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def open_source(
    source: Path | ArrowTable,
    failures: Failures,
    *,
    mapping: ColumnMapping | None = None,
    progress: Progress | None = None,
) -> Source:
    """Open a source.

    Args:
        source: An existing, non-empty file, or a table in memory.
        failures: Takes the rows that cannot be read.
        mapping: How columns become fields; None detects it.
        progress: Called with units done and their total.

    Returns:
        The source.

    Raises:
        UnreadableFileError: If it is of no kind that can be read.
    """
    if not isinstance(source, Path):
        table = read_arrow(source, failures, progress=progress)
        return _mapped("The table", table, failures, mapping)
    kind = file_kind(source)
    if kind == "json" and mapping is None and is_native(source):
        unmapped: dict[str, str] = {}
        total = source.stat().st_size
        report = (lambda done: progress(done, total)) if progress else None
        return Source(
            chunks=lambda: read_native(source, failures, unmapped, report), unmapped=unmapped
        )
    table = _read(source, kind, failures, mapping, progress)
    return _mapped(str(source), table, failures, mapping)


def _read(
    path: Path,
    kind: str,
    failures: Failures,
    mapping: ColumnMapping | None,
    progress: Progress | None,
) -> RawTable:
    row = mapping.header_row if mapping else None
    if kind == "workbook":
        sheet = mapping.sheet if mapping else None
        return read_workbook(path, failures, sheet=sheet, header_row=row, progress=progress)
    if kind == "parquet":
        return read_parquet(path, failures, progress=progress)
    if kind == "json":
        return read_json(path, failures, progress=progress)
    return read_csv(path, failures, header_row=row, progress=progress)


def _mapped(
    what: str, table: RawTable, failures: Failures, mapping: ColumnMapping | None
) -> Source:
    first = next(table.chunks, None) if table.header else None
    if first is None:
        raise UnreadableFileError(f"{what} has a header and no rows below it.")
    source = Source(chunks=lambda: iter(()), warnings=list(table.notes))
    if mapping is None:
        found = detect(table.header, [column.to_pylist() for column in first.columns])
        mapping = found.mapping
        source.unmapped.update(found.unmapped)
        source.warnings.extend(found.notes)
    else:
        named = {mapped.column for mapped in mapping.columns}
        left = [name for name in table.header if name not in named]
        source.unmapped.update(dict.fromkeys(left, "not in the mapping"))
    reader = TableReader(mapping, table.header)

    def chunks() -> Iterator[Chunk]:
        for raw in chain([first], table.chunks):
            yield reader.chunk(raw, failures)
        source.warnings.extend(reader.notes())

    source.mapping = mapping
    source.chunks = chunks
    return source
