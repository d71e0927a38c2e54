"""Searches under filters that were brought into the order of an index's rows.

Sixteen rows' bits then lie beside the sixteen rows that are estimated together, and each list
tells how many of its rows are allowed: one with none is left out, one with few meets them one
by one. Bringing a filter into that order takes time for each row allowed, once.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import score_passed, score_rows
from deepsearch.index.kernels.in_blocks import BY_BITS, visit_list
from deepsearch.index.kernels.lists import next_round, score_list
from deepsearch.index.kernels.masks import bits_between
from deepsearch.index.kernels.query import prepare_planes
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import first_bit, lanes_above, ones, prefetch

__all__ = [
    "AT_LEAST",
    "IN_BLOCK_NS",
    "ONE_BY_ONE_NS",
    "Gathered",
    "prepare_filter",
    "room_for_rows",
    "visit_prepared",
]

AT_LEAST = 128
"""Rows estimated at the least: the spread of a list is a guess, and so few cost nothing."""

IN_BLOCK_NS, ONE_BY_ONE_NS = 1.25, 4.0
"""What a row costs in nanoseconds: estimated in its block, allowed or not; and by itself."""

# Rows estimated one by one that are scored together.
_TOGETHER = 64


class Gathered(NamedTuple):
    """Working memory of rows estimated one by one.

    Attributes:
        rows: (block,) int32: rows taken up.
        bases: (block,) float32: the scores of their lists' centres.
    """

    rows: Any
    bases: Any


@compiled()
def room_for_rows() -> Any:
    """Return room for rows estimated one by one.

    Returns:
        A `Gathered`.
    """
    return Gathered(np.empty(_TOGETHER + 8, np.int32), np.empty(_TOGETHER + 8, np.float32))


@compiled(
    "void(Array(int64, 1, 'C', readonly=True), Array(boolean, 1, 'C', readonly=True), "
    "int64[::1], int32[::1])"
)
def prepare_filter(packed: Any, mask: Any, bits: Any, firsts: Any) -> None:
    """Bring a mask over positions into the order of the rows.

    Args:
        packed: The index.
        mask: (n,) bool by position.
        bits: (n / 64, rounded up) int64, written: a bit for each row, lowest first.
        firsts: (lists + 1,) int32, written: rows allowed before each list; all of them.
    """
    tables = opened(packed)
    row_of, starts = tables.row_of, tables.starts
    address, one = np.int64(mask.ctypes.data), np.int64(1)
    whole = mask.shape[0] // 64 * 64
    bits[:] = 0
    for start in range(0, whole, 64):
        found = np.int64(lanes_above(address + start, one))
        while found != 0:
            row = np.int64(row_of[start + first_bit(found)])
            found &= found - one
            bits[row >> 6] |= one << (row & 63)
    for at in range(whole, mask.shape[0]):
        if mask[at]:
            row = np.int64(row_of[at])
            bits[row >> 6] |= one << (row & 63)
    many = np.int64(0)
    for near in range(starts.shape[0] - 1):
        firsts[near] = many
        start, stop = starts[near], starts[near + 1]
        for word in range(start >> 6, (stop + 63) >> 6):
            many += ones(bits_between(bits[word], word << 6, start, stop))
    firsts[starts.shape[0] - 1] = many


@compiled()
def visit_prepared(
    packed: Any,
    bits: Any,
    firsts: Any,
    reach: float,
    turn: Any,
    wide: Any,
    ready: Any,
    kept: Any,
    work: Any,
    gathered: Any,
) -> None:
    """Score allowed rows, list by list, until none that is left may hold one of the best.

    Args:
        packed: The index.
        bits: As `prepare_filter` writes them.
        firsts: The same.
        reach: As for `visit.search`.
        turn: The `Round` before the next one.
        wide: What lists were ranked with.
        ready: The query, ready for estimates by tables.
        kept: The best rows; changed.
        work: The `Lists`; changed.
        gathered: The `Gathered`; changed.
    """
    tables = opened(packed)
    starts, lists = tables.starts, tables.centres.shape[0]
    no_mask = np.empty(0, np.bool_)
    seen, filled, alone = np.int64(0), np.int64(0), np.int64(0)
    limit = kept.limits[0] if reach >= 0.0 else np.float32(-np.inf)
    prepare_planes(ready)
    while turn.floor > limit:
        turn = next_round(lists, limit, work, turn)
        for i in range(turn.count):
            near = work.chosen[i]
            many = np.int64(firsts[near + 1] - firsts[near])
            if many == 0 or score_list(packed, near, wide, ready, work) < limit:
                continue
            start, stop, base = starts[near], starts[near + 1], work.base[near]
            if many * ONE_BY_ONE_NS < (stop - start) * IN_BLOCK_NS:
                if filled > 0:  # both ways of scoring share their working memory
                    score_passed(packed, filled, ready, kept)
                    filled = np.int64(0)
                alone = _gather(packed, bits, start, stop, base, alone, ready, kept, gathered)
            else:
                filled = visit_list(
                    packed, BY_BITS, no_mask, bits, start, stop, base, filled, ready, kept
                )
            seen += many
            if reach >= 0.0 and seen >= AT_LEAST:
                limit = kept.limits[0]
        if filled > 0:
            score_passed(packed, filled, ready, kept)
            filled = np.int64(0)
        if alone > 0:
            score_rows(packed, gathered.rows, gathered.bases, alone, ready, kept)
            alone = np.int64(0)
        if reach >= 0.0 and seen >= AT_LEAST:
            limit = kept.limits[0]


@compiled()
def _gather(
    packed: Any,
    bits: Any,
    start: Any,
    stop: Any,
    base: Any,
    alone: Any,
    ready: Any,
    kept: Any,
    gathered: Any,
) -> Any:
    # Take up the allowed rows of a list, and estimate them once there are enough; return how
    # many wait.
    records = opened(packed).records
    record_bytes = np.int64(records.shape[1] * 8)
    address = np.int64(records.ctypes.data)
    for word in range(start >> 6, (stop + 63) >> 6):
        found = bits_between(bits[word], word << 6, start, stop)
        while found != 0:
            row = (np.int64(word) << 6) + first_bit(found)
            found &= found - np.int64(1)
            place = address + row * record_bytes
            prefetch(place)
            prefetch(place + record_bytes - 1)
            gathered.rows[alone] = row
            gathered.bases[alone] = base
            alone += 1
            if alone == _TOGETHER:
                score_rows(packed, gathered.rows, gathered.bases, alone, ready, kept)
                alone = np.int64(0)
    return alone
