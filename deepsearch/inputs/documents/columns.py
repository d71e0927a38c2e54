"""Pages set in columns: their lines in the order they are read in.

Some files hold the words of a page line by line across its columns. Then every line of the
page's text is half a sentence of one column and half of the next.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from deepsearch.inputs.documents.pieces import Piece, rows_of

__all__ = ["Columns", "text_columns"]

# A column of prose: so many rows side by side, of so many words, of which so many fill it so far.
# Shorter ones are tables, or keys and their values, and are read across.
_ROWS = 4
_WORDS = 3
_FILL = 0.7
_FILLED = 0.6
# In heights of the type.
_BETWEEN_ROWS = 3.0
_GUTTER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns that stand side by side.

    Attributes:
        lines: Numbers of the lines of the page's text that they were cut across by.
        pieces: Their words, column by column.
    """

    lines: frozenset[int]
    pieces: tuple[Piece, ...]


def text_columns(pieces: Sequence[Piece]) -> list[Columns]:
    """Find columns of prose whose words the file has across the columns.

    Args:
        pieces: The page's words, as the file has them in order.

    Returns:
        Those of each part of the page, from top to bottom.
    """
    rows = rows_of(pieces)
    place = {id(piece): number for number, piece in enumerate(pieces)}
    found = []
    start = 0
    while start < len(rows):
        end, gutters = _extent(rows, start)
        columns = _by_column(rows[start:end], gutters)
        if columns and all(map(_is_prose, columns)) and _is_cut(columns, place):
            ordered = tuple(itertools.chain.from_iterable(columns))
            lines = frozenset(piece.line for piece in ordered)
            found.append(Columns(lines=lines, pieces=ordered))
            start = end
        else:
            start += 1
    return found


def _extent(rows: Sequence[list[Piece]], start: int) -> tuple[int, list[tuple[float, float]]]:
    """Where the columns end that begin in a row, and the gaps that stay free between them."""
    gutters = [(a.box[2], b.box[0]) for a, b in itertools.pairwise(rows[start])]
    end = start + 1
    while gutters and end < len(rows):
        row, above = rows[end], rows[end - 1]
        far = row[0].box[1] - above[0].box[3] > _BETWEEN_ROWS * row[0].height
        left = None if far else _narrowed(gutters, row)
        if left is None:
            break
        gutters = left
        end += 1
    return end, gutters


def _narrowed(
    gutters: Sequence[tuple[float, float]], row: Sequence[Piece]
) -> list[tuple[float, float]] | None:
    """What stays free of the gaps beside one more row; None where it crosses one."""
    narrowed = []
    for low, high in gutters:
        middle = (low + high) / 2
        for piece in row:
            if piece.box[2] <= middle:
                low = max(low, piece.box[2])  # noqa: PLW2901
            elif piece.box[0] >= middle:
                high = min(high, piece.box[0])  # noqa: PLW2901
            else:
                return None
        if high - low < _GUTTER * row[0].height:
            return None
        narrowed.append((low, high))
    return narrowed


def _by_column(
    rows: Sequence[list[Piece]], gutters: Sequence[tuple[float, float]]
) -> list[list[Piece]]:
    columns: list[list[Piece]] = [[] for _ in range(len(gutters) + 1)] if gutters else []
    for piece in itertools.chain.from_iterable(rows) if gutters else ():
        columns[sum(piece.box[0] >= high for _, high in gutters)].append(piece)
    return columns


def _is_prose(column: Sequence[Piece]) -> bool:
    if len(column) < _ROWS or median(len(piece.text.split()) for piece in column) < _WORDS:
        return False
    widths = [piece.box[2] - piece.box[0] for piece in column]
    return sum(width >= _FILL * max(widths) for width in widths) >= _FILLED * len(widths)


def _is_cut(columns: Sequence[Sequence[Piece]], place: dict[int, int]) -> bool:
    """Whether the file changes columns more often than reading them one by one does."""

    def numbers() -> Iterator[tuple[int, int]]:
        for number, column in enumerate(columns):
            for piece in column:
                yield place[id(piece)], number

    order = [number for _, number in sorted(numbers())]
    changes = sum(a != b for a, b in itertools.pairwise(order))
    return changes >= _ROWS * (len(columns) - 1)
