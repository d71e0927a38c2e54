"""Answer an enquiry sheet: each row is a query, with the picture that lies in its cell."""

import tempfile

import deepsearch as ds


def main() -> None:
    groceries = ds.data_folder()
    with tempfile.TemporaryDirectory() as folder:
        engine = ds.SearchEngine.create(f"{folder}/groceries")
        engine.index(groceries / "catalogue.jsonl")

        queries = ds.build_queries(files=[groceries / "enquiry.xlsx"])
        for query, result in zip(queries, engine.search_many(queries), strict=True):
            pictures = sum(part.picture is not None for part in query.parts)
            print(f"{query.id}  {query.text!r}, {pictures} picture(s)")
            for hit in result.hits[:2]:
                print(f"    {hit.rank}. {hit.listing.title}  {hit.score:.4f}")


if __name__ == "__main__":
    main()
