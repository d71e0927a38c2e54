"""Question: how long until a large catalogue can be filtered, and its hits shown whole?

Method: n invented listings (those of `benchmarks.ingest`) in a deepsearch catalogue, and the
same JSON in SQLite, DuckDB and LanceDB. "open": from nothing to a usable handle. "facts":
every filter column of every listing in memory as Arrow, `Catalogue.facts`; peers: the same
columns (price, minimum order, supplier fields) as Arrow where the engine gives it. "hydrate
100": 100 random listings as records, `Catalogue.listings`; peers: the rows by id, as Python
values. "upsert 1 %" is in `benchmarks.ingest`. Files are in the page cache (each is read
once before). Medians of the rounds, candidates taking turns.

Threats: peers return plain values, not records with a supplier, an offer and claims; SQLite
and DuckDB hold nested values as JSON text or structs. A cold disk is not measured. Ours maps
a derived copy of the facts; the first read after a change, which makes that copy, is the
warm-up here and not in the figures.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import arguments, interleave, print_table, write_results
from benchmarks.ingest import duckdb as load_duckdb
from benchmarks.ingest import lancedb as load_lancedb
from benchmarks.ingest import sqlite as load_sqlite
from benchmarks.ingest import write_jsonl
from deepsearch.catalogue import Catalogue, ingest

Work = dict[str, Callable[[int], object]]


def sqlite_work(store: Path, picks: list[list[int]]) -> dict[str, Callable[[int], object]]:
    import sqlite3

    load = sqlite3.connect(store)

    def hydrate(turn: int) -> object:
        ids = [f"id{row}" for row in picks[turn % len(picks)]]
        marks = ",".join("?" * len(ids))
        return load.execute(f"SELECT * FROM t WHERE id IN ({marks})", ids).fetchall()

    return {
        "open": lambda _: sqlite3.connect(store).execute("SELECT count(*) FROM t").fetchone(),
        "hydrate 100": hydrate,
    }


def duckdb_work(store: Path, picks: list[list[int]]) -> dict[str, Callable[[int], object]]:
    import duckdb

    db = duckdb.connect(str(store), read_only=True)

    def hydrate(turn: int) -> object:
        ids = [f"id{row}" for row in picks[turn % len(picks)]]
        return db.execute("SELECT * FROM t WHERE id IN (SELECT unnest(?))", [ids]).fetchall()

    facts = "SELECT id, title, price, min_order_quantity, supplier FROM t"
    return {
        "open": lambda _: duckdb.connect(str(store), read_only=True).execute("SELECT 1"),
        "facts": lambda _: db.sql(facts).to_arrow_table(),
        "hydrate 100": hydrate,
    }


def lancedb_work(store: Path, picks: list[list[int]]) -> dict[str, Callable[[int], object]]:
    import lancedb

    table = lancedb.connect(str(store)).open_table("t").to_lance()
    facts = ["id", "title", "price", "min_order_quantity", "supplier"]
    return {
        "open": lambda _: lancedb.connect(str(store)).open_table("t").count_rows(),
        "facts": lambda _: table.to_table(columns=facts),
        "hydrate 100": lambda turn: table.take(sorted(picks[turn % len(picks)])).to_pylist(),
    }


def our_work(store: Path, picks: list[list[int]]) -> dict[str, Callable[[int], object]]:
    catalogue = Catalogue.open(store)
    catalogue.listings(picks[0])

    def facts(_: int) -> object:
        return Catalogue.open(store).facts

    return {
        "open": lambda _: len(Catalogue.open(store)),
        "facts": facts,
        "hydrate 100": lambda turn: catalogue.listings(picks[turn % len(picks)]),
    }


def main() -> None:
    options = arguments(__doc__)
    size = 3_000 if options.small else 1_000_000
    chance = np.random.default_rng(options.seed)
    picks = [chance.choice(size, 100, replace=False).tolist() for _ in range(50)]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        source = base / "a.jsonl"
        write_jsonl(source, base / "b.jsonl", size, options.seed)
        started = time.perf_counter()
        ingest(Catalogue.create(base / "ours"), source)
        print(f"{size:,} listings ingested in {time.perf_counter() - started:.1f} s")
        engines: dict[str, Work] = {"deepsearch": our_work(base / "ours", picks)}
        load_sqlite(source, base / "sqlite")
        engines["SQLite"] = sqlite_work(base / "sqlite", picks)
        if importlib.util.find_spec("duckdb"):
            load_duckdb(source, base / "duckdb")
            engines["DuckDB"] = duckdb_work(base / "duckdb", picks)
        if importlib.util.find_spec("lancedb"):
            load_lancedb(source, base / "lancedb")
            engines["LanceDB"] = lancedb_work(base / "lancedb", picks)
        for what, repeat in (("open", 9), ("facts", 3), ("hydrate 100", 50)):
            calls = {name: work[what] for name, work in engines.items() if what in work}
            for name, timing in interleave(calls, repeat=repeat, warmup=1).items():
                rows.append({"what": what, "engine": name, **timing.row()})
    print_table(rows)
    if not options.small:
        write_results(
            "open_and_hydrate",
            tables={"main": rows},
            parameters={"listings": size},
            seed=options.seed,
            packages=["pylance", "duckdb", "lancedb"],
            out=options.out,
        )


if __name__ == "__main__":
    main()
