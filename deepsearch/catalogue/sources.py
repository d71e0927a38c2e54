"""Opening a source file by what it is, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deepsearch.catalogue.batches import Chunk, Failures
from deepsearch.catalogue.jsonl import is_native, read_native
from deepsearch.catalogue.mapping import ColumnMapping
from deepsearch.errors import UnreadableFileError

__all__ = ["Source", "open_source"]

Progress = Callable[[int, int | None], None]


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
    path: Path,
    failures: Failures,
    *,
    mapping: ColumnMapping | None = None,
    progress: Progress | None = None,
) -> Source:
    """Open a source.

    Args:
        path: An existing, non-empty file.
        failures: Takes the rows that cannot be read.
        mapping: How columns become fields; None detects it.
        progress: Called with units done and their total.

    Returns:
        The source.

    Raises:
        UnreadableFileError: If it is of no kind that can be read.
    """
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson", ".json") and mapping is None and is_native(path):
        unmapped: dict[str, str] = {}
        total = path.stat().st_size
        report = (lambda done: progress(done, total)) if progress else None
        return Source(
            chunks=lambda: read_native(path, failures, unmapped, report), unmapped=unmapped
        )
    raise UnreadableFileError(
        f"{path} is of kind '{suffix}'; .jsonl, .csv, .tsv, .xlsx, .xls, .ods or .parquet is "
        f"expected."
    )
