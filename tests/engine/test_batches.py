"""Queries answered together: the same answers, and their candidates read together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from deepsearch.catalogue.view import CatalogueView
from deepsearch.engine import SearchEngine, SearchOptions
from deepsearch.schema import Listing, Query, SearchResult

WORDS = ("bolt", "nut", "washer", "screw", "rivet", "hinge", "bracket")


def told(results: Sequence[SearchResult]) -> list[list[tuple[str, float]]]:
    # texts encoded in one batch differ in the last bits
    return [[(hit.listing.id, round(hit.score, 4)) for hit in found.hits] for found in results]


def test_a_batch_answers_as_one_by_one_and_reads_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SearchEngine.create(tmp_path / "many").upsert(
        Listing(id=f"{word}{size}", title=f"steel {word} M{size}")
        for word in WORDS
        for size in range(1, 8)
    )
    queries = [Query(text=f"steel {word} M{size}") for word in WORDS for size in (2, 5)]
    options = SearchOptions(k=2, ranked=6)
    alone = SearchEngine.open(tmp_path / "many")
    expected = [alone.search(query, options=options) for query in queries]

    reads: list[int] = []
    original = CatalogueView.listings

    def counted(self: CatalogueView, rows: Sequence[int]) -> list[Listing]:
        reads.append(len(rows))
        return original(self, rows)

    together = SearchEngine.open(tmp_path / "many")
    _ = together.snapshot
    monkeypatch.setattr(CatalogueView, "listings", counted)
    assert told(together.search_many(queries, options=options)) == told(expected)
    assert len(reads) == 1
    assert reads[0] > 6


def test_more_candidates_than_are_kept_are_read_query_by_query(tmp_path: Path) -> None:
    engine = SearchEngine.create(tmp_path / "many")
    engine.upsert(Listing(id=word, title=f"steel {word}") for word in WORDS)
    engine.snapshot.listings.size = 3
    queries = [Query(text=f"steel {word}") for word in WORDS]
    options = SearchOptions(k=1, ranked=7)
    found = engine.search_many(queries, options=options)
    assert [result.hits[0].listing.id for result in found] == list(WORDS)
