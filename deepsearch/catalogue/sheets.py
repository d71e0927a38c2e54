"""Sheets of workbooks."""

from __future__ import annotations

import zipfile
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

__all__ = ["read_workbook"]

_MAX_UNZIPPED = 2_000_000_000


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
    import python_calamine

    _refuse_bomb(path)
    try:
        book = python_calamine.load_workbook(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise UnreadableFileError(
                f"{path} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}."
            )
        sheets = {name: book.get_sheet_by_name(name) for name in ([sheet] if sheet else names)}
        chosen = max(sheets, key=lambda name: sheets[name].total_height)
        rows = [
            [cell_text(cell) for cell in row]
            for row in sheets[chosen].to_python(skip_empty_area=False)
        ]
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a workbook: {error}. It is damaged, protected by a "
            f"password, or no workbook; open it and save it again as .xlsx."
        ) from error
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


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > _MAX_UNZIPPED:
        raise UnreadableFileError(
            f"{path} unpacks to {size:,} bytes; at most {_MAX_UNZIPPED:,} are read. Split it, or "
            f"save it as .csv."
        )
