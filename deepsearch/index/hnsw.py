"""An HNSW graph in hnswlib (extra `hnsw`), with hnswlib's traps closed.

hnswlib 0.8 aborts on a wrong dimension, returns ids for NaN, raises when a filter
leaves fewer than k rows, and keeps `ef` as state that searching threads would share.
Here queries are checked first, answers are completed exactly, and ef stays at 1: the
effort travels as the number of results asked for, of which only k are returned.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from deepsearch.errors import InvalidInputError
from deepsearch.extras import require
from deepsearch.index._hnswlib_file import check_hnswlib_file
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.exact import ExactIndex
from deepsearch.index.prepared import PreparedFilter
from deepsearch.schema import EmbeddingSpace, FloatArray, Matches, Metric

__all__ = ["HnswConfig", "HnswIndex"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HnswConfig:
    """Options of `HnswIndex`, named as in the HNSW paper.

    Attributes:
        M: Neighbours a node keeps on the upper levels; twice that on the lowest.
        ef_construction: Candidates weighed when a node is inserted.
        ef_search: Candidates kept in a plain search.
        seed: Seed of the level draw.
        exact_below: Share of allowed rows under which they are scanned exactly.
        threads: Threads of building and batch search; None: all cores.
    """

    M: int = 16
    ef_construction: int = 200
    ef_search: int = 96
    seed: int = 100
    exact_below: float = 0.1
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse what hnswlib would take and misbehave on.

        Raises:
            InvalidInputError: If a value is out of range.
        """
        if not 2 <= self.M <= 256 or self.ef_construction < 1 or self.ef_search < 1:
            raise InvalidInputError(
                f"{self} is out of range: M 2..256, ef_construction and ef_search >= 1."
            )


class HnswIndex(ApproximateIndex):
    """HNSW over float32 vectors, through hnswlib."""

    kind: ClassVar[str] = "hnsw"
    config: HnswConfig
    config_kind = HnswConfig

    def __init__(self, exact: ExactIndex, graph: Any, config: HnswConfig) -> None:
        """Join vectors and a built graph; use `build` for vectors alone.

        Args:
            exact: The exact index over the same vectors.
            graph: An hnswlib.Index over them, labels being positions.
            config: The options it was built with.
        """
        super().__init__(exact, effort=config.ef_search, exact_below=config.exact_below)
        graph.set_ef(1)
        self._graph = graph
        self.config = config

    @classmethod
    def build(
        cls, vectors: FloatArray, space: EmbeddingSpace, *, config: HnswConfig | None = None
    ) -> HnswIndex:
        """Build the graph by inserting, on all cores unless the config says otherwise.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space.
            space: Their space.
            config: Options; None for the defaults.

        Returns:
            The index.
        """
        hnswlib = require("hnswlib", extra="hnsw")
        options = config or HnswConfig()
        exact = ExactIndex(vectors, space)
        graph = hnswlib.Index(space=hnswlib_space(space.metric), dim=space.dim)
        graph.init_index(
            max_elements=max(1, len(exact)),
            M=options.M,
            ef_construction=options.ef_construction,
            random_seed=options.seed,
        )
        if len(exact):
            graph.add_items(
                exact.vectors, np.arange(len(exact)), num_threads=_threads(options.threads)
            )
        return cls(exact, graph, options)

    def propose(
        self, queries: FloatArray, *, k: int, among: PreparedFilter | None, effort: int
    ) -> Matches:
        """Search the backend; see `ApproximateIndex.propose`."""
        width = min(len(self) if among is None else among.count, max(effort, k))
        if among is None:
            labels, _ = self._graph.knn_query(
                queries, k=width, num_threads=_threads(self.config.threads)
            )
            return self.scored(queries, labels[:, : k + 8].astype(np.int64), k)
        # A Python predicate needs the interpreter, so one thread; and hnswlib refuses a
        # whole batch for one short answer, so one query at a time.
        ids = np.full((queries.shape[0], k + 8), -1, dtype=np.int64)
        permits = among.mask.data.__getitem__
        for row in range(queries.shape[0]):
            try:
                labels, _ = self._graph.knn_query(
                    queries[row : row + 1], k=width, num_threads=1, filter=permits
                )
            except RuntimeError:
                continue  # fewer than asked for were reached: completed exactly by the caller
            found = labels[0, : k + 8]
            ids[row, : found.shape[0]] = found
        return self.scored(queries, ids, k)

    def efforts(self) -> tuple[int, ...]:
        """Return efforts worth trying, ascending, for calibration."""
        return (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)

    def parts(self) -> Mapping[str, Callable[[Path], None]]:
        """Return a writer for each file of the index beside its vectors."""
        return {"graph": lambda path: self._graph.save_index(str(path))}

    @classmethod
    def _reopened(cls, exact: ExactIndex, config: HnswConfig, files: Mapping[str, Path]) -> Self:
        hnswlib = require("hnswlib", extra="hnsw")
        check_hnswlib_file(files["graph"], count=len(exact), dim=exact.space.dim)
        graph = hnswlib.Index(space=hnswlib_space(exact.space.metric), dim=exact.space.dim)
        graph.load_index(str(files["graph"]))
        return cls(exact, graph, config)


def hnswlib_space(metric: Metric) -> str:
    """Return hnswlib's name of a metric (cosine: inner product of unit vectors).

    Args:
        metric: How the space compares.

    Returns:
        "l2" or "ip".
    """
    return "l2" if metric == "l2" else "ip"


def _threads(wanted: int | None) -> int:
    return wanted if wanted is not None else (os.cpu_count() or 1)
