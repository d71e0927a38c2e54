"""Scores of the three metrics, larger is better; distances end here.

cosine, ip: the inner product. l2: minus the squared Euclidean distance.
"""

from __future__ import annotations

import numpy as np

from deepsearch.index.codes import read_only
from deepsearch.schema import FloatArray, IntArray, Metric

__all__ = ["rescore", "row_scores"]


def row_scores(query: FloatArray, rows: FloatArray, metric: Metric) -> FloatArray:
    """Score rows against one query, summed in float64 and rounded to float32.

    The sum's order then no longer shows in the result: equal rows tie, and all indexes
    agree on a row's score, whichever loop computed it.

    Args:
        query: (dim,) float32.
        rows: (m, dim) float32.
        metric: How the space compares.

    Returns:
        (m,) float32 scores.
    """
    wide = rows.astype(np.float64)
    if metric == "l2":
        wide -= query
        distances: FloatArray = np.einsum("ij,ij->i", wide, wide).astype(np.float32)
        # 0 - x, for -x would make the score of an equal vector -0.
        return np.float32(0) - distances
    products: FloatArray = (wide @ query.astype(np.float64)).astype(np.float32)
    return products


def rescore(queries: FloatArray, vectors: FloatArray, ids: IntArray, metric: Metric) -> FloatArray:
    """Score candidates of a batch by their float32 vectors.

    Args:
        queries: (n, dim) float32.
        vectors: (count, dim) float32, may be a memory map.
        ids: (n, m) positions; -1 where there is none.
        metric: How the space compares.

    Returns:
        (n, m) float32; -inf where the id is -1.
    """
    from deepsearch.index import kernels

    scores = np.empty(ids.shape, dtype=np.float32)
    kernels.score_ids(read_only(vectors), read_only(queries), ids, metric == "l2", scores)
    return scores
