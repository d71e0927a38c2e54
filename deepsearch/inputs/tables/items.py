"""What becomes of a row that is an item."""

from __future__ import annotations

from deepsearch.inputs.records import CellValue, TableRow, cell_text
from deepsearch.inputs.tables.columns import split_quantity
from deepsearch.inputs.tables.grid import CELL_ERRORS
from deepsearch.inputs.tables.layout import Block, Layout, Row
from deepsearch.inputs.tables.words import Numbering

__all__ = ["ItemMaker"]


class ItemMaker:
    """Makes the items of one table, from top to bottom.

    Attributes:
        merged: 0-based row → column and value of the cells merged with one above.
    """

    def __init__(self, block: Block, layout: Layout) -> None:
        """Begin above the first row.

        Args:
            block: The table's body.
            layout: What its columns are for.
        """
        self.merged = block.grid.merged_below(block.start, block.stop)
        self._block = block
        self._grid = block.grid
        self._layout = layout
        # Column of a class or place → the value that holds until the next one.
        self._classes: dict[int, CellValue] = dict.fromkeys(layout.classes)

    def item(
        self,
        index: int,
        row: Row,
        path: tuple[str, ...],
        description: str,
        number: Numbering | None,
    ) -> TableRow:
        """Make an item.

        Args:
            index: Its row, 0-based.
            row: Its cells.
            path: The headings it stands under.
            description: What it is; "" where its merged cells tell.
            number: Its position number.

        Returns:
            The item.
        """
        layout, grid = self._layout, self._grid
        if index in self.merged:
            row = list(row)
            for column, value in self.merged[index]:
                row[column] = value if row[column] is None else row[column]
            description = description or self.description(row)
        if self._classes:
            row = self._classed(row)
        if grid.has_errors:
            row = [None if value in CELL_ERRORS else value for value in row]
        quantity, beside = self.quantity(row)
        unit = cell_text(row[layout.unit]) if layout.unit is not None else ""
        place = f"{grid.sheet}!{index + 1}" if grid.sheet is not None else f"line {index + 1}"
        return TableRow(
            columns=self._block.columns,
            values=tuple([row[i] for i in layout.indices]),
            sheet=grid.sheet,
            row_number=index + 1,
            source=f"{self._block.file} {place}",
            section_path=path,
            description=description or None,
            quantity=quantity,
            unit=unit or beside or (layout.header_unit if quantity is not None else None),
            number=".".join(number) if number else None,
            pictures=self._pictures(index) if grid.pictures else (),
        )

    def description(self, row: Row) -> str:
        """Read what a row is called.

        Args:
            row: Its cells.

        Returns:
            Its cells in the columns of texts, a line each.
        """
        return "\n".join([cell_text(row[i]) for i in self._layout.texts if row[i] is not None])

    def quantity(self, row: Row) -> tuple[float | None, str | None]:
        """Read how much of a row is wanted.

        Args:
            row: Its cells.

        Returns:
            The quantity, summed over places or sizes, and the unit beside it.
        """
        columns = self._layout.quantities
        if len(columns) == 1:
            return split_quantity(row[columns[0]], counted=True)
        read = [split_quantity(row[i], counted=True) for i in columns]
        numbers = [number for number, _ in read if number is not None]
        unit = next((unit for _, unit in read if unit), None)
        return (sum(numbers) if numbers else None), unit

    def _classed(self, row: Row) -> Row:
        """Fill in the class or place that an earlier row told: "Lobby" over the blanks below."""
        filled_in = list(row)
        for column, held in self._classes.items():
            if row[column] is None:
                filled_in[column] = held
            else:
                self._classes[column] = row[column]
        return filled_in

    def _pictures(self, index: int) -> tuple[bytes, ...]:
        """Pictures in the row's cells, and one column beside the table's."""
        low, high = self._layout.indices[0] - 1, self._layout.indices[-1] + 1
        return tuple(
            picture
            for (row, column), found in self._grid.pictures.items()
            if row == index and low <= column <= high
            for picture in found
        )
