"""The words of a PDF's page, in pieces that no gap of a column's width parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Piece", "Rect", "page_pieces", "rows_of"]

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the page's upper left corner."""

# In heights of the type: the spaces of justified text stay below the first.
_BETWEEN_CELLS = 1.0
_SAME_LINE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words of one line with no gap of a column's width between them.

    Attributes:
        text: The words.
        box: Where they stand.
        line: Number of the line of the page's text they are of.
        first: Place of their first character in the page's text.
    """

    text: str
    box: Rect
    line: int
    first: int

    @property
    def height(self) -> float:
        """Of the type, in points."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        """Of the line, in points from the page's upper edge."""
        return (self.box[1] + self.box[3]) / 2


def page_pieces(text: Any, page_height: float) -> list[Piece]:
    """Cut a page's text where gaps of a column's width are.

    Args:
        text: The page's text, of pypdfium2.
        page_height: In points.

    Returns:
        The pieces, as the file has them in order.
    """
    pieces: list[Piece] = []
    start = 0
    count = text.count_chars()
    for number, line in enumerate(text.get_text_range().splitlines(keepends=True)):
        run: list[tuple[str, Rect]] = []
        first = start
        for offset, char in enumerate(line):
            at = start + offset
            if at >= count:
                break
            if char.isspace():
                run.append((" ", (0.0, 0.0, 0.0, 0.0)))
                continue
            left, bottom, right, top = text.get_charbox(at, loose=True)
            box = (left, page_height - top, right, page_height - bottom)
            last = next((box for char, box in reversed(run) if char != " "), None)
            if last is not None and box[0] - last[2] > _BETWEEN_CELLS * (box[3] - box[1]):
                pieces += _joined(run, number, first)
                run, first = [], at
            run.append((char, box))
        pieces += _joined(run, number, first)
        start += len(line)
    return pieces


def _joined(run: Sequence[tuple[str, Rect]], line: int, first: int) -> list[Piece]:
    words = "".join(char for char, _ in run).strip()
    boxes = [box for char, box in run if char != " "]
    if not words:
        return []
    left, top, right, bottom = zip(*boxes, strict=True)
    box = (min(left), min(top), max(right), max(bottom))
    first += next(i for i, (char, _) in enumerate(run) if char != " ")
    return [Piece(text=" ".join(words.split()), box=box, line=line, first=first)]


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Bring pieces into the rows they stand in.

    Args:
        pieces: Of one page.

    Returns:
        Rows from top to bottom, the pieces of each from left to right.
    """
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        near = lines and piece.middle - lines[-1][0].middle < _SAME_LINE * piece.height
        if near:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.box[0]) for line in lines]
