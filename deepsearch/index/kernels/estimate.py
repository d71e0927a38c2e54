"""What two-level codes say of a score: a query made ready, and a block of rows passed on.

The bits of a row give an estimate of its score with a known error; only rows whose
estimate, plus that error, could still reach the best so far are scored by their 8-bit
codes. So a scattered row costs two cache lines of memory instead of eight.

Source of the bit estimate and its error: Gao and Long, "RaBitQ", SIGMOD 2024.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.rotation import rotate
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import (
    first_bit,
    lanes_above,
    prefetch,
    share_2,
    share_4,
    share_8,
    upper_8,
)

__all__ = [
    "Asked",
    "Found",
    "asked",
    "code_score",
    "found",
    "list_reaches",
    "prepare_bits",
    "prepare_codes",
    "score_block",
    "score_passed",
    "start_over",
]

# Bits a value of the rotated query is kept in. Its rounding then adds some 3 % to the error
# of the signs; a fourth bit would cost more time than that.
_PLANES = 3
# The step of eight levels that rounds normal values best, in standard deviations.
_STEP = 0.586
# Rows estimated at a time.
_LANES = 8
# Rows asked of memory ahead of the one that is scored by its codes.
_AHEAD = 8
# Query codes of 15 bits and a sign times row codes of 8 bits must sum within int32.
_QUERY_TOP = 32_767.0
_INT32_TOP = 2.0**31 - 1.0
# Standard errors of an 8-bit score within which float32 scores decide.
_CODE_SIGMAS = 5.0


class Asked(NamedTuple):
    """A query made ready; `prepare_codes` and `prepare_bits` write it.

    Attributes:
        planes: (3, padded words) uint64: the bits, in two's complement, of each value of
            the rotated query, the mean taken off.
        numbers: (9,) float32. How far a score may reach is made of four numbers of the row
            and the first four: scale * ([0] * bits shared with the planes + [1]) +
            scale * plain * [2] + error * [3] + added. Step and offset of the 8-bit score;
            length of the query from the mean; error of an 8-bit score; product of the
            query and the mean.
        codes: (dim,) int16.
        rotated: (width,) float32.
        scratch: (width,) float32.
        levels: (width,) uint8.
    """

    planes: Any
    numbers: Any
    codes: Any
    rotated: Any
    scratch: Any
    levels: Any


class Found(NamedTuple):
    """The best rows so far; both heaps have their worst in front.

    Attributes:
        limits: (k,) float32: the k best 8-bit scores; the first is what a row must reach.
        scores: (room,) float32: 8-bit scores of the rows to be scored in float32.
        rows: (room,) int32: those rows, -1 where there is none.
        passed: (block,) int32, working memory.
        uppers: (block,) float32, working memory.
        reaches: (8,) float32, working memory.
        counts: (8,) int64, working memory.
    """

    limits: Any
    scores: Any
    rows: Any
    passed: Any
    uppers: Any
    reaches: Any
    counts: Any


@compiled()
def asked(dim: int, width: int) -> Any:
    """Return room for a query.

    Args:
        dim: Length of a vector.
        width: That, rounded up to a multiple of 64.

    Returns:
        An `Asked`, its planes zero.
    """
    # A record's last load may take in the two words of numbers behind its bits.
    padded = (width // 64 + 9) // 8 * 8
    return Asked(
        np.zeros((_PLANES, padded), np.uint64),
        np.empty(9, np.float32),
        np.empty(dim, np.int16),
        np.empty(width, np.float32),
        np.empty(width, np.float32),
        np.empty(width, np.uint8),
    )


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
        np.empty(_LANES, np.float32),
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
def prepare_codes(query: Any, packed: Any, ready: Any) -> None:
    """Make a query ready for scoring by 8-bit codes.

    Args:
        query: (dim,) float32.
        packed: The index.
        ready: An `Asked`; its codes and what belongs to them are written.
    """
    tables = opened(packed)
    codes, numbers, scratch = ready.codes, ready.numbers, ready.scratch
    step, middle = tables.step, tables.middle
    dim = query.shape[0]
    largest, offset, squares = np.float32(0), 0.0, 0.0
    for j in range(dim):
        scaled = query[j] * step[j]
        scratch[j] = scaled
        largest = max(largest, abs(scaled))
        squares += np.float64(scaled) * np.float64(scaled)
        offset += np.float64(query[j]) * np.float64(middle[j])
    top = min(_QUERY_TOP, np.floor(_INT32_TOP / (127.0 * dim)))
    unit = max(np.float64(largest), 1e-30) / top
    inverse = np.float32(1.0 / unit)
    for j in range(dim):
        codes[j] = np.int16(np.int32(np.rint(scratch[j] * inverse)))
    numbers[4] = unit
    numbers[5] = offset
    numbers[7] = _CODE_SIGMAS * np.sqrt(squares / 12.0)


@compiled()
def prepare_bits(query: Any, packed: Any, sigmas: Any, ready: Any) -> None:
    """Make a query ready for estimates by bits.

    Args:
        query: (dim,) float32.
        packed: The index.
        sigmas: Standard errors of the bit estimate a row is given the benefit of.
        ready: An `Asked`; its planes and what belongs to them are written.
    """
    tables = opened(packed)
    rotated, numbers, levels = ready.rotated, ready.numbers, ready.levels
    dim, width = query.shape[0], rotated.shape[0]
    mean = tables.mean
    along = 0.0
    for j in range(dim):
        rotated[j] = query[j] - mean[j]
        along += np.float64(query[j]) * np.float64(mean[j])
    for j in range(dim, width):
        rotated[j] = 0.0
    rotate(rotated, tables.signs, ready.scratch)
    norm = 0.0
    for j in range(width):
        norm += np.float64(rotated[j]) * np.float64(rotated[j])
    delta = max(np.sqrt(norm / width) * _STEP, 1e-30)
    inverse = np.float32(1.0 / delta)
    total = np.int64(0)
    for j in range(width):
        # Level n stands for (n + 1/2) * delta.
        level = np.floor(rotated[j] * inverse)
        cut = np.int32(min(np.float32(3), max(np.float32(-4), level)))
        total += cut
        levels[j] = np.uint8(cut & 7)
    lost = 0.0
    for j in range(width):
        level = min(np.float32(3), max(np.float32(-4), np.floor(rotated[j] * inverse)))
        gap = rotated[j] - np.float32(delta) * (level + np.float32(0.5))
        lost += np.float64(gap) * np.float64(gap)
    address = np.int64(levels.ctypes.data)
    for word in range(width // 64):
        for bit in range(_PLANES):
            chosen = lanes_above(np.int64(address + 64 * word), np.int64(1 << bit))
            ready.planes[bit, word] = chosen
    numbers[0] = 2 * delta
    # What the rounding lost is spread evenly over the signs.
    numbers[1] = sigmas * np.sqrt(lost) - delta * (total + 0.5 * width)
    numbers[2] = delta
    numbers[3] = sigmas * np.sqrt(norm)
    numbers[6] = np.sqrt(norm)
    numbers[8] = along


@compiled()
def code_score(row: Any, ready: Any) -> Any:
    """Score a row of 8-bit codes.

    Args:
        row: (dim,) int8.
        ready: The query.

    Returns:
        float32, without the row's own bias.
    """
    # Casts keep the sum in 32 bits, for which processors have a multiply-add.
    query = ready.codes
    total = np.int32(0)
    for j in range(query.shape[0]):
        total = np.int32(total + np.int32(np.int32(row[j]) * np.int32(query[j])))
    return ready.numbers[4] * np.float32(total) + ready.numbers[5]


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
def list_reaches(packed: Any, ready: Any, kept: Any, reaches: Any) -> None:
    """Estimate how far the scores of all list centres may reach.

    Args:
        packed: The index.
        ready: The query.
        kept: Lends its working memory.
        reaches: (lists, rounded up to a multiple of eight or more) float32, written.
    """
    records = opened(packed).list_records
    words = np.int64(ready.rotated.shape[0] // 64)
    record_bytes = np.int64(8 * (words + 2))
    first = np.int64(records.ctypes.data)
    planes = np.int64(ready.planes.ctypes.data)
    plane_bytes = np.int64(8 * ready.planes.shape[1])
    counts, factors = np.int64(kept.counts.ctypes.data), np.int64(ready.numbers.ctypes.data)
    out = np.int64(reaches.ctypes.data)
    for lane in range(_LANES):
        kept.passed[lane] = lane
        kept.uppers[lane] = ready.numbers[8]
    lanes, bases = np.int64(kept.passed.ctypes.data), np.int64(kept.uppers.ctypes.data)
    for start in range(0, records.shape[0], _LANES):
        here = first + start * record_bytes
        kept.counts[:] = 0
        _share(lanes, here, words, planes, plane_bytes, counts)
        upper_8(
            lanes,
            here + 8 * words,
            record_bytes,
            counts,
            factors,
            bases,
            out + 4 * start,
            np.float32(np.inf),
        )


@compiled()
def score_block(packed: Any, chosen: Any, bases: Any, count: int, ready: Any, kept: Any) -> None:
    """Estimate a block of rows, and score by their codes those that may be among the best.

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
    dim = ready.codes.shape[0]
    passed, uppers = kept.passed, kept.uppers
    margin = ready.numbers[7]
    limit = kept.limits[0] - margin
    address = np.int64(codes.ctypes.data)
    for ahead in range(many + _AHEAD):
        if ahead < many:
            start = address + np.int64(passed[ahead]) * dim
            for line in range(0, dim, 64):
                prefetch(start + line)
        i = ahead - _AHEAD
        if i >= 0 and uppers[i] > limit:
            row = np.int64(passed[i])
            score = code_score(codes[row], ready) + tables.bias[row]
            if score > limit and score > kept.scores[0]:
                _push(kept.scores, kept.rows, score, row)
                if score > kept.limits[0]:
                    _push_limit(kept.limits, score)
                    limit = kept.limits[0] - margin
