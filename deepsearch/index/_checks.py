"""What every vector index checks before it computes anything."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from deepsearch.errors import DimensionMismatchError, InvalidInputError
from deepsearch.index.prepared import PreparedFilter
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray

__all__ = ["as_filter", "as_mask", "as_queries", "as_vectors", "check_k", "kept_mask"]

# A unit vector that went through float16 or bfloat16 storage is off by less than this.
_NORM_TOLERANCE = 1e-2
_BLOCK_ROWS = 65_536


def as_queries(queries: npt.ArrayLike, space: EmbeddingSpace) -> FloatArray:
    """Return queries as C-contiguous float32 (n, dim), or say what is wrong.

    Args:
        queries: (n, dim), n may be 0. A single (dim,) vector is refused: pass `q[None]`.
        space: The index's space.

    Returns:
        float32, C-contiguous, finite, (n, space.dim); the input itself where it fits.

    Raises:
        DimensionMismatchError: If the width is not the space's.
        InvalidInputError: If it is not two-dimensional, or holds NaN or infinity.
    """
    array = np.ascontiguousarray(queries, dtype=np.float32)
    # ascontiguousarray lifts a scalar to one dimension, and keeps (dim,) as it is.
    if array.ndim != 2:
        raise InvalidInputError(
            f"Queries have shape {array.shape}; expected (n, {space.dim}). "
            "For a single vector pass query[None, :]."
        )
    if array.shape[1] != space.dim:
        raise DimensionMismatchError(
            f"Queries have {array.shape[1]} dimensions; space '{space.name}' has {space.dim}. "
            "Encode them with the encoder that built this index."
        )
    # A finite sum of squares proves all values finite, in a fifth of the time; one that is
    # not may have overflowed.
    if not math.isfinite(np.vdot(array, array)):
        _check_finite(array)
    return array


def _check_finite(array: FloatArray) -> None:
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise InvalidInputError(
            f"Query {int(np.flatnonzero(~finite)[0])} holds NaN or infinity; "
            "every value must be finite."
        )


def as_vectors(vectors: npt.ArrayLike, space: EmbeddingSpace, *, values: bool = True) -> FloatArray:
    """Return vectors to index as C-contiguous float32 (n, dim), or say what is wrong.

    Args:
        vectors: (n, dim), n may be 0. A float32 memory map stays one.
        space: The space they belong to; cosine vectors must have unit length.
        values: False skips reading the values, where they were checked before.

    Returns:
        float32, C-contiguous, finite, (n, space.dim).

    Raises:
        DimensionMismatchError: If the width is not the space's.
        InvalidInputError: If it is not two-dimensional, a value is not finite, or a
            vector of a cosine space is not of unit length.
    """
    array = vectors if isinstance(vectors, np.ndarray) else np.asarray(vectors)
    if array.ndim != 2:
        raise InvalidInputError(f"Vectors have shape {array.shape}; expected (n, {space.dim}).")
    if array.shape[1] != space.dim:
        raise DimensionMismatchError(
            f"Vectors have {array.shape[1]} dimensions; space '{space.name}' has {space.dim}. "
            "Encode them with the encoder of that space."
        )
    if array.dtype != np.float32 or not array.flags.c_contiguous:
        array = np.ascontiguousarray(array, dtype=np.float32)
    if values:
        for start in range(0, array.shape[0], _BLOCK_ROWS):
            _check_values(array[start : start + _BLOCK_ROWS], start, space)
    return array


def _check_values(block: FloatArray, start: int, space: EmbeddingSpace) -> None:
    # One pass finds both faults: a row with NaN or infinity has no finite norm.
    squares = np.einsum("ij,ij->i", block, block)
    bad = ~np.isfinite(squares)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        if not np.isfinite(block[row]).all():
            raise InvalidInputError(
                f"Vector {start + row} holds NaN or infinity; every value must be finite."
            )
        raise InvalidInputError(
            f"Vector {start + row} is too long for float32 arithmetic; scale the vectors down."
        )
    if space.metric == "cosine":
        off = np.abs(np.sqrt(squares) - 1.0) > _NORM_TOLERANCE
        if off.any():
            row = int(np.flatnonzero(off)[0])
            raise InvalidInputError(
                f"Vector {start + row} has length {float(np.sqrt(squares[row])):.4g}; space "
                f"'{space.name}' compares by cosine and needs unit length. Divide by the norm "
                "(a zero vector has no direction: leave it out)."
            )


def as_mask(allowed: npt.ArrayLike | PreparedFilter | None, count: int) -> BoolArray | None:
    """Return the mask over positions as contiguous bool, or say what is wrong.

    Args:
        allowed: (count,) bool, or such a mask made ready; None allows all.
        count: Positions of the index.

    Returns:
        The mask, or None where everything is allowed.

    Raises:
        InvalidInputError: If its length or type differs.
    """
    if allowed is None:
        return None
    mask = allowed.mask if isinstance(allowed, PreparedFilter) else np.asarray(allowed)
    if mask.dtype != np.bool_:
        raise InvalidInputError(
            f"The mask holds {mask.dtype}; expected bool, one a position (not a list of ids)."
        )
    if mask.shape != (count,):
        raise InvalidInputError(
            f"The mask has shape {mask.shape}; the index holds {count} positions, "
            f"so ({count},) is expected."
        )
    return np.ascontiguousarray(mask)


def kept_mask(allowed: npt.ArrayLike | PreparedFilter, count: int) -> BoolArray:
    """Return a copy of a mask over positions that nobody changes, or say what is wrong.

    Args:
        allowed: (count,) bool, or such a mask made ready.
        count: Positions of the index.

    Returns:
        (count,) contiguous bool, read-only.

    Raises:
        InvalidInputError: If it is None, or its length or type differs.
    """
    mask = as_mask(allowed, count)
    if mask is None:
        raise InvalidInputError("There is no filter to make ready: allowed is None; expected bool.")
    kept = mask.copy()
    kept.flags.writeable = False
    return kept


def as_filter(
    allowed: npt.ArrayLike | PreparedFilter | None,
    count: int,
    *,
    counted: Callable[[BoolArray], int],
    made_for: object,
) -> PreparedFilter | None:
    """Return a filter over positions with its count, or say what is wrong.

    Args:
        allowed: (count,) bool, or such a mask made ready; None allows all.
        count: Positions of the index.
        counted: Counts what a contiguous mask allows.
        made_for: The index; what was made ready for another one is only a mask to it.

    Returns:
        The filter, or None where everything is allowed.

    Raises:
        InvalidInputError: If its length or type differs.
    """
    if isinstance(allowed, PreparedFilter) and allowed.made_for is made_for:
        return allowed
    mask = as_mask(allowed, count)
    if mask is None:
        return None
    count = allowed.count if isinstance(allowed, PreparedFilter) else counted(mask)
    return PreparedFilter(mask=mask, count=count)


def check_k(k: int) -> int:
    """Return k, or say that it must be at least 1.

    Args:
        k: Matches wanted a query.

    Returns:
        k as a plain int.

    Raises:
        InvalidInputError: If it is not an integer >= 1.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise InvalidInputError(f"k is {k!r}; expected an integer of at least 1.")
    return int(k)
