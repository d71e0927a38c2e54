"""Scores by float32 vectors, summed in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepsearch.index.kernels.compiled import compiled
from deepsearch.index.kernels.tables import READ_FLOAT32
from deepsearch.index.kernels.vector import prefetch

__all__ = ["exact_score", "score_ids"]


@compiled()
def exact_score(vectors: Any, at: int, query: Any, squared: bool) -> Any:
    """Score one vector.

    Args:
        vectors: (n, dim) float32.
        at: Which.
        query: (dim,) float32.
        squared: True for minus the squared distance, False for the inner product.

    Returns:
        float32.
    """
    total = 0.0
    if squared:
        for j in range(query.shape[0]):
            gap = np.float64(vectors[at, j]) - np.float64(query[j])
            total -= gap * gap
    else:
        for j in range(query.shape[0]):
            total += np.float64(vectors[at, j]) * np.float64(query[j])
    return np.float32(total)


@compiled(f"void({READ_FLOAT32}, {READ_FLOAT32}, int64[:, ::1], boolean, float32[:, ::1])")
def score_ids(vectors: Any, queries: Any, ids: Any, squared: bool, scores: Any) -> None:
    """Score candidates.

    Args:
        vectors: (n, dim) float32.
        queries: (queries, dim) float32.
        ids: (queries, m) int64 positions, -1 where there is none.
        squared: True for minus the squared distance, False for the inner product.
        scores: (queries, m) float32, written; -inf where the id is -1.
    """
    row_bytes = 4 * vectors.shape[1]
    address = vectors.ctypes.data
    for q in range(ids.shape[0]):
        for i in range(ids.shape[1]):
            if ids[q, i] >= 0:
                for line in range(0, row_bytes, 64):
                    prefetch(address + ids[q, i] * row_bytes + line)
        for i in range(ids.shape[1]):
            if ids[q, i] < 0:
                scores[q, i] = -np.inf
            else:
                scores[q, i] = exact_score(vectors, ids[q, i], queries[q], squared)
