"""What does each stage of a search add: words in English, feedback, trust, likes, requirements?

Method: three sets of judged queries (`benchmarks/data/relevance/README.md`) through
`SearchEngine` as a user calls it, with stages switched off one by one. Two readings of the
judgements: "product" takes the grades as they are (is it the right product?), "strict" gives
grade 0 to what fails the query's own filter or does not state it (is it what was asked for?).
nDCG@10 with linear gain, means over queries; paired 95 % bootstrap against the full engine.
"Ceiling" is the product reading of the best ten that the filters leave: what no engine that
keeps to them can pass.

Filters: for each query that has one, the first ten with the filter given as an expression, and
with nothing but the words: how many state what violates it?

Threats: as `benchmarks.relevance`: small sets, one judge; "tuned" and "shared" were looked at
while building.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from benchmarks.judged import OWN, SPLITS, Judged, load_judged, passes, strict, violates, where
from deepsearch.engine import FusionConfig, SearchEngine, SearchOptions
from deepsearch.evaluation import evaluate, paired_bootstrap
from deepsearch.ranking import PROFILES, RankingConfig
from deepsearch.schema import ParsedQuery, Query

FULL = "everything"
MEASURE = "nDCG@10"
Runs = dict[str, dict[str, list[str]]]


def without_english(parsed: ParsedQuery) -> ParsedQuery:
    """As if no language had a glossary."""
    return replace(parsed, language="")


def configurations() -> dict[str, SearchOptions]:
    """The full engine, and what is left when a stage is off."""
    full = SearchOptions(k=50)
    bare = FusionConfig(feedback=0.0, least_trust=1.0, alike=0.0)
    return {
        FULL: full,
        "without English names": replace(full, edit=without_english),
        "without feedback": replace(full, fusion=FusionConfig(feedback=0.0)),
        "words always trusted": replace(full, fusion=FusionConfig(least_trust=1.0)),
        "without likes": replace(full, fusion=FusionConfig(alike=0.0)),
        "none of these four": replace(full, fusion=bare, edit=without_english),
        "fused by ranks (rrf)": replace(full, fusion=FusionConfig(method="rrf")),
        "without words": replace(full, fusion=FusionConfig(words_weight=1e-9)),
        "without capability": replace(full, weights=dict.fromkeys(PROFILES["balanced"].weights, 0)),
        "without requirements": replace(full, requirements=False),
        "unknown excluded": replace(full, unknown="exclude"),
        "lowest risk": replace(full, profile="lowest risk"),
    }


def answers(
    engine: SearchEngine, judged: Judged, options: SearchOptions, *, filtered: bool = False
) -> dict[str, list[str]]:
    """Ids of the hits of every query; filtered: of those with a filter, it given as such."""
    queries = [
        Query(
            id=key,
            text=str(query["text"]),
            where=where(query["filter"]) if filtered else None,
        )
        for key, query in judged.queries.items()
        if "filter" in query or not filtered
    ]
    results = engine.search_many(queries, options=options)
    return {
        str(query.id): [hit.listing.id for hit in result.hits]
        for query, result in zip(queries, results, strict=True)
    }


def stage_rows(judged: Judged, runs: Runs, *, seed: int) -> list[dict[str, Any]]:
    """One row a configuration: each split in both readings, and the differences over all."""
    readings = {"product": judged.qrels, "strict": strict(judged)}
    rows: list[dict[str, Any]] = [{"configuration": name} for name in runs]
    for reading, qrels in readings.items():
        measured = evaluate(runs, qrels, measures=[MEASURE])
        full = measured[FULL].per_query[MEASURE]
        for row, name in zip(rows, runs, strict=True):
            own = measured[name].per_query[MEASURE]
            for split in SPLITS:
                values = [own[key] for key in judged.of(split) if key in own]
                row[f"{reading}, {split}"] = round(float(np.mean(values)), 3) if values else None
            if name != FULL:
                keys = sorted(full)
                gap = paired_bootstrap([full[k] for k in keys], [own[k] for k in keys], seed=seed)
                row[f"{reading}, to everything, all"] = (
                    f"{gap.mean:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
                )
    return rows


def requirement_rows(judged: Judged, runs: Runs) -> list[dict[str, Any]]:
    """The queries with a filter: with and without requirements, and the ceiling."""
    product = evaluate(runs, judged.qrels, measures=[MEASURE])
    narrow = evaluate(runs, strict(judged), measures=[MEASURE])
    best = ceiling(judged)
    rows = []
    for split in SPLITS:
        keys = [key for key in judged.of(split) if "filter" in judged.queries[key]]
        if not keys:
            continue
        row: dict[str, Any] = {"queries": f"{split} ({len(keys)})"}
        for name in (FULL, "without requirements"):
            for reading, found in (("product", product), ("strict", narrow)):
                values = [found[name].per_query[MEASURE].get(key) for key in keys]
                row[f"{reading}, {name}"] = _mean(values)
        row["product, ceiling"] = _mean([best[key] for key in keys])
        rows.append(row)
    return rows


def ceiling(judged: Judged) -> dict[str, float]:
    """Product nDCG@10 of the best ten listings inside each query's filter."""
    asked = {key: query["filter"] for key, query in judged.queries.items() if "filter" in query}
    runs = {}
    for key, conditions in asked.items():
        best = sorted(judged.qrels[key].items(), key=lambda pair: (-pair[1], pair[0]))
        runs[key] = [d for d, _ in best if passes(judged.listings[d], conditions)]
    qrels = {key: judged.qrels[key] for key in asked}
    found = evaluate({"best": runs}, qrels, measures=[MEASURE])["best"]
    return dict(found.per_query[MEASURE])


def filter_rows(judged: Judged, runs: Mapping[str, Mapping[str, Sequence[str]]]) -> list[Any]:
    """What of the first ten satisfies, does not say, and violates the filter."""
    rows = []
    for name, run in runs.items():
        hits = inside = against = 0
        for key, query in judged.queries.items():
            if "filter" not in query:
                continue
            for listing in run.get(key, [])[:10]:
                hits += 1
                inside += passes(judged.listings[listing], query["filter"])
                against += violates(judged.listings[listing], query["filter"])
        rows.append(
            {
                "how": name,
                "hits": hits,
                "satisfy": inside,
                "do not say": hits - inside - against,
                "violate": against,
            }
        )
    return rows


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 3) if known else None


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    judged = load_judged(folder, small=options.small)
    source = folder / "listings" / "catalog.jsonl"
    with tempfile.TemporaryDirectory() as scratch:
        engine = SearchEngine.create(Path(scratch) / "catalogue")
        report = engine.index(source)
        print(f"indexed {report.ingest.added} listings in {report.seconds:.0f} s")
        runs = {name: answers(engine, judged, o) for name, o in configurations().items()}
        filtered = answers(engine, judged, SearchOptions(k=10), filtered=True)
    tables = {
        "main": stage_rows(judged, runs, seed=options.seed),
        "requirements": requirement_rows(judged, runs),
        "filters": filter_rows(
            judged,
            {
                "filter given as an expression": filtered,
                "words alone": runs[FULL],
                "words alone, requirements not read": runs["without requirements"],
            },
        ),
    }
    for name, rows in tables.items():
        print_table(rows, title=name)
    if options.small and options.out is None:
        return
    config = RankingConfig()
    write_results(
        "stages",
        tables=tables,
        parameters={"queries": len(judged.queries), "hard": config.hard, "wish": config.wish},
        data={
            "catalog.jsonl": data_hash(source),
            "relevance": data_hash(folder / "relevance" / "qrels_dev.tsv"),
            "own": data_hash(OWN / "queries.jsonl", OWN / "qrels.tsv"),
        },
        seed=options.seed,
        out=options.out,
    )


if __name__ == "__main__":
    main()
