"""Workbooks read by calamine in a process of its own.

On damaged files of the binary formats calamine asks for memory by what the file says, and the
process ends where it is not to be had; so it does for a sheet whose one cell lies far out. On
some damaged ODS files it never returns.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from deepsearch.isolation.process import run_isolated

__all__ = ["IsolatedSheet", "read_sheets"]


@dataclass(frozen=True, slots=True)
class IsolatedSheet:
    """One sheet of a workbook.

    Attributes:
        name: Its name.
        visible: Whether it is shown.
        rows: Its cells from A1 on, dates as ISO 8601 text, "" where nothing stands; None for
            what is no worksheet, or was not asked for.
        merges: Merged ranges of more than one cell: first row and column, last row and
            column, from 0.
    """

    name: str
    visible: bool
    rows: list[list[str | float | bool]] | None
    merges: tuple[tuple[int, int, int, int], ...]


def read_sheets(
    file: Path | bytes,
    *,
    name: str,
    what: str,
    max_cells: int,
    max_memory: int,
    seconds: float,
    only: str | None = None,
) -> list[IsolatedSheet]:
    """Read the sheets of an xlsx, xlsb, xls or ods workbook.

    Formulas are not evaluated; the values the writing program kept are taken.

    Args:
        file: The workbook, or its contents.
        name: What to call it in messages.
        what: Its kind, for messages, e.g. "an Excel workbook".
        max_cells: Cells read at most, empty ones within the used area included.
        max_memory: Bytes of address space the reading process may take.
        seconds: Time allowed.
        only: Name of the one sheet whose rows are wanted; None: all.

    Returns:
        The sheets in order.

    Raises:
        UnreadableFileError: If the workbook is damaged, protected or beyond the bounds.
    """

    def load(result: Path, _: str) -> list[IsolatedSheet]:
        sheets = []
        with result.open(encoding="utf-8") as lines:
            for line in lines:
                head: dict[str, Any] = json.loads(line)
                count = head["rows"]
                rows = None if count is None else [json.loads(row) for row in islice(lines, count)]
                merges = tuple((a, b, c, d) for a, b, c, d in head["merges"])
                sheets.append(IsolatedSheet(head["name"], head["visible"], rows, merges))
        return sheets

    return run_isolated(
        file,
        Path(__file__).with_name("calamine_worker.py"),
        load,
        name=name,
        arguments=(str(max_cells), str(max_memory), *([] if only is None else [only])),
        what=what,
        seconds=seconds,
    )
