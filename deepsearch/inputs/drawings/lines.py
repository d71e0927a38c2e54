"""Draws a DXF layout with Pillow, black on white, fitted to a square."""

# ruff: noqa: ARG002 - the methods' parameters are those of ezdxf's backend interface

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from deepsearch.errors import UnreadableFileError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["draw_layout"]

_SUPERSAMPLE = 2
_MARGIN = 0.03
_SECONDS = 15.0
_MAX_POINTS = 3_000_000
_FLATTEN_SEGMENTS = 8
# What is written about the thing stands beside it, and is no part of its size.
_NOTES = frozenset({
    "ACAD_TABLE", "ARC_DIMENSION", "ATTDEF", "ATTRIB", "DIMENSION", "LARGE_RADIAL_DIMENSION",
    "LEADER", "MTEXT", "MULTILEADER", "TEXT", "TOLERANCE",
})  # fmt: skip
Point = tuple[float, float]


class _TooMuchError(Exception):
    """The drawing takes more time or points than allowed."""


class _Strokes:
    """Receives the drawing from ezdxf's front end as polylines and polygons."""

    def __init__(self) -> None:
        self.lines: list[list[Point]] = []
        self.areas: list[list[Point]] = []
        self.things: list[list[Point]] = []  # those of both that are no notes
        self._notes: list[bool] = []  # of the entities being drawn, outermost first
        self._points = 0
        self._deadline = time.monotonic() + _SECONDS

    def _take(self, target: list[list[Point]], points: list[Point]) -> None:
        self._points += len(points)
        if self._points > _MAX_POINTS or time.monotonic() > self._deadline:
            raise _TooMuchError
        if all(abs(x) < 1e12 and abs(y) < 1e12 for x, y in points):
            target.append(points)
            if not (self._notes and self._notes[-1]):
                self.things.append(points)

    def draw_point(self, pos: Any, properties: Any) -> None:
        self._take(self.lines, [(pos.x, pos.y)])

    def draw_line(self, start: Any, end: Any, properties: Any) -> None:
        self._take(self.lines, [(start.x, start.y), (end.x, end.y)])

    def draw_solid_lines(self, lines: Any, properties: Any) -> None:
        for start, end in lines:
            self.draw_line(start, end, properties)

    def draw_path(self, path: Any, properties: Any) -> None:
        for part in path.sub_paths() if path.has_sub_paths else (path,):
            vertices = list(part.flattening(distance=self._tolerance(part), segments=4))
            self._take(self.lines, [(v.x, v.y) for v in vertices])

    def draw_filled_paths(self, paths: Any, properties: Any) -> None:
        for path in paths:
            for part in path.sub_paths() if path.has_sub_paths else (path,):
                vertices = list(part.flattening(distance=self._tolerance(part), segments=4))
                # Only the outline: filled, an "o" would be a blot.
                self._take(self.lines, [(v.x, v.y) for v in vertices])

    def draw_filled_polygon(self, points: Any, properties: Any) -> None:
        self._take(self.areas, [(v.x, v.y) for v in points.vertices()])

    def draw_image(self, image_data: Any, properties: Any) -> None:
        """Pictures beside the drawing are never opened."""

    @staticmethod
    def _tolerance(path: Any) -> float:
        points = list(path.control_vertices())
        span = max(
            (abs(p.x - q.x) + abs(p.y - q.y) for p, q in itertools.pairwise(points)), default=1
        )
        return max(span / 50, 1e-9)

    def configure(self, config: Any) -> None: ...

    def enter_entity(self, entity: Any, properties: Any) -> None:
        if time.monotonic() > self._deadline:
            raise _TooMuchError
        inherited = bool(self._notes) and self._notes[-1]
        self._notes.append(inherited or entity.dxftype() in _NOTES)

    def exit_entity(self, entity: Any) -> None:
        self._notes.pop()

    def set_background(self, color: Any) -> None: ...

    def clear(self) -> None: ...

    def finalize(self) -> None: ...


def draw_layout(
    name: str, document: Any, layout: Any, *, side: int
) -> tuple[Image, tuple[float, float]]:
    """Draw a layout.

    Args:
        name: File name, for messages.
        document: The ezdxf document.
        layout: The layout to draw.
        side: Pixels of the square result.

    Returns:
        An RGB image, and (width, height) of what is drawn, texts and dimensions left out where
        there is more, in drawing units.

    Raises:
        UnreadableFileError: If nothing can be drawn, or it takes too long.
    """
    strokes = _collect(name, document, layout)
    points = [point for line in (*strokes.lines, *strokes.areas) for point in line]
    if not points:
        raise UnreadableFileError(f"{name}: draws nothing. Check that it is the right file.")
    image = _paint(strokes, *_corners(points), side)
    low, high = _corners([point for line in strokes.things for point in line] or points)
    return image, (high[0] - low[0], high[1] - low[1])


def _corners(points: list[Point]) -> tuple[Point, Point]:
    """The lowest and the highest coordinates."""
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def _collect(name: str, document: Any, layout: Any) -> _Strokes:
    from ezdxf.addons.drawing.config import (
        ColorPolicy,
        Configuration,
        ImagePolicy,
        LinePolicy,
        ProxyGraphicPolicy,
    )
    from ezdxf.addons.drawing.frontend import Frontend
    from ezdxf.addons.drawing.properties import RenderContext

    config = Configuration(
        color_policy=ColorPolicy.BLACK,
        image_policy=ImagePolicy.RECT,
        line_policy=LinePolicy.SOLID,
        proxy_graphic_policy=ProxyGraphicPolicy.SHOW,
        hatching_timeout=2.0,
    )
    strokes = _Strokes()
    try:
        Frontend(RenderContext(document), strokes, config=config).draw_layout(layout)  # type: ignore[arg-type]
    except _TooMuchError as error:
        raise UnreadableFileError(
            f"{name}: takes more than {_SECONDS:.0f} s or {_MAX_POINTS:,} points to draw. "
            "Export the part you need."
        ) from error
    # What was drawn before an odd entity is still a picture of the thing.
    except Exception as error:
        if not strokes.lines and not strokes.areas:
            raise UnreadableFileError(
                f"{name}: cannot be drawn ({error}). Open it in a CAD program and save it again."
            ) from error
    return strokes


def _paint(strokes: _Strokes, low: Point, high: Point, side: int) -> Image:
    from PIL import Image as Pillow
    from PIL import ImageDraw

    size = side * _SUPERSAMPLE
    span = max(high[0] - low[0], high[1] - low[1], 1e-12)
    scale = size * (1 - 2 * _MARGIN) / span
    left = (size - (high[0] - low[0]) * scale) / 2
    bottom = (size - (high[1] - low[1]) * scale) / 2

    def place(line: list[Point]) -> list[Point]:
        return [
            (left + (x - low[0]) * scale, size - bottom - (y - low[1]) * scale) for x, y in line
        ]

    image = Pillow.new("L", (size, size), 255)
    pen = ImageDraw.Draw(image)
    for area in strokes.areas:
        if len(area) >= 3:
            pen.polygon(place(area), fill=120)
    for line in strokes.lines:
        if len(line) == 1:
            x, y = place(line)[0]
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=0)
        else:
            pen.line(place(line), fill=0, width=3)
    return image.resize((side, side), Pillow.Resampling.BOX).convert("RGB")
