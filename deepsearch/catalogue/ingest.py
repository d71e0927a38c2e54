"""From a source to committed listings: read, check, identify, enrich, merge."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from deepsearch.catalogue.batches import Chunk, Failures, checked_table
from deepsearch.catalogue.catalogue import Catalogue
from deepsearch.catalogue.columns import DETAIL_COLUMNS, FACT_COLUMNS, flatten
from deepsearch.catalogue.identity import default_source
from deepsearch.catalogue.manifest import TableRef
from deepsearch.catalogue.mapping import ColumnMapping
from deepsearch.catalogue.pictures import PictureHasher
from deepsearch.catalogue.records import listings_from_table, listings_to_table
from deepsearch.catalogue.rejects import write_rejects
from deepsearch.catalogue.report import IngestReport
from deepsearch.catalogue.sourceids import SourceIds
from deepsearch.catalogue.sources import Source, open_source
from deepsearch.catalogue.structured import ArrowTable
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.schema import Listing

__all__ = ["ingest"]

Enrich = Callable[[Listing], Listing]
Progress = Callable[[int, int | None], None]

_REPORTED_REJECTS = 1000


@dataclass(slots=True)
class _Run:
    """The state of one ingest on its way through the chunks."""

    source: Source
    ids: SourceIds
    pictures: PictureHasher
    enrich: Enrich | None
    failures: Failures
    rows: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def tables(self) -> Iterator[pa.Table]:
        for chunk in self.source.chunks():
            table = self._one(chunk)
            if len(table):
                yield table

    def _one(self, chunk: Chunk) -> pa.Table:
        self.ids.complete(chunk)
        self.pictures.complete(chunk)
        table, lines = checked_table(chunk, self.failures)
        table = self.ids.unique(table, lines, chunk, self.failures)
        for name in table["source"].unique().to_pylist():
            self.names[name] = self.names.get(name, 0) + len(table)
        if self.enrich is not None and len(table):
            flat = flatten(table.select([*FACT_COLUMNS, *DETAIL_COLUMNS]))
            listings = [self.enrich(listing) for listing in listings_from_table(flat)]
            if [listing.id for listing in listings] != table["id"].to_pylist():
                raise InvalidInputError("`enrich` changed the id of a listing; it must keep it.")
            table = listings_to_table(listings)
        return table


def ingest(
    catalogue: Catalogue,
    source_path: str | Path | ArrowTable,
    *,
    mapping: ColumnMapping | str | Path | None = None,
    images: str | Path | None = None,
    source: str | None = None,
    enrich: Enrich | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read a source into a catalogue, in one commit.

    The rows that cannot go in are kept, with line and reason, in the rejects table; the
    rest goes in. A row whose id stood earlier in the same file is rejected, the first
    one stays. A row without an id gets one derived from its page's address, its codes,
    or its content, in this order, the same for the whole file.

    Args:
        catalogue: Where to; moves on to the new version.
        source_path: `.jsonl`/`.ndjson`, `.csv`/`.tsv`/`.txt`, `.xlsx`/`.xls`/`.xlsb`/`.ods`,
            or `.parquet`; or a table in memory: a pandas or polars frame, an Arrow table.
        mapping: How columns become fields, or a TOML file that says so; None detects it.
            Not used for records in the catalogue's own form.
        images: Folder that picture paths lie below; None: the source's own folder, of a
            table in memory the working one.
        source: Name of the source; None: the mapping's, else from the file's name, of a
            table in memory "table".
        enrich: Applied to every listing before it goes in; must keep the id.
        progress: Called with units done and their total (bytes of text files, rows of
            others).

    Returns:
        What was read, mapped, added, changed and rejected.

    Raises:
        UnreadableFileError: If the file is empty, damaged, or not of its kind; the
            catalogue is unchanged then.
        InvalidInputError: If the mapping does not fit, or `enrich` changes an id.
        ConflictError: If another writer was first.
        CatalogueError: If it cannot be written.
    """
    started = time.perf_counter()
    table = Path(source_path) if isinstance(source_path, (str, Path)) else source_path
    path = table if isinstance(table, Path) else None
    if path is not None:
        _check_file(path)
    if isinstance(mapping, (str, Path)):
        mapping = ColumnMapping.load(mapping)
    own = "table" if path is None else default_source(path)
    name = source or (mapping.source if mapping else None) or own
    root = Path(images) if images is not None else Path() if path is None else path.parent
    failures = Failures()
    opened = open_source(table, failures, mapping=mapping, progress=progress)
    run = _Run(
        source=opened,
        ids=SourceIds(catalogue.known, name, prefix=mapping.id_prefix if mapping else ""),
        pictures=PictureHasher(root),
        enrich=enrich,
        failures=failures,
    )

    def about() -> Mapping[str, Mapping[str, Any]]:
        entry = {
            "media_root": str(root.resolve()),
            "file": name if path is None else path.name,
            "ingested": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return dict.fromkeys([*run.names, name] if not run.names else run.names, entry)

    def rejects(folder: Path, tables: Mapping[str, TableRef]) -> Mapping[str, TableRef]:
        return write_rejects(folder, tables.get("rejects"), name, failures.rejects)

    report = catalogue.merge(
        run.tables(), operation="ingest", distinct=True, sources=about, extra=rejects
    )
    counted = report.added + report.changed + report.unchanged + len(failures.rejects)
    return IngestReport(
        source=name,
        rows=counted,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        rejected=len(failures.rejects),
        rejects=tuple(failures.rejects[:_REPORTED_REJECTS]),
        mapping=opened.mapping,
        unmapped=dict(opened.unmapped),
        warnings=(*opened.warnings, *run.ids.notes(), *run.pictures.notes()),
        seconds=time.perf_counter() - started,
    )


def _check_file(path: Path) -> None:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UnreadableFileError(f"The source {path} {what}; a file is expected.")
    if path.stat().st_size == 0:
        raise UnreadableFileError(f"The source {path} is empty (0 bytes).")
