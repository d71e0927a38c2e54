"""Inverted lists over product-quantised vectors in faiss: small, quick to build and scan."""

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

__all__ = ["IvfPqConfig", "IvfPqIndex"]

# k-means finds lists well enough from this many rows a list.
_TRAIN_ROWS_A_LIST = 40
_TRAIN_ROWS_PQ = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class IvfPqConfig:
    """Options of `IvfPqIndex`.

    Attributes:
        lists: Inverted lists; None: 4 * sqrt(n), the usual balance of finding lists and
            scanning them.
        sub_dim: Dimensions a 4-bit code stands for, 2 or more; 2 costs dim/4 bytes a row.
        nprobe: Lists scanned in a plain search.
        refine: Candidates re-scored in float32, as a multiple of k.
        exact_below: Share of allowed rows under which they are scanned exactly.
        seed: Seed of the training samples.
    """

    lists: int | None = None
    sub_dim: int = 2
    nprobe: int = 32
    refine: float = 5.0
    exact_below: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            InvalidInputError: If a value is out of range.
        """
        if (
            (self.lists is not None and self.lists < 1)
            or self.sub_dim < 1
            or self.nprobe < 1
            or self.refine < 1
        ):
            raise InvalidInputError(
                f"{self} is out of range: lists, sub_dim, nprobe and refine must be >= 1."
            )


class IvfPqIndex(ApproximateIndex):
    """IVF with 4-bit fast-scan codes; candidates are re-scored in float32."""

    kind: ClassVar[str] = "ivfpq"
    config: IvfPqConfig
    config_kind = IvfPqConfig

    def __init__(self, exact: ExactIndex, lists: Any, config: IvfPqConfig) -> None:
        """Join vectors and built lists; use `build` for vectors alone.

        Args:
            exact: The exact index over the same vectors.
            lists: A faiss.IndexIVFPQFastScan over them.
            config: The options it was built with.
        """
        super().__init__(exact, effort=config.nprobe, exact_below=config.exact_below)
        self._lists = lists
        self.config = config

    @classmethod
    def build(
        cls, vectors: FloatArray, space: EmbeddingSpace, *, config: IvfPqConfig | None = None
    ) -> IvfPqIndex:
        """Train and fill the lists, on all cores faiss uses.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space; n >= 1.
            space: Their space.
            config: Options; None for the defaults.

        Returns:
            The index.

        Raises:
            InvalidInputError: If there is no vector to train on.
        """
        faiss = load_faiss()

        options = config or IvfPqConfig()
        exact = ExactIndex(vectors, space)
        count = len(exact)
        if count < 16:
            raise InvalidInputError(
                f"{count} vectors are too few to train inverted lists on (16 at least); "
                "use ExactIndex."
            )
        lists = min(options.lists or round(4 * count**0.5), count)
        sub = _sub_quantisers(space.dim, options.sub_dim)
        metric = faiss_metric(space.metric)
        quantiser = (
            faiss.IndexFlatL2(space.dim) if space.metric == "l2" else faiss.IndexFlatIP(space.dim)
        )
        index = faiss.IndexIVFPQFastScan(quantiser, space.dim, lists, sub, 4, metric)
        index.own_fields = True
        quantiser.this.disown()
        index.cp.min_points_per_centroid = 1
        index.cp.seed = options.seed + 1
        index.cp.niter = 8
        index.pq.cp.min_points_per_centroid = 1
        index.pq.cp.max_points_per_centroid = 128
        index.pq.cp.niter = 12
        generator = np.random.default_rng(options.seed)
        rows = min(count, max(_TRAIN_ROWS_A_LIST * lists, _TRAIN_ROWS_PQ))
        sample = np.sort(generator.choice(count, rows, replace=False))
        index.train(np.ascontiguousarray(exact.vectors[sample]))
        index.add(exact.vectors)
        return cls(exact, index, options)

    def propose(
        self, queries: FloatArray, *, k: int, among: PreparedFilter | None, effort: int
    ) -> Matches:
        """Search the backend; see `ApproximateIndex.propose`."""
        faiss = load_faiss()

        count = len(self) if among is None else among.count
        depth = min(count, max(k + 8, round(self.config.refine * k)))
        chosen, keep = selector(None if among is None else among.mask)
        parameters = faiss.SearchParametersIVF(
            nprobe=min(effort, int(self._lists.nlist)), sel=chosen
        )
        _, ids = self._lists.search(queries, depth, params=parameters)
        del keep
        return self.scored(queries, np.asarray(ids, dtype=np.int64), k)

    def efforts(self) -> tuple[int, ...]:
        """Return efforts worth trying, ascending, for calibration."""
        lists = int(self._lists.nlist)
        ladder = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)
        return (*(step for step in ladder if step < lists), lists)

    def parts(self) -> Mapping[str, Callable[[Path], None]]:
        """Return a writer for each file of the index beside its vectors."""
        return {"lists": lambda path: write_faiss(self._lists, path)}

    @classmethod
    def _reopened(cls, exact: ExactIndex, config: IvfPqConfig, files: Mapping[str, Path]) -> Self:
        lists = read_faiss(files["lists"])
        check_loaded(lists, "IndexIVFPQFastScan", len(exact), exact.space)
        return cls(exact, lists, config)


def _sub_quantisers(dim: int, sub_dim: int) -> int:
    # The number of sub-quantisers must divide the dimension.
    for width in range(min(sub_dim, dim), 0, -1):
        if dim % width == 0:
            return dim // width
    return dim
