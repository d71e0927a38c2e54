"""Which engine for words: ours, bm25s or tantivy? And what is forgiving spelling worth?

Method, speed: texts made by mixing the words of real listings, queries from real requests
for quotation; build, size on disk, and time of a query, one thread, one query at a time,
turn by turn, with and without a mask that allows a tenth of the texts. bm25s is given our
tokens and its own mask; tantivy cuts words itself, and takes the mask as a set of ids in a
filter. Where formula and tokens are the same (ours, bm25s), the ten best are checked to
have the same scores.

Method, spelling: each judged query with one random typing error in one of its longer words
(of at least five letters), five times over; nDCG@10 of the lexical index alone.

Threats: mixed texts have the vocabulary of 2,340 listings, smaller than that of as many
real ones; Python's own part in a query is counted for all three. A random letter is not
quite how people mistype.

Needs the extra `bench` for the peers; those not installed are left out, saying so.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import (
    Row,
    arguments,
    data_hash,
    interleave,
    pin_threads,
    print_table,
    shared_data,
    write_results,
)
from deepsearch.evaluation import evaluate, read_qrels
from deepsearch.index import LexicalIndex
from deepsearch.index.tokenise import tokenise
from deepsearch.schema import BoolArray

K = 10
Search = Callable[[str, BoolArray | None], list[float]]
"""Takes a query and a mask; returns the scores found."""


def mixed_texts(listings: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """Texts of the lengths and words of real ones: two thirds of one, a third of another."""
    words = [text.split() for text in listings]
    texts = []
    for _ in range(count):
        one, other = rng.choice(words), rng.choice(words)
        cut = len(one) // 3
        texts.append(" ".join(one[cut:] + rng.sample(other, min(cut, len(other)))))
    return texts


def ours(texts: list[str], folder: Path) -> tuple[Search, float]:
    """`LexicalIndex`, through its file."""
    start = time.perf_counter()
    LexicalIndex.build(texts).save(folder / "words")
    seconds = time.perf_counter() - start
    index = LexicalIndex.load(folder / "words")

    def search(query: str, mask: BoolArray | None) -> list[float]:
        found = index.search(query, k=K, allowed=mask, spelling=False)
        scores: list[float] = found.scores[0, : found.counts[0]].tolist()
        return scores

    return search, seconds


def bm25s_peer(texts: list[str], folder: Path) -> tuple[Search, float]:
    """bm25s with our tokens, the same formula and constants."""
    import bm25s

    start = time.perf_counter()
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index([tokenise(text) for text in texts], show_progress=False)
    index.save(folder / "bm25s")
    seconds = time.perf_counter() - start

    def search(query: str, mask: BoolArray | None) -> list[float]:
        weights = None if mask is None else mask.astype(np.float32)
        tokens = [token for token in tokenise(query) if token in index.vocab_dict]
        if not tokens:
            return []
        found = index.retrieve([tokens], k=K, weight_mask=weights, show_progress=False, n_threads=0)
        return [score for score in found.scores[0].tolist() if score > 0]

    return search, seconds


def tantivy_peer(texts: list[str], folder: Path) -> tuple[Search, float]:
    """Tantivy with its default words."""
    tantivy: Any = importlib.import_module("tantivy")

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False)
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    start = time.perf_counter()
    place = folder / "tantivy"
    place.mkdir()
    index = tantivy.Index(builder.build(), path=str(place))
    writer = index.writer(num_threads=1, heap_size=200_000_000)
    for number, text in enumerate(texts):
        document = tantivy.Document(text=text)
        document.add_unsigned("id", number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    seconds = time.perf_counter() - start
    index.reload()
    searcher = index.searcher()
    sets: dict[int, Any] = {}

    def search(query: str, mask: BoolArray | None) -> list[float]:
        asked, _ = index.parse_query_lenient(query, ["text"])
        if mask is not None:
            if id(mask) not in sets:
                rows = np.flatnonzero(mask).tolist()
                sets[id(mask)] = tantivy.Query.const_score_query(
                    tantivy.Query.term_set_query(index.schema, "id", rows), 0.0
                )
            occur = tantivy.Occur.Must
            asked = tantivy.Query.boolean_query([(occur, asked), (occur, sets[id(mask)])])
        return [score for score, _ in searcher.search(asked, K, count=False).hits]

    return search, seconds


ENGINES = {"deepsearch": ours, "bm25s": bm25s_peer, "tantivy": tantivy_peer}


def speed(
    texts: list[str], queries: list[str], rng: np.random.Generator, *, repeat: int
) -> list[dict[str, object]]:
    """Build each engine and time it."""
    mask = rng.random(len(texts)) < 0.1
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        searches: dict[str, Search] = {}
        built: dict[str, dict[str, object]] = {}
        for engine, make in ENGINES.items():
            if engine != "deepsearch" and importlib.util.find_spec(engine) is None:
                print(f"{engine} is not installed and left out.")
                continue
            before = _size(folder)
            searches[engine], seconds = make(texts, folder)
            built[engine] = {"build s": seconds, "MB on disk": (_size(folder) - before) / 1e6}
        if "bm25s" in searches:
            _check_same(searches["deepsearch"], searches["bm25s"], queries[:50])
        for label, given in (("all", None), ("a tenth", mask)):
            calls = {
                engine: lambda turn, s=search, m=given: s(queries[turn % len(queries)], m)
                for engine, search in searches.items()
            }
            timings = interleave(calls, repeat=repeat)
            rows += [
                {"texts": len(texts), "allowed": label, "engine": engine}
                | timing.row()
                | (built[engine] if given is None else {})
                for engine, timing in timings.items()
            ]
    return rows


def _check_same(one: Search, other: Search, queries: Sequence[str]) -> None:
    for query in queries:
        np.testing.assert_allclose(one(query, None), other(query, None), rtol=1e-4)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def mistyped(text: str, rng: random.Random) -> str:
    """One random edit in one word of at least five letters, not its first letter."""
    words = text.split()
    long = [n for n, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return text
    place = rng.choice(long)
    word = words[place]
    at = rng.randrange(1, len(word))
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    words[place] = rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at > 1 else word[:at],
        ]
    )
    return " ".join(words)


def spelling(folder: Path, listings: list[str], ids: list[str]) -> list[dict[str, object]]:
    """NDCG@10 of clean and mistyped queries, with and without forgiving spelling."""
    text = (folder / "relevance" / "queries_dev.jsonl").read_text(encoding="utf-8")
    queries = {query["id"]: query["text"] for query in map(json.loads, text.splitlines())}
    qrels = read_qrels(folder / "relevance" / "qrels_dev.tsv")
    index = LexicalIndex.build(listings)
    rows = []
    for label, seeds in (("as written", [None]), ("one typing error", [0, 1, 2, 3, 4])):
        row: dict[str, object] = {"queries": label}
        for forgiving in (False, True):
            values = []
            for seed in seeds:
                run = {}
                for number, (query, words) in enumerate(queries.items()):
                    rng = random.Random(f"{seed} {number}")
                    asked = words if seed is None else mistyped(words, rng)
                    found = index.search(asked, k=100, spelling=forgiving)
                    run[query] = [ids[at] for at in found.ids[0, : found.counts[0]]]
                values.append(evaluate({"run": run}, qrels)["run"].mean["nDCG@10"])
            row["forgiving" if forgiving else "exact words"] = round(float(np.mean(values)), 3)
        rows.append(row)
    return rows


def main() -> None:
    options = arguments(__doc__)
    pin_threads(1)
    folder = shared_data()
    catalogue = folder / "listings" / "catalog.jsonl"
    records = [json.loads(line) for line in catalogue.read_text(encoding="utf-8").splitlines()]
    listings = [
        "\n".join(
            [x["title"], x.get("description") or ""]
            + [f"{name}: {value}" for name, value in x.get("attributes", {}).items()]
        )
        for x in records
    ]
    with (folder / "rfq" / "rfq_dev.csv").open(encoding="utf-8", newline="") as file:
        requests = list(csv.DictReader(file))
    column = next(name for name in requests[0] if "title" in name.lower())
    queries = [row[column] for row in requests if row[column]]
    tables: dict[str, Sequence[Row]] = {}
    timed: list[dict[str, object]] = []
    for count in (2_000,) if options.small else (10_000, 100_000):
        texts = mixed_texts(listings, count, random.Random(options.seed))
        rng = np.random.default_rng(options.seed)
        timed += speed(texts, queries, rng, repeat=20 if options.small else 200)
    tables["speed"] = timed
    tables["spelling"] = spelling(folder, listings, [x["id"] for x in records])
    for name, rows in tables.items():
        print_table(rows, title=name)
    if options.small and options.out is None:
        return
    write_results(
        "lexical",
        tables=tables,
        parameters={"k": K, "queries": len(queries), "masked": 0.1},
        seed=options.seed,
        data={"listings/catalog.jsonl": data_hash(catalogue)},
        packages=["bm25s", "tantivy"],
        out=options.out,
    )


if __name__ == "__main__":
    main()
