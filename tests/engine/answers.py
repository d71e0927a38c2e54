"""What the tests look at of an answer."""

from __future__ import annotations

from deepsearch.schema import SearchResult


def ids(result: SearchResult) -> list[str]:
    return [hit.listing.id for hit in result.hits]


def said(result: SearchResult) -> list[str]:
    """What the second phase noted."""
    return [note.text for note in result.notes if note.stage == "rerank"]
