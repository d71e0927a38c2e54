"""Where the headers of a sheet's tables are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from deepsearch.inputs.records import CellValue, ColumnRole
from deepsearch.inputs.tables.columns import header_role, known_header, parse_number
from deepsearch.inputs.tables.grid import Grid

__all__ = [
    "MAX_HEADER_CHARS",
    "MAX_HEADER_ROWS",
    "Row",
    "filled",
    "find_headers",
    "header_by_shape",
    "is_number_like",
]

Row = Sequence[CellValue]

MAX_HEADER_CHARS = 60
# Roles that name things wanted; "Project | Location | Date" heads no list of items.
_NAMING = frozenset(
    {ColumnRole.DESCRIPTION, ColumnRole.CODE, ColumnRole.SPECIFICATION, ColumnRole.MATERIAL}
)
_TELLING = _NAMING | {
    ColumnRole.QUANTITY,
    ColumnRole.UNIT,
    ColumnRole.NUMBER,
    ColumnRole.DIMENSION,
    ColumnRole.PRICE,
}
_MEASURING = frozenset({ColumnRole.QUANTITY, ColumnRole.DIMENSION, ColumnRole.PRICE})
MAX_HEADER_ROWS = 3
# Headers are looked for in every row this far down, and below it only where a table
# could begin: after an empty row or one with a single cell.
_ALWAYS_LOOK = 60


def filled(row: Row) -> list[int]:
    """Columns of a row's non-empty cells."""
    return [index for index, value in enumerate(row) if value is not None]


def is_number_like(value: CellValue) -> bool:
    """Tell a number, or a text that reads as one."""
    return isinstance(value, float) or (value is not None and parse_number(value) is not None)


def is_header(row: Row) -> bool:
    """Tell whether a row names columns, by the words in it.

    Args:
        row: The row's cells.

    Returns:
        True where at least two cells are headers of different meaning, they are at
        least half of the row, and numbers stand at most in its first cell.
    """
    columns = [index for index in filled(row) if index not in _size_run(row)]
    if len(columns) < 2 or _are_particulars([row[index] for index in columns]):
        return False
    exact: set[ColumnRole] = set()
    known = loose = 0
    for position, index in enumerate(columns):
        value = row[index]
        if is_number_like(value):
            if position > 0:
                return False
            continue
        assert isinstance(value, str)  # noqa: S101 - numbers were handled above
        if len(value) > MAX_HEADER_CHARS:
            continue
        role = known_header(value)
        if role is not None:
            exact.add(role)
            known += 1
        elif header_role(value) is not None and not any(char.isdigit() for char in value):
            loose += 1
    if 2 * (known + loose) < len(columns) or known + loose < 2:
        return False
    if not exact & _TELLING:
        return False
    return len(exact) >= 2 or (known >= 1 and 4 * (known + loose) >= 3 * len(columns))


def _size_run(row: Row) -> set[int]:
    """Columns named by sizes or years: three or more numbers counting up in equal steps."""
    numbers = [(i, value) for i, value in enumerate(row) if isinstance(value, float)]
    if len(numbers) < 3:
        return set()
    steps = {round(after - value, 6) for (_, value), (_, after) in itertools.pairwise(numbers)}
    beside = numbers[-1][0] - numbers[0][0] == len(numbers) - 1
    return {i for i, _ in numbers} if beside and len(steps) == 1 and min(steps) > 0 else set()


def _are_particulars(cells: list[CellValue]) -> bool:
    """Whether a line tells facts, label by value: "Date: | 6 May | Supplier: | ACME"."""
    labels = [isinstance(cell, str) and cell.endswith((":", "：")) for cell in cells]
    if any(labels):
        return not all(labels)
    if len(cells) < 3:
        return False
    words = [str(cell) for cell in cells]
    named = [known_header(word) is not None for word in words]
    alternate = all(named[0::2]) and not any(named[1::2])
    return alternate and any(
        " " in word or any(char.isdigit() for char in word) for word in words[1::2]
    )


def find_headers(grid: Grid) -> list[int]:
    """Find the first header row of every table of a sheet, top to bottom.

    Args:
        grid: The sheet.

    Returns:
        0-based rows; empty where no row reads like a header.
    """
    found: list[int] = []
    previous = 0
    skip_until = -1
    for index, row in enumerate(grid.rows):
        count = len(row) - row.count(None)
        may_start = index > skip_until and (index < _ALWAYS_LOOK or previous <= 1)
        if (
            count >= 2
            and may_start
            and not _repeats(grid, found, row)
            and (is_header(row) or (found and previous <= 1 and _opens_another(grid, index)))
        ):
            found.append(index)
            skip_until = index + MAX_HEADER_ROWS - 1
        previous = count
    return found


def _repeats(grid: Grid, found: list[int], row: Row) -> bool:
    """A header printed again on each page continues its table."""
    return bool(found) and list(grid.rows[found[-1]]) == list(row)


def _opens_another(grid: Grid, index: int) -> bool:
    """A line of names below a gap or a lone title, one of them a measure over numbers."""
    row = grid.rows[index]
    columns = filled(row)
    if len(columns) < 3 or not _plain_names([row[column] for column in columns]):
        return False
    below = [
        *itertools.takewhile(lambda line: len(filled(line)) > 1, grid.rows[index + 1 : index + 51])
    ]
    return len(below) >= 2 and any(
        header_role(str(row[column])) in _MEASURING
        and _mostly_numbers([line[column] for line in below])
        for column in columns
    )


def header_by_shape(grid: Grid) -> list[int]:
    """Find the header of a sheet in which no row reads like one.

    Args:
        grid: The sheet.

    Returns:
        The 0-based row of a first full line of short, distinct texts above other data;
        empty where there is none.
    """
    body = [(index, filled(row)) for index, row in enumerate(grid.rows[:200])]
    if all(len(columns) <= 1 for _, columns in body):
        # A list: one column, with or without a name.
        names = [(i, str(grid.rows[i][columns[0]])) for i, columns in body if columns]
        return [i for i, name in names if known_header(name) is not None][:1]
    body = [(index, columns) for index, columns in body if len(columns) >= 2]
    if len(body) < 2:
        return []
    widths = sorted(len(columns) for _, columns in body)
    typical = widths[len(widths) // 2]
    index, columns = next((i, c) for i, c in body if len(c) >= 0.6 * typical)
    row = grid.rows[index]
    texts = [row[column] for column in columns]
    below = [grid.rows[i] for i, _ in body if i > index][:50]
    if not below or not _plain_names(texts):
        return []
    numeric = sum(
        _mostly_numbers([line[column] for line in below if column < len(line)])
        for column in columns
    )
    if numeric or (grid.sheet is None and index == 0):
        return [index]
    named = any(header_role(str(text)) in _NAMING for text in texts)
    # In a table of words alone, at least three columns tell a header from particulars.
    regular = typical >= 3 and 2 * sum(len(c) == len(columns) for _, c in body) > len(body)
    return [index] if named or (regular and len(below) >= 2) else []


def _plain_names(texts: list[CellValue]) -> bool:
    if len({str(text).casefold() for text in texts}) < len(texts):
        return False
    return all(
        isinstance(text, str) and len(text) <= MAX_HEADER_CHARS and not is_number_like(text)
        for text in texts
    )


def _mostly_numbers(values: list[CellValue]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and sum(map(is_number_like, present)) > len(present) / 2
