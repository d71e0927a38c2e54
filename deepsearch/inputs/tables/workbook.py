"""Workbooks (xlsx, xlsb, xls, ods) as grids, by calamine, once they are known to be safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.package import Package, open_package
from deepsearch.inputs.records import CellValue
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.biff import check_xls
from deepsearch.inputs.tables.books import Book, IsolatedBook, OpenBook
from deepsearch.inputs.tables.cell_pictures import sheet_pictures
from deepsearch.inputs.tables.grid import CELL_ERRORS, Grid, Merge, clean_cell
from deepsearch.inputs.tables.sheet_xml import SheetFacts, scan_workbook

__all__ = ["read_workbook"]


def read_workbook(
    source: Source, kind: str, *, sheet: str | None, include_hidden: bool, limits: TableLimits
) -> tuple[list[Grid], list[str]]:
    """Read a workbook's sheets.

    Formulas are never evaluated: the values the writing program cached are used.
    External links are never followed.

    Args:
        source: The file.
        kind: "xlsx", "xlsb", "xls" or "ods".
        sheet: Name of the one sheet to read, hidden or not; None: all visible ones.
        include_hidden: Read hidden sheets too.
        limits: Bounds.

    Returns:
        Grids in sheet order, and notes about what was left out.

    Raises:
        InvalidInputError: If the named sheet does not exist.
        UnreadableFileError: If the file is damaged, hostile or beyond the limits.
    """
    source.check_size(limits.max_bytes)
    if kind == "xls":
        check_xls(source, limits)
        book: Book = IsolatedBook(source, "an Excel 97-2003 workbook", limits)
        return _read(source, book, sheet=sheet, include_hidden=include_hidden, limits=limits)
    with open_package(source, budget=limits.max_unpacked_bytes) as package:
        facts = scan_workbook(package, kind, source.name, limits)
        package.check_inflated_size()
        with source.open() as stream:
            if kind == "xlsx":
                book = OpenBook(source, stream)
            else:
                what = "a binary Excel workbook" if kind == "xlsb" else "an OpenDocument sheet"
                book = IsolatedBook(source, what, limits)
            grids, notes = _read(
                source, book, sheet=sheet, include_hidden=include_hidden, limits=limits
            )
        return [_with_facts(grid, facts, package, limits) for grid in grids], notes


def _with_facts(
    grid: Grid, facts: dict[str, SheetFacts], package: Package, limits: TableLimits
) -> Grid:
    fact = facts.get(grid.sheet or "")
    if fact is None:
        return grid
    pictures: dict[tuple[int, int], tuple[bytes, ...]] = {}
    if fact.member is not None and fact.has_pictures:
        pictures = sheet_pictures(package, fact.member, limit=limits.max_picture_bytes)
    return replace(
        grid,
        hidden_rows=fact.hidden_rows,
        marked=fact.marked,
        pictures=pictures,
        notes=fact.notes,
    )


def _read(
    source: Source, book: Book, *, sheet: str | None, include_hidden: bool, limits: TableLimits
) -> tuple[list[Grid], list[str]]:
    visible = dict(book.sheets)
    wanted, notes = _select(source, visible, sheet, include_hidden)
    if len(wanted) > limits.max_sheets:
        raise UnreadableFileError(
            f"{source.name}: has {len(wanted):,} sheets; at most {limits.max_sheets:,} are read. "
            "Name the one you mean."
        )
    grids = []
    for name in wanted:
        cells = book.cells(name)
        if cells is None:
            notes.append(f"{source.name}: {name} is no worksheet (a chart, say); left out.")
            continue
        rows, has_errors = _clean(source, name, cells[0], limits)
        grids.append(
            Grid(
                sheet=name,
                rows=rows,
                merges=_inside(cells[1], rows),
                has_errors=has_errors,
                hidden=not visible[name],
            )
        )
    return grids, notes


def _inside(merges: Iterable[Merge], rows: Sequence[Sequence[CellValue]]) -> tuple[Merge, ...]:
    """Merged ranges cut to the cells in use; what is left of more than one cell."""
    bottom, right = len(rows) - 1, (len(rows[0]) if rows else 0) - 1
    cut = ((a, b, min(c, bottom), min(d, right)) for a, b, c, d in merges)
    return tuple(m for m in cut if m[0] <= m[2] and m[1] <= m[3] and m[:2] != m[2:])


def _select(
    source: Source, visible: dict[str, bool], sheet: str | None, include_hidden: bool
) -> tuple[list[str], list[str]]:
    names = list(visible)
    if sheet is not None:
        if sheet not in names:
            raise InvalidInputError(
                f"{source.name}: has no sheet {sheet!r}; its sheets are "
                f"{', '.join(map(repr, names))}."
            )
        return [sheet], []
    if include_hidden:
        return names, []
    notes = [
        f"{source.name}: sheet {name!r} is hidden and was left out; name it to read it."
        for name in names
        if not visible[name]
    ]
    return [name for name in names if visible[name]], notes


def _clean(
    source: Source, name: str, rows: Iterable[Sequence[Any]], limits: TableLimits
) -> tuple[list[list[CellValue]], bool]:
    """Clean the cells; tell also whether any of them holds an error."""
    cleaned: list[list[CellValue]] = []
    cells = chars = 0
    has_errors = False
    for number, row in enumerate(rows, start=1):
        line: list[CellValue] = [
            value
            if type(value) is float
            else (value.strip() or None if type(value) is str else clean_cell(value))
            for value in row
        ]
        words = "\n".join([cell for cell in line if type(cell) is str])
        if len(words) > limits.max_cell_chars:
            _check_cells(source, name, number, line, limits)
        if "#" in words:
            has_errors = has_errors or any(cell in CELL_ERRORS for cell in line)
        chars += len(words)
        cells += len(line)
        cleaned.append(line)
        if cells > limits.max_cells or chars > limits.max_text_chars:
            raise UnreadableFileError(
                f"{source.name}: sheet {name!r} holds more than {limits.max_cells:,} cells or "
                f"{limits.max_text_chars:,} characters. Split it."
            )
    return cleaned, has_errors


def _check_cells(
    source: Source, name: str, number: int, line: list[CellValue], limits: TableLimits
) -> None:
    for column, cell in enumerate(line):
        if isinstance(cell, str) and len(cell) > limits.max_cell_chars:
            raise UnreadableFileError(
                f"{source.name}: cell {column_letters(column)}{number} of sheet {name!r} holds "
                f"{len(cell):,} characters; at most {limits.max_cell_chars:,} are read (Excel "
                "itself stops at 32,767). Shorten it."
            )


def column_letters(index: int) -> str:
    """Name a 0-based column as spreadsheets do: 0 → "A", 27 → "AB"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
