"""From a source of listings to a catalogue in which they are encoded."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from deepsearch.catalogue import (
    ArrowTable,
    Catalogue,
    ColumnMapping,
    IngestReport,
    UpsertReport,
    ingest,
)
from deepsearch.engine.checks import as_path, checked_listings
from deepsearch.engine.encoding import EncodeReport, Progress, encode_pending
from deepsearch.engine.sources import check_source
from deepsearch.errors import InvalidInputError
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import Listing
from deepsearch.understanding import extract_claims

__all__ = ["IndexReport", "checked_source", "index_source", "upsert_listings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What indexing a source did: reading it, and encoding what was new."""

    ingest: IngestReport
    encoded: EncodeReport
    seconds: float

    def __str__(self) -> str:
        """Counts on one line, then the first row that was rejected and what to look at."""
        read, encoded = self.ingest, self.encoded
        lines = [
            f"{read.source}: {read.rows} rows, {read.added} added, {read.changed} changed, "
            f"{read.unchanged} unchanged, {read.rejected} rejected; {encoded.texts} texts and "
            f"{encoded.pictures} pictures encoded, {encoded.cached} known; {self.seconds:.1f} s"
        ]
        lines += [f"rejected: line {first.line}: {first.reason}" for first in read.rejects[:1]]
        return "\n".join([*lines, *read.warnings])


def checked_source(
    source: str | Path | ArrowTable, images: str | Path | None
) -> tuple[Path | ArrowTable, Path | None]:
    """Refuse what listings are not read from, before anything is made of it.

    Args:
        source: A file, or a table in memory.
        images: Folder of the listings' pictures.

    Returns:
        The source, a file as a path, and the folder.

    Raises:
        UnreadableFileError: If the file is of another kind, such as a video.
        InvalidInputError: If it is neither a file nor a table, or there is no such folder.
    """
    if not isinstance(source, str | os.PathLike) and isinstance(source, ArrowTable):
        checked: Path | ArrowTable = source
    else:
        checked = as_path(source, "The source", others=" or a table: a pandas or polars frame")
        check_source(checked)
    folder = None if images is None else as_path(images, "images")
    if folder is not None and not folder.is_dir():
        raise InvalidInputError(
            f"There is no folder '{images}' to take pictures from. Name the folder that the "
            "listings' picture paths start at, or leave images out for the source's own."
        )
    return checked, folder


def index_source(
    catalogue: Catalogue,
    suite: EncoderSuite,
    source: Path | ArrowTable,
    *,
    mapping: ColumnMapping | Path | None,
    images: Path | None,
    name: str | None,
    progress: Progress | None,
) -> IndexReport:
    """Read a source's listings into a catalogue, with the claims their words make; encode them.

    Args:
        catalogue: Where to.
        suite: The encoders.
        source: A file, or a table in memory.
        mapping: Columns → fields; None detects them.
        images: Folder of the listings' pictures; None: the source's own.
        name: Name of the source; None: after the mapping or the file.
        progress: Told how far it has come.

    Returns:
        What was read, mapped, rejected and encoded.
    """
    start = time.perf_counter()

    def reading(done: int, total: int | None) -> None:
        if progress is not None:
            progress("reading", done, total)

    with catalogue.turn():
        report = ingest(
            catalogue,
            source,
            mapping=mapping,
            images=images,
            source=name,
            enrich=_with_claims,
            progress=reading,
        )
    encoded = encode_pending(catalogue, suite, progress=progress)
    return IndexReport(ingest=report, encoded=encoded, seconds=time.perf_counter() - start)


def upsert_listings(
    catalogue: Catalogue,
    suite: EncoderSuite,
    listings: Iterable[Listing],
    *,
    progress: Progress | None,
) -> UpsertReport:
    """Write listings, with the claims their words make, and encode them, and no others.

    Args:
        catalogue: Where to.
        suite: The encoders.
        listings: The listings.
        progress: Told how far encoding has come.

    Returns:
        How many were added, changed, or there already.
    """
    ids: list[str] = []

    def given() -> Iterator[Listing]:
        for listing in checked_listings(listings):
            ids.append(listing.id)
            yield _with_claims(listing)

    with catalogue.turn():
        report = catalogue.upsert(given())
    encode_pending(catalogue, suite, ids=ids, progress=progress)
    return report


def _with_claims(listing: Listing) -> Listing:
    """Add to a listing the claims that its words make."""
    claims = extract_claims(listing)
    return replace(listing, claims=(*listing.claims, *claims)) if claims else listing
