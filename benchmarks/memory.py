"""How much memory does an opened index take, and how long does opening take?

Method: each kind of index is built over the same rows, saved, and opened in a fresh
process that then answers 500 queries. `private` is what the process holds that no file
backs (anonymous memory), `mapped` what it has touched of mapped files (the system may
drop that again); both are the growth from before opening to after the queries, a vector.

Threats: Linux only (/proc/self/smaps_rollup); opening is timed with the file in the page
cache; the queries touch few of the mapped vectors.

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
from benchmarks.common import ROOT, pin_threads, print_table, write_results

PROBE = """
import json, sys, time
import numpy as np
import deepsearch.index as index
folder, queries = sys.argv[1], np.load(sys.argv[2])
def held():
    found = {}
    for line in open("/proc/self/smaps_rollup"):
        name, _, rest = line.partition(":")
        if rest.strip().endswith("kB"):
            found[name] = int(rest.split()[0]) * 1024
    return found["Anonymous"], found["Rss"] - found["Anonymous"]
if sys.argv[3] == "warm":  # libraries and compiled code are no part of an index
    small = index.load_index(sys.argv[4])
    small.search(queries[:2], k=10)
private, mapped = held()
start = time.perf_counter()
opened = index.load_index(folder)
spent = time.perf_counter() - start
opened.search(queries, k=10)
after = held()
print(json.dumps({"open s": spent, "private": after[0] - private, "mapped": after[1] - mapped}))
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
            probe = [sys.executable, "-c", PROBE, f"{folder}/index", str(asked), "warm"]
            done = subprocess.run(
                [*probe, f"{folder}/small"], capture_output=True, text=True, cwd=ROOT, check=True
            )
            found = json.loads(done.stdout)
            disk = sum(part.stat().st_size for part in (Path(folder) / "index").glob("*"))
            table.append(
                {
                    "index": name,
                    "open s": round(found["open s"], 3),
                    "private B/vector": round(found["private"] / options.rows),
                    "mapped B/vector": round(found["mapped"] / options.rows),
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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--skip", nargs="*", default=[])
    parser.add_argument("--small", action="store_true", help="5,000 rows, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.small:
        options.rows, options.dim = 5_000, 64
    return options


if __name__ == "__main__":
    main()
