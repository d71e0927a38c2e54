"""Sheets written as text, for the tests: one line a row, `|` between cells, `*` marks items."""

from __future__ import annotations

from dataclasses import dataclass

from deepsearch.inputs.records import CellValue, Table
from deepsearch.inputs.tables.grid import Grid, Merge
from deepsearch.inputs.tables.reader import tables_of


@dataclass(frozen=True)
class Drawn:
    """A sheet and the 1-based rows that a person would list as items."""

    grid: Grid
    items: list[int]

    def tables(self) -> list[Table]:
        return tables_of(self.grid, "sheet.xlsx")

    def found(self) -> list[int]:
        return sorted(row.row_number for table in self.tables() for row in table.rows)


def _value(text: str) -> CellValue:
    text = text.strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text.strip("'")


def draw(
    text: str, *, merges: tuple[Merge, ...] = (), hidden: frozenset[int] = frozenset()
) -> Drawn:
    """Read a drawn sheet; numbers become numbers unless they are in quotation marks."""
    rows: list[list[CellValue]] = []
    items = []
    for number, line in enumerate(text.strip("\n").splitlines(), start=1):
        mark, _, cells = line.strip().partition("|")
        rows.append([_value(cell) for cell in cells.split("|")])
        if mark.strip() == "*":
            items.append(number)
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    return Drawn(Grid(sheet="Sheet1", rows=padded, merges=merges, hidden_rows=hidden), items)
