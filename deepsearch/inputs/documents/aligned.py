"""Tables of a page that no line is drawn around: cells stand below the names of their columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from deepsearch.inputs.documents.pieces import Piece, Rect, rows_of
from deepsearch.inputs.tables.locate import is_header

__all__ = ["aligned_tables"]

# In heights of the type.
_BETWEEN_ROWS = 3.0
_MIN_COLUMNS = 3
_MIN_ROWS = 2


def aligned_tables(pieces: Sequence[Piece]) -> list[tuple[Rect, list[list[str | None]]]]:
    """Find tables by a line that names columns, and the lines below that keep to them.

    Args:
        pieces: The page's words.

    Returns:
        Where each table stands, and its cells, the header first.
    """
    lines = rows_of(pieces)
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


def _end(lines: list[list[Piece]], start: int) -> int:
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


def _table(lines: list[list[Piece]]) -> tuple[Rect, list[list[str | None]]]:
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


def _column(piece: Piece, header: list[Piece]) -> int:
    """The column whose name overlaps the piece most, or is nearest to it."""
    left, _, right, _ = piece.box

    def overlap(index: int) -> float:
        first, _, last, _ = header[index].box
        return min(right, last) - max(left, first)

    return max(range(len(header)), key=overlap)
