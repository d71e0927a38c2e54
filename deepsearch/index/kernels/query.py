"""A query made ready for estimates of scores, and for scores by 8-bit codes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.rotation import rotate
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import lanes_above

__all__ = [
    "PLANES",
    "Asked",
    "asked",
    "code_score",
    "prepare_codes",
    "prepare_lookups",
    "prepare_planes",
    "prepare_rotated",
]

PLANES = 3
"""Bits a value of the rotated query is kept in. Its rounding then adds some 3 % to the error
of the signs; a fourth bit would cost more time than that."""

# The step of eight levels that rounds normal values best, in standard deviations.
_STEP = 0.586
# Two entries of tables are added in a byte, all of a row in 16 bits.
_ENTRY_TOP, _SUM_TOP = 127, 65_535
# Query codes of 15 bits and a sign times row codes of 8 bits must sum within int32.
_QUERY_TOP = 32_767.0
_INT32_TOP = 2.0**31 - 1.0
# Standard errors of an 8-bit score within which float32 scores decide.
_CODE_SIGMAS = 5.0


class Asked(NamedTuple):
    """A query made ready; the functions below write it.

    Attributes:
        planes: (3, padded words) uint64: the bits, in two's complement, of each value of
            the rotated query.
        tables: (2, 8 * words, 16) uint8: for each four values of the rotated query, what
            their sum is under each choice of four signs, in steps above the least.
        numbers: (9,) float32. By planes, how far a score may reach is made of four numbers
            of the row and the first four: scale * ([0] * bits shared with the planes +
            [1]) + scale * plain * [2] + error * [3] + added. Step and offset of the 8-bit
            score; length of the query from the mean; error of an 8-bit score; product of
            the query and the mean.
        factors: (4,) float32. By tables: scale * ([0] * sum of entries + [1]) + error *
            [2] + added. Standard errors of an estimate that a row is given the benefit of.
        codes: (dim,) int16.
        rotated: (width,) float32, the mean taken off before.
        scratch: (width,) float32.
        levels: (width,) uint8.
    """

    planes: Any
    tables: Any
    numbers: Any
    factors: Any
    codes: Any
    rotated: Any
    scratch: Any
    levels: Any


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
        np.zeros((PLANES, padded), np.uint64),
        np.empty((2, width // 8, 16), np.uint8),
        np.empty(9, np.float32),
        np.empty(4, np.float32),
        np.empty(dim, np.int16),
        np.empty(width, np.float32),
        np.empty(width, np.float32),
        np.empty(width, np.uint8),
    )


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
def prepare_rotated(query: Any, packed: Any, ready: Any) -> None:
    """Rotate a query, the mean of all rows taken off.

    Args:
        query: (dim,) float32.
        packed: The index.
        ready: An `Asked`; its rotated values and what belongs to them are written.
    """
    tables = opened(packed)
    rotated, numbers = ready.rotated, ready.numbers
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
    numbers[6] = np.sqrt(norm)
    numbers[8] = along


@compiled()
def prepare_lookups(sigmas: Any, ready: Any) -> None:
    """Make a rotated query ready for estimates by tables.

    Args:
        sigmas: Standard errors of the estimate a row is given the benefit of.
        ready: An `Asked`; its tables and factors are written.
    """
    rotated, tables, factors = ready.rotated, ready.tables, ready.factors
    count = tables.shape[1]
    widest, least = np.float32(0), 0.0
    for group in range(2 * count):
        span = np.float32(0)
        for i in range(4):
            span += abs(rotated[4 * group + i])
        widest = max(widest, span)
        least -= np.float64(span)
    top = min(_ENTRY_TOP, _SUM_TOP // (2 * count))
    step = max(2 * np.float64(widest) / top, 1e-30)
    inverse = np.float32(1.0 / step)
    for group in range(2 * count):
        a, b = rotated[4 * group] * inverse, rotated[4 * group + 1] * inverse
        c, d = rotated[4 * group + 2] * inverse, rotated[4 * group + 3] * inverse
        # Rounded as positive numbers are: half a step on top, the rest cut off.
        start = abs(a) + abs(b) + abs(c) + abs(d) + np.float32(0.5)
        entries = tables[group & 1, group >> 1]
        for signs in range(16):
            value = start
            value += a if signs & 1 else -a
            value += b if signs & 2 else -b
            value += c if signs & 4 else -c
            value += d if signs & 8 else -d
            entries[signs] = np.uint8(np.int32(max(np.float32(0), value)))
    factors[0] = step
    # What the rounding lost is spread evenly over the entries.
    factors[1] = least + sigmas * step * np.sqrt(2 * count / 12.0)
    factors[2] = sigmas * np.float64(ready.numbers[6])
    factors[3] = sigmas


@compiled()
def prepare_planes(ready: Any) -> None:
    """Make a query that is ready for estimates by tables ready for those by planes.

    Args:
        ready: An `Asked`; its planes and what belongs to them are written.
    """
    rotated, numbers, levels = ready.rotated, ready.numbers, ready.levels
    width = rotated.shape[0]
    norm = np.float64(numbers[6])
    delta = max(norm / np.sqrt(width) * _STEP, 1e-30)
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
        for bit in range(PLANES):
            chosen = lanes_above(np.int64(address + 64 * word), np.int64(1 << bit))
            ready.planes[bit, word] = chosen
    sigmas = np.float64(ready.factors[3])
    numbers[0] = 2 * delta
    # What the rounding lost is spread evenly over the signs.
    numbers[1] = sigmas * np.sqrt(lost) - delta * (total + 0.5 * width)
    numbers[2] = delta
    numbers[3] = sigmas * norm


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
