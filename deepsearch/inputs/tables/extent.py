"""How far out the cells of a sheet's XML lie, counted on its bytes.

A sheet of 50,000 rows has half a million addresses; numpy reads them in some 50 ms,
where an XML parser takes seconds.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

__all__ = ["used_extent"]

Bytes = npt.NDArray[np.uint8]

# "XFD1048576" and its closing quotation mark.
_WINDOW = 11
_SPACED = re.compile(rb"\s+=\s*|=\s+")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_SPACE = np.zeros(256, bool)
_SPACE[[9, 10, 13, 32]] = True


def used_extent(data: bytes) -> tuple[int, int] | None:
    """Find the last row and column that hold a cell.

    Every attribute called "r" is read, so that no spelling of a tag hides an address;
    cells and rows without an address are counted in their order.

    Args:
        data: The XML of a worksheet.

    Returns:
        (rows, columns); None where an address is not written in plain letters and
        digits.
    """
    extent = _addresses(data)
    if extent is None and _SPACED.search(data):
        # Blanks around a "=" are legal, and rare.
        extent = _addresses(_SPACED.sub(b"=", data))
    if extent is None:
        return None
    rows, columns, addressed = extent
    cells = len(_CELL.findall(data)) if data.count(b"<c") != addressed else addressed
    if cells > addressed:
        parts = _ROW.split(data)
        rows = max(rows, len(parts) - 1 + rows)
        columns = max(columns, max(len(_CELL.findall(part)) for part in parts) + columns)
    return rows, columns


def _addresses(data: bytes) -> tuple[int, int, int] | None:
    """Last row, last column and number of cells that have an address."""
    letters = np.frombuffer(data + b" " * (_WINDOW + 2), np.uint8)
    equals = np.flatnonzero(letters == ord("="))
    equals = equals[equals >= 2]
    if (_SPACE[letters[equals - 1]] | _SPACE[letters[equals + 1]]).any():
        return None
    named_r = (letters[equals - 1] == ord("r")) & _SPACE[letters[equals - 2]]
    quoted = (letters[equals + 1] == ord('"')) | (letters[equals + 1] == ord("'"))
    starts = equals[named_r & quoted] + 2
    row = np.zeros(len(starts), np.int64)
    column = np.zeros(len(starts), np.int64)
    open_ = np.ones(len(starts), bool)
    plain = np.ones(len(starts), bool)
    for offset in range(_WINDOW):
        char = letters[starts + offset].astype(np.int64)
        closed = (char == ord('"')) | (char == ord("'"))
        upper = char & ~np.int64(32)
        letter = open_ & (upper >= 65) & (upper <= 90)
        digit = open_ & (char >= 48) & (char <= 57)
        column = np.where(letter, column * 26 + upper - 64, column)
        row = np.where(digit, row * 10 + char - 48, row)
        plain &= ~open_ | closed | letter | digit
        open_ &= ~closed
    if open_.any() or not plain.all():
        return None
    if not len(starts):
        return 0, 0, 0
    return int(row.max()), int(column.max()), int((column > 0).sum())
