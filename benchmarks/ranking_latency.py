"""How long do requirements, ranking and relaxation take, at 100,000 and a million listings?

Method: the 2,340 real listings are repeated until there are enough, each copy with its
prices, minimum orders, years and rates multiplied by its own random factor (log-normal,
sigma 0.5), so that no two rows are equal; their attributes become claims by a plain
number-and-unit pattern (voltage, power, weight, frequency) and as text (material), and
every tenth listing claims CE. Timed, one thread: requirements over all rows when a column
is first used ("first") and after ("then"), for every kind of requirement and for sets of 1, 3
and 6; `rank` of 100 and 200 candidates (k 10) whose relevance falls like reciprocal ranks;
the same with the explanation's sentences left out; `relax` over six requirements. Judging
only the same rows one by one in Python is the plain alternative, at a tenth of the rows.

Threats: copies of 2,340 listings repeat titles and attribute texts, which dictionary-encoded
texts profit from; real catalogues have more distinct texts (the cost is one comparison a
distinct value, kept afterwards). Run on two cores shared with other jobs, which wall times
show; "cpu ms", the mean processor time of a call, is the fairer figure. Retrieval and
hydration are not in here.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from benchmarks.common import (
    arguments,
    data_hash,
    interleave,
    pin_threads,
    print_table,
    shared_data,
    write_results,
)
from deepsearch.catalogue.claims import explode
from deepsearch.catalogue.columns import flatten
from deepsearch.catalogue.records import listings_to_table
from deepsearch.ranking import (
    Candidate,
    RequirementMatcher,
    judge,
    rank,
    relax,
)
from deepsearch.schema import (
    Claim,
    Explanation,
    Listing,
    Offer,
    Operator,
    ParsedQuery,
    PriceTier,
    Quantity,
    Requirement,
    Supplier,
)

TODAY = date(2026, 6, 1)
ORDER = Quantity(value=50, unit="piece")
VARIED = ("price.min", "price.max", "min_order_quantity.value", "supplier.years",
          "supplier.response_time_hours", "dispatch_days")  # fmt: skip
NEEDS = {
    "order quantity": Requirement(field="order_quantity", op=Operator.EQ, value=50.0, unit="piece"),
    "unit price": Requirement(field="unit_price", op=Operator.LE, value=40.0, unit="USD"),
    "supplier years": Requirement(field="supplier_years", op=Operator.GE, value=3.0, unit="year"),
    "certificate": Requirement(field="certification", op=Operator.EQ, value="CE"),
    "voltage": Requirement(field="voltage", op=Operator.EQ, value=220.0, unit="V"),
    "material": Requirement(field="material", op=Operator.EQ, value="stainless steel"),
    "attribute": Requirement(field="automation_grade", op=Operator.EQ, value="automatic"),
    "budget": Requirement(field="budget", op=Operator.LE, value=2000.0, unit="USD"),
    "lead time": Requirement(field="lead_time", op=Operator.LE, value=10.0, unit="day"),
    "verified": Requirement(field="supplier_verified", op=Operator.EQ, value=True),
}
SIX = [NEEDS[name] for name in ("order quantity", "unit price", "supplier years",
                                "certificate", "voltage", "material")]  # fmt: skip
_UNITS = {"V": "voltage", "W": "power", "kW": "power", "Hz": "frequency", "kg": "weight"}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(V|kW|W|Hz|kg)\b")


def claims_of(attributes: dict[str, str]) -> Iterator[Claim]:
    for name, text in attributes.items():
        source = f"attributes.{name}"
        if "material" in name.lower():
            yield Claim(dimension="material", value=text, source=source)
        for number, unit in _AMOUNT.findall(text):
            value = float(number) * (1000 if unit == "kW" else 1)
            yield Claim(dimension=_UNITS[unit], value=value,
                        unit="W" if unit == "kW" else unit, source=source)  # fmt: skip


def read_listings() -> list[Listing]:
    found = []
    path = shared_data() / "listings" / "catalog.jsonl"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        price = row.get("price") or {}
        least = row.get("min_order_quantity")
        supplier = row.get("supplier") or {}
        attributes = {k: str(v) for k, v in (row.get("attributes") or {}).items()}
        claims = tuple(claims_of(attributes))
        if number % 10 == 0:
            claims += (Claim(dimension="certification", value="CE"),)
        tiers = (PriceTier(low=price["min"], high=price["max"]),) if price else ()
        found.append(
            Listing(
                id=row["id"],
                title=row["title"],
                description=row.get("description"),
                attributes=attributes,
                claims=claims,
                offer=Offer(
                    currency=price.get("currency"),
                    price_unit=price.get("unit"),
                    price_tiers=tiers,
                    min_order_quantity=Quantity(**least) if least else None,
                    dispatch_days=row.get("dispatch_days"),
                ),
                supplier=Supplier(**supplier) if supplier.get("id") else None,
            )
        )
    return found


def grow(facts: pa.Table, claims: pa.Table, rows: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """Repeat the rows, their numbers varied."""
    rng = np.random.default_rng(seed)
    copies = -(-rows // len(facts))
    big = pa.concat_tables([facts] * copies).combine_chunks()
    for name in VARIED:
        factor = pa.array(rng.lognormal(0.0, 0.5, len(big)))
        values = pa.compute.multiply(big[name], factor)
        big = big.set_column(big.column_names.index(name), name, values)
    shifted = [
        claims.set_column(
            claims.column_names.index("row"),
            "row",
            pa.compute.add(claims["row"], pa.scalar(i * len(facts))),
        )
        for i in range(copies)
    ]
    return big, pa.concat_tables(shifted).combine_chunks()


def time_status(facts: pa.Table, claims: pa.Table, repeat: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    start = time.perf_counter()
    matcher = RequirementMatcher(facts, claims)
    rows.append({"work": "build the matcher", "first ms": _ms(start)})

    def add(name: str, call: Callable[[int], object]) -> None:
        start = time.perf_counter()
        call(0)
        first = _ms(start)
        timing = interleave({name: call}, repeat=repeat)[name]
        spent = cpu_ms(call, repeat)
        rows.append({"work": name, "first ms": first, "cpu ms": spent, **timing.row()})

    def allowed(needs: list[Requirement]) -> Callable[[int], object]:
        return lambda _: matcher.allowed(needs, order_quantity=ORDER, today=TODAY)

    def status(need: Requirement) -> Callable[[int], object]:
        return lambda _: matcher.status(need, order_quantity=ORDER, today=TODAY)

    for name, need in NEEDS.items():
        add(f"status: {name}", status(need))
    for n in (1, 3, 6):
        add(f"allowed: {n} requirements", allowed(SIX[:n]))
    relevant = np.random.default_rng(1).random(len(facts)) < 0.05
    add("relax: 6 requirements, all rows", lambda _: relax(
        matcher, SIX, order_quantity=ORDER, today=TODAY, unknown="exclude"))  # fmt: skip
    add("relax: 6 requirements, 5 % of rows", lambda _: relax(
        matcher, SIX, relevant, order_quantity=ORDER, today=TODAY, unknown="exclude"))  # fmt: skip
    return rows


def cpu_ms(call: Callable[[int], object], repeat: int) -> float:
    """Mean processor time of a call: what neighbours on the same cores disturb least."""
    start = time.process_time()
    for turn in range(repeat):
        call(turn)
    return float(f"{(time.process_time() - start) / repeat * 1000:.3g}")


def _ms(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)


def time_rank(listings: list[Listing], repeat: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(2)
    wishes = [replace(need, hard=False) for need in SIX]

    def drawn(n: int) -> list[list[Candidate]]:
        return [
            [
                Candidate(listing=listings[row], relevance=1 / (60 + place))
                for place, row in enumerate(rng.permutation(len(listings))[:n], start=1)
            ]
            for _ in range(8)
        ]

    def parsed(needs: list[Requirement]) -> ParsedQuery:
        return ParsedQuery(text="camera mount", language="en", product="camera mount",
                           requirements=tuple(needs))  # fmt: skip

    hundred, more = drawn(100), drawn(200)

    def call(sets: list[list[Candidate]], needs: list[Requirement]) -> Callable[[int], object]:
        query = parsed(needs)
        return lambda turn: rank(sets[turn % len(sets)], query, k=10, today=TODAY)

    def unexplained(turn: int) -> object:
        with patch("deepsearch.ranking.ranking.explain", lambda *_: Explanation()):
            return rank(hundred[turn % 8], parsed(wishes), k=10, today=TODAY)

    calls = {
        "rank 100, no requirement": call(hundred, []),
        "rank 100, 6 requirements": call(hundred, wishes),
        "rank 100, 6 requirements, no sentences of parts": unexplained,
        "rank 200, 6 requirements": call(more, wishes),
    }
    timings = interleave(calls, repeat=repeat)
    return [
        {"work": name, "cpu ms": cpu_ms(calls[name], repeat), **timing.row()}
        for name, timing in timings.items()
    ]


def time_one_by_one(listings: list[Listing], n: int) -> dict[str, object]:
    some = [listings[i % len(listings)] for i in range(n)]
    start = time.perf_counter()
    for item in some:
        for need in SIX:
            judge(need, item, order_quantity=ORDER, today=TODAY)
    return {"work": f"judge {n:,} listings one by one, 6 requirements", "first ms": _ms(start)}


def main() -> None:
    options = arguments(__doc__)
    pin_threads(1)
    listings = read_listings()
    table = listings_to_table(listings)
    facts = flatten(table.drop_columns(["media", "claims", "supplier_claims", "key",
                                        "content_hash", "text_hash"]))  # fmt: skip
    claims = explode(table.select(["claims", "supplier_claims"]))
    sizes = [5_000] if options.small else [100_000, 1_000_000]
    repeat = 5 if options.small else 7
    tables: dict[str, list[dict[str, object]]] = {}
    for size in sizes:
        grown = grow(facts, claims, size, options.seed)
        rows = time_status(*grown, repeat)
        if size == sizes[0]:
            rows.append(time_one_by_one(listings, size // 10))
        tables[f"rows_{size}"] = rows
        print_table(rows, title=f"{len(grown[0]):,} listings, {len(grown[1]):,} claims")
    tables["rank"] = time_rank(listings, repeat * 4)
    print_table(tables["rank"], title="ranking candidates")
    if not options.small or options.out:
        write_results(
            "ranking_latency",
            tables=tables,
            parameters={"sizes": sizes, "repeat": repeat, "k": 10},
            seed=options.seed,
            data={"catalog.jsonl": data_hash(shared_data() / "listings" / "catalog.jsonl")},
            out=options.out,
        )


if __name__ == "__main__":
    main()
