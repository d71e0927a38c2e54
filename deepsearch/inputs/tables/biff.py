"""Checks on Excel 97-2003 workbooks before calamine opens them.

As with xlsx, calamine allocates the rectangle that a sheet's cells span and copies a
shared text into every cell that refers to it; both are counted here on the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.source import Source

__all__ = ["check_xls"]

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA
_MINI_CUTOFF = 4096
_EOF, _BOF, _FILEPASS, _SST, _CONTINUE, _LABELSST = 0x0A, 0x0809, 0x2F, 0xFC, 0x3C, 0xFD
# Records that begin with a row and a column; the Excel 2-5 forms among them.
_CELLS = frozenset(
    {0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x0206,
     0x00FD, 0x00BD, 0x00BE, 0x00D6, 0x027E, 0x0406}
)  # fmt: skip
_LONGEST = 32_767


class _DamagedError(Exception):
    """The container does not hold together."""


def check_xls(source: Source, limits: TableLimits) -> None:
    """Refuse a workbook whose sheets would take more cells or characters than allowed.

    Args:
        source: The file.
        limits: Bounds.

    Raises:
        UnreadableFileError: If they would, or the file is damaged or protected.
    """
    data = source.read(limits.max_bytes)
    try:
        stream = _workbook_stream(data)
    except (_DamagedError, struct.error, IndexError) as error:
        raise UnreadableFileError(
            f"{source.name}: is an Excel 97-2003 workbook but damaged or cut short ({error}). "
            "Open it in a spreadsheet program and save it again."
        ) from error
    rows = columns = shared = 0
    texts: list[bytes] = []
    in_texts = False
    for kind, body in _records(stream):
        if kind == _FILEPASS:
            raise UnreadableFileError(
                f"{source.name}: is protected by a password. Remove it and save the file again."
            )
        in_texts = kind == _SST or (in_texts and kind == _CONTINUE)
        if in_texts:
            texts.append(body)
        elif kind == _BOF:
            _check_extent(source, rows, columns, limits)
            rows = columns = 0
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            shared += kind == _LABELSST
    _check_extent(source, rows, columns, limits)
    budget = 4 * limits.max_text_chars
    if shared * _LONGEST > budget and shared * _longest_text(texts) > budget:
        raise UnreadableFileError(
            f"{source.name}: may repeat long texts beyond {limits.max_text_chars:,} characters. "
            "Split it, or save it as .xlsx."
        )


def _check_extent(source: Source, rows: int, columns: int, limits: TableLimits) -> None:
    # The format ends at 65,536 rows and 256 columns.
    if columns > 256 or rows * columns > 4 * limits.max_cells:
        raise UnreadableFileError(
            f"{source.name}: a sheet has cells as far out as column {columns:,}, row {rows:,}; at "
            f"most {limits.max_cells:,} cells are read. Delete the stray cells at the far end."
        )


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _longest_text(segments: list[bytes]) -> int:
    """Characters of the longest shared text; the longest possible if they do not add up."""
    longest = number = 0
    place = 8
    while True:
        while number < len(segments) and place >= len(segments[number]):
            place -= len(segments[number])
            number += 1
        if number >= len(segments):
            return longest
        segment = segments[number]
        if place + 3 > len(segment):
            return _LONGEST
        chars, flags = struct.unpack_from("<HB", segment, place)
        place += 3
        rest = 0
        if flags & 8 and place + 2 <= len(segment):
            rest += 4 * struct.unpack_from("<H", segment, place)[0]
            place += 2
        if flags & 4 and place + 4 <= len(segment):
            rest += struct.unpack_from("<I", segment, place)[0]
            place += 4
        longest = max(longest, chars)
        number, place = _skip_characters(segments, number, place, chars, flags)
        place += rest


def _skip_characters(
    segments: list[bytes], number: int, place: int, chars: int, flags: int
) -> tuple[int, int]:
    """Step over a text; each segment it runs on into begins with flags of its own."""
    while True:
        width = 2 if flags & 1 else 1
        here = min(chars, (len(segments[number]) - place) // width)
        place += here * width
        chars -= here
        if not chars:
            return number, place
        number += 1
        if number >= len(segments) or not segments[number]:
            return len(segments), 0
        flags, place = segments[number][0], 1


def _workbook_stream(data: bytes) -> bytes:
    """Take the workbook's stream out of its OLE container."""
    if not data.startswith(_SIGNATURE):
        return data
    sector = 1 << min(struct.unpack_from("<H", data, 30)[0], 12)
    mini = 1 << min(struct.unpack_from("<H", data, 32)[0], 12)

    def block(number: int) -> bytes:
        return data[(number + 1) * sector : (number + 2) * sector]

    fat = _fat(data, sector, block)

    def chain(start: int) -> bytes:
        parts: list[bytes] = []
        while start < _LAST_SECTOR:
            if start >= len(fat) or len(parts) > len(fat):
                raise _DamagedError("its chain of sectors is broken")
            parts.append(block(start))
            start = fat[start]
        return b"".join(parts)

    directory = chain(struct.unpack_from("<I", data, 48)[0])
    root_start = None
    found: tuple[int, int] | None = None
    for place in range(0, len(directory) - 127, 128):
        entry = directory[place : place + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
        start, size = struct.unpack_from("<II", entry, 116)
        if entry[66] == 5:
            root_start = start
        elif name.casefold() in ("workbook", "book") and found is None:
            found = (start, size)
    if found is None:
        raise _DamagedError("it holds no workbook")
    start, size = found
    if size >= _MINI_CUTOFF or root_start is None:
        return chain(start)[:size]
    return _mini_chain(chain(root_start), chain(struct.unpack_from("<I", data, 60)[0]), start, mini)


def _fat(data: bytes, sector: int, block: object) -> list[int]:
    """Read the allocation table: sector → the next one of its chain."""
    assert callable(block)  # noqa: S101 - an internal helper
    numbers = list(struct.unpack_from("<109I", data, 76))
    following, count = struct.unpack_from("<II", data, 68)
    per_sector = sector // 4
    for _ in range(min(count, len(data) // sector + 1)):
        if following >= _LAST_SECTOR:
            break
        entries = struct.unpack(f"<{per_sector}I", block(following))
        numbers += entries[:-1]
        following = entries[-1]
    table: list[int] = []
    for number in numbers:
        part = block(number) if number < _LAST_SECTOR else b""
        if len(part) == sector:
            table += struct.unpack(f"<{per_sector}I", part)
    return table


def _mini_chain(container: bytes, table: bytes, start: int, size: int) -> bytes:
    links = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
    parts: list[bytes] = []
    while start < _LAST_SECTOR:
        if start >= len(links) or len(parts) > len(links):
            raise _DamagedError("its chain of small sectors is broken")
        parts.append(container[start * size : (start + 1) * size])
        start = links[start]
    return b"".join(parts)
