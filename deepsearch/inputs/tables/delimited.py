"""Delimited text: its encoding, its delimiter, its cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from io import StringIO

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.encodings import decode_text
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.records import CellValue
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.grid import Grid

__all__ = ["find_delimiter", "read_delimited"]

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60


def read_delimited(source: Source, *, limits: TableLimits) -> Grid:
    """Read a csv, tsv or other delimited file.

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        Its cells, all of them texts (numbers keep their spelling: "0042" is a code).

    Raises:
        UnreadableFileError: If it is too large, no text, or has a cell beyond the limit.
    """
    text, encoding = decode_text(source, source.read(limits.max_bytes))
    text, delimiter = _declared_delimiter(text)
    delimiter = delimiter or find_delimiter(text)
    rows: list[list[CellValue]] = []
    cells = 0
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            line: list[CellValue] = [cell.strip() or None for cell in row]
            longest = max(map(len, row), default=0)
            if longest > limits.max_cell_chars:
                raise csv.Error(f"field larger than field limit ({limits.max_cell_chars})")
            cells += len(line)
            if cells > limits.max_cells:
                raise UnreadableFileError(
                    f"{source.name}: holds more than {limits.max_cells:,} cells. Split it."
                )
            rows.append(line)
    except csv.Error as error:
        raise UnreadableFileError(
            f"{source.name}: line {reader.line_num:,}: {error}. Expected text cells of at most "
            f"{limits.max_cell_chars:,} characters between {delimiter!r}; look for a quotation "
            "mark that is never closed."
        ) from error
    width = max(map(len, rows), default=0)
    for line in rows:
        if len(line) < width:
            line.extend([None] * (width - len(line)))
    note = f"{source.name}: read as {encoding}, delimited by {delimiter!r}."
    return Grid(sheet=None, rows=rows, notes=(note,))


def _declared_delimiter(text: str) -> tuple[str, str | None]:
    """Honour Excel's own first line "sep=;"."""
    match = re.match(r"sep=(.)\r?\n", text)
    return (text[match.end() :], match.group(1)) if match else (text, None)


def find_delimiter(text: str) -> str:
    """Find the delimiter that cuts the first lines into equally many cells.

    Args:
        text: The file's text.

    Returns:
        "," where no delimiter occurs.
    """
    sample = text[:65_536]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
            widths = [len(row) for _, row in zip(range(_SAMPLE_LINES), reader, strict=False) if row]
        except csv.Error:
            continue
        many = Counter(width for width in widths if width > 1)
        if not many:
            continue
        width, count = many.most_common(1)[0]
        # How many lines agree matters more than how many cells they have; and a first
        # line cut like the others is a header, while addresses below it may hold any sign.
        score = count / len(widths) + min(width, 20) / 100 + 0.5 * (widths[0] == width)
        if score > best_score:
            best, best_score = delimiter, score
    return best
