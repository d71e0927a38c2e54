"""The states of a live index: what is where, and how one state follows from another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deepsearch.index.planner import PlannedIndex
from deepsearch.index.tail import Segment, sealed
from deepsearch.schema import BoolArray, FloatArray, IntArray

__all__ = ["REMOVED", "Snapshot", "base_mask", "detached", "drop", "put", "rebase", "vectors_at"]

REMOVED = -1
"""What `Snapshot.where` says of a removed position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One state of a live index; nothing in it is ever changed.

    Attributes:
        base: Index over the compacted rows.
        base_positions: (len(base),) position of each base row, ascending.
        base_live: (len(base),) whether the row still stands for its position.
        tail: (t, dim) fresh rows; the live ones lie at `tail_rows`.
        tail_rows: Rows of `tail` in use, ascending by position.
        tail_positions: Their positions.
        segments: The first rows of `tail` under codes, one segment after the other.
        where: (positions,) base row, or -2 - tail row, or -1 where removed.
    """

    base: PlannedIndex
    base_positions: IntArray
    base_live: BoolArray
    tail: FloatArray
    tail_rows: IntArray
    tail_positions: IntArray
    where: IntArray
    segments: tuple[Segment, ...] = ()


def vectors_at(state: Snapshot, positions: IntArray) -> FloatArray:
    """Collect the vectors of live positions.

    Args:
        state: A snapshot.
        positions: (n,) live positions.

    Returns:
        (n, dim) float32, a copy.
    """
    where = state.where[positions]
    out = np.empty((positions.shape[0], state.base.space.dim), dtype=np.float32)
    in_base = where >= 0
    out[in_base] = state.base.exact.vectors[where[in_base]]
    out[~in_base] = state.tail[-2 - where[~in_base]]
    return out


def base_mask(state: Snapshot, mask: BoolArray) -> BoolArray:
    """Turn a mask over positions into one over the rows of the base that still stand.

    Args:
        state: A snapshot.
        mask: (positions,) bool.

    Returns:
        (len(base),) bool.
    """
    rows = state.base_positions.shape[0]
    # Positions of a base never reordered are its rows: no gather is needed.
    if rows and state.base_positions[-1] == rows - 1:
        return state.base_live & mask[:rows]
    return state.base_live & mask[state.base_positions]


def detached(state: Snapshot) -> Snapshot:
    """Start another line of snapshots: growing tails share a buffer along one line.

    Args:
        state: A snapshot.

    Returns:
        The same with a tail of its own, its segments made where they are missing.
    """
    tail = state.tail.copy()
    return replace(state, tail=tail, segments=_segments(state.base, tail, state.segments))


def _segments(
    base: PlannedIndex, tail: FloatArray, known: tuple[Segment, ...]
) -> tuple[Segment, ...]:
    # A base small enough to be scanned in float32 has no tail worth encoding.
    return () if base.base is None else sealed(tail, base.space, known)


def drop(state: Snapshot, positions: IntArray) -> Snapshot:
    """Remove positions.

    Args:
        state: A snapshot.
        positions: (n,) distinct positions.

    Returns:
        The next snapshot.
    """
    old = state.where[positions]
    where = state.where.copy()
    where[positions] = REMOVED
    base_live = state.base_live
    if (old >= 0).any():
        base_live = base_live.copy()
        base_live[old[old >= 0]] = False
    tail_rows, tail_positions = state.tail_rows, state.tail_positions
    if (old < REMOVED).any():
        keep = where[tail_positions] != REMOVED
        tail_rows, tail_positions = tail_rows[keep], tail_positions[keep]
    return replace(
        state,
        where=where,
        base_live=base_live,
        tail_rows=tail_rows,
        tail_positions=tail_positions,
    )


def put(state: Snapshot, positions: IntArray, vectors: FloatArray) -> Snapshot:
    """Append vectors to the tail.

    Args:
        state: A snapshot; the newest of its line.
        positions: (n,) positions that are not live: new, or just dropped.
        vectors: (n, dim) float32.

    Returns:
        The next snapshot.
    """
    start = state.tail.shape[0]
    rows = np.arange(start, start + vectors.shape[0], dtype=np.int64)
    where = state.where.copy()
    where[positions] = -2 - rows
    tail_positions = np.concatenate((state.tail_positions, positions))
    tail_rows = np.concatenate((state.tail_rows, rows))
    order = np.argsort(tail_positions, kind="stable")
    tail = _appended(state.tail, vectors)
    return replace(
        state,
        tail=tail,
        segments=_segments(state.base, tail, state.segments),
        tail_rows=tail_rows[order],
        tail_positions=tail_positions[order],
        where=where,
    )


def rebase(now: Snapshot, before: Snapshot, base: PlannedIndex, positions: IntArray) -> Snapshot:
    """Put a new base under what was written since it was begun.

    Args:
        now: The newest snapshot.
        before: The one that the base was built from.
        base: Index over the rows live in `before`.
        positions: Their positions, ascending.

    Returns:
        The next snapshot.
    """
    unchanged = now.where[positions] == before.where[positions]
    where = np.full(now.where.shape[0], REMOVED, dtype=np.int64)
    where[positions[unchanged]] = np.flatnonzero(unchanged)
    newer = now.tail_rows >= before.tail.shape[0]
    tail_positions = now.tail_positions[newer]
    tail = np.ascontiguousarray(now.tail[now.tail_rows[newer]])
    tail_rows = np.arange(tail.shape[0], dtype=np.int64)
    where[tail_positions] = -2 - tail_rows
    return Snapshot(
        base=base,
        base_positions=positions,
        base_live=unchanged,
        tail=tail,
        tail_rows=tail_rows,
        tail_positions=tail_positions,
        where=where,
        segments=_segments(base, tail, ()),
    )


def _appended(tail: FloatArray, vectors: FloatArray) -> FloatArray:
    # Snapshots are slices of one growing buffer: rows past a snapshot's end are free to
    # be written, because no snapshot older than this one reaches there.
    start, stop = tail.shape[0], tail.shape[0] + vectors.shape[0]
    buffer = tail.base if isinstance(tail.base, np.ndarray) else None
    if buffer is None or buffer.shape[0] < stop or buffer.shape[1:] != tail.shape[1:]:
        buffer = np.empty((max(256, 2 * stop), tail.shape[1]), dtype=np.float32)
        buffer[:start] = tail
    buffer[start:stop] = vectors
    return buffer[:stop]
