"""What two-level codes say of a score: rows passed on, and scored by their 8-bit codes.

The bits of a row give an estimate of its score with a known error; only rows whose
estimate, plus that error, could still reach the best so far are scored by their 8-bit
codes. Rows of a list are estimated sixteen at a time, from tables over blocks of them;
scattered rows from their records, at two cache lines of memory instead of eight.

Source of the bit estimate and its error: Gao and Long, "RaBitQ", SIGMOD 2024.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.lookup import ROWS as BLOCK
from deepsearch.index.kernels.lookup import uppers_of
from deepsearch.index.kernels.query import code_score
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import (
    first_bit,
    prefetch,
    share_2,
    share_4,
    share_8,
    upper_8,
)

__all__ = [
    "BLOCK",
    "BLOCKS",
    "Found",
    "ask_for_codes",
    "block_reaches",
    "found",
    "score_passed",
    "score_rows",
    "start_over",
]

BLOCKS = 16
"""Blocks of a list estimated at a time."""

# Scattered rows estimated at a time.
_LANES = 8
# Rows asked of memory ahead of the one that is scored by its codes.
_AHEAD = 8


class Found(NamedTuple):
    """The best rows so far; both heaps have their worst in front.

    Attributes:
        limits: (k,) float32: the k best 8-bit scores; the first is what a row must reach.
        scores: (room,) float32: 8-bit scores of the rows to be scored in float32.
        rows: (room,) int32: those rows, -1 where there is none.
        passed: (block,) int32, working memory.
        uppers: (block,) float32, working memory.
        reaches: (16 * `BLOCKS`,) float32, working memory.
        above: (`BLOCKS`,) uint16, working memory.
        counts: (8,) int64, working memory.
    """

    limits: Any
    scores: Any
    rows: Any
    passed: Any
    uppers: Any
    reaches: Any
    above: Any
    counts: Any


@compiled()
def found(k: int, room: int, block: int) -> Any:
    """Return room for the best rows.

    Args:
        k: Matches wanted.
        room: Rows kept for scoring in float32.
        block: Most rows of a block.

    Returns:
        A `Found`; `start_over` empties it.
    """
    return Found(
        np.empty(k, np.float32),
        np.empty(room, np.float32),
        np.empty(room, np.int32),
        np.empty(block, np.int32),
        np.empty(block, np.float32),
        np.empty(BLOCK * BLOCKS, np.float32),
        np.empty(BLOCKS, np.uint16),
        np.empty(_LANES, np.int64),
    )


@compiled()
def start_over(kept: Any) -> None:
    """Empty a `Found`.

    Args:
        kept: The best rows; changed.
    """
    kept.limits[:] = -np.inf
    kept.scores[:] = -np.inf
    kept.rows[:] = -1


@compiled()
def _push(scores: Any, rows: Any, score: Any, row: Any) -> None:
    # Replace the worst of a full min-heap.
    at = 0
    size = scores.shape[0]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and scores[child + 1] < scores[child]:
            child += 1
        if scores[child] >= score:
            break
        scores[at] = scores[child]
        rows[at] = rows[child]
        at = child
    scores[at] = score
    rows[at] = row


@compiled()
def _push_limit(scores: Any, score: Any) -> None:
    at = 0
    size = scores.shape[0]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and scores[child + 1] < scores[child]:
            child += 1
        if scores[child] >= score:
            break
        scores[at] = scores[child]
        at = child
    scores[at] = score


@compiled()
def _share(rows: int, first: int, words: int, planes: int, plane_bytes: int, counts: int) -> None:
    # Count what the bits of eight rows share with the planes; all but `words` are addresses
    # or sizes. Loads may reach two words past the bits, into numbers, where planes are zero.
    record_bytes = np.int64(8 * (words + 2))
    done = np.int64(0)
    while words - done >= 6:
        share_8(rows, first + 8 * done, record_bytes, planes + 8 * done, plane_bytes, counts)
        done += 8
    while words - done >= 2:
        share_4(rows, first + 8 * done, record_bytes, planes + 8 * done, plane_bytes, counts)
        done += 4
    if words - done >= 1:
        share_2(rows, first + 8 * done, record_bytes, planes + 8 * done, plane_bytes, counts)


@compiled()
def _estimate(packed: Any, chosen: Any, bases: Any, count: int, ready: Any, kept: Any) -> int:
    # Note the rows whose scores may exceed the limit, and how far they may; return how many.
    words = np.int64(ready.rotated.shape[0] // 64)
    record_bytes = np.int64(8 * (words + 2))
    first = np.int64(opened(packed).records.ctypes.data)
    planes = np.int64(ready.planes.ctypes.data)
    plane_bytes = np.int64(8 * ready.planes.shape[1])
    counts, reaches = np.int64(kept.counts.ctypes.data), np.int64(kept.reaches.ctypes.data)
    factors = np.int64(ready.numbers.ctypes.data)
    limit = np.float32(kept.limits[0] - ready.numbers[7])
    many = 0
    while count % _LANES != 0:
        chosen[count] = chosen[0]
        bases[count] = -np.inf
        count += 1
    for start in range(0, count, _LANES):
        rows = np.int64(chosen.ctypes.data) + 4 * start
        kept.counts[:] = 0
        _share(rows, first, words, planes, plane_bytes, counts)
        base = np.int64(bases.ctypes.data) + 4 * start
        above = upper_8(
            rows, first + 8 * words, record_bytes, counts, factors, base, reaches, limit
        )
        while above != 0:
            lane = first_bit(above)
            above &= above - 1
            kept.passed[many] = chosen[start + lane]
            kept.uppers[many] = kept.reaches[lane]
            many += 1
    return many


@compiled()
def block_reaches(
    blocks: Any, start: Any, count: Any, base: Any, limit: Any, ready: Any, uppers: Any, above: Any
) -> None:
    """Estimate how far the scores of some blocks' rows may reach.

    Args:
        blocks: `Tables.blocks` or `Tables.list_blocks`.
        start: The first block.
        count: Blocks.
        base: Score of the centre that all rows are taken to belong to.
        limit: What a score must exceed.
        ready: The query.
        uppers: (16 * count or more,) float32, written.
        above: (count or more,) uint16, written: bits of the rows that may exceed the limit.
    """
    uppers_of(
        np.int64(blocks.ctypes.data) + np.int64(start) * np.int64(blocks.shape[1]),
        np.int64(count),
        np.int64(ready.tables.shape[1]),
        np.int64(ready.tables.ctypes.data),
        np.int64(ready.factors.ctypes.data),
        np.float32(base),
        np.float32(limit),
        np.int64(uppers.ctypes.data),
        np.int64(above.ctypes.data),
    )


@compiled()
def score_rows(packed: Any, chosen: Any, bases: Any, count: int, ready: Any, kept: Any) -> None:
    """Estimate scattered rows, and score by their codes those that may be among the best.

    Args:
        packed: The index.
        chosen: (block + 8,) int32 rows, the first `count` of them; padded.
        bases: (block + 8,) float32 score of each row's list centre; padded.
        count: Rows.
        ready: The query.
        kept: The best rows; changed.
    """
    many = _estimate(packed, chosen, bases, count, ready, kept)
    if many > 0:
        score_passed(packed, many, ready, kept)


@compiled()
def ask_for_codes(packed: Any, row: Any) -> None:
    """Ask memory for the 8-bit codes of a row.

    Args:
        packed: The index.
        row: Which.
    """
    codes = opened(packed).codes
    row_bytes = np.int64(codes.shape[1])
    start = np.int64(codes.ctypes.data) + np.int64(row) * row_bytes
    for line in range(0, row_bytes, 64):
        prefetch(start + line)


@compiled()
def score_passed(packed: Any, many: int, ready: Any, kept: Any) -> None:
    """Score by their codes the rows that were passed on.

    Args:
        packed: The index.
        many: Rows, the first of `kept.passed`; how far they may reach is in `kept.uppers`.
        ready: The query.
        kept: The best rows; changed.
    """
    tables = opened(packed)
    codes = tables.codes
    passed, uppers = kept.passed, kept.uppers
    margin = ready.numbers[7]
    limit = kept.limits[0] - margin
    for ahead in range(many + _AHEAD):
        if ahead < many:
            ask_for_codes(packed, passed[ahead])
        i = ahead - _AHEAD
        if i >= 0 and uppers[i] > limit:
            row = np.int64(passed[i])
            score = code_score(codes[row], ready) + tables.bias[row]
            if score > limit and score > kept.scores[0]:
                _push(kept.scores, kept.rows, score, row)
                if score > kept.limits[0]:
                    _push_limit(kept.limits, score)
                    limit = kept.limits[0] - margin
