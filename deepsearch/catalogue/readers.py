"""Tables as they lie in files: a header, and rows of cells as text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.values import format_number
from deepsearch.schema import IntArray

__all__ = [
    "CHUNK",
    "HEADER_ROWS",
    "FoundHeader",
    "Progress",
    "RawChunk",
    "RawTable",
    "cell_text",
    "chunked",
    "find_header",
    "find_header_row",
    "rechunked",
    "table_of",
    "text_array",
    "unique_names",
]

Progress: TypeAlias = Callable[[int, int | None], None]
"""Told units done and their total."""
CHUNK = 8192
"""Rows that are read, checked and handed on together."""
HEADER_ROWS = 30
"""Rows among which a header is looked for."""


@dataclass(slots=True)
class RawChunk:
    """Rows as columns of text; an empty cell is "".

    Attributes:
        lines: (rows,) int64, where each row stands, from 1.
        columns: One Arrow text column a header column, none null.
    """

    lines: IntArray
    columns: list[pa.Array]

    def part(self, start: int, end: int) -> RawChunk:
        """Give some of the rows.

        Args:
            start: The first.
            end: The one after the last.

        Returns:
            Views of this chunk's columns.
        """
        columns = [column.slice(start, end - start) for column in self.columns]
        return RawChunk(lines=self.lines[start:end], columns=columns)


@dataclass(slots=True)
class RawTable:
    """A table ready to be read once.

    Attributes:
        header: Column names, repeated ones numbered " 2", " 3".
        chunks: Its rows.
        notes: How it was read, where that is worth saying.
    """

    header: list[str]
    chunks: Iterator[RawChunk]
    notes: list[str] = field(default_factory=list)


def unique_names(cells: Sequence[str]) -> list[str]:
    """Name the columns: empty headers by their place, repeated ones by their count.

    Args:
        cells: The header row.

    Returns:
        Distinct names, in order.
    """
    seen: Counter[str] = Counter()
    names: list[str] = []
    taken = {" ".join(cell.split()) for cell in cells}
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] += 1
        while seen[name] > 1 and f"{name} {seen[name]}" in taken:
            seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def _looks_like_data(cell: str) -> bool:
    return bool(re.match(r"https?://|[-+$€£¥₹]?\s*\d[\d.,]*\s*%?$", cell.strip())) or len(cell) > 80


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Find the header among the first rows, under titles and notes.

    Args:
        rows: The first rows of a table.

    Returns:
        Its index; None where the first row is data already.
    """
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    if not widths or not max(widths):
        return 0
    body = sorted(widths[1:] or widths)
    typical = body[len(body) // 2]
    for i, row in enumerate(rows):
        cells = [cell for cell in row if cell.strip()]
        if widths[i] < max(0.6 * typical, 1) or (widths[i] == 1 and typical > 1):
            continue
        if sum(map(_looks_like_data, cells)) > 0.34 * len(cells):
            return None if i == 0 else i - 1 if widths[i - 1] >= 0.5 * widths[i] else None
        return i
    return 0


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """The header of a table.

    Attributes:
        header: Column names.
        place: Index of its row among the first rows; None where the first is data already.
        notes: How it was found, where that is worth saying.
    """

    header: list[str]
    place: int | None
    notes: list[str]


def find_header_row(head: Sequence[tuple[int, list[str]]], header_row: int | None) -> FoundHeader:
    """Find the header of a table among its first rows.

    Args:
        head: Line and cells of the first rows.
        header_row: Row of the header, from 1; None finds it.

    Returns:
        The header.
    """
    if header_row is not None:
        place: int | None = min(header_row, len(head)) - 1
    else:
        place = find_header([cells for _, cells in head])
    if place is None:
        width = max(len(cells) for _, cells in head)
        names = [f"column {i}" for i in range(1, width + 1)]
        return FoundHeader(names, None, ["The first row is data, not names: columns are numbered."])
    notes = [f"The header was found in row {head[place][0]}."] if place > 0 else []
    return FoundHeader(unique_names(head[place][1]) if head else [], place, notes)


def table_of(
    rows: Iterator[tuple[int, list[str]]], failures: Failures, header_row: int | None
) -> RawTable:
    """Find the header of a table and cut the rest into chunks.

    Args:
        rows: Line and cells of each row; read once.
        failures: Takes the rows that do not fit the header.
        header_row: Row of the header, from 1; None finds it.

    Returns:
        The table.
    """
    head = list(islice(rows, header_row or HEADER_ROWS))
    found = find_header_row(head, header_row)
    below = 0 if found.place is None else found.place + 1
    chunks = chunked(head[below:], rows, found.header, failures)
    return RawTable(header=found.header, chunks=chunks, notes=found.notes)


def rechunked(chunks: Iterable[RawChunk]) -> Iterator[RawChunk]:
    """Cut chunks of any size anew.

    Args:
        chunks: In order.

    Yields:
        The same rows, `CHUNK` at a time; fewer only at the end.
    """
    held: list[RawChunk] = []
    rows = 0
    for chunk in chunks:
        held.append(chunk)
        rows += len(chunk.lines)
        if rows >= CHUNK:
            whole = _joined(held)
            ends = range(CHUNK, rows + 1, CHUNK)
            for end in ends:
                yield whole.part(end - CHUNK, end)
            held, rows = [whole.part(ends[-1], rows)], rows - ends[-1]
    if rows:
        yield _joined(held)


def _joined(chunks: Sequence[RawChunk]) -> RawChunk:
    if len(chunks) == 1:
        return chunks[0]
    pairs = zip(*(chunk.columns for chunk in chunks), strict=True)
    return RawChunk(
        lines=np.concatenate([chunk.lines for chunk in chunks]),
        columns=[pa.concat_arrays(columns) for columns in pairs],
    )


def chunked(
    first: list[tuple[int, list[str]]],
    rows: Iterator[tuple[int, list[str]]],
    header: list[str],
    failures: Failures,
) -> Iterator[RawChunk]:
    """Cut rows into chunks of columns.

    Args:
        first: Rows read already.
        rows: The others.
        header: Column names; a shorter row is filled up with empty cells.
        failures: Takes the rows that are longer.

    Yields:
        Chunks, in order; empty rows are left out.
    """
    width = len(header)
    lines: list[int] = []
    block: list[list[str]] = []
    for line, given in chain(first, rows):
        if len(given) != width:
            if len(given) > width and any(cell.strip() for cell in given[width:]):
                reason = f"{len(given)} cells where the header has {width}"
                failures.add(line, reason, json.dumps(given, ensure_ascii=False))
                continue
            if not any(given):
                continue
            block.append([*given[:width], *[""] * (width - len(given))])
        elif any(given):
            block.append(given)
        else:
            continue
        lines.append(line)
        if len(block) >= CHUNK:
            yield _raw_chunk(lines, block)
            lines, block = [], []
    if block:
        yield _raw_chunk(lines, block)


def _raw_chunk(lines: list[int], block: list[list[str]]) -> RawChunk:
    return RawChunk(
        lines=np.array(lines, np.int64),
        columns=[text_array(column) for column in zip(*block, strict=True)],
    )


def text_array(texts: Sequence[str]) -> pa.Array:
    """Make an Arrow column of texts.

    Args:
        texts: May hold lone surrogates, which JSON can write and nothing else can.

    Returns:
        The same texts, such surrogates as "?".
    """
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([text.encode("utf-8", "replace").decode() for text in texts], pa.string())


def cell_text(value: Any) -> str:
    """Write a cell's value as the text it would be typed as.

    Args:
        value: Text, number, truth value, date, or None.

    Returns:
        The text; "" for None.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return format_number(value)
    return "" if value is None else str(value)
