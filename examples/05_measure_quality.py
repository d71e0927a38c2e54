"""Measure a run: recall of the bundled shop photos, with a bootstrap interval."""

import tempfile

import deepsearch as ds
from deepsearch.evaluation import bootstrap, evaluate


def main() -> None:
    groceries = ds.data_folder()
    photos = sorted((groceries / "photos").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        engine = ds.SearchEngine.create(f"{folder}/groceries")
        engine.index(groceries / "catalogue.jsonl")
        queries = [ds.build_queries(images=[photo])[0] for photo in photos]
        results = engine.search_many(queries)
    run = {
        photo.stem: [hit.listing.id for hit in result.hits]
        for photo, result in zip(photos, results, strict=True)
    }
    qrels = {photo.stem: {f"gro:{photo.stem}": 3} for photo in photos}
    measured = evaluate({"photos": run}, qrels, measures=["R@1", "R@5", "RR"])["photos"]
    for name, mean in measured.mean.items():
        interval = bootstrap(list(measured.per_query[name].values()))
        print(f"{name:4} {mean:.2f}  (95 %: {interval.low:.2f} to {interval.high:.2f})")


if __name__ == "__main__":
    main()
