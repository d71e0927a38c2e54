"""Builds the index that fits a set of vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from deepsearch.index._checks import as_queries, as_vectors
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.calibrate import calibrate
from deepsearch.index.clustered import ClusteredConfig, ClusteredIndex
from deepsearch.index.exact import ExactIndex
from deepsearch.index.faiss_hnsw import FaissHnswConfig, FaissHnswIndex
from deepsearch.index.hnsw import HnswConfig, HnswIndex
from deepsearch.index.ivfpq import IvfPqConfig, IvfPqIndex
from deepsearch.index.planner import PlannedIndex
from deepsearch.schema import EmbeddingSpace, FloatArray

__all__ = ["EXACT_UP_TO", "IndexConfig", "build_index"]

EXACT_UP_TO = 20_000
"""Vectors up to which scanning all of them beats building anything."""

IndexConfig: TypeAlias = ClusteredConfig | HnswConfig | FaissHnswConfig | IvfPqConfig


def build_index(
    vectors: FloatArray,
    space: EmbeddingSpace,
    *,
    config: IndexConfig | None = None,
    sample_queries: FloatArray | None = None,
    target_recall: float = 0.95,
    progress: Callable[[str, float], None] | None = None,
) -> PlannedIndex:
    """Build the index that fits a set of vectors.

    Args:
        vectors: (n, dim) float32, finite, unit length in a cosine space; n may be 0.
        space: The space they belong to.
        config: Options of the approximate base, their type choosing it; None decides by
            size: none up to `EXACT_UP_TO` vectors, `ClusteredIndex` above.
        sample_queries: (m, dim) real queries to calibrate with; None uses rows. Give them
            where queries are unlike rows, as texts are unlike pictures.
        target_recall: ann_recall@10 that searches are planned for.
        progress: Called with the stage's name and the share done, 0..1.

    Returns:
        The index.
    """

    def tell(stage: str, share: float) -> None:
        if progress is not None:
            progress(stage, share)

    tell("check", 0.0)
    checked = as_vectors(vectors, space)
    exact = ExactIndex(checked, space, check_values=False)
    tell("build", 0.1)
    chosen = config
    if chosen is None and len(exact) > EXACT_UP_TO:
        chosen = ClusteredConfig()
    base = None if chosen is None or len(exact) == 0 else _build_base(checked, space, chosen)
    measured = None
    if base is not None:
        tell("calibrate", 0.6)
        measured = calibrate(
            base,
            target_recall=target_recall,
            queries=None if sample_queries is None else as_queries(sample_queries, space),
            progress=lambda share: tell("calibrate", 0.6 + 0.4 * share),
        )
    tell("done", 1.0)
    return PlannedIndex(exact, base, target_recall=target_recall, calibration=measured)


def _build_base(
    vectors: FloatArray, space: EmbeddingSpace, config: IndexConfig
) -> ApproximateIndex:
    if isinstance(config, ClusteredConfig):
        return ClusteredIndex.build(vectors, space, config=config)
    if isinstance(config, HnswConfig):
        return HnswIndex.build(vectors, space, config=config)
    if isinstance(config, FaissHnswConfig):
        return FaissHnswIndex.build(vectors, space, config=config)
    return IvfPqIndex.build(vectors, space, config=config)
