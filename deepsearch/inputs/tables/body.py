"""Which rows below a header are items, and which are headings, totals and notes."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.inputs.records import CellValue, TableRow, cell_text
from deepsearch.inputs.tables.columns import split_quantity
from deepsearch.inputs.tables.grid import CELL_ERRORS, Grid
from deepsearch.inputs.tables.layout import Block, Layout, Line, Row, layout_of, line_of
from deepsearch.inputs.tables.locate import MAX_HEADER_CHARS
from deepsearch.inputs.tables.sections import Heading, Outline, is_under
from deepsearch.inputs.tables.words import (
    Numbering,
    is_charge,
    is_note,
    is_total,
    looks_like_code,
    numbering,
)

__all__ = ["read_body"]

_MAX_MERGED_CELLS = 200_000
_TOTALS = "Totals, taxes and charges were left out"
_NOTES = "Notes were left out"
_LONE_NUMBERS = "Numbers without a text were left out"


def read_body(block: Block) -> tuple[list[TableRow], list[str]]:
    """Read the items of a table.

    Args:
        block: The table's body.

    Returns:
        Its items from top to bottom, and notes about what was left out.
    """
    return _Walk(block).read()


class _Walk:
    """Goes down the rows of one table, keeping the outline of headings."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.grid = block.grid
        self.layout: Layout = layout_of(block)
        self.outline = Outline()
        self.items: list[TableRow] = []
        self.left_out: dict[str, list[int]] = {}
        self.merged = _merged_below(block)
        self.in_notes = False
        self.numbered_items = 0
        # The last unnumbered heading above the first item.
        self.first_heading: Heading | None = None
        # 1-based row of the last line that belongs to an item.
        self.last_line = 0

    def read(self) -> tuple[list[TableRow], list[str]]:
        block, rows = self.block, self.grid.rows
        hidden: list[int] = []
        hidden_rows = frozenset() if block.include_hidden else self.grid.hidden_rows
        if block.first_cells:
            width = max(self.layout.indices) + 1
            self._take(block.start - 1, [block.first_cells.get(i) for i in range(width)])
        if block.heading is not None:
            self._text(line_of(self.layout, block.heading, rows[block.heading]))
        for index in range(block.start, block.stop):
            if index in hidden_rows:
                hidden.append(index + 1)
            elif tuple(rows[index]) not in block.header_lines:
                self._take(index, rows[index])
        self._emit_empty(self.outline.close())
        notes = [f"{reason}: row {_ranges(numbers)}." for reason, numbers in self.left_out.items()]
        if hidden:
            notes.append(f"{len(hidden)} hidden rows were left out: {_ranges(hidden)}.")
        self.items.sort(key=lambda item: item.row_number)
        return self.items, notes

    def _take(self, index: int, row: Row) -> None:
        line = line_of(self.layout, index, row)
        if not line.own or self._leaves_out(line):
            return
        if self._is_continuation(line):
            self._continue(line)
        elif self._is_item(line):
            self._item(line)
        else:
            self._text(line)

    def _omit(self, reason: str, line: Line) -> bool:
        self.left_out.setdefault(reason, []).append(line.index + 1)
        return True

    # ------------------------------------------------------------ what a row is

    def _leaves_out(self, line: Line) -> bool:
        """Whether a row is a total, a charge or a note."""
        if line.counted and line.number is not None:
            self.in_notes = False
            return False
        label = self._label(line)
        uncounted = self.layout.counted and not line.counted and line.number is None
        if is_total(label, uncounted=uncounted) or (not line.counted and is_charge(label)):
            return self._omit(_TOTALS, line)
        full = len(line.own) >= 3 and len(line.own) >= self.layout.typical
        if not line.counted and not full and is_note(label):
            self.in_notes = True
        if self.in_notes:
            enough = len(line.own) >= max(2, self.layout.typical)
            self.in_notes = not (line.counted if self.layout.counted else enough)
        return self.in_notes and self._omit(_NOTES, line)

    def _label(self, line: Line) -> str:
        """The first text of a row, its position number aside: "A | Total" is a total."""
        texts = line.texts()
        if line.number is not None and len(line.own) > 1:
            texts = [i for i in texts if i != self.layout.number]
        return cell_text(line.row[texts[0]]) if texts else ""

    def _is_item(self, line: Line) -> bool:
        layout = self.layout
        if layout.counted:
            return self._is_counted_item(line)
        content = [i for i in line.own if i != layout.number]
        if len(content) != 1:
            return bool(content)
        if layout.typical <= 1:
            # A plain list: rows are items, unless the others are numbered and this is not.
            return line.number is not None or layout.number is None or not self.numbered_items
        value = line.row[content[0]]
        return isinstance(value, str) and content[0] not in layout.texts and looks_like_code(value)

    def _is_counted_item(self, line: Line) -> bool:
        layout = self.layout
        described = not layout.words.isdisjoint(line.own)
        if line.counted and self._is_chapter(line):
            return False
        if line.counted:
            return described or self._waits_for_quantity() is not None
        evidence = sum(i in layout.evidence for i in line.own)
        described = any(i in layout.texts for i in line.own)
        if evidence >= 2 or (evidence and described and line.number is not None):
            return True
        alone = len(line.own) == 1 and described and not layout.numbers_rows
        return alone and not self._looks_like_heading(line)

    def _is_chapter(self, line: Line) -> bool:
        """Whether a line with a sum, but no unit, heads those numbered below it: 1 over 1.1."""
        layout = self.layout
        if line.number is None or layout.unit is None or line.row[layout.unit] is not None:
            return False
        below = self.grid.rows[line.index + 1 : min(line.index + 4, self.block.stop)]
        numbers = [numbering(row[layout.number]) for row in below if layout.number is not None]
        following = next(filter(None, numbers), None)
        return following is not None and is_under(following, line.number)

    def _looks_like_heading(self, line: Line) -> bool:
        """Whether a lone text names what follows, rather than an item of unknown quantity."""
        column = line.own[0]
        text = cell_text(line.row[column])
        if text.isupper() or text.endswith((":", "：")) or _is_wide(self.grid, line.index, column):
            return True
        if self.grid.marked is not None:
            return (line.index, column) in self.grid.marked and not self.layout.items_marked
        return line.index == 0 or not any(
            value is not None for value in self.grid.rows[line.index - 1]
        )

    def _waits_for_quantity(self) -> Heading | None:
        """A text row whose quantity may be printed on a line below it."""
        heading = self.outline.deepest
        return heading if heading is not None and heading.items == 0 else None

    def _is_continuation(self, line: Line) -> bool:
        """Whether a row only goes on describing the item above it."""
        layout = self.layout
        if line.counted or not self.outline.after_item:
            return False
        if layout.number is not None and line.row[layout.number] is not None:
            return False
        merged = {column for column, _ in self.merged.get(line.index, ())}
        if merged & {layout.number, layout.quantity}:
            return True
        if not layout.counted or self.last_line != line.index:
            return False
        goes_on = cell_text(line.row[line.own[0]])[:1].islower()
        if not (self.numbered_items or goes_on) or not all(i in layout.texts for i in line.own):
            return False
        return goes_on or not (self._looks_like_heading(line) or self._is_like_first_heading(line))

    def _is_like_first_heading(self, line: Line) -> bool:
        """Whether a short name between items stands as one did above the first of them."""
        first = self.first_heading
        text = cell_text(line.row[line.own[0]])
        following = line.index + 1
        return (
            first is not None
            and line.own == [first.column]
            and len(text) <= MAX_HEADER_CHARS
            and not any(char.isdigit() for char in text)
            and following < self.block.stop
            and line_of(self.layout, following, self.grid.rows[following]).counted
        )

    # ------------------------------------------------------------ what becomes of it

    def _continue(self, line: Line) -> None:
        last = self.items[-1]
        more = [last.description or "", *(cell_text(line.row[i]) for i in line.own)]
        self.items[-1] = replace(last, description="\n".join(filter(None, more)))
        self.last_line = line.index + 1

    def _text(self, line: Line) -> None:
        """Open a heading."""
        texts = line.texts()
        if line.number is not None:
            texts = [i for i in texts if i != self.layout.number]
        if not texts:
            self._omit(_LONE_NUMBERS, line)
            return
        column = next((i for i in texts if i in self.layout.texts), texts[0])
        heading = Heading(
            text=cell_text(line.row[column]),
            row=line.index,
            number=line.number,
            column=column,
            wide=line.number is None and _is_wide(self.grid, line.index, column),
        )
        if not self.items and heading.number is None:
            self.first_heading = heading
        self._emit_empty(self.outline.add_heading(heading))

    def _emit_empty(self, closed: list[Heading]) -> None:
        """Turn numbered headings that had no item under them into items themselves.

        A numbered position is something the buyer asks for, even where no quantity
        stands beside it. Its item is the text below it, or the line itself.
        """
        # Without a header, numbered lines above the first item may be anything.
        if not self.layout.counted or not (self.items or self.block.headed):
            return
        for heading in closed:
            if heading.items or heading.number is None:
                continue
            row, text = heading.tail[0] if heading.tail else (heading.row, heading.text)
            path = heading.above + ((heading.text,) if heading.tail else ())
            description = "\n".join(words for _, words in heading.tail) or text
            self._append(row, self.grid.rows[row], path, description, heading.number)
            # Its own headings now hold an item and are none themselves.
            for above in closed:
                above.items += 1

    def _item(self, line: Line) -> None:
        number = line.number
        description = self._description(line.row)
        waiting = self._waits_for_quantity()
        if not description and waiting is not None:
            # The quantity stands on a line of its own below the text.
            description = "\n".join([waiting.text, *(words for _, words in waiting.tail)])
            number = number or waiting.number
        path, closed = self.outline.add_item(number)
        if closed:
            self._emit_empty(closed)
        if path:
            path = tuple(text for text in path if text not in description.split("\n"))
        self.numbered_items += number is not None
        self._append(line.index, line.row, path, description, number)
        self.last_line = line.index + 1

    def _description(self, row: Row) -> str:
        return "\n".join([cell_text(row[i]) for i in self.layout.texts if row[i] is not None])

    def _append(
        self, index: int, row: Row, path: tuple[str, ...], description: str,
        number: Numbering | None,
    ) -> None:  # fmt: skip
        layout, grid = self.layout, self.grid
        if index in self.merged:
            row = list(row)
            for column, value in self.merged[index]:
                row[column] = value if row[column] is None else row[column]
            description = description or self._description(row)
        if grid.has_errors:
            row = [None if value in CELL_ERRORS else value for value in row]
        quantity, beside = (
            split_quantity(row[layout.quantity]) if layout.quantity is not None else (None, None)
        )
        unit = cell_text(row[layout.unit]) if layout.unit is not None else ""
        place = f"{grid.sheet}!{index + 1}" if grid.sheet is not None else f"line {index + 1}"
        self.items.append(
            TableRow(
                columns=self.block.columns,
                values=tuple([row[i] for i in layout.indices]),
                sheet=grid.sheet,
                row_number=index + 1,
                source=f"{self.block.file} {place}",
                section_path=path,
                description=description or None,
                quantity=quantity,
                unit=unit or beside or (layout.header_unit if quantity is not None else None),
                number=".".join(number) if number else None,
                pictures=self._pictures(index) if grid.pictures else (),
            )
        )

    def _pictures(self, index: int) -> tuple[bytes, ...]:
        """Pictures in the row's cells, and one column beside the table's."""
        low, high = self.layout.indices[0] - 1, self.layout.indices[-1] + 1
        return tuple(
            picture
            for (row, column), found in self.grid.pictures.items()
            if row == index and low <= column <= high
            for picture in found
        )


def _is_wide(grid: Grid, index: int, column: int) -> bool:
    """Whether a cell is merged over several columns."""
    return any(
        top <= index <= bottom and left <= column <= right and right > left
        for top, left, bottom, right in grid.merges
    )


def _merged_below(block: Block) -> dict[int, list[tuple[int, CellValue]]]:
    """Row → (column, value) of cells merged over rows in which it lies below the first."""
    inside: dict[int, list[tuple[int, CellValue]]] = {}
    budget = _MAX_MERGED_CELLS
    for top, left, bottom, _ in block.grid.merges:
        if not block.start <= top < min(bottom, block.stop):
            continue
        value = block.grid.rows[top][left]
        for row in range(top + 1, min(bottom + 1, block.stop)):
            budget -= 1
            if budget < 0:
                return inside
            inside.setdefault(row, []).append((left, value))
    return inside


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
