"""How far a mean over queries might lie elsewhere with other queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError

__all__ = ["BootstrapInterval", "bootstrap", "paired_bootstrap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapInterval:
    """A mean over queries, and how far it might lie elsewhere with other queries.

    Attributes:
        mean: Of the sample.
        low: Lower end of the percentile interval.
        high: Upper end.
        p: Two-sided share of resamples on the other side of 0; small: the sign is sure.
    """

    mean: float
    low: float
    high: float
    p: float


def bootstrap(
    values: Sequence[float] | npt.NDArray[np.float64],
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapInterval:
    """Percentile interval of a mean, by drawing the queries anew.

    Args:
        values: (n,) one value a query, finite, n >= 1.
        resamples: Draws.
        confidence: Share of the draws within the interval.
        seed: Of the draws.

    Returns:
        The interval.

    Raises:
        InvalidInputError: If there is no value, or one is not finite.

    Source: Efron, Tibshirani, "An introduction to the bootstrap", 1993.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not len(sample) or not np.isfinite(sample).all():
        raise InvalidInputError("A bootstrap needs a finite value of at least one query.")
    draws = np.random.default_rng(seed).integers(0, len(sample), (resamples, len(sample)))
    means = sample[draws].mean(axis=1)
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    p = 2 * min(float((means <= 0).mean()), float((means >= 0).mean()))
    return BootstrapInterval(
        mean=float(sample.mean()), low=float(low), high=float(high), p=min(p, 1.0)
    )


def paired_bootstrap(
    base: Sequence[float] | npt.NDArray[np.float64],
    other: Sequence[float] | npt.NDArray[np.float64],
    *,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapInterval:
    """Interval of the mean difference other - base over the same queries.

    Args:
        base: (n,) values of one run.
        other: (n,) values of the other, query by query.
        resamples: Draws.
        confidence: Share of the draws within the interval.
        seed: Of the draws.

    Returns:
        The interval of the difference.

    Raises:
        InvalidInputError: If the lengths differ, or as in `bootstrap`.
    """
    if len(base) != len(other):
        raise InvalidInputError(
            f"Paired runs need the same queries, got {len(base)} and {len(other)} values."
        )
    difference = np.asarray(other, dtype=np.float64) - np.asarray(base, dtype=np.float64)
    return bootstrap(difference, resamples=resamples, confidence=confidence, seed=seed)
