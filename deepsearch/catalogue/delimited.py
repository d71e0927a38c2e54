"""Delimited text files, in whatever encoding and with whatever delimiter."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.filetypes import guess_encoding
from deepsearch.catalogue.readers import (
    HEADER_ROWS,
    Progress,
    RawChunk,
    RawTable,
    chunked,
    find_header_row,
    rechunked,
)
from deepsearch.errors import UnreadableFileError

__all__ = ["guess_delimiter", "read_csv"]

_MAX_FIELD = 16_000_000
_BLOCK = 1 << 22


def guess_delimiter(text: str) -> str:
    """Guess what separates the cells.

    Args:
        text: The file's beginning.

    Returns:
        "," ";" tab or "|": the one that cuts most lines into the same number of cells.
    """
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        return stated[1]
    best, best_score = ",", 0.0
    for delimiter in ",;\t|":
        try:
            rows = list(islice(csv.reader(io.StringIO(text), delimiter=delimiter), 60))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows[:-1] or rows if row)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        score = count / max(sum(widths.values()), 1) * (1 + min(width, 20) / 40)
        if rows and len(rows[0]) != width:
            score /= 2  # what cuts the rows and not the header stands within the cells
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def read_csv(
    path: Path,
    failures: Failures,
    *,
    header_row: int | None = None,
    progress: Progress | None = None,
) -> RawTable:
    """Read a delimited text file, streaming, in whatever encoding and with whatever delimiter.

    Args:
        path: The file.
        failures: Takes the rows that do not fit the header.
        header_row: Row of the header, from 1; None finds it.
        progress: Called with bytes done and their total.

    Returns:
        The table.

    Raises:
        UnreadableFileError: If a quote is never closed, or the file is no text.
    """
    encoding = guess_encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        delimiter = guess_delimiter(file.read(64_000))
    source = _Source(path, encoding, delimiter)
    with _clear(path), source.open() as file:
        head = list(islice(source.rows(file), header_row or HEADER_ROWS))
    found = find_header_row(head, header_row)
    below = 0 if found.place is None else found.place + 1
    plain = encoding in ("utf-8-sig", "cp1252") and delimiter in ",\t"
    if not plain or encoding == "cp1252":
        shown = {"\t": "tab"}.get(delimiter, delimiter)
        found.notes.append(f"Read as {encoding} with cells separated by '{shown}'.")
    chunks = rechunked(_chunks(source, found.header, below, failures, progress))
    return RawTable(header=found.header, chunks=chunks, notes=found.notes)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    encoding: str
    delimiter: str

    def open(self) -> TextIO:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def rows(self, lines: Iterable[str], first: int = 1) -> Iterator[tuple[int, list[str]]]:
        """Read rows with the line each starts on, one by one; a "sep=" line is none."""
        # the limit is the csv module's own, for the whole process; it is only ever raised
        csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD))
        reader = csv.reader(lines, delimiter=self.delimiter)
        line = first
        try:
            for row in reader:
                if not (line == 1 and _says_delimiter(row)):
                    yield line, row
                line = first + reader.line_num
        except csv.Error as error:
            raise UnreadableFileError(
                f"{self.path}, line {line}: {error}. A cell of more than {_MAX_FIELD:,} "
                f"characters starts there, most likely a quote that is never closed."
            ) from error


@contextmanager
def _clear(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableFileError(f"Cannot read {path}: {error}.") from error


def _chunks(
    source: _Source, header: list[str], skip: int, failures: Failures, progress: Progress | None
) -> Iterator[RawChunk]:
    """Read what stands below the header, in blocks of whole rows as long as quotes allow it."""
    total = source.path.stat().st_size
    with _clear(source.path), source.open() as file:
        line = _skip(source, file, skip)
        rest = ""
        while len(rest) <= _MAX_FIELD:
            text = file.read(_BLOCK)
            rest += text
            # at the end of the file the last row needs no line end
            cut = _rows_end(rest) if text else len(rest)
            block, rest = rest[:cut], rest[cut:]
            if not _regular(block, source.delimiter):
                rest = block + rest
                break
            if block:
                yield from _block(source, block, line, header, failures)
                line += _line_ends(block)
            if progress:
                progress(total if not text else min(file.buffer.tell(), total), total)  # type: ignore[attr-defined,unused-ignore]
            if not text:
                return
        # a quote within a cell: who knows where rows end goes row by row from here
        rest += file.readline()
        lines = chain(io.StringIO(rest, newline=""), file)
        yield from chunked([], source.rows(lines, line), header, failures)
    if progress:
        progress(total, total)


def _skip(source: _Source, file: TextIO, rows: int) -> int:
    """Pass over the header and what stands above it; give the line that follows."""
    if rows == 0:
        first = next(csv.reader([file.readline()], delimiter=source.delimiter), [])
        if _says_delimiter(first):
            return 2
        file.seek(0)
        return 1
    reader = csv.reader(file, delimiter=source.delimiter)
    passed = 0
    while passed < rows and (row := next(reader, None)) is not None:
        passed += not (reader.line_num == 1 and _says_delimiter(row))
    return reader.line_num + 1


def _says_delimiter(row: list[str]) -> bool:
    """Tell whether a first row is Excel's "sep=;", which is no row of the table."""
    return 0 < len(row) <= 2 and row[0].startswith("sep=")


def _rows_end(text: str) -> int:
    """Find the end of the last whole row: a line end with no quote open before it."""
    end = text.rfind("\n") + 1
    while end and text.count('"', 0, end) % 2:
        # the last quote before it opens a cell that goes on
        end = text.rfind("\n", 0, text.rfind('"', 0, end)) + 1
    return end


def _regular(block: str, delimiter: str) -> bool:
    """Tell whether quotes and line ends stand only where every reader takes them alike."""
    if "\0" in block:
        return False
    if '"' not in block:
        return block.count("\r") == block.count("\r\n")
    mark = re.escape(delimiter)
    cell = rf'(?:[^"{mark}\r\n]*|"(?:[^"]|"")*")'
    rows = rf"\A(?:{cell}(?:{mark}|\r?\n))*{cell}\z"
    return bool(pc.match_substring_regex(pa.array([block]), rows)[0].as_py())


def _line_ends(block: str) -> int:
    return block.count("\n") + block.count("\r") - block.count("\r\n")


def _block(
    source: _Source, block: str, line: int, header: list[str], failures: Failures
) -> Iterator[RawChunk]:
    """Read a block of whole rows; at once where each has as many cells as the header."""
    import pyarrow.csv as arrow_csv

    data = pa.py_buffer(block.encode())
    names = [str(place) for place in range(len(header))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(
                use_threads=False, column_names=names, block_size=max(len(data) + 1, 1024)
            ),
            arrow_csv.ParseOptions(
                delimiter=source.delimiter, newlines_in_values=True, ignore_empty_lines=False
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        ).combine_chunks()
    except pa.ArrowInvalid:
        lines = io.StringIO(block, newline="")
        yield from chunked([], source.rows(lines, line), header, failures)
        return
    # of a block of empty lines Arrow makes columns of no type
    columns = [column.combine_chunks().cast(pa.string()).fill_null("") for column in table.columns]
    lines_of = line + np.arange(len(table))
    if len(table) != _line_ends(block) + (not block.endswith("\n")):
        within = [pc.count_substring_regex(column, r"\r\n|\r|\n") for column in columns]
        counts = np.asarray(reduce(pc.add, within), np.int64)
        lines_of += np.cumsum(counts) - counts
    said = np.asarray(reduce(pc.or_, [pc.not_equal(column, "") for column in columns]))
    if not said.all():
        lines_of = lines_of[said]
        columns = [column.filter(pa.array(said)) for column in columns]
    if len(lines_of):
        yield RawChunk(lines=lines_of, columns=columns)
