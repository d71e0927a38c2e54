"""Searches a clustered index: lists from the most promising on, until none can help.

Lists are ordered by how far the scores of their rows may reach: the centre's score and
`reach` standard deviations of the rows' about it. Once that falls short of the k-th best
row found, the search ends. So it goes on of itself where a filter leads away from the
query and the k-th best is poor, and ends early where a query lies in a dense place.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import (
    BLOCK,
    BLOCKS,
    ask_for_codes,
    block_reaches,
    found,
    score_passed,
    start_over,
)
from deepsearch.index.kernels.exact import exact_score
from deepsearch.index.kernels.lists import (
    lists_left,
    next_round,
    ranked,
    room_for_lists,
    score_list,
)
from deepsearch.index.kernels.masks import allowed_positions
from deepsearch.index.kernels.one_by_one import (
    AT_LEAST,
    meet,
    room_for_rows,
    score_promising,
    visit_rows,
)
from deepsearch.index.kernels.query import (
    asked,
    prepare_codes,
    prepare_lookups,
    prepare_planes,
    prepare_rotated,
)
from deepsearch.index.kernels.tables import READ_FLOAT32, opened
from deepsearch.index.kernels.vector import first_bit, prefetch

__all__ = ["ALL_ROWS", "BY_CODES", "BY_MASK", "BY_ROW", "search"]

ALL_ROWS, BY_MASK, BY_ROW, BY_CODES = 0, 1, 2, 3
"""How allowed rows are met: all, list by list; the same, looking up in the mask what could be
among the best, and going over to the next way where that is sooner done; one by one, asking of
each whether its list is promising; so few that all are scored by their 8-bit codes, and no list
is ranked."""

# Rows that must have gathered before they are scored by their codes: few, so that the next
# are judged by what they brought; enough for prefetches to arrive.
_GATHERED = 8
# Rows scored at a time where all of them are.
_PIECE_ROWS = 256
# What a row costs in nanoseconds: estimated in its block; where rows are met one by one,
# looked up whether it is estimated or not, and estimated. Of the rows left about half turn out
# to lie in lists that need not be visited after all, so a row in a block counts for half.
_IN_BLOCK_NS, _LOOKED_UP_NS, _ONE_BY_ONE_NS = 1.25, 5.0, 6.0


@compiled()
def _visit_lists(
    packed: Any,
    how: int,
    mask: Any,
    allowed: int,
    reach: float,
    ready: Any,
    kept: Any,
    work: Any,
    met: Any,
) -> None:
    # Without a reach every list is visited, still the most promising first.
    wide = ready.numbers[6] * np.float32(reach if reach >= 0.0 else 3.0)
    turn = ranked(packed, wide, ready, work)
    tables = opened(packed)
    starts, lists, rows = tables.starts, tables.centres.shape[0], tables.order.shape[0]
    # As many rows, allowed or not, as are likely to hold those to be met at the least.
    at_least = AT_LEAST * rows // max(1, allowed)
    seen: Any = np.int64(0)
    filled: Any = np.int64(0)
    limit = np.float32(-np.inf)
    one_by_one = False
    while turn.floor > limit and not one_by_one:
        turn = next_round(lists, limit, work, turn)
        for i in range(turn.count):
            near = work.chosen[i]
            start, stop = starts[near], starts[near + 1]
            if start == stop or score_list(packed, near, wide, ready, work) < limit:
                continue
            base = work.base[near]
            filled = _visit_list(packed, how, mask, start, stop, base, filled, ready, kept)
            seen += stop - start
            if reach >= 0.0 and seen >= at_least:
                limit = kept.limits[0]
        if how == BY_MASK and turn.floor > limit and kept.limits[0] > -np.inf:
            least = kept.limits[0] if reach >= 0.0 else limit
            left = rows / lists * lists_left(lists, least, work, turn)
            looked_up = _LOOKED_UP_NS * allowed + _ONE_BY_ONE_NS * left * allowed / rows
            one_by_one = _IN_BLOCK_NS * left > looked_up
    if filled > 0:
        score_passed(packed, filled, ready, kept)
    if one_by_one:
        prepare_planes(ready)
        meet(packed, mask, met)
        for near in range(lists):
            met.turns[near] = -np.inf
            if work.keys[near] >= limit and work.keys[near] < turn.floor:
                met.turns[near] = score_list(packed, near, wide, ready, work)
        seen = seen * allowed // rows
        score_promising(packed, limit, seen, reach >= 0.0, ready, kept, work.base, met)


@compiled()
def _visit_list(
    packed: Any,
    how: int,
    mask: Any,
    start: Any,
    stop: Any,
    base: Any,
    filled: Any,
    ready: Any,
    kept: Any,
) -> Any:
    # Estimate the rows start..stop of a list and append the allowed ones that may be among
    # the best to those passed on, which are scored when enough have gathered; return how
    # many are left.
    tables = opened(packed)
    order, passed, uppers = tables.order, kept.passed, kept.uppers
    at, last = start // BLOCK, (stop - 1) // BLOCK + 1
    while at < last:
        limit = kept.limits[0] - ready.numbers[7]
        # The first few rows set a limit that most of the others need not be scored for.
        count = min(last - at, BLOCKS if limit > -np.inf else 1)
        block_reaches(tables.blocks, at, count, base, limit, ready, kept.reaches, kept.above)
        before = new = filled
        for which in range(count):
            above = np.int64(kept.above[which])
            first = BLOCK * (at + which)
            if above != 0:
                if first < start:
                    above &= np.int64(-1) << (start - first)
                if first + BLOCK > stop:
                    above &= (np.int64(1) << (stop - first)) - 1
            while above != 0:
                lane = first_bit(above)
                above &= above - 1
                passed[new] = first + lane
                uppers[new] = kept.reaches[BLOCK * which + lane]
                new += 1
        if how == BY_MASK:
            for i in range(filled, new):
                row = passed[i]
                passed[filled] = row
                uppers[filled] = uppers[i]
                filled += np.int64(mask[order[row]])
        else:
            filled = new
        if filled >= _GATHERED:
            score_passed(packed, filled, ready, kept)
            filled = np.int64(0)
        else:
            for i in range(before, filled):
                ask_for_codes(packed, passed[i])
        at += count
    return filled


@compiled()
def _score_all(packed: Any, rows: Any, ready: Any, kept: Any) -> None:
    kept.uppers[:] = np.inf
    for start in range(0, rows.shape[0], _PIECE_ROWS):
        many = min(_PIECE_ROWS, rows.shape[0] - start)
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
    work = room_for_lists(0 if how == BY_CODES else lists)
    met = room_for_rows(0 if how == ALL_ROWS else allowed, lists)
    if how == BY_CODES:
        many = allowed_positions(mask, met.rows)
        for i in range(many):
            met.rows[i] = tables.row_of[met.rows[i]]
        met.known[0] = many
    ready = asked(queries.shape[1], tables.signs.shape[1])
    kept = found(ids.shape[1], room, _PIECE_ROWS + BLOCK * BLOCKS)
    for q in range(queries.shape[0]):
        prepare_codes(queries[q], packed, ready)
        if how != BY_CODES:
            prepare_rotated(queries[q], packed, ready)
            prepare_lookups(sigmas, ready)
        if how == BY_ROW:
            prepare_planes(ready)
        start_over(kept)
        if how == BY_CODES:
            _score_all(packed, met.rows[: met.known[0]], ready, kept)
        elif how == BY_ROW:
            visit_rows(packed, mask, reach, ready, kept, work, met)
        else:
            _visit_lists(packed, how, mask, allowed, reach, ready, kept, work, met)
        counts[q] = _finish(packed, queries[q], squared, ready, kept, ids[q], scores[q])
