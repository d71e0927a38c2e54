"""Workbooks (xlsx, xlsb, xls, ods) as grids, by calamine, once they are known to be safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.package import Package, open_package
from deepsearch.inputs.records import CellValue
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.biff import check_xls
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
    if kind in ("xlsx", "xlsb", "ods"):
        with open_package(source, budget=limits.max_unpacked_bytes) as package:
            facts = scan_workbook(package, kind, source.name, limits)
            package.check_inflated_size()
            return _read(
                source,
                package,
                facts,
                sheet=sheet,
                include_hidden=include_hidden,
                limits=limits,
            )
    if kind == "xls":
        check_xls(source, limits)
    return _read(source, None, {}, sheet=sheet, include_hidden=include_hidden, limits=limits)


def _read(
    source: Source,
    package: Package | None,
    facts: dict[str, SheetFacts],
    *,
    sheet: str | None,
    include_hidden: bool,
    limits: TableLimits,
) -> tuple[list[Grid], list[str]]:
    with source.open() as stream:
        book = _guarded(source, _open, stream)
        names = list(book.sheet_names)
        hidden = {
            meta.name for meta in book.sheets_metadata if not str(meta.visible).endswith("Visible")
        }
        wanted, notes = _select(source, names, hidden, sheet, include_hidden)
        if len(wanted) > limits.max_sheets:
            raise UnreadableFileError(
                f"{source.name}: has {len(wanted):,} sheets; at most {limits.max_sheets:,} are "
                "read. Name the one you mean."
            )
        grids = []
        for name in wanted:
            fact = facts.get(name, SheetFacts())
            raw = _guarded(source, _rows, book, name)
            if raw is None:
                notes.append(f"{source.name}: {name} is no worksheet (a chart, say); left out.")
                continue
            rows, merges = raw
            cleaned, has_errors = _clean(source, name, rows, limits)
            grids.append(
                Grid(
                    sheet=name,
                    rows=cleaned,
                    merges=merges,
                    hidden_rows=fact.hidden_rows,
                    marked=fact.marked,
                    has_errors=has_errors,
                    pictures=fact.pictures(package) if package is not None else {},
                    hidden=name in hidden,
                    notes=fact.notes,
                )
            )
    return grids, notes


def _select(
    source: Source, names: list[str], hidden: set[str], sheet: str | None, include_hidden: bool
) -> tuple[list[str], list[str]]:
    if sheet is not None:
        if sheet not in names:
            raise InvalidInputError(
                f"{source.name}: has no sheet {sheet!r}; its sheets are "
                f"{', '.join(map(repr, names))}."
            )
        return [sheet], []
    if include_hidden:
        return names, []
    visible = [name for name in names if name not in hidden]
    notes = [
        f"{source.name}: sheet {name!r} is hidden and was left out; name it to read it."
        for name in names
        if name in hidden
    ]
    return visible, notes


def _open(stream: Any) -> Any:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(stream)


def _rows(book: Any, name: str) -> tuple[list[list[Any]], tuple[Merge, ...]] | None:
    from python_calamine import WorksheetNotFound

    try:
        sheet = book.get_sheet_by_name(name)
    except WorksheetNotFound:
        return None
    rows = sheet.to_python(skip_empty_area=False)
    merges = tuple(
        (first[0], first[1], last[0], last[1])
        for first, last in (sheet.merged_cell_ranges or ())
        if first != last
    )
    return rows, merges


def _guarded(source: Source, call: Any, *arguments: Any) -> Any:
    """Call the reader; whatever it does not like about a file is one kind of error."""
    try:
        return call(*arguments)
    except UnreadableFileError:
        raise
    except BaseException as error:
        # A panic of the Rust reader derives from BaseException; Ctrl-C must pass.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = " ".join(str(error).split())[:200]
        if "assword" in reason:
            raise UnreadableFileError(
                f"{source.name}: is protected by a password. Remove it and save the file again."
            ) from error
        raise UnreadableFileError(
            f"{source.name}: is damaged, cut short or not what it claims to be ({reason}). "
            "Open it in a spreadsheet program and save it again."
        ) from error


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
