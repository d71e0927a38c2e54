"""Forms: labels down the side, a value right of each; an item a form, or one a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepsearch.inputs.records import CellValue, ColumnRole, cell_text
from deepsearch.inputs.tables.columns import header_role, normalise
from deepsearch.inputs.tables.grid import Grid
from deepsearch.inputs.tables.locate import MAX_HEADER_CHARS, filled

__all__ = ["Form", "Place", "read_form"]

# Sooner a cover sheet than a form where what is wanted, and how much of it, are not asked.
_NEEDED = frozenset({ColumnRole.DESCRIPTION, ColumnRole.QUANTITY})
_MAX_ROWS = 500

Place = tuple[int, int | None]
"""0-based row at which an item's form begins, and its column where each column is an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Forms, turned into a table.

    Attributes:
        grid: The labels as a header, an item a row below it.
        places: Where in the sheet each item stands.
    """

    grid: Grid
    places: tuple[Place, ...]


def read_form(grid: Grid) -> Form | None:
    """Read a sheet that has no header as forms.

    A label that comes again begins the next form.

    Args:
        grid: The sheet.

    Returns:
        The forms as a table; None where the sheet holds none.
    """
    lines = [(index, filled(row)) for index, row in enumerate(grid.rows) if len(filled(row)) > 1]
    if not 3 <= len(lines) <= _MAX_ROWS:
        return None
    side = min(columns[0] for _, columns in lines)
    forms: list[dict[str, int]] = []
    labels: dict[str, str] = {}
    for index, columns in lines:
        label = grid.rows[index][side]
        if columns[0] != side or not isinstance(label, str) or len(label) > MAX_HEADER_CHARS:
            continue
        key = normalise(label)
        labels.setdefault(key, label.rstrip(":： "))
        if not forms or key in forms[-1]:
            forms.append({})
        forms[-1][key] = index
    roles = {key: header_role(label) for key, label in labels.items()}
    known = sum(roles[key] is not None for form in forms for key in form)
    if 2 * known < len(lines) or not {roles[key] for key in forms[0]} >= _NEEDED:
        return None
    return _as_table(grid, forms, labels, side)


def _as_table(
    grid: Grid, forms: list[dict[str, int]], labels: Mapping[str, str], side: int
) -> Form:
    rows: list[list[CellValue]] = [list(labels.values())]
    places: list[Place] = []
    pictures: dict[tuple[int, int], tuple[bytes, ...]] = {}
    for form in forms:
        first, last = min(form.values()), max(form.values())
        variants = _variants(grid, form, side)
        for column in variants or [None]:
            values = [
                _value(grid.rows[form[key]], side, column) if key in form else None
                for key in labels
            ]
            inside = tuple(
                picture
                for (row, _), found in grid.pictures.items()
                if first <= row <= last
                for picture in found
            )
            if inside:
                pictures[len(rows), 0] = inside
            rows.append(values)
            places.append((first, column))
    table = Grid(sheet=grid.sheet, rows=rows, pictures=pictures, notes=grid.notes)
    return Form(grid=table, places=tuple(places))


def _variants(grid: Grid, form: Mapping[str, int], side: int) -> list[int | None]:
    """Columns that fill most of a form, where there are several: "Label | Model A | Model B"."""
    full: list[int | None] = [
        column
        for column in range(side + 1, len(grid.rows[0]))
        if 2 * sum(grid.rows[row][column] is not None for row in form.values()) > len(form)
    ]
    return full if len(full) > 1 else []


def _value(row: Sequence[CellValue], side: int, column: int | None) -> CellValue:
    """One cell, or all cells right of the label: "Quantity | 3000 | pcs"."""
    if column is not None:
        return row[column]
    values = [value for value in row[side + 1 :] if value is not None]
    if len(values) == 1:
        return values[0]
    return " ".join(map(cell_text, values)) or None
