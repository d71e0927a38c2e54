"""What a retriever's first answer tells about a query: pure functions.

The best neighbours of a query's vector say what it is about more plainly than a buyer's
sentence does; where the words of that sentence find things of quite another meaning, they
were not the words that name the product; and what is like many good candidates is likelier
to be good than what stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError
from deepsearch.schema import FloatArray

__all__ = ["from_alike", "towards", "trust"]

_STEEPNESS = 3.0
_SINGLE = 200_000
"""Multiplications that BLAS libraries do without calling up their threads."""


def towards(vector: FloatArray, neighbours: FloatArray, *, share: float) -> FloatArray:
    """Move a query's vector towards the mean of what it found.

    normalised(v + share * normalised(mean of the neighbours)); v as it is where there are no
    neighbours, or they cancel out.

    Args:
        vector: (dim,) unit vector.
        neighbours: (n, dim) unit vectors of its best matches.
        share: Length of the mean beside the vector's 1, >= 0, dimensionless.

    Returns:
        (dim,) float32 unit vector.

    Raises:
        InvalidInputError: If the share is negative or not finite, or the shapes differ.

    Source: Rocchio, 1971, without negative examples; the best matches are taken for relevant.
    """
    if not (math.isfinite(share) and share >= 0):
        raise InvalidInputError(f"share is {share}; expected a number >= 0.")
    if neighbours.ndim != 2 or vector.shape != neighbours.shape[1:]:
        raise InvalidInputError(
            f"Expected neighbours of shape (n, {vector.shape[0]}), got {neighbours.shape}."
        )
    if len(neighbours) == 0 or share == 0:
        return vector
    moved = vector + share * _unit(neighbours.mean(axis=0, dtype=np.float64))
    length = float(np.linalg.norm(moved))
    return (moved / length).astype(np.float32) if length > 0 else vector


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    unit: npt.NDArray[np.float64] = vector / length if length > 0 else vector
    return unit


def from_alike(
    scores: Sequence[float] | npt.NDArray[np.float64], vectors: FloatArray, *, neighbours: int
) -> npt.NDArray[np.float64]:
    """Score each candidate by those most like it.

    The mean of the scores of its nearest candidates, itself left out, weighted by the cosine
    to them where that is above 0; its own score where there are none.

    Args:
        scores: (n,) finite, larger is better.
        vectors: (n, dim) unit vectors of the candidates; NaN where one is not known, which
            then has no neighbours, and is none.
        neighbours: How many are looked at, >= 1.

    Returns:
        (n,) float64 means, in the scale of the scores.

    Raises:
        InvalidInputError: If neighbours < 1, or lengths differ.

    Source: Diaz, "Regularizing ad hoc retrieval scores", CIKM 2005, one step of it.
    """
    own = np.asarray(scores, dtype=np.float64)
    if neighbours < 1:
        raise InvalidInputError(f"neighbours must be at least 1, got {neighbours}.")
    if vectors.ndim != 2 or len(vectors) != len(own):
        raise InvalidInputError(
            f"Expected a vector for each of {len(own)} scores, got shape {vectors.shape}."
        )
    known = ~np.isnan(vectors).any(axis=1)
    count = int(known.sum())
    result = own.copy()
    if count < 2:
        return result
    likeness = _products(vectors[known])
    np.fill_diagonal(likeness, -np.inf)
    taken = min(neighbours, count - 1)
    nearest = np.argpartition(-likeness, taken - 1, axis=1)[:, :taken]
    weights = np.maximum(np.take_along_axis(likeness, nearest, axis=1), 0.0).astype(np.float64)
    total = weights.sum(axis=1)
    means = (weights * own[known][nearest]).sum(axis=1) / np.where(total > 0, total, 1.0)
    result[known] = np.where(total > 0, means, own[known])
    return result


def _products(vectors: FloatArray) -> FloatArray:
    """(n, n) inner products, in pieces: waiting for BLAS's threads would take longer."""
    count, dim = vectors.shape
    products = np.empty((count, count), dtype=np.float32)
    step = max(1, _SINGLE // max(1, count * dim))
    for start in range(0, count, step):
        products[start : start + step] = vectors[start : start + step] @ vectors.T
    return products


def trust(
    other: Sequence[float] | FloatArray,
    own: Sequence[float] | FloatArray,
    usual: Sequence[float] | FloatArray,
    *,
    floor: float,
) -> float:
    """How far one retriever's best are good in another's eyes too.

    floor + (1 - floor) * a^3, a = clip((mean other - mean usual) / (mean own - mean usual),
    0, 1): 1 where the first's best score like the second's own best, the floor where they
    score like anything. Unknown scores (NaN) are left out; 1 where nothing can be compared.

    Args:
        other: The second retriever's scores of the first one's best.
        own: Its scores of its own best, as many.
        usual: Its scores of any rows, a sample.
        floor: The least trust, 0..1.

    Returns:
        The trust, floor..1.

    Raises:
        InvalidInputError: If the floor is outside [0, 1].
    """
    if not 0 <= floor <= 1:
        raise InvalidInputError(f"floor is {floor}; expected a number within [0, 1].")
    means = [_mean(scores) for scores in (other, own, usual)]
    found, best, base = means
    if any(math.isnan(mean) for mean in means) or best <= base:
        return 1.0
    share = min(1.0, max(0.0, (found - base) / (best - base)))
    return floor + (1.0 - floor) * float(share**_STEEPNESS)


def _mean(scores: Sequence[float] | FloatArray) -> float:
    known = np.asarray(scores, dtype=np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else math.nan
