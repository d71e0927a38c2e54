"""How long does each engine take to build, on two threads?

Method: the same unit rows for all, one build each, one process, two threads for those that
take a number. deepsearch is timed without and with its calibration. `CPU s` adds up both
threads, so work beside it does not count; `of hnswlib's` is the ratio of CPU times.

Threats: one build each on a shared machine; k-means is trained on samples of different
sizes (each engine's default, or the setting in `benchmarks.ann_engines`).

    python -m benchmarks.build [--rows 100000] [--data A C]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks.ann_data import data_set, fingerprint
from benchmarks.ann_databases import DATABASES
from benchmarks.ann_engines import ENGINES, available, compiled
from benchmarks.common import parser, pin_threads, print_table, turn, write_results

THREADS = 2
EVERY = {**ENGINES, **DATABASES}


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(THREADS)
    wanted = options.engines or [*ENGINES, "lancedb IVF_PQ"]
    names, missing = available({name: EVERY[name] for name in wanted if name != "numpy"})
    table: list[dict[str, Any]] = []
    hashes = {}
    for kind in options.data:
        given = data_set(kind, options.rows, options.dim, 10, seed=options.seed)
        rows, queries = given.rows, given.queries
        hashes[kind] = fingerprint(rows)
        if "deepsearch clustered" in names:  # compiled once per installation, not per build
            compiled(rows, queries)
        for name in names:
            with turn():
                start, used = time.perf_counter(), time.process_time()
                EVERY[name].build(rows, THREADS, ())
                spent, used = time.perf_counter() - start, time.process_time() - used
            table.append(
                {
                    "data": kind,
                    "rows": options.rows,
                    "engine": name,
                    "build s": round(spent, 1),
                    "CPU s": round(used, 1),
                }
            )
            print(table[-1], flush=True)
    for row in table:
        base = next(
            (r["CPU s"] for r in table if r["data"] == row["data"] and r["engine"] == "hnswlib"),
            None,
        )
        row["of hnswlib's"] = round(row["CPU s"] / base, 2) if base else None
    print_table(table, title=f"{options.rows} rows, {THREADS} threads")
    if options.small and options.out is None:
        return
    write_results(
        "build",
        tables={"main": table},
        parameters={"rows": options.rows, "dim": options.dim, "threads": THREADS},
        seed=options.seed,
        data=hashes,
        packages=("faiss-cpu", "hnswlib", "usearch", "scalable-vs", "lancedb", "numba"),
        extra={"not installed": missing},
        out=options.out,
    )


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="5,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, default=100_000)
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--data", nargs="+", default=["A", "C"], choices=["A", "C", "R"])
    taken.add_argument("--engines", nargs="+", default=None, choices=list(EVERY))
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim = 5_000, 64
    return options


if __name__ == "__main__":
    main()
