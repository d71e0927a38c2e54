"""Measures what searches cost on this machine and what recall they reach on this data.

The queries are given, or rows of the catalogue itself, left out of what may be found. For each
share of allowed rows two kinds of filter are tried: rows drawn at random, and rows on
one side of the catalogue (those most like one anchor), which most queries lie away
from. The effort recorded for a share is the least whose recall clears the target by
its own uncertainty, under every filter tried.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from deepsearch.errors import IndexFormatError
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.prepared import PreparedFilter
from deepsearch.schema import BoolArray, FloatArray, IntArray, Matches

__all__ = ["Band", "Calibration", "calibrate"]

SHARES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.01)
DEPTHS = (10, 100, 200)
# Queries for a depth: what ten matches need is asked of more of them, since it is asked most, and
# an effort must clear the target by an uncertainty that falls with their number. Some fifty are
# too few: where most queries lose nothing and some lose much, they may hold few of the latter,
# and then the spread that they show is too small as well.
_NEAR = 10
_QUERIES = 288
_QUERIES_DEEP = 96
# Where each costs ten times more.
_QUERIES_DEEP_MANY_ROWS = 48
_MANY_ROWS = 300_000
# Queries that are timed: so many that none finds its own rows in the caches when it is asked
# again, as those of a service do not. Of two rounds over them the better counts: what else runs
# on the machine is no cost of a search.
_TIMED = 64
_ROUNDS = 2
# Rows scanned to see what that costs, and parts of all: a base may have more than one way of
# scanning, so that two sizes do not tell the others.
_SCANNED = (100, 1_000, 2_000)
_SCANNED_PARTS = (100, 50, 20)
_ANCHORS = 4
# The mean over all filters of a kind must clear the target by this many standard errors;
# that under each single filter, of fewer queries, by one.
_ERRORS = 2.0
_BLOCK_ROWS = 65_536
# A share this near to a band's, as that of rows drawn at random is, counts as the band's.
_SAME = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What a search needs where a share of the rows is allowed.

    Attributes:
        share: Share of rows allowed, 0..1.
        k: Matches wanted.
        effort: Least effort that keeps the target; None: none does.
        recall: ann_recall@k at that effort: the mean less its uncertainty, of the worse
            kind of filter.
        microseconds: Median time of one search at that effort, the mean over kinds of filters.
    """

    share: float
    k: int
    effort: int | None
    recall: float
    microseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Measured costs and recalls of one index on one machine.

    Attributes:
        target_recall: What the efforts were chosen for.
        machine: Where it was measured.
        scans: Rows scanned, ascending, and the microseconds it took.
        bands: One a share and k.
    """

    target_recall: float
    machine: str
    scans: tuple[tuple[int, float], ...]
    bands: tuple[Band, ...]

    def scan_microseconds(self, rows: int) -> float:
        """Estimate the time of scoring rows exactly, between and beyond what was measured.

        Args:
            rows: Allowed rows.

        Returns:
            Microseconds.
        """
        known, spent = zip(*self.scans, strict=True)
        if rows > known[-1]:
            return float(spent[-1] * rows / known[-1])
        return float(np.interp(rows, known, spent))

    def band(self, share: float, k: int) -> Band | None:
        """Return what a search needs, on the safe side of what was measured.

        Args:
            share: Share of rows allowed.
            k: Matches wanted.

        Returns:
            The dearer of the bands around the share, at the next larger k measured;
            None where the share or k lies outside what was measured.
        """
        depth = next((depth for depth in DEPTHS if k <= depth), None)
        below: Band | None = None
        above: Band | None = None
        for band in self.bands:
            if band.k != depth:
                continue
            if band.share <= share * (1 + _SAME) and (not below or band.share > below.share):
                below = band
            if band.share >= share * (1 - _SAME) and (not above or band.share < above.share):
                above = band
        if below is None or above is None or below.effort is None or above.effort is None:
            return None
        return below if below.effort > above.effort else above

    def as_json(self) -> dict[str, Any]:
        """Return the values a file header keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calibration:
        """Read what `as_json` returned.

        Args:
            values: JSON values.

        Returns:
            The calibration.

        Raises:
            IndexFormatError: If a value is missing or of the wrong kind.
        """
        try:
            bands = tuple(Band(**band) for band in values["bands"])
            scans = tuple((int(rows), float(spent)) for rows, spent in values["scans"])
            if not scans:
                raise ValueError("no scan was measured")
            return cls(
                target_recall=float(values["target_recall"]),
                machine=str(values["machine"]),
                scans=scans,
                bands=bands,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise IndexFormatError(
                f"The calibration kept with the index cannot be read ({error!r}). "
                "Rebuild the index from its vectors."
            ) from error


def calibrate(
    base: ApproximateIndex,
    *,
    target_recall: float,
    queries: FloatArray | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Calibration:
    """Find, for each share of allowed rows, the effort that keeps the target.

    Args:
        base: The approximate index.
        target_recall: ann_recall wanted.
        queries: (n, dim) float32 real queries, where there are some; None takes rows of
            the index and leaves them out of what may be found. Queries unlike the rows
            (texts against pictures) need more effort, so give real ones then.
        seed: Seed of rows, filters and anchors.
        progress: Called with the share done, 0..1.

    Returns:
        The calibration.
    """
    generator = np.random.default_rng(seed)
    count = len(base)
    free = np.ones(count, dtype=np.bool_)
    few = _QUERIES_DEEP if count < _MANY_ROWS else _QUERIES_DEEP_MANY_ROWS
    wanted = _QUERIES
    if queries is None:
        apart = base.held_back()
        wanted = min(wanted, max(2, count // 20), apart.shape[0])
        held = generator.choice(apart, wanted, replace=False)
        free[held] = False
        sample = np.array(base.exact.vectors[held], dtype=np.float32)
    else:
        sample = queries[generator.permutation(queries.shape[0])[:wanted]]
    scans = _scan_costs(base, sample, generator)
    sides = _sides(base, generator)
    bands: list[Band] = []
    # What one share needs is near to what the last one needed: the search starts there.
    at = dict.fromkeys(DEPTHS, len(base.efforts()) // 2)
    for step, share in enumerate(SHARES):
        masks = _masks(free, share, sides, generator)
        near = _trial(base, sample, masks, depth=_NEAR)
        deep = _trial(base, sample[:few], masks, depth=max(DEPTHS))
        for k in DEPTHS:
            trial = near if k <= _NEAR else deep
            at[k], band = _band(base, trial, share, k, target_recall, first=at[k])
            bands.append(band)
        if progress is not None:
            progress((step + 1) / len(SHARES))
    return Calibration(
        target_recall=target_recall,
        machine=f"{platform.machine()} {platform.processor()} {platform.system()}",
        scans=scans,
        bands=tuple(bands),
    )


def _sides(base: ApproximateIndex, generator: np.random.Generator) -> FloatArray:
    # (anchors, n): how like each anchor each row is.
    vectors = base.exact.vectors
    anchors = np.asarray(vectors[generator.integers(len(base), size=_ANCHORS)], dtype=np.float32)
    out = np.empty((_ANCHORS, len(base)), dtype=np.float32)
    for start in range(0, len(base), _BLOCK_ROWS):
        rows = np.asarray(vectors[start : start + _BLOCK_ROWS])
        scores = out[:, start : start + _BLOCK_ROWS]
        np.matmul(anchors, rows.T, out=scores)
        if base.space.metric == "l2":
            scores -= np.einsum("ij,ij->i", rows, rows) / 2
    return out


def _masks(
    free: BoolArray, share: float, sides: FloatArray, generator: np.random.Generator
) -> tuple[BoolArray, ...]:
    count = free.shape[0]
    if share >= 1.0:
        return (free,)
    last = min(count - 1, count - round(share * count))
    cuts = np.partition(sides, last, axis=1)[:, last]
    drawn = free & (generator.random(count, dtype=np.float32) < share)
    return drawn, *(free & (scores >= cut) for scores, cut in zip(sides, cuts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filtered:
    # One filter, the queries asked under it, and the exact answers.
    among: PreparedFilter
    queries: FloatArray
    truth: IntArray


_Trial: TypeAlias = tuple[tuple[_Filtered, ...], ...]
"""The filters of a share by kind, random ones first."""


def _trial(
    base: ApproximateIndex, sample: FloatArray, masks: tuple[BoolArray, ...], *, depth: int
) -> _Trial:
    def filtered(mask: BoolArray, queries: FloatArray) -> _Filtered:
        among = base.prepare(mask)
        truth = base.scan(queries, k=depth, among=among).ids
        return _Filtered(among=among, queries=queries, truth=truth)

    # Each side is asked half of the queries, every other time the same half.
    halves = (sample, sample) if sample.shape[0] < 2 else (sample[::2], sample[1::2])
    sides = tuple(
        filtered(mask, np.ascontiguousarray(halves[at % 2])) for at, mask in enumerate(masks[1:])
    )
    random = (filtered(masks[0], sample),)
    return (random, sides) if sides else (random,)


def _band(
    base: ApproximateIndex, trial: _Trial, share: float, k: int, target: float, *, first: int
) -> tuple[int, Band]:
    # The band, and which effort it is.
    efforts = base.efforts()
    assured: dict[int, float] = {}

    def keeps(at: int) -> bool:
        if at not in assured:
            assured[at] = min(_assured(base, kind, efforts[at], k, target) for kind in trial)
        return assured[at] >= target

    at = _least(len(efforts), first, keeps)
    if at >= len(efforts):
        return first, Band(share=share, k=k, effort=None, recall=0.0, microseconds=0.0)
    effort = efforts[at]
    # Scoring every row takes as long under either kind, so what a search takes is compared by
    # the mean of both.
    spent = float(np.mean([_search_cost(base, kind[0], k, effort) for kind in trial]))
    band = Band(share=share, k=k, effort=effort, recall=assured[at], microseconds=spent)
    return at, band


def _assured(
    base: ApproximateIndex, kind: tuple[_Filtered, ...], effort: int, k: int, target: float
) -> float:
    return _at_the_least([_recalls(base, filtered, effort, k) for filtered in kind], target)


def _at_the_least(recalls: list[FloatArray], target: float) -> float:
    # The mean over filters of a kind, of which every other one was asked the same queries, less
    # its uncertainty. A query that one filter leads astray is led astray by others too, so that
    # it is queries that are counted, not searches.
    queries = np.concatenate(
        [np.mean(recalls[first::2], axis=0) for first in range(min(2, len(recalls)))]
    )
    assured = float(queries.mean()) - _ERRORS * _error(queries)
    # One filter may be worse than the others.
    single = min(float(each.mean()) - _error(each) for each in recalls)
    return assured if single >= target else min(assured, single)


def _error(values: FloatArray) -> float:
    return float(values.std() / np.sqrt(max(1, values.size - 1)))


def _least(count: int, first: int, keeps: Callable[[int], bool]) -> int:
    # Recall grows with effort: gallop from `first`, then bisect, for the least that keeps
    # the target; `count` where none does.
    low, high, step = 0, count, 1
    at = min(first, count - 1)
    if keeps(at):
        high = at
        while high > 0 and keeps(max(0, high - step)):
            high, step = max(0, high - step), 2 * step
        low = max(0, high - step) + 1 if high > 0 else 0
    else:
        low = at + 1
        while low < count and not keeps(min(count - 1, low - 1 + step)):
            low, step = min(count - 1, low - 1 + step) + 1, 2 * step
        high = min(count - 1, low - 1 + step) if low < count else count
    while low < high:
        middle = (low + high) // 2
        if keeps(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _search_cost(base: ApproximateIndex, filtered: _Filtered, k: int, effort: int) -> float:
    def search(query: FloatArray) -> Matches:
        return base.search_with(query, k=k, among=filtered.among, effort=effort)

    return _median_microseconds(search, filtered.queries)


def _recalls(base: ApproximateIndex, filtered: _Filtered, effort: int, k: int) -> FloatArray:
    wanted = min(k, filtered.among.count)
    if wanted == 0:
        return np.ones(filtered.queries.shape[0], dtype=np.float32)
    found = base.search_with(filtered.queries, k=k, among=filtered.among, effort=effort).ids
    truth = filtered.truth[:, :wanted]
    hits = (found[:, :wanted, None] == truth[:, None, :]).any(axis=1).sum(axis=1)
    shares: FloatArray = (hits / wanted).astype(np.float32)
    return shares


def _scan_costs(
    base: ApproximateIndex, sample: FloatArray, generator: np.random.Generator
) -> tuple[tuple[int, float], ...]:
    count = len(base)
    scans = []
    parts = (count // part for part in _SCANNED_PARTS)
    for size in sorted({min(count, size) for size in (*_SCANNED, *parts)} - {0}):
        mask = np.zeros(count, dtype=np.bool_)
        mask[generator.choice(count, size, replace=False)] = True

        among = base.prepare(mask)

        def scan(query: FloatArray, among: PreparedFilter = among) -> Matches:
            return base.scan(query, k=10, among=among)

        scans.append((size, _median_microseconds(scan, sample)))
    return tuple(scans)


def _median_microseconds(search: Callable[[FloatArray], Matches], sample: FloatArray) -> float:
    times = np.full(min(_TIMED, sample.shape[0]), np.inf)
    for _ in range(_ROUNDS):
        for at in range(times.shape[0]):
            start = time.perf_counter()
            search(sample[at : at + 1])
            times[at] = min(times[at], time.perf_counter() - start)
    return float(np.median(times)) * 1e6
