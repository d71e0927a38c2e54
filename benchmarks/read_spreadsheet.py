"""Question: what does it cost to read a parts list of 50,000 rows as items?

Method: one sheet of 50,000 rows and 8 columns under a title, written by openpyxl, and the
same as delimited text; read from disk by `deepsearch.inputs.read_table` (structure found,
hostile contents checked, every row an item with quantity and unit) and, as cells only, by
the libraries that a user would pick. Candidates take turns; wall time, median of the rounds,
and the processor time of one further read, which other programs on the machine distort less.
Peak memory is of a process that reads the workbook once and nothing else.

Threats: the rows are synthetic and regular, so no continuation lines or sections are met;
the peers do less (cells, no structure). Peers that are not installed are left out and named.
"""

from __future__ import annotations

import csv
import importlib.util
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

from benchmarks.common import (
    arguments,
    data_hash,
    interleave,
    peak_memory_of,
    print_table,
    write_results,
)
from deepsearch.inputs import read_table

HEADER = ["No", "Part No", "Description", "Material", "Length mm", "Qty", "Unit", "Remark"]
READING = "import sys; from deepsearch.inputs import read_table; tables = read_table(sys.argv[1])"
"""What a process of its own runs, whose memory is ours."""


def rows(count: int, seed: int) -> list[list[object]]:
    chance = random.Random(seed)
    names = ("Hex bolt", "Lock nut", "Washer", "Bracket", "Bearing", "Gasket")
    return [
        [
            number,
            f"PN-{chance.randrange(10**6):06d}",
            f"{chance.choice(names)} M{chance.randrange(3, 30)} type {chance.randrange(1000)}",
            chance.choice(("A2", "A4", "8.8", "PTFE")),
            chance.randrange(5, 200),
            chance.randrange(1, 900),
            "pcs",
            None,
        ]
        for number in range(1, count + 1)
    ]


def write_files(folder: Path, table: list[list[object]]) -> tuple[Path, Path]:
    workbook, text = folder / "parts.xlsx", folder / "parts.csv"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Parts")
    for row in (["Parts list"], HEADER, *table):
        sheet.append(row)
    book.save(workbook)
    with text.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEADER, *table])
    return workbook, text


def by_openpyxl(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def by_calamine(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


def by_csv(path: Path) -> int:
    with path.open(newline="", encoding="utf-8") as stream:
        return sum(1 for _ in csv.reader(stream))


def by_us(path: Path) -> int:
    return sum(len(table.rows) for table in read_table(path))


def by_pandas(path: Path) -> int:
    import pandas

    if path.suffix == ".xlsx":
        return len(pandas.read_excel(path, engine="openpyxl"))
    return len(pandas.read_csv(path))


def candidates() -> tuple[dict[str, Callable[[Path], int]], dict[str, Callable[[Path], int]]]:
    books: dict[str, Callable[[Path], int]] = {
        "deepsearch, items": by_us,
        "python-calamine, cells": by_calamine,
        "openpyxl read-only, cells": by_openpyxl,
    }
    texts: dict[str, Callable[[Path], int]] = {"deepsearch, items": by_us, "csv, cells": by_csv}
    if importlib.util.find_spec("pandas"):
        books["pandas, frame"] = texts["pandas, frame"] = by_pandas
    return books, texts


def cpu_ms(read: Callable[[Path], int], path: Path) -> float:
    started = time.process_time()
    read(path)
    return (time.process_time() - started) * 1000


def main() -> None:
    options = arguments(__doc__)
    count = 2_000 if options.small else 50_000
    results = []
    with tempfile.TemporaryDirectory() as name:
        workbook, text = write_files(Path(name), rows(count, options.seed))
        for path, readers in zip((workbook, text), candidates(), strict=True):
            found = {reader: read(path) for reader, read in readers.items()}
            calls = {
                reader: (lambda _, read=read, path=path: read(path))
                for reader, read in readers.items()
            }
            timings = interleave(calls, repeat=2, warmup=0)
            for reader, timing in timings.items():
                results.append(
                    {
                        "file": path.suffix[1:],
                        "reader": reader,
                        "rows": found[reader],
                        "p50 ms": timing.p50,
                        "CPU ms": cpu_ms(readers[reader], path),
                    }
                )
            results[-len(timings)]["peak MB"] = round(peak_memory_of(READING, path))
        hashes = {path.name: data_hash(path) for path in (workbook, text)}
    print_table(results)
    if not options.small or options.out:
        write_results(
            "read_spreadsheet",
            tables={"main": results},
            parameters={"rows": count, "columns": len(HEADER)},
            seed=options.seed,
            data=hashes,
            packages=("python-calamine", "openpyxl", "pandas"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
