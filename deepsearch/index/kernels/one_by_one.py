"""Meets the allowed rows of a narrow filter one by one, and asks of each for its list.

Nothing is sorted, and the work grows with the rows allowed, not with the lists they lie in.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import score_rows
from deepsearch.index.kernels.lists import next_round, ranked, score_list
from deepsearch.index.kernels.masks import allowed_positions
from deepsearch.index.kernels.query import code_score
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import prefetch

__all__ = ["AT_LEAST", "Met", "meet", "room_for_rows", "score_promising", "visit_rows"]

AT_LEAST = 128
"""Rows estimated at the least: the spread of a list is a guess, and so few cost nothing."""

# The rows of the lists in front come first: of so many lists that they would hold this many
# of the allowed rows, were those spread evenly.
_FRONT_ROWS = 256
# Rows that are scored together.
_TOGETHER = 64


class Met(NamedTuple):
    """Working memory of rows met one by one.

    Attributes:
        rows: (allowed,) int32: the rows, once `known` tells how many there are.
        lists: (allowed,) int32: the list of each.
        known: (1,) int64: how many there are; negative before they were looked up.
        turns: (lists,) float32: each list's key, -inf if its rows are left out.
        chosen: (block,) int32: rows taken up.
        bases: (block,) float32: the scores of their lists' centres.
    """

    rows: Any
    lists: Any
    known: Any
    turns: Any
    chosen: Any
    bases: Any


@compiled()
def room_for_rows(rows: int, lists: int) -> Any:
    """Return room for rows met one by one.

    Args:
        rows: Rows allowed.
        lists: Lists.

    Returns:
        A `Met`.
    """
    return Met(
        np.empty(rows, np.int32),
        np.empty(rows, np.int32),
        np.full(1, -1, np.int64),
        np.empty(lists, np.float32),
        np.empty(_TOGETHER + 8, np.int32),
        np.empty(_TOGETHER + 8, np.float32),
    )


@compiled()
def meet(packed: Any, mask: Any, met: Any) -> None:
    """Look up the allowed rows, in the order of their positions, once for all queries.

    Args:
        packed: The index.
        mask: (n,) bool by position.
        met: A `Met`; its rows and their lists are written.
    """
    if met.known[0] >= 0:
        return
    tables = opened(packed)
    row_of, list_of = tables.row_of, tables.list_of
    rows, lists = met.rows, met.lists
    many = allowed_positions(mask, rows)
    for i in range(many):
        at = rows[i]
        rows[i] = row_of[at]
        lists[i] = list_of[at]
    met.known[0] = many


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
def visit_rows(
    packed: Any, mask: Any, reach: float, ready: Any, kept: Any, work: Any, met: Any
) -> None:
    """Score allowed rows: those of the lists in front, then those that may be among the best.

    Args:
        packed: The index.
        mask: (n,) bool by position.
        reach: As for `visit.search`.
        ready: The query, its planes too.
        kept: The best rows; changed.
        work: The `Lists`; changed.
        met: The `Met`; changed.
    """
    meet(packed, mask, met)
    tables = opened(packed)
    wide = ready.numbers[6] * np.float32(reach if reach >= 0.0 else 3.0)
    turn = ranked(packed, wide, ready, work)
    keys, base, turns, every = work.keys, work.base, met.turns, tables.centres.shape[0]
    turns[:] = -np.inf
    front = min(every, 1 + every * _FRONT_ROWS // max(1, met.known[0]))
    while front > 0:
        turn = next_round(every, np.float32(-np.inf), work, turn)
        for i in range(turn.count):
            near = work.chosen[i]
            base[near] = code_score(tables.centres[near], ready)
            turns[near] = np.inf
        front -= turn.count
    seen = score_promising(packed, np.float32(0), 0, False, ready, kept, base, met)
    ends = reach >= 0.0 and seen >= AT_LEAST
    limit = kept.limits[0] if ends else np.float32(-np.inf)
    for near in range(every):
        fresh = turns[near] == -np.inf
        turns[near] = -np.inf
        if fresh and keys[near] > limit:
            turns[near] = score_list(packed, near, wide, ready, work)
    score_promising(packed, limit, seen, reach >= 0.0, ready, kept, base, met)


@compiled()
def score_promising(
    packed: Any, limit: Any, seen: Any, ends: Any, ready: Any, kept: Any, base: Any, met: Any
) -> Any:
    """Score the rows of lists whose turn is above a limit, which grows with what is found.

    Args:
        packed: The index.
        limit: The limit so far.
        seen: Rows estimated so far.
        ends: Whether the limit grows.
        ready: The query, its planes too.
        kept: The best rows; changed.
        base: (lists,) float32 score of each list's centre, where it has a turn.
        met: The `Met`, its turns set.

    Returns:
        How many rows were estimated, with those before.
    """
    start: Any = np.int64(0)
    while start < met.known[0]:
        start, filled = _promising(start, limit, base, met)
        if filled > 0:
            _ask_for_records(packed, met.chosen, 0, filled)
            score_rows(packed, met.chosen, met.bases, filled, ready, kept)
            seen += filled
            if ends and seen >= AT_LEAST:
                limit = kept.limits[0]
    return seen


@compiled()
def _promising(start: Any, limit: Any, base: Any, met: Any) -> Any:
    # Take up to a block of rows; return where to go on, and how many there are.
    # Indexes are unsigned, so that none is asked whether it counts from the end.
    rows, lists, turns, chosen, bases = met.rows, met.lists, met.turns, met.chosen, met.bases
    filled: Any = np.uint64(0)
    for at in range(np.uint64(start), np.uint64(met.known[0])):
        near = np.uint64(lists[at])
        if turns[near] > limit:
            chosen[filled] = rows[at]
            bases[filled] = base[near]
            filled += np.uint64(1)
            if filled == _TOGETHER:
                return np.int64(at) + 1, np.int64(filled)
    return np.int64(met.known[0]), np.int64(filled)
