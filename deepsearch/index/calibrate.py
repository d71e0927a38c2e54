"""Measures what searches cost on this machine and what recall they reach on this data.

The queries are rows of the catalogue itself, left out of what may be found. For each
share of allowed rows two kinds of filter are tried: rows drawn at random, and rows on
one side of the catalogue (those most like one anchor), which most queries lie away
from. The effort recorded for a share is what the worse of both kinds needs. One half
of the queries chooses it, the other half measures the recall that is reported.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from deepsearch.errors import IndexFormatError
from deepsearch.index._metric import row_scores
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.schema import BoolArray, FloatArray, IntArray, Matches

__all__ = ["Band", "Calibration", "calibrate"]

SHARES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.01)
DEPTHS = (10, 100)
# Fewer queries where each costs ten times more; the rule below then asks for more margin.
_QUERIES = 96
_QUERIES_MANY_ROWS = 48
_MANY_ROWS = 300_000
_TIMED = 12
_ANCHORS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What a search needs where a share of the rows is allowed.

    Attributes:
        share: Share of rows allowed, 0..1.
        k: Matches wanted.
        effort: Least effort that reached the target; None: none did.
        far: Effort for queries that the filter leads away from, where the base tells them.
        recall: ann_recall@k at that effort, of queries that did not choose it.
        microseconds: Median time of one search at that effort.
    """

    share: float
    k: int
    effort: int | None
    recall: float
    microseconds: float
    far: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Measured costs and recalls of one index on one machine.

    Attributes:
        target_recall: What the efforts were chosen for.
        machine: Where it was measured.
        scan_fixed: Microseconds of scanning however few rows.
        scan_row: Microseconds more for each row scanned.
        bands: One a share and k.
    """

    target_recall: float
    machine: str
    scan_fixed: float
    scan_row: float
    bands: tuple[Band, ...]

    def scan_microseconds(self, rows: int) -> float:
        """Estimate the time of scoring rows exactly.

        Args:
            rows: Allowed rows.

        Returns:
            Microseconds.
        """
        return self.scan_fixed + self.scan_row * rows

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
        measured = sorted(
            (band for band in self.bands if band.k == depth), key=lambda band: band.share
        )
        below = [band for band in measured if band.share <= share * (1 + 1e-9)]
        above = [band for band in measured if band.share >= share * (1 - 1e-9)]
        if not below or not above:
            return None
        pair = (below[-1], above[0])
        if any(band.effort is None for band in pair):
            return None
        dearer = max(pair, key=lambda band: band.effort or 0)
        fars = [band.far for band in pair if band.far is not None]
        return replace(dearer, far=max(fars)) if fars else dearer

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
            numbers = {
                name: float(values[name]) for name in ("target_recall", "scan_fixed", "scan_row")
            }
            return cls(machine=str(values["machine"]), bands=bands, **numbers)
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
    wanted = _QUERIES if count < _MANY_ROWS else _QUERIES_MANY_ROWS
    if queries is None:
        apart = base.held_back()
        wanted = min(wanted, max(2, count // 20), apart.shape[0])
        held = generator.choice(apart, wanted, replace=False)
        free[held] = False
        sample = np.array(base.exact.vectors[held], dtype=np.float32)
    else:
        sample = queries[generator.permutation(queries.shape[0])[:wanted]]
    fixed, row = _scan_costs(base, sample, generator)
    bands: list[Band] = []
    for step, share in enumerate(SHARES):
        trial = _trial(base, sample, free, share, generator)
        bands.extend(_band(base, trial, k, target_recall) for k in DEPTHS)
        if progress is not None:
            progress((step + 1) / len(SHARES))
    return Calibration(
        target_recall=target_recall,
        machine=f"{platform.machine()} {platform.processor()} {platform.system()}",
        scan_fixed=fixed,
        scan_row=row,
        bands=tuple(bands),
    )


def _masks(
    base: ApproximateIndex, free: BoolArray, share: float, generator: np.random.Generator
) -> Iterator[BoolArray]:
    count = len(base)
    if share >= 1.0:
        yield free
        return
    yield free & (generator.random(count) < share)
    for _ in range(_ANCHORS):
        anchor = np.asarray(base.exact.vectors[generator.integers(count)], dtype=np.float32)
        scores = _all_scores(base, anchor)
        last = min(count - 1, count - round(share * count))
        cut = np.partition(scores, last)[last]
        yield free & (scores >= cut)


def _all_scores(base: ApproximateIndex, anchor: FloatArray) -> FloatArray:
    out = np.empty(len(base), dtype=np.float32)
    for start in range(0, len(base), 65_536):
        rows = np.asarray(base.exact.vectors[start : start + 65_536])
        out[start : start + 65_536] = row_scores(anchor, rows, base.space.metric)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    # Filters of one share, the random one first, with the exact answers under each.
    share: float
    queries: FloatArray
    masks: tuple[BoolArray, ...]
    truths: tuple[IntArray, ...]

    @property
    def kinds(self) -> tuple[tuple[int, ...], ...]:
        correlated = tuple(range(1, len(self.masks)))
        return ((0,), correlated) if correlated else ((0,),)


def _trial(
    base: ApproximateIndex,
    sample: FloatArray,
    free: BoolArray,
    share: float,
    generator: np.random.Generator,
) -> _Trial:
    masks = tuple(_masks(base, free, share, generator))
    truths = tuple(base.scan(sample, k=max(DEPTHS), mask=mask).ids for mask in masks)
    return _Trial(share=share, queries=sample, masks=masks, truths=truths)


def _band(base: ApproximateIndex, trial: _Trial, k: int, target: float) -> Band:
    chooses = np.arange(trial.queries.shape[0]) % 2 == 0
    efforts = base.efforts()
    last = efforts[-1]

    def keeps(effort: int, far: int, kind: tuple[int, ...]) -> bool:
        recalls = _recalls(base, trial, (effort, far), k=k, kind=kind, chosen=chooses)
        # The mean must clear the target by twice its own standard error: queries under one
        # filter err together, so that it is larger than it looks.
        error = 2 * float(recalls.std()) / recalls.size**0.5
        return float(recalls.mean()) - error >= target or float(recalls.min()) >= 1.0

    at, far = 0, None
    for kind in trial.kinds:
        correlated = kind != (0,) and base.tells_far

        def near(effort: int, kind: tuple[int, ...] = kind, most: bool = correlated) -> bool:
            return keeps(effort, last if most else effort, kind)

        at = _least(efforts, at, near)
        if correlated and at < len(efforts):

            def beyond(most: int, kind: tuple[int, ...] = kind, effort: int = efforts[at]) -> bool:
                return keeps(effort, most, kind)

            far = efforts[_least(efforts, at, beyond)]
    if at >= len(efforts):
        return Band(share=trial.share, k=k, effort=None, recall=0.0, microseconds=0.0)
    effort = efforts[at]
    pair = (effort, far or effort)
    worst = min(
        float(_recalls(base, trial, pair, k=k, kind=kind, chosen=~chooses).mean())
        for kind in trial.kinds
    )
    spent = max(_search_cost(base, trial, kind[0], k, pair) for kind in trial.kinds)
    return Band(share=trial.share, k=k, effort=effort, recall=worst, microseconds=spent, far=far)


def _least(efforts: tuple[int, ...], first: int, keeps: Callable[[int], bool]) -> int:
    # Recall grows with effort: bisect for the least that keeps the target.
    low, high = first, len(efforts)
    while low < high:
        middle = (low + high) // 2
        if keeps(efforts[middle]):
            high = middle
        else:
            low = middle + 1
    return low


def _search_cost(
    base: ApproximateIndex, trial: _Trial, at: int, k: int, pair: tuple[int, int]
) -> float:
    mask = None if trial.share >= 1.0 else trial.masks[at]
    allowed = len(base) if mask is None else int(np.count_nonzero(mask))

    def search(query: FloatArray) -> Matches:
        return base.search_with(query, k=k, mask=mask, count=allowed, effort=pair[0], far=pair[1])

    return _median_microseconds(search, trial.queries)


def _recalls(
    base: ApproximateIndex,
    trial: _Trial,
    pair: tuple[int, int],
    *,
    k: int,
    kind: tuple[int, ...],
    chosen: BoolArray,
) -> FloatArray:
    queries = trial.queries[chosen]
    out: list[float] = []
    for at in kind:
        mask = trial.masks[at]
        allowed = int(np.count_nonzero(mask))
        wanted = min(k, allowed)
        found = base.search_with(
            queries, k=k, mask=mask, count=allowed, effort=pair[0], far=pair[1]
        )
        for got, truth in zip(found.ids, trial.truths[at][chosen], strict=True):
            shared = np.intersect1d(got[:wanted], truth[:wanted]).size
            out.append(shared / wanted if wanted else 1.0)
    return np.asarray(out, dtype=np.float32)


def _scan_costs(
    base: ApproximateIndex, sample: FloatArray, generator: np.random.Generator
) -> tuple[float, float]:
    count = len(base)
    sizes = (min(count, 500), min(count, max(2_000, count // 20)))
    spent = []
    for size in sizes:
        mask = np.zeros(count, dtype=np.bool_)
        mask[generator.choice(count, size, replace=False)] = True

        def scan(query: FloatArray, mask: BoolArray = mask) -> Matches:
            return base.scan(query, k=10, mask=mask)

        spent.append(_median_microseconds(scan, sample))
    row = max((spent[1] - spent[0]) / max(1, sizes[1] - sizes[0]), 1e-4)
    return max(spent[0] - row * sizes[0], 0.0), row


def _median_microseconds(search: Callable[[FloatArray], Matches], sample: FloatArray) -> float:
    times = []
    for at in range(min(_TIMED, sample.shape[0])):
        start = time.perf_counter()
        search(sample[at : at + 1])
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e6
