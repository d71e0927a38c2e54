"""What the loaders return: frames, tables and their rows, loaded files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from deepsearch.errors import InvalidInputError
from deepsearch.schema import QueryPart

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "Box",
    "CellValue",
    "Column",
    "ColumnRole",
    "Family",
    "Frame",
    "LoadedFile",
    "Table",
    "TableRow",
    "cell_text",
    "measure",
]

CellValue = str | float | None
Family = Literal["picture", "video", "spreadsheet", "document", "drawing", "archive"]


def cell_text(value: CellValue) -> str:
    """Write a cell as a person sees it: 7.0 as "7", None as ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}"


def measure(value: float) -> str:
    """Write a size to six digits and without an exponent: 30000, 29543.5, 0.125."""
    digits = f"{value:.0f}" if abs(value) >= 1e5 else f"{float(f'{value:.6g}'):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a picture, in fractions of its upright width and height.

    Attributes:
        left: Left edge, 0..1 from the left.
        top: Upper edge, 0..1 from the top.
        right: Right edge, left < right <= 1.
        bottom: Lower edge, top < bottom <= 1.
    """

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def __post_init__(self) -> None:
        """Refuse an empty box, one outside the picture, and NaN."""
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise InvalidInputError(
                f"Box is left={self.left}, top={self.top}, right={self.right}, "
                f"bottom={self.bottom}; expected 0 <= left < right <= 1 and "
                "0 <= top < bottom <= 1, as fractions of the picture's sides."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture out of a video.

    Attributes:
        picture: RGB, upright.
        seconds: Time from the start.
        source: Name to cite, e.g. "clip.mp4 @ 3.2 s".
    """

    picture: Image
    seconds: float
    source: str


class ColumnRole(StrEnum):
    """What a column means, whatever its language and spelling."""

    NUMBER = "number"
    """Running or position number."""
    CODE = "code"
    """Article, part or model number by which others know the thing too."""
    REFERENCE = "reference"
    """A number of the buyer's own, or a place in the buyer's product: "Our part no", "RefDes"."""
    DESCRIPTION = "description"
    SPECIFICATION = "specification"
    MATERIAL = "material"
    DIMENSION = "dimension"
    """A measure: length, width, thickness, weight, size."""
    QUANTITY = "quantity"
    UNIT = "unit"
    PRICE = "price"
    """Unit price, rate or amount."""
    BRAND = "brand"
    """Make, brand or manufacturer."""
    DATE = "date"
    PICTURE = "picture"
    REMARK = "remark"
    """Notes, and columns left for the seller to fill."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        name: Header as written, lines joined; inferred ("No.", "Description") or
            "Column D" where the sheet names none. Unique in its table.
        role: What it means.
        unit: Unit standing in the header ("mm" of "Thk. mm"), or None.
        index: 0-based column of the sheet.
        named: Whether the sheet names it.
    """

    name: str
    role: ColumnRole = ColumnRole.OTHER
    unit: str | None = None
    index: int = 0
    named: bool = True


# Written into no search text: a running number, or one that only the buyer knows, says
# nothing of the product, and a remark column is the seller's to fill.
_SILENT = frozenset(
    {ColumnRole.NUMBER, ColumnRole.REFERENCE, ColumnRole.REMARK, ColumnRole.PICTURE}
)
_LEADING = (ColumnRole.DESCRIPTION, ColumnRole.SPECIFICATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One item of a table.

    Attributes:
        columns: The table's columns.
        values: Cell values, one a column; cells merged over several rows repeat.
        sheet: Sheet name; None for a delimited file.
        row_number: 1-based row of the sheet, or line of the file.
        source: Name to cite, e.g. "bom.xlsx Sheet1!7".
        section_path: Headings and qualifying texts above the row, outermost first.
        description: What is wanted; continuation lines below the row joined.
        quantity: How many of `unit`; None where none is stated.
        unit: Unit as written, from its column, its header or beside the number.
        number: Position as written, e.g. "11.1.2".
        pictures: Encoded pictures lying in the row's cells.
    """

    columns: tuple[Column, ...]
    values: tuple[CellValue, ...]
    sheet: str | None
    row_number: int
    source: str
    section_path: tuple[str, ...] = ()
    description: str | None = None
    quantity: float | None = None
    unit: str | None = None
    number: str | None = None
    pictures: tuple[bytes, ...] = ()

    @property
    def cells(self) -> Mapping[str, CellValue]:
        """Column name → value, in sheet order; None where the cell is empty."""
        return dict(zip((column.name for column in self.columns), self.values, strict=True))

    @property
    def section(self) -> str | None:
        """The section path as one text, or None."""
        return " / ".join(self.section_path) or None

    @property
    def specification(self) -> str | None:
        """Texts of the specification columns, joined, or None."""
        return self._joined(ColumnRole.SPECIFICATION)

    def _joined(self, role: ColumnRole) -> str | None:
        texts = (
            cell_text(value)
            for column, value in zip(self.columns, self.values, strict=True)
            if column.role is role and value is not None
        )
        return "; ".join(texts) or None

    @property
    def text(self) -> str:
        """The row as a search text: what it is, where it stands, each cell with its header.

        Description and specification come first, then the section, then the other
        filled cells as "header: value unit", the quantity with its unit last.
        """
        lines = [self.description] if self.description else []
        lines += [text for role in _LEADING[1:] if (text := self._joined(role))]
        lines += [heading for heading in self.section_path if heading not in lines]
        taken = {*_LEADING, *_SILENT, ColumnRole.QUANTITY, ColumnRole.UNIT}
        for column, value in zip(self.columns, self.values, strict=True):
            if value is None or column.role in taken:
                continue
            text = cell_text(value)
            unit = column.unit if column.unit and not isinstance(value, str) else None
            name = _without_unit(column.name, unit)
            lines.append(f"{name}: {text} {unit}" if unit else f"{name}: {text}")
        if self.quantity is not None:
            lines.append(f"Quantity: {cell_text(self.quantity)} {self.unit or ''}".rstrip())
        return "\n".join(lines)


def _without_unit(name: str, unit: str | None) -> str:
    """Drop a header's unit, which is written behind the value instead."""
    if not unit:
        return name
    bare = re.sub(rf"[\s\[(,/]*{re.escape(unit)}[\s\])]*$", "", name)
    return bare or name


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a sheet: its columns and the rows that are items.

    Attributes:
        name: Name to cite, e.g. "bom.xlsx Sheet1".
        sheet: Sheet name; None for a delimited file.
        title: Lines standing above the header, joined by newlines, or None.
        columns: Its columns, left to right.
        rows: Its items, top to bottom; headings, totals and notes are not among them.
        header_row: 1-based last row of the header; None where there is none.
        notes: What a reader should know: what was left out and why.
    """

    name: str
    sheet: str | None
    title: str | None
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    header_row: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """What one file gave.

    Attributes:
        name: File name.
        family: The kind of input.
        kind: Format, e.g. "xlsx", "jpeg", "pdf".
        parts: Texts and pictures, each with its source.
        rows: Items, where the file is (or contains) a spreadsheet of items.
        tables: Tables found in it; those of a document are also part of its text.
        notes: What a reader should know: what was left out and why.
        facts: Plain facts read from it: "pages", "width_mm", "part names" ...
    """

    name: str
    family: Family
    kind: str
    parts: tuple[QueryPart, ...] = ()
    rows: tuple[TableRow, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, str | float] = field(default_factory=dict)
