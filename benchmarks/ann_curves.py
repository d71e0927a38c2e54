"""How fast does each engine search, at what recall, without a filter?

Method: the same unit rows and queries for all, one process, one thread. Each engine is
asked at rising efforts; recall@10 against exact float32 search. QPS is of one call with
the whole batch, the median of three; p50 of single calls. The summary reads QPS at recall
.95 and .99 off each curve, between its two nearest points, linear in log QPS.

One run takes one data set and a few engines; deepsearch's curve is measured before and after
each peer's, and `ratio` is the mean of its two QPS over the peer's; `drift` is after over
before. `by p50` is the same of single calls, which a busy machine disturbs less. Runs add up
in the results file; `--fresh` starts anew. `--plot FILE.png` draws the curves that are there.

Threats: one machine, shared; one build each; engines differ in memory (float32, bf16, f16,
4-bit with refinement, 1+8 bit with refinement). Databases search one query a call, and a
search on more than one thread could not be ruled out for lancedb, chroma and duckdb.

    python -m benchmarks.ann_curves --data A --engines hnswlib "svs Vamana f16"
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ann_data import KINDS, DataSet, ann_recall, data_set
from benchmarks.ann_databases import DATABASES
from benchmarks.ann_engines import ENGINES, Clustered, available, compiled
from benchmarks.common import (
    RESULTS,
    parser,
    pin_threads,
    print_table,
    system_facts,
    turn,
    write_results,
)
from benchmarks.gathered import add_run, earlier, join_runs, replaced

__all__ = ["add", "at_recall", "measure", "true_neighbours"]

TARGETS = (0.95, 0.99)
CURVE, PLANNED = "deepsearch clustered", "deepsearch planned"
EVERY = {**ENGINES, **DATABASES}
PEERS = {name: entry for name, entry in EVERY.items() if not name.startswith("deepsearch")}
_SLOW_QUERIES = 40
# Batches of an engine that takes this long are not repeated.
_PATIENCE_S = 5.0


def main() -> None:
    """Run, add to the results, print."""
    options = _arguments()
    out = options.out or RESULTS / "ann_curves.json"
    pin_threads(1)
    if options.join:
        join_runs(options.join, options, out, _tables)
    if options.plot is not None:
        from benchmarks.plots import plot_curves

        plot_curves(json.loads(out.read_text(encoding="utf-8")), options.plot)
    if options.join or options.plot is not None:
        return
    names, missing = available({name: EVERY[name] for name in options.engines or PEERS})
    given = data_set(options.data, options.rows, options.dim, options.queries, seed=options.seed)
    commit = system_facts()["commit"]  # of the code that is loaded now
    truth = true_neighbours(given)
    compiled(given.rows, given.queries)
    started = time.perf_counter()
    planned = EVERY[PLANNED].build(given.rows, 1, ())
    built = time.perf_counter() - started
    base = Clustered(given.rows, 1, (), built=planned.index.base)
    for name in names:
        started = time.perf_counter()
        try:
            engine = EVERY[name].build(given.rows, 1, ())
        except Exception as error:  # a peer that fails is a line, not the end
            print(f"{name} failed to build: {error}")
            missing.append(f"{name}: {error}")
            continue
        theirs = {"build s": round(time.perf_counter() - started, 1)}
        print(f"{options.data} {name} built in {theirs['build s']} s", flush=True)
        row = measure(name, engine, base, planned, given, truth)
        del engine
        row |= theirs | {"our build s": round(built, 1), "commit": commit}
        add(row, given, missing, options, out)


def measure(
    name: str, engine: Any, ours: Any, planned: Any, given: DataSet, truth: Any
) -> dict[str, Any]:
    """Measure a peer's curve, and deepsearch's before and after it.

    Args:
        name: The peer's, among the engines.
        engine: The peer, built.
        ours: deepsearch's base, whose effort can be told.
        planned: deepsearch with its planner.
        given: Rows and queries.
        truth: (queries, 10) exact neighbours.

    Returns:
        A row of the results.
    """
    few = given.queries[:_SLOW_QUERIES] if EVERY[name].slow else given.queries
    with turn():
        before = _curve(ours, given.queries, truth)
        plan = _curve(planned, given.queries, truth)
        curve = _curve(engine, few, truth[: len(few)])
        after = _curve(ours, given.queries, truth)
    row: dict[str, Any] = {"data": given.kind, "rows": len(given.rows), "engine": name}
    row |= _summary(curve)
    for target in TARGETS:
        mine = [at_recall(points, "QPS", target) for points in (before, after)]
        peer = row[f"QPS @ {target}"]
        if None not in (*mine, peer):
            row[f"ratio @ {target}"] = round(sum(mine) / 2 / peer, 2)  # type: ignore[arg-type]
            row[f"drift @ {target}"] = round(mine[1] / mine[0], 2)  # type: ignore[operator]
    return row | {
        "curve": curve,
        "ours": before,
        "planned": plan,
    }


def add(
    row: dict[str, Any],
    given: DataSet,
    missing: list[str],
    options: argparse.Namespace,
    out: Path,
) -> None:
    """Print a row and put it among the results, in the place of an earlier one.

    Args:
        row: Of `measure`, with the build's time.
        given: What it was measured on.
        missing: Engines that did not run.
        options: With `fresh`, `small`, `seed` and `out`.
        out: The results.
    """
    print_table([{key: row[key] for key in row if not isinstance(row[key], list)}])
    if options.small and options.out is None:
        return
    rows = [] if options.fresh or not out.is_file() else earlier(out)
    add_run(replaced(rows, [row]), given, missing, options, out, _tables)


def true_neighbours(given: DataSet) -> Any:
    """Return the (queries, 10) exact neighbours of a data set's queries."""
    from deepsearch.index import ExactIndex
    from deepsearch.schema import EmbeddingSpace

    space = EmbeddingSpace(name="bench", revision="1", dim=given.rows.shape[1])
    return ExactIndex(given.rows, space).search(given.queries, k=10).ids


def _curve(engine: Any, queries: Any, truth: Any) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    for effort in engine.efforts:
        recall = ann_recall(engine.search(queries, 10, effort, None), truth)
        times: list[float] = []
        while len(times) < 3 and sum(times) < _PATIENCE_S:
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
                "QPS": round(len(queries) / float(np.median(times)), 1),
                "p50 us": round(1e6 * float(np.median(singles)), 1),
            }
        )
        if recall >= 0.9985:
            break
    return points


def _summary(points: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **{f"QPS @ {target}": at_recall(points, "QPS", target) for target in TARGETS},
        **{f"p50 us @ {target}": at_recall(points, "p50 us", target) for target in TARGETS},
    }


def at_recall(points: list[dict[str, Any]], column: str, target: float) -> int | None:
    """Return a curve's figure at a recall, read between the points on both sides.

    Args:
        points: With "recall@10", rising.
        column: Of the figure.
        target: The recall.

    Returns:
        The figure, rounded; that of the first point if it is above; None where none is.
    """
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


def _table(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line an engine and data set; ours is the run beside the first peer."""
    out = []
    for data, size in dict.fromkeys((row["data"], row["rows"]) for row in rows):
        here = [row for row in rows if (row["data"], row["rows"]) == (data, size)]
        head = {"data": data, "rows": size}
        own = {"build s": here[0]["our build s"]}
        out.append({**head, "engine": CURVE, **_summary(here[0]["ours"])})
        out.append({**head, "engine": PLANNED, **own, **_summary(here[0]["planned"])})
        shown = ("data", "rows", "engine", "build s", "QPS", "p50", "ratio", "drift")
        for row in here:
            line = {key: row[key] for key in row if key.startswith(shown)}
            for target in TARGETS:
                mine, peer = at_recall(row["ours"], "p50 us", target), row[f"p50 us @ {target}"]
                if mine and peer:
                    line[f"by p50 @ {target}"] = round(peer / mine, 2)
            out.append(line)
    return out


def _tables(
    rows: list[dict[str, Any]],
    data: Mapping[str, str],
    missing: Sequence[str],
    options: argparse.Namespace,
    out: Path,
) -> None:
    rows = sorted(rows, key=lambda row: (row["data"], row["rows"], row["engine"]))
    write_results(
        "ann_curves",
        tables={"summary": _table(rows)},
        parameters={"k": 10},
        seed=options.seed,
        data=data,
        packages=("numba", *sorted({entry.package for entry in PEERS.values()})),
        commit=", ".join(dict.fromkeys(row["commit"] for row in rows)),
        extra={"not run": sorted(set(missing)), "rows": rows},
        out=out,
    )


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="5,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, default=100_000)
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--queries", type=int, default=500)
    taken.add_argument("--data", default="A", choices=KINDS)
    taken.add_argument("--engines", nargs="+", default=None, choices=list(PEERS))
    taken.add_argument(
        "--join", nargs="+", type=Path, help="run nothing: join the results in these files"
    )
    taken.add_argument("--fresh", action="store_true", help="forget the earlier runs")
    taken.add_argument("--plot", type=Path, default=None, help="draw the results, run nothing")
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim, options.queries = 5_000, 64, 100
    return options


if __name__ == "__main__":
    main()
