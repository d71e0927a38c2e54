"""How long from a filter to the mask of allowed rows, at a million listings?

Method: a table of facts of made-up listings with the shapes of real ones (log-normal prices,
lists of certificates, facts of 20,000 suppliers repeated on their listings, missing values),
and filters of three predicates: a range, membership in a list column, a fact of the
supplier. Ours is timed with nothing kept (`cache_bytes=0`), with one predicate new and two
kept from before, and with the whole filter kept. Peers give the same mask from the same
flat table in memory (lance: on disk, its page cache warm), in the same process, turn by turn;
every answer is checked to be equal. Threads: as many as the machine has for all, ours uses one.

Threats: made-up columns; peers are general engines that answer far more than masks, and are
not given indexes (lance and duckdb can have some). Ours keeps columns in memory in its own
form: the time to make it and its size are shown.

Needs the extra `bench` for the peers; those not installed are left out, saying so.
"""

from __future__ import annotations

import importlib.util
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.common import (
    arguments,
    interleave,
    print_table,
    write_results,
)
from deepsearch.filters import Filter, FilterEngine, parse_filter
from deepsearch.schema import BoolArray

COUNTRIES = ["CN", "IN", "DE", "VN", "TR", "US", "IT", "KR"]
CERTIFICATES = [f"ISO {n}" for n in (9001, 13485, 14001, 22000, 45001)] + [
    *("CE", "UL", "FDA", "RoHS", "REACH", "FCC", "GOTS", "BSCI", "IATF 16949", "LFGB")
]

RANGE_LIST_SUPPLIER = "range, list, supplier"
RANGE_SET_BOOL = "range, membership, bool"

# What is asked of ours and of SQL engines; {0} differs from turn to turn.
OURS = {
    RANGE_LIST_SUPPLIER: (
        'price.min between {0} and 50 and certifications contains "CE" and supplier.years >= 5'
    ),
    RANGE_SET_BOOL: "price.min <= {0} and supplier.country in (IN, VN) and supplier.verified",
}
SQL = {
    RANGE_LIST_SUPPLIER: ("`price.min` BETWEEN {0} AND 50 AND HAS_CE AND `supplier.years` >= 5"),
    RANGE_SET_BOOL: (
        "`price.min` <= {0} AND `supplier.country` IN ('IN', 'VN') AND `supplier.verified`"
    ),
}


def make_facts(rows: int, seed: int) -> pa.Table:
    """Facts of made-up listings."""
    rng = np.random.default_rng(seed)
    suppliers = max(rows // 50, 1)
    of = rng.integers(0, suppliers, rows)

    def missing(values: np.ndarray, share: float) -> pa.Array:
        return pa.array(values, mask=rng.random(len(values)) < share)

    counts = np.where(rng.random(rows) < 0.3, 0, rng.integers(1, 5, rows))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    picks = rng.choice(len(CERTIFICATES), offsets[-1], p=_falling(len(CERTIFICATES)))
    certificates = pa.ListArray.from_arrays(
        pa.array(offsets), pa.array(np.array(CERTIFICATES)[picks])
    )
    facts = {
        "id": pa.array([f"listing-{n}" for n in range(rows)]),
        "price.min": missing(rng.lognormal(2.5, 1.5, rows).round(2), 0.1),
        "certifications": certificates,
    }
    of_suppliers = {
        "supplier.years": missing(rng.integers(1, 31, suppliers).astype(np.float64), 0.1),
        "supplier.country": missing(np.array(COUNTRIES)[rng.integers(0, 8, suppliers)], 0.05),
        "supplier.verified": missing(rng.random(suppliers) < 0.4, 0.5),
    }
    indices = pa.array(of)
    return pa.table(facts | {name: column.take(indices) for name, column in of_suppliers.items()})


def _falling(n: int) -> np.ndarray:
    weights: np.ndarray = 1 / np.arange(1, n + 1)
    return np.asarray(weights / weights.sum())


Peer = Callable[[str, float], BoolArray]
"""Takes a question and its varying bound; returns the mask."""


def duckdb_peer(facts: pa.Table, _: Path) -> Peer:
    """duckdb, on its own table in memory."""
    import duckdb

    connection = duckdb.connect()
    connection.register("source", facts)
    connection.execute("CREATE TABLE facts AS SELECT * FROM source")

    def mask(question: str, bound: float) -> BoolArray:
        where = SQL[question].format(bound).replace("`", '"')
        where = where.replace("HAS_CE", "list_contains(certifications, 'CE')")
        columns = connection.execute(f"SELECT coalesce({where}, false) m FROM facts").fetchnumpy()
        return np.asarray(columns["m"], dtype=np.bool_)

    return mask


def polars_peer(facts: pa.Table, _: Path) -> Peer:
    """polars, on a frame in memory; expressions, because its SQL knows no list membership."""
    import polars
    from polars import col

    frame = polars.from_arrow(facts)

    def mask(question: str, bound: float) -> BoolArray:
        if question == RANGE_LIST_SUPPLIER:
            where = (
                col("price.min").is_between(bound, 50)
                & col("certifications").list.contains("CE")
                & (col("supplier.years") >= 5)
            )
        else:
            where = (
                (col("price.min") <= bound)
                & col("supplier.country").is_in(["IN", "VN"])
                & col("supplier.verified")
            )
        answer: BoolArray = frame.select(where.fill_null(value=False)).to_series().to_numpy()
        return answer

    return mask


def lance_peer(facts: pa.Table, folder: Path) -> Peer:
    """lance, scanning its table on disk for the rows that pass."""
    import lance

    # It reads a dot in a name as a step into a struct.
    flat = facts.rename_columns([name.replace(".", "_") for name in facts.column_names])
    lance.write_dataset(flat, folder / "facts.lance")
    table = lance.dataset(folder / "facts.lance")

    def mask(question: str, bound: float) -> BoolArray:
        where = re.sub("`(.*?)`", lambda name: name[1].replace(".", "_"), SQL[question])
        where = where.format(bound).replace("HAS_CE", "array_has(certifications, 'CE')")
        rows = table.scanner(columns=[], filter=where, with_row_id=True).to_table()["_rowid"]
        answer = np.zeros(facts.num_rows, dtype=np.bool_)
        answer[rows.to_numpy()] = True
        return answer

    return mask


PEERS = {"duckdb": duckdb_peer, "polars": polars_peer, "lance": lance_peer}


def measure(
    facts: pa.Table, question: str, found: dict[str, Peer], *, repeat: int
) -> list[dict[str, object]]:
    """Time one question; check that all give the same mask."""
    text = OURS[question]
    plain, keeping = FilterEngine(facts, cache_bytes=0), FilterEngine(facts)
    bounds = [round(1 + turn / 100, 2) for turn in range(repeat)]

    def asked(turn: int) -> Filter:
        return parse_filter(text.format(bounds[turn]))

    start = time.perf_counter()
    plain.mask(asked(0))
    first = (time.perf_counter() - start) * 1000
    fixed = parse_filter(text.format(7))
    for name, peer in found.items():
        if not np.array_equal(peer(question, 7), plain.mask(fixed)):
            raise AssertionError(f"{name} and deepsearch disagree on: {question}")
    calls: dict[str, Callable[[int], object]] = {
        "deepsearch, nothing kept": lambda turn: plain.mask(asked(turn)),
        "deepsearch, one predicate new": lambda turn: keeping.mask(asked(turn)),
        "deepsearch, filter kept": lambda _: keeping.mask(fixed),
    }
    for name, peer in found.items():
        calls[name] = lambda turn, peer=peer: peer(question, bounds[turn])  # type: ignore[misc]
    timings = interleave(calls, repeat=repeat)
    base = timings["deepsearch, nothing kept"].p50
    share = float(plain.mask(fixed).mean())
    return [
        {
            "filter": question,
            "engine": name,
            **timing.row(),
            "times ours": timing.p50 / base,
            "first call ms": first if name == "deepsearch, nothing kept" else None,
            "allowed %": 100 * share,
        }
        for name, timing in timings.items()
    ]


def main() -> None:
    options = arguments(__doc__)
    rows = 20_000 if options.small else 1_000_000
    repeat = 5 if options.small else 40
    facts = make_facts(rows, options.seed)
    table: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, Peer] = {}
        for name, make in PEERS.items():
            if importlib.util.find_spec(name) is None:
                print(f"{name} is not installed and left out.")
            else:
                found[name] = make(facts, Path(folder))
        for question in OURS:
            table += measure(facts, question, found, repeat=repeat)
    print_table(table)
    if options.small and options.out is None:
        return
    write_results(
        "filter_masks",
        tables={"main": table},
        parameters={"rows": rows, "repeat": repeat, "ours": OURS, "sql": SQL},
        seed=options.seed,
        data={"facts": "made up; see make_facts"},
        packages=["duckdb", "polars", "pylance"],
        out=options.out,
    )


if __name__ == "__main__":
    main()
