"""`read_table`: a spreadsheet or delimited file to tables of items."""

from __future__ import annotations

import itertools
from dataclasses import replace

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.records import CellValue, ColumnRole, Table
from deepsearch.inputs.sniff import require_family, sniff, wrong_extension
from deepsearch.inputs.source import FileLike, Source
from deepsearch.inputs.tables.body import read_body
from deepsearch.inputs.tables.choose import choose_tables
from deepsearch.inputs.tables.delimited import read_delimited
from deepsearch.inputs.tables.forms import Form, read_form
from deepsearch.inputs.tables.grid import Grid
from deepsearch.inputs.tables.header import (
    Header,
    make_columns,
    read_header,
    side_by_side,
)
from deepsearch.inputs.tables.layout import Block
from deepsearch.inputs.tables.locate import (
    MAX_HEADER_CHARS,
    filled,
    find_headers,
    header_by_shape,
)
from deepsearch.inputs.tables.roles import column_roles
from deepsearch.inputs.tables.workbook import column_letters, read_workbook

__all__ = ["read_table", "tables_of"]


def read_table(
    path: FileLike | Source,
    *,
    sheet: str | None = None,
    include_hidden: bool = False,
    limits: TableLimits | None = None,
    name: str | None = None,
) -> list[Table]:
    """Read the items of a spreadsheet or delimited file.

    Finds the header under titles, over one to three lines and merged cells; several
    tables a sheet; headings and paragraphs that qualify the rows below; totals, notes
    and repeated headers, which are left out; hidden sheets and rows, which are left
    out and named in the notes. Formulas are not evaluated: cached values are used.

    Args:
        path: Path or contents of an xlsx, xlsm, xlsb, xls, ods, csv or tsv file.
        sheet: Name of the one sheet to read, hidden or not; None: all visible ones.
        include_hidden: Read hidden sheets and rows too.
        limits: Bounds on bytes, cells and characters.
        name: What to call contents without a path in messages and sources.

    Returns:
        Tables with at least one item, in sheet order.

    Raises:
        InvalidInputError: If the named sheet does not exist.
        UnreadableFileError: If the file is no table, damaged, hostile, beyond the
            limits, or holds no item at all.
    """
    limits = limits or TableLimits()
    file = Source.of(path, name=name)
    file.check_size(limits.max_bytes)
    kind = sniff(file)
    # Whoever calls a plain text a table means lines of cells.
    delimited = kind.name in ("csv", "txt", "md")
    if not delimited:
        kind = require_family(file, "spreadsheet", what="a spreadsheet")
    if delimited:
        if sheet is not None:
            raise InvalidInputError(
                f"{file.name}: is delimited text and has no sheets, but sheet {sheet!r} was asked "
                "for. Leave `sheet` out."
            )
        grids = [read_delimited(file, limits=limits)]
        notes: list[str] = []
    else:
        grids, notes = read_workbook(
            file, kind.name, sheet=sheet, include_hidden=include_hidden, limits=limits
        )
    wrong = wrong_extension(file, kind)
    notes = [*([wrong] if wrong else []), *notes]
    tables = [
        table
        for grid in grids
        for table in tables_of(grid, file.name, include_hidden=include_hidden)
    ]
    tables, left_out = choose_tables(tables)
    notes += left_out
    if not tables:
        raise UnreadableFileError(
            f"{file.name}: no row of it is an item ({_seen(grids)}"
            + "".join(f" {note}" for note in notes)
            + ") Expected a header line and at least one row below it."
        )
    tables[0] = replace(tables[0], notes=(*notes, *tables[0].notes))
    return tables


def _seen(grids: list[Grid]) -> str:
    rows = sum(1 for grid in grids for row in grid.rows if filled(row))
    return f"{len(grids)} sheets, {rows} rows with anything in them."


def tables_of(grid: Grid, file: str, *, include_hidden: bool = False) -> list[Table]:
    """Find the tables of one sheet.

    Args:
        grid: The sheet's cells.
        file: File name, to cite.
        include_hidden: Read hidden rows too.

    Returns:
        Tables with at least one item, top to bottom.
    """
    starts = find_headers(grid)
    if not starts:
        form = read_form(grid)
        if form is not None:
            return _items_of(form, file)
        starts = header_by_shape(grid)
    tables = []
    bounds = [*starts, len(grid.rows)]
    if not starts or _has_items_above(grid, starts[0]):
        tables += _table(grid, file, None, start=0, stop=bounds[0], include_hidden=include_hidden)
    for start, stop in itertools.pairwise(bounds):
        header = read_header(grid, start, stop)
        title = _title(grid, header.first) if start == starts[0] else _name(grid, header.first)
        for columns in side_by_side(header, grid.rows[header.last + 1 : stop]):
            tables += _table(
                _only(grid, columns) if columns else grid,
                file,
                _only_header(header, columns) if columns else header,
                start=header.last + 1,
                stop=stop,
                include_hidden=include_hidden,
                title=title,
            )
    return tables


def _items_of(form: Form, file: str) -> list[Table]:
    """The items of forms, each with its place in the sheet."""
    tables = _table(
        form.grid, file, read_header(form.grid, 0, 1), start=1, stop=len(form.grid.rows),
        include_hidden=True,
    )  # fmt: skip
    return [_placed(table, form, file) for table in tables]


def _placed(table: Table, form: Form, file: str) -> Table:
    rows = []
    for row in table.rows:
        first, column = form.places[row.row_number - 2]
        letters = column_letters(column) if column is not None else ""
        place = (
            f"{form.grid.sheet}!{letters}{first + 1}" if form.grid.sheet else f"line {first + 1}"
        )
        rows.append(replace(row, row_number=first + 1, source=f"{file} {place}"))
    return replace(table, rows=tuple(rows), header_row=rows[0].row_number)


def _only(grid: Grid, columns: frozenset[int]) -> Grid:
    """The sheet with all other columns blanked."""
    rows = [
        [value if index in columns else None for index, value in enumerate(row)]
        for row in grid.rows
    ]
    merges = tuple(merge for merge in grid.merges if merge[1] in columns)
    return replace(grid, rows=rows, merges=merges)


def _only_header(header: Header, columns: frozenset[int]) -> Header:
    return replace(
        header,
        names={index: name for index, name in header.names.items() if index in columns},
        roles={index: role for index, role in header.roles.items() if index in columns},
        units={index: unit for index, unit in header.units.items() if index in columns},
        data={},
    )


def _has_items_above(grid: Grid, start: int) -> bool:
    """A headerless table above the first header has many full rows; a letterhead has few."""
    return sum(len(filled(row)) >= 3 for row in grid.rows[:start]) >= 5


def _title(grid: Grid, first: int) -> str | None:
    """The lines above a sheet's first header."""
    lines = []
    for row in grid.rows[max(0, first - 12) : first]:
        texts = [str(row[i]) for i in filled(row) if isinstance(row[i], str)]
        if texts and len(texts) <= 4:
            lines.append(" ".join(texts))
    return "\n".join(lines) or None


def _name(grid: Grid, first: int) -> str | None:
    """The lone text right above a further header."""
    if not _lone_text(grid, first - 1):
        return None
    return str(next(value for value in grid.rows[first - 1] if value is not None))


def _table(
    grid: Grid,
    file: str,
    header: Header | None,
    *,
    start: int,
    stop: int,
    include_hidden: bool,
    title: str | None = None,
) -> list[Table]:
    body = grid.rows[start:stop]
    used = sorted({i for row in body for i, value in enumerate(row) if value is not None}
                  | set(header.names if header else ()))  # fmt: skip
    if not used or not body:
        return []
    width = used[-1] + 1
    if header is None:
        header = _header_in_margin(grid, start, stop)
    roles = column_roles(header, body, used)
    columns = make_columns(header, roles, used)
    header_lines: frozenset[tuple[CellValue, ...]] = frozenset()
    first_cells: dict[int, CellValue] = {}
    height = 0
    if header is not None and header.names:
        first_cells = {i: v for i, v in header.data.items() if i < width}
        if header.last == start - 1:
            height = start - header.first
            header_lines = frozenset(map(tuple, grid.rows[header.first : start]))
    rows, notes = read_body(
        Block(
            grid=grid, file=file, start=start, stop=stop, columns=columns,
            headed=header is not None and header.first < start,
            first_cells=first_cells, header_lines=header_lines, include_hidden=include_hidden,
            heading=_repeated_heading(grid, start - height, stop) if height else None,
        )
    )  # fmt: skip
    if not rows:
        return []
    where = f"{file} {grid.sheet}" if grid.sheet is not None else file
    named = header is not None and header.first < start
    return [
        Table(
            name=where,
            sheet=grid.sheet,
            title=title,
            columns=columns,
            rows=tuple(rows),
            header_row=header.last + 1 if named and header is not None else None,
            notes=(*grid.notes, *(f"{where}: {note}" for note in notes)),
        )
    ]


def _repeated_heading(grid: Grid, first: int, stop: int) -> int | None:
    """The line above a header, where another stands above its repetition below."""
    head = list(grid.rows[first])
    again = next((i for i in range(first + 1, stop) if list(grid.rows[i]) == head), None)
    named = again is not None and _lone_text(grid, first - 1) and _lone_text(grid, again - 1)
    return first - 1 if named else None


def _lone_text(grid: Grid, index: int) -> bool:
    columns = filled(grid.rows[index]) if index >= 0 else []
    value = grid.rows[index][columns[0]] if len(columns) == 1 else None
    return isinstance(value, str) and len(value) <= MAX_HEADER_CHARS


def _header_in_margin(grid: Grid, start: int, stop: int) -> Header | None:
    """Take names from a first heading line that names columns empty below it.

    A sheet cut out of a larger one may keep the name of one column only.
    """
    from deepsearch.inputs.tables.columns import header_role

    first = next((i for i in range(start, stop) if filled(grid.rows[i])), None)
    if first is None:
        return None
    names: dict[int, str] = {}
    roles: dict[int, ColumnRole] = {}
    for index in filled(grid.rows[first])[1:]:
        value = grid.rows[first][index]
        below = any(grid.rows[i][index] is not None for i in range(first + 1, stop))
        if isinstance(value, str) and len(value) <= 60 and not below:
            role = header_role(value)
            if role is not None:
                names[index], roles[index] = value, role
    if not names:
        return None
    return Header(first=first, last=first, names=names, roles=roles, units={}, data={})
