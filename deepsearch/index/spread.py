"""How far the scores of a list's rows lie from its centre's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from deepsearch.schema import FloatArray, IntArray

__all__ = ["list_spread"]

# Of each list, rows whose scores are looked at, and rows of near lists that stand for
# queries, to see how far scores spread about a centre's.
_ROWS = 64
_LISTS = 6
_QUERIES = 4
# Pseudo-counts of the spread of all lists, for lists of very few rows.
_PRIOR_ROWS = 4


def list_spread(
    vectors: FloatArray,
    centres: FloatArray,
    *,
    centre_bias: FloatArray,
    bias: FloatArray,
    order: npt.NDArray[np.int32],
    starts: IntArray,
    mean: FloatArray,
    generator: np.random.Generator,
) -> FloatArray:
    """Measure, for each list, the deviation of its rows' scores from its centre's.

    Rows of the lists nearest to it stand for the queries that a list matters to.

    Args:
        vectors: (n, dim) float32 by position.
        centres: (L, dim) float32.
        centre_bias: (L,) float32 added to a centre's score.
        bias: (n,) float32 added to a row's.
        order: (n,) position of each row.
        starts: (L + 1,) first row of each list.
        mean: (dim,) float32 mean of all rows.
        generator: Draws rows and queries.

    Returns:
        (L,) float32 standard deviations, for queries of length 1 from the mean.
    """
    lists = centres.shape[0]
    near = _near_lists(centres, _LISTS)
    sums, counts = np.zeros(lists), np.zeros(lists)
    for c in range(lists):
        rows = _drawn(starts, c, _ROWS, generator)
        asking = [_drawn(starts, other, _QUERIES, generator) for other in near[c]]
        asked = np.concatenate([rows[:0], *asking])
        if not rows.size or not asked.size:
            continue
        queries = vectors[order[asked]]
        lengths = np.linalg.norm(queries - mean, axis=1)
        gaps = queries @ (vectors[order[rows]] - centres[c]).T + (bias[rows] - centre_bias[c])
        gaps /= np.maximum(lengths, 1e-30)[:, None]
        sums[c] = float(np.einsum("ij,ij->", gaps, gaps)) / asked.size
        counts[c] = rows.size
    typical = sums.sum() / max(1.0, counts.sum())
    squares = (sums + _PRIOR_ROWS * typical) / (counts + _PRIOR_ROWS)
    spread: FloatArray = np.sqrt(squares).astype(np.float32)
    return spread


def _near_lists(centres: FloatArray, many: int) -> IntArray:
    lists = centres.shape[0]
    many = min(many, lists - 1)
    near = np.empty((lists, many), dtype=np.int64)
    if many == 0:
        return near
    squares = np.einsum("ij,ij->i", centres, centres)
    for start in range(0, lists, 1024):
        block = slice(start, min(lists, start + 1024))
        gaps = squares - 2 * centres[block] @ centres.T
        gaps[np.arange(gaps.shape[0]), np.arange(block.start, block.stop)] = np.inf
        near[block] = np.argpartition(gaps, many - 1, axis=1)[:, :many]
    return near


def _drawn(starts: IntArray, which: int, many: int, generator: np.random.Generator) -> IntArray:
    first, last = int(starts[which]), int(starts[which + 1])
    if last - first <= many:
        return np.arange(first, last)
    # Rows within a list lie by position, which may mean something: spread the draw.
    return first + generator.choice(last - first, many, replace=False)
