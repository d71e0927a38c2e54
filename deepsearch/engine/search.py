"""The way of one query: filter, retrieve, fuse, rank, explain."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np

from deepsearch.catalogue import medium_of
from deepsearch.engine.alike import joined_by_alike
from deepsearch.engine.candidates import Fused, FusionConfig, fuse_runs
from deepsearch.engine.retrieval import (
    EncodedPart,
    Run,
    completed,
    lexical_run,
    part_runs,
    pooled,
    trusting,
)
from deepsearch.engine.second_phase import rerank_hits
from deepsearch.engine.snapshot import Snapshot
from deepsearch.engine.wording import retrieval_text
from deepsearch.errors import InvalidInputError
from deepsearch.filters import parse_filter
from deepsearch.protocols import Reranker
from deepsearch.ranking import (
    Candidate,
    RankingConfig,
    Rates,
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

__all__ = ["SearchOptions", "answer", "filter_mask", "ms_since", "retrieve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How a search is carried out.

    Attributes:
        k: Hits wanted, >= 1.
        depth: Candidates a retriever before fusion; at least k are fetched.
        ranked: Fused candidates that are read and ranked; at least 3 k are.
        unknown: Whether listings that do not say what a hard requirement asks are kept
            (shown as unknown) or excluded.
        requirements: Whether requirements are read from the query's text.
        edit: Changes what was understood before it is acted on: drop, harden, soften
            (`deepsearch.understanding`), or an answer of your own.
        profile: What matters beside relevance; a name of `deepsearch.ranking.PROFILES`.
        weights: Dimension → weight, over the profile's.
        max_per_supplier: At most so many hits of one supplier; None: no limit.
        fusion: How candidate lists become one.
        rates: Exchange rates; without them prices in other currencies are incomparable.
        today: Day that certificates and dates are judged on; None: the current day.
        reranker: Second phase, which reorders the best ranked hits; None: there is none.
        rerank_depth: Hits the reranker is given; those beyond follow in their order.
        rerank_ms: Milliseconds it may take, > 0; if it is late or fails, the first ranking
            stands and a note says so. None: no limit.
    """

    k: int = 10
    depth: int = 200
    ranked: int = 100
    unknown: Literal["keep", "exclude"] = "keep"
    requirements: bool = True
    edit: Callable[[ParsedQuery], ParsedQuery] | None = None
    profile: str = "balanced"
    weights: Mapping[str, float] | None = None
    max_per_supplier: int | None = None
    fusion: FusionConfig = field(default_factory=FusionConfig)
    rates: Rates | None = None
    today: date | None = None
    reranker: Reranker | None = None
    rerank_depth: int = 50
    rerank_ms: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidInputError: If a count is below 1, rerank_ms is not above 0, or unknown is
                no known word.
        """
        for name in ("k", "depth", "ranked", "rerank_depth"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InvalidInputError(f"{name} is {value!r}; expected a whole number >= 1.")
        if self.unknown not in ("keep", "exclude"):
            raise InvalidInputError(f"unknown is {self.unknown!r}; expected 'keep' or 'exclude'.")
        if self.rerank_ms is not None and not (
            math.isfinite(self.rerank_ms) and self.rerank_ms > 0
        ):
            raise InvalidInputError(
                f"rerank_ms is {self.rerank_ms!r}; expected milliseconds > 0, or None."
            )

    @property
    def first_phase(self) -> int:
        """Hits the first phase ranks: those wanted, and those the reranker is given."""
        return self.k if self.reranker is None else max(self.k, self.rerank_depth)


def answer(
    snapshot: Snapshot,
    query: Query,
    parsed: ParsedQuery,
    *,
    parts: Sequence[EncodedPart],
    options: SearchOptions,
    timings_ms: Mapping[str, float],
) -> SearchResult:
    """Answer one query.

    Args:
        snapshot: What is searched.
        query: What was asked.
        parsed: What was understood of it.
        parts: Its parts, encoded.
        options: How to search.
        timings_ms: Stages done before.

    Returns:
        The answer.
    """
    timings = dict(timings_ms)
    notes = [Note(stage="understanding", text=text) for text in parsed.notes]
    start = time.perf_counter()
    filtered = filter_mask(snapshot, query)
    allowed = _allowed(snapshot, filtered, parsed, options)
    timings["filter"] = ms_since(start)
    total = len(snapshot.catalogue)
    count = total if allowed is None else int(allowed.sum())
    if allowed is not None:
        notes.append(Note(stage="filter", text=f"{count} of {total} listings are allowed."))
    start = time.perf_counter()
    searched = replace(query, text=retrieval_text(query.text, parsed))
    found, runs = retrieve(snapshot, searched, parts, allowed=allowed, options=options)
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
        config=RankingConfig(rates=options.rates),
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
        ways = _relaxed(snapshot, searched, parsed, parts, filtered=filtered, options=options)
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
    query: Query,
    parts: Sequence[EncodedPart],
    *,
    allowed: BoolArray | None,
    options: SearchOptions,
) -> tuple[list[Candidate], list[Run]]:
    """Find a query's candidates.

    Args:
        snapshot: What is searched.
        query: What was asked.
        parts: Its parts, encoded.
        allowed: Mask over listings; None allows all.
        options: How to search.

    Returns:
        The fused candidates, best first, and the runs they come from.
    """
    runs = _runs(snapshot, query, parts, options=options, allowed=allowed)
    if options.fusion.pictures == "max":
        runs = pooled(runs)
    runs = completed(runs)
    unlike = [part for part in parts if part.weight < 0]
    limit = max(options.ranked, 3 * options.k, options.first_phase)
    fused = fuse_runs(snapshot, runs, unlike, options.fusion, limit=limit)
    fused = joined_by_alike(snapshot, fused, parts, share=options.fusion.alike)
    if not runs:
        fused = _filter_only(snapshot, allowed, options)
    return _candidates(snapshot, fused[:limit]), runs


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
    )
    return holds if filtered is None else filtered & holds


def _relaxed(
    snapshot: Snapshot,
    query: Query,
    parsed: ParsedQuery,
    parts: Sequence[EncodedPart],
    *,
    filtered: BoolArray | None,
    options: SearchOptions,
) -> list[Relaxation]:
    """Count what dropping requirements would find, among what the query is about at all."""
    found, _ = retrieve(snapshot, query, parts, allowed=filtered, options=options)
    relevant = np.sort(snapshot.catalogue.rows([candidate.listing.id for candidate in found]))
    return relax(
        snapshot.matcher.among(relevant),
        parsed.requirements,
        unknown=options.unknown,
        order_quantity=order_quantity_of(parsed),
        today=options.today,
        rates=options.rates,
        wanted=options.k,
    )


def _runs(
    snapshot: Snapshot,
    query: Query,
    parts: Sequence[EncodedPart],
    *,
    options: SearchOptions,
    allowed: BoolArray | None,
) -> list[Run]:
    depth = max(options.depth, options.first_phase)
    fusion = options.fusion
    runs = [
        run
        for part in parts
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
    if query.text.strip():
        words = lexical_run(
            snapshot,
            query.text,
            depth=depth,
            allowed=allowed,
            weight=fusion.words_weight * query.text_weight,
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
