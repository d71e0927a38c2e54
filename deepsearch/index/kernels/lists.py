"""Which lists of a clustered index to look at next, by what their rows may reach.

Estimates of the centres' scores rank all lists; they are taken up in rounds of some, from
the highest on, and only then are their centres scored by 8-bit codes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.estimate import BLOCK, block_reaches
from deepsearch.index.kernels.query import code_score
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import between_64, first_bit, ones

__all__ = ["Lists", "Round", "lists_left", "next_round", "ranked", "room_for_lists", "score_list"]

# A round takes up the lists whose keys lie so many standard deviations above the mean of
# all, the next those a step lower, and so on down to the last, which takes up all others.
_FIRST_ROUND, _STEP, _LAST_ROUND = 4.0, 0.5, -3.0
# Keys compared at once.
_PIECE = 64


class Lists(NamedTuple):
    """Working memory of a search.

    Attributes:
        keys: (lists, rounded up to a multiple of 64) float32: how far a list's rows may
            reach, by an estimate of its centre's score that is rather too high.
        above: (blocks of lists,) uint16, written and not read.
        chosen: (lists,) int32: lists of a round.
        base: (lists,) float32: of lists that were scored, the scores of their centres.
    """

    keys: Any
    above: Any
    chosen: Any
    base: Any


class Round(NamedTuple):
    """A round of lists.

    Attributes:
        mean: Mean of all keys.
        deviation: Their standard deviation.
        height: Deviations above the mean at which the round ends.
        floor: The key that is.
        count: Lists in it, the first of `Lists.chosen`.
    """

    mean: Any
    deviation: Any
    height: Any
    floor: Any
    count: Any


@compiled()
def room_for_lists(count: int) -> Any:
    """Return room for the order of lists.

    Args:
        count: Lists.

    Returns:
        A `Lists`.
    """
    return Lists(
        np.empty((count + _PIECE - 1) // _PIECE * _PIECE, np.float32),
        np.empty((count + BLOCK - 1) // BLOCK, np.uint16),
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
        The `Round` before the first, empty.
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
    keys[count:] = -np.inf
    mean = total / np.float32(count)
    for c in range(count):
        gap = keys[c] - mean
        squares += gap * gap
    deviation = np.sqrt(squares / np.float32(count))
    height = np.float32(_FIRST_ROUND + _STEP)
    return Round(mean, deviation, height, np.float32(np.inf), np.int64(0))


@compiled()
def next_round(count: Any, limit: Any, work: Any, last: Any) -> Any:
    """Choose the lists of the next round.

    Args:
        count: Lists there are.
        limit: How far rows must reach, by their list's key.
        work: The `Lists`; those chosen are written.
        last: The `Round` before.

    Returns:
        The `Round`; it is the last one if its floor is not above the limit.
    """
    height = last.height - np.float32(_STEP)
    floor = last.mean + height * last.deviation
    if height <= _LAST_ROUND:
        floor = np.float32(-np.inf)
    least, keys, chosen = np.float32(max(floor, limit)), work.keys, work.chosen
    address, filled = np.int64(keys.ctypes.data), np.int64(0)
    for start in range(0, count, _PIECE):
        found = between_64(address + 4 * start, least, last.floor)
        while found != 0:
            near = start + first_bit(found)
            found &= found - 1
            # What fills the last piece up is found where all are.
            if near < count:
                chosen[filled] = near
                filled += 1
    return Round(last.mean, last.deviation, height, floor, filled)


@compiled()
def lists_left(count: Any, limit: Any, work: Any, last: Any) -> Any:
    """Count the lists that rounds to come would take up.

    Args:
        count: Lists there are.
        limit: How far rows must reach, by their list's key.
        work: The `Lists`.
        last: The `Round` before.

    Returns:
        How many; at most 63 too many.
    """
    address, many = np.int64(work.keys.ctypes.data), np.int64(0)
    for start in range(0, count, _PIECE):
        many += ones(between_64(address + 4 * start, np.float32(limit), last.floor))
    return many


@compiled()
def score_list(packed: Any, near: Any, wide: Any, ready: Any, work: Any) -> Any:
    """Score a list's centre by its 8-bit codes.

    Args:
        packed: The index.
        near: The list.
        wide: As for `ranked`.
        ready: The query.
        work: The `Lists`; the score of the centre is written.

    Returns:
        How far the list's rows may reach.
    """
    tables = opened(packed)
    work.base[near] = code_score(tables.centres[near], ready)
    return work.base[near] + tables.centre_bias[near] + wide * tables.spread[near]
