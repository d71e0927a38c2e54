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

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import (
    asked,
    code_score,
    found,
    list_reaches,
    prepare,
    score_block,
    score_passed,
    start_over,
)
from deepsearch.index.kernels.exact import exact_score
from deepsearch.index.kernels.tables import READ_FLOAT32, opened
from deepsearch.index.kernels.vector import (
    equal_64,
    first_bit,
    lanes_above,
    largest_64,
    prefetch,
)

__all__ = ["ALL_ROWS", "BY_CODES", "BY_LIST", "BY_MASK", "search"]

ALL_ROWS, BY_MASK, BY_LIST, BY_CODES = 0, 1, 2, 3
"""How allowed rows are met: all; by looking up each in the mask; sorted into lists before;
so few that all are scored by their 8-bit codes, and no list is ranked."""

# Rows taken up at a time, and how many must have gathered before they are scored: few, so
# that the next list is judged by what they brought; enough for prefetches to arrive.
_BLOCK = 256
_GATHERED = 32
# Rows estimated at the least: the spread of a list is a guess, and so few cost nothing.
_AT_LEAST = 128


# Lists whose largest key is kept; a vector of them is compared at once.
_PIECE = 64


class _Lists(NamedTuple):
    # Working memory of a visit. Of each list: its key, -inf once it is done with; whether
    # that is by its 8-bit codes, and not yet an estimate; the score of its centre. Of each
    # piece of lists: the largest key. Of each row taken up: itself, its list's score.
    keys: Any
    known: Any
    base: Any
    tops: Any
    chosen: Any
    bases: Any


@compiled()
def _working_memory(lists: int) -> Any:
    pieces = (lists + _PIECE - 1) // _PIECE
    return _Lists(
        np.empty(pieces * _PIECE, np.float32),
        np.empty(lists, np.bool_),
        np.empty(lists, np.float32),
        np.full((pieces + _PIECE - 1) // _PIECE * _PIECE, -np.inf, np.float32),
        np.empty(_BLOCK + _GATHERED + 8, np.int32),
        np.empty(_BLOCK + _GATHERED + 8, np.float32),
    )


@compiled()
def _allowed_positions(mask: Any, positions: Any) -> Any:
    # Write what the mask allows, ascending, as far as there is room; return how many.
    address, room, one = np.int64(mask.ctypes.data), positions.shape[0], np.int64(1)
    whole = mask.shape[0] // 64 * 64
    filled: Any = 0
    for start in range(0, whole, 64):
        bits = lanes_above(address + start, one)
        while bits != 0 and filled < room:
            positions[filled] = start + first_bit(np.int64(bits))
            bits &= bits - np.uint64(1)
            filled += 1
    for at in range(whole, mask.shape[0]):
        if mask[at] and filled < room:
            positions[filled] = at
            filled += 1
    return filled


@compiled()
def _by_list(packed: Any, mask: Any, rows: Any, slots: Any) -> None:
    # Counting sort of the allowed rows by their lists: rows[slots[i] : slots[i + 1]].
    tables = opened(packed)
    order_of, list_of = tables.row_of, tables.list_of
    positions = np.empty(rows.shape[0], np.int32)
    filled = _allowed_positions(mask, positions)
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
def _ranked(packed: Any, how: int, slots: Any, wide: Any, ready: Any, kept: Any, work: Any) -> None:
    # Write the keys of all lists that hold allowed rows, by estimates of their centres.
    tables = opened(packed)
    keys, tops = work.keys, work.tops
    lists = tables.centres.shape[0]
    list_reaches(packed, ready, kept, keys)
    for c in range(lists):
        keys[c] += tables.centre_bias[c] + wide * tables.spread[c]
    if how == BY_LIST:
        for c in range(lists):
            if slots[c] == slots[c + 1]:
                keys[c] = -np.inf
    keys[lists:] = -np.inf
    work.known[:] = False
    address = np.int64(keys.ctypes.data)
    for piece in range(keys.shape[0] // _PIECE):
        tops[piece] = largest_64(address + 4 * _PIECE * piece)


@compiled()
def _next(packed: Any, wide: Any, limit: Any, ready: Any, work: Any) -> Any:
    # The most promising list, if it may reach the limit; else -1. Only lists that are in
    # front by their estimates are scored by their codes.
    tables = opened(packed)
    keys, tops = work.keys, work.tops
    keys_at, tops_at = np.int64(keys.ctypes.data), np.int64(tops.ctypes.data)
    while True:
        best: Any = np.float32(-np.inf)
        group: Any = np.int64(-1)
        for at in range(tops.shape[0] // _PIECE):
            top = largest_64(tops_at + 4 * _PIECE * at)
            if top > best:
                best, group = top, at
        if group < 0 or best < limit:
            return np.int64(-1)
        piece = _PIECE * group + first_bit(equal_64(tops_at + 4 * _PIECE * group, best))
        here = keys_at + 4 * _PIECE * piece
        near = _PIECE * piece + first_bit(equal_64(here, best))
        if work.known[near]:
            return near
        work.base[near] = code_score(tables.centres[near], ready)
        work.known[near] = True
        keys[near] = work.base[near] + tables.centre_bias[near] + wide * tables.spread[near]
        tops[piece] = largest_64(here)


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
    wide = ready.numbers[6] * np.float32(reach if reach >= 0.0 else 3.0)
    _ranked(packed, how, slots, wide, ready, kept, work)
    starts = opened(packed).starts
    keys, chosen, bases = work.keys, work.chosen, work.bases
    filled: Any = 0
    seen: Any = 0
    while True:
        ends = reach >= 0.0 and seen >= _AT_LEAST
        limit = kept.limits[0] if ends else np.float32(-np.inf)
        near = _next(packed, wide, limit, ready, work)
        if near < 0:
            break
        piece = near // _PIECE
        keys[near] = -np.inf
        work.tops[piece] = largest_64(np.int64(keys.ctypes.data) + 4 * _PIECE * piece)
        first, last = starts[near], starts[near + 1]
        if how == BY_LIST:
            first, last = np.int64(slots[near]), np.int64(slots[near + 1])
        start = first
        while start < last:
            before = filled
            # The first few rows set a limit that most of the others need not be scored for.
            stop = min(last, start + (_BLOCK if kept.limits[0] > -np.inf else _GATHERED))
            filled = _gather(packed, how, mask, rows, start, stop, filled, chosen)
            seen += filled - before
            for i in range(before, filled):
                bases[i] = work.base[near]
            if filled >= _GATHERED:
                score_block(packed, chosen, bases, filled, ready, kept)
                filled = 0
            start = stop
    if filled > 0:
        score_block(packed, chosen, bases, filled, ready, kept)


@compiled()
def _score_all(packed: Any, rows: Any, ready: Any, kept: Any) -> None:
    kept.uppers[:] = np.inf
    for start in range(0, rows.shape[0], _BLOCK):
        many = min(_BLOCK, rows.shape[0] - start)
        for i in range(many):
            kept.passed[i] = rows[start + i]
        score_passed(packed, many, ready, kept)


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
        how: `ALL_ROWS`, `BY_MASK`, `BY_LIST` or `BY_CODES`.
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
    work = _working_memory(0 if how == BY_CODES else lists)
    rows = np.empty(allowed if how >= BY_LIST else 0, np.int32)
    slots = np.empty(lists + 2 if how == BY_LIST else 0, np.int32)
    if how == BY_LIST:
        _by_list(packed, mask, rows, slots)
    elif how == BY_CODES:
        rows = rows[: _allowed_positions(mask, rows)]
        for i in range(rows.shape[0]):
            rows[i] = tables.row_of[rows[i]]
    ready = asked(queries.shape[1], tables.signs.shape[1])
    kept = found(ids.shape[1], room, _BLOCK + _GATHERED + 8)
    for q in range(queries.shape[0]):
        prepare(queries[q], packed, sigmas, ready)
        start_over(kept)
        if how == BY_CODES:
            _score_all(packed, rows, ready, kept)
        else:
            _visit(packed, how, mask, rows, slots, reach, ready, kept, work)
        counts[q] = _finish(packed, queries[q], squared, ready, kept, ids[q], scores[q])
