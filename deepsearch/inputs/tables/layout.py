"""What the columns of a table are for, before its rows are walked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from deepsearch.inputs.records import CellValue, Column, ColumnRole
from deepsearch.inputs.tables.columns import is_unit_word
from deepsearch.inputs.tables.grid import Grid
from deepsearch.inputs.tables.words import Numbering, numbering

__all__ = ["Block", "Layout", "Line", "layout_of", "line_of"]

R = ColumnRole
Row = Sequence[CellValue]

# Columns whose cells say something of the product itself.
_EVIDENCE = frozenset(
    {R.CODE, R.REFERENCE, R.SPECIFICATION, R.MATERIAL, R.DIMENSION, R.BRAND, R.DATE, R.OTHER}
)
_SAMPLE = 300
# Names of quantity columns that are not the quantity wanted.
_OTHER_QUANTITIES = ("min", "moq", "stock", "annual", "eau")
_MAX_QUANTITY_CHARS = 30
_LABELLED = re.compile(r"[:：]")
_MAX_UNIT_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The body of one table, ready to be read.

    Attributes:
        grid: The sheet.
        file: File name.
        start: First body row, 0-based.
        stop: Row after the last.
        columns: The table's columns.
        headed: Whether a header stands above.
        first_cells: Cells that stand in the header's own line but belong to the body.
        header_lines: Cells of the header's lines, to leave out where they are printed again.
        heading: 0-based row of a heading above the header, where the header is printed again
            below further ones; None elsewhere.
        include_hidden: Whether hidden rows are read.
    """

    grid: Grid
    file: str
    start: int
    stop: int
    columns: tuple[Column, ...]
    headed: bool = True
    first_cells: dict[int, CellValue] = field(default_factory=dict)
    header_lines: frozenset[tuple[CellValue, ...]] = frozenset()
    heading: int | None = None
    include_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where in a row to look for what.

    Attributes:
        indices: Columns of the table, ascending.
        number: Column of position numbers, or None.
        quantity: Column of the quantity wanted, or None.
        unit: Column of its unit, or None.
        header_unit: Unit standing in the quantity's header, or None.
        texts: Columns that describe the item.
        evidence: Other columns that tell items apart.
        words: Both together.
        counted: Whether rows state quantities or units, so that one without is seldom
            an item.
        typical: Usual number of filled cells of a row, its number aside.
        numbers_rows: Whether rows are numbered.
        items_marked: Whether items are bold or coloured, so that it makes no heading.
    """

    indices: tuple[int, ...]
    number: int | None
    quantity: int | None
    unit: int | None
    header_unit: str | None
    texts: tuple[int, ...]
    evidence: frozenset[int]
    words: frozenset[int]
    counted: bool
    typical: int
    numbers_rows: bool
    items_marked: bool


@dataclass(slots=True)
class Line:
    """One row, with what every question about it needs.

    Attributes:
        index: 0-based row of the sheet.
        row: Its cells.
        own: The table's columns in which it has a cell of its own.
        number: Its position number, or None.
        counted: Whether it states a quantity or a unit, be it "RO" or "as required".
    """

    index: int
    row: Row
    own: list[int]
    number: Numbering | None
    counted: bool

    def texts(self) -> list[int]:
        """Columns of its texts."""
        return [i for i in self.own if isinstance(self.row[i], str)]


def line_of(layout: Layout, index: int, row: Row) -> Line:
    """Look at a row once.

    Args:
        layout: The table's layout.
        index: 0-based row of the sheet.
        row: Its cells.

    Returns:
        The line.
    """
    number = numbering(row[layout.number]) if layout.number is not None else None
    own = [i for i in layout.indices if row[i] is not None]
    return Line(index, row, own, number, _is_counted(layout, row))


def _is_counted(layout: Layout, row: Row) -> bool:
    if layout.quantity is not None:
        quantity = row[layout.quantity]
        if isinstance(quantity, float):
            return True
        # "RO", "as required", "1 lot"; but not "Phone: 123".
        if quantity and len(quantity) <= _MAX_QUANTITY_CHARS and not _LABELLED.search(quantity):
            return True
    unit = row[layout.unit] if layout.unit is not None else None
    return isinstance(unit, str) and (len(unit) <= _MAX_UNIT_CHARS or is_unit_word(unit))


def layout_of(block: Block) -> Layout:
    """Decide what each column of a table is for.

    Args:
        block: The table.

    Returns:
        Its layout.
    """
    rows = block.grid.rows[block.start : block.stop]
    columns = block.columns
    indices = tuple(column.index for column in columns)
    number = _first(columns, R.NUMBER)
    quantity = _quantity(columns, rows)
    unit = _first(columns, R.UNIT)
    texts = tuple(column.index for column in columns if column.role is R.DESCRIPTION)
    evidence = _evidence(columns, rows[:_SAMPLE])
    return Layout(
        indices=indices,
        number=number,
        quantity=quantity,
        unit=unit,
        header_unit=next((c.unit for c in columns if c.index == quantity and c.unit), None),
        texts=texts,
        evidence=evidence,
        words=evidence.union(texts),
        counted=any(
            row[i] is not None for row in rows[:2000] for i in (quantity, unit) if i is not None
        ),
        typical=_typical(indices, number, rows[:_SAMPLE]),
        numbers_rows=number is not None
        and any(numbering(row[number]) is not None for row in rows[:2000]),
        items_marked=_items_marked(block, quantity, texts or indices),
    )


def _first(columns: Sequence[Column], role: ColumnRole) -> int | None:
    return next((column.index for column in columns if column.role is role), None)


def _quantity(columns: Sequence[Column], rows: Sequence[Row]) -> int | None:
    """Of several quantity columns: the total before the rest, then the fullest."""
    found = [column for column in columns if column.role is R.QUANTITY]
    if len(found) <= 1:
        return found[0].index if found else None
    sample = rows[:_SAMPLE]

    def worth(column: Column) -> tuple[bool, bool, int]:
        name = column.name.casefold()
        present = sum(row[column.index] is not None for row in sample)
        other = any(word in name for word in _OTHER_QUANTITIES)
        return (present > 0 and not other, "total" in name, present)

    return max(found, key=worth).index


def _evidence(columns: Sequence[Column], sample: Sequence[Row]) -> frozenset[int]:
    """Columns that tell items apart; one with a single cell is a remark in the margin."""
    return frozenset(
        column.index
        for column in columns
        if column.role in _EVIDENCE
        and (column.named or sum(row[column.index] is not None for row in sample) >= 2)
    )


def _typical(indices: Sequence[int], number: int | None, sample: Sequence[Row]) -> int:
    widths = sorted(
        count
        for row in sample
        if (count := sum(row[i] is not None for i in indices if i != number))
    )
    return widths[len(widths) // 2] if widths else 0


def _items_marked(block: Block, quantity: int | None, texts: Sequence[int]) -> bool:
    marked = block.grid.marked
    if not marked or quantity is None:
        return False
    rows = block.grid.rows[block.start : min(block.stop, block.start + 500)]
    counted = [block.start + i for i, row in enumerate(rows) if row[quantity] is not None]
    hits = sum(any((index, column) in marked for column in texts) for index in counted)
    return 2 * hits > len(counted)
