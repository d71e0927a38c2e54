"""Reads one workbook in a process of its own; see `isolate`.

Run as: python calamine_worker.py WORKBOOK RESULT CELLS. Writes a JSON list of sheets to
RESULT: name, whether visible, rows, merged ranges. Stands alone: it imports nothing of
the package, so that it can run isolated.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

_MEMORY = 1024**3
_NOT_INSTALLED = 3


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
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
    given, result, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
    _limit_memory()
    try:
        from python_calamine import CalamineWorkbook, WorksheetNotFound
    except ImportError:
        sys.exit(_NOT_INSTALLED)
    sheets = []
    try:
        book = CalamineWorkbook.from_path(given)
        for meta in book.sheets_metadata:
            try:
                sheet = book.get_sheet_by_name(meta.name)
            except WorksheetNotFound:
                rows = merges = None
            else:
                limit -= sheet.total_height * sheet.total_width
                if limit < 0:
                    raise ValueError("its sheets span too many cells")
                rows = [[_plain(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
                merges = [(*a, *b) for a, b in sheet.merged_cell_ranges or () if a != b]
            visible = str(meta.visible).endswith("Visible")
            sheets.append({"name": meta.name, "visible": visible, "rows": rows, "merges": merges})
    # A panic of the Rust reader derives from BaseException.
    except BaseException as error:
        sys.stdout.write(" ".join(str(error).split())[:300] + "\n")
        sys.exit(1)
    with Path(result).open("w", encoding="utf-8", errors="replace") as stream:
        json.dump(sheets, stream)
    sys.stdout.write("read\n")


if __name__ == "__main__":
    main()
