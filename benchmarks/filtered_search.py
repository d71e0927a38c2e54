"""How fast, and with what recall, does each engine search under a filter?

Method: half to a thousandth of the rows are allowed, in three ways (`benchmarks.ann_data`):
at random; correlated with the vectors; and, for real texts, by a real attribute. Each peer is
asked at rising efforts until recall@10 reaches .95; the table holds its time there, that is,
the effort is chosen with the truth in hand. deepsearch gets no such help in `p50` and `ratio`:
its planner chose on its own, beforehand. `ratio, effort as theirs` is the same with
deepsearch's effort chosen as the peers' is. Every library gets a filter in the form it takes
fastest, made once and not timed, deepsearch what its `prepare` makes; `ratio, mask each time` is
planned too, and given the plain mask, which it then reads in every search. Searches are single,
one thread, 150 queries (40 for engines that take milliseconds); p50 of their times.

One run takes one data set, or several over the same rows, and a few engines; with `--curves`
the engines it built are also measured without a filter, for `benchmarks.ann_curves`. Under
each filter deepsearch is measured before and after every peer, and `ratio` is its mean p50 of
the two over the peer's; `drift` is after over before, what the machine changed meanwhile. Runs
add up in the results file, where a later run of an engine replaces its earlier one; `--fresh`
starts anew.

Threats: one machine, shared; one build each; data and filters are few. Engines that store
filters as columns pay for theirs through their query language. A search on more than one thread
could not be ruled out for lancedb, chroma and duckdb.

    python -m benchmarks.filtered_search --data A --engines hnswlib "faiss HNSW bf16"
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ann_curves, ann_engines
from benchmarks.ann_data import KINDS, DataSet, Filter, ann_recall, data_set
from benchmarks.ann_databases import DATABASES
from benchmarks.ann_engines import ENGINES, OURS, about, available, compiled
from benchmarks.common import (
    RESULTS,
    parser,
    pin_threads,
    print_table,
    system_facts,
    turn,
    write_results,
)
from benchmarks.filtered_tables import TARGET, goals, matrix, ratios
from benchmarks.gathered import add_run, earlier, join_runs, replaced

__all__ = ["against"]

EVERY = {**ENGINES, **DATABASES}
PEERS = {name: entry for name, entry in EVERY.items() if not name.startswith("deepsearch")}
FILTERING = {name: entry for name, entry in PEERS.items() if entry.filtering}
# An engine is not asked for more once a search takes this long.
PATIENCE_US = 40_000.0
_SLOW_QUERIES = 40


def main() -> None:
    """Run, add to the results, print."""
    options = _arguments()
    out = options.out or RESULTS / "filtered_search.json"
    pin_threads(1)
    if options.join:
        join_runs(options.join, options, out, _tables)
        return
    commit = system_facts()["commit"]  # of the code that is loaded now
    names, missing = available({name: EVERY[name] for name in options.engines or FILTERING})
    sets = [
        data_set(kind, options.rows, options.dim, options.queries, seed=options.seed)
        for kind in options.data
    ]
    given = sets[0]
    if any(not np.array_equal(given.rows, other.rows) for other in sets[1:]):
        raise SystemExit(f"{options.data} have different rows; run one at a time.")
    rows = [] if options.fresh or not out.is_file() else earlier(out)
    compiled(given.rows, given.queries)
    started = time.perf_counter()
    ours = EVERY[OURS].build(given.rows, 1, given.filters)
    built = time.perf_counter() - started
    truths = {each.kind: _truths(each) for each in sets}
    engines, times = {}, {}
    for name in names:
        started = time.perf_counter()
        try:
            engines[name] = EVERY[name].build(given.rows, 1, given.filters)
        except Exception as error:  # a peer that fails is a line, not the end
            print(f"{name} failed to build: {error}")
            missing.append(f"{name}: {error}")
            continue
        times[name] = {"build s": time.perf_counter() - started, "our build s": built}
        print(f"{name} built", times[name], flush=True)
    with turn():  # one for all: what is built waits in memory
        for each, name in itertools.product(sets, engines):
            engine = engines[name]
            found = []
            for filtered in each.filters if EVERY[name].filtering else ():
                truth = truths[each.kind][filtered.name]
                row = against(name, engine, ours, each, filtered, truth)
                head = {"data": each.kind, "rows": len(each.rows)}
                found.append({**head, "commit": commit, **row})
            rows = replaced(rows, found)
            print_table([_shown(row) for row in found], title=f"{each.kind}, {name}")
            if found and (not options.small or options.out is not None):
                add_run(rows, each, missing, options, out, _tables)
            if options.curves is not None:
                _unfiltered(name, engine, ours, each, times[name], missing, commit, options)
    print_table(ratios(rows), title="deepsearch against the best peer that reached .95")


def _unfiltered(
    name: str,
    engine: Any,
    ours: Any,
    given: DataSet,
    times: dict[str, float],
    missing: list[str],
    commit: str,
    options: argparse.Namespace,
) -> None:
    """Measure a built engine without a filter, for `benchmarks.ann_curves`."""
    base = ann_engines.Clustered(given.rows, 1, (), built=ours.index.base)
    if isinstance(engine, ann_engines.Usearch):
        engine.efforts = ann_engines.GRAPH_EFFORTS
    truth = ann_curves.true_neighbours(given)
    row = ann_curves.measure(name, engine, base, ours, given, truth)
    row |= {key: round(value, 1) for key, value in times.items()} | {"commit": commit}
    ann_curves.add(row, given, missing, options, options.curves)
    if isinstance(engine, ann_engines.Usearch):
        engine.efforts = engine.fetched


def _truths(given: DataSet) -> dict[str, Any]:
    from deepsearch.index import ExactIndex
    from deepsearch.schema import EmbeddingSpace

    space = EmbeddingSpace(name="bench", revision="1", dim=given.rows.shape[1])
    exact = ExactIndex(given.rows, space)
    return {
        filtered.name: exact.search(given.queries, k=10, allowed=filtered.mask).ids
        for filtered in given.filters
    }


def against(
    name: str, engine: Any, ours: Any, given: DataSet, filtered: Filter, truth: Any
) -> dict[str, Any]:
    """Measure deepsearch, a peer at rising efforts, and deepsearch again.

    Args:
        name: The peer's, among the engines.
        engine: The peer, built.
        ours: deepsearch, built over the same rows.
        given: Rows and queries.
        filtered: The filter.
        truth: (queries, 10) exact neighbours under it.

    Returns:
        A row of the results.
    """
    few = given.queries[:_SLOW_QUERIES] if EVERY[name].slow else given.queries
    before = _point(ours, given.queries, truth, filtered, 0)
    points = []
    for effort in engine.efforts:
        points.append(_point(engine, few, truth, filtered, effort))
        if points[-1]["recall@10"] >= TARGET or points[-1]["p50 us"] > PATIENCE_US:
            break
    told = _told(ours, given.queries, truth, filtered)
    fresh = _point(_MaskEachTime(ours), given.queries, truth, filtered, 0)
    after = _point(ours, given.queries, truth, filtered, 0)
    good = next((point for point in points if point["recall@10"] >= TARGET), None)
    mine = (before["p50 us"] + after["p50 us"]) / 2
    reached = [mine] if before["recall@10"] >= TARGET else []
    least = min([*reached, told["p50 us"]] if told else reached or [mine])
    return {
        "filter": filtered.how,
        "allowed": filtered.share,
        "truly allowed": round(float(filtered.mask.mean()), 5),
        "engine": name,
        "recall": good["recall@10"] if good else None,
        "p50 us": good["p50 us"] if good else None,
        "best recall": max(point["recall@10"] for point in points),
        "our recall": before["recall@10"],
        "our p50 us": round(mine, 1),
        "our p95 us": round((before["p95 us"] + after["p95 us"]) / 2, 1),
        "ratio": round(mine / good["p50 us"], 3) if good else None,
        "our p50 us, effort as theirs": round(least, 1),
        "ratio, effort as theirs": round(least / good["p50 us"], 3) if good else None,
        "our p50 us, mask each time": fresh["p50 us"],
        "our recall, mask each time": fresh["recall@10"],
        "ratio, mask each time": round(fresh["p50 us"] / good["p50 us"], 3) if good else None,
        "drift": round(after["p50 us"] / before["p50 us"], 2),
        "outside the mask": sum(point["outside"] for point in points),
        "ours outside": before["outside"] + after["outside"] + fresh["outside"],
        "curve": points,
    }


def _point(engine: Any, queries: Any, truth: Any, filtered: Filter, effort: int) -> dict[str, Any]:
    asked = None if filtered.how == "none" else filtered
    engine.search(queries[:2], 10, effort, asked)
    times, found = [], []
    for at in range(len(queries)):
        start = time.perf_counter()
        found.append(engine.search(queries[at : at + 1], 10, effort, asked)[0])
        times.append(time.perf_counter() - start)
        if at >= 4 and sum(times) > 1e-6 * PATIENCE_US * len(queries):
            break  # so slow that the first few must do
    ids = np.asarray(found)
    return {
        "effort": effort,
        "recall@10": round(ann_recall(ids, truth[: len(ids)]), 4),
        "p50 us": round(1e6 * float(np.median(times)), 1),
        "p95 us": round(1e6 * float(np.percentile(times, 95)), 1),
        "outside": int((~filtered.mask[ids[ids >= 0]]).sum()),
    }


def _told(ours: Any, queries: Any, truth: Any, filtered: Filter) -> dict[str, Any] | None:
    """Measure deepsearch's approximate base at the least effort that reaches the target."""
    base = ours.index.base
    if base is None or filtered.how == "none":
        return None
    among = base.prepare(filtered.mask)
    for effort in base.efforts():
        found = base.search_with(queries, k=10, among=among, effort=effort)
        if ann_recall(found.ids, truth) >= TARGET:
            return _point(_AtEffort(base), queries, truth, filtered, effort)
    return None


class _AtEffort:
    """deepsearch's base at an effort that is given, under checks of its own."""

    def __init__(self, base: Any) -> None:
        self.base = base
        self.filters = ann_engines.Once(lambda given: base.prepare(given.mask))

    def search(self, queries: Any, k: int, effort: int, given: Filter | None) -> Any:
        assert given is not None
        return self.base.search_with(queries, k=k, among=self.filters(given), effort=effort).ids


class _MaskEachTime:
    """deepsearch as planned, given the mask itself."""

    def __init__(self, ours: Any) -> None:
        self.index = ours.index

    def search(self, queries: Any, k: int, effort: int, given: Filter | None) -> Any:
        del effort
        mask = None if given is None else given.mask
        return self.index.search(queries, k=k, allowed=mask).ids


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    hidden = ("curve", "commit", "data", "rows", "engine", "our p95 us")
    return {key: value for key, value in row.items() if key not in hidden}


def _tables(
    rows: list[dict[str, Any]],
    data: Mapping[str, str],
    missing: Sequence[str],
    options: argparse.Namespace,
    out: Path,
) -> None:
    libraries = [row for row in rows if row["engine"] in ENGINES]
    databases = [row for row in rows if row["engine"] in DATABASES]
    commits = dict.fromkeys(
        f"{row['data']} {row['rows']} {row['engine']}: {row['commit']}" for row in rows
    )
    write_results(
        "filtered_search",
        tables={
            "goals": goals(libraries),
            "ratios": ratios(libraries),
            "libraries": matrix(libraries),
            "databases": matrix(databases),
            "engines": about({n: e for n, e in EVERY.items() if n == OURS or n in FILTERING}),
        },
        parameters={"queries": options.queries, "k": 10, "target": TARGET},
        seed=options.seed,
        data=data,
        packages=("numba", *sorted({entry.package for entry in FILTERING.values()})),
        commit=", ".join(dict.fromkeys(row["commit"] for row in libraries or rows)),
        extra={"not run": sorted(set(missing)), "commits": list(commits), "rows": rows},
        out=out,
    )


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="5,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, default=100_000)
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--queries", type=int, default=150)
    taken.add_argument("--data", nargs="+", default=["A"], choices=KINDS)
    taken.add_argument("--engines", nargs="+", default=None, choices=list(PEERS))
    taken.add_argument("--curves", type=Path, help="add unfiltered curves to this file")
    taken.add_argument(
        "--join", nargs="+", type=Path, help="run nothing: join the results in these files"
    )
    taken.add_argument("--fresh", action="store_true", help="forget the earlier runs")
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim, options.queries = 5_000, 64, 30
    return options


if __name__ == "__main__":
    main()
