"""What do searches under a filter cost, and what do they find?

Method: 30,000 unit rows; filters that allow 50 to 0.1 % of them, at random or the rows on
one side of the catalogue (correlated: most queries lie far from what is allowed). Each
engine is asked at rising efforts, one query at a time, one thread, the mask given with
each. `p50 us at .95`: of the least effort with recall@10 of .95; empty where none had it,
and then `best recall` says how far it came. deepsearch's planner chooses by itself.

Threats: made data; one machine, shared; peers take a bitmap (faiss) or a Python callback
(hnswlib) or a column (lancedb, written before it is asked); the time of making a bitmap
from the mask counts, that of making the mask does not.

    python -m benchmarks.filtered_search [--data A C] [--engines ...]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import ann_recall, correlated_mask, data_set, fingerprint, random_mask
from benchmarks.ann_engines import ENGINES, available
from benchmarks.common import pin_threads, print_table, write_results

SHARES = (0.5, 0.2, 0.1, 0.05, 0.01, 0.001)
SLOW = {"hnswlib", "lancedb IVF_PQ"}
DEFAULT = ["deepsearch planned", "hnswlib", "faiss HNSW bf16", "faiss IVF-PQ4fs+fp16"]
# An engine is not asked again once a search takes this long.
PATIENCE_US = 40_000.0


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    from deepsearch.index import ExactIndex
    from deepsearch.schema import EmbeddingSpace

    names, missing = available(options.engines or DEFAULT)
    table: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    hashes = {}
    for kind in options.data:
        rows, queries = data_set(
            kind, options.rows, options.dim, options.queries, seed=options.seed
        )
        hashes[kind] = fingerprint(rows)
        space = EmbeddingSpace(name="bench", revision="1", dim=rows.shape[1])
        exact = ExactIndex(rows, space)
        filters = {
            (share, how): random_mask(len(rows), share, seed=7)
            if how == "random"
            else correlated_mask(rows, share, seed=11)
            for share in SHARES
            for how in ("random", "correlated")
        }
        truths = {
            key: exact.search(queries, k=10, allowed=mask).ids for key, mask in filters.items()
        }
        for name in names:
            engine = ENGINES[name][1](rows, 1)
            for (share, how), mask in filters.items():
                points = _points(engine, name, queries, truths[share, how], mask)
                key = {"data": kind, "filter": how, "allowed": share, "engine": name}
                curves.extend({**key, **point} for point in points)
                good = [point for point in points if point["recall@10"] >= 0.95]
                table.append(
                    {
                        **key,
                        "p50 us at .95": good[0]["p50 us"] if good else None,
                        "recall": good[0]["recall@10"] if good else None,
                        "best recall": max(point["recall@10"] for point in points),
                        "returned outside the mask": sum(point["outside"] for point in points),
                    }
                )
            print(kind, name, "done", flush=True)
            del engine
    print_table(table, title="filtered, one thread, single queries")
    ratios = _ratios(table)
    print_table(ratios, title="deepsearch against the best peer that reached .95")
    if options.small and options.out is None:
        return
    write_results(
        "filtered_search",
        tables={"main": table, "ratios": ratios, "curves": curves},
        parameters={"rows": options.rows, "dim": options.dim, "queries": options.queries, "k": 10},
        seed=options.seed,
        data=hashes,
        packages=("faiss-cpu", "hnswlib", "lancedb", "numba"),
        extra={"not installed": missing},
        out=options.out,
    )


def _points(engine: Any, name: str, queries: Any, truth: Any, mask: Any) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    asked = queries[:40] if name in SLOW else queries
    for effort in engine.efforts:
        engine.search(asked[:2], 10, effort, mask)
        times, found = [], []
        for at in range(len(asked)):
            start = time.perf_counter()
            found.append(engine.search(asked[at : at + 1], 10, effort, mask)[0])
            times.append(time.perf_counter() - start)
        ids = np.asarray(found)
        points.append(
            {
                "effort": effort,
                "recall@10": round(ann_recall(ids, truth[: len(asked)]), 4),
                "p50 us": round(1e6 * float(np.median(times)), 1),
                "p95 us": round(1e6 * float(np.percentile(times, 95)), 1),
                "outside": int((~mask[ids[ids >= 0]]).sum()),
            }
        )
        if points[-1]["recall@10"] >= 0.95 or points[-1]["p50 us"] > PATIENCE_US:
            break
    return points


def _ratios(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    out = []
    keys = dict.fromkeys((row["data"], row["filter"], row["allowed"]) for row in table)
    for key in keys:
        here = [row for row in table if (row["data"], row["filter"], row["allowed"]) == key]
        ours = next((row for row in here if row["engine"] == "deepsearch planned"), None)
        peers = [
            row
            for row in here
            if not row["engine"].startswith("deepsearch") and row["p50 us at .95"] is not None
        ]
        if ours is None:
            continue
        best = min(peers, key=lambda row: row["p50 us at .95"], default=None)
        mine = ours["p50 us at .95"]
        out.append(
            {
                "data": key[0],
                "filter": key[1],
                "allowed": key[2],
                "recall": ours["best recall"],
                "p50 us": mine,
                "best peer": best["engine"] if best else "none reached .95",
                "its p50 us": best["p50 us at .95"] if best else None,
                "ratio": round(mine / best["p50 us at .95"], 2) if best and mine else None,
            }
        )
    return out


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--data", nargs="+", default=["A", "C"], choices=["A", "C", "R"])
    parser.add_argument("--engines", nargs="+", default=None, choices=list(ENGINES))
    parser.add_argument("--small", action="store_true", help="5,000 rows, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.small:
        options.rows, options.dim, options.queries = 5_000, 64, 30
    return options


if __name__ == "__main__":
    main()
