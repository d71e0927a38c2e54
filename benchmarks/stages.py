"""What does each stage of a search add: fusion, requirements, ranking?

Method: the judged queries and listings of `benchmarks.relevance`, through `SearchEngine` as a
user calls it, with stages switched off one by one. Two readings of the judgements: "product"
takes the grades as they are (is it the right product?), "strict" gives grade 0 to what fails
the query's own filter or does not state it (is it what was asked for?). nDCG@10 with linear
gain and R@50, means over queries; paired 95 % bootstrap against the full engine.
"In the filter" is the share of the first ten that satisfies the query's filter, over the
queries that have one.

Threats: as `benchmarks.relevance`: few queries, and they were looked at while building.
"""

from __future__ import annotations

import json
import operator
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import (
    arguments,
    data_hash,
    print_table,
    shared_data,
    write_results,
)
from deepsearch.engine import FusionConfig, SearchEngine, SearchOptions
from deepsearch.evaluation import Qrels, evaluate, paired_bootstrap, read_qrels
from deepsearch.schema import Query

FULL = "everything"
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "in": lambda value, wanted: value in wanted,
}


def configurations() -> dict[str, SearchOptions]:
    """The full engine, and what is left when a stage is off."""
    full = SearchOptions(k=50)
    return {
        FULL: full,
        "without requirements": replace(full, requirements=False),
        "unknown excluded": replace(full, unknown="exclude"),
        "fused by ranks (rrf)": replace(full, fusion=FusionConfig(method="rrf")),
        "without words": replace(full, fusion=FusionConfig(words_weight=1e-9)),
        "lowest risk": replace(full, profile="lowest risk"),
    }


def passes(listing: Mapping[str, Any], conditions: list[dict[str, Any]]) -> bool:
    """Whether a listing states what a query's filter asks, and satisfies it."""
    for condition in conditions:
        value: Any = listing
        for name in condition["field"].split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is None or not COMPARE[condition["op"]](value, condition["value"]):
            return False
    return True


def strict(qrels: Qrels, queries: list[dict[str, Any]], listings: Mapping[str, Any]) -> Qrels:
    """The grades of what the query's filter lets through; 0 for the rest."""
    filters = {query["id"]: query["filter"] for query in queries if "filter" in query}
    return {
        query: {
            document: grade if passes(listings[document], filters.get(query, [])) else 0
            for document, grade in grades.items()
        }
        for query, grades in qrels.items()
    }


def run(folder: Path, engine: SearchEngine, queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Measure every configuration."""
    lines = (folder / "listings" / "catalog.jsonl").read_text(encoding="utf-8").splitlines()
    listings = {row["id"]: row for row in map(json.loads, lines)}
    ids = {query["id"] for query in queries}
    judged = read_qrels(folder / "relevance" / "qrels_dev.tsv")
    product = {query: grades for query, grades in judged.items() if query in ids}
    readings = {"product": product, "strict": strict(product, queries, listings)}
    asked = [Query(id=query["id"], text=query["text"]) for query in queries]
    runs: dict[str, dict[str, list[str]]] = {}
    inside: dict[str, float] = {}
    for name, options in configurations().items():
        results = engine.search_many(asked, options=options)
        runs[name] = {
            query["id"]: [hit.listing.id for hit in result.hits]
            for query, result in zip(queries, results, strict=True)
        }
        shares = [
            np.mean([passes(listings[i], query["filter"]) for i in runs[name][query["id"]][:10]])
            for query in queries
            if "filter" in query and runs[name][query["id"]]
        ]
        inside[name] = float(np.mean(shares)) if shares else float("nan")
    rows: list[dict[str, Any]] = [{"configuration": name} for name in runs]
    for reading, qrels in readings.items():
        measured = evaluate(runs, qrels, measures=["nDCG@10", "R@50"])
        best = measured[FULL].per_query["nDCG@10"]
        for row, name in zip(rows, runs, strict=True):
            own = measured[name]
            row[f"{reading} nDCG@10"] = round(own.mean["nDCG@10"], 3)
            row[f"{reading} R@50"] = round(own.mean["R@50"], 3)
            if name != FULL:
                keys = sorted(best)
                gap = paired_bootstrap(
                    [best[key] for key in keys], [own.per_query["nDCG@10"][key] for key in keys]
                )
                row[f"{reading}, to everything"] = (
                    f"{gap.mean:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
                )
    for row, name in zip(rows, runs, strict=True):
        row["in the filter"] = round(inside[name], 3)
    return rows


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    text = (folder / "relevance" / "queries_dev.jsonl").read_text(encoding="utf-8")
    queries = [json.loads(line) for line in text.splitlines()]
    if options.small:
        queries = queries[::4]
    source = folder / "listings" / "catalog.jsonl"
    with tempfile.TemporaryDirectory() as scratch:
        engine = SearchEngine.create(Path(scratch) / "catalogue")
        report = engine.index(source)
        rows = run(folder, engine, queries)
        print(f"indexed {report.ingest.added} listings in {report.seconds:.0f} s")
    print_table(rows)
    write_results(
        "stages",
        tables={"main": rows},
        parameters={"queries": len(queries)},
        data={"catalog.jsonl": data_hash(source)},
        seed=options.seed,
        out=options.out,
    )


if __name__ == "__main__":
    main()
