"""What the columns of a table are for, before its rows are walked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from deepsearch.inputs.records import CellValue, Column, ColumnRole
from deepsearch.inputs.tables.columns import is_unit_word, known_header
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
_OTHER_QUANTITIES = (
    "min", "moq", "stock", "annual", "eau", "on hand", "existencia", "bestand", "库存", "现有",
    "在庫", "остат", "estoque", "giacenza",
)  # fmt: skip
# A total within a name, in languages that put it into one word with others too.
_TOTAL = re.compile(
    r"total|totaal|gesamt|insges|итог|всего|общ|toplam|razem|łącz|合计|合計|总|總|합계|計$"
)
_YEAR = re.compile(r"^(?:19|20)\d\d$")
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
        quantities: Column of the quantity wanted; those that add up to it; or none.
        unit: Column of its unit, or None.
        header_unit: Unit standing in the quantity's header, or None.
        texts: Columns that describe the item.
        evidence: Other columns that tell items apart.
        words: Both together.
        counted: Whether rows state quantities or units, so that one without is seldom
            an item.
        typical: Usual number of filled cells of a row, its number aside.
        numbers_rows: Whether rows are numbered.
        classes: Columns of a class or place left of the description, which hold until the next.
        items_marked: Whether items are bold or coloured, so that it makes no heading.
    """

    indices: tuple[int, ...]
    number: int | None
    quantities: tuple[int, ...]
    unit: int | None
    header_unit: str | None
    texts: tuple[int, ...]
    evidence: frozenset[int]
    words: frozenset[int]
    counted: bool
    typical: int
    numbers_rows: bool
    classes: tuple[int, ...]
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
    for index in layout.quantities:
        quantity = row[index]
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
    quantities = _quantities(columns, rows)
    unit = _first(columns, R.UNIT)
    texts = tuple(column.index for column in columns if column.role is R.DESCRIPTION)
    evidence = _evidence(columns, rows[:_SAMPLE])
    return Layout(
        indices=indices,
        number=number,
        quantities=quantities,
        unit=unit,
        header_unit=next((c.unit for c in columns if quantities == (c.index,)), None),
        texts=texts,
        evidence=evidence,
        words=evidence.union(texts),
        counted=any(
            row[i] is not None for row in rows[:2000] for i in (*quantities, unit) if i is not None
        ),
        typical=_typical(indices, number, rows[:_SAMPLE]),
        numbers_rows=number is not None
        and any(numbering(row[number]) is not None for row in rows[:2000]),
        classes=tuple(
            column.index
            for column in columns
            if column.role is R.OTHER
            and column.index < min(texts, default=0)
            and known_header(column.name) is R.OTHER
        ),
        items_marked=_items_marked(block, quantities, texts or indices),
    )


def _first(columns: Sequence[Column], role: ColumnRole) -> int | None:
    return next((column.index for column in columns if column.role is role), None)


def _quantities(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[int, ...]:
    """Of several quantity columns: the total, else all of one heading, else the fullest."""
    found = [column for column in columns if column.role is R.QUANTITY]
    sample = rows[:_SAMPLE]
    filled = {c.index: sum(row[c.index] is not None for row in sample) for c in found}
    wanted = [
        column
        for column in found
        if filled[column.index]
        and not any(word in column.name.casefold() for word in _OTHER_QUANTITIES)
    ]
    if not wanted:
        return tuple(column.index for column in found[:1])
    totals = [column for column in wanted if _TOTAL.search(column.name.casefold())]
    names = [column.name for column in wanted]
    words = zip(*(name.split() for name in names), strict=False)
    heading = " ".join(word for word, *_ in takewhile(lambda same: len(set(same)) == 1, words))
    years = any(_YEAR.match(name.rpartition(" ")[2]) for name in names)
    if len(wanted) > 1 and not totals and not years and known_header(heading) is R.QUANTITY:
        # "Quantity: Site A | Site B | Site C"
        return tuple(column.index for column in wanted)
    return (max(totals or wanted, key=lambda column: filled[column.index]).index,)


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


def _items_marked(block: Block, quantities: Sequence[int], texts: Sequence[int]) -> bool:
    marked = block.grid.marked
    if not marked or not quantities:
        return False
    rows = block.grid.rows[block.start : min(block.stop, block.start + 500)]
    counted = [
        block.start + i for i, row in enumerate(rows) if any(row[i] is not None for i in quantities)
    ]
    hits = sum(any((index, column) in marked for column in texts) for index in counted)
    return 2 * hits > len(counted)
