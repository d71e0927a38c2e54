"""A sheet as a grid of cleaned cells, before any structure is seen in it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deepsearch.inputs.records import CellValue

__all__ = ["CELL_ERRORS", "Grid", "Merge", "clean_cell"]

Merge = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column; 0-based, inclusive."""

_MAX_MERGED_CELLS = 200_000

CELL_ERRORS = frozenset(
    {"#VALUE!", "#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA",
     "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The used cells of one sheet.

    Attributes:
        sheet: Sheet name; None for a delimited file.
        rows: Cells, None where empty; all rows equally long; row 0 is the sheet's first.
        merges: Merged ranges with more than one cell.
        hidden_rows: 0-based rows hidden in the sheet.
        pictures: (row, column), 0-based → encoded pictures anchored there.
        marked: (row, column), 0-based, of cells in bold or on a coloured ground; None
            where the format does not tell.
        has_errors: Whether a cell holds an error such as "#REF!".
        hidden: Whether the sheet itself is hidden.
        notes: What was noticed while reading.
    """

    sheet: str | None
    rows: Sequence[Sequence[CellValue]]
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    pictures: Mapping[tuple[int, int], tuple[bytes, ...]] = field(default_factory=dict)
    marked: frozenset[tuple[int, int]] | None = None
    has_errors: bool = False
    hidden: bool = False
    notes: tuple[str, ...] = ()

    def is_wide(self, row: int, column: int) -> bool:
        """Tell whether a cell is merged over several columns."""
        return any(
            top <= row <= bottom and left <= column <= right and right > left
            for top, left, bottom, right in self.merges
        )

    def merged_below(self, start: int, stop: int) -> dict[int, list[tuple[int, CellValue]]]:
        """Find the cells that are merged with one above them.

        Args:
            start: First row looked at, 0-based.
            stop: Row after the last.

        Returns:
            Row → (column, value of the merged range) for all but the range's first row.
        """
        inside: dict[int, list[tuple[int, CellValue]]] = {}
        budget = _MAX_MERGED_CELLS
        for top, left, bottom, _ in self.merges:
            if not start <= top < min(bottom, stop):
                continue
            value = self.rows[top][left]
            for row in range(top + 1, min(bottom + 1, stop)):
                budget -= 1
                if budget < 0:
                    return inside
                inside.setdefault(row, []).append((left, value))
        return inside


def clean_cell(value: object) -> CellValue:
    """Turn a reader's cell value into text, number or None.

    Args:
        value: What the reader gave.

    Returns:
        Stripped text (None where empty), float, ISO date or time as text, "yes"/"no"
        for a truth value. Errors such as "#REF!" stay texts here, since a cell that
        holds one is not empty.
    """
    match value:
        case None:
            cell: CellValue = None
        case str():
            text = value.strip()
            cell = text or None
        case bool():
            cell = "yes" if value else "no"
        case int() | float():
            cell = float(value) if math.isfinite(value) else None
        case dt.datetime():
            day = value.time() == dt.time()
            cell = value.date().isoformat() if day else value.isoformat(" ")
        case dt.date() | dt.time():
            cell = value.isoformat()
        case _:
            cell = str(value)
    return cell
