"""Measure a run: recall of the bundled shop photos, with a bootstrap interval."""

import tempfile

from deepsearch.evaluation import evaluate

import deepsearch as ds


def main() -> None:
    groceries = ds.data_folder()
    photos = sorted((groceries / "photos").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        engine = ds.SearchEngine.create(f"{folder}/groceries")
        engine.index(groceries / "catalogue.jsonl")
        queries = [ds.build_queries(images=[photo])[0] for photo in photos]
        results = engine.search_many(queries)
    run = {
        photo.stem: [(hit.listing.id, hit.score) for hit in result.hits]
        for photo, result in zip(photos, results, strict=True)
    }
    qrels = {photo.stem: {f"gro:{photo.stem}": 1} for photo in photos}
    for name, metric in evaluate(run, qrels, measures=["R@1", "R@5", "RR"]).items():
        print(name, metric)


if __name__ == "__main__":
    main()
