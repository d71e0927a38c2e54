"""Fusing ranked lists: pure functions, every score with the parts it is the sum of.

```python
fused = reciprocal_rank_fusion({"bm25": [("a", 7.1), ("b", 3.0)], "text": [("b", .82)]})
fused.items[0]          # FusedItem(id="b", score=0.0325, parts={"bm25": ..., "text": ...})
```

A run is a retriever's answer to one query: (id, score) pairs, best first, scores larger is
better. Ranks are counted from 1. Equal scores are ordered by id, so that the same runs
always give the same list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError
from deepsearch.schema import FloatArray, ListingId

__all__ = [
    "FusedItem",
    "FusedList",
    "Normalisation",
    "Run",
    "cap_per_group",
    "convex",
    "dbsf",
    "mmr",
    "reciprocal_rank_fusion",
]

Run: TypeAlias = Sequence[tuple[ListingId, float]]
Normalisation: TypeAlias = Literal["min-max", "z"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FusedItem:
    """One id with its fused score.

    Attributes:
        id: The id.
        score: Sum of the parts.
        parts: Name of the run → what it added; a run that lacks the id is left out.
        ranks: Name of the run → the id's rank in it, from 1.
    """

    id: ListingId
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FusedList:
    """A fused ranking, best first, ties by id."""

    items: tuple[FusedItem, ...]

    @property
    def ids(self) -> tuple[ListingId, ...]:
        """The ids, best first."""
        return tuple(item.id for item in self.items)


# ---------------------------------------------------------------- fusion


def reciprocal_rank_fusion(
    runs: Mapping[str, Run],
    *,
    rrf_k: float = 60.0,
    weights: Mapping[str, float] | None = None,
    limit: int | None = None,
) -> FusedList:
    """Fuse runs by summed reciprocal rank; scores count only for their order.

    score(d) = sum over runs of weight / (rrf_k + rank(d)); a run lacking d adds 0.

    Args:
        runs: Name → run.
        rrf_k: Damping constant, dimensionless, > 0.
        weights: Name → weight, finite; a run not named has 1. None: 1 for all. A negative
            weight pushes down what its run found.
        limit: Items wanted, the best; None: all.

    Returns:
        Every id of any run, or the best of them.

    Raises:
        InvalidInputError: If rrf_k <= 0, a weight is of no run or not finite, a run repeats
            an id, its scores rise, or one of them is NaN.

    Example:
        >>> reciprocal_rank_fusion({"x": [("a", 2.0), ("b", 1.0)], "y": [("b", 9.0)]}).ids
        ('b', 'a')

    Source: Cormack, Clarke, Buettcher, SIGIR 2009.
    """
    if not (math.isfinite(rrf_k) and rrf_k > 0):
        raise InvalidInputError(f"rrf_k must be a number above 0, got {rrf_k}.")

    def reciprocal(_: str, run: Run) -> list[float]:
        return [1.0 / (rrf_k + rank) for rank in range(1, len(run) + 1)]

    return _weighted_sum(runs, weights, reciprocal, limit)


def dbsf(
    runs: Mapping[str, Run],
    *,
    weights: Mapping[str, float] | None = None,
    limit: int | None = None,
) -> FusedList:
    """Fuse runs by scores placed between their mean - 3 sigma (0) and mean + 3 sigma (1).

    score(d) = sum over runs of weight * clip((s - (mean - 3 sigma)) / (6 sigma), 0, 1), mean
    and (population) sigma of the run's own scores; a run of equal scores gives 0.5 each.

    Args:
        runs: Name → run.
        weights: As in `reciprocal_rank_fusion`.
        limit: Items wanted, the best; None: all.

    Returns:
        Every id of any run, or the best of them.

    Raises:
        InvalidInputError: If a weight or a run is unusable, as in `reciprocal_rank_fusion`,
            or a score is infinite.

    Source: Mazzeschi, "Distribution-based score fusion", 2023.
    """

    def place(_: str, run: Run) -> list[float]:
        scores = _finite_scores(run)
        sigma = _deviation(scores)
        if sigma == 0:
            return [0.5] * len(run)
        placed: list[float] = np.clip(
            (scores - scores.mean()) / (6 * sigma) + 0.5, 0.0, 1.0
        ).tolist()
        return placed

    return _weighted_sum(runs, weights, place, limit)


def convex(
    runs: Mapping[str, Run],
    *,
    weights: Mapping[str, float] | None = None,
    normalisation: Normalisation = "min-max",
    floors: Mapping[str, float] | None = None,
    limit: int | None = None,
) -> FusedList:
    """Fuse runs by a weighted mean of scores normalised within each run.

    score(d) = sum over runs of w * n(s) with the weights scaled to sum to 1. "min-max":
    n(s) = (s - low) / (high - low), in [0, 1], where `low` is the run's floor if it is given
    and its least score otherwise; 1 for all if they are equal. "z": n(s) = (s - mean) /
    sigma, shifted to be 0 at the run's worst, so that a run lacking d can add 0.

    Args:
        runs: Name → run.
        weights: Name → weight, >= 0, not all 0; a run not named has 1. None: equal.
        normalisation: "min-max" or "z".
        floors: Name → the least score that run's retriever can give (BM25: 0, cosine: -1);
            makes the lowest of a short list count for what it is. Only for "min-max".
        limit: Items wanted, the best; None: all.

    Returns:
        Every id of any run, or the best of them.

    Raises:
        InvalidInputError: If a weight is negative or all are 0, a weight or floor is of no
            run, the normalisation is unknown, a score is infinite or under its floor, or a
            run is unusable, as in `reciprocal_rank_fusion`.

    Source: Bruch, Gai, Ingber, "An analysis of fusion functions for hybrid retrieval",
    ACM TOIS 2023 (with floors: theoretical min-max).
    """
    if normalisation not in ("min-max", "z"):
        raise InvalidInputError(f'normalisation must be "min-max" or "z", got {normalisation!r}.')
    floors = floors or {}
    _check_names("floors", floors, runs)
    shares = {name: (weights or {}).get(name, 1.0) for name in runs}
    _check_names("weights", weights or {}, runs)
    total = sum(shares.values())
    if runs and (min(shares.values()) < 0 or not (math.isfinite(total) and total > 0)):
        raise InvalidInputError(f"weights must be finite, >= 0 and not all 0, got {shares}.")

    def normalise(name: str, run: Run) -> list[float]:
        return _min_max(run, floors.get(name)) if normalisation == "min-max" else _z(run)

    scaled = {name: share / total for name, share in shares.items()}
    return _weighted_sum(runs, scaled, normalise, limit)


def _min_max(run: Run, floor: float | None) -> list[float]:
    scores = _finite_scores(run)
    low = float(scores.min()) if floor is None else floor
    high = float(scores.max())
    if scores.min() < low:
        raise InvalidInputError(f"A score of {scores.min()} lies under its floor of {low}.")
    if high <= low:
        return [1.0] * len(run)
    placed: list[float] = ((scores - low) / (high - low)).tolist()
    return placed


def _z(run: Run) -> list[float]:
    scores = _finite_scores(run)
    sigma = _deviation(scores)
    if sigma == 0:
        return [0.0] * len(run)
    placed: list[float] = ((scores - scores.min()) / sigma).tolist()
    return placed


def _weighted_sum(
    runs: Mapping[str, Run],
    weights: Mapping[str, float] | None,
    values_of: Callable[[str, Run], list[float]],
    limit: int | None,
) -> FusedList:
    weights = weights or {}
    _check_names("weights", weights, runs)
    totals: dict[ListingId, float] = {}
    added: dict[str, tuple[dict[ListingId, int], list[float]]] = {}
    for name, run in runs.items():
        weight = weights.get(name, 1.0)
        if not math.isfinite(weight):
            raise InvalidInputError(f"The weight of run '{name}' must be finite, got {weight}.")
        ordered = _checked(name, run)
        if not ordered:
            continue
        values = [weight * value for value in values_of(name, ordered)]
        places = {id_: place for place, (id_, _) in enumerate(ordered)}
        for id_, value in zip(places, values, strict=True):
            totals[id_] = totals.get(id_, 0.0) + value
        added[name] = places, values
    best = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:limit]
    # Most ids are only summed: what each run added is told of those asked for.
    return FusedList(tuple(_item(id_, score, added) for id_, score in best))


def _item(
    id_: ListingId,
    score: float,
    added: Mapping[str, tuple[dict[ListingId, int], list[float]]],
) -> FusedItem:
    held = {name: places[id_] for name, (places, _) in added.items() if id_ in places}
    return FusedItem(
        id_,
        score,
        {name: added[name][1][place] for name, place in held.items()},
        {name: place + 1 for name, place in held.items()},
    )


def _checked(name: str, run: Run) -> Run:
    """A run in its one order: by score, ties by id."""
    previous, last = math.inf, ""
    tied = False
    for id_, score in run:
        if not score <= previous:  # also refuses NaN
            raise InvalidInputError(
                f"Run '{name}' must be ordered by score, best first; {id_!r} with {score} "
                f"follows a score of {previous}."
            )
        tied = tied or (score == previous and id_ < last)
        previous, last = score, id_
    ids = {id_ for id_, _ in run}
    if len(ids) < len(run):
        names = [id_ for id_, _ in run]
        repeated = next(id_ for id_ in names if names.count(id_) > 1)
        raise InvalidInputError(f"Run '{name}' holds the id {repeated!r} more than once.")
    return sorted(run, key=lambda pair: (-pair[1], pair[0])) if tied else run


def _check_names(what: str, given: Iterable[str], runs: Mapping[str, Run]) -> None:
    for name in given:
        if name not in runs:
            raise InvalidInputError(
                f"{what} name the run '{name}', which is none of: {', '.join(runs) or 'no runs'}."
            )


def _deviation(scores: npt.NDArray[np.float64]) -> float:
    """Population standard deviation; 0 for equal scores, where rounding would leave a trace."""
    return float(scores.std()) if scores.max() > scores.min() else 0.0


def _finite_scores(run: Run) -> npt.NDArray[np.float64]:
    scores = np.fromiter((score for _, score in run), dtype=np.float64, count=len(run))
    if not np.isfinite(scores).all():
        raise InvalidInputError("Scores must be finite to be fused by their size.")
    return scores


# ---------------------------------------------------------------- variety


def mmr(
    scores: Sequence[float], vectors: FloatArray, *, k: int, trade_off: float = 0.7
) -> list[int]:
    """Choose k items that score well and differ: maximal marginal relevance.

    Each step takes the item with the largest trade_off * relevance - (1 - trade_off) *
    (largest cosine to what was taken); relevance is the score scaled to [0, 1] over all.

    Args:
        scores: (n,) finite, larger is better.
        vectors: (n, dim) unit vectors of the items.
        k: Items wanted, >= 1; fewer come back if there are fewer.
        trade_off: 1: by score alone; 0: by difference alone.

    Returns:
        Positions in the order chosen; ties by position.

    Raises:
        InvalidInputError: If k < 1, the trade-off is outside [0, 1], lengths differ, or a
            value is not finite.

    Source: Carbonell, Goldstein, SIGIR 1998.
    """
    relevance = np.asarray(scores, dtype=np.float64)
    if k < 1:
        raise InvalidInputError(f"k must be at least 1, got {k}.")
    if not 0 <= trade_off <= 1:
        raise InvalidInputError(f"trade_off must be within [0, 1], got {trade_off}.")
    if vectors.ndim != 2 or len(vectors) != len(relevance):
        raise InvalidInputError(
            f"Expected a vector for each of {len(relevance)} scores, got shape {vectors.shape}."
        )
    if not (np.isfinite(relevance).all() and np.isfinite(vectors).all()):
        raise InvalidInputError("Scores and vectors must be finite.")
    if len(relevance) == 0:
        return []
    spread = float(np.ptp(relevance))
    relevance = (relevance - relevance.min()) / spread if spread else np.ones_like(relevance)
    nearest = np.full(len(relevance), -np.inf)  # largest cosine to what was taken
    free = np.ones(len(relevance), dtype=np.bool_)
    taken: list[int] = []
    while len(taken) < min(k, len(relevance)):
        penalty = nearest if taken else np.zeros_like(nearest)
        gain = np.where(free, trade_off * relevance - (1 - trade_off) * penalty, -np.inf)
        best = int(np.argmax(gain))
        taken.append(best)
        free[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return taken


def cap_per_group(
    items: Iterable[T], group_of: Callable[[T], Hashable | None], *, limit: int
) -> tuple[list[T], list[T]]:
    """Keep at most so many items of a group, in their order.

    Args:
        items: Best first.
        group_of: An item's group, e.g. its supplier; None: of no group, always kept.
        limit: Items kept of a group, >= 1.

    Returns:
        The items kept, and those dropped; both in their order.

    Raises:
        InvalidInputError: If limit < 1.
    """
    if limit < 1:
        raise InvalidInputError(f"limit must be at least 1, got {limit}.")
    counts: dict[Hashable, int] = {}
    kept: list[T] = []
    dropped: list[T] = []
    for item in items:
        group = group_of(item)
        if group is not None:
            counts[group] = counts.get(group, 0) + 1
        fits = group is None or counts[group] <= limit
        (kept if fits else dropped).append(item)
    return kept, dropped
