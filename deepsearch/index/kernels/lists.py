"""Orders the lists of a clustered index by what their rows may reach, as far as is asked.

Estimates of the centres' scores say which lists are looked at more closely, round by round;
those are scored by their 8-bit codes and wait in a heap.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import BLOCK, block_reaches
from deepsearch.index.kernels.query import code_score
from deepsearch.index.kernels.tables import opened

__all__ = ["Lists", "Round", "most_promising", "ranked", "room_for_lists"]

# A round takes up the lists whose keys lie so many standard deviations above the mean of
# all, the next those a step lower, and so on down to the last, which takes up all others.
_FIRST_ROUND, _STEP, _LAST_ROUND = 2.5, 0.5, -3.0


class Lists(NamedTuple):
    """Working memory of a search.

    Attributes:
        keys: (lists, rounded up to whole blocks) float32: how far a list's rows may reach,
            by an estimate of its centre's score that is rather too high.
        above: (blocks of lists,) uint16, written and not read.
        heap_keys: (lists,) float32: a heap, the largest in front, of lists taken up and
            not yet handed out: how far they may reach, by their centres' 8-bit codes.
        heap_lists: (lists,) int32: those lists.
        base: (lists,) float32: of lists taken up, the scores of their centres.
    """

    keys: Any
    above: Any
    heap_keys: Any
    heap_lists: Any
    base: Any


class Round(NamedTuple):
    """How far lists have been taken up.

    Attributes:
        waiting: Lists in the heap.
        mean: Mean of all keys.
        deviation: Their standard deviation.
        height: Deviations above the mean down to which lists were taken up.
        floor: The key that is.
    """

    waiting: Any
    mean: Any
    deviation: Any
    height: Any
    floor: Any


@compiled()
def room_for_lists(count: int) -> Any:
    """Return room for the order of lists.

    Args:
        count: Lists.

    Returns:
        A `Lists`.
    """
    blocks = (count + BLOCK - 1) // BLOCK
    return Lists(
        np.empty(blocks * BLOCK, np.float32),
        np.empty(blocks, np.uint16),
        np.empty(count, np.float32),
        np.empty(count, np.int32),
        np.empty(count, np.float32),
    )


@compiled()
def ranked(packed: Any, wide: Any, ready: Any, work: Any) -> Any:
    """Estimate how far the rows of each list may reach.

    Args:
        packed: The index.
        wide: What a list's rows are credited with, in its standard deviations for a query
            of length 1.
        ready: The query.
        work: A `Lists`; its keys are written.

    Returns:
        The `Round` before the first.
    """
    tables = opened(packed)
    keys, blocks = work.keys, tables.list_blocks
    count = tables.centres.shape[0]
    mean_product = ready.numbers[8]
    block_reaches(blocks, 0, blocks.shape[0], mean_product, np.inf, ready, keys, work.above)
    total, squares = np.float32(0), np.float32(0)
    for c in range(count):
        key = keys[c] + tables.centre_bias[c] + wide * tables.spread[c]
        keys[c] = key
        total += key
    mean = total / np.float32(count)
    for c in range(count):
        gap = keys[c] - mean
        squares += gap * gap
    deviation = np.sqrt(squares / np.float32(count))
    height = np.float32(_FIRST_ROUND + _STEP)
    return Round(np.int64(0), mean, deviation, height, np.float32(np.inf))


@compiled()
def most_promising(packed: Any, wide: Any, limit: Any, ready: Any, work: Any, reached: Any) -> Any:
    """Take out the list whose rows may reach farthest.

    Args:
        packed: The index.
        wide: As for `ranked`.
        limit: How far they must reach.
        ready: The query.
        work: The `Lists`; changed.
        reached: The `Round` so far.

    Returns:
        The list, or -1 if none may reach the limit; the `Round` then.
    """
    while reached.waiting == 0 or work.heap_keys[0] < reached.floor:
        if reached.floor == -np.inf or reached.floor <= limit:
            break
        reached = _next_round(packed, wide, limit, ready, work, reached)
    if reached.waiting == 0 or work.heap_keys[0] < limit:
        return np.int64(-1), reached
    near = np.int64(work.heap_lists[0])
    last = reached.waiting - 1
    _take_first(work.heap_keys, work.heap_lists, last)
    return near, Round(last, reached.mean, reached.deviation, reached.height, reached.floor)


@compiled()
def _next_round(packed: Any, wide: Any, limit: Any, ready: Any, work: Any, reached: Any) -> Any:
    # Take up the lists of the next round that may reach the limit.
    tables = opened(packed)
    height = reached.height - np.float32(_STEP)
    floor = reached.mean + height * reached.deviation
    if height <= _LAST_ROUND:
        floor = np.float32(-np.inf)
    least, waiting, keys = max(floor, limit), reached.waiting, work.keys
    for near in range(tables.centres.shape[0]):
        key = keys[near]
        if key >= least and key < reached.floor:
            work.base[near] = code_score(tables.centres[near], ready)
            key = work.base[near] + tables.centre_bias[near] + wide * tables.spread[near]
            _append(work.heap_keys, work.heap_lists, waiting, key, near)
            waiting += 1
    return Round(waiting, reached.mean, reached.deviation, height, floor)


@compiled()
def _append(keys: Any, lists: Any, count: Any, key: Any, which: Any) -> None:
    # To a heap of `count`.
    at = count
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] >= key:
            break
        keys[at] = keys[parent]
        lists[at] = lists[parent]
        at = parent
    keys[at] = key
    lists[at] = which


@compiled()
def _take_first(keys: Any, lists: Any, last: Any) -> None:
    # Out of a heap whose last place is `last`.
    key, which = keys[last], lists[last]
    at = np.int64(0)
    while True:
        child = 2 * at + 1
        if child >= last:
            break
        if child + 1 < last and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[at] = keys[child]
        lists[at] = lists[child]
        at = child
    keys[at] = key
    lists[at] = which
