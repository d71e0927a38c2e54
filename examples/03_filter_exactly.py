"""Filters in Python and as text: exact, and "not said" is neither yes nor no."""

import tempfile

import deepsearch as ds
from deepsearch import F
from deepsearch.schema import Money


def main() -> None:
    groceries = ds.data_folder()
    with tempfile.TemporaryDirectory() as folder:
        engine = ds.SearchEngine.create(f"{folder}/groceries")
        engine.index(groceries / "catalogue.jsonl")

        cheap = (F("price") <= Money(amount=1.5, currency="EUR")) & (F("min_order_quantity") <= 100)
        for hit in engine.search("fruit juice", where=cheap, k=5).hits:
            offer = hit.listing.offer
            print(f"{hit.rank}. {hit.listing.title}: {offer.price_min} {offer.currency}")

        unpriced = engine.search("fruit juice", where="price is unknown", k=5)
        print("\nno price said:", ", ".join(hit.listing.title for hit in unpriced.hits))

        try:
            engine.search("juice", where="supplier.yeers >= 3")
        except ds.FilterError as error:
            print(f"\n{error}")


if __name__ == "__main__":
    main()
