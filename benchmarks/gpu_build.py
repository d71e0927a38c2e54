"""How long does building HNSW on a GPU take, and does the graph search as well?

Method: the same rows are linked by `deepsearch.index.gpu_build` on the device, written in
hnswlib's format and loaded by hnswlib; and inserted by hnswlib itself on all cores. Both
graphs are searched by hnswlib, one thread, at the same ef; truth is exact search by torch.
Then exact search of batches on the device, against what its memory can deliver.

Threats: one build each (the larger ones take minutes); the made data has no outliers; the
first GPU build includes warming up unless --warm is given; file writing is timed apart.

    python -m benchmarks.gpu_build --rows 1000000 --data A C --out results.json
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import ann_recall, fingerprint, made
from benchmarks.common import parser, print_table, write_results

EFFORTS = (16, 32, 64, 96, 128, 192, 256)


def main() -> None:
    """Run and print."""
    options = _arguments()
    import torch

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    builds: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    exact: list[dict[str, Any]] = []
    hashes = {}
    for kind in options.data:
        for count in options.rows:
            rows, queries = made(kind, count, options.dim, options.queries, seed=options.seed)
            hashes[f"{kind}-{count}"] = fingerprint(rows)
            print(f"{kind}: {count} rows made", flush=True)
            truth, speeds = _exact(rows, queries, device)
            exact.extend({"data": kind, "rows": count, **speed} for speed in speeds)
            for row in _compare(rows, queries, truth, device, options):
                row["build"].update(data=kind, rows=count)
                builds.append(row["build"])
                curves.extend({"data": kind, "rows": count, **point} for point in row["curve"])
            print_table([row for row in builds if row["data"] == kind])
    print_table(builds, title="build")
    print_table(curves, title="recall and speed, one thread")
    print_table(exact, title="exact search of batches")
    if options.small and options.out is None:
        return
    write_results(
        "gpu_build",
        tables={"build": builds, "curves": curves, "exact": exact},
        parameters={
            "dim": options.dim,
            "M": 16,
            "ef_construction": 200,
            "candidates": options.candidates,
            "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
            "cores": os.cpu_count(),
        },
        seed=options.seed,
        data=hashes,
        packages=("torch", "hnswlib"),
        out=options.out,
    )


def _compare(
    rows: Any, queries: Any, truth: Any, device: str, options: argparse.Namespace
) -> list[dict[str, Any]]:
    import hnswlib
    import torch

    from deepsearch.index.gpu_build import GpuBuildConfig, build_graph, write_graph

    count, dim = rows.shape
    config = GpuBuildConfig(
        M=16,
        candidates=options.candidates,
        device=device,
        block=options.block,
        columns=options.columns,
    )
    if device == "cuda":
        build_graph(rows[: min(count, 50_000)], "cosine", config)  # compile and warm up
        torch.cuda.reset_peak_memory_stats()
    out = []
    start = time.perf_counter()
    graph = build_graph(rows, "cosine", config)
    built = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph"
        start = time.perf_counter()
        write_graph(graph, rows, path, ef_construction=200)
        written = time.perf_counter() - start
        ours = hnswlib.Index(space="ip", dim=dim)
        start = time.perf_counter()
        ours.load_index(str(path))
        loaded = time.perf_counter() - start
    peak = torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else float("nan")
    print(f"deepsearch on {device}: {built:.1f} s", flush=True)
    out.append(
        {
            "build": {
                "engine": f"deepsearch {device}",
                "build s": round(built, 2),
                "write s": round(written, 2),
                "load s": round(loaded, 2),
                "device GB": round(peak, 2),
            },
            "curve": _curve("deepsearch graph", ours, queries, truth),
        }
    )
    del ours, graph
    if options.skip_hnswlib:
        return out
    theirs = hnswlib.Index(space="ip", dim=dim)
    theirs.init_index(max_elements=count, M=16, ef_construction=200)
    start = time.perf_counter()
    theirs.add_items(rows, np.arange(count), num_threads=os.cpu_count() or 1)
    spent = time.perf_counter() - start
    out.append(
        {
            "build": {"engine": f"hnswlib, {os.cpu_count()} threads", "build s": round(spent, 2)},
            "curve": _curve("hnswlib graph", theirs, queries, truth),
        }
    )
    return out


def _curve(name: str, index: Any, queries: Any, truth: Any) -> list[dict[str, Any]]:
    out = []
    for ef in EFFORTS:
        index.set_ef(ef)
        index.knn_query(queries[:50], k=10, num_threads=1)
        start = time.perf_counter()
        labels, _ = index.knn_query(queries, k=10, num_threads=1)
        spent = time.perf_counter() - start
        out.append(
            {
                "graph": name,
                "ef": ef,
                "recall@10": round(ann_recall(labels.astype(np.int64), truth), 4),
                "QPS": round(len(queries) / spent),
            }
        )
    return out


def _exact(rows: Any, queries: Any, device: str) -> tuple[Any, list[dict[str, Any]]]:
    import torch

    from deepsearch.index.gpu_build import TorchExactIndex
    from deepsearch.schema import EmbeddingSpace

    space = EmbeddingSpace(name="bench", revision="1", dim=rows.shape[1])
    index = TorchExactIndex(rows, space, device=device)
    truth = index.search(queries, k=10).ids
    bandwidth = _bandwidth(torch) if device == "cuda" else float("nan")
    out = []
    for batch in (1, 16, 256, len(queries)):
        asked = queries[:batch]
        times = []
        for _ in range(5):
            start = time.perf_counter()
            index.search(asked, k=10)
            times.append(time.perf_counter() - start)
        spent = float(np.median(times))
        # The rows must be read once a batch at least; more only where they are read again.
        least = rows.nbytes / 1e9 / bandwidth
        out.append(
            {
                "batch": len(asked),
                "ms": round(1e3 * spent, 3),
                "QPS": round(len(asked) / spent),
                "rows read GB/s": round(rows.nbytes / 1e9 / spent),
                "copy GB/s": round(bandwidth) if device == "cuda" else None,
                "share of memory limit": round(least / spent, 3) if device == "cuda" else None,
            }
        )
    return truth, out


def _bandwidth(torch: Any) -> float:
    # GB/s read by a reduction over 4 GB, the median of ten.
    block = torch.ones(2**30, dtype=torch.float32, device="cuda")
    times = []
    for _ in range(12):
        torch.cuda.synchronize()
        start = time.perf_counter()
        block.sum()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return float(4 * 2**30 / 1e9 / np.median(times[2:]))


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="5,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--data", nargs="+", default=["A", "C"], choices=["A", "C"])
    taken.add_argument("--queries", type=int, default=1_000)
    taken.add_argument("--candidates", type=int, default=96)
    taken.add_argument("--block", type=int, default=8_192)
    taken.add_argument("--columns", type=int, default=65_536)
    taken.add_argument("--device", default=None)
    taken.add_argument("--skip-hnswlib", action="store_true")
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim, options.queries = [5_000], 64, 200
    return options


if __name__ == "__main__":
    main()
