"""An HNSW graph in faiss: installs as a wheel everywhere, vectors at half the size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from deepsearch.errors import InvalidInputError
from deepsearch.index._faiss import (
    check_loaded,
    faiss_metric,
    load_faiss,
    read_faiss,
    selector,
    write_faiss,
)
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.exact import ExactIndex
from deepsearch.index.prepared import PreparedFilter
from deepsearch.schema import EmbeddingSpace, FloatArray, Matches

__all__ = ["FaissHnswConfig", "FaissHnswIndex"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaissHnswConfig:
    """Options of `FaissHnswIndex`, named as in the HNSW paper.

    Attributes:
        M: Neighbours a node keeps on the upper levels; twice that on the lowest.
        ef_construction: Candidates weighed when a node is inserted.
        ef_search: Candidates kept in a plain search.
        exact_below: Share of allowed rows under which they are scanned exactly.
    """

    M: int = 16
    ef_construction: int = 200
    ef_search: int = 96
    exact_below: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what faiss would take and misbehave on.

        Raises:
            InvalidInputError: If a value is out of range.
        """
        if not 2 <= self.M <= 256 or self.ef_construction < 1 or self.ef_search < 1:
            raise InvalidInputError(
                f"{self} is out of range: M 2..256, ef_construction and ef_search >= 1."
            )


class FaissHnswIndex(ApproximateIndex):
    """HNSW over bfloat16 vectors; candidates are re-scored in float32."""

    kind: ClassVar[str] = "faiss-hnsw"
    config: FaissHnswConfig
    config_kind = FaissHnswConfig

    def __init__(self, exact: ExactIndex, graph: Any, config: FaissHnswConfig) -> None:
        """Join vectors and a built graph; use `build` for vectors alone.

        Args:
            exact: The exact index over the same vectors.
            graph: A faiss.IndexHNSWSQ over them.
            config: The options it was built with.
        """
        super().__init__(exact, effort=config.ef_search, exact_below=config.exact_below)
        self._graph = graph
        self.config = config

    @classmethod
    def build(
        cls,
        vectors: FloatArray,
        space: EmbeddingSpace,
        *,
        config: FaissHnswConfig | None = None,
    ) -> FaissHnswIndex:
        """Build the graph, on all cores faiss uses.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space.
            space: Their space.
            config: Options; None for the defaults.

        Returns:
            The index.
        """
        faiss = load_faiss()

        options = config or FaissHnswConfig()
        exact = ExactIndex(vectors, space)
        graph = faiss.IndexHNSWSQ(
            space.dim, faiss.ScalarQuantizer.QT_bf16, options.M, faiss_metric(space.metric)
        )
        graph.hnsw.efConstruction = options.ef_construction
        graph.is_trained = True
        if len(exact):
            graph.add(exact.vectors)
        return cls(exact, graph, options)

    def propose(
        self, queries: FloatArray, *, k: int, among: PreparedFilter | None, effort: int
    ) -> Matches:
        """Search the backend; see `ApproximateIndex.propose`."""
        faiss = load_faiss()

        # Half as many again as asked for, so that float32 scores can correct bfloat16 ones.
        depth = min(len(self) if among is None else among.count, k + k // 2 + 8)
        chosen, keep = selector(None if among is None else among.mask)
        parameters = faiss.SearchParametersHNSW(efSearch=max(effort, depth), sel=chosen)
        _, ids = self._graph.search(queries, depth, params=parameters)
        del keep
        return self.scored(queries, np.asarray(ids, dtype=np.int64), k)

    def efforts(self) -> tuple[int, ...]:
        """Return efforts worth trying, ascending, for calibration."""
        return (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)

    def parts(self) -> Mapping[str, Callable[[Path], None]]:
        """Return a writer for each file of the index beside its vectors."""
        return {"graph": lambda path: write_faiss(self._graph, path)}

    @classmethod
    def _reopened(
        cls, exact: ExactIndex, config: FaissHnswConfig, files: Mapping[str, Path]
    ) -> Self:
        graph = read_faiss(files["graph"], mapped=True)
        check_loaded(graph, "IndexHNSWSQ", len(exact), exact.space)
        return cls(exact, graph, config)
