"""What does a million vectors cost: to build, to open, to hold, to search with and without filters?

Method: the steps run one by one and add to the results file, so that none runs long.

- `ours`: `build_index` on two threads, with its calibration; saved; opened in a fresh process
  that answers 500 queries (`benchmarks.memory` says what is counted).
- `hnswlib`: hnswlib builds a tenth and a fifth of the rows on two threads; its time for all is
  extrapolated by t = a n^b through both and marked so; CPU time of both threads, which work
  beside it does not change much. `--whole` builds all instead.
- `promise`: ours, opened from its files, asked hundreds of queries under ten filters a share that
  calibration did not see, shares between the calibrated ones among them: recall@10 against
  `target_recall` and against what each plan says to expect at the least.
- `search`: ours, opened from its files, beside a peer built here: recall@10 and p50 without a
  filter and under the filters of `benchmarks.filtered_search`, ours before and after it.

Threats: made data (A or C); one build each; a shared machine; b is taken from two points.

    python -m benchmarks.ann_million ours --folder FOLDER
    python -m benchmarks.ann_million hnswlib --folder FOLDER
    python -m benchmarks.ann_million promise --folder FOLDER --queries 300
    python -m benchmarks.ann_million search --folder FOLDER --peer "faiss HNSW bf16"
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import (
    SHARES,
    DataSet,
    Filter,
    ann_recall,
    correlated_mask,
    fingerprint,
    made,
    random_mask,
)
from benchmarks.ann_engines import ENGINES, Once
from benchmarks.common import RESULTS, pin_threads, print_table, system_facts, turn, write_results
from benchmarks.filtered_search import against
from benchmarks.memory import probe

THREADS = 2
# Shares allowed and filters of each in the step `promise`.
PROMISED = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
FILTERS = 10


def main() -> None:
    """Run one step, add to the results, print."""
    options = _arguments()
    pin_threads(1 if options.step in ("promise", "search") else THREADS)
    options.folder.mkdir(parents=True, exist_ok=True)
    rows, queries = _data(options)
    out = options.out or RESULTS / "ann_million.json"
    kept: dict[str, Any] = {}
    if out.is_file():
        kept = json.loads(out.read_text(encoding="utf-8"))["tables"]
    steps = {"ours": _ours, "hnswlib": _hnswlib, "promise": _promise, "search": _search}
    step = steps[options.step]
    commit = system_facts()["commit"]
    for name, found in step(rows, queries, options).items():
        table = [{**row, "commit": commit} for row in found]
        keys = ("data", "rows", "engine")
        old = [r for r in kept.get(name, []) if all(any(r[k] != n[k] for k in keys) for n in table)]
        kept[name] = old + table
        print_table(kept[name], title=name)
    if options.small and options.out is None:
        return
    write_results(
        "ann_million",
        tables=kept,
        parameters={"dim": options.dim, "k": 10, "build threads": THREADS},
        seed=options.seed,
        data={f"{options.data} {options.rows}": fingerprint(rows)},
        packages=("faiss-cpu", "hnswlib", "usearch", "numba"),
        out=out,
    )


def _data(options: argparse.Namespace) -> tuple[Any, Any]:
    path = options.folder / f"{options.data}-{options.rows}-{options.dim}.npy"
    if not path.is_file():
        both = made(options.data, options.rows, options.dim, 500, seed=options.seed)
        np.save(path, np.concatenate(both))
    every = np.load(path, mmap_mode="r", allow_pickle=False)
    return every[: options.rows], np.array(every[options.rows :])


def _ours(rows: Any, queries: Any, options: argparse.Namespace) -> dict[str, Any]:
    from deepsearch.index import ClusteredConfig, build_index, save_index
    from deepsearch.schema import EmbeddingSpace

    space = EmbeddingSpace(name="bench", revision="1", dim=options.dim)
    config = ClusteredConfig(threads=THREADS)
    save_index(build_index(rows[:25_000], space, config=config), options.folder / "small")
    stages: dict[str, float] = {}

    def progress(stage: str, share: float) -> None:
        del share
        stages.setdefault(stage, time.perf_counter())

    with turn():
        used = time.process_time()
        index = build_index(rows, space, config=config, progress=progress)
        used = time.process_time() - used
    start = time.perf_counter()
    save_index(index, options.folder / "index")
    saved = time.perf_counter() - start
    del index
    asked = options.folder / "queries.npy"
    np.save(asked, queries)
    with turn():
        found = probe(options.folder / "index", asked, options.folder / "small")
    head = {"data": options.data, "rows": options.rows, "engine": "deepsearch"}
    each = {name: round(found[name] / options.rows) for name in ("private", "index", "vectors")}
    return {
        "build": [
            {
                **head,
                "build s": round(stages["done"] - stages["check"], 1),
                "CPU s": round(used, 1),
                "of it calibration s": round(stages["done"] - stages["calibrate"], 1),
                "how": "measured",
            }
        ],
        "open": [
            {
                **head,
                "write s": round(saved, 1),
                "open s": round(found["open s"], 2),
                **{f"{name} B/vector": size for name, size in each.items()},
            }
        ],
    }


def _hnswlib(rows: Any, queries: Any, options: argparse.Namespace) -> dict[str, Any]:
    del queries
    head = {"data": options.data, "engine": "hnswlib"}
    build = ENGINES["hnswlib"].build
    table = []
    for part in (1.0,) if options.whole else (0.1, 0.2):
        count = round(options.rows * part)
        some = np.array(rows[:count])
        with turn():
            start, used = time.perf_counter(), time.process_time()
            build(some, 1, ())  # it builds on all cores, searches on one
            spent, used = time.perf_counter() - start, time.process_time() - used
        times = {"build s": round(spent, 1), "CPU s": round(used, 1)}
        table.append({**head, "rows": count, **times, "how": "measured"})
        print(table[-1], flush=True)
    if not options.whole:
        grown = math.log2(table[1]["CPU s"] / table[0]["CPU s"])
        used = table[1]["CPU s"] * 5**grown
        how = f"extrapolated, growing as n^{grown:.2f}"
        table.append({**head, "rows": options.rows, "CPU s": round(used, 1), "how": how})
    return {"build": table}


def _promise(rows: Any, queries: Any, options: argparse.Namespace) -> dict[str, Any]:
    from deepsearch.index import ExactIndex
    from deepsearch.schema import EmbeddingSpace

    rows, queries = np.ascontiguousarray(rows), queries[: options.queries]
    exact = ExactIndex(rows, EmbeddingSpace(name="bench", revision="1", dim=options.dim))
    index: Any = _Opened(options.folder / "index").index
    head = {"data": options.data, "rows": options.rows, "engine": "deepsearch"}
    table = []
    for share in PROMISED:
        recalls, promised = [], []
        for seed in range(11, 11 + FILTERS):
            mask = correlated_mask(rows, share, seed=seed)
            found, plan = index.search_planned(queries, k=10, allowed=mask)
            truth = exact.search(queries, k=10, allowed=mask).ids
            recalls.append(
                [ann_recall(a[None], b[None]) for a, b in zip(found.ids, truth, strict=True)]
            )
            promised.append(plan.expected_recall)
        each = np.array(recalls)
        table.append(
            {
                **head,
                "allowed": share,
                "filters": FILTERS,
                "queries": len(queries),
                "effort": "all rows" if plan.effort is None else plan.effort,
                "expected at the least": round(min(promised), 4),
                "recall": round(float(each.mean()), 4),
                "worst filter": round(float(each.mean(axis=1).min()), 4),
                # queries, not searches: one that a filter leads astray others do too
                "standard error": round(float(each.mean(axis=0).std() / len(queries) ** 0.5), 4),
                "least of 60 queries": round(_least_of(each, 60), 4),
            }
        )
        print(table[-1], flush=True)
    return {"promise": table}


def _least_of(recalls: Any, some: int) -> float:
    """Return the least mean of so many queries under one filter, of all such groups."""
    groups = recalls[:, : recalls.shape[1] // some * some].reshape(len(recalls), -1, some)
    return float(groups.mean(axis=2).min()) if groups.size else float("nan")


class _Opened:
    """deepsearch from its files."""

    def __init__(self, folder: Path) -> None:
        from deepsearch.index import load_index

        self.index = load_index(folder)
        self.filters = Once(lambda given: self.index.prepare(given.mask))

    def search(self, queries: Any, k: int, effort: int, given: Filter | None) -> Any:
        del effort
        allowed = None if given is None else self.filters(given)
        return self.index.search(queries, k=k, allowed=allowed).ids


def _search(rows: Any, queries: Any, options: argparse.Namespace) -> dict[str, Any]:
    from deepsearch.index import ExactIndex
    from deepsearch.schema import EmbeddingSpace

    rows = np.ascontiguousarray(rows)
    queries = queries[: options.queries]
    ours = _Opened(options.folder / "index")
    filters = [Filter(name="all", how="none", share=1.0, mask=np.ones(len(rows), dtype=np.bool_))]
    for number, share in enumerate(SHARES):
        filters += [
            Filter(name=f"{how}{number}", how=how, share=share, mask=mask)
            for how, mask in (
                ("random", random_mask(len(rows), share, seed=7)),
                ("correlated", correlated_mask(rows, share, seed=11)),
            )
        ]
    exact = ExactIndex(rows, EmbeddingSpace(name="bench", revision="1", dim=options.dim))
    truths = {f.name: exact.search(queries, k=10, allowed=f.mask).ids for f in filters}
    del exact
    head = {"data": options.data, "rows": options.rows, "engine": options.peer}
    start = time.perf_counter()
    peer = ENGINES[options.peer].build(rows, 1, filters)
    built = {**head, "build s": round(time.perf_counter() - start, 1), "how": "measured"}
    print(built, flush=True)
    given = DataSet(kind=options.data, rows=rows, queries=queries, filters=tuple(filters))
    table = []
    for filtered in filters:
        with turn():
            row = against(options.peer, peer, ours, given, filtered, truths[filtered.name])
        del row["curve"], row["truly allowed"], row["our p95 us"]
        table.append({**head, **row})
        print(table[-1], flush=True)
    return {"build": [built], "search": table}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["ours", "hnswlib", "promise", "search"])
    parser.add_argument("--folder", type=Path, required=True, help="3 GB for data and index")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--data", default="A", choices=["A", "C"])
    parser.add_argument("--peer", default="faiss HNSW bf16", choices=list(ENGINES))
    parser.add_argument("--whole", action="store_true", help="hnswlib builds all rows")
    parser.add_argument("--small", action="store_true", help="50,000 rows, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.small:
        options.rows, options.dim = 50_000, 64
    return options


if __name__ == "__main__":
    main()
