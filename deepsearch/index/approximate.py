"""What the approximate indexes share: exact float32 scores, and masks that hold.

A backend only proposes candidates. Here they are scored by their float32 vectors, so
scores agree across backends to the bit; short answers are completed exactly, so that
min(k, allowed) matches always come back; and masks that leave few rows skip the
backend, because a scan of few rows is both faster and exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from deepsearch.index._checks import as_filter, as_queries, check_k, kept_mask
from deepsearch.index._metric import rescore
from deepsearch.index._select import empty_matches, pack
from deepsearch.index.exact import ExactIndex
from deepsearch.index.prepared import PreparedFilter, RowFilter
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, IntArray, Matches

__all__ = ["ApproximateIndex"]


class ApproximateIndex(ABC):
    """An immutable approximate index over float32 vectors; searchable from many threads.

    Attributes:
        exact: The exact index over the same vectors.
        kind: Name of the backend in index files.
        effort: Effort of a plain `search`: ef_search, nprobe, or reach.
        config: The options it was built with, a dataclass.
        config_kind: Its class.
    """

    kind: ClassVar[str]
    config: Any
    config_kind: ClassVar[type]

    def __init__(self, exact: ExactIndex, *, effort: int, exact_below: float) -> None:
        """Keep what every backend needs.

        Args:
            exact: The exact index over the same vectors.
            effort: Default effort of a search, >= 1.
            exact_below: Share of allowed rows under which they are scanned instead.
        """
        self.exact = exact
        self.effort = effort
        self._exact_below = exact_below

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors held."""
        return self.exact.space

    def __len__(self) -> int:
        """Vectors held."""
        return len(self.exact)

    def search(
        self, queries: FloatArray, *, k: int, allowed: BoolArray | PreparedFilter | None = None
    ) -> Matches:
        """Find about the k best vectors for each query, at the default effort.

        Args:
            queries: (n, dim) float32, finite; a single vector as query[None, :].
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) bool mask over positions, or what `prepare` made of one;
                None allows all. No position outside it is ever returned, and
                min(k, allowed.sum()) are.

        Returns:
            Positions and float32-exact scores, larger is better, ties by position.

        Raises:
            DimensionMismatchError: If the queries' width is not the space's.
            InvalidInputError: If k < 1, a value is not finite, or the mask's
                length differs from the index's.
        """
        batch = as_queries(queries, self.space)
        k = check_k(k)
        among = self.filtered(allowed)
        if among is not None and among.count < max(k + 1, self._exact_below * len(self)):
            return self.scan(batch, k=k, among=among)
        return self.search_with(batch, k=k, among=among, effort=self.effort)

    def prepare(self, allowed: BoolArray) -> PreparedFilter:
        """Make a filter ready for searches that come again with it; see `PlannedIndex.prepare`."""
        mask = kept_mask(allowed, len(self))
        return PreparedFilter(
            mask=mask, count=self.counted(mask), made_for=self, by_row=self.by_row(mask)
        )

    def filtered(self, allowed: BoolArray | PreparedFilter | None) -> PreparedFilter | None:
        """Check and count a filter; for planners.

        Args:
            allowed: (len(self),) bool mask over positions, or such a mask made ready; None
                allows all.

        Returns:
            The filter; None where everything is allowed.
        """
        return as_filter(allowed, len(self), counted=self.counted, made_for=self)

    def counted(self, mask: BoolArray) -> int:
        """Count what a mask allows.

        Args:
            mask: (len(self),) contiguous bool.

        Returns:
            How many positions.
        """
        return int(np.count_nonzero(mask))

    def by_row(self, mask: BoolArray) -> RowFilter | None:  # noqa: ARG002 - of use to some
        """Bring a mask into the order of the rows, where they have one of their own.

        Args:
            mask: (len(self),) contiguous bool.

        Returns:
            The filter, or None.
        """
        return None

    def scan(self, queries: FloatArray, *, k: int, among: PreparedFilter | None) -> Matches:
        """Score every allowed row; for planners. Arguments are not checked again.

        Args:
            queries: (n, dim) float32, checked.
            k: Matches wanted a query.
            among: What `filtered` returned.

        Returns:
            As `search`.
        """
        return self.exact.scan(queries, k=k, among=among)

    def search_with(
        self, queries: FloatArray, *, k: int, among: PreparedFilter | None, effort: int
    ) -> Matches:
        """Search at a given effort; for planners. Arguments are not checked again.

        Args:
            queries: (n, dim) float32, checked.
            k: Matches wanted a query.
            among: What `filtered` returned.
            effort: ef_search, nprobe or reach.

        Returns:
            As `search`.
        """
        if queries.shape[0] == 0 or (among is not None and among.count == 0):
            return empty_matches(queries.shape[0], k)
        matches = self.propose(queries, k=k, among=among, effort=effort)
        return self.completed(matches, queries, k=k, among=among)

    def completed(
        self, matches: Matches, queries: FloatArray, *, k: int, among: PreparedFilter | None
    ) -> Matches:
        """Replace answers that are short of what is allowed, and of k, by exact ones.

        Args:
            matches: What a backend found; changed in place.
            queries: (n, dim) float32 it was found for.
            k: Matches wanted a query.
            among: What `filtered` returned.

        Returns:
            The matches.
        """
        wanted = min(k, len(self) if among is None else among.count)
        if queries.shape[0] == 1 and matches.counts[0] >= wanted:
            return matches
        short = np.flatnonzero(matches.counts < wanted)
        if short.size:
            full = self.exact.scan(queries[short], k=k, among=among)
            matches.ids[short] = full.ids
            matches.scores[short] = full.scores
            matches.counts[short] = full.counts
        return matches

    @abstractmethod
    def propose(
        self, queries: FloatArray, *, k: int, among: PreparedFilter | None, effort: int
    ) -> Matches:
        """Search the backend; an answer may be short, none may leave the mask.

        Args:
            queries: (n, dim) float32, checked, n >= 1.
            k: Matches wanted a query.
            among: What `filtered` returned, with a count of 1 or more.
            effort: ef_search, nprobe or reach.

        Returns:
            Matches scored by their float32 vectors, ordered, ties by position.
        """

    def scored(self, queries: FloatArray, ids: IntArray, k: int) -> Matches:
        """Score candidates by their float32 vectors and keep the k best.

        Args:
            queries: (n, dim) float32.
            ids: (n, m) distinct positions a row, -1 where there is none.
            k: Matches wanted a query.

        Returns:
            Matches of width k.
        """
        return pack(ids, rescore(queries, self.exact.vectors, ids, self.space.metric), k)

    def held_back(self) -> IntArray:
        """Return positions whose vectors may stand for queries not seen in training."""
        return np.arange(len(self), dtype=np.int64)

    @abstractmethod
    def efforts(self) -> tuple[int, ...]:
        """Return efforts worth trying, ascending, for calibration."""

    @abstractmethod
    def parts(self) -> Mapping[str, Callable[[Path], None]]:
        """Return a writer for each file of the index beside its vectors."""

    def describe(self) -> dict[str, Any]:
        """Return what a file header records of the index, as JSON values."""
        return {"config": asdict(self.config)}

    @classmethod
    def restore(
        cls, exact: ExactIndex, described: Mapping[str, Any], files: Mapping[str, Path]
    ) -> Self:
        """Read back what `parts` wrote, from files that were verified.

        Args:
            exact: The exact index over the same vectors.
            described: What `describe` returned.
            files: The file of each part.

        Returns:
            The index.
        """
        return cls._reopened(exact, cls.config_kind(**described["config"]), files)

    @classmethod
    @abstractmethod
    def _reopened(cls, exact: ExactIndex, config: Any, files: Mapping[str, Path]) -> Self:
        """Read the files of an index; IndexFormatError if they do not fit it."""
