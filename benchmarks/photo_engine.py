"""How much should a photo's guess at words weigh beside its look, in the whole engine?

Method: shop photos against the grocery catalogue (every second photo; every twentieth with
--small), through `SearchEngine`: a photo is compared with the listings' pictures, and, by the
shared space, with their words. The weight of the latter and the fusion are varied. Recall of
the photo's own product among the first 1 and 5.

Threats: the catalogue has a picture for every product; where pictures are missing, words are
all there is and the weight does not matter. The default was chosen on these photos.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from deepsearch.engine import FusionConfig, SearchEngine, SearchOptions
from deepsearch.evaluation import bootstrap
from deepsearch.schema import Modality, Query, QueryPart

WEIGHTS = (0.0, 0.1, 0.3, 1.0)
METHODS = ("dbsf", "rrf", "convex")


def photos(folder: Path, step: int) -> list[tuple[Query, str]]:
    """Queries with the product each shows."""
    with (folder / "photos.tsv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))[::step]
    return [
        (
            Query(
                id=name,
                parts=(QueryPart(kind=Modality.PICTURE, picture=(folder / name).read_bytes()),),
            ),
            product,
        )
        for name, product in rows
    ]


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data() / "grocery"
    asked = photos(folder, 20 if options.small else 2)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        engine = SearchEngine.create(Path(scratch) / "catalogue")
        engine.index(folder / "catalogue.jsonl")
        settings = [
            FusionConfig(method=method, cross_modal_weight=weight)  # type: ignore[arg-type]
            for method in METHODS
            for weight in WEIGHTS
        ]
        # One encoding for all settings: only the fusion differs.
        variants = [SearchOptions(k=10, fusion=fusion) for fusion in settings]
        answers = engine.search_variants([query for query, _ in asked], variants)
    for fusion, results in zip(settings, answers, strict=True):
        ranked = [[hit.listing.id for hit in result.hits] for result in results]
        first = [float(ids[:1] == [own]) for ids, (_, own) in zip(ranked, asked, strict=True)]
        five = [float(own in ids[:5]) for ids, (_, own) in zip(ranked, asked, strict=True)]
        interval = bootstrap(first)
        default = fusion == replace(FusionConfig())
        rows.append(
            {
                "fusion": fusion.method + (" (default)" if default else ""),
                "weight of words": fusion.cross_modal_weight,
                "recall@1": round(interval.mean, 3),
                "95 %": f"{interval.low:.3f}-{interval.high:.3f}",
                "recall@5": round(sum(five) / len(five), 3),
            }
        )
    print_table(rows)
    write_results(
        "photo_engine",
        tables={"main": rows},
        parameters={"photos": len(asked)},
        data={"photos.tsv": data_hash(folder / "photos.tsv")},
        seed=options.seed,
        out=options.out,
    )


if __name__ == "__main__":
    main()
