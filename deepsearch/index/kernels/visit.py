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
    prepare_bits,
    prepare_codes,
    score_block,
    score_passed,
    start_over,
)
from deepsearch.index.kernels.exact import exact_score
from deepsearch.index.kernels.masks import allowed_positions
from deepsearch.index.kernels.tables import READ_FLOAT32, opened
from deepsearch.index.kernels.vector import (
    equal_64,
    first_bit,
    largest_64,
    prefetch,
)

__all__ = ["ALL_ROWS", "BY_CODES", "BY_MASK", "BY_ROW", "search"]

ALL_ROWS, BY_MASK, BY_ROW, BY_CODES = 0, 1, 2, 3
"""How allowed rows are met: all, list by list; the same, looking up each in the mask; one by
one, asking of each whether its list is promising; so few that all are scored by their 8-bit
codes, and no list is ranked."""

# Rows taken up at a time, and how many must have gathered before they are scored: few, so
# that the next list is judged by what they brought; enough for prefetches to arrive.
_BLOCK = 256
_GATHERED = 32
# Rows estimated at the least: the spread of a list is a guess, and so few cost nothing.
_AT_LEAST = 128
# Met one by one, the rows of the lists in front come first: of so many lists that they would
# hold this many of the allowed rows, were those spread evenly.
_FRONT_ROWS = 256
# Rows met one by one that are scored together.
_MET = 64


# Lists whose largest key is kept; a vector of them is compared at once.
_PIECE = 64


class _Lists(NamedTuple):
    # Working memory of a visit. Of each list: its key, -inf once it is done with; whether
    # that is by its 8-bit codes, and not yet an estimate; the score of its centre; where rows
    # are met one by one, its key in this round, -inf if it has no turn. Of each piece of
    # lists: the largest key. Of each row taken up: itself, its list's score.
    keys: Any
    known: Any
    base: Any
    turns: Any
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
        np.empty(lists, np.float32),
        np.full((pieces + _PIECE - 1) // _PIECE * _PIECE, -np.inf, np.float32),
        np.empty(_BLOCK + _GATHERED + 8, np.int32),
        np.empty(_BLOCK + _GATHERED + 8, np.float32),
    )


@compiled()
def _rows_and_lists(packed: Any, mask: Any, rows: Any, lists: Any) -> Any:
    # Write the allowed rows by position and the list of each; return how many.
    tables = opened(packed)
    row_of, list_of = tables.row_of, tables.list_of
    many = allowed_positions(mask, rows)
    for i in range(many):
        at = rows[i]
        rows[i] = row_of[at]
        lists[i] = list_of[at]
    return many


@compiled()
def _ranked(packed: Any, wide: Any, ready: Any, kept: Any, work: Any) -> None:
    # Write the keys of all lists by estimates of their centres.
    tables = opened(packed)
    keys, tops = work.keys, work.tops
    lists = tables.centres.shape[0]
    list_reaches(packed, ready, kept, keys)
    for c in range(lists):
        keys[c] += tables.centre_bias[c] + wide * tables.spread[c]
    keys[lists:] = -np.inf
    work.known[:] = False
    address = np.int64(keys.ctypes.data)
    for piece in range(keys.shape[0] // _PIECE):
        tops[piece] = largest_64(address + 4 * _PIECE * piece)


@compiled()
def _largest(keys: Any, tops: Any) -> Any:
    # The list with the largest key, and that key; -1 where none is left.
    keys_at, tops_at = np.int64(keys.ctypes.data), np.int64(tops.ctypes.data)
    best: Any = np.float32(-np.inf)
    group: Any = np.int64(-1)
    for at in range(tops.shape[0] // _PIECE):
        top = largest_64(tops_at + 4 * _PIECE * at)
        if top > best:
            best, group = top, at
    if group < 0:
        return group, best
    piece = _PIECE * group + first_bit(equal_64(tops_at + 4 * _PIECE * group, best))
    return _PIECE * piece + first_bit(equal_64(keys_at + 4 * _PIECE * piece, best)), best


@compiled()
def _put(keys: Any, tops: Any, which: Any, key: Any) -> None:
    # Change the key of a list.
    keys[which] = key
    piece = which // _PIECE
    tops[piece] = largest_64(np.int64(keys.ctypes.data) + 4 * _PIECE * piece)


@compiled()
def _next(packed: Any, wide: Any, limit: Any, ready: Any, work: Any) -> Any:
    # The most promising list, if it may reach the limit; else -1. Only lists that are in
    # front by their estimates are scored by their codes.
    tables = opened(packed)
    while True:
        near, best = _largest(work.keys, work.tops)
        if near < 0 or best < limit:
            return np.int64(-1)
        if work.known[near]:
            return near
        work.base[near] = code_score(tables.centres[near], ready)
        work.known[near] = True
        key = work.base[near] + tables.centre_bias[near] + wide * tables.spread[near]
        _put(work.keys, work.tops, near, key)


@compiled()
def _gather(
    packed: Any, how: int, mask: Any, start: Any, stop: Any, filled: Any, chosen: Any
) -> Any:
    # Append the allowed ones of start..stop to the rows chosen, and ask for their records.
    if how == ALL_ROWS:
        for row in range(start, stop):
            chosen[filled] = row
            filled += 1
        return filled
    tables = opened(packed)
    before = filled
    order = tables.order
    for row in range(start, stop):
        chosen[filled] = row
        filled += np.int64(mask[order[row]])
    _ask_for_records(packed, chosen, before, filled)
    return filled


@compiled()
def _ask_for_records(packed: Any, chosen: Any, start: Any, stop: Any) -> None:
    records = opened(packed).records
    record_bytes = np.int64(records.shape[1] * 8)
    address = np.int64(records.ctypes.data)
    for i in range(start, stop):
        place = address + np.int64(chosen[i]) * record_bytes
        prefetch(place)
        prefetch(place + record_bytes - 1)


@compiled()
def _visit_lists(
    packed: Any, how: int, mask: Any, reach: float, ready: Any, kept: Any, work: Any
) -> None:
    # Without a reach every list is visited, still the most promising first.
    wide = ready.numbers[6] * np.float32(reach if reach >= 0.0 else 3.0)
    _ranked(packed, wide, ready, kept, work)
    starts = opened(packed).starts
    chosen, bases = work.chosen, work.bases
    filled: Any = 0
    seen: Any = 0
    while True:
        ends = reach >= 0.0 and seen >= _AT_LEAST
        limit = kept.limits[0] if ends else np.float32(-np.inf)
        near = _next(packed, wide, limit, ready, work)
        if near < 0:
            break
        _put(work.keys, work.tops, near, np.float32(-np.inf))
        start, last = starts[near], starts[near + 1]
        while start < last:
            before = filled
            # The first few rows set a limit that most of the others need not be scored for.
            stop = min(last, start + (_BLOCK if kept.limits[0] > -np.inf else _GATHERED))
            filled = _gather(packed, how, mask, start, stop, filled, chosen)
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
def _visit_rows(
    packed: Any, rows: Any, lists: Any, reach: float, ready: Any, kept: Any, work: Any
) -> None:
    # In two rounds: rows of the lists in front, then those whose lists may reach the limit
    # that the first ones set.
    tables = opened(packed)
    wide = ready.numbers[6] * np.float32(reach if reach >= 0.0 else 3.0)
    _ranked(packed, wide, ready, kept, work)
    keys, base, every = work.keys, work.base, tables.centres.shape[0]
    for _ in range(min(every, 1 + every * _FRONT_ROWS // max(1, rows.shape[0]))):
        near, _ = _largest(keys, work.tops)
        base[near] = code_score(tables.centres[near], ready)
        _put(keys, work.tops, near, np.float32(-np.inf))
        work.known[near] = True
    for near in range(every):
        work.turns[near] = np.inf if work.known[near] else -np.inf
    seen = _score_promising(packed, rows, lists, np.float32(0), 0, False, ready, kept, work)
    ends = reach >= 0.0 and seen >= _AT_LEAST
    limit = kept.limits[0] if ends else np.float32(-np.inf)
    for near in range(every):
        work.turns[near] = -np.inf
        if keys[near] > limit:
            base[near] = code_score(tables.centres[near], ready)
            added = tables.centre_bias[near] + wide * tables.spread[near]
            work.turns[near] = base[near] + added
    _score_promising(packed, rows, lists, limit, seen, reach >= 0.0, ready, kept, work)


@compiled()
def _score_promising(
    packed: Any,
    rows: Any,
    lists: Any,
    limit: Any,
    seen: Any,
    ends: Any,
    ready: Any,
    kept: Any,
    work: Any,
) -> Any:
    # Score the rows of lists whose turn is above the limit, which grows with what is found;
    # return how many were seen.
    start: Any = np.int64(0)
    while start < rows.shape[0]:
        start, filled = _promising(
            rows, lists, start, limit, work.turns, work.base, work.chosen, work.bases
        )
        if filled > 0:
            _ask_for_records(packed, work.chosen, 0, filled)
            score_block(packed, work.chosen, work.bases, filled, ready, kept)
            seen += filled
            if ends and seen >= _AT_LEAST:
                limit = kept.limits[0]
    return seen


@compiled()
def _promising(
    rows: Any, lists: Any, start: Any, limit: Any, turns: Any, base: Any, chosen: Any, bases: Any
) -> Any:
    # Take up to a block of rows; return where to go on, and how many there are.
    # Indexes are unsigned, so that none is asked whether it counts from the end.
    filled: Any = np.uint64(0)
    for at in range(np.uint64(start), np.uint64(rows.shape[0])):
        near = np.uint64(lists[at])
        if turns[near] > limit:
            chosen[filled] = rows[at]
            bases[filled] = base[near]
            filled += np.uint64(1)
            if filled == _MET:
                return np.int64(at) + 1, np.int64(filled)
    return np.int64(rows.shape[0]), np.int64(filled)


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
        how: `ALL_ROWS`, `BY_MASK`, `BY_ROW` or `BY_CODES`.
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
    rows = np.empty(allowed if how >= BY_ROW else 0, np.int32)
    lists_of = np.empty(allowed if how == BY_ROW else 0, np.int32)
    if how == BY_ROW:
        rows = rows[: _rows_and_lists(packed, mask, rows, lists_of)]
    elif how == BY_CODES:
        rows = rows[: allowed_positions(mask, rows)]
        for i in range(rows.shape[0]):
            rows[i] = tables.row_of[rows[i]]
    ready = asked(queries.shape[1], tables.signs.shape[1])
    kept = found(ids.shape[1], room, _BLOCK + _GATHERED + 8)
    for q in range(queries.shape[0]):
        prepare_codes(queries[q], packed, ready)
        if how != BY_CODES:
            prepare_bits(queries[q], packed, sigmas, ready)
        start_over(kept)
        if how == BY_CODES:
            _score_all(packed, rows, ready, kept)
        elif how == BY_ROW:
            _visit_rows(packed, rows, lists_of, reach, ready, kept, work)
        else:
            _visit_lists(packed, how, mask, reach, ready, kept, work)
        counts[q] = _finish(packed, queries[q], squared, ready, kept, ids[q], scores[q])
