"""Search with a photo taken in a shop; then with the photo and words; then away from another."""

import tempfile

import deepsearch as ds
from deepsearch.schema import Modality, Query, QueryPart


def main() -> None:
    groceries = ds.data_folder()
    photo = groceries / "photos" / "Granny-Smith.jpg"
    with tempfile.TemporaryDirectory() as folder:
        engine = ds.SearchEngine.create(f"{folder}/groceries")
        engine.index(groceries / "catalogue.jsonl")

        print(f"like {photo.name}:")
        for hit in engine.search(images=[photo], k=3).hits:
            print(f"  {hit.rank}. {hit.listing.title}  {hit.score:.4f}")

        print("like it, and red:")
        for hit in engine.search("red apple", images=[photo], k=3).hits:
            print(f"  {hit.rank}. {hit.listing.title}  {hit.score:.4f}")

        unlike = QueryPart(kind=Modality.TEXT, text="apple", weight=-1.0)
        picture = QueryPart(kind=Modality.PICTURE, picture=photo.read_bytes(), source=photo.name)
        print("like it, but no apple:")
        for hit in engine.search(Query(parts=(picture, unlike)), k=3).hits:
            print(f"  {hit.rank}. {hit.listing.title}  {hit.score:.4f}")


if __name__ == "__main__":
    main()
