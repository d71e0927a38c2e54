"""Sources written for the tests: text tables, JSON lines, workbooks."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path


def write_csv(path: Path, rows: Sequence[Sequence[str]], **options: str) -> Path:
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as out:
        csv.writer(out, **options).writerows(rows)  # type: ignore[arg-type]
    return path


def write_jsonl(path: Path, records: Sequence[object]) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n", encoding="utf-8")
    return path


def write_workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path
