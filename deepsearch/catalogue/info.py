"""What a catalogue holds, and how much of it can be decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.schema import EmbeddingSpace, Modality

__all__ = ["CatalogueInfo", "SpaceInfo", "summarise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceInfo:
    """An embedding space with vectors in a catalogue."""

    space: EmbeddingSpace
    modality: Modality
    vectors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueInfo:
    """A summary of a catalogue.

    Attributes:
        path: Its folder.
        version: The version summarised.
        versions: Committed versions still kept.
        listings: Listings.
        suppliers: Distinct supplier ids.
        claims: Claims of listings and suppliers.
        rejects: Rows that did not go in at the newest ingest of each source.
        sources: Source name → listings.
        fill: Field → share of the listings that have it, 0..1.
        claimed: Claim dimension → listings with at least one such claim.
        spaces: Embedding spaces with vectors.
    """

    path: Path
    version: int
    versions: int
    listings: int
    suppliers: int
    claims: int
    rejects: int
    sources: Mapping[str, int] = field(default_factory=dict)
    fill: Mapping[str, float] = field(default_factory=dict)
    claimed: Mapping[str, int] = field(default_factory=dict)
    spaces: Sequence[SpaceInfo] = ()


def summarise(facts: pa.Table) -> tuple[dict[str, int], dict[str, float], int]:
    """Count what the facts hold.

    Args:
        facts: `Catalogue.facts`.

    Returns:
        Listings a source, fill rate a column, distinct suppliers.
    """
    counts = facts["source"].value_counts()
    sources = {
        item["values"] or "(not named)": item["counts"]
        for item in sorted(counts.to_pylist(), key=lambda item: -item["counts"])
    }
    n = len(facts)
    # empty lists and dictionaries are stored as null, so null is the only form of absence
    fill = {name: 1 - facts[name].null_count / n if n else 0.0 for name in facts.column_names}
    suppliers = pc.count_distinct(facts["supplier.id"], mode="only_valid").as_py()
    return sources, fill, suppliers


def claimed_dimensions(claims: pa.Table) -> dict[str, int]:
    """Count the listings that claim something of each dimension.

    Args:
        claims: `Catalogue.claims`.

    Returns:
        Dimension → listings, most frequent first.
    """
    pairs = claims.select(["row", "dimension"]).group_by(["row", "dimension"]).aggregate([])
    counts = pairs["dimension"].value_counts().to_pylist()
    return {
        item["values"]: item["counts"] for item in sorted(counts, key=lambda item: -item["counts"])
    }
