"""Who can make something: a query's candidates, ranked by supplier."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.engine.asking import Asked, ms_since
from deepsearch.engine.options import SearchOptions
from deepsearch.engine.search import filter_mask, retrieve
from deepsearch.engine.second_phase import rerank_hits
from deepsearch.engine.snapshot import Snapshot
from deepsearch.ranking import Candidate, RankingConfig, SupplierHit, rank_suppliers
from deepsearch.schema import Hit, Listing, Note, ParsedQuery, Query

__all__ = ["SupplierResult", "answer_suppliers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierResult(Sequence[SupplierHit]):
    """Ranked suppliers; reads like a list of them.

    Attributes:
        hits: The suppliers, best first.
        query: What was asked.
        parsed: What was understood of it.
        notes: What was done, and what was left out.
        timings_ms: Stage → milliseconds.
    """

    hits: tuple[SupplierHit, ...]
    query: Query
    parsed: ParsedQuery
    notes: tuple[Note, ...]
    timings_ms: Mapping[str, float]

    @overload
    def __getitem__(self, index: int) -> SupplierHit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SupplierHit, ...]: ...
    def __getitem__(self, index: int | slice) -> SupplierHit | tuple[SupplierHit, ...]:
        """Return one supplier, or some."""
        return self.hits[index]

    def __len__(self) -> int:
        """Suppliers found."""
        return len(self.hits)

    def __iter__(self) -> Iterator[SupplierHit]:
        """Go through the suppliers, best first."""
        return iter(self.hits)


def answer_suppliers(
    snapshot: Snapshot,
    asked: Asked,
    *,
    options: SearchOptions,
    k: int,
    timings_ms: Mapping[str, float],
) -> SupplierResult:
    """Rank the suppliers of a query's candidates.

    Args:
        snapshot: What is searched.
        asked: The query, understood and encoded.
        options: How to search; its reranker reads the candidates' listings.
        k: Suppliers wanted.
        timings_ms: Stages done before.

    Returns:
        The suppliers, and notes.

    Raises:
        InvalidInputError: If k < 1.
    """
    parsed, timings = asked.parsed, dict(timings_ms)
    notes = [Note(stage="understanding", text=text) for text in parsed.notes]
    start = time.perf_counter()
    filtered = filter_mask(snapshot, asked.query)
    found = retrieve(snapshot, asked, allowed=filtered, options=options)
    timings["retrieve"] = ms_since(start)

    def second_phase(hits: list[Hit]) -> list[Hit]:
        if options.reranker is None:
            return hits
        start = time.perf_counter()
        second = rerank_hits(
            options.reranker,
            parsed,
            hits,
            depth=options.rerank_depth,
            budget_ms=options.rerank_ms,
        )
        notes.extend(second.notes)
        timings["rerank"] = ms_since(start)
        return second.hits

    start = time.perf_counter()
    ranked = rank_suppliers(
        found,
        parsed,
        catalogue=_listings_of_suppliers(snapshot, found),
        profile=options.profile,
        weights=options.weights,
        k=k,
        today=options.today,
        config=RankingConfig(rates=options.rates, countries=asked.countries),
        second_phase=second_phase,
    )
    timings["rank"] = ms_since(start) - timings.get("rerank", 0.0)
    timings["total"] = sum(timings.values())
    return SupplierResult(
        hits=tuple(ranked),
        query=asked.query,
        parsed=parsed,
        notes=tuple(notes),
        timings_ms=timings,
    )


def _listings_of_suppliers(
    snapshot: Snapshot, candidates: Sequence[Candidate]
) -> dict[str, list[Listing]]:
    """Return everything listed by the suppliers of some candidates."""
    ids = {c.listing.supplier.id for c in candidates if c.listing.supplier is not None}
    of_row = snapshot.catalogue.facts["supplier.id"]
    rows = np.flatnonzero(pc.is_in(of_row, value_set=pa.array(sorted(ids), pa.string())))
    listings: dict[str, list[Listing]] = {}
    for listing in snapshot.listings.listings(rows.tolist()):
        if listing.supplier is not None:
            listings.setdefault(listing.supplier.id, []).append(listing)
    return listings
