"""How long does a search take with 100,000 and 1,000,000 listings, and where does it go?

Method: listings made by varying the real ones (two words added to the title, price and
minimum order drawn around the real ones); their text vectors are the real ones with noise, so
that nothing has to be encoded. The judged queries are asked one at a time through
`SearchEngine`, after a warm-up, in three ways by turns: with requirements read and judged,
without, and with requirements nothing fulfils, so that relaxations are counted. Query vectors
are kept from the warm-up, so the text encoder is not in it. Milliseconds of one core's time
("cpu") and of the clock, in all and by stage; the memory held when all was asked; steps of
building and opening, once. Each size is built in one process and searched in another, so that
the memory is the search's.

`--folder` keeps what was built for the next run; `--listings` chooses the sizes.

Threats: varied copies are more alike than real listings, which makes folding busier and
neighbours closer; vectors with noise are not vectors of the varied words; sixteen queries,
asked again and again, leave the listings they find in memory: "cpu first" is their first time,
when listings are read from disk and columns turned into arrays. On cores shared with other
jobs the clock shows their work too; one core's time is the fairer figure, and still grows when
caches are shared.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.common import Row, data_hash, print_table, shared_data, write_results
from deepsearch.catalogue import Catalogue, ingest
from deepsearch.catalogue.records import listings_to_table
from deepsearch.encoders import load_suite
from deepsearch.engine import SearchEngine, SearchOptions
from deepsearch.engine.encoding import encode_pending
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import Modality, Operator, Query, Requirement, Role
from deepsearch.understanding import extract_claims

NOISE = 0.35
"""Length of the noise beside a unit vector: copies stay near their original, not upon it."""
CHUNK = 50_000
"""Listings made, and vectors stored, at once."""
SIZES = (100_000, 1_000_000)
ROUNDS = 5
IMPOSSIBLE = (
    Requirement(field="supplier_years", op=Operator.GE, value=400.0, unit="year", hard=True),
    Requirement(field="rating", op=Operator.GE, value=4.9, hard=True),
)
"""Wanted on top of what a query says, to be relaxed."""
WAYS: dict[str, tuple[SearchOptions, bool]] = {
    "with requirements and ranking": (SearchOptions(), False),
    "without requirements": (SearchOptions(requirements=False), False),
    "too few hits: relaxations counted": (SearchOptions(unknown="exclude"), True),
}
STAGES = ("understand", "filter", "retrieve", "rank", "relax")


def varied(real: pa.Table, count: int, rng: np.random.Generator) -> Iterator[pa.Table]:
    """Copies of listings with other words, prices and minimum orders, in chunks.

    Prices become one tier, as far around the real one as it was wide.
    """
    words = sorted({word for title in real["title"].to_pylist() for word in title.split()})
    for first in range(0, count, CHUNK):
        numbers = np.arange(first, min(first + CHUNK, count))
        table = real.take(numbers % len(real)).combine_chunks()
        added = [pa.array(rng.choice(words, len(numbers)), pa.string()) for _ in range(2)]
        price, least = (table[name].chunk(0) for name in ("price", "min_order_quantity"))
        factor = pa.array(rng.uniform(0.5, 2.0, len(numbers)))
        low, high = (pc.multiply(price.field(name), factor) for name in ("min", "max"))
        amount = pc.multiply(least.field("value"), pa.array(rng.uniform(0.3, 3, len(numbers))))
        changed = {
            "id": pc.binary_join_element_wise(
                table["id"], pa.array(numbers.astype(str), pa.string()), "~"
            ),
            "title": pc.binary_join_element_wise(table["title"], *added, " "),
            "price": _with_fields(price, min=low, max=high),
            "price_tiers": _single_tiers(low, high, table.schema.field("price_tiers").type),
            "min_order_quantity": _with_fields(
                least, value=pc.max_element_wise(pc.round(amount), 1.0, skip_nulls=False)
            ),
        }
        for name, column in changed.items():
            table = table.set_column(table.schema.get_field_index(name), name, column)
        yield table


def _with_fields(struct: pa.StructArray, **changed: pa.Array) -> pa.StructArray:
    """A struct array with some of its fields replaced."""
    names = [struct.type.field(i).name for i in range(struct.type.num_fields)]
    fields = [changed.get(name, struct.field(name)) for name in names]
    return pa.StructArray.from_arrays(fields, names, mask=struct.is_null())


def _single_tiers(low: pa.Array, high: pa.Array, kind: pa.DataType) -> pa.ListArray:
    """Price ladders of one step each; none where there is no price."""
    known = pc.and_(low.is_valid(), high.is_valid())
    offsets = np.concatenate(([0], np.cumsum(known.to_numpy(zero_copy_only=False))))
    step = kind.value_type
    given = {"low": low.filter(known), "high": high.filter(known)}
    fields = [
        given.get(step.field(i).name, pa.nulls(int(offsets[-1]), step.field(i).type))
        for i in range(step.num_fields)
    ]
    values = pa.StructArray.from_arrays(fields, fields=list(step))
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), values, mask=pc.invert(known)
    ).cast(kind)


def build(folder: Path, source: Path, count: int, seed: int) -> dict[str, float]:
    """Make the catalogue; returns seconds by step, which are kept beside it."""
    rng = np.random.default_rng(seed)
    suite = load_suite("mini")
    real = Catalogue.create(folder / "real")
    ingest(
        real,
        source,
        enrich=lambda listing: replace(listing, claims=extract_claims(listing)),
    )
    encode_pending(real, suite)
    originals = listings_to_table(real.listings(range(len(real))))
    engine = SearchEngine.create(folder / "many")
    start = time.perf_counter()
    engine.catalogue.merge(varied(originals, count, rng), operation="upsert", distinct=True)
    seconds = {"upsert": time.perf_counter() - start}
    start = time.perf_counter()
    for space in suite.spaces[Modality.TEXT]:
        table = real.vectors(space, Modality.TEXT)
        of_row = np.empty((len(real), space.dim), dtype=np.float32)
        of_row[table.rows] = table.vectors
        rows = real.rows([i.rpartition("~")[0] for i in engine.catalogue.listing_ids])
        pending = engine.catalogue.pending(space, Modality.TEXT)
        for first in range(0, len(pending), CHUNK):
            items = pending[first : first + CHUNK]
            base = of_row[rows[[item.row for item in items]]]
            noise = rng.standard_normal(base.shape, dtype=np.float32)
            noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
            base += noise
            base /= np.linalg.norm(base, axis=1, keepdims=True)
            hashes = [item.content_hash for item in items]
            engine.catalogue.put_vectors(space, Modality.TEXT, hashes, base)
    seconds["put vectors"] = time.perf_counter() - start
    start = time.perf_counter()
    _ = SearchEngine.open(folder / "many").snapshot
    seconds["build indexes"] = time.perf_counter() - start
    (folder / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")
    return seconds


class Remembered:
    """A suite that encodes each query once."""

    def __init__(self, suite: EncoderSuite) -> None:
        """Wrap a suite."""
        self._suite = suite
        self._known: dict[tuple[Role, tuple[str, ...]], Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Leave all else to the suite."""
        return getattr(self._suite, name)

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Any:
        """Encode texts not asked for before."""
        key = (role, tuple(texts))
        if key not in self._known:
            self._known[key] = self._suite.encode_texts(texts, role=role)
        return self._known[key]


def measure(folder: Path, queries: list[Query], rounds: int) -> tuple[list[Row], float]:
    """Ask every query in every way; returns a row a way, and seconds to open."""
    start = time.perf_counter()
    opened = SearchEngine.open(folder / "many")
    engine = SearchEngine(opened.catalogue, Remembered(opened.suite))
    _ = engine.snapshot
    seconds = time.perf_counter() - start
    timings: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    first: dict[str, list[float]] = {name: [] for name in WAYS}
    for turn in range(-1, rounds):
        for name, (how, impossible) in WAYS.items():
            for query in queries:
                asked = replace(query, requirements=IMPOSSIBLE) if impossible else query
                began = time.thread_time()
                taken = dict(engine.search(asked, options=how).timings_ms)
                taken["cpu"] = (time.thread_time() - began) * 1000
                if turn >= 0:
                    timings[name].append(taken)
                else:
                    first[name].append(taken["cpu"])
    held = resident_mb()
    rows: list[Row] = []
    for name, found in timings.items():
        row: dict[str, Any] = {"listings": len(engine.catalogue), "searches": name}
        for stage in ("cpu", "total"):
            values = [timing[stage] for timing in found]
            shown = {"cpu": "cpu", "total": "clock"}[stage]
            row[f"{shown} p50"], row[f"{shown} p95"] = _percentiles(values)
        row["cpu first p50"] = _percentiles(first[name])[0]
        for stage in STAGES:
            row[f"{stage} p50"] = _percentiles([timing.get(stage, 0.0) for timing in found])[0]
        row["GB held"] = round(held / 1000, 2)
        rows.append(row)
    return rows, seconds


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(values, [50, 95])
    return round(float(p50), 1), round(float(p95), 1)


def resident_mb() -> float:
    """Memory this process holds now, memory-mapped files' pages included, in MB (10^6)."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return float("nan")
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def apart(task: Callable[..., Any], *values: object) -> Any:
    """Call a function in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(task, *values).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="little data, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None, help="write the results here")
    parser.add_argument("--listings", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--folder", type=Path, default=None, help="keep what is built here")
    options = parser.parse_args()
    data = shared_data()
    source = data / "listings" / "catalog.jsonl"
    text = (data / "relevance" / "queries_dev.jsonl").read_text(encoding="utf-8")
    queries = [Query(text=json.loads(line)["text"]) for line in text.splitlines()]
    sizes = [5_000] if options.small else options.listings
    rows: list[Row] = []
    steps: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for count in sizes:
            folder = (options.folder or Path(scratch)) / str(count)
            if not (folder / "seconds.json").is_file():
                apart(build, folder, source, count, options.seed)
            seconds = json.loads((folder / "seconds.json").read_text(encoding="utf-8"))
            found, seconds["open"] = apart(measure, folder, queries, 1 if options.small else ROUNDS)
            rows += found
            steps.append({"listings": count} | {k: round(v, 1) for k, v in seconds.items()})
    print_table(rows)
    print_table(steps)
    write_results(
        "search_latency",
        tables={"main": rows, "steps": steps},
        parameters={"listings": sizes, "queries": len(queries), "noise": NOISE, "rounds": ROUNDS},
        data={"catalog.jsonl": data_hash(source)},
        seed=options.seed,
        out=options.out,
    )


if __name__ == "__main__":
    main()
