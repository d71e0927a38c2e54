"""The way of one query: filter, retrieve, fuse, rank, explain."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from deepsearch.catalogue import medium_of
from deepsearch.engine.asking import Asked, countries_of
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
    ParsedQuery,
    Query,
    SearchResult,
)

__all__ = ["answer", "filter_mask", "ms_since", "retrieve"]


def answer(
    snapshot: Snapshot,
    asked: Asked,
    *,
    options: SearchOptions,
    timings_ms: Mapping[str, float],
) -> SearchResult:
    """Answer one query.

    Args:
        snapshot: What is searched.
        asked: The query, understood and encoded.
        options: How to search.
        timings_ms: Stages done before.

    Returns:
        The answer.
    """
    query, parsed = asked.query, asked.parsed
    timings = dict(timings_ms)
    notes = [Note(stage="understanding", text=text) for text in parsed.notes]
    start = time.perf_counter()
    filtered = filter_mask(snapshot, query)
    allowed = _allowed(snapshot, filtered, parsed, options)
    timings["filter"] = ms_since(start)
    total = len(snapshot.catalogue)
    count = total if allowed is None else int(np.count_nonzero(allowed))
    if allowed is not None:
        notes.append(Note(stage="filter", text=f"{count} of {total} listings are allowed."))
    start = time.perf_counter()
    found, runs = retrieve(snapshot, asked, allowed=allowed, options=options)
    notes += [
        Note(stage="index", text=f"{run.name}: {run.plan.reason}") for run in runs if run.plan
    ]
    timings["retrieve"] = ms_since(start)
    start = time.perf_counter()
    hits = rank(
        found,
        parsed,
        profile=options.profile,
        weights=options.weights,
        k=options.first_phase,
        max_per_supplier=options.max_per_supplier,
        today=options.today,
        config=RankingConfig(rates=options.rates, countries=countries_of(parsed)),
    )
    timings["rank"] = ms_since(start)
    facts: dict[str, object] = {"listings": total, "allowed": count}
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
        ways = _relaxed(snapshot, asked, filtered=filtered, options=options)
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
) -> tuple[list[Candidate], list[Run]]:
    """Find a query's candidates.

    Args:
        snapshot: What is searched.
        asked: The query, understood and encoded.
        allowed: Mask over listings; None allows all.
        options: How to search.

    Returns:
        The fused candidates, best first, and the runs they come from.
    """
    runs = _runs(snapshot, asked, options=options, allowed=allowed)
    if options.fusion.pictures == "max":
        runs = pooled(runs)
    runs = completed(runs)
    limit = max(options.ranked, 3 * options.k, options.first_phase)
    fused = (
        fuse_runs(snapshot, runs, asked.parts, options.fusion, limit=limit)
        if runs
        else _filter_only(snapshot, allowed, options)[:limit]
    )
    return _candidates(snapshot, fused), runs


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


def _allowed(
    snapshot: Snapshot, filtered: BoolArray | None, parsed: ParsedQuery, options: SearchOptions
) -> BoolArray | None:
    """Return the filtered listings that violate no hard requirement."""
    if not any(requirement.hard for requirement in parsed.requirements):
        return filtered
    holds = snapshot.matcher.allowed(
        parsed.requirements,
        unknown=options.unknown,
        order_quantity=order_quantity_of(parsed),
        today=options.today,
        rates=options.rates,
        countries=countries_of(parsed),
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
    found, _ = retrieve(snapshot, asked, allowed=filtered, options=options)
    relevant = np.sort(snapshot.catalogue.rows([candidate.listing.id for candidate in found]))
    return relax(
        snapshot.matcher.among(relevant),
        parsed.requirements,
        unknown=options.unknown,
        order_quantity=order_quantity_of(parsed),
        today=options.today,
        rates=options.rates,
        countries=countries_of(parsed),
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


def ms_since(start: float) -> float:
    """Return the milliseconds since a `time.perf_counter` reading."""
    return (time.perf_counter() - start) * 1000
