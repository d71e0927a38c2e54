"""Which rows below a header are items, and which are headings, totals and notes."""

from __future__ import annotations

import re
from dataclasses import replace

from deepsearch.inputs.records import TableRow, cell_text
from deepsearch.inputs.tables.items import ItemMaker
from deepsearch.inputs.tables.layout import Block, Layout, Line, Row, layout_of, line_of
from deepsearch.inputs.tables.locate import MAX_HEADER_CHARS
from deepsearch.inputs.tables.sections import Heading, Outline, is_under
from deepsearch.inputs.tables.words import (
    Numbering,
    is_charge,
    is_note,
    is_total,
    is_void,
    looks_like_code,
    numbering,
)

__all__ = ["read_body"]

_TOTALS = "Totals, taxes and charges were left out"
_NOTES = "Notes were left out"
_VOID = "Positions that are not wanted were left out"
_MEASURED = "Lines that only measure a quantity were left out"
_SUMMARY = "Headings told again to sum up were left out"
_ENUMERATOR = re.compile(r"^(?:\d{1,2}|[A-Za-z]|[ivxIVX]{1,4})(?P<mark>[.)])\s+")
_FOOTNOTE = re.compile(r"^(?:[*†‡]+|\(\d\)|\d\))\s*\S")
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
        self.maker = ItemMaker(block, self.layout)
        self.in_notes = False
        self.numbered_items = 0
        # Whether lines below the last item measured how much of it is wanted.
        self.measured = False
        self.headings: set[tuple[Numbering | None, str]] = set()
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
        if not line.own or self._completes(line) or self._leaves_out(line):
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
        if any(is_void(cell_text(line.row[i])) for i in self.layout.texts if i in line.own):
            return self._omit(_VOID, line)
        label = self._label(line)
        uncounted = self.layout.counted and not line.counted and line.number is None
        if is_total(label, uncounted=uncounted) or (not line.counted and is_charge(label)):
            return self._omit(_TOTALS, line)
        full = len(line.own) >= 3 and len(line.own) >= self.layout.typical
        if not line.counted and not full and (is_note(label) or self._is_footnote(line)):
            self.in_notes = True
        if self._measures(line):
            self.measured = True
            return self._omit(_MEASURED, line)
        if self.in_notes:
            enough = len(line.own) >= max(2, self.layout.typical)
            self.in_notes = not (line.counted if self.layout.counted else enough)
        return self.in_notes and self._omit(_NOTES, line)

    def _is_footnote(self, line: Line) -> bool:
        """Whether a lone line below the last item carries a footnote's mark."""
        value = line.row[line.own[0]]
        if len(line.own) > 1 or not isinstance(value, str) or not _FOOTNOTE.match(value):
            return False
        return not any(
            line_of(self.layout, index, self.grid.rows[index]).counted
            for index in range(line.index + 1, self.block.stop)
        )

    def _measures(self, line: Line) -> bool:
        """Whether a line below a position only computes how much of it: "Walls | 10 | 2.5 m"."""
        if line.number is not None or line.counted:
            return False
        waiting = self._waits_for_quantity()
        if (waiting is None or waiting.number is None) and not self._lacks_quantity():
            return False
        others = [line.row[i] for i in line.own if i not in self.layout.texts]
        return bool(others) and all(isinstance(value, float) for value in others)

    def _lacks_quantity(self) -> bool:
        """Whether the last row seen is an item, numbered, with a unit and no quantity."""
        if not self.items or not self.outline.after_item or self.layout.unit is None:
            return False
        last = self.items[-1]
        return last.quantity is None and last.number is not None and last.unit is not None

    def _completes(self, line: Line) -> bool:
        """Take a quantity that stands below its item, under what was measured for it."""
        if line.number is not None or not line.counted or not self._lacks_quantity():
            return False
        quantity, _ = self.maker.quantity(line.row)
        if quantity is None:
            return False
        layout = self.layout
        figures = [i for i in line.own if i not in layout.texts and i not in layout.quantities]
        alone = set(line.own) <= set(layout.quantities)
        if not all(isinstance(line.row[i], float) for i in figures):
            return False
        if not (alone or figures or self.measured):
            return False
        self.items[-1] = replace(self.items[-1], quantity=quantity)
        return True

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
        return alone and not (self._looks_like_heading(line) or self._is_like_first_heading(line))

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
        if text.isupper() or text.endswith((":", "：")) or self.grid.is_wide(line.index, column):
            return True
        if self.grid.marked is not None:
            return (line.index, column) in self.grid.marked and not self.layout.items_marked
        return self._opens_section(line)

    def _opens_section(self, line: Line) -> bool:
        """Whether a line stands at the top of the table, or below a gap or a total."""
        above = line.index - 1
        if line.index == self.block.start:
            following = self.grid.rows[line.index + 1 : self.block.stop][:1]
            return any(line_of(self.layout, line.index + 1, row).counted for row in following)
        empty = not any(value is not None for value in self.grid.rows[above])
        return empty or line.index in self.left_out.get(_TOTALS, ())

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
        merged = {column for column, _ in self.maker.merged.get(line.index, ())}
        if merged & {layout.number, *layout.quantities}:
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
        if first is None:
            return False
        marks = [_ENUMERATOR.match(words) for words in (first.text, text)]
        if marks[0] is not None and marks[1] is not None and marks[0]["mark"] == marks[1]["mark"]:
            text = text[marks[1].end() :]
        return (
            line.own == [first.column]
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
            wide=line.number is None and self.grid.is_wide(line.index, column),
        )
        if not self.items and heading.number is None:
            self.first_heading = heading
        if heading.number is not None and (heading.number, heading.text) in self.headings:
            # Told a second time it may sum up; where items follow, it heads them.
            heading.again = True
        self.headings.add((heading.number, heading.text))
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
            if heading.again:
                self.left_out.setdefault(_SUMMARY, []).append(heading.row + 1)
                continue
            row, text = heading.tail[0] if heading.tail else (heading.row, heading.text)
            path = heading.above + ((heading.text,) if heading.tail else ())
            description = "\n".join(words for _, words in heading.tail) or text
            self.items.append(
                self.maker.item(row, self.grid.rows[row], path, description, heading.number)
            )
            # Its own headings now hold an item and are none themselves.
            for above in closed:
                above.items += 1

    def _item(self, line: Line) -> None:
        number = line.number
        description = self.maker.description(line.row)
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
        self.measured = False
        self.items.append(self.maker.item(line.index, line.row, path, description, number))
        self.last_line = line.index + 1


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
