"""From the retrievers' runs to one list of candidates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from deepsearch.engine.retrieval import EncodedPart, Run, similarity, text_vectors
from deepsearch.engine.snapshot import Snapshot
from deepsearch.errors import InvalidInputError
from deepsearch.feedback import from_alike
from deepsearch.fusion import FusedItem, FusedList, convex, dbsf, reciprocal_rank_fusion
from deepsearch.schema import Contribution, IntArray

__all__ = ["Fused", "FusionConfig", "fuse_runs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionConfig:
    """How candidate lists become one.

    Attributes:
        method: "dbsf" (scores by their distribution), "rrf" (ranks alone) or "convex"
            (scores by their range).
        rrf_k: Damping of "rrf".
        words_weight: Weight of the lexical run beside the dense one of the same text.
        least_trust: Share of that weight it keeps even where what the words find means
            something else; 1 keeps all.
        feedback: How far a text's vector is moved towards the mean of the first texts it
            finds, before the search proper; 0 is not at all.
        alike: Share of a candidate's score that comes from the candidates most like it, in
            a query with a text; 0 is nothing.
        cross_modal_weight: Weight of words against pictures, and pictures against words,
            relative to a run of one modality.
        pictures: How several pictures, or a video's frames, count: "mean" wants a listing to
            fit all of them, "max" the one it fits best.
        unlike_weight: Share of the best score that full likeness to a negative part costs.
    """

    method: Literal["dbsf", "rrf", "convex"] = "dbsf"
    rrf_k: float = 60.0
    words_weight: float = 1.0
    least_trust: float = 0.3
    feedback: float = 0.5
    alike: float = 0.2
    cross_modal_weight: float = 0.1
    pictures: Literal["mean", "max"] = "mean"
    unlike_weight: float = 0.5

    def __post_init__(self) -> None:
        """Check the words and weights.

        Raises:
            InvalidInputError: If a word is not known or a weight is negative or not finite.
        """
        if self.method not in ("dbsf", "rrf", "convex"):
            raise InvalidInputError(
                f"Fusion method is {self.method!r}; expected dbsf, rrf or convex."
            )
        if self.pictures not in ("mean", "max"):
            raise InvalidInputError(f"pictures is {self.pictures!r}; expected mean or max.")
        for name in ("words_weight", "cross_modal_weight", "unlike_weight", "feedback"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInputError(f"FusionConfig.{name} is {value}; expected >= 0.")
        for name in ("least_trust", "alike"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InvalidInputError(
                    f"FusionConfig.{name} is {value}; expected a number within [0, 1]."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """A candidate listing with the parts of its relevance.

    Attributes:
        row: Listing row.
        score: Relevance; the sum of `parts`.
        parts: What each run added.
        picture: Number of the listing's picture that matched best, or None.
        source: The query part that picture answered.
        similarity: That match's similarity.
    """

    row: int
    score: float
    parts: Sequence[Contribution]
    picture: int | None = None
    source: str | None = None
    similarity: float | None = None


def fuse_runs(
    snapshot: Snapshot,
    runs: Sequence[Run],
    parts: Sequence[EncodedPart],
    config: FusionConfig,
    *,
    limit: int,
) -> list[Fused]:
    """Fuse the runs of one query.

    A negative part lowers a candidate by its likeness to it, scaled from 0 (the least
    like candidate) to 1 (the most like), and by its weight; what cannot be compared
    counts as the median. In a query with a text, a share of each score then comes from the
    candidates most like it: a listing that stands alone among them for a few chance words
    falls behind those of which there are many.

    Args:
        snapshot: What was searched.
        runs: The retrievers' answers.
        parts: The query's parts.
        config: How to fuse.
        limit: Candidates wanted; only these are explained.

    Returns:
        At most `limit` candidates, best first, ties by listing id.
    """
    if not runs:
        return []
    by_name = {f"{run.name}#{number}": run for number, run in enumerate(runs)}
    named, row_of = _listed(snapshot, by_name)
    weights = {name: run.weight for name, run in by_name.items()}
    unlike = [part for part in parts if part.weight < 0]
    items: Sequence[FusedItem] = _fuse(named, weights, config, None if unlike else limit).items
    rows = np.array([row_of[item.id] for item in items], dtype=np.int64)
    scores = np.array([item.score for item in items])
    costs = np.zeros(len(items))
    if unlike:
        costs = _penalties(snapshot, rows, unlike, config, top=items[0].score)
        scores = scores - costs
        kept = sorted(range(len(items)), key=lambda i: (-scores[i], items[i].id))[:limit]
        items, rows = [items[i] for i in kept], rows[kept]
        scores, costs = scores[kept], costs[kept]
    gains = _alike(snapshot, rows, scores, parts, config.alike)
    rest = 1.0 if gains is None else 1.0 - config.alike
    final = scores if gains is None else rest * scores + gains
    best = _best_pictures(runs)

    def explained(i: int) -> list[Contribution]:
        written = _parts(items[i], by_name, rest)
        if unlike:
            lost = -rest * float(costs[i])
            written.append(Contribution(name="unlike", value=lost, sentence=_UNLIKE))
        if gains is not None:
            gain = float(gains[i])
            written.append(Contribution(name="alike", value=gain, sentence=_ALIKE))
        return written

    totals, numbers = final.tolist(), rows.tolist()
    result = []
    for i in sorted(range(len(items)), key=lambda i: (-totals[i], items[i].id)):
        row = numbers[i]
        number, source, likeness = best.get(row, (None, None, None))
        result.append(
            Fused(
                row=row,
                score=totals[i],
                parts=_Written(partial(explained, i)),
                picture=number,
                source=source,
                similarity=likeness,
            )
        )
    return result


def _listed(
    snapshot: Snapshot, runs: Mapping[str, Run]
) -> tuple[dict[str, list[tuple[str, float]]], dict[str, int]]:
    """Each run's ids with their scores, and the row of each id."""
    ids = snapshot.catalogue.listing_ids
    named: dict[str, list[tuple[str, float]]] = {}
    row_of: dict[str, int] = {}
    for name, run in runs.items():
        rows = run.rows.tolist()
        own = [ids[row] for row in rows]
        named[name] = list(zip(own, run.scores.tolist(), strict=True))
        row_of.update(zip(own, rows, strict=True))
    return named, row_of


class _Written(Sequence[Contribution]):
    """Contributions written when they are first read: few candidates become hits."""

    __slots__ = ("_parts", "_write")

    def __init__(self, write: Callable[[], Sequence[Contribution]]) -> None:
        self._write = write
        self._parts: Sequence[Contribution] | None = None

    def _read(self) -> Sequence[Contribution]:
        if self._parts is None:
            self._parts = self._write()
        return self._parts

    @overload
    def __getitem__(self, index: int) -> Contribution: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Contribution]: ...
    def __getitem__(self, index: int | slice) -> Contribution | Sequence[Contribution]:
        return self._read()[index]

    def __len__(self) -> int:
        return len(self._read())


_NEIGHBOURS = 5
_ALIKE = "Like other listings that fit the query."
_UNLIKE = "Lowered for its likeness to what is not wanted."
_SENTENCES = {
    "words": "shares the query's words",
    "meaning": "means what the query says",
    "picture": "looks like the picture",
    "words in picture": "its picture shows what the query says",
    "picture in words": "its words fit the picture",
}


def _parts(item: FusedItem, runs: Mapping[str, Run], share: float) -> list[Contribution]:
    """One contribution a kind of evidence; several pictures of the query count together."""
    values: dict[str, float] = {}
    best: dict[str, tuple[int, str | None]] = {}
    for name, value in item.parts.items():
        run = runs[name]
        values[run.name] = values.get(run.name, 0.0) + value
        rank = item.ranks[name]
        if run.name not in best or rank < best[run.name][0]:
            best[run.name] = rank, run.source
    return [
        Contribution(name=name, value=share * value, sentence=_sentence(name, *best[name]))
        for name, value in values.items()
    ]


def _sentence(name: str, rank: int, source: str | None) -> str:
    words = _SENTENCES[name]
    return f"{_ordinal(rank)} by this: {words}{f' ({source})' if source else ''}."


def _ordinal(number: int) -> str:
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def _fuse(
    named: dict[str, list[tuple[str, float]]],
    weights: dict[str, float],
    config: FusionConfig,
    limit: int | None,
) -> FusedList:
    if config.method == "rrf":
        return reciprocal_rank_fusion(named, rrf_k=config.rrf_k, weights=weights, limit=limit)
    if config.method == "convex":
        return convex(named, weights=weights, limit=limit)
    return dbsf(named, weights=weights, limit=limit)


def _alike(
    snapshot: Snapshot,
    rows: IntArray,
    scores: npt.NDArray[np.float64],
    parts: Sequence[EncodedPart],
    share: float,
) -> npt.NDArray[np.float64] | None:
    """What candidates gain from those most like them; None without vectors of texts."""
    vectors = text_vectors(snapshot, parts, rows) if share else None
    if vectors is None:
        return None
    return share * from_alike(scores, vectors, neighbours=_NEIGHBOURS)


def _best_pictures(runs: Sequence[Run]) -> dict[int, tuple[int, str | None, float]]:
    """Row → (picture number, query part's source, similarity) of the best picture match."""
    best: dict[int, tuple[int, str | None, float]] = {}
    for run in sorted(runs, key=lambda run: run.name != "picture"):
        if not (run.parts >= 0).any():
            continue
        for row, part, score in zip(run.rows, run.parts, run.scores, strict=True):
            if part < 0:
                continue
            held = best.get(int(row))
            if held is None or (run.name == "picture" and score > held[2]):
                best[int(row)] = (int(part), run.source, float(score))
    return best


def _penalties(
    snapshot: Snapshot,
    rows: IntArray,
    unlike: Sequence[EncodedPart],
    config: FusionConfig,
    *,
    top: float,
) -> npt.NDArray[np.float64]:
    """What likeness to the negative parts costs each row."""
    penalty = np.zeros(len(rows))
    for part in unlike:
        likeness = similarity(snapshot, part, rows).astype(np.float64)
        if np.isnan(likeness).all():
            continue
        likeness = np.where(np.isnan(likeness), np.nanmedian(likeness), likeness)
        spread = np.ptp(likeness)
        if spread > 0:
            penalty += abs(part.weight) * (likeness - likeness.min()) / spread
    costs: npt.NDArray[np.float64] = penalty * config.unlike_weight * top
    return costs
