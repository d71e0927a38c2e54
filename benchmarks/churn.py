"""Does a live index keep its recall and speed while half of its rows are exchanged?

Method: a live index over n rows; in ten steps 5 % of the rows are removed and as many
added. After each step recall@10 against exact search over what is live, p50 of single
searches, and the time of the writes; then compaction, timed, with searches going on in
another thread; then the same figures beside those of a fresh build over the same rows.

Threats: made data; rows removed at random; the tail is compacted once, at the end.

    python -m benchmarks.churn [--rows 100000]
"""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import ann_recall, fingerprint, made
from benchmarks.common import pin_threads, print_table, write_results

STEPS = 10


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    from deepsearch.index import ClusteredConfig, ExactIndex, LiveIndex, build_index
    from deepsearch.schema import EmbeddingSpace

    count = options.rows
    every, queries = made(options.data, count + count // 2, options.dim, 200, seed=options.seed)
    space = EmbeddingSpace(name="bench", revision="1", dim=options.dim)
    config = ClusteredConfig(threads=1)
    index = LiveIndex(build_index(every[:count], space, config=config))
    generator = np.random.default_rng(options.seed)
    live = np.ones(count + count // 2, dtype=np.bool_)
    live[count:] = False
    exact = ExactIndex(every, space)
    table: list[dict[str, Any]] = []

    def measure(state: str, **more: Any) -> None:
        allowed = live.copy()
        truth = exact.search(queries, k=10, allowed=allowed).ids
        found = index.search(queries, k=10).ids
        table.append(
            {
                "state": state,
                "recall@10": round(ann_recall(found, truth), 4),
                "p50 us": round(_p50(index, queries)),
                "tail rows": index.tail_count,
                **more,
            }
        )
        print(table[-1], flush=True)

    measure("built")
    step = count // (2 * STEPS)
    for turn in range(STEPS):
        gone = generator.choice(np.flatnonzero(live), step, replace=False)
        fresh = np.arange(count + turn * step, count + (turn + 1) * step)
        start = time.perf_counter()
        index.remove(gone)
        added = index.add(every[fresh])
        spent = time.perf_counter() - start
        assert (added == fresh).all()
        live[gone], live[fresh] = False, True
        if turn % 3 == 0 or turn == STEPS - 1:
            measure(
                f"{5 * (turn + 1)} % exchanged",
                **{"write us/row": round(1e6 * spent / (2 * step), 1)},
            )
    stop, during = threading.Event(), []

    def search() -> None:
        at = 0
        while not stop.is_set():
            start = time.perf_counter()
            index.search(queries[at % 200 : at % 200 + 1], k=10)
            during.append(time.perf_counter() - start)
            at += 1

    searching = threading.Thread(target=search)
    searching.start()
    start = time.perf_counter()
    index.compact()
    spent = time.perf_counter() - start
    stop.set()
    searching.join()
    measure(
        "compacted",
        **{
            "compaction s": round(spent, 1),
            "searches meanwhile": len(during),
            "their p50 us": round(1e6 * float(np.median(during))),
        },
    )
    rebuilt = build_index(np.ascontiguousarray(every[live]), space, config=config)
    truth = ExactIndex(every[live], space).search(queries, k=10).ids
    table.append(
        {
            "state": "fresh build of the same rows",
            "recall@10": round(ann_recall(rebuilt.search(queries, k=10).ids, truth), 4),
            "p50 us": round(_p50(rebuilt, queries)),
            "tail rows": 0,
        }
    )
    print_table(table, title=f"{count} rows, half exchanged")
    if options.small and options.out is None:
        return
    write_results(
        "churn",
        tables={"main": table},
        parameters={"rows": count, "dim": options.dim, "steps": STEPS},
        seed=options.seed,
        data={options.data: fingerprint(every)},
        packages=("faiss-cpu", "numba"),
        out=options.out,
    )


def _p50(index: Any, queries: Any) -> float:
    times = []
    for at in range(60):
        start = time.perf_counter()
        index.search(queries[at : at + 1], k=10)
        times.append(time.perf_counter() - start)
    return 1e6 * float(np.median(times))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--data", default="C", choices=["A", "C"])
    parser.add_argument("--small", action="store_true", help="10,000 rows, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    options = parser.parse_args()
    if options.small:
        options.rows, options.dim = 10_000, 64
    return options


if __name__ == "__main__":
    main()
