"""Exact search: every allowed row is scored. The oracle, and the answer for small sets."""

from __future__ import annotations

import numpy as np

from deepsearch.index._checks import as_filter, as_queries, as_vectors, check_k, kept_mask
from deepsearch.index._metric import row_scores
from deepsearch.index._select import best_first, empty_matches, shortlist
from deepsearch.index.prepared import PreparedFilter
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, IntArray, Matches, Metric

__all__ = ["ExactIndex"]

# Rows scored at a time: scores of a block of queries stay within some 64 MB.
_BLOCK_ROWS = 16_384
_BLOCK_QUERIES = 1_024
# A gathered block of this many 512-d float32 rows stays in a core's L2 cache.
_GATHER_ROWS = 512
# Room for float rounding between the block product and the per-row score.
_SPARE = 8


class ExactIndex:
    """Scores every allowed vector in float32; immutable, searchable from many threads.

    Attributes:
        vectors: The (n, dim) float32 vectors, as given (a memory map stays one).
    """

    def __init__(
        self, vectors: FloatArray, space: EmbeddingSpace, *, check_values: bool = True
    ) -> None:
        """Hold vectors for exact search.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space; n may be 0.
                Not copied where already float32 and C-contiguous: do not change it after.
            space: The space they belong to.
            check_values: False where the values were checked before (a verified file).
        """
        self.vectors = as_vectors(vectors, space, values=check_values)
        self._space = space

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors held."""
        return self._space

    def __len__(self) -> int:
        """Vectors held."""
        return int(self.vectors.shape[0])

    def search(
        self, queries: FloatArray, *, k: int, allowed: BoolArray | PreparedFilter | None = None
    ) -> Matches:
        """Find the k best vectors for each query.

        Args:
            queries: (n, dim) float32, finite; a single vector as query[None, :].
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) bool mask over positions, or one made ready; None allows all.

        Returns:
            Positions and scores, larger is better, ties by position.

        Raises:
            DimensionMismatchError: If the queries' width is not the space's.
            InvalidInputError: If k < 1, a value is not finite, or the mask's
                length differs from the index's.
        """
        batch = as_queries(queries, self._space)
        return self.scan(batch, k=check_k(k), among=self.filtered(allowed))

    def prepare(self, allowed: BoolArray) -> PreparedFilter:
        """Copy and count a filter; see `PlannedIndex.prepare`."""
        mask = kept_mask(allowed, len(self))
        return PreparedFilter(mask=mask, count=int(np.count_nonzero(mask)), made_for=self)

    def filtered(self, allowed: BoolArray | PreparedFilter | None) -> PreparedFilter | None:
        """Check and count a filter; see `ApproximateIndex.filtered`."""
        return as_filter(
            allowed, len(self), counted=lambda mask: int(np.count_nonzero(mask)), made_for=self
        )

    def scan(self, queries: FloatArray, *, k: int, among: PreparedFilter | None) -> Matches:
        """Score every allowed row; see `ApproximateIndex.scan`."""
        ids = None if among is None else np.flatnonzero(among.mask)
        return exact_search(queries, self.vectors, ids, k=k, metric=self._space.metric)


def exact_search(
    queries: FloatArray,
    vectors: FloatArray,
    ids: IntArray | None,
    *,
    k: int,
    metric: Metric,
) -> Matches:
    """Score the rows `ids` of `vectors` in float32, and keep the k best a query.

    Args:
        queries: (n, dim) float32, checked.
        vectors: (count, dim) float32.
        ids: Ascending positions to score; None scores all.
        k: Matches wanted a query.
        metric: How the space compares.

    Returns:
        Positions and scores, larger is better, ties by position.
    """
    out = empty_matches(queries.shape[0], k)
    total = vectors.shape[0] if ids is None else ids.shape[0]
    if total == 0:
        return out
    for start in range(0, queries.shape[0], _BLOCK_QUERIES):
        block = queries[start : start + _BLOCK_QUERIES]
        candidates = _candidates(block, vectors, ids, k + _SPARE, metric)
        for offset, found in enumerate(candidates):
            query = block[offset]
            best, scores = best_first(found, row_scores(query, vectors[found], metric), k)
            row = start + offset
            out.ids[row, : best.shape[0]] = best
            out.scores[row, : best.shape[0]] = scores
            out.counts[row] = best.shape[0]
    return out


def _candidates(
    queries: FloatArray,
    vectors: FloatArray,
    ids: IntArray | None,
    depth: int,
    metric: Metric,
) -> list[IntArray]:
    # The best `depth` positions (and their ties) of each query, by block products.
    kept: list[list[IntArray]] = [[] for _ in range(queries.shape[0])]
    kept_scores: list[list[FloatArray]] = [[] for _ in range(queries.shape[0])]
    total = vectors.shape[0] if ids is None else ids.shape[0]
    step = _BLOCK_ROWS if ids is None or queries.shape[0] > 1 else _GATHER_ROWS
    for start in range(0, total, step):
        if ids is None:
            rows = vectors[start : start + step]
            positions = np.arange(start, start + rows.shape[0], dtype=np.int64)
        else:
            positions = ids[start : start + step]
            rows = vectors[positions]
        scores = queries @ rows.T
        if metric == "l2":
            scores *= 2.0
            scores -= np.einsum("ij,ij->i", rows, rows)
        for row in range(queries.shape[0]):
            near = shortlist(scores[row], depth)
            kept[row].append(positions[near])
            kept_scores[row].append(scores[row, near])
    found = []
    for parts, parts_scores in zip(kept, kept_scores, strict=True):
        near = shortlist(np.concatenate(parts_scores), depth)
        found.append(np.concatenate(parts)[near])
    return found
