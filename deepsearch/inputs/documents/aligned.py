"""Tables of a page that no line is drawn around: cells stand below the names of their columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deepsearch.inputs.tables.locate import is_header

__all__ = ["Rect", "aligned_tables"]

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the page's upper left corner."""

# In heights of the type: the spaces of justified text stay below the first.
_BETWEEN_CELLS = 1.0
_BETWEEN_ROWS = 3.0
_SAME_LINE = 0.5
_MIN_COLUMNS = 3
_MIN_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Words of one line with no gap of a column's width between them."""

    text: str
    box: Rect

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


def aligned_tables(text: Any, page_height: float) -> list[tuple[Rect, list[list[str | None]]]]:
    """Find tables by a line that names columns, and the lines below that keep to them.

    Args:
        text: The page's text, of pypdfium2.
        page_height: In points.

    Returns:
        Where each table stands, and its cells, the header first.
    """
    lines = _lines(_pieces(text, page_height))
    tables = []
    start = 0
    while start < len(lines):
        header = lines[start]
        end = start + 1
        if len(header) >= _MIN_COLUMNS and is_header([piece.text for piece in header]):
            end = _end(lines, start)
            if end - start > _MIN_ROWS:
                tables.append(_table(lines[start:end]))
        start = end
    return tables


def _pieces(text: Any, page_height: float) -> list[_Piece]:
    pieces: list[_Piece] = []
    start = 0
    for line in text.get_text_range().splitlines(keepends=True):
        run: list[tuple[str, Rect]] = []
        for offset, char in enumerate(line):
            at = start + offset
            if at >= text.count_chars():
                break
            if char.isspace():
                run.append((" ", (0.0, 0.0, 0.0, 0.0)))
                continue
            left, bottom, right, top = text.get_charbox(at, loose=True)
            box = (left, page_height - top, right, page_height - bottom)
            last = next((box for char, box in reversed(run) if char != " "), None)
            if last is not None and box[0] - last[2] > _BETWEEN_CELLS * (box[3] - box[1]):
                pieces += _joined(run)
                run = []
            run.append((char, box))
        pieces += _joined(run)
        start += len(line)
    return pieces


def _joined(run: Sequence[tuple[str, Rect]]) -> list[_Piece]:
    words = "".join(char for char, _ in run).strip()
    boxes = [box for char, box in run if char != " "]
    if not words:
        return []
    left, top, right, bottom = zip(*boxes, strict=True)
    box = (min(left), min(top), max(right), max(bottom))
    return [_Piece(text=" ".join(words.split()), box=box)]


def _lines(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Pieces by line from top to bottom, from left to right in each."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        near = lines and piece.middle - lines[-1][0].middle < _SAME_LINE * piece.height
        if near:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.box[0]) for line in lines]


def _end(lines: list[list[_Piece]], start: int) -> int:
    """The line after a table's last: a wide gap, or prose across its columns."""
    left = lines[start][0].box[0] - lines[start][0].height
    second = lines[start][1].box[0]
    for index in range(start + 1, len(lines)):
        line, above = lines[index], lines[index - 1]
        far = line[0].box[1] - above[0].box[3] > _BETWEEN_ROWS * line[0].height
        # Lone words within a column go on with its cell above.
        prose = len(line) == 1 and line[0].box[0] < second < line[0].box[2]
        if far or prose or line[0].box[0] < left:
            return index
    return len(lines)


def _table(lines: list[list[_Piece]]) -> tuple[Rect, list[list[str | None]]]:
    header = lines[0]
    rows: list[list[str | None]] = [[piece.text for piece in header]]
    for line in lines[1:]:
        if len(line) > 1 or len(rows) == 1:
            rows.append([None] * len(header))
        for piece in line:
            column = _column(piece, header)
            said = rows[-1][column]
            rows[-1][column] = f"{said} {piece.text}" if said else piece.text
    boxes = [piece.box for piece in itertools.chain.from_iterable(lines)]
    left, top, right, bottom = zip(*boxes, strict=True)
    return (min(left), min(top), max(right), max(bottom)), rows


def _column(piece: _Piece, header: list[_Piece]) -> int:
    """The column whose name overlaps the piece most, or is nearest to it."""
    left, _, right, _ = piece.box

    def overlap(index: int) -> float:
        first, _, last, _ = header[index].box
        return min(right, last) - max(left, first)

    return max(range(len(header)), key=overlap)
