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
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.ann_data import ann_recall, fingerprint, made
from benchmarks.common import parser, pin_threads, print_table, write_results
from deepsearch.index import ClusteredConfig, ExactIndex, LiveIndex, build_index
from deepsearch.schema import EmbeddingSpace

STEPS = 10


@dataclass(slots=True)
class Exchange:
    """A live index over some of the rows, and which those are.

    Attributes:
        every: (n, dim) rows, live and not.
        queries: (q, dim) queries.
        index: The index.
        exact: All rows, searched exactly.
        live: (n,) mask of the rows in the index.
        table: What was measured so far.
    """

    every: npt.NDArray[np.float32]
    queries: npt.NDArray[np.float32]
    index: LiveIndex
    exact: ExactIndex
    live: npt.NDArray[np.bool_]
    table: list[dict[str, Any]]

    def measure(self, state: str, **more: object) -> None:
        """Add a line on the index as it is."""
        truth = self.exact.search(self.queries, k=10, allowed=self.live.copy()).ids
        found = self.index.search(self.queries, k=10).ids
        self.table.append(
            {
                "state": state,
                "recall@10": round(ann_recall(found, truth), 4),
                "p50 us": round(_p50(self.index, self.queries)),
                "tail rows": self.index.tail_count,
                **more,
            }
        )
        print(self.table[-1], flush=True)


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    count = options.rows
    every, queries = made(options.data, count + count // 2, options.dim, 200, seed=options.seed)
    space = EmbeddingSpace(name="bench", revision="1", dim=options.dim)
    config = ClusteredConfig(threads=1)
    run = Exchange(
        every=every,
        queries=queries,
        index=LiveIndex(build_index(every[:count], space, config=config)),
        exact=ExactIndex(every, space),
        live=np.arange(len(every)) < count,
        table=[],
    )
    run.measure("built")
    exchange(run, count, np.random.default_rng(options.seed))
    compact(run)
    rebuilt = build_index(np.ascontiguousarray(every[run.live]), space, config=config)
    truth = ExactIndex(every[run.live], space).search(queries, k=10).ids
    run.table.append(
        {
            "state": "fresh build of the same rows",
            "recall@10": round(ann_recall(rebuilt.search(queries, k=10).ids, truth), 4),
            "p50 us": round(_p50(rebuilt, queries)),
            "tail rows": 0,
        }
    )
    print_table(run.table, title=f"{count} rows, half exchanged")
    if options.small and options.out is None:
        return
    write_results(
        "churn",
        tables={"main": run.table},
        parameters={"rows": count, "dim": options.dim, "steps": STEPS},
        seed=options.seed,
        data={options.data: fingerprint(every)},
        packages=("faiss-cpu", "numba"),
        out=options.out,
    )


def exchange(run: Exchange, count: int, generator: np.random.Generator) -> None:
    """Exchange half of the rows, step by step."""
    step = count // (2 * STEPS)
    for turn in range(STEPS):
        gone = generator.choice(np.flatnonzero(run.live), step, replace=False)
        fresh = np.arange(count + turn * step, count + (turn + 1) * step)
        start = time.perf_counter()
        run.index.remove(gone)
        added = run.index.add(run.every[fresh])
        spent = time.perf_counter() - start
        assert (added == fresh).all()
        run.live[gone], run.live[fresh] = False, True
        if turn % 3 == 0 or turn == STEPS - 1:
            written = round(1e6 * spent / (2 * step), 1)
            run.measure(f"{5 * (turn + 1)} % exchanged", **{"write us/row": written})


def compact(run: Exchange) -> None:
    """Compact the index, with searches going on in another thread."""
    stop, during = threading.Event(), []

    def search() -> None:
        at = 0
        while not stop.is_set():
            start = time.perf_counter()
            run.index.search(run.queries[at % 200 : at % 200 + 1], k=10)
            during.append(time.perf_counter() - start)
            at += 1

    searching = threading.Thread(target=search)
    searching.start()
    start = time.perf_counter()
    run.index.compact()
    spent = time.perf_counter() - start
    stop.set()
    searching.join()
    run.measure(
        "compacted",
        **{
            "compaction s": round(spent, 1),
            "searches meanwhile": len(during),
            "their p50 us": round(1e6 * float(np.median(during))),
        },
    )


def _p50(index: Any, queries: Any) -> float:
    times = []
    for at in range(60):
        start = time.perf_counter()
        index.search(queries[at : at + 1], k=10)
        times.append(time.perf_counter() - start)
    return 1e6 * float(np.median(times))


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="10,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, default=100_000)
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--data", default="C", choices=["A", "C"])
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim = 10_000, 64
    return options


if __name__ == "__main__":
    main()
