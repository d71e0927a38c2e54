"""How fast does each engine search, at what recall, without a filter?

Method: the same unit rows and queries for all, one process, one thread. Each engine is
asked at rising efforts; recall@10 against exact float32 search. QPS is of one call with
the whole batch, the median of three; p50 of single calls. The summary reads QPS at recall
.95 and .99 off each curve, between its two nearest points, linear in log QPS.

Threats: made data (A clustered, C smooth); one machine, shared; one build each; engines
differ in memory (float32, bf16, f16, 4-bit with refinement, 1+8 bit with refinement).

    python -m benchmarks.ann_curves [--rows 30000] [--data A C R] [--engines hnswlib ...]
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import ann_recall, data_set, fingerprint
from benchmarks.ann_engines import ENGINES, available
from benchmarks.common import pin_threads, print_table, write_results

TARGETS = (0.95, 0.99)


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    from deepsearch.index import ExactIndex
    from deepsearch.schema import EmbeddingSpace

    names, missing = available(options.engines)
    curves: list[dict[str, Any]] = []
    summary: list[dict[str, Any]] = []
    hashes = {}
    for kind in options.data:
        rows, queries = data_set(
            kind, options.rows, options.dim, options.queries, seed=options.seed
        )
        hashes[kind] = fingerprint(rows)
        space = EmbeddingSpace(name="bench", revision="1", dim=rows.shape[1])
        truth = ExactIndex(rows, space).search(queries, k=10).ids
        for name in names:
            start = time.perf_counter()
            engine = ENGINES[name][1](rows, 1)
            built = time.perf_counter() - start
            points = _curve(engine, queries, truth)
            curves.extend({"data": kind, "engine": name, **point} for point in points)
            summary.append(
                {
                    "data": kind,
                    "engine": name,
                    "build s": round(built, 1),
                    **{f"QPS @ {target}": _at(points, "QPS", target) for target in TARGETS},
                    **{f"p50 us @ {target}": _at(points, "p50 us", target) for target in TARGETS},
                }
            )
            print(summary[-1], flush=True)
            del engine
    print_table(summary, title="unfiltered, one thread")
    if missing:
        print("not installed, left out:", ", ".join(missing))
    if options.small and options.out is None:
        return
    write_results(
        "ann_curves",
        tables={"summary": summary, "curves": curves},
        parameters={"rows": options.rows, "dim": options.dim, "queries": options.queries, "k": 10},
        seed=options.seed,
        data=hashes,
        packages=("faiss-cpu", "hnswlib", "usearch", "scalable-vs", "lancedb", "numba"),
        extra={"not installed": missing},
        out=options.out,
    )


def _curve(engine: Any, queries: Any, truth: Any) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    for effort in engine.efforts:
        found = engine.search(queries, 10, effort, None)
        recall = ann_recall(found, truth)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            engine.search(queries, 10, effort, None)
            times.append(time.perf_counter() - start)
        singles = []
        for at in range(min(100, len(queries))):
            start = time.perf_counter()
            engine.search(queries[at : at + 1], 10, effort, None)
            singles.append(time.perf_counter() - start)
        points.append(
            {
                "effort": effort,
                "recall@10": round(recall, 4),
                "QPS": round(len(queries) / float(np.median(times))),
                "p50 us": round(1e6 * float(np.median(singles)), 1),
            }
        )
        if recall >= 0.9985:
            break
    return points


def _at(points: list[dict[str, Any]], column: str, target: float) -> int | None:
    # The figure at a recall, between the points on both sides; None where never reached.
    above = [point for point in points if point["recall@10"] >= target]
    if not above:
        return None
    high = above[0]
    below = [point for point in points if point["recall@10"] < target]
    if not below:
        return round(float(high[column]))
    low = below[-1]
    share = (target - low["recall@10"]) / (high["recall@10"] - low["recall@10"])
    mixed = (1 - share) * math.log(low[column]) + share * math.log(high[column])
    return round(math.exp(mixed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--data", nargs="+", default=["A", "C"], choices=["A", "C", "R"])
    parser.add_argument("--engines", nargs="+", default=None, choices=list(ENGINES))
    parser.add_argument("--small", action="store_true", help="5,000 rows, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.small:
        options.rows, options.dim, options.queries = 5_000, 64, 100
    return options


if __name__ == "__main__":
    main()
