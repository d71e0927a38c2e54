"""Reads one workbook in a process of its own; see `workbooks`.

Run as: python calamine_worker.py WORKBOOK RESULT CELLS BYTES [SHEET]. Writes lines of JSON to
RESULT: for each sheet its name, whether it is visible, its merged ranges and the number of its
rows, null for what is no worksheet or, where SHEET is given, is another; then those rows. Reads
at most CELLS cells, within BYTES of memory. Stands alone: it imports nothing of the package, so
that it can run isolated.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

_NOT_INSTALLED = 3


def _limit_memory(most: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):
        # Not a POSIX system, or already bounded tighter.
        return


def _plain(value: Any) -> Any:
    """A value that JSON can hold; dates as the package writes them."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value if isinstance(value, (str, float, int, bool)) else str(value)


def main() -> None:
    """Read the workbook named on the command line."""
    given, result, limit, memory, *only = sys.argv[1:]
    _limit_memory(int(memory))
    try:
        from python_calamine import CalamineWorkbook, WorksheetNotFound
    except ImportError:
        sys.exit(_NOT_INSTALLED)
    left = int(limit)
    try:
        book = CalamineWorkbook.from_path(given)
        with Path(result).open("w", encoding="utf-8", errors="replace") as lines:
            for meta in book.sheets_metadata:
                rows, merges = None, []
                # none named so: the caller says which there are
                if not only or meta.name == only[0]:
                    try:
                        sheet = book.get_sheet_by_name(meta.name)
                    except WorksheetNotFound:
                        pass
                    else:
                        left -= sheet.total_height * sheet.total_width
                        if left < 0:
                            raise ValueError("its sheets span too many cells")
                        rows = sheet.to_python(skip_empty_area=False)
                        merges = [(*a, *b) for a, b in sheet.merged_cell_ranges or () if a != b]
                head = {
                    "name": meta.name,
                    "visible": str(meta.visible).endswith("Visible"),
                    "rows": None if rows is None else len(rows),
                    "merges": merges,
                }
                lines.write(json.dumps(head) + "\n")
                lines.writelines(
                    json.dumps([_plain(value) for value in row]) + "\n" for row in rows or ()
                )
    # A panic of the Rust reader derives from BaseException.
    except BaseException as error:
        sys.stdout.write(" ".join(str(error).split())[:300] + "\n")
        sys.exit(1)
    sys.stdout.write("read\n")


if __name__ == "__main__":
    main()
