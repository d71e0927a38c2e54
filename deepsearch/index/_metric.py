"""Scores of the three metrics, larger is better; distances end here.

cosine, ip: the inner product. l2: minus the squared Euclidean distance.
"""

from __future__ import annotations

import numpy as np

from deepsearch.schema import FloatArray, IntArray, Metric

__all__ = ["rescore", "row_scores"]


def row_scores(query: FloatArray, rows: FloatArray, metric: Metric) -> FloatArray:
    """Score rows against one query, each row independently of its neighbours.

    A matrix product may round a row differently by its place in a block; here equal
    rows get equal scores, so ties are ties.

    Args:
        query: (dim,) float32.
        rows: (m, dim) float32.
        metric: How the space compares.

    Returns:
        (m,) float32 scores.
    """
    if metric == "l2":
        difference = rows - query
        distances: FloatArray = np.einsum("ij,ij->i", difference, difference)
        return -distances
    products: FloatArray = np.einsum("ij,j->i", rows, query)
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
    scores = np.full(ids.shape, -np.inf, dtype=np.float32)
    for row, query in enumerate(queries):
        present = ids[row] >= 0
        scores[row, present] = row_scores(query, vectors[ids[row, present]], metric)
    return scores
