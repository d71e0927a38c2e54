"""The postings of a word, added to the scores of the texts that hold it."""

from __future__ import annotations

from typing import Any

from deepsearch.index.kernels.compiled import compiled

__all__ = ["add_postings"]


@compiled(
    "void(Array(int32, 1, 'C', readonly=True), Array(float32, 1, 'C', readonly=True), float32[::1])"
)
def add_postings(rows: Any, scores: Any, totals: Any) -> None:
    """Add a posting's score to its text's, in float32, one after the other.

    Args:
        rows: (p,) int32 distinct texts.
        scores: (p,) float32.
        totals: (n,) float32, added to.
    """
    for i in range(rows.shape[0]):
        totals[rows[i]] += scores[i]
