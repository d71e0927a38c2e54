"""Question: how fast do product files become a checked, typed, versioned catalogue?

Method: invented listings (title and description of words drawn at random, price, minimum
order, attributes, one of n/20 suppliers) written as JSON lines in the catalogue's own form
and as a CSV of cells such as "$2.10-4.20" and "100 pieces". Each run is a process of its
own, so that its peak memory is its own; wall time from opening the source to the durable
commit. Then 1 % of the rows is changed and the JSON lines are ingested as an upsert of that
1 %. Peers load the same JSON lines into a table with the same columns: SQLite (standard
library's json, executemany, one transaction, primary key on id), DuckDB (read_json with
stated columns, primary key), LanceDB (json, Arrow batches, merge_insert for the upsert).

Two sizes tell whether memory grows with the rows. "load" is the system's load average during
the run: on two cores more than 2 means that other programs took part of them, and only "CPU s"
can be compared then.

Threats: the peers do less: no rejects, no check of values or duplicate ids within the file
other than by the key, no content hashes, no text for embedding; DuckDB reads with all cores.
Synthetic rows are regular: few distinct prices make the CSV's cell cache look good.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.common import arguments, print_table, write_results

VOCABULARY = (
    "pump valve gear motor steel iron oil water industrial automatic machine camera strap "
    "housing aluminium cnc part custom electric battery cable connector sensor module"
)
WORDS = VOCABULARY.split()
COLUMNS = {
    "id": "VARCHAR",
    "source": "VARCHAR",
    "title": "VARCHAR",
    "description": "VARCHAR",
    "category": "VARCHAR",
    "price": "STRUCT(min DOUBLE, max DOUBLE, currency VARCHAR)",
    "min_order_quantity": "STRUCT(value DOUBLE, unit VARCHAR)",
    "url": "VARCHAR",
    "attributes": "MAP(VARCHAR, VARCHAR)",
    "supplier": "STRUCT(id VARCHAR, name VARCHAR, country VARCHAR, years DOUBLE, "
    "reorder_rate DOUBLE, response_time_hours DOUBLE)",
}


def records(count: int, seed: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(seed)
    for number in range(count):
        low = round(chance.lognormvariate(2, 1), 2)
        supplier = chance.randrange(count // 20 + 1)
        yield {
            "id": f"id{number}",
            "source": "invented",
            "title": " ".join(chance.choices(WORDS, k=8)),
            "description": " ".join(chance.choices(WORDS, k=25)),
            "category": chance.choice(WORDS),
            "price": {"min": low, "max": 2 * low, "currency": "USD"},
            "min_order_quantity": {"value": float(chance.choice((1, 100, 500))), "unit": "piece"},
            "url": f"https://x.example/p/{number}",
            "attributes": {"Material": chance.choice(("steel", "iron")), "Voltage": "220 V"},
            "supplier": {
                "id": f"s{supplier}",
                "name": f"Supplier {supplier}",
                "country": "CN",
                "years": float(supplier % 20),
                "reorder_rate": 0.2,
                "response_time_hours": 2.0,
            },
        }


def write_jsonl(path: Path, change: Path, count: int, seed: int) -> None:
    """Write the listings, and 1 % of them again with another description."""
    with path.open("w", encoding="utf-8") as out, change.open("w", encoding="utf-8") as again:
        for number, record in enumerate(records(count, seed)):
            out.write(json.dumps(record) + "\n")
            if number % 100 == 7:
                again.write(json.dumps({**record, "description": "changed"}) + "\n")


def write_csv(path: Path, count: int, seed: int) -> None:
    names = ["product_id", "product_name", "price", "moq", "supplier_name", "country",
             "description", "category", "url", "Material", "Voltage"]  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        for r in records(count, seed):
            writer.writerow(
                [r["id"], r["title"], f"${r['price']['min']}-{r['price']['max']:.2f}",
                 f"{r['min_order_quantity']['value']:g} pieces", r["supplier"]["name"], "China",
                 r["description"], r["category"], r["url"], r["attributes"]["Material"],
                 r["attributes"]["Voltage"]]
            )  # fmt: skip


# ---------------------------------------------------------------- what is measured, each in a child


def ours(source: Path, store: Path) -> None:
    from deepsearch.catalogue import Catalogue, ingest

    report = ingest(Catalogue.open_or_create(store), source)
    assert report.rejected == 0, report.rejects[:3]


def sqlite(source: Path, store: Path) -> None:
    import sqlite3

    def rows() -> Iterator[list[Any]]:
        with source.open("rb") as lines:
            for line in lines:
                record = json.loads(line)
                yield [
                    json.dumps(value) if isinstance(value, dict) else value
                    for value in (record[name] for name in COLUMNS)
                ]

    with sqlite3.connect(store) as db:
        db.execute("CREATE TABLE IF NOT EXISTS t (id TEXT PRIMARY KEY, source, title, description, "
                   "category, price, min_order_quantity, url, attributes, supplier)")  # fmt: skip
        db.executemany(f"INSERT OR REPLACE INTO t VALUES ({','.join('?' * len(COLUMNS))})", rows())
    db.close()


def duckdb(source: Path, store: Path) -> None:
    import duckdb as engine

    db = engine.connect(str(store))
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    db.execute(f"CREATE TABLE IF NOT EXISTS t ({columns}, PRIMARY KEY (id))")
    spec = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items()) + "}"
    db.execute(f"INSERT OR REPLACE INTO t SELECT * FROM read_json('{source}', columns={spec}, "
               "format='newline_delimited')")  # fmt: skip
    db.execute("CHECKPOINT")
    db.close()


def lancedb(source: Path, store: Path) -> None:
    import lancedb as engine
    import pyarrow as pa

    def batches() -> Iterator[pa.RecordBatch]:
        with source.open("rb") as lines:
            block: list[dict[str, Any]] = []
            for line in lines:
                record = json.loads(line)
                record["attributes"] = json.dumps(record["attributes"])
                block.append(record)
                if len(block) == 8192:
                    yield pa.RecordBatch.from_pylist(block)
                    block = []
            if block:
                yield pa.RecordBatch.from_pylist(block)

    db = engine.connect(str(store))
    stream = batches()
    first = next(stream)

    def everything() -> Iterator[pa.RecordBatch]:
        yield first
        yield from stream

    reader = pa.RecordBatchReader.from_batches(first.schema, everything())
    if "t" in db.table_names():
        table = db.open_table("t")
        merge = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        merge.execute(reader.read_all())
    else:
        db.create_table("t", reader)


IMPORTS = {
    "deepsearch": ("deepsearch.catalogue", "lance"),
    "SQLite": ("sqlite3",),
    "DuckDB": ("duckdb",),
    "LanceDB": ("lancedb", "pyarrow"),
}
ENGINES: dict[str, Callable[[Path, Path], None]] = {
    "deepsearch": ours,
    "SQLite": sqlite,
    "DuckDB": duckdb,
    "LanceDB": lancedb,
}


def child(engine: str, source: str, store: str) -> None:
    for module in IMPORTS[engine]:  # not part of the work
        importlib.import_module(module)
    started = time.perf_counter()
    processor = time.process_time()
    ENGINES[engine](Path(source), Path(store))
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "cpu": time.process_time() - processor,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def measured(engine: str, source: Path, store: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest", "--child", engine, str(source), str(store)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def row(engine: str, what: str, count: int, got: dict[str, float]) -> dict[str, Any]:
    return {
        "engine": engine,
        "what": what,
        "rows": count,
        "seconds": round(got["seconds"], 2),
        "rows/s": round(count / got["seconds"]),
        "CPU s": round(got["cpu"], 2),
        "peak MB": round(got["mb"]),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    options = arguments(__doc__)
    sizes = [5_000] if options.small else [200_000, 1_000_000]
    modules = {"DuckDB": "duckdb", "LanceDB": "lancedb"}
    peers = [e for e in ENGINES if importlib.util.find_spec(modules.get(e, "sqlite3"))]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        # set, it keeps the written files from one run to the next
        kept = Path(os.environ.get("DEEPSEARCH_BENCH_DATA", folder))
        for size in sizes:
            source, change, table = (
                kept / f"{size}.{options.seed}.{kind}" for kind in ("jsonl", "changed.jsonl", "csv")
            )
            if not table.exists():
                write_jsonl(source, change, size, options.seed)
                write_csv(table, size, options.seed)
            # the peers' figures grow in proportion: the smaller size is enough for them
            for engine in peers if size == sizes[0] else ["deepsearch"]:
                store = base / f"{engine}{size}"
                rows.append(row(engine, "jsonl", size, measured(engine, source, store)))
                got = measured(engine, change, store)
                rows.append(row(engine, "upsert of 1 %", size // 100, got))
            got = measured("deepsearch", table, base / f"csv{size}")
            rows.append(row("deepsearch", "csv, detected mapping", size, got))
    absent = [engine for engine in ENGINES if engine not in peers]
    print_table(rows)
    if absent:
        print(f"Not installed, left out: {', '.join(absent)}.")
    if not options.small:
        write_results(
            "ingest",
            tables={"main": rows},
            parameters={"sizes": sizes},
            seed=options.seed,
            packages=["pylance", "duckdb", "lancedb"],
            out=options.out,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:5])
    else:
        main()
