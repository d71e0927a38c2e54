"""Visits the rows of a list sixteen at a time."""

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
    score_passed,
)
from deepsearch.index.kernels.masks import bits_between
from deepsearch.index.kernels.tables import opened
from deepsearch.index.kernels.vector import first_bit

__all__ = ["ALL_ROWS", "BY_BITS", "BY_MASK", "visit_list"]

ALL_ROWS, BY_MASK, BY_BITS = 0, 1, 2
"""Which rows of a list are meant: all; those the mask allows, which is asked about what could
be among the best; those whose bits are set."""

# Rows that must have gathered before they are scored by their codes: few, so that the next
# are judged by what they brought; enough for prefetches to arrive.
_GATHERED = 8


@compiled()
def visit_list(
    packed: Any,
    how: int,
    mask: Any,
    bits: Any,
    start: Any,
    stop: Any,
    base: Any,
    filled: Any,
    ready: Any,
    kept: Any,
) -> Any:
    """Estimate a list's rows, and score those that may be among the best once some gathered.

    Args:
        packed: The index.
        how: `ALL_ROWS`, `BY_MASK` or `BY_BITS`.
        mask: (n,) bool by position; for `BY_MASK`.
        bits: (n / 64, rounded up) int64 by row; for `BY_BITS`.
        start: The list's first row.
        stop: The row after its last.
        base: Score of the list's centre.
        filled: Rows that wait to be scored, the first of `kept.passed`.
        ready: The query.
        kept: The best rows; changed.

    Returns:
        How many rows wait now.
    """
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
            if how == BY_BITS:
                above &= bits[first >> 6] >> (first & 63)
            if above != 0:
                above = bits_between(above, first, start, stop)
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
