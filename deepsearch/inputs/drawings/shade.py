"""A shaded picture of a triangle mesh from a fixed view, in numpy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["shade"]

Triangles = npt.NDArray[np.float32]
"""(n, 3, 3): n triangles of three corners."""

_SUPERSAMPLE = 2
_POINTS_PER_PIXEL = 5.0
_MAX_POINTS = 16_000_000
_MARGIN = 0.06
# From the front right and above, as catalogues show things.
_VIEW = np.array([1.0, -1.4, 0.9])
_LIGHT = np.array([0.4, -0.9, 1.2])
_COLOUR = np.array([150.0, 165.0, 185.0])


def _axes() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    toward = _VIEW / np.linalg.norm(_VIEW)
    right = np.cross([0.0, 0.0, 1.0], toward)
    right /= np.linalg.norm(right)
    return right, np.cross(toward, right), toward


def shade(triangles: Triangles, *, side: int) -> Image:
    """Draw a mesh, orthographic, z up, on white.

    Points are spread over the triangles by their projected area, and for every pixel
    the point nearest to the eye gives the brightness.

    Args:
        triangles: (n, 3, 3) float32, n >= 1, finite, z up.
        side: Pixels of the square result.

    Returns:
        An RGB image.
    """
    from PIL import Image as Pillow

    size = side * _SUPERSAMPLE
    right, up, toward = _axes()
    corners = triangles.astype(np.float64)
    frame = np.stack([corners @ right, -(corners @ up), corners @ toward], axis=-1)
    low, high = frame.reshape(-1, 3).min(axis=0), frame.reshape(-1, 3).max(axis=0)
    span = max(float((high - low)[:2].max()), 1e-9)
    scale = size * (1 - 2 * _MARGIN) / span
    middle = (low + high) / 2
    frame = (frame - middle) * scale + [size / 2, size / 2, 0.0]
    brightness = _brightness(corners)
    depth = np.full(size * size, -np.inf)
    value = np.zeros(size * size)
    for points in _points(frame, brightness, size):
        # Later writes win, so the nearest point of each pixel is written last.
        order = np.argsort(points[1], kind="stable")
        pixels, heights, lights = (values[order] for values in points)
        last = np.full(size * size, -1, dtype=np.int64)
        last[pixels] = np.arange(len(pixels))
        hit = np.flatnonzero(last >= 0)
        nearest = last[hit]
        closer = heights[nearest] > depth[hit]
        depth[hit[closer]] = heights[nearest[closer]]
        value[hit[closer]] = lights[nearest[closer]]
    shown = np.isfinite(depth)
    picture = np.full((size * size, 3), 255.0)
    picture[shown] = np.clip(_COLOUR * value[shown, None], 0, 255)
    image = Pillow.fromarray(picture.reshape(size, size, 3).astype(np.uint8), "RGB")
    return image.resize((side, side), Pillow.Resampling.BOX)


def _brightness(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    normals = normals / np.maximum(lengths, 1e-30)[:, None]
    # Both faces are lit: meshes of unknown origin are often turned inside out.
    facing = np.abs(normals @ (_LIGHT / np.linalg.norm(_LIGHT)))
    result: npt.NDArray[np.float64] = 0.45 + 0.75 * facing
    return result


def _points(
    frame: npt.NDArray[np.float64], brightness: npt.NDArray[np.float64], size: int
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Spread points over the triangles, a batch at a time: (pixel, height, brightness)."""
    a, b, c = frame[:, 0], frame[:, 1], frame[:, 2]
    area = 0.5 * np.abs(
        (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    )
    wanted = area * _POINTS_PER_PIXEL
    total = float(wanted.sum())
    if total > _MAX_POINTS:
        wanted *= _MAX_POINTS / total
    counts = np.ceil(wanted).astype(np.int64) + 1
    batches = []
    start = 0
    ends = np.cumsum(counts)
    while start < len(counts):
        base = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, base + 2_000_000)))
        batches.append(_spread(frame[start:stop], brightness[start:stop], counts[start:stop], size))
        start = stop
    return batches


def _spread(
    frame: npt.NDArray[np.float64],
    brightness: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    size: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    which = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    # A low-discrepancy sequence fills a triangle more evenly than chance, and the
    # same file always gives the same picture.
    u = (0.5 + place * 0.7548776662466927) % 1.0
    v = (0.5 + place * 0.5698402909980532) % 1.0
    fold = u + v > 1
    u[fold], v[fold] = 1 - u[fold], 1 - v[fold]
    a, b, c = frame[which, 0], frame[which, 1], frame[which, 2]
    points = a + u[:, None] * (b - a) + v[:, None] * (c - a)
    x = np.clip(points[:, 0].astype(np.int64), 0, size - 1)
    y = np.clip(points[:, 1].astype(np.int64), 0, size - 1)
    return y * size + x, points[:, 2], brightness[which]
