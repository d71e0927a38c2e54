"""A shaded picture of a triangle mesh from a fixed view, in numpy alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["shade"]

Floats = npt.NDArray[np.float64]
Triangles = npt.NDArray[np.float32]
"""(n, 3, 3): n triangles of three corners."""

# Pixels of area above which a triangle is filled one by one; below, by points.
_LARGE = 300.0
# Pixels looked at in filling, at most: some hundred layers of the whole picture. What a hostile
# mesh holds beyond is covered with points as well. A triangle costs as much as _EACH of them.
_MAX_FILLED = 60_000_000
_EACH = 3_000
_POINTS_PER_PIXEL = 5.0
_MAX_POINTS = 8_000_000
# Neighbouring triangles overlap by this share, so that no seam stays open.
_SEAM = 1e-3
_MARGIN = 0.06
# From the front right and above, as catalogues show things.
_VIEW = np.array([1.0, -1.4, 0.9])
_LIGHT = np.array([0.4, -0.9, 1.2])
_COLOUR = np.array([150.0, 165.0, 185.0])


def _axes() -> tuple[Floats, Floats, Floats]:
    toward = _VIEW / np.linalg.norm(_VIEW)
    right = np.cross([0.0, 0.0, 1.0], toward)
    right /= np.linalg.norm(right)
    return right, np.cross(toward, right), toward


def shade(triangles: Triangles, *, side: int) -> Image:
    """Draw a mesh, orthographic, z up, on white.

    Large triangles are filled pixel by pixel; small ones are covered with points by
    their projected area. For every pixel what is nearest to the eye gives the brightness.

    Args:
        triangles: (n, 3, 3) float32, n >= 1, finite, z up.
        side: Pixels of the square result.

    Returns:
        An RGB image.
    """
    from PIL import Image as Pillow

    right, up, toward = _axes()
    corners = triangles.astype(np.float64)
    frame = np.stack([corners @ right, -(corners @ up), corners @ toward], axis=-1)
    low, high = frame.reshape(-1, 3).min(axis=0), frame.reshape(-1, 3).max(axis=0)
    span = max(float((high - low)[:2].max()), 1e-9)
    frame = (frame - (low + high) / 2) * (side * (1 - 2 * _MARGIN) / span)
    frame += [side / 2, side / 2, 0.0]
    light = _brightness(corners)
    canvas = _Canvas(side)
    area = _areas(frame)
    large = _filled(frame, area)
    for corner, value in zip(frame[large], light[large], strict=True):
        canvas.fill(corner, float(value))
    for points in _points(frame[~large], light[~large], area[~large], side):
        canvas.scatter(*points)
    picture = np.full((side, side, 3), 255.0)
    shown = np.isfinite(canvas.depth)
    picture[shown] = np.clip(_COLOUR * canvas.light[shown, None], 0, 255)
    return Pillow.fromarray(picture.astype(np.uint8), "RGB")


class _Canvas:
    """Brightness and depth of each pixel; nearer is larger."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.depth = np.full((side, side), -np.inf)
        self.light = np.zeros((side, side))

    def fill(self, corner: Floats, light: float) -> None:
        """Fill one triangle, (3, 3)."""
        (ax, ay, _), (bx, by, _), (cx, cy, _) = corner
        left, right = max(0, int(corner[:, 0].min())), min(self.side, int(corner[:, 0].max()) + 2)
        top, bottom = max(0, int(corner[:, 1].min())), min(self.side, int(corner[:, 1].max()) + 2)
        x = np.arange(left, right)[None, :] + 0.5
        y = np.arange(top, bottom)[:, None] + 0.5
        whole = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy)
        u = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / whole
        v = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / whole
        w = 1 - u - v
        depth = u * corner[0, 2] + v * corner[1, 2] + w * corner[2, 2]
        window = (slice(top, bottom), slice(left, right))
        nearer = (u >= -_SEAM) & (v >= -_SEAM) & (w >= -_SEAM) & (depth > self.depth[window])
        self.depth[window][nearer] = depth[nearer]
        self.light[window][nearer] = light

    def scatter(self, pixels: npt.NDArray[np.int64], depth: Floats, light: Floats) -> None:
        """Set points, each at a pixel counted row by row."""
        # Later writes win, so the nearest point of each pixel is written last.
        order = np.argsort(depth, kind="stable")
        pixels, depth, light = pixels[order], depth[order], light[order]
        nearer = depth > self.depth.reshape(-1)[pixels]
        pixels = pixels[nearer]
        self.depth.reshape(-1)[pixels] = depth[nearer]
        self.light.reshape(-1)[pixels] = light[nearer]


def _areas(frame: Floats) -> Floats:
    a, b, c = frame[:, 0], frame[:, 1], frame[:, 2]
    doubled: Floats = np.abs(
        (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    )
    return doubled / 2


def _filled(frame: Floats, area: Floats) -> npt.NDArray[np.bool_]:
    """Which triangles are filled one by one: the largest, within what that may cost."""
    chosen = area > _LARGE
    rows = np.flatnonzero(chosen)
    boxes = np.prod(np.ptp(frame[rows, :, :2], axis=1), axis=1) + _EACH
    order = np.argsort(-area[rows], kind="stable")
    chosen[rows[order[np.cumsum(boxes[order]) > _MAX_FILLED]]] = False
    return chosen


def _brightness(corners: Floats) -> Floats:
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    normals = normals / np.maximum(lengths, 1e-30)[:, None]
    # Both faces are lit: meshes of unknown origin are often turned inside out.
    facing = np.abs(normals @ (_LIGHT / np.linalg.norm(_LIGHT)))
    result: Floats = 0.45 + 0.75 * facing
    return result


def _points(
    frame: Floats, brightness: Floats, area: Floats, size: int
) -> Iterator[tuple[npt.NDArray[np.int64], Floats, Floats]]:
    """Spread points over the triangles, a batch at a time: (pixel, height, brightness)."""
    wanted = area * _POINTS_PER_PIXEL
    total = float(wanted.sum())
    if total > _MAX_POINTS:
        wanted *= _MAX_POINTS / total
    counts = np.ceil(wanted).astype(np.int64) + 1
    start = 0
    ends = np.cumsum(counts)
    while start < len(counts):
        base = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, base + 2_000_000)))
        yield _spread(frame[start:stop], brightness[start:stop], counts[start:stop], size)
        start = stop


def _spread(
    frame: Floats,
    brightness: Floats,
    counts: npt.NDArray[np.int64],
    size: int,
) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
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
