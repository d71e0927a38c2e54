"""Best-k selection with ties by position, and the padding of `Matches`."""

from __future__ import annotations

import numpy as np

from deepsearch.schema import FloatArray, IntArray, Matches

__all__ = ["best_first", "empty_matches", "merge", "pack", "shortlist", "unfilled_matches"]


def empty_matches(queries: int, k: int) -> Matches:
    """Return matches without a single hit.

    Args:
        queries: Number of rows.
        k: Width.

    Returns:
        ids all -1, scores all -inf, counts all 0.
    """
    return Matches(
        ids=np.full((queries, k), -1, dtype=np.int64),
        scores=np.full((queries, k), -np.inf, dtype=np.float32),
        counts=np.zeros(queries, dtype=np.int64),
    )


def unfilled_matches(queries: int, k: int) -> Matches:
    """Return room for matches, for code that writes every value of it.

    Args:
        queries: Number of rows.
        k: Width.

    Returns:
        Matches of unspecified content.
    """
    return Matches(
        ids=np.empty((queries, k), dtype=np.int64),
        scores=np.empty((queries, k), dtype=np.float32),
        counts=np.empty(queries, dtype=np.int64),
    )


def shortlist(scores: FloatArray, depth: int) -> IntArray:
    """Return the offsets of the `depth` largest scores, and of all that tie with the last.

    Keeping ties makes a later exact ordering independent of which of several equal
    rows a partition happened to keep.

    Args:
        scores: (n,) scores.
        depth: How many are wanted, >= 1.

    Returns:
        Ascending offsets, at least min(depth, n) of them.
    """
    if depth >= scores.shape[0]:
        return np.arange(scores.shape[0], dtype=np.int64)
    threshold = np.partition(scores, scores.shape[0] - depth)[scores.shape[0] - depth]
    return np.flatnonzero(scores >= threshold)


def best_first(ids: IntArray, scores: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """Return the k best of one query, score descending, ties by position.

    Args:
        ids: (m,) distinct positions.
        scores: (m,) their scores.
        k: How many at most.

    Returns:
        Positions and scores, min(k, m) of each.
    """
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]


def pack(ids: IntArray, scores: FloatArray, k: int) -> Matches:
    """Order ragged candidates of a batch and pad them to width k.

    Args:
        ids: (n, m) positions, -1 where there is none; distinct within a row.
        scores: (n, m) scores, ignored where the id is -1.
        k: Width of the result.

    Returns:
        Matches of width k, best first, ties by position.
    """
    out = empty_matches(ids.shape[0], k)
    if ids.shape[0] == 1:  # a fifth of the time that sorting by axis takes
        there = np.flatnonzero(ids[0] >= 0)
        best, kept = best_first(ids[0, there], scores[0, there], k)
        out.ids[0, : best.shape[0]] = best
        out.scores[0, : best.shape[0]] = kept
        out.counts[0] = best.shape[0]
        return out
    absent = ids < 0
    keyed = np.where(absent, np.float32(-np.inf), scores).astype(np.float32, copy=False)
    # Position as the second key: sort by it first, then stably by score.
    tie = np.argsort(np.where(absent, np.iinfo(np.int64).max, ids), axis=1, kind="stable")
    ids = np.take_along_axis(ids, tie, axis=1)
    keyed = np.take_along_axis(keyed, tie, axis=1)
    order = np.argsort(-keyed, axis=1, kind="stable")[:, :k]
    ids = np.take_along_axis(ids, order, axis=1)
    keyed = np.take_along_axis(keyed, order, axis=1)
    out.ids[:, : ids.shape[1]] = ids
    out.scores[:, : ids.shape[1]] = keyed
    out.counts[:] = (ids >= 0).sum(axis=1)
    return out


def merge(first: Matches, second: Matches, k: int) -> Matches:
    """Merge two results over disjoint positions.

    Args:
        first: Matches of a batch.
        second: Matches of the same batch over other positions.
        k: Width of the result.

    Returns:
        The k best of both for each query.
    """
    return pack(
        np.concatenate((first.ids, second.ids), axis=1),
        np.concatenate((first.scores, second.scores), axis=1),
        k,
    )
