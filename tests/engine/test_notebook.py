"""What a notebook hands over and shows: frames, pictures in memory, answers as HTML."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from deepsearch.demo import data_folder
from deepsearch.engine import SearchEngine, SearchOptions
from deepsearch.errors import UnreadableFileError
from deepsearch.schema import Note

FRUIT = data_folder() / "catalogue"
FRAME = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "title": ["Granny Smith apple", "Banana", None, "Kiwi"],
        "price": ["2.50 EUR", "1.10 EUR", "", None],
        "images": [["Granny-Smith.jpg"], ["Banana.jpg"], None, ["Kiwi.jpg"]],
    }
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    engine = SearchEngine.create(tmp_path_factory.mktemp("notebook") / "catalogue")
    engine.index(FRAME, images=FRUIT)
    return engine


@pytest.mark.parametrize(
    "table",
    [FRAME, FRAME[FRAME.title != "?"].iloc[[3, 1, 0, 2]], pa.Table.from_pandas(FRAME)],
    ids=["frame", "frame with rows moved", "Arrow"],
)
def test_a_table_in_memory_is_indexed_as_its_file_is(
    table: pd.DataFrame | pa.Table, tmp_path: Path
) -> None:
    FRAME.to_parquet(tmp_path / "fruit.parquet")
    of_file = SearchEngine.create(tmp_path / "file")
    of_file.index(tmp_path / "fruit.parquet", images=FRUIT, name="fruit")
    of_table = SearchEngine.create(tmp_path / "table")
    report = of_table.index(table, images=FRUIT, name="fruit")
    assert str(report).startswith("fruit: 4 rows, 3 added, 0 changed, 0 unchanged, 1 rejected")
    assert report.encoded.pictures + report.encoded.cached >= 3
    by_id = [{item.id: item for item in engine.catalogue.listings(range(3))}
             for engine in (of_file, of_table)]  # fmt: skip
    assert by_id[0] == by_id[1]
    assert of_table.index(table, images=FRUIT, name="fruit").ingest.unchanged == 3


def test_a_column_of_mixed_kinds_is_refused(engine: SearchEngine) -> None:
    mixed = pd.DataFrame({"title": ["a", "b"], "size": [{"x": 1}, "large"]})
    with pytest.raises(UnreadableFileError, match=r"size.*astype"):
        engine.index(mixed)
    assert len(engine.catalogue) == 3


def test_a_picture_in_memory_finds_what_its_file_finds(engine: SearchEngine) -> None:
    path = FRUIT / "Granny-Smith.jpg"
    by_file = engine.search(images=[path])
    for picture in (Image.open(path), Image.open(path).convert("RGBA")):
        in_memory = engine.search(images=[picture])
        assert [hit.listing.id for hit in in_memory.hits] == [h.listing.id for h in by_file.hits]
        assert in_memory.hits[0].score == pytest.approx(by_file.hits[0].score, abs=1e-3)


def test_an_answer_shows_itself_with_its_pictures(engine: SearchEngine, tmp_path: Path) -> None:
    result = engine.search("apple <b>", images=[FRUIT / "Granny-Smith.jpg"], k=2)
    html = result._repr_html_()
    assert html is not None
    assert "<html" not in html
    assert "&lt;b&gt;" in html
    assert html.count("data:image/jpeg;base64,") == 3
    # No rule reaches the notebook's own cells.
    style = html.split("<style>")[1].split("</style>")[0]
    rules = re.findall(r"([^{}]+)\{", style.replace("@media (max-width: 34rem) {", ""))
    assert len(rules) > 15
    assert all(part.strip().startswith(".deepsearch") for rule in rules for part in rule.split(","))
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again._repr_html_() == html
    assert str(result).splitlines()[0].endswith("Granny Smith apple")


def test_without_its_catalogue_an_answer_is_shown_without_pictures(tmp_path: Path) -> None:
    engine = SearchEngine.create(tmp_path / "gone")
    engine.index(FRAME, images=FRUIT)
    result = engine.search("banana", k=1)
    shutil.rmtree(tmp_path / "gone")
    html = result._repr_html_()
    assert html is not None
    assert "Banana" in html
    assert "<img" not in html


def test_a_filter_nobody_can_pass_says_why(engine: SearchEngine) -> None:
    result = engine.search("apple", where="price <= 500 JPY")
    assert result.hits == ()
    reason = "No listing's price is in JPY, and nothing is converted; it is stated in EUR."
    assert Note(stage="filter", text=reason) in result.notes


def test_ways_to_search_may_differ_in_how_words_are_read(engine: SearchEngine) -> None:
    asked = ["an apple, price at most 2 EUR"]
    strict, loose = engine.search_variants(
        asked, [SearchOptions(), SearchOptions(requirements=False)]
    )
    assert [hit.listing.id for hit in strict[0].hits] == ["b", "d"]
    assert loose[0].hits[0].listing.id == "a"
    assert loose[0].parsed.requirements == ()
    for options, found in ((SearchOptions(), strict), (SearchOptions(requirements=False), loose)):
        assert engine.search_many(asked, options=options)[0].hits == found[0].hits
