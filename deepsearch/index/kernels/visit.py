"""Searches a clustered index: lists from the most promising on, until none can help.

Lists are ordered by how far the scores of their rows may reach: the centre's score and
`reach` standard deviations of the rows' about it. Once that falls short of the k-th best
row found, the search ends. So it goes on of itself where a filter leads away from the
query and the k-th best is poor, and ends early where a query lies in a dense place.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any, NamedTuple

import numpy as np
from numba import carray  # type: ignore[attr-defined]

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import (
    asked,
    code_score,
    found,
    prepare,
    score_block,
    start_over,
)
from deepsearch.index.kernels.exact import exact_score
from deepsearch.index.kernels.tables import READ_FLOAT32, opened
from deepsearch.index.kernels.vector import pointer, prefetch

__all__ = ["ALL_ROWS", "BY_LIST", "BY_MASK", "search"]

ALL_ROWS, BY_MASK, BY_LIST = 0, 1, 2
"""How allowed rows are met: all; by looking up each in the mask; sorted into lists before."""

# Rows taken up at a time, and how many must have gathered before they are scored: few, so
# that the next list is judged by what they brought; enough for prefetches to arrive.
_BLOCK = 256
_GATHERED = 32
# Rows estimated at the least: the spread of a list is a guess, and so few cost nothing.
_AT_LEAST = 128


class _Lists(NamedTuple):
    # Working memory of a visit; all but the last two by list.
    base: Any
    keys: Any
    heap: Any
    chosen: Any
    bases: Any


@compiled()
def _sink(keys: Any, heap: Any, at: int, size: int) -> None:
    item = heap[at]
    key = keys[item]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and keys[heap[child + 1]] > keys[heap[child]]:
            child += 1
        if keys[heap[child]] <= key:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = item


@compiled()
def _by_list(packed: Any, mask: Any, allowed: int, rows: Any, slots: Any) -> None:
    # Counting sort of the allowed rows by their lists: rows[slots[i] : slots[i + 1]].
    tables = opened(packed)
    order_of, list_of = tables.row_of, tables.list_of
    positions = np.empty(allowed + 8, np.int32)
    count = mask.shape[0]
    eights = carray(pointer(np.int64(mask.ctypes.data)), (count // 8,), np.uint64)
    filled: Any = 0
    for eight in range(count // 8):
        if eights[eight] != 0:
            for at in range(8 * eight, 8 * eight + 8):
                positions[filled] = at
                filled += np.int64(mask[at])
    for at in range(count // 8 * 8, count):
        positions[filled] = at
        filled += np.int64(mask[at])
    slots[:] = 0
    lists = tables.centres.shape[0]
    for i in range(filled):
        slots[list_of[positions[i]] + 2] += 1
    for i in range(2, lists + 2):
        slots[i] += slots[i - 1]
    for i in range(filled):
        at = positions[i]
        place = slots[list_of[at] + 1]
        rows[place] = order_of[at]
        slots[list_of[at] + 1] = place + 1


@compiled()
def _ranked(packed: Any, how: int, slots: Any, reach: float, ready: Any, work: Any) -> int:
    # Put the lists that hold allowed rows into the heap, the most promising in front.
    tables = opened(packed)
    base, keys, heap = work.base, work.keys, work.heap
    lists = tables.centres.shape[0]
    wide = ready.numbers[6] * np.float32(reach)
    left = 0
    for c in range(lists):
        if how != BY_LIST or slots[c] < slots[c + 1]:
            base[c] = code_score(tables.centres[c], ready)
            keys[c] = base[c] + tables.centre_bias[c] + wide * tables.spread[c]
            heap[left] = c
            left += 1
    for at in range(left // 2 - 1, -1, -1):
        _sink(keys, heap, at, left)
    return left


@compiled()
def _gather(
    packed: Any, how: int, mask: Any, rows: Any, start: Any, stop: Any, filled: Any, chosen: Any
) -> Any:
    # Append the allowed ones of start..stop to the rows chosen, and ask for their records.
    if how == ALL_ROWS:
        for row in range(start, stop):
            chosen[filled] = row
            filled += 1
        return filled
    tables = opened(packed)
    before = filled
    if how == BY_MASK:
        order = tables.order
        for row in range(start, stop):
            chosen[filled] = row
            filled += np.int64(mask[order[row]])
    else:
        for at in range(start, stop):
            chosen[filled] = rows[at]
            filled += 1
    record_bytes = np.int64(tables.records.shape[1] * 8)
    address = np.int64(tables.records.ctypes.data)
    for i in range(before, filled):
        place = address + np.int64(chosen[i]) * record_bytes
        prefetch(place)
        prefetch(place + record_bytes - 1)
    return filled


@compiled()
def _visit(
    packed: Any,
    how: int,
    mask: Any,
    rows: Any,
    slots: Any,
    reach: float,
    ready: Any,
    kept: Any,
    work: Any,
) -> None:
    # Without a reach every list is visited, still the most promising first.
    left = _ranked(packed, how, slots, reach if reach >= 0.0 else 3.0, ready, work)
    starts = opened(packed).starts
    keys, heap, chosen, bases = work.keys, work.heap, work.chosen, work.bases
    filled: Any = 0
    seen: Any = 0
    while left > 0:
        near = heap[0]
        if reach >= 0.0 and keys[near] < kept.limits[0] and seen >= _AT_LEAST:
            break
        left -= 1
        heap[0] = heap[left]
        _sink(keys, heap, 0, left)
        first, last = starts[near], starts[near + 1]
        if how == BY_LIST:
            first, last = np.int64(slots[near]), np.int64(slots[near + 1])
        for start in range(first, last, _BLOCK):
            before = filled
            stop = min(last, start + _BLOCK)
            filled = _gather(packed, how, mask, rows, start, stop, filled, chosen)
            seen += filled - before
            for i in range(before, filled):
                bases[i] = work.base[near]
            if filled >= _GATHERED:
                score_block(packed, chosen, bases, filled, ready, kept)
                filled = 0
    if filled > 0:
        score_block(packed, chosen, bases, filled, ready, kept)


@compiled()
def _finish(
    packed: Any, query: Any, squared: bool, ready: Any, kept: Any, ids: Any, scores: Any
) -> int:
    # Score by float32 vectors the rows that may be among the k best, and insert them in
    # order, ties by position, into (k,) ids and scores; return how many there are.
    tables = opened(packed)
    wanted = ids.shape[0]
    many = 0
    limit = kept.limits[0] - ready.numbers[7]
    place = np.int64(tables.vectors.ctypes.data)
    row_bytes = 4 * query.shape[0]
    for i in range(kept.rows.shape[0]):
        if kept.rows[i] >= 0 and kept.scores[i] >= limit:
            start = place + np.int64(tables.order[kept.rows[i]]) * row_bytes
            for line in range(0, row_bytes, 64):
                prefetch(start + line)
    for i in range(kept.rows.shape[0]):
        if kept.rows[i] < 0 or kept.scores[i] < limit:
            continue
        at = np.int64(tables.order[kept.rows[i]])
        score = exact_score(tables.vectors, at, query, squared)
        slot = min(many, wanted)
        while slot > 0 and (
            score > scores[slot - 1] or (score == scores[slot - 1] and at < ids[slot - 1])
        ):
            if slot < wanted:
                scores[slot] = scores[slot - 1]
                ids[slot] = ids[slot - 1]
            slot -= 1
        if slot < wanted:
            scores[slot] = score
            ids[slot] = at
            many = min(many + 1, wanted)
    for slot in range(many, wanted):
        ids[slot] = -1
        scores[slot] = -np.inf
    return many


@compiled(
    "void(Array(int64, 1, 'C', readonly=True), int64, Array(boolean, 1, 'C', readonly=True), "
    f"int64, {READ_FLOAT32}, boolean, float64, float64, int64, int64[:, ::1], "
    "float32[:, ::1], int64[::1])"
)
def search(
    packed: Any,
    how: int,
    mask: Any,
    allowed: int,
    queries: Any,
    squared: bool,
    reach: float,
    sigmas: float,
    room: int,
    ids: Any,
    scores: Any,
    counts: Any,
) -> None:
    """Find the k best allowed rows of each query.

    Args:
        packed: The index, as `tables.packed` returned it.
        how: `ALL_ROWS`, `BY_MASK` or `BY_LIST`.
        mask: (n,) bool by position; any where all rows are allowed.
        allowed: Rows the mask allows.
        queries: (queries, dim) float32.
        squared: True where the metric is l2.
        reach: Standard deviations about a list's centre that its rows are credited with;
            negative: every allowed row is scored.
        sigmas: Standard errors of the bit estimate a row is given the benefit of.
        room: Rows kept for scoring in float32, at least k.
        ids: (queries, k) int64, written: positions, -1 where there is none.
        scores: (queries, k) float32, written; -inf where there is none.
        counts: (queries,) int64, written: the numbers of matches.
    """
    tables = opened(packed)
    lists = tables.centres.shape[0]
    work = _Lists(
        np.empty(lists, np.float32),
        np.empty(lists, np.float32),
        np.empty(lists, np.int32),
        np.empty(_BLOCK + _GATHERED + 8, np.int32),
        np.empty(_BLOCK + _GATHERED + 8, np.float32),
    )
    rows = np.empty(allowed if how == BY_LIST else 0, np.int32)
    slots = np.empty(lists + 2 if how == BY_LIST else 0, np.int32)
    if how == BY_LIST:
        _by_list(packed, mask, allowed, rows, slots)
    ready = asked(queries.shape[1], tables.signs.shape[1])
    kept = found(ids.shape[1], room, _BLOCK + _GATHERED + 8)
    for q in range(queries.shape[0]):
        prepare(queries[q], packed, sigmas, ready)
        start_over(kept)
        _visit(packed, how, mask, rows, slots, reach, ready, kept, work)
        counts[q] = _finish(packed, queries[q], squared, ready, kept, ids[q], scores[q])
