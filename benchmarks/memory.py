"""How much memory does an opened index take, and how long does opening take?

Method: each kind of index is built over the same rows, saved, and opened in a fresh
process that then answers 500 queries. Resident memory a vector, as growth from before
opening to after the queries: `private`, which no file backs; `index`, pages touched of mapped
files but the vectors'; `vectors`, pages touched of those. The system may drop mapped pages
again. The goal of 700 B is for the first two together.

Threats: Linux only (/proc/self/smaps); opening is timed with the file in the page cache; what
is touched of the vectors depends on the queries, on readahead and on the check of the file.

    python -m benchmarks.memory [--rows 100000]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import fingerprint, made
from benchmarks.common import ROOT, parser, pin_threads, print_table, turn, write_results

__all__ = ["probe"]

PROBE = """
import json, sys, time
import numpy as np
import deepsearch.index as index
folder, queries = sys.argv[1], np.load(sys.argv[2])
def held():
    found, name = {"private": 0, "index": 0, "vectors": 0}, ""
    for line in open("/proc/self/smaps"):
        words = line.split()
        if not words[0].endswith(":"):
            name = words[5] if len(words) > 5 else ""
        elif words[0] == "Anonymous:":
            found["private"] += int(words[1]) * 1024
        elif words[0] == "Rss:" and name.startswith(folder):
            part = "vectors" if name.rpartition("/")[2].startswith("vectors") else "index"
            found[part] += int(words[1]) * 1024
    return found
if sys.argv[3] == "warm":  # libraries and compiled code are no part of an index
    small = index.load_index(sys.argv[4])
    small.search(queries[:2], k=10)
before = held()
start = time.perf_counter()
opened = index.load_index(folder)
spent = time.perf_counter() - start
opened.search(queries, k=10)
after = held()
print(json.dumps({"open s": spent, **{name: after[name] - before[name] for name in after}}))
"""


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    from deepsearch.index import (
        ClusteredIndex,
        ExactIndex,
        FaissHnswIndex,
        HnswIndex,
        IvfPqIndex,
        save_index,
    )
    from deepsearch.schema import EmbeddingSpace

    rows, queries = made("C", options.rows, options.dim, 500, seed=options.seed)
    space = EmbeddingSpace(name="bench", revision="1", dim=options.dim)
    builders: dict[str, Any] = {
        "exact": ExactIndex,
        "clustered (default)": ClusteredIndex.build,
        "ivfpq": IvfPqIndex.build,
        "faiss-hnsw": FaissHnswIndex.build,
        "hnsw": HnswIndex.build,
    }
    table: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "queries.npy"
        np.save(asked, queries)
        for name, build in builders.items():
            if name in options.skip:
                continue
            save_index(build(rows, space), Path(folder) / "index")
            save_index(build(rows[:2_000], space), Path(folder) / "small")
            with turn():
                found = probe(Path(folder) / "index", asked, Path(folder) / "small")
            disk = sum(part.stat().st_size for part in (Path(folder) / "index").glob("*"))
            table.append(
                {
                    "index": name,
                    "open s": round(found["open s"], 3),
                    **{
                        f"{part} B/vector": round(found[part] / options.rows)
                        for part in ("private", "index", "vectors")
                    },
                    "disk B/vector": round(disk / options.rows),
                }
            )
            print(table[-1], flush=True)
    print_table(table, title=f"{options.rows} rows of {options.dim}")
    if options.small and options.out is None:
        return
    write_results(
        "memory",
        tables={"main": table},
        parameters={"rows": options.rows, "dim": options.dim},
        seed=options.seed,
        data={"C": fingerprint(rows)},
        packages=("faiss-cpu", "hnswlib", "numba"),
        out=options.out,
    )


def probe(index: Path, queries: Path, small: Path) -> dict[str, float]:
    """Open an index in a fresh process, and measure.

    Args:
        index: Its folder.
        queries: An .npy file of queries.
        small: Folder of a small index of the same kind, opened first: libraries and
            compiled code are no part of an index.

    Returns:
        "open s", and "private", "index" and "vectors" in bytes.
    """
    words = [sys.executable, "-c", PROBE, str(index.resolve()), str(queries), "warm", str(small)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="5,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, default=100_000)
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--skip", nargs="*", default=[])
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim = 5_000, 64
    return options


if __name__ == "__main__":
    main()
