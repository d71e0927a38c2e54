"""Candidate lists from every index a query's parts reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from deepsearch.engine.channels import Channel
from deepsearch.engine.snapshot import Snapshot
from deepsearch.feedback import towards, trust
from deepsearch.index import Plan
from deepsearch.index.live import vectors_at
from deepsearch.schema import BoolArray, FloatArray, IntArray, Modality

__all__ = [
    "EncodedPart",
    "Run",
    "channel_run",
    "completed",
    "lexical_run",
    "part_runs",
    "pooled",
    "similarity",
    "text_vectors",
    "trusting",
]

_BEST = 10  # of a run: those that tell what the query is about
_USUAL = 256  # listings looked at for how anything scores


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPart:
    """A query part with its vector in every space it reaches.

    Attributes:
        modality: What it is.
        vectors: Space name → (dim,) vector.
        weight: Its relative weight; negative means "not like this".
        source: Where it comes from, for the explanation.
    """

    modality: Modality
    vectors: dict[str, FloatArray]
    weight: float = 1.0
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One retriever's answer to one part of a query, best first, each listing once.

    Attributes:
        name: Names the evidence in the explanation: "words", "picture" ...
        rows: (m,) listing rows.
        scores: (m,) float32, larger is better, comparable within this run only.
        parts: (m,) which of the listing's pictures matched; -1 where it was text.
        score: Scores further rows: (m,) rows → (m,) float32, NaN or 0 where it cannot.
        weight: Its share in the fusion.
        source: Which part of the query it answers.
        plan: How the search was carried out.
    """

    name: str
    rows: IntArray
    scores: FloatArray
    parts: IntArray
    score: Callable[[IntArray], FloatArray]
    weight: float = 1.0
    source: str | None = None
    plan: Plan | None = None


# What a channel says about a listing, by (query modality, listing modality).
_NAMES = {
    (Modality.TEXT, Modality.TEXT): "meaning",
    (Modality.PICTURE, Modality.PICTURE): "picture",
    (Modality.TEXT, Modality.PICTURE): "words in picture",
    (Modality.PICTURE, Modality.TEXT): "picture in words",
}


def channel_run(
    channel: Channel, vector: FloatArray, *, depth: int, allowed: BoolArray | None
) -> tuple[IntArray, FloatArray, IntArray, Plan | None]:
    """Find the listings whose best vector in a channel is nearest to a query's.

    Args:
        channel: The index, and which listing each of its vectors belongs to.
        vector: (dim,) query vector.
        depth: Listings wanted.
        allowed: Mask over listings; None allows all.

    Returns:
        rows, scores, picture numbers (each listing once, best first), and the plan.
    """
    mask = None if allowed is None else channel.mask(allowed)
    total = len(channel.by_row) if mask is None else int(np.count_nonzero(mask))
    wanted = depth = max(1, min(depth, total))
    query = np.ascontiguousarray(vector[None, :], dtype=np.float32)
    while True:
        matches, plan = channel.index.search_planned(query, k=wanted, allowed=mask)
        count = int(matches.counts[0])
        positions = matches.ids[0, :count]
        rows, first = np.unique(channel.rows[positions], return_index=True)
        # A listing with several pictures fills several places: ask for more until
        # enough distinct listings are found, or there are no more vectors.
        if len(rows) >= depth or count >= total or count < wanted:
            break
        wanted *= 2
    order = np.sort(first)[:depth]
    chosen = positions[order]
    return channel.rows[chosen], matches.scores[0, :count][order], channel.parts[chosen], plan


def lexical_run(
    snapshot: Snapshot, text: str, *, depth: int, allowed: BoolArray | None, weight: float
) -> Run | None:
    """Find listings by the words themselves (BM25).

    Args:
        snapshot: What is searched.
        text: The words.
        depth: Listings wanted.
        allowed: Mask over listings; None allows all.
        weight: Share in the fusion.

    Returns:
        The run, or None if no word occurs in any allowed listing.
    """
    depth = max(1, min(depth, len(snapshot.catalogue)))
    matches = snapshot.lexical.search(text, k=depth, allowed=allowed)
    count = int(matches.counts[0])
    if count == 0:
        return None
    return Run(
        name="words",
        rows=matches.ids[0, :count],
        scores=matches.scores[0, :count],
        parts=np.full(count, -1, dtype=np.int64),
        weight=weight,
        score=lambda rows: snapshot.lexical.scores(text, rows),
    )


def part_runs(
    snapshot: Snapshot,
    part: EncodedPart,
    *,
    depth: int,
    allowed: BoolArray | None,
    cross_modal_weight: float,
    feedback: float,
) -> list[Run]:
    """Search every channel a part reaches.

    Args:
        snapshot: What is searched.
        part: A part with positive weight.
        depth: Listings wanted a channel.
        allowed: Mask over listings; None allows all.
        cross_modal_weight: Share of a channel whose listings are of another modality
            than the part, relative to one of the same.
        feedback: How far a text is moved towards the first texts it finds, and searched again.

    Returns:
        One run a channel that holds vectors; same-modality channels use the part's
        first space only, so that a text is not counted twice.
    """
    runs = []
    for channel in _channels(snapshot, part):
        same = channel.modality == part.modality
        vector = part.vectors[channel.space.name]
        if feedback and same and part.modality is Modality.TEXT:
            vector = _moved(channel, vector, allowed=allowed, share=feedback)
        rows, scores, parts, plan = channel_run(channel, vector, depth=depth, allowed=allowed)
        if len(rows) == 0:
            continue
        runs.append(
            Run(
                name=_NAMES[part.modality, channel.modality],
                rows=rows,
                scores=scores,
                parts=parts if channel.modality is Modality.PICTURE else np.full_like(parts, -1),
                weight=part.weight * (1.0 if same else cross_modal_weight),
                source=part.source,
                plan=plan,
                score=partial(channel_scores, channel, vector),
            )
        )
    return runs


def _moved(
    channel: Channel, vector: FloatArray, *, allowed: BoolArray | None, share: float
) -> FloatArray:
    """A query's vector, moved towards the best it finds."""
    rows, _, _, _ = channel_run(channel, vector, depth=_BEST, allowed=allowed)
    positions, _ = channel.positions_of(rows)
    return towards(vector, vectors_at(channel.index.snapshot, positions), share=share)


def trusting(words: Run, meaning: Run, *, listings: int, floor: float) -> Run:
    """Weigh a run of words by how far its best mean what the query says.

    A sentence's many words find listings that share only those in passing.

    Args:
        words: The run of words.
        meaning: The run of the same text by meaning.
        listings: Listings of the catalogue.
        floor: Share of its weight that it keeps at least, 0..1.

    Returns:
        The run of words with its weight.
    """
    best = min(_BEST, len(words.rows), len(meaning.rows))
    usual = np.unique(np.linspace(0, listings - 1, min(_USUAL, listings)).astype(np.int64))
    rows = np.concatenate((words.rows[:best], usual))
    rows, of = np.unique(rows, return_inverse=True)
    scores = meaning.score(rows)[of]
    share = trust(scores[:best], meaning.scores[:best], scores[best:], floor=floor)
    return replace(words, weight=words.weight * share)


def _channels(snapshot: Snapshot, part: EncodedPart) -> list[Channel]:
    """Return the best channel of the part's own modality, and each cross-modal one."""
    own: list[Channel] = []
    cross: list[Channel] = []
    for name in part.vectors:
        for modality in Modality:
            channel = snapshot.channels.get((name, modality))
            if channel is not None and len(channel.by_row):
                (own if modality == part.modality else cross).append(channel)
    return own[:1] + cross[:1]


def channel_scores(channel: Channel, vector: FloatArray, rows: IntArray) -> FloatArray:
    """Score given listings by the best of their vectors in a channel, exactly.

    Args:
        channel: The index.
        vector: (dim,) query vector.
        rows: (m,) distinct listing rows.

    Returns:
        (m,) float32; NaN where the listing has no vector there.
    """
    positions, owners = channel.positions_of(rows)
    best = np.full(len(rows), np.nan, dtype=np.float32)
    if len(positions):
        np.fmax.at(best, owners, channel.index.scores(vector, positions))
    return best


def text_vectors(
    snapshot: Snapshot, parts: Sequence[EncodedPart], rows: IntArray
) -> FloatArray | None:
    """Collect the vectors of listings' texts, in the space a query's text is searched in.

    Args:
        snapshot: What is searched.
        parts: The query's parts.
        rows: (m,) distinct listing rows.

    Returns:
        (m, dim) float32, NaN where a listing's text has no vector; None if the query has no
        text, or the catalogue no vectors of texts.
    """
    for part in parts:
        if part.modality is not Modality.TEXT or part.weight <= 0:
            continue
        for channel in _channels(snapshot, part):
            if channel.modality is Modality.TEXT:
                positions, owners = channel.positions_of(rows)
                found = vectors_at(channel.index.snapshot, positions)
                vectors = np.full((len(rows), found.shape[1]), np.nan, dtype=np.float32)
                vectors[owners] = found
                return vectors
    return None


def similarity(snapshot: Snapshot, part: EncodedPart, rows: IntArray) -> FloatArray:
    """Score given listings against a part by its best channel that knows any of them.

    Args:
        snapshot: What is searched.
        part: A part, usually one with negative weight.
        rows: (m,) listing rows.

    Returns:
        (m,) float32 similarity; NaN where the listing has no vector to compare.
    """
    for channel in _channels(snapshot, part):
        scores = channel_scores(channel, part.vectors[channel.space.name], rows)
        # A cross-modal guess is used only where the own modality says nothing at all.
        if not np.isnan(scores).all():
            return scores
    return np.full(len(rows), np.nan, dtype=np.float32)


def pooled(runs: Sequence[Run]) -> list[Run]:
    """Let the best of several pictures speak for all: one run a kind of evidence.

    Args:
        runs: Runs of one query; those of one name answer its several parts.

    Returns:
        One run a name, each listing with the score and picture of the part it fits best;
        its weight is the sum of theirs.
    """
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.name, []).append(run)
    return [group[0] if len(group) == 1 else _best_of(group) for group in by_name.values()]


def _best_of(group: Sequence[Run]) -> Run:
    rows = np.concatenate([run.rows for run in group])
    scores = np.concatenate([run.scores for run in group])
    parts = np.concatenate([run.parts for run in group])
    order = np.lexsort((rows, -scores))
    _, first = np.unique(rows[order], return_index=True)
    kept = order[np.sort(first)]

    def best(wanted: IntArray) -> FloatArray:
        scored: FloatArray = np.fmax.reduce([run.score(wanted) for run in group])
        return scored

    return replace(
        group[0],
        rows=rows[kept],
        scores=scores[kept],
        parts=parts[kept],
        weight=sum(run.weight for run in group),
        source=None,
        score=best,
    )


def completed(runs: Sequence[Run]) -> list[Run]:
    """Let every retriever score what any other one found.

    A listing just below one retriever's depth would otherwise count as if it knew
    nothing of it.

    Args:
        runs: The retrievers' answers.

    Returns:
        The runs, each with all rows it can score, best first.
    """
    found = np.unique(np.concatenate([run.rows for run in runs])) if runs else ()
    return [_with_rows(run, np.setdiff1d(found, run.rows, assume_unique=True)) for run in runs]


def _with_rows(run: Run, rows: IntArray) -> Run:
    """Return a run with what it can score of further rows, below what it found itself."""
    if not len(rows):
        return run
    scores = run.score(rows)
    known = np.isfinite(scores) & (scores != 0)
    order = np.lexsort((rows[known], -scores[known]))
    added, values = rows[known][order], scores[known][order]
    # What the search missed is no better than what it found.
    values = np.minimum(values, run.scores[-1]) if len(run.scores) else values
    return replace(
        run,
        rows=np.concatenate((run.rows, added)),
        scores=np.concatenate((run.scores, values)).astype(np.float32),
        parts=np.concatenate((run.parts, np.full(len(added), -1, dtype=np.int64))),
    )
