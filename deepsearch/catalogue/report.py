"""What an ingest did: counts, rejects, how the columns were understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.catalogue.mapping import ColumnMapping

__all__ = ["IngestReport", "Reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that did not go in.

    Attributes:
        line: Line (text files) or row (sheets, parquet) in the source, from 1.
        reason: What was wrong with it.
        original: The row as it stood, shortened where it is huge.
    """

    line: int
    reason: str
    original: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest did.

    Attributes:
        source: Name the listings carry as their source.
        rows: Rows read, not counting empty ones.
        added: New listings.
        changed: Listings replaced by newer content.
        unchanged: Listings that were there already.
        rejected: Rows that did not go in.
        rejects: The first of them; all are in `Catalogue.rejects()`.
        mapping: How columns were understood; None for records in the catalogue's own form.
        unmapped: Columns that were left, with the reason.
        warnings: What the user should look at.
        seconds: Wall time.
    """

    source: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: tuple[Reject, ...] = ()
    mapping: ColumnMapping | None = None
    unmapped: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
