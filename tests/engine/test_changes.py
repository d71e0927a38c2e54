"""What is indexed, removed or damaged between two searches."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from deepsearch import SearchEngine
from deepsearch.demo import data_folder
from deepsearch.errors import UnknownIdError
from deepsearch.index import LexicalIndex
from deepsearch.schema import Listing, Offer, PriceTier, Supplier
from tests.engine.answers import ids

PHOTOS = data_folder() / "photos"


@pytest.fixture
def own_engine(grocery_folder: Path, tmp_path: Path) -> SearchEngine:
    """An engine whose catalogue a test may change."""
    folder = tmp_path / "catalogue"
    shutil.copytree(grocery_folder, folder)
    return SearchEngine.open(folder)


def new_listing(listing_id: str, title: str) -> Listing:
    tier = PriceTier(low=2.0, high=2.0)
    return Listing(
        id=listing_id,
        title=title,
        offer=Offer(currency="EUR", price_tiers=(tier,)),
        supplier=Supplier(id="s", name="S"),
    )


def test_a_listing_is_found_once_added_and_gone_once_removed(own_engine: SearchEngine) -> None:
    title = "Hydraulic angle grinder FTL35U"
    report = own_engine.upsert([new_listing("x", title)])
    assert (report.added, report.changed) == (1, 0)
    assert ids(own_engine.search("FTL35U", k=1)) == ["x"]
    changed = dataclasses.replace(new_listing("x", title), title="Ceramic teapot")
    own_engine.upsert([changed])
    assert ids(own_engine.search("teapot", k=1)) == ["x"]
    assert own_engine.remove(["x"]) == 1
    assert "x" not in ids(own_engine.search("teapot", k=82))


def test_words_are_those_of_the_version_however_they_came(
    own_engine: SearchEngine, tmp_path: Path
) -> None:
    own_engine.search("milk")
    for number in range(3):  # the first is built, the others renewed
        changed = new_listing("gro:Ginger", f"Ginger root {number}")
        own_engine.upsert([changed, new_listing(f"x{number}", f"Ceramic teapot {number}")])
        own_engine.remove(["gro:Banana" if number == 0 else f"x{number - 1}"])
        catalogue = own_engine.catalogue
        own_engine.snapshot.lexical.save(tmp_path / "held")
        LexicalIndex.build(catalogue.texts()).save(tmp_path / "built")
        assert (tmp_path / "held").read_bytes() == (tmp_path / "built").read_bytes()
    assert ids(own_engine.search("root 2", k=1)) == ["gro:Ginger"]


def test_reindexing_encodes_only_what_changed(own_engine: SearchEngine) -> None:
    report = own_engine.index(data_folder() / "catalogue.jsonl")
    assert report.ingest.unchanged == 81
    assert (report.encoded.texts, report.encoded.pictures) == (0, 0)


def test_removing_an_unknown_id_removes_nothing(own_engine: SearchEngine) -> None:
    with pytest.raises(UnknownIdError, match="no-such-id"):
        own_engine.remove(["gro:Ginger", "no-such-id"])
    assert len(own_engine.catalogue) == 81


def test_index_files_are_rebuilt_when_damaged(own_engine: SearchEngine) -> None:
    expected = ids(own_engine.search("milk"))
    folder = own_engine.catalogue.path
    damaged = [path for path in (folder / "indexes").rglob("*") if path.is_file()]
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert ids(SearchEngine.open(folder).search("milk")) == expected


def test_an_unreadable_picture_is_reported_and_its_listing_found(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff not a picture")
    (tmp_path / "rows.jsonl").write_text(
        '{"id": "a", "title": "brass valve", "images": ["broken.jpg"]}\n', encoding="utf-8"
    )
    engine = SearchEngine.create(tmp_path / "catalogue")
    report = engine.index(tmp_path / "rows.jsonl")
    assert [row[:2] for row in report.encoded.unreadable] == [("a", "broken.jpg")]
    assert ids(engine.search("valve")) == ["a"]


def test_a_listing_with_several_pictures_is_one_hit(tmp_path: Path) -> None:
    for name in ("Granny-Smith", "Banana"):
        shutil.copy(PHOTOS / f"{name}.jpg", tmp_path)
    (tmp_path / "rows.jsonl").write_text(
        '{"id": "a", "title": "box", "images": ["Granny-Smith.jpg", "Banana.jpg"]}\n'
        '{"id": "b", "title": "crate", "images": ["Banana.jpg"]}\n',
        encoding="utf-8",
    )
    engine = SearchEngine.create(tmp_path / "catalogue")
    engine.index(tmp_path / "rows.jsonl")
    result = engine.search(images=[PHOTOS / "Banana.jpg"], k=5)
    assert sorted(ids(result)) == ["a", "b"]
    media = {hit.listing.id: hit.media for hit in result.hits}
    assert media["a"] is not None
    assert media["a"].uri == "Banana.jpg"
