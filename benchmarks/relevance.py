"""Which listings does a buyer's text find: words, meaning, or both; and fused how?

Method: 16 judged queries (keywords, sentences, constraints, four languages) over 2,340 real
listings; grades 0..3, unjudged counts 0. BM25 (`LexicalIndex`) and the default text encoder
answer alone and fused. "Completed" means that both retrievers score every candidate that
either of them found, so that what one list lacks is not taken for 0. Beside them: a random
order, and bm25s with plain words, lower-cased. nDCG@10 with linear gain, means over queries,
95 % bootstrap intervals over queries, differences paired.

Threats: 16 queries are few, and the choices (fusion, depth, fields) were looked at on these
same queries; intervals are wide and say so. The judgements were pooled from systems like
these, so an unlike system may find good listings that nobody judged. Judged on one
catalogue of consumer goods and machines.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.common import (
    Row,
    arguments,
    data_hash,
    pin_threads,
    print_table,
    shared_data,
    write_results,
)
from deepsearch.encoders import MiniTextEncoder
from deepsearch.evaluation import (
    MEASURES,
    Evaluation,
    Qrels,
    bootstrap,
    evaluate,
    paired_bootstrap,
    read_qrels,
)
from deepsearch.fusion import FusedList, convex, dbsf, reciprocal_rank_fusion
from deepsearch.index import LexicalConfig, LexicalIndex
from deepsearch.schema import FloatArray, Role

Scored: TypeAlias = list[tuple[str, float]]
Fuse: TypeAlias = Callable[[Mapping[str, Scored]], FusedList]

DEPTH = 200
RETURNED = 100
BASE = "rrf"
"""The system the others are compared with."""

FUSIONS: dict[str, Fuse] = {
    "rrf": reciprocal_rank_fusion,
    "dbsf": dbsf,
    "convex min-max": convex,
    "convex z": lambda runs: convex(runs, normalisation="z"),
    "convex floors": lambda runs: convex(runs, floors={"words": 0.0, "meaning": -1.0}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Listings, queries and judgements."""

    ids: list[str]
    fields: dict[str, list[str]]
    queries: dict[str, str]
    kinds: dict[str, str]
    qrels: Qrels

    def texts(self) -> list[str]:
        """All fields of each listing, one a line."""
        rows = zip(*self.fields.values(), strict=True)
        return ["\n".join(value for value in row if value) for row in rows]


def load(folder: Path, *, small: bool) -> Collection:
    """Read the collection; `small` keeps the judged listings of four queries and 200 more."""
    lines = (folder / "listings" / "catalog.jsonl").read_text(encoding="utf-8").splitlines()
    listings = [json.loads(line) for line in lines]
    text = (folder / "relevance" / "queries_dev.jsonl").read_text(encoding="utf-8")
    queries = [json.loads(line) for line in text.splitlines()]
    qrels = read_qrels(folder / "relevance" / "qrels_dev.tsv")
    if small:
        queries = queries[::4]
        judged = {document for query in queries for document in qrels[query["id"]]}
        listings = [x for n, x in enumerate(listings) if x["id"] in judged or n < 200]
    return Collection(
        ids=[listing["id"] for listing in listings],
        fields={
            "title": [x["title"] for x in listings],
            "description": [x.get("description") or "" for x in listings],
            "category": [x.get("category") or "" for x in listings],
            "attributes": [
                "\n".join(f"{name}: {value}" for name, value in x.get("attributes", {}).items())
                for x in listings
            ],
        },
        queries={query["id"]: query["text"] for query in queries},
        kinds={query["id"]: query["kind"] for query in queries},
        qrels={query["id"]: qrels[query["id"]] for query in queries},
    )


def ordered(ids: Sequence[str], rows: Sequence[int], scores: FloatArray) -> Scored:
    """Rows as (id, score), best first, ties by id."""
    pairs = [(ids[row], float(score)) for row, score in zip(rows, scores, strict=True)]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


class Retrievers:
    """Words and meaning over one collection."""

    def __init__(self, collection: Collection) -> None:
        """Index and encode it."""
        self.ids = collection.ids
        self.words = LexicalIndex.build(collection.texts())
        encoder = MiniTextEncoder()
        self.vectors = encoder.encode(collection.texts(), role=Role.PASSAGE)
        texts = list(collection.queries.values())
        encoded = encoder.encode(texts, role=Role.QUERY)
        self.queries = dict(zip(collection.queries, encoded, strict=True))
        self.texts = collection.queries

    def by_words(self, query: str, depth: int) -> Scored:
        """The lexical run."""
        found = self.words.search(self.texts[query], k=depth)
        count = int(found.counts[0])
        return ordered(self.ids, found.ids[0, :count].tolist(), found.scores[0, :count])

    def by_meaning(self, query: str, depth: int) -> Scored:
        """The dense run, exact."""
        scores = self.vectors @ self.queries[query]
        best = np.argsort(-scores, kind="stable")[:depth]
        return ordered(self.ids, best.tolist(), scores[best])

    def runs(self, query: str, depth: int, *, completed: bool) -> dict[str, Scored]:
        """Both runs; completed: each scores what either found."""
        runs = {"words": self.by_words(query, depth), "meaning": self.by_meaning(query, depth)}
        if not completed:
            return runs
        place = {id_: row for row, id_ in enumerate(self.ids)}
        rows = sorted({place[id_] for run in runs.values() for id_, _ in run})
        words = ordered(self.ids, rows, self.words.scores(self.texts[query], rows))
        meaning = ordered(self.ids, rows, self.vectors[rows] @ self.queries[query])
        return {"words": [pair for pair in words if pair[1] > 0], "meaning": meaning}


def bm25s_run(collection: Collection) -> dict[str, list[str]]:
    """bm25s as it comes, words lower-cased, no stemming."""
    import bm25s

    def cut(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", show_progress=False)

    peer = bm25s.BM25()
    peer.index(cut(collection.texts()), show_progress=False)
    k = min(RETURNED, len(collection.ids))
    found = {}
    for query, text in collection.queries.items():
        rows, scores = peer.retrieve(cut([text]), k=k, show_progress=False)
        found[query] = [collection.ids[r] for r, s in zip(rows[0], scores[0], strict=True) if s > 0]
    return found


def summary(
    found: Mapping[str, Evaluation], *, seed: int, base: str = BASE
) -> list[dict[str, object]]:
    """One row a system: means, interval of nDCG@10, difference from the base."""
    rows = []
    for name, evaluation in found.items():
        values = evaluation.values("nDCG@10")
        own = bootstrap(values, seed=seed)
        row: dict[str, object] = {"system": name}
        row |= {measure: round(evaluation.mean[measure], 3) for measure in MEASURES}
        row["95 %"] = f"{own.low:.2f}..{own.high:.2f}"
        if name != base:
            gap = paired_bootstrap(found[base].values("nDCG@10"), values, seed=seed)
            row[f"nDCG - {base}"] = f"{gap.mean:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
        rows.append(row)
    return rows


def systems(collection: Collection, both: Retrievers, seed: int) -> dict[str, dict[str, list[str]]]:
    """The runs of the main table."""
    rng = random.Random(seed)
    queries = list(collection.queries)
    runs = {
        "random": {query: rng.sample(collection.ids, RETURNED) for query in queries},
        "bm25s, plain words": bm25s_run(collection),
        "words": {q: [i for i, _ in both.by_words(q, RETURNED)] for q in queries},
        "meaning": {q: [i for i, _ in both.by_meaning(q, RETURNED)] for q in queries},
    }
    for name, completed in (
        ("rrf", False),
        ("dbsf", False),
        ("dbsf", True),
        ("convex min-max", True),
    ):
        label = f"{name}, completed" if completed else name
        runs[label] = fused_run(both, queries, FUSIONS[name], DEPTH, completed=completed)
    return runs


def fused_run(
    both: Retrievers, queries: Sequence[str], fuse: Fuse, depth: int, *, completed: bool
) -> dict[str, list[str]]:
    """A fused run of all queries."""
    return {
        query: list(fuse(both.runs(query, depth, completed=completed)).ids[:RETURNED])
        for query in queries
    }


def fusion_grid(collection: Collection, both: Retrievers) -> list[dict[str, object]]:
    """Every fusion at several depths: does the choice hang on one lucky setting?"""
    rows = []
    for name, fuse in FUSIONS.items():
        for completed in (False, True):
            row: dict[str, object] = {"fusion": name, "completed": "yes" if completed else "no"}
            recall = []
            for depth in (50, 100, 200, 400):
                run = fused_run(both, list(collection.queries), fuse, depth, completed=completed)
                found = evaluate({"run": run}, collection.qrels)["run"].mean
                row[f"nDCG@10, depth {depth}"] = round(found["nDCG@10"], 3)
                recall.append(found["R@50"])
            row["R@50, mean of depths"] = round(float(np.mean(recall)), 3)
            rows.append(row)
    return rows


def word_variants(collection: Collection) -> list[dict[str, object]]:
    """The lexical index alone, by fields and spelling."""
    title = {"title": collection.fields["title"]}
    weighted = LexicalConfig(weights={"title": 2.0})
    variants: dict[str, tuple[LexicalIndex, bool]] = {
        "one text": (LexicalIndex.build(collection.texts()), True),
        "one text, no spelling": (LexicalIndex.build(collection.texts()), False),
        "title only": (LexicalIndex.build(title), True),
        "fields (BM25F)": (LexicalIndex.build(collection.fields), True),
        "fields, title x 2": (LexicalIndex.build(collection.fields, config=weighted), True),
    }
    rows = []
    for name, (index, spelling) in variants.items():
        run = {}
        for query, text in collection.queries.items():
            found = index.search(text, k=RETURNED, spelling=spelling)
            run[query] = [collection.ids[row] for row in found.ids[0, : found.counts[0]]]
        mean = evaluate({"run": run}, collection.qrels)["run"].mean
        rows.append({"words": name, **{measure: round(mean[measure], 3) for measure in MEASURES}})
    return rows


def by_kind(found: Mapping[str, Evaluation], kinds: Mapping[str, str]) -> list[dict[str, object]]:
    """Mean nDCG@10 a kind of query."""
    rows = []
    for name, evaluation in found.items():
        row: dict[str, object] = {"system": name}
        for kind in dict.fromkeys(kinds.values()):
            values = [v for q, v in evaluation.per_query["nDCG@10"].items() if kinds[q] == kind]
            row[f"{kind} ({len(values)})"] = round(float(np.mean(values)), 3)
        rows.append(row)
    return rows


def main() -> None:
    options = arguments(__doc__)
    pin_threads(2)
    folder = shared_data()
    collection = load(folder, small=options.small)
    both = Retrievers(collection)
    found = evaluate(systems(collection, both, options.seed), collection.qrels)
    tables: dict[str, Sequence[Row]] = {
        "main": summary(found, seed=options.seed),
        "kinds": by_kind(found, collection.kinds),
        "words": word_variants(collection),
        "fusion": fusion_grid(collection, both),
    }
    for name, rows in tables.items():
        print_table(rows, title=name)
    if options.small and options.out is None:
        return
    files = ("listings/catalog.jsonl", "relevance/queries_dev.jsonl", "relevance/qrels_dev.tsv")
    write_results(
        "relevance",
        tables=tables,
        parameters={"depth": DEPTH, "returned": RETURNED, "queries": len(collection.queries)},
        seed=options.seed,
        data={name: data_hash(folder / name) for name in files},
        packages=["onnxruntime", "ir-measures", "bm25s"],
        extra={"per_query": {name: dict(e.per_query["nDCG@10"]) for name, e in found.items()}},
        out=options.out,
    )


if __name__ == "__main__":
    main()
