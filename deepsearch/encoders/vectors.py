"""Checks and small operations on vectors that every encoder needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray

__all__ = ["checked", "checked_texts", "normalised"]

_Item = TypeVar("_Item")


def normalised(vectors: npt.NDArray[Any]) -> FloatArray:
    """Scale rows to unit length; a zero row stays zero.

    Args:
        vectors: (n, dim), any float type.

    Returns:
        (n, dim) float32.
    """
    wide = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: FloatArray = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    return unit


def checked(vectors: npt.NDArray[Any], *, count: int, space: EmbeddingSpace) -> FloatArray:
    """Make what a model returned into what `Encoder.encode` promises.

    Args:
        vectors: The model's output.
        count: Items encoded.
        space: The space they belong to; cosine rows are scaled to unit length.

    Returns:
        (count, space.dim) float32, C-contiguous, finite.

    Raises:
        EncodingError: If the shape is another or a value is not finite.
    """
    found = np.asarray(vectors)
    if found.shape != (count, space.dim):
        raise EncodingError(
            f"The encoder of '{space.name}' returned an array of shape {found.shape} for "
            f"{count} items; expected {(count, space.dim)}."
        )
    if not np.isfinite(found).all():
        row = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise EncodingError(f"The encoder of '{space.name}' returned no finite vector (row {row}).")
    unit = normalised(found) if space.metric == "cosine" else found
    return np.ascontiguousarray(unit, dtype=np.float32)


def checked_texts(texts: Sequence[str], *, max_chars: int) -> list[str]:
    """Make texts safe to tokenise.

    Lone surrogates (left by a wrong decoding) become "?", and what lies beyond
    `max_chars` is cut before tokenising: a cell of ten megabytes costs nothing.

    Args:
        texts: Texts; not a single string.
        max_chars: Characters kept of each.

    Returns:
        The texts, in order.

    Raises:
        InvalidInputError: If `texts` is one string, or an item is no string.
    """
    if isinstance(texts, str):
        raise InvalidInputError("A single string was given; give a list of texts.")
    safe: list[str] = []
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidInputError(
                f"Text {position} is {type(text).__name__}, not str; leave missing texts out."
            )
        cut = text[:max_chars]
        safe.append(cut if cut.isascii() else cut.encode("utf-8", "replace").decode())
    return safe
