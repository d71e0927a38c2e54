"""Which rows below a header are items, and which are headings, totals and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deepsearch.inputs.records import CellValue, Column, ColumnRole, TableRow, cell_text
from deepsearch.inputs.tables.columns import is_unit_word, split_quantity
from deepsearch.inputs.tables.grid import CELL_ERRORS, Grid
from deepsearch.inputs.tables.sections import Heading, Outline
from deepsearch.inputs.tables.words import (
    Numbering,
    is_charge,
    is_note,
    is_total,
    looks_like_code,
    numbering,
)

__all__ = ["Block", "read_body"]

R = ColumnRole

# Columns whose cells say something of the product itself.
_EVIDENCE = frozenset({R.CODE, R.SPECIFICATION, R.MATERIAL, R.DIMENSION, R.BRAND, R.DATE, R.OTHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The body of one table, ready to be read.

    Attributes:
        grid: The sheet.
        file: File name.
        start: First body row, 0-based.
        stop: Row after the last.
        columns: The table's columns.
        first_cells: Cells that stand in the header's own line but belong to the body.
        header_cells: The header's cells, to leave out where they are printed again.
        include_hidden: Whether hidden rows are read.
    """

    grid: Grid
    file: str
    start: int
    stop: int
    columns: tuple[Column, ...]
    first_cells: dict[int, CellValue] = field(default_factory=dict)
    header_cells: tuple[CellValue, ...] = ()
    include_hidden: bool = False


def read_body(block: Block) -> tuple[list[TableRow], list[str]]:
    """Read the items of a table.

    Args:
        block: The table's body.

    Returns:
        Its items from top to bottom, and notes about what was left out.
    """
    return _Reader(block).read()


class _Reader:
    """Walks the rows of one table, keeping the outline of headings."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.grid = block.grid
        by_role: dict[ColumnRole, list[int]] = {}
        for column in block.columns:
            by_role.setdefault(column.role, []).append(column.index)
        self.by_role = by_role
        self.indices = [column.index for column in block.columns]
        self.number = self._only(R.NUMBER)
        self.quantity = self._pick_quantity()
        self.unit = self._only(R.UNIT)
        self.texts = by_role.get(R.DESCRIPTION, [])
        self.evidence = self._evidence_columns()
        self.counted = self._is_counted()
        self.header_unit = next(
            (c.unit for c in block.columns if c.index == self.quantity and c.unit), None
        )
        self.outline = Outline()
        self.rows: list[TableRow] = []
        self.notes: list[str] = []
        self.in_notes = False
        self.left_out: dict[str, list[int]] = {}
        self.merged = self._vertical_merges()
        self.numbered_items = 0
        # 1-based row of the last line that belongs to an item.
        self.last_line = 0
        self.typical = self._typical_width()
        self.numbers_rows = self.number is not None and any(
            numbering(row[self.number]) is not None for row in self._rows()[:2000]
        )
        self.has_errors = any(
            value in CELL_ERRORS for row in self._rows() for value in row if type(value) is str
        )
        self.items_marked = self._are_items_marked()

    # ------------------------------------------------------------ set up

    def _only(self, role: ColumnRole) -> int | None:
        columns = self.by_role.get(role)
        return columns[0] if columns else None

    def _rows(self) -> Sequence[Sequence[CellValue]]:
        return self.grid.rows[self.block.start : self.block.stop]

    def _pick_quantity(self) -> int | None:
        """Of several quantity columns: the total before the rest, then the fullest."""
        columns = [c for c in self.block.columns if c.role is R.QUANTITY]
        if len(columns) <= 1:
            return columns[0].index if columns else None
        sample = self._rows()[:300]

        def worth(column: Column) -> tuple[bool, bool, int]:
            name = column.name.casefold()
            present = sum(row[column.index] is not None for row in sample)
            minimum = any(word in name for word in ("min", "moq", "stock", "annual", "eau"))
            return (present > 0 and not minimum, "total" in name, present)

        return max(columns, key=worth).index

    def _evidence_columns(self) -> list[int]:
        """Columns that tell items apart; one with a single cell is a remark in the margin."""
        sample = self._rows()[:300]
        return [
            column.index
            for column in self.block.columns
            if column.role in _EVIDENCE
            and (column.named or sum(row[column.index] is not None for row in sample) >= 2)
        ]

    def _is_counted(self) -> bool:
        """Whether rows carry quantities or units, so that a row without is no item."""
        columns = [index for index in (self.quantity, self.unit) if index is not None]
        filled = sum(
            any(row[index] is not None for index in columns) for row in self._rows()[:2000]
        )
        # One stray number in a column meant for the seller decides nothing.
        return filled >= 1 and bool(columns)

    def _typical_width(self) -> int:
        widths = sorted(
            count
            for row in self._rows()[:300]
            if (count := sum(row[i] is not None for i in self.indices if i != self.number))
        )
        return widths[len(widths) // 2] if widths else 0

    def _are_items_marked(self) -> bool:
        """Whether rows with a quantity are bold or coloured too, so that it means nothing."""
        marked = self.grid.marked
        if not marked or self.quantity is None:
            return False
        counted = [
            self.block.start + place
            for place, row in enumerate(self._rows()[:500])
            if row[self.quantity] is not None
        ]
        texts = self.texts or self.indices
        hits = sum(any((index, column) in marked for column in texts) for index in counted)
        return 2 * hits > len(counted)

    def _vertical_merges(self) -> dict[int, list[tuple[int, int, CellValue]]]:
        """Row → (column, first row, value) of merged cells it lies in below their top."""
        inside: dict[int, list[tuple[int, int, CellValue]]] = {}
        budget = 200_000
        for top, left, bottom, right in self.grid.merges:
            if bottom == top or top < self.block.start or top >= self.block.stop:
                continue
            value = self.grid.rows[top][left] if left < len(self.grid.rows[top]) else None
            for row in range(top + 1, min(bottom + 1, self.block.stop)):
                budget -= 1
                if budget < 0:
                    return inside
                if left == right or value is not None:
                    inside.setdefault(row, []).append((left, top, value))
        return inside

    # ------------------------------------------------------------ rows

    def read(self) -> tuple[list[TableRow], list[str]]:
        block = self.block
        hidden: list[int] = []
        if block.first_cells:
            self._row(block.start - 1, self._line_of(block.first_cells))
        header = list(block.header_cells)
        for index in range(block.start, block.stop):
            row = self.grid.rows[index]
            if not any(value is not None for value in row):
                continue
            if index in self.grid.hidden_rows and not block.include_hidden:
                hidden.append(index + 1)
                continue
            if header and list(row) == header:
                continue
            self._row(index, row)
        self._emit_empty(self.outline.close())
        if hidden:
            self.notes.append(f"{len(hidden)} hidden rows were left out: {_ranges(hidden)}.")
        for reason, numbers in self.left_out.items():
            self.notes.append(f"{reason}: row {_ranges(numbers)}.")
        self.rows.sort(key=lambda item: item.row_number)
        return self.rows, self.notes

    def _line_of(self, cells: dict[int, CellValue]) -> list[CellValue]:
        width = max(self.indices) + 1
        return [cells.get(index) for index in range(width)]

    def _row(self, index: int, row: Sequence[CellValue]) -> None:
        own = [i for i in self.indices if row[i] is not None]
        if not own:
            return
        first_text = next((row[i] for i in own if isinstance(row[i], str)), None)
        if isinstance(first_text, str) and self._leaves_out(index, row, own, first_text):
            return
        if self._is_continuation(index, row, own):
            self._continue(row, own)
            self.last_line = index + 1
        elif self._is_item(index, row, own):
            self._item(index, row)
        else:
            self._text_row(index, row, own)

    def _leaves_out(
        self, index: int, row: Sequence[CellValue], own: list[int], first_text: str
    ) -> bool:
        label = first_text
        in_number = self.number is not None and row[self.number] == first_text and len(own) > 1
        if in_number and numbering(first_text) is not None:
            # "A | Total": the label is the next text, unless the number cell holds it.
            label = next(
                (str(row[i]) for i in own if i != self.number and isinstance(row[i], str)), ""
            )
        numbered = self.number is not None and numbering(row[self.number]) is not None
        counted = self._has_quantity(row)
        if (is_total(label) and not (numbered and counted)) or (is_charge(label) and not counted):
            self.left_out.setdefault("Totals, taxes and charges were left out", []).append(
                index + 1
            )
            return True
        if not self._has_quantity(row) and is_note(label) and not self._is_long_item(own):
            self.in_notes = True
        if self.in_notes:
            if self.counted and self._has_quantity(row):
                self.in_notes = False
                return False
            if not self.counted and len(own) >= max(2, self.typical):
                self.in_notes = False
                return False
            self.left_out.setdefault("Notes were left out", []).append(index + 1)
            return True
        return False

    def _is_long_item(self, own: list[int]) -> bool:
        """A full line is an item, whatever word it starts with."""
        return len(own) >= 3 and len(own) >= self.typical

    def _has_quantity(self, row: Sequence[CellValue]) -> bool:
        """Whether the row states a quantity or a unit, be it "RO" or "as required"."""
        quantity = row[self.quantity] if self.quantity is not None else None
        unit = row[self.unit] if self.unit is not None else None
        if quantity is not None and (isinstance(quantity, float) or len(quantity) <= 40):
            return True
        return isinstance(unit, str) and (is_unit_word(unit) or len(unit) <= 12)

    def _is_item(self, index: int, row: Sequence[CellValue], own: list[int]) -> bool:
        words = [i for i in own if i in self.texts or i in self.evidence]
        numbered = self.number is not None and numbering(row[self.number]) is not None
        if self.counted:
            if self._has_quantity(row):
                return bool(words) or self._pending() is not None
            evidence = [i for i in own if i in self.evidence]
            described = any(i in self.texts for i in own)
            if len(evidence) >= 2 or (bool(evidence) and described and numbered):
                return True
            alone = len(own) == 1 and described and not self.numbers_rows
            return alone and not self._looks_like_heading(index, row, own[0])
        content = [i for i in own if i != self.number]
        if len(content) >= 2:
            return True
        if self.typical <= 1:
            # A plain list: rows are items, unless the others are numbered and this is not.
            return bool(content) and (numbered or self.number is None or not self.numbered_items)
        value = row[content[0]] if content else None
        return isinstance(value, str) and content[0] not in self.texts and looks_like_code(value)

    def _looks_like_heading(self, index: int, row: Sequence[CellValue], column: int) -> bool:
        """Whether a lone text names what follows, rather than an item of unknown quantity."""
        text = cell_text(row[column])
        if text.isupper() or text.endswith((":", "：")) or self._is_wide(index, column):
            return True
        if self.grid.marked is not None:
            return (index, column) in self.grid.marked and not self.items_marked
        return index == 0 or not any(value is not None for value in self.grid.rows[index - 1])

    def _pending(self) -> Heading | None:
        """A text row that still waits for the quantity printed below it."""
        heading = self.outline.deepest
        return heading if heading is not None and heading.items == 0 else None

    def _is_continuation(self, index: int, row: Sequence[CellValue], own: list[int]) -> bool:
        """Whether a row only goes on describing the item above it."""
        if not self.rows or self.rows[-1].row_number > index or not self.outline.after_item:
            return False
        if self._has_quantity(row) or (self.number is not None and row[self.number] is not None):
            return False
        merged = {column for column, top, _ in self.merged.get(index, ()) if top >= 0}
        if self.number in merged or self.quantity in merged:
            return self.number is not None or self.quantity is not None
        if not self.counted or self.number is None or not self.numbered_items:
            return False
        if self.last_line != index or any(i not in self.texts for i in own):
            return False
        return not self._looks_like_heading(index, row, own[0])

    def _continue(self, row: Sequence[CellValue], own: list[int]) -> None:
        last = self.rows[-1]
        lines = [last.description or "", *(cell_text(row[i]) for i in own)]
        self.rows[-1] = replace(last, description="\n".join(filter(None, lines)))

    def _is_wide(self, index: int, column: int) -> bool:
        return any(
            top <= index <= bottom and left <= column <= right and right - left >= 1
            for top, left, bottom, right in self.grid.merges
        )

    # ------------------------------------------------------------ what becomes of a row

    def _text_row(self, index: int, row: Sequence[CellValue], own: list[int]) -> None:
        texts = [i for i in own if isinstance(row[i], str)]
        described = [i for i in texts if i in self.texts]
        number: Numbering | None = None
        if self.number is not None and row[self.number] is not None:
            number = numbering(row[self.number])
            if number is not None:
                texts = [i for i in texts if i != self.number]
                described = described or texts[:1]
        column = (described or texts or own)[0]
        text = cell_text(row[column])
        if not text or (number is None and not texts):
            self.left_out.setdefault("Numbers without a text were left out", []).append(index + 1)
            return
        heading = Heading(
            text=text,
            row=index,
            number=number,
            column=column,
            wide=number is None and self._is_wide(index, column),
        )
        self._emit_empty(self.outline.add_heading(heading))

    def _emit_empty(self, closed: list[Heading]) -> None:
        """Turn numbered headings that had no item under them into items themselves.

        A numbered position is something the buyer asks for, even where no quantity
        stands beside it. Its item is the text below it, or the line itself.
        """
        for heading in closed:
            if heading.items or heading.number is None or not self.counted or not self.rows:
                continue
            row, text = heading.tail[0] if heading.tail else (heading.row, heading.text)
            path = heading.above + ((heading.text,) if heading.tail else ())
            description = "\n".join(line for _, line in heading.tail) or text
            self._append(row, self.grid.rows[row], path, description, heading.number)
            # Its own headings now hold an item and are none themselves.
            for above in closed:
                above.items += 1

    def _item(self, index: int, row: Sequence[CellValue]) -> None:
        number = numbering(row[self.number]) if self.number is not None else None
        description = "\n".join(cell_text(row[i]) for i in self.texts if row[i] is not None)
        pending = self._pending()
        if not description and pending is not None:
            # The quantity stands on a line of its own below the text.
            description = "\n".join([pending.text, *(line for _, line in pending.tail)])
            number = number or pending.number
        path, closed = self.outline.add_item(number)
        self._emit_empty(closed)
        self.numbered_items += number is not None
        path = tuple(text for text in path if text != description)
        self._append(index, row, path, description or None, number)
        self.last_line = index + 1

    def _append(
        self,
        index: int,
        row: Sequence[CellValue],
        path: tuple[str, ...],
        description: str | None,
        number: Numbering | None,
    ) -> None:
        values: tuple[CellValue, ...]
        merged = self.merged.get(index)
        if merged:
            line = list(row)
            for column, _, value in merged:
                if column < len(line) and line[column] is None:
                    line[column] = value
            row = line
            if description is None:
                description = (
                    "\n".join(cell_text(row[i]) for i in self.texts if row[i] is not None) or None
                )
        values = tuple([row[i] for i in self.indices])
        if self.has_errors:
            values = tuple([None if value in CELL_ERRORS else value for value in values])
        quantity, beside = (
            split_quantity(row[self.quantity]) if self.quantity is not None else (None, None)
        )
        unit = row[self.unit] if self.unit is not None else None
        sheet = self.grid.sheet
        place = f"{sheet}!{index + 1}" if sheet is not None else f"line {index + 1}"
        pictures = self.grid.pictures
        self.rows.append(
            TableRow(
                columns=self.block.columns,
                values=values,
                sheet=sheet,
                row_number=index + 1,
                source=f"{self.block.file} {place}",
                section_path=path,
                description=description,
                quantity=quantity,
                unit=cell_text(unit)
                or beside
                or (self.header_unit if quantity is not None else None),
                number=".".join(number) if number else None,
                pictures=self._pictures(index) if pictures else (),
            )
        )

    def _pictures(self, index: int) -> tuple[bytes, ...]:
        low, high = min(self.indices), max(self.indices)
        return tuple(
            picture
            for (row, column), found in self.grid.pictures.items()
            if row == index and low - 1 <= column <= high + 1
            for picture in found
        )


def _ranges(numbers: list[int]) -> str:
    """Write row numbers shortly: [3, 4, 5, 9] → "3-5, 9"."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    written = [str(a) if a == b else f"{a}-{b}" for a, b in spans[:12]]
    return ", ".join(written) + (" ..." if len(spans) > 12 else "")
