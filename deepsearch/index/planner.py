"""Chooses, for each search, between scanning the allowed rows and the approximate base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from deepsearch.errors import InvalidInputError
from deepsearch.index._checks import as_queries, check_k
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.calibrate import Calibration
from deepsearch.index.clustered import ClusteredConfig, ClusteredIndex
from deepsearch.index.exact import ExactIndex
from deepsearch.index.faiss_hnsw import FaissHnswConfig, FaissHnswIndex
from deepsearch.index.hnsw import HnswConfig, HnswIndex
from deepsearch.index.ivfpq import IvfPqConfig, IvfPqIndex
from deepsearch.index.prepared import PreparedFilter
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, Matches

__all__ = ["Plan", "PlannedIndex"]

# Without a calibration, a filter narrower than this is scanned.
_UNMEASURED_SHARE = 0.05
# Plans remembered; making one takes as long as scoring some fifty rows.
_PLANS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a search was carried out, and why; worth telling the user.

    Attributes:
        method: "exact", or the kind of the approximate base ("clustered", "hnsw" ...).
        effort: ef_search, nprobe, or a reach in hundredths (`ClusteredConfig.reach`); None
            where every allowed row was scored.
        allowed_count: Rows the mask left.
        reason: One sentence.
        expected_recall: ann_recall that such a search has at the least, by calibration; 1.0
            where exact; None where the index was never calibrated.
    """

    method: str
    effort: int | None
    allowed_count: int
    reason: str
    expected_recall: float | None


class PlannedIndex:
    """Exact scan and approximate base behind one search that picks the better.

    Attributes:
        exact: The exact index over all vectors.
        base: The approximate index over the same vectors; None where they are few.
        target_recall: ann_recall@10 a search is planned for.
        calibration: What was measured of the base on this data; None before.
    """

    kind: ClassVar[str] = "planned"

    def __init__(
        self,
        exact: ExactIndex,
        base: ApproximateIndex | None,
        *,
        target_recall: float = 0.95,
        calibration: Calibration | None = None,
    ) -> None:
        """Join the parts; use `build_index` for vectors alone.

        Args:
            exact: The exact index over all vectors.
            base: The approximate index over the same vectors, or None.
            target_recall: Above 0, at most 1.
            calibration: What `calibrate` measured of the base; without it the base's own
                defaults are used and no recall is promised.

        Raises:
            InvalidInputError: If target_recall is out of range.
        """
        if not 0.0 < target_recall <= 1.0:
            raise InvalidInputError(
                f"target_recall is {target_recall!r}; expected a share above 0, at most 1."
            )
        self.exact = exact
        self.base = base
        self.target_recall = target_recall
        self.calibration = calibration
        # The same filters come again, and what a plan rests on stays as it is.
        self._remembered = lru_cache(maxsize=_PLANS)(self.plan)

    @property
    def config(self) -> ClusteredConfig | HnswConfig | FaissHnswConfig | IvfPqConfig | None:
        """Options of the base; None where there is none."""
        base = self.base
        known = ClusteredIndex | HnswIndex | FaissHnswIndex | IvfPqIndex
        return base.config if isinstance(base, known) else None

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors held."""
        return self.exact.space

    def __len__(self) -> int:
        """Vectors held."""
        return len(self.exact)

    def prepare(self, allowed: BoolArray) -> PreparedFilter:
        """Make a filter ready for searches that come again with it.

        Args:
            allowed: (len(self),) bool mask over positions; copied.

        Returns:
            What `search` takes as `allowed`, sooner done with than with the mask.

        Raises:
            InvalidInputError: If it is no mask of this length.
        """
        return (self.base or self.exact).prepare(allowed)

    def search(
        self, queries: FloatArray, *, k: int, allowed: BoolArray | PreparedFilter | None = None
    ) -> Matches:
        """Find the k best vectors for each query; `search_planned` also says how.

        Args:
            queries: (n, dim) float32, finite; a single vector as query[None, :].
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) bool mask over positions, or what `prepare` made of one;
                None allows all.

        Returns:
            Positions and scores, larger is better, ties by position.
        """
        return self.search_planned(queries, k=k, allowed=allowed)[0]

    def search_planned(
        self, queries: FloatArray, *, k: int, allowed: BoolArray | PreparedFilter | None = None
    ) -> tuple[Matches, Plan]:
        """Find the k best vectors for each query, and say how they were found.

        Args:
            queries: (n, dim) float32, finite; a single vector as query[None, :].
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) bool mask over positions, or what `prepare` made of one;
                None allows all.

        Returns:
            The matches and the plan.

        Raises:
            DimensionMismatchError: If the queries' width is not the space's.
            InvalidInputError: If k < 1, a value is not finite, or the mask's
                length differs from the index's.
        """
        batch = as_queries(queries, self.space)
        k = check_k(k)
        among = (self.base or self.exact).filtered(allowed)
        plan = self._remembered(len(self) if among is None else among.count, k)
        if self.base is None or plan.effort is None:
            return (self.base or self.exact).scan(batch, k=k, among=among), plan
        return self.base.search_with(batch, k=k, among=among, effort=plan.effort), plan

    def plan(self, count: int, k: int) -> Plan:
        """Decide how to search among `count` allowed rows.

        Args:
            count: Rows the mask leaves.
            k: Matches wanted a query.

        Returns:
            The plan.
        """
        total = len(self)
        if self.base is None:
            return _exactly(count, f"{count} of {total} rows: few enough to score them all")
        share = count / total if total else 0.0
        narrow = count < total and share < _UNMEASURED_SHARE and self.calibration is None
        if count <= k or narrow:
            return _exactly(count, f"{count} of {total} rows allowed: all are scored")
        if self.calibration is None:
            return Plan(
                method=self.base.kind,
                effort=self.base.effort,
                allowed_count=count,
                reason=f"{count} of {total} rows allowed; not calibrated, default effort",
                expected_recall=None,
            )
        band = self.calibration.band(share, k)
        scan = self.calibration.scan_microseconds(count)
        if band is None or band.effort is None:
            return _exactly(
                count, f"no effort is known to keep {self.target_recall:.0%} for {count} rows"
            )
        if scan <= band.microseconds:
            return _exactly(
                count,
                f"scoring {count} of {total} rows takes some {scan:.0f} us, "
                f"less than the {band.microseconds:.0f} us of a search",
            )
        return Plan(
            method=self.base.kind,
            effort=band.effort,
            allowed_count=count,
            reason=(
                f"{count} of {total} rows allowed: a search takes some "
                f"{band.microseconds:.0f} us, scoring them all {scan:.0f} us"
            ),
            expected_recall=band.recall,
        )

    def parts(self) -> Mapping[str, Callable[[Path], None]]:
        """Return a writer for each file of the index beside its vectors."""
        return {} if self.base is None else self.base.parts()

    def describe(self) -> dict[str, Any]:
        """Return what a file header records of the index, as JSON values."""
        return {
            "target_recall": self.target_recall,
            "calibration": None if self.calibration is None else self.calibration.as_json(),
            "base": None if self.base is None else self.base.kind,
            "base_described": None if self.base is None else self.base.describe(),
        }


def _exactly(count: int, reason: str) -> Plan:
    return Plan(
        method="exact", effort=None, allowed_count=count, reason=reason, expected_recall=1.0
    )
