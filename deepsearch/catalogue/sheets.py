"""Sheets of workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.readers import (
    CHUNK,
    HEADER_ROWS,
    Progress,
    RawTable,
    cell_text,
    chunked,
    find_header_row,
    unique_names,
)
from deepsearch.catalogue.sections import SECTION, find_sections, under_headings
from deepsearch.errors import UnreadableFileError
from deepsearch.isolation import read_sheets

__all__ = ["read_workbook"]

_MAX_CELLS = 200_000_000
_MAX_MEMORY = 6_000_000_000
# Some 5 MB are read in a second; the rest is for slow and busy machines.
_SECONDS = 30.0
_SECONDS_PER_MB = 2.0


def read_workbook(
    path: Path,
    failures: Failures,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    progress: Progress | None = None,
) -> RawTable:
    """Read a sheet of an .xlsx, .xls, .xlsb or .ods file.

    Args:
        path: The file.
        failures: Takes the rows that do not fit the header.
        sheet: Its name; None takes the one with most rows.
        header_row: Row of the header, from 1; None finds it.
        progress: Called with rows done and their total.

    Returns:
        The table.

    Raises:
        UnreadableFileError: If it is damaged, protected, too large, or holds no rows.
    """
    sheets = read_sheets(
        path,
        name=str(path),
        what="a workbook",
        max_cells=_MAX_CELLS,
        max_memory=_MAX_MEMORY,
        seconds=_SECONDS + _SECONDS_PER_MB * path.stat().st_size / 1e6,
        only=sheet,
    )
    names = [each.name for each in sheets]
    if sheet is not None and sheet not in names:
        raise UnreadableFileError(
            f"{path} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}."
        )
    chosen, cells = max(
        ((each.name, each.rows) for each in sheets if each.rows is not None),
        key=lambda named: len(named[1]),
        default=(sheet or "", []),
    )
    rows = [[cell_text(cell) for cell in row] for row in cells]
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if not filled:
        raise UnreadableFileError(f"Sheet {chosen!r} of {path} is empty.")

    if header_row is not None:
        header_row = next((i for i, (n, _) in enumerate(filled, 1) if n >= header_row), 1)
    found = find_header_row(filled[: header_row or HEADER_ROWS], header_row)
    body = filled[0 if found.place is None else found.place + 1 :]
    header, notes = found.header, found.notes
    sections = find_sections(body)
    if sections:
        body = under_headings(body, sections, len(header))
        header = unique_names([*header, SECTION])
        shown = ", ".join(repr(name) for name in list(dict.fromkeys(sections.values()))[:5])
        notes.append(
            f"{len(sections)} rows of one cell were taken as headings of the rows below: {shown}."
        )

    def reported() -> Iterator[tuple[int, list[str]]]:
        for done, item in enumerate(body, 1):
            yield item
            if progress and (done % CHUNK == 0 or done == len(body)):
                progress(done, len(body))

    chunks = chunked([], reported(), header, failures)
    table = RawTable(header=header, chunks=chunks, notes=notes)
    if len(names) > 1:
        table.notes.append(f"Sheet {chosen!r} was read, of {', '.join(map(repr, names))}.")
    return table
