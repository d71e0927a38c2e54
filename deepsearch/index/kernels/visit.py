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
from deepsearch.index.kernels.estimate import BLOCK, BLOCKS, found, score_passed, start_over
from deepsearch.index.kernels.exact import exact_score
from deepsearch.index.kernels.in_blocks import ALL_ROWS, BY_BITS, BY_MASK, visit_list
from deepsearch.index.kernels.lists import (
    lists_left,
    next_round,
    ranked,
    room_for_lists,
    score_list,
)
from deepsearch.index.kernels.masks import allowed_positions
from deepsearch.index.kernels.prepared import (
    AT_LEAST,
    IN_BLOCK_NS,
    ONE_BY_ONE_NS,
    prepare_filter,
    room_for_rows,
    visit_prepared,
)
from deepsearch.index.kernels.query import (
    asked,
    prepare_codes,
    prepare_lookups,
    prepare_rotated,
)
from deepsearch.index.kernels.tables import READ_FLOAT32, opened
from deepsearch.index.kernels.vector import prefetch

__all__ = ["ALL_ROWS", "BY_BITS", "BY_CODES", "BY_MASK", "search"]

BY_CODES = 3
"""How allowed rows are met, beside `ALL_ROWS`, `BY_MASK` and `BY_BITS`: so few that all are
scored by their 8-bit codes, and no list is ranked."""

# Rows scored at a time where all of them are.
_PIECE_ROWS = 256
# What it takes to bring an allowed row of a mask into the order of the rows, in nanoseconds.
_PREPARED_NS = 2.0


@compiled()
def _visit_lists(
    packed: Any,
    how: int,
    mask: Any,
    bits: Any,
    firsts: Any,
    allowed: int,
    reach: float,
    ready: Any,
    kept: Any,
    work: Any,
    gathered: Any,
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
    over = how == BY_BITS
    while turn.floor > limit and not over:
        turn = next_round(lists, limit, work, turn)
        for i in range(turn.count):
            near = work.chosen[i]
            start, stop = starts[near], starts[near + 1]
            if start == stop or score_list(packed, near, wide, ready, work) < limit:
                continue
            base = work.base[near]
            filled = visit_list(packed, how, mask, bits, start, stop, base, filled, ready, kept)
            seen += stop - start
            if reach >= 0.0 and seen >= at_least:
                limit = kept.limits[0]
        if how == BY_MASK and turn.floor > limit and kept.limits[0] > -np.inf:
            least = kept.limits[0] if reach >= 0.0 else limit
            left = rows / lists * lists_left(lists, least, work, turn)
            share = allowed / rows
            saved = left * (IN_BLOCK_NS - min(IN_BLOCK_NS, ONE_BY_ONE_NS * share))
            over = saved > _PREPARED_NS * allowed
    if filled > 0:
        score_passed(packed, filled, ready, kept)
    if over:
        if how == BY_MASK:
            prepare_filter(packed, mask, bits, firsts)
        visit_prepared(packed, bits, firsts, reach, turn, wide, ready, kept, work, gathered)


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
    f"int64[::1], int32[::1], int32[::1], int64, {READ_FLOAT32}, boolean, float64, float64, int64, "
    "int64[:, ::1], float32[:, ::1], int64[::1])"
)
def search(
    packed: Any,
    how: int,
    mask: Any,
    bits: Any,
    firsts: Any,
    few: Any,
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
        how: `ALL_ROWS`, `BY_MASK`, `BY_BITS` or `BY_CODES`.
        mask: (n,) bool by position; for `BY_MASK`, and for `BY_CODES` without `few`.
        bits: As `prepare_filter` writes them, for `BY_BITS`; working memory of the same length
            for `BY_MASK`.
        firsts: The same.
        few: (allowed,) int32 rows that are allowed, for `BY_CODES`; or empty.
        allowed: Rows that are allowed.
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
    work = room_for_lists(0 if how == BY_CODES else tables.centres.shape[0])
    if how == BY_CODES and few.shape[0] < allowed:
        few = np.empty(allowed, np.int32)
        allowed_positions(mask, few)
        for i in range(few.shape[0]):
            few[i] = tables.row_of[few[i]]
    gathered = room_for_rows()
    ready = asked(queries.shape[1], tables.signs.shape[1])
    kept = found(ids.shape[1], room, _PIECE_ROWS + BLOCK * BLOCKS)
    for q in range(queries.shape[0]):
        prepare_codes(queries[q], packed, ready)
        if how != BY_CODES:
            prepare_rotated(queries[q], packed, ready)
            prepare_lookups(sigmas, ready)
        start_over(kept)
        if how == BY_CODES:
            _score_all(packed, few, ready, kept)
        else:
            _visit_lists(
                packed, how, mask, bits, firsts, allowed, reach, ready, kept, work, gathered
            )
        counts[q] = _finish(packed, queries[q], squared, ready, kept, ids[q], scores[q])
