"""The way of one query: filter, retrieve, fuse, rank, explain."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepsearch.catalogue import medium_of
from deepsearch.engine.asking import Asked, ms_since
from deepsearch.engine.candidates import Fused, fuse_runs
from deepsearch.engine.options import SearchOptions
from deepsearch.engine.retrieval import (
    Run,
    completed,
    lexical_run,
    part_runs,
    pooled,
    trusting,
)
from deepsearch.engine.second_phase import rerank_hits
from deepsearch.engine.snapshot import Snapshot
from deepsearch.filters import parse_filter
from deepsearch.ranking import (
    Candidate,
    RankingConfig,
    Relaxation,
    order_quantity_of,
    rank,
    relax,
)
from deepsearch.schema import (
    BoolArray,
    MediaMatch,
    Note,
    Query,
    SearchResult,
)

__all__ = ["answer_each", "filter_mask", "retrieve"]


_TOGETHER = 16
"""Queries of a batch whose candidates are read in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A query with what was found for it, not yet read.

    Attributes:
        asked: The query.
        fused: Its candidates, best first.
        filtered: (listings,) mask of its filter; None where it has none.
        allowed: Listings that may be found.
        notes: What to tell so far.
        timings_ms: Stages so far.
    """

    asked: Asked
    fused: Sequence[Fused]
    filtered: BoolArray | None
    allowed: int
    notes: Sequence[Note]
    timings_ms: Mapping[str, float]


def answer_each(
    snapshot: Snapshot,
    asked: Sequence[Asked],
    *,
    options: SearchOptions,
    timings_ms: Mapping[str, float],
) -> Iterator[SearchResult]:
    """Answer queries; the candidates of several are read in one go, which costs little more.

    Args:
        snapshot: What is searched.
        asked: The queries, understood and encoded.
        options: How to search.
        timings_ms: Stages done before, for each.

    Yields:
        One answer a query, in their order.
    """
    together = max(1, min(_TOGETHER, snapshot.listings.size // _limit(options)))
    for first in range(0, len(asked), together):
        batch = [
            _find(snapshot, query, options=options, timings_ms=timings_ms)
            for query in asked[first : first + together]
        ]
        start = time.perf_counter()
        rows = dict.fromkeys(item.row for found in batch for item in found.fused)
        snapshot.listings.listings([*rows])
        reading = ms_since(start) / len(batch)
        for found in batch:
            yield _answer(snapshot, found, options=options, reading_ms=reading)


def _find(
    snapshot: Snapshot,
    asked: Asked,
    *,
    options: SearchOptions,
    timings_ms: Mapping[str, float],
) -> _Found:
    timings = dict(timings_ms)
    notes = [Note(stage="understanding", text=text) for text in asked.parsed.notes]
    start = time.perf_counter()
    filtered = filter_mask(snapshot, asked.query)
    allowed = _allowed(snapshot, asked, filtered, options)
    timings["filter"] = ms_since(start)
    total = len(snapshot.catalogue)
    count = total if allowed is None else int(np.count_nonzero(allowed))
    if allowed is not None:
        notes.append(Note(stage="filter", text=f"{count} of {total} listings pass what must hold."))
    if count == 0:
        notes += [Note(stage="filter", text=text) for text in _foreign_units(snapshot, asked.query)]
    start = time.perf_counter()
    fused, runs = _fused(snapshot, asked, allowed=allowed, options=options)
    notes += [
        Note(stage="index", text=f"{run.name}: {run.plan.reason}") for run in runs if run.plan
    ]
    timings["retrieve"] = ms_since(start)
    return _Found(
        asked=asked, fused=fused, filtered=filtered, allowed=count, notes=notes, timings_ms=timings
    )


def _answer(
    snapshot: Snapshot, found: _Found, *, options: SearchOptions, reading_ms: float
) -> SearchResult:
    asked, count = found.asked, found.allowed
    query, parsed = asked.query, asked.parsed
    notes, timings = list(found.notes), dict(found.timings_ms)
    start = time.perf_counter()
    candidates = _candidates(snapshot, found.fused)
    timings["retrieve"] += reading_ms + ms_since(start)
    start = time.perf_counter()
    hits = rank(
        candidates,
        parsed,
        profile=options.profile,
        weights=options.weights,
        k=options.first_phase,
        max_per_supplier=options.max_per_supplier,
        today=options.today,
        config=RankingConfig(rates=options.rates, countries=asked.countries),
    )
    timings["rank"] = ms_since(start)
    facts: dict[str, object] = {"listings": len(snapshot.catalogue), "allowed": count}
    if options.reranker is not None:
        start = time.perf_counter()
        second = rerank_hits(
            options.reranker,
            parsed,
            hits,
            depth=options.rerank_depth,
            budget_ms=options.rerank_ms,
        )
        hits = second.hits[: options.k]
        notes += second.notes
        facts["reranked"] = second.count
        timings["rerank"] = ms_since(start)
    if count < options.k and any(requirement.hard for requirement in parsed.requirements):
        start = time.perf_counter()
        ways = _relaxed(snapshot, asked, filtered=found.filtered, options=options)
        notes += [Note(stage="relax", text=way.sentence) for way in ways]
        facts["relaxations"] = [(way.sentence, way.count) for way in ways]
        timings["relax"] = ms_since(start)
    timings["total"] = sum(timings.values())
    return SearchResult(
        hits=tuple(hits),
        query=query,
        parsed=parsed,
        notes=tuple(notes),
        timings_ms=timings,
        facts=facts,
    )


def retrieve(
    snapshot: Snapshot,
    asked: Asked,
    *,
    allowed: BoolArray | None,
    options: SearchOptions,
) -> list[Candidate]:
    """Find a query's candidates.

    Args:
        snapshot: What is searched.
        asked: The query, understood and encoded.
        allowed: Mask over listings; None allows all.
        options: How to search.

    Returns:
        The fused candidates, best first.
    """
    fused, _ = _fused(snapshot, asked, allowed=allowed, options=options)
    return _candidates(snapshot, fused)


def _fused(
    snapshot: Snapshot, asked: Asked, *, allowed: BoolArray | None, options: SearchOptions
) -> tuple[list[Fused], list[Run]]:
    runs = _runs(snapshot, asked, options=options, allowed=allowed)
    if options.fusion.pictures == "max":
        runs = pooled(runs)
    runs = completed(runs)
    limit = _limit(options)
    if not runs:
        return _filter_only(snapshot, allowed, options)[:limit], runs
    return fuse_runs(snapshot, runs, asked.parts, options.fusion, limit=limit), runs


def _limit(options: SearchOptions) -> int:
    """Candidates that are read and ranked."""
    return max(options.ranked, 3 * options.k, options.first_phase)


def filter_mask(snapshot: Snapshot, query: Query) -> BoolArray | None:
    """Return the listings that pass the query's filter.

    Args:
        snapshot: What is searched.
        query: What was asked.

    Returns:
        (listings,) mask; None where the query has no filter.
    """
    if query.where is None or not query.where.strip():
        return None
    return snapshot.filters.mask(parse_filter(query.where))


def _foreign_units(snapshot: Snapshot, query: Query) -> list[str]:
    """Why a filter may let nothing through: nobody states a unit or currency it names."""
    if query.where is None or not query.where.strip():
        return []
    return snapshot.filters.foreign_units(parse_filter(query.where))


def _allowed(
    snapshot: Snapshot, asked: Asked, filtered: BoolArray | None, options: SearchOptions
) -> BoolArray | None:
    """Return the filtered listings that violate no hard requirement."""
    parsed = asked.parsed
    if not any(requirement.hard for requirement in parsed.requirements):
        return filtered
    holds = snapshot.matcher.allowed(
        parsed.requirements,
        unknown=options.unknown,
        order_quantity=order_quantity_of(parsed),
        today=options.today,
        rates=options.rates,
        countries=asked.countries,
    )
    return holds if filtered is None else filtered & holds


def _relaxed(
    snapshot: Snapshot,
    asked: Asked,
    *,
    filtered: BoolArray | None,
    options: SearchOptions,
) -> list[Relaxation]:
    """Count what dropping requirements would find, among what the query is about at all."""
    parsed = asked.parsed
    fused, _ = _fused(snapshot, asked, allowed=filtered, options=options)
    relevant = np.sort(np.array([item.row for item in fused], dtype=np.int64))
    return relax(
        snapshot.matcher.among(relevant),
        parsed.requirements,
        unknown=options.unknown,
        order_quantity=order_quantity_of(parsed),
        today=options.today,
        rates=options.rates,
        countries=asked.countries,
        wanted=options.k,
    )


def _runs(
    snapshot: Snapshot,
    asked: Asked,
    *,
    options: SearchOptions,
    allowed: BoolArray | None,
) -> list[Run]:
    depth = max(options.depth, options.first_phase)
    fusion = options.fusion
    runs = [
        run
        for part in asked.parts
        if part.weight > 0
        for run in part_runs(
            snapshot,
            part,
            depth=depth,
            allowed=allowed,
            cross_modal_weight=fusion.cross_modal_weight,
            feedback=fusion.feedback,
        )
    ]
    if asked.words.strip():
        words = lexical_run(
            snapshot,
            asked.words,
            depth=depth,
            allowed=allowed,
            weight=fusion.words_weight * asked.query.text_weight,
        )
        # The text's own part is encoded first, and has no source.
        own = next((run for run in runs if run.name == "meaning" and run.source is None), None)
        if words is not None and own is not None:
            words = trusting(words, own, listings=len(snapshot.catalogue), floor=fusion.least_trust)
        if words is not None:
            runs.append(words)
    return runs


def _filter_only(
    snapshot: Snapshot, allowed: BoolArray | None, options: SearchOptions
) -> list[Fused]:
    """Candidates of a query that says nothing about the product: the allowed rows."""
    rows = (np.arange(len(snapshot.catalogue)) if allowed is None else np.flatnonzero(allowed))[
        : max(options.depth, options.first_phase)
    ]
    return [Fused(row=int(row), score=0.0, parts=()) for row in rows]


def _candidates(snapshot: Snapshot, fused: Sequence[Fused]) -> list[Candidate]:
    listings = snapshot.listings.listings([item.row for item in fused])
    candidates = []
    for item, listing in zip(fused, listings, strict=True):
        media = None
        if item.picture is not None and item.similarity is not None:
            medium, seconds = medium_of(item.picture)
            media = MediaMatch(
                uri=listing.media[medium].uri,
                query_source=item.source,
                score=item.similarity,
                seconds=seconds,
            )
        candidates.append(
            Candidate(
                listing=listing, relevance=item.score, relevance_parts=item.parts, media=media
            )
        )
    return candidates
