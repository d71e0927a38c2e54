"""The default index: lists of rows under two-level codes, scanned by compiled kernels.

One structure answers both kinds of search. Under a narrow filter every allowed row is
scored; otherwise lists are visited, the most promising first, until none can help.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from deepsearch.errors import IndexFormatError, InvalidInputError
from deepsearch.index._faiss import load_faiss
from deepsearch.index._select import unfilled_matches
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.codes import TwoLevelCodes, centre_blocks, encode, fits, read_only
from deepsearch.index.exact import ExactIndex
from deepsearch.index.prepared import PreparedFilter, RowFilter
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, IntArray, Matches, Metric

__all__ = ["ClusteredConfig", "ClusteredIndex"]

# Rows a list of a k-means sample; more of them move the centres little.
_TRAIN_ROWS_A_LIST = 16
# Up to this many allowed rows, or a few a list, all are scored by their 8-bit codes sooner than
# lists are ranked and bits are looked at.
_FEW_ROWS = 3_000
_FEW_ROWS_A_LIST = 2
# Kept beyond k from the 8-bit scores, so that float32 scores can reorder them.
_SPARE = 12
# A thread is worth starting for this many queries.
_QUERIES_A_THREAD = 4
# A mask that allows fewer is brought into the order of the rows before a search; else a lone
# search looks up in it what could be among the best.
_AT_ONCE_SHARE = 0.06
# Efforts are hundredths of a standard deviation; from here on every list is visited.
_EVERY_LIST = 100_000
_NO_MASK: BoolArray = read_only(np.empty(0, dtype=np.bool_))
_NONE = np.empty(0, dtype=np.int32)
_NO_ROWS = RowFilter(np.empty(0, dtype=np.int64), _NONE, _NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredConfig:
    """Options of `ClusteredIndex`.

    Attributes:
        lists: Lists the rows are split into; None: n / 125, within 2 and 8 times sqrt(n).
        reach: Standard deviations of a list's scores about its centre's that its rows are
            credited with in a plain search; lists that cannot reach the k best even so
            are not visited.
        sigmas: Standard errors of the bit estimate a row is given the benefit of while
            lists are probed.
        scan_sigmas: The same where every allowed row is to be scored.
        iterations: Rounds of k-means.
        exact_below: Share of allowed rows under which all of them are scored.
        seed: Seed of k-means and rotation.
        threads: Threads of a batch search; None: all cores.
    """

    lists: int | None = None
    reach: float = 3.0
    sigmas: float = 2.0
    scan_sigmas: float = 3.5
    iterations: int = 6
    exact_below: float = 0.05
    seed: int = 0
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            InvalidInputError: If a value is out of range.
        """
        if (
            (self.lists is not None and self.lists < 1)
            or (self.threads is not None and self.threads < 1)
            or self.reach < 0
            or self.sigmas < 0
            or self.scan_sigmas < 0
            or self.iterations < 1
        ):
            raise InvalidInputError(
                f"{self} is out of range: lists, iterations and threads must be >= 1, "
                "reach and sigmas >= 0."
            )


class ClusteredIndex(ApproximateIndex):
    """IVF over one-bit and 8-bit codes; candidates are re-scored in float32."""

    kind: ClassVar[str] = "clustered"
    config: ClusteredConfig
    config_kind = ClusteredConfig

    def __init__(self, exact: ExactIndex, codes: TwoLevelCodes, config: ClusteredConfig) -> None:
        """Join vectors and their codes; use `build` for vectors alone.

        Args:
            exact: The exact index over the same vectors.
            codes: Their codes.
            config: The options they were built with.
        """
        from deepsearch.index import kernels

        effort = max(1, round(100 * config.reach))
        super().__init__(exact, effort=effort, exact_below=config.exact_below)
        self.config = config
        self._codes = codes
        count, lists = len(exact), codes.starts.shape[0] - 1
        # Looked up at each search otherwise, which takes as long as scoring a dozen rows.
        self._kernels = kernels
        self._total = count
        self._few = max(_FEW_ROWS, _FEW_ROWS_A_LIST * lists)
        self._squared = exact.space.metric == "l2"
        row_of = np.empty(count, dtype=np.int32)
        row_of[codes.order] = np.arange(count, dtype=np.int32)
        arrays = {name: read_only(getattr(codes, name)) for name in codes.__dataclass_fields__}
        self._tables = kernels.Tables(
            **arrays,
            row_of=row_of,
            vectors=read_only(exact.vectors),
            list_blocks=read_only(centre_blocks(codes)),
        )
        self._packed = kernels.packed(self._tables)

    @classmethod
    def build(
        cls, vectors: FloatArray, space: EmbeddingSpace, *, config: ClusteredConfig | None = None
    ) -> ClusteredIndex:
        """Find lists by k-means and encode every row, on all cores.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space; n >= 1.
            space: Their space.
            config: Options; None for the defaults.

        Returns:
            The index.

        Raises:
            InvalidInputError: If there is no vector.
        """
        options = config or ClusteredConfig()
        exact = ExactIndex(vectors, space)
        count = len(exact)
        if count == 0:
            raise InvalidInputError("There is no vector to find lists in; use ExactIndex.")
        if count >= 2**31:
            raise InvalidInputError(f"{count} vectors are given; an index holds fewer than 2**31.")
        lists = min(options.lists or _lists_for(count), count)
        centres, assigned = _k_means(exact.vectors, lists, space.metric, options)
        codes = encode(exact.vectors, assigned, centres, metric=space.metric, seed=options.seed)
        return cls(exact, codes, options)

    def over(self, exact: ExactIndex) -> ClusteredIndex:
        """Return the same index over a copy of its vectors.

        Args:
            exact: The exact index over equal vectors in another place.

        Returns:
            The index; the codes are shared.
        """
        return ClusteredIndex(exact, self._codes, self.config)

    def scan(self, queries: FloatArray, *, k: int, among: PreparedFilter | None) -> Matches:
        """Score every allowed row, with ann_recall@10 of .999; see `ApproximateIndex.scan`."""
        matches = self._run(queries, k, among, reach=-1.0, sigmas=self.config.scan_sigmas)
        return self.completed(matches, queries, k=k, among=among)

    def counted(self, mask: BoolArray) -> int:
        """Count what a mask allows; see `ApproximateIndex.counted`."""
        return int(self._kernels.count_allowed(read_only(mask)))

    def by_row(self, mask: BoolArray) -> RowFilter:
        """Bring a mask into the order of the rows; see `ApproximateIndex.by_row`."""
        made = self._room_by_row()
        self._kernels.prepare_filter(self._packed, read_only(mask), made.bits, made.firsts)
        if made.firsts[-1] > self._few:
            return made
        return made._replace(few=np.sort(self._tables.row_of[np.flatnonzero(mask)]))

    def _room_by_row(self) -> RowFilter:
        return RowFilter(
            np.empty((self._total + 63) // 64, dtype=np.int64),
            np.empty(self._tables.starts.shape[0], dtype=np.int32),
            _NONE,
        )

    def propose(
        self, queries: FloatArray, *, k: int, among: PreparedFilter | None, effort: int
    ) -> Matches:
        """Visit lists that may hold one of the best; see `ApproximateIndex.propose`."""
        reach = -1.0 if effort >= _EVERY_LIST else effort / 100
        return self._run(queries, k, among, reach=reach, sigmas=self.config.sigmas)

    def _run(
        self,
        queries: FloatArray,
        k: int,
        among: PreparedFilter | None,
        *,
        reach: float,
        sigmas: float,
    ) -> Matches:
        kernels = self._kernels
        count, total = queries.shape[0], self._total
        mask, allowed = _NO_MASK, total
        by_row: RowFilter | None = None
        if among is not None:
            allowed, by_row = among.count, among.by_row
            mask = read_only(among.mask) if by_row is None else _NO_MASK
        if allowed == total:
            how = kernels.ALL_ROWS
        elif reach < 0 and allowed <= self._few:
            how = kernels.BY_CODES
        elif by_row is None and count < _QUERIES_A_THREAD and allowed > _AT_ONCE_SHARE * total:
            # Working memory, of which each thread would need its own.
            how, by_row = kernels.BY_MASK, self._room_by_row()
        else:
            how, by_row = kernels.BY_BITS, by_row or self.by_row(mask)
        bits, firsts, few = by_row or _NO_ROWS
        room = min(total, k + max(_SPARE, k // 4))
        out = unfilled_matches(count, k)

        def work(asked: FloatArray, ids: IntArray, scores: FloatArray, counts: IntArray) -> None:
            kernels.search(
                self._packed,
                how,
                mask,
                bits,
                firsts,
                few,
                allowed,
                read_only(asked),
                self._squared,
                reach,
                sigmas,
                room,
                ids,
                scores,
                counts,
            )

        # Asking for the number of cores takes as long as scoring two hundred rows.
        threads = (self.config.threads or os.cpu_count() or 1) if count > _QUERIES_A_THREAD else 1
        pieces = min(threads, count // _QUERIES_A_THREAD)
        if pieces > 1:
            parts = (
                np.array_split(each, pieces) for each in (queries, out.ids, out.scores, out.counts)
            )
            list(_pool(threads).map(work, *parts))
        else:
            work(queries, out.ids, out.scores, out.counts)
        return out

    def efforts(self) -> tuple[int, ...]:
        """Return efforts worth trying, ascending, for calibration."""
        return (*range(10, 400, 10), *range(400, 801, 50), 1_000, 1_500, _EVERY_LIST)

    def held_back(self) -> IntArray:
        """Return the positions that moved no centre; see `ApproximateIndex.held_back`."""
        lists = self._codes.starts.shape[0] - 1
        trained = _training_rows(len(self), lists, self.config.seed)
        apart = np.setdiff1d(np.arange(len(self)), trained, assume_unique=True)
        return apart if apart.shape[0] else trained

    def parts(self) -> Mapping[str, Callable[[Path], None]]:
        """Return a writer for each file of the index beside its vectors."""
        from deepsearch.index.files import array_writer

        return {
            name: array_writer(getattr(self._codes, name))
            for name in TwoLevelCodes.__dataclass_fields__
        }

    @classmethod
    def _reopened(
        cls, exact: ExactIndex, config: ClusteredConfig, files: Mapping[str, Path]
    ) -> Self:
        from deepsearch.index.files import load_array

        codes = TwoLevelCodes(
            **{
                name: load_array(files[name], mapped=name in ("records", "blocks", "codes"))
                for name in TwoLevelCodes.__dataclass_fields__
            }
        )
        if not fits(codes, len(exact), exact.space.dim):
            raise IndexFormatError(
                "The code arrays do not fit each other. Rebuild the index from its vectors."
            )
        return cls(exact, codes, config)


def _lists_for(count: int) -> int:
    # Few lists are quick to rank; but where rows lie in knots of a hundred, a list must not
    # hold many knots, or those without a centre near are strewn over all lists.
    root: float = count**0.5
    return max(1, int(min(max(2 * root, count / 125), 8 * root)))


def _training_rows(count: int, lists: int, seed: int) -> IntArray:
    # A twentieth at least stays apart, as queries that moved no centre.
    rows = max(lists, min(count - count // 20, _TRAIN_ROWS_A_LIST * lists))
    chosen: IntArray = np.random.default_rng(seed).choice(count, rows, replace=False)
    chosen.sort()
    return chosen


def _k_means(
    vectors: FloatArray, lists: int, metric: Metric, options: ClusteredConfig
) -> tuple[FloatArray, npt.NDArray[np.int32]]:
    faiss = load_faiss()
    count, dim = vectors.shape
    trained = _training_rows(count, lists, options.seed)
    sample = np.ascontiguousarray(vectors[trained], dtype=np.float32)
    means = faiss.Kmeans(
        dim,
        lists,
        niter=options.iterations,
        seed=options.seed + 1,
        spherical=metric == "cosine",
        min_points_per_centroid=1,
        max_points_per_centroid=_TRAIN_ROWS_A_LIST,
    )
    means.train(sample)
    centres = np.ascontiguousarray(means.centroids, dtype=np.float32)
    flat = faiss.IndexFlatL2(dim)
    flat.add(centres)
    _, nearest = flat.search(np.asarray(vectors), 1)
    return centres, nearest[:, 0].astype(np.int32)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="deepsearch-index")
