"""What does each further point of recall cost, and what does a search spend its time on?

Method: the base of the default index, one thread, single searches, under the filters of
`benchmarks.ann_data`.

- `curves`: recall@10 and time at rising efforts (standard deviations that a list's rows are
  credited with). Of each query the best of three calls, the median of those; calls come in
  rounds over all efforts and queries, so that none finds its own rows in the caches and the
  machine's moods hit all efforts alike.
- `profile`: at the least effort that reaches recall .95, what the searches read (means over the
  queries) and where their time goes (shares, medians), by `benchmarks.counted_search`: the same
  sources, compiled once more with counters, whose answers are checked to be the same to the bit.
  `memory us` is what reading the same rows takes in the same order, with two dozen requests under
  way and nothing else done: no search that reads them is quicker. It leaves out tables of a few
  bytes a row, so it is a little too low.
  `where` has the medians over the filters of a band.
- `further`: how much longer searches at recall .98 and .99 take than at .95, read off the curves
  between their points; medians over filters.
- `memory`: what this machine's memory gives: rows read one after the other and at random.
- `sigmas`: recall and time where the bit estimate is given more benefit of the doubt.
- `narrow`: under a filter of a thousandth, what the steps of a search take in a tight loop.

Threats: one machine, shared, so that a last-level cache holds more or less of the index from
run to run; counting slows what it measures (`counted` says how much); data and filters are few.

    python -m benchmarks.effort_curves [--data A C R RQ]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.ann_curves import at_recall
from benchmarks.ann_data import KINDS, DataSet, Filter, ann_recall, data_set, fingerprint
from benchmarks.ann_engines import Numpy
from benchmarks.common import interleave, parser, pin_threads, print_table, turn, write_results
from benchmarks.counted_search import STAGES, Counted, Read, touched

TARGET = 0.95
FURTHER = (0.98, 0.99)
EFFORTS = (50, 100, 150, 200, 250, 300)
SIGMAS = (2.0, 3.0, 4.0)
# Below this share all rows are scored, at no effort.
NARROWEST = 0.01
_ROUNDS = 3


def main() -> None:
    """Run and print."""
    options = _arguments()
    pin_threads(1)
    tables: dict[str, list[dict[str, Any]]] = {}
    hashes = {}
    for kind in options.data:
        given = data_set(kind, options.rows, options.dim, options.queries, seed=options.seed)
        hashes[f"{kind} {options.rows}"] = fingerprint(given.rows)
        index, counted = _built(given)
        with turn():
            found = _measured(given, index, counted)
        for name, rows in found.items():
            tables[name] = tables.get(name, []) + rows
            print_table(rows, title=f"{kind}: {name}")
    points = tables.pop("points")
    tables |= {"curves": _lines(points), "further": _further(points)}
    tables["where"] = _where(tables["profile"])
    for name in ("further", "where"):
        print_table(tables[name], title=name)
    if options.small and options.out is None:
        return
    write_results(
        "effort_curves",
        tables=tables,
        parameters={"rows": options.rows, "queries": options.queries, "k": 10, "target": TARGET},
        seed=options.seed,
        data=hashes,
        packages=("numba", "faiss-cpu"),
        extra={"points": points},
        out=options.out,
    )


def _built(given: DataSet) -> tuple[Any, Counted]:
    from deepsearch.index import ClusteredConfig, ClusteredIndex
    from deepsearch.schema import EmbeddingSpace

    space = EmbeddingSpace(name="bench", revision="1", dim=given.rows.shape[1])
    index = ClusteredIndex.build(given.rows, space, config=ClusteredConfig(threads=1))
    counted = Counted(index)
    counted.index.search(given.queries[:1], k=10)  # compiled now, not under the lock
    return index, counted


def _measured(given: DataSet, index: Any, counted: Counted) -> dict[str, list[dict[str, Any]]]:
    everything = np.ones(len(given.rows), dtype=np.bool_)
    filters = [Filter(name="all", how="none", share=1.0, mask=everything)]
    filters += [each for each in given.filters if each.share >= NARROWEST]
    points, profile, sigmas = [], [], []
    for filtered in filters:
        head = {"data": given.kind, "filter": filtered.how, "allowed": filtered.share}
        truth = index.exact.search(given.queries, k=10, allowed=filtered.mask).ids
        points += [{**head, **row} for row in _points(given, index, filtered, truth, EFFORTS)]
        recalls = ((e, _recall(given, index, filtered, truth, e)) for e in index.efforts())
        enough = next((e for e, recall in recalls if recall >= TARGET), index.efforts()[-1])
        row = _points(given, index, filtered, truth, [enough])[0]
        row["made ready us"] = _made_ready(index, filtered)
        profile.append({**head, **row, **_spent(given, index, counted, filtered, enough)})
        if filtered.how == "none":
            sigmas = [{"data": given.kind, **row} for row in _doubts(given, index, truth)]
    narrow = [each for each in given.filters if each.share < NARROWEST and each.how == "random"]
    return {
        "points": points,
        "profile": profile,
        "sigmas": sigmas,
        "memory": [{"data": given.kind, **row} for row in _memory(index)],
        "narrow": [
            {"data": given.kind, **row}
            for each in narrow
            for row in _steps(given, index, counted, each)
        ],
    }


def _searching(index: Any, filtered: Filter, effort: int) -> Callable[[Any, Any], Any]:
    among = None if filtered.how == "none" else index.prepare(filtered.mask)

    def search(index: Any, queries: Any) -> Any:
        return index.search_with(queries, k=10, among=among, effort=effort)

    return search


def _made_ready(index: Any, filtered: Filter) -> float | None:
    """What making a filter ready takes, once; None where everything is allowed."""
    if filtered.how == "none":
        return None
    took = interleave({"": lambda _: index.prepare(filtered.mask)}, repeat=200, warmup=5)[""]
    return round(1e3 * took.p50, 1)


def _recall(given: DataSet, index: Any, filtered: Filter, truth: Any, effort: int) -> float:
    return ann_recall(_searching(index, filtered, effort)(index, given.queries).ids, truth)


def _points(
    given: DataSet, index: Any, filtered: Filter, truth: Any, efforts: Sequence[int]
) -> list[dict[str, Any]]:
    asked = [given.queries[q : q + 1] for q in range(len(given.queries))]
    searches = [_searching(index, filtered, effort) for effort in efforts]
    calls = [lambda q, search=search: search(index, asked[q]) for search in searches]
    return [
        {
            "effort": effort / 100,
            "recall@10": round(_recall(given, index, filtered, truth, effort), 4),
            "p50 us": took,
        }
        for effort, took in zip(efforts, _medians(len(asked), calls), strict=True)
    ]


def _medians(count: int, calls: Sequence[Callable[[int], object]]) -> list[float]:
    # The best of each call's rounds, for what else runs on the machine is no part of it.
    times = np.full((len(calls), count), np.inf)
    for _ in range(_ROUNDS):
        for row, call in zip(times, calls, strict=True):
            for at in range(count):
                start = time.perf_counter()
                call(at)
                row[at] = min(row[at], time.perf_counter() - start)
    return [round(1e6 * float(median), 1) for median in np.median(times, axis=1)]


def _spent(
    given: DataSet, index: Any, counted: Counted, filtered: Filter, effort: int
) -> dict[str, Any]:
    """Return what searches read, what reading that takes, and where their time goes."""
    search = _searching(index, filtered, effort)
    asked = [given.queries[q : q + 1] for q in range(len(given.queries))]
    plain = [search(index, query) for query in asked]
    for query, one in zip(asked, plain, strict=True):
        other = search(counted.index, query)
        if not (np.array_equal(one.ids, other.ids) and np.array_equal(one.scores, other.scores)):
            raise SystemExit("Searches that count found something else; their figures are void.")
    reads = [counted.read(lambda i, query=query: search(i, query)) for query in asked]  # type: ignore[misc]
    pieces = [_pieces(index, read) for read in reads]
    stages = [counted.times(lambda i, query=query: search(i, query)) for query in asked]  # type: ignore[misc]
    whole = np.median([sum(each.values()) for each in stages])
    shares = {stage: float(np.median([each[stage] for each in stages])) for stage in STAGES}
    took, memory, slow = _medians(
        len(asked),
        [
            lambda q: search(index, asked[q]),
            lambda q: touched(*pieces[q]),
            lambda q: search(counted.index, asked[q]),
        ],
    )
    return {
        "rows allowed": int(filtered.mask.sum()),
        "centres by codes": round(np.mean([read.centres for read in reads])),
        "rows by bits": round(np.mean([len(read.bits) + 16 * len(read.blocks) for read in reads])),
        "by codes": round(np.mean([len(read.codes) for read in reads])),
        "by float32": round(np.mean([len(read.floats) for read in reads])),
        "KB read": round(np.mean([sizes.sum() for _, sizes in pieces]) / 1e3),
        "memory us": memory,
        "of p50": round(memory / took, 2),
        **{f"{stage} %": round(100 * spent / whole) for stage, spent in shares.items()},
        "counted": round(slow / took, 2),
    }


def _pieces(index: Any, read: Read) -> tuple[Any, Any]:
    """Return address and size of each piece of memory that a search must read."""
    tables = index._tables
    parts = [
        (tables.list_blocks, np.arange(len(tables.list_blocks), dtype=np.int64)),
        (tables.records, read.bits),
        (tables.blocks, read.blocks),
        (tables.codes, read.codes),
        (tables.vectors, read.floats),
    ]
    places, sizes = [], []
    for table, rows in parts:
        places.append(table.__array_interface__["data"][0] + rows * table.strides[0])
        sizes.append(np.full(len(rows), table.strides[0], dtype=np.int64))
    return np.concatenate(places), np.concatenate(sizes)


def _memory(index: Any) -> list[dict[str, Any]]:
    """Return what reading rows takes, in order and at random, of each table."""
    out = []
    generator = np.random.default_rng(0)
    tables = index._tables
    for name, table in (
        ("bits", tables.records),
        ("blocks of bits", tables.blocks),
        ("8-bit codes", tables.codes),
        ("float32", tables.vectors),
    ):
        count, size = len(table), table.strides[0]
        base = table.__array_interface__["data"][0]
        for order, rows in (
            ("in order", np.arange(count, dtype=np.int64)),
            ("at random", generator.permutation(count)),
        ):
            places = np.ascontiguousarray(base + rows * size)
            sizes = np.full(count, size, dtype=np.int64)
            took = interleave({"": lambda _: touched(places, sizes)}, repeat=9)[""].p50 * 1e-3  # noqa: B023
            out.append(
                {
                    "rows of": name,
                    "read": order,
                    "bytes a row": size,
                    "table MB": round(count * size / 1e6),
                    "ns a row": round(1e9 * took / count, 1),
                    "GB/s": round(1e-9 * count * size / took, 1),
                }
            )
    return out


def _doubts(given: DataSet, index: Any, truth: Any) -> list[dict[str, Any]]:
    """Return recall and time, unfiltered, where more rows and lists get the benefit of doubt."""

    def searching(effort: int, sigmas: float) -> Callable[[Any], Any]:
        return lambda queries: index._run(queries, 10, None, reach=effort / 100, sigmas=sigmas)

    out = []
    for effort in EFFORTS[1:4]:
        ways = [searching(effort, sigmas) for sigmas in SIGMAS]
        calls = [lambda q, way=way: way(given.queries[q : q + 1]) for way in ways]
        row: dict[str, Any] = {"effort": effort / 100}
        for sigmas, way, spent in zip(
            SIGMAS, ways, _medians(len(given.queries), calls), strict=True
        ):
            recall = ann_recall(way(given.queries).ids, truth)
            row[f"{sigmas:g} sigmas"] = f"{recall:.3f}, {spent:.0f} us"
        out.append(row)
    return out


def _steps(given: DataSet, index: Any, counted: Counted, filtered: Filter) -> list[dict[str, Any]]:
    """Return what the steps of a narrow search take, the same query again and again."""
    from deepsearch.index import PlannedIndex

    planned = PlannedIndex(index.exact, index)
    mask = filtered.mask
    ready = planned.prepare(mask)
    query = given.queries[:1]
    peer = Numpy(given.rows, 1, ())

    def scan(index: Any) -> Any:
        return index.scan(query, k=10, among=ready)

    took = interleave(
        {
            "search, the filter made ready": lambda _: planned.search(query, k=10, allowed=ready),
            "of it: scoring, with entering compiled code": lambda _: scan(index),
            "search, given the mask": lambda _: planned.search(query, k=10, allowed=mask),
            "making the filter ready, once": lambda _: planned.prepare(mask),
            "numpy, given the numbers of the allowed rows": lambda _: peer.search(
                query, 10, 0, filtered
            ),
            "numpy finding those numbers": lambda _: np.flatnonzero(mask),
        },
        repeat=2_000,
        warmup=50,
    )
    stages = [counted.times(scan) for _ in range(200)]
    inside = {name: float(np.median([each[name] for each in stages])) for name in STAGES}
    out = [{"step": name, "us": round(1e3 * timing.p50, 1)} for name, timing in took.items()]
    meant = {
        "query": "the query",
        "mask": "the filter's bits",
        "codes": "8-bit codes",
        "float32": "float32",
    }
    inner = [{"step": f"of scoring: {meant[name]}", "us": round(inside[name], 1)} for name in meant]
    return out[:2] + inner + out[2:]


def _lines(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line a data set and filter, with a column an effort."""
    out: dict[tuple[Any, ...], dict[str, Any]] = {}
    for point in points:
        head = {name: point[name] for name in ("data", "filter", "allowed")}
        line = out.setdefault(tuple(head.values()), head)
        recall = f"{point['recall@10']:.3f}"
        line[f"{point['effort']:g}"] = f"{recall}, {point['p50 us']:.0f} us"
    return list(out.values())


def _further(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what more recall costs, a line a data set."""
    out = []
    for data, here in _grouped(points, lambda row: row["data"]).items():
        line: dict[str, Any] = {"data": data}
        curves = _grouped(here, lambda row: (row["filter"], row["allowed"])).values()
        for target in FURTHER:
            pairs = [
                (at_recall(c, "p50 us", target), at_recall(c, "p50 us", TARGET)) for c in curves
            ]
            ratios = [more / less for more, less in pairs if more and less]
            line[f"p50 at {target}, of that at {TARGET}"] = _spread(ratios)
        out.append(line)
    return out


def _where(profile: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return where the time goes, a line a data set and band; medians over its filters."""
    bands = _grouped(profile, lambda row: (row["data"], _band(row["allowed"])))
    shown = ["p50 us", "rows by bits", "by codes", "KB read", "memory us", "of p50"]
    return [
        {
            "data": data,
            "allowed": band,
            **{
                column: round(float(np.median([row[column] for row in rows])), 2)
                for column in (*shown, *(f"{stage} %" for stage in STAGES))
            },
        }
        for (data, band), rows in bands.items()
    ]


def _band(share: float) -> str:
    return "all" if share == 1 else "50 %" if share == 0.5 else "20 to 1 %"


def _spread(values: list[float]) -> str:
    return f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})" if values else ""


def _grouped(
    rows: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]
) -> dict[Any, list[dict[str, Any]]]:
    out: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        out.setdefault(key(row), []).append(row)
    return out


def _arguments() -> argparse.Namespace:
    taken = parser(__doc__, small="A, 20,000 rows, nothing kept")
    taken.add_argument("--rows", type=int, default=100_000)
    taken.add_argument("--dim", type=int, default=512)
    taken.add_argument("--queries", type=int, default=150)
    taken.add_argument("--data", nargs="+", default=list(KINDS), choices=KINDS)
    options = taken.parse_args()
    if options.small:
        options.rows, options.dim, options.queries = 20_000, 64, 30
        options.data = ["A"]
    return options


if __name__ == "__main__":
    main()
