"""A rotation that is as good as random, in time n log n."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepsearch.index.kernels.compiled import compiled

__all__ = ["rotate"]

# Lengths are multiples of 64, so that 16 always divides the transform's.
_LOW = 16


@compiled()
def _butterflies(values: Any, start: int, first: int, size: int) -> None:
    # Levels `first`, 2 * first ... of a Hadamard transform of values[start : start + size].
    half = first
    while half < size:
        for left in range(start, start + size, 2 * half):
            upper = values[left : left + half]
            lower = values[left + half : left + 2 * half]
            for i in range(half):
                a, b = upper[i], lower[i]
                upper[i] = a + b
                lower[i] = a - b
        half *= 2


@compiled()
def _hadamard(values: Any, start: int, size: int, scratch: Any) -> None:
    # The first four levels pair neighbours, which vector units dislike: they are done on
    # the transposed values, where neighbours lie far apart.
    columns = size // _LOW
    scale = np.float32(1.0 / np.sqrt(size))
    for i in range(columns):
        for j in range(_LOW):
            scratch[j * columns + i] = values[start + _LOW * i + j] * scale
    _butterflies(scratch, 0, columns, size)
    for i in range(columns):
        for j in range(_LOW):
            values[start + _LOW * i + j] = scratch[j * columns + i]
    _butterflies(values, start, _LOW, size)


@compiled("void(float32[::1], Array(float32, 2, 'C', readonly=True), float32[::1])")
def rotate(values: Any, signs: Any, scratch: Any) -> None:
    """Rotate a vector in place.

    Rounds of random signs and Hadamard transforms over the first and the last 2^p
    values, which overlap where the length is no power of two.

    Args:
        values: (width,) float32, the width a multiple of 64; changed.
        signs: (rounds, width) float32, +1 or -1.
        scratch: (width,) float32, overwritten.
    """
    width = values.shape[0]
    size = 1
    while 2 * size <= width:
        size *= 2
    for turn in range(signs.shape[0]):
        for i in range(width):
            values[i] *= signs[turn, i]
        _hadamard(values, 0, size, scratch)
        if size < width:
            _hadamard(values, width - size, size, scratch)
