"""What is handed over in a wrong form is refused by name, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepsearch.engine import SearchEngine, SearchOptions, build_queries, load_query
from deepsearch.errors import FilterError, InvalidInputError
from deepsearch.filters import parse_filter
from deepsearch.schema import (
    Listing,
    Modality,
    Offer,
    Operator,
    PriceTier,
    Query,
    QueryPart,
    Requirement,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    engine = SearchEngine.create(tmp_path_factory.mktemp("careless") / "catalogue")
    engine.upsert(Listing(id=str(number), title=f"Milk jug {number}") for number in range(12))
    return engine


def part(**values: Any) -> Query:
    return Query(text="milk", parts=(QueryPart(**values),))


def need(**values: Any) -> Query:
    need = Requirement(field="weight", op=Operator.LE, value=3.0, unit="kg")
    return Query(text="milk", requirements=(replace(need, **values),))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (None, "query is None"),
        (["milk"], "search_many"),
        (Path("milk.jpg"), "PosixPath|WindowsPath"),
        (Query(text=None), "text of the query is None"),  # type: ignore[arg-type]
        (Query(text="milk", text_weight=float("nan")), "weight of the text"),
        (part(kind=Modality.TEXT), "kind TEXT with a text"),
        (part(kind=Modality.PICTURE), "kind PICTURE with a picture"),
        (part(kind="audio", text="moo"), "'audio'"),
        (part(kind=Modality.TEXT, text="jug", weight=float("inf")), "weight of a part"),
        (need(op="less"), "operator 'less'; there are: eq"),
        (need(value=None), "value None"),
        (need(value=float("nan")), "value nan"),
        (need(value="few"), "value 'few'; expected a number"),
        (need(field="min_order_quantity", value=True), "value True; expected a number"),
    ],
)
def test_queries_of_a_wrong_form(engine: SearchEngine, query: Any, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        engine.search(query)
    with pytest.raises(InvalidInputError):
        engine.search_suppliers(query)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        ("jug.jpg", "images is 'jug.jpg'"),
        (Path("jug.jpg"), "expected a list"),
        ([None], "A picture is None"),
        ([np.zeros((8, 8, 3), np.uint8)], "PIL.Image.fromarray"),
        (["https://example.com/jug.jpg"], "nothing is fetched"),
    ],
)
def test_pictures_of_a_wrong_form(engine: SearchEngine, images: Any, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        engine.search("", images=images)


@pytest.mark.parametrize(
    "options",
    [
        {"edit": "drop"},
        {"fusion": "rrf"},
        {"today": "2026-01-01"},
        {"rates": {"EUR": 1}},
        {"reranker": lambda _query, hits: hits},
        {"rerank_ms": "5"},
        {"weights": ["price_level"]},
    ],
)
def test_options_of_a_wrong_form(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(InvalidInputError, match=f"{name} is .*expected"):
        SearchOptions(**options)


def test_options_that_are_none(engine: SearchEngine) -> None:
    options: Any = {"k": 3}
    for ask in (engine.search, engine.search_suppliers):
        with pytest.raises(InvalidInputError, match="expected SearchOptions"):
            ask("milk", options=options)
    with pytest.raises(InvalidInputError, match="returned None"):
        engine.search("milk", options=SearchOptions(edit=lambda _: None))  # type: ignore[arg-type,return-value]
    with pytest.raises(InvalidInputError, match="'years' is 'big'"):
        engine.search("milk", options=SearchOptions(weights={"years": "big"}))  # type: ignore[dict-item]


def test_far_more_hits_than_there_are(engine: SearchEngine) -> None:
    # A list as long as what was asked for would not fit into memory.
    assert len(engine.search("milk", k=10**9).hits) == 12
    options = SearchOptions(depth=10**12, ranked=10**12)
    assert len(engine.search("milk", options=options).hits) == 10


def test_several_requests_as_words(engine: SearchEngine) -> None:
    whole = engine.search_many([Query(text="milk jug 3"), Query(text="jug 5")])
    words = engine.search_many(["milk jug 3", "jug 5"])
    assert [result.hits for result in words] == [result.hits for result in whole]
    with pytest.raises(InvalidInputError, match="queries is 'milk'"):
        engine.search_many("milk")


@pytest.mark.parametrize("path", [None, 5])
def test_folders_and_sources_that_are_no_paths(engine: SearchEngine, path: Any) -> None:
    for use in (SearchEngine.open, SearchEngine.create, SearchEngine.open_or_create, engine.index):
        with pytest.raises(InvalidInputError, match=f"is {path}.*; expected a path"):
            use(path)


def listing(**values: Any) -> Listing:
    return Listing(**{"id": "a", "title": "b", **values})


WRITES: list[tuple[Callable[[SearchEngine], object], str]] = [
    (lambda engine: engine.upsert(listing()), "listings is of type Listing"),  # type: ignore[arg-type]
    (lambda engine: engine.upsert([{"id": "a"}]), "type dict; expected Listing"),  # type: ignore[list-item]
    (lambda engine: engine.upsert([listing(id=5)]), "the id 5"),
    (lambda engine: engine.upsert([listing(title=None)]), "title None; expected str"),
    (lambda engine: engine.upsert([listing(attributes=None)]), "attributes None"),
    (lambda engine: engine.upsert([listing(supplier="Acme")]), "expected Supplier or None"),
    (lambda engine: engine.upsert([listing(media=("a.jpg",))]), "'a.jpg' among its media"),
    (
        lambda engine: engine.upsert(
            [listing(offer=Offer(price_tiers=(PriceTier(low=5.0, high=2.0),)))]
        ),
        "from 5.0 down to 2.0",
    ),
    # "11" is the listings 1 and 1 to whoever goes through its letters.
    (lambda engine: engine.remove("11"), "ids is '11'"),
]


@pytest.mark.parametrize(("write", "said"), WRITES)
def test_writes_of_a_wrong_form_change_nothing(
    engine: SearchEngine, write: Callable[[SearchEngine], object], said: str
) -> None:
    version = engine.catalogue.version
    with pytest.raises(InvalidInputError, match=said):
        write(engine)
    assert engine.catalogue.version == version
    assert len(engine.catalogue) == 12


def test_a_folder_of_pictures_that_is_not_there(engine: SearchEngine, tmp_path: Path) -> None:
    # Read as "no picture is there", it would take the pictures of every listing away.
    source = tmp_path / "jugs.jsonl"
    source.write_text('{"id": "x", "title": "Jug", "images": ["x.jpg"]}\n', encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no folder"):
        engine.index(source, images=tmp_path / "pictures")
    assert len(engine.catalogue) == 12


def test_files_and_filters_of_a_wrong_form(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="files is None"):
        load_query(None)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match=r"images is 'jug\.jpg'"):
        build_queries(images="jug.jpg")
    with pytest.raises(FilterError, match="got None"):
        parse_filter(None)  # type: ignore[arg-type]
