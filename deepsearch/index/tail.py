"""The fresh rows of a live index, scored one and all: by codes once there are many.

Codes are written a segment at a time. A new segment takes in the ones before it that are
no larger, so that there are few of them and no row is encoded often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deepsearch.index._select import merge
from deepsearch.index.clustered import ClusteredConfig, ClusteredIndex
from deepsearch.index.codes import encode
from deepsearch.index.exact import ExactIndex, exact_search
from deepsearch.schema import EmbeddingSpace, FloatArray, IntArray, Matches, Metric

__all__ = ["Segment", "sealed", "search_tail"]

# Fewer rows than this are scored by their float32 vectors, without codes.
_LEAST = 1_024
_CONFIG = ClusteredConfig(lists=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Rows of a tail under codes.

    Attributes:
        start: First row.
        stop: Row after the last.
        index: Index over them.
    """

    start: int
    stop: int
    index: ClusteredIndex


def sealed(
    tail: FloatArray, space: EmbeddingSpace, known: tuple[Segment, ...]
) -> tuple[Segment, ...]:
    """Encode the rows of a tail that no segment holds, if they are many.

    Args:
        tail: (t, dim) float32.
        space: Their space.
        known: Segments over its first rows, which may lie in another buffer by now.

    Returns:
        Segments over this buffer, one after the other from row 0 on.
    """
    kept = list(known)
    start, stop = kept[-1].stop if kept else 0, tail.shape[0]
    if stop - start >= _LEAST:
        while kept and kept[-1].stop - kept[-1].start <= stop - start:
            start = kept.pop().start
        rows = tail[start:stop]
        assigned = np.zeros(stop - start, dtype=np.int32)
        centre = rows.mean(axis=0, dtype=np.float64).astype(np.float32)[None, :]
        codes = encode(rows, assigned, centre, metric=space.metric, seed=0)
        exact = ExactIndex(rows, space, check_values=False)
        index = ClusteredIndex(exact, codes, _CONFIG)
        kept.append(Segment(start=start, stop=stop, index=index))
    return tuple(_moved(segment, tail) for segment in kept)


def _moved(segment: Segment, tail: FloatArray) -> Segment:
    # A segment points into the tail it was made from: point it to this one, so that the
    # old buffer can go.
    rows = tail[segment.start : segment.stop]
    if rows.ctypes.data == segment.index.exact.vectors.ctypes.data:
        return segment
    exact = ExactIndex(rows, segment.index.space, check_values=False)
    return replace(segment, index=segment.index.over(exact))


def search_tail(
    queries: FloatArray,
    tail: FloatArray,
    segments: tuple[Segment, ...],
    rows: IntArray,
    positions: IntArray,
    *,
    k: int,
    metric: Metric,
) -> Matches:
    """Score rows of a tail.

    Args:
        queries: (n, dim) float32, checked.
        tail: (t, dim) float32.
        segments: Segments over its first rows.
        rows: (m,) rows to score.
        positions: (m,) ascending position of each.
        k: Matches wanted a query.
        metric: How the space compares.

    Returns:
        Positions and scores, larger is better, ties by position.
    """
    first = segments[-1].stop if segments else 0
    loose = rows >= first
    found = _plain(queries, tail, (rows[loose], positions[loose]), k, metric)
    if not segments:
        return found
    usable = np.zeros(first, dtype=np.bool_)
    position_of = np.empty(first, dtype=np.int64)
    usable[rows[~loose]] = True
    position_of[rows[~loose]] = positions[~loose]
    for segment in segments:
        mask = usable[segment.start : segment.stop]
        among = segment.index.filtered(mask)
        if among is None or among.count == 0:
            continue
        scored = segment.index.scan(queries, k=k, among=among)
        at = position_of[segment.start + np.maximum(scored.ids, 0)]
        ids = np.where(scored.ids >= 0, at, np.int64(-1))
        found = merge(found, replace(scored, ids=ids), k)
    return found


def _plain(
    queries: FloatArray,
    tail: FloatArray,
    which: tuple[IntArray, IntArray],
    k: int,
    metric: Metric,
) -> Matches:
    # Rows that were only ever added lie in order: no copy is needed to score them.
    rows, positions = which
    count = rows.shape[0]
    straight = count > 0 and rows[-1] - rows[0] == count - 1 and bool((np.diff(rows) == 1).all())
    vectors = tail[rows[0] : rows[0] + count] if straight else tail[rows]
    fresh = exact_search(queries, vectors, None, k=k, metric=metric)
    if count == 0:
        return fresh
    at = positions[np.maximum(fresh.ids, 0)]
    return replace(fresh, ids=np.where(fresh.ids >= 0, at, np.int64(-1)))
