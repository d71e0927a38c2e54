"""The whole way of a query, on the bundled groceries with the real default encoders."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

import pytest

from deepsearch import F, FilterError, InvalidInputError, Query, QueryPart, SearchEngine, parse
from deepsearch.demo import data_folder
from deepsearch.engine import FusionConfig, SearchOptions, build_queries
from deepsearch.engine.wording import retrieval_text
from deepsearch.errors import CatalogueError, UnreadableFileError
from deepsearch.schema import Listing, Modality, Offer, PriceTier, Status
from tests.engine.answers import ids

PHOTOS = data_folder() / "photos"


# ---------------------------------------------------------------- finding


def test_words_find_the_product(engine: SearchEngine) -> None:
    assert ids(engine.search("ginger root for asian cooking", k=3))[0] == "gro:Ginger"


def test_a_photo_finds_its_product(engine: SearchEngine) -> None:
    found = ids(engine.search(images=[PHOTOS / "Granny-Smith.jpg"], k=5))
    assert "gro:Granny-Smith" in found


def test_a_photo_reports_the_picture_that_matched(engine: SearchEngine) -> None:
    hit = engine.search(images=[PHOTOS / "Banana.jpg"], k=1).hits[0]
    assert hit.media is not None
    assert hit.media.uri == hit.listing.media[0].uri
    assert hit.media.query_source == "Banana.jpg"


def test_photo_and_words_use_both(engine: SearchEngine) -> None:
    result = engine.search("juice", images=[PHOTOS / "Granny-Smith.jpg"], k=20)
    names = {part.name for hit in result.hits for part in hit.explanation.contributions}
    assert {"meaning", "words", "picture"} <= names


def test_a_heavier_part_counts_more(engine: SearchEngine) -> None:
    photo = (PHOTOS / "Granny-Smith.jpg").read_bytes()

    def rank_of_apple(weight: float) -> int:
        part = QueryPart(kind=Modality.PICTURE, picture=photo, weight=weight)
        query = Query(text="oat milk", parts=(part,))
        return ids(engine.search(query, k=81)).index("gro:Granny-Smith")

    assert rank_of_apple(5.0) < rank_of_apple(0.2)


def test_unlike_lowers_what_it_names(engine: SearchEngine) -> None:
    plain = engine.search("apple", k=81)
    away = QueryPart(kind=Modality.TEXT, text="juice", weight=-1.0)
    fewer = engine.search(Query(text="apple", parts=(away,)), k=81)
    juices = [i for i in ids(plain) if "Juice" in i]
    assert juices

    def mean(found: list[str]) -> float:
        return sum(found.index(i) for i in juices) / len(juices)

    assert mean(ids(fewer)) > mean(ids(plain))


def test_explanations_sum_to_scores(engine: SearchEngine) -> None:
    away = QueryPart(kind=Modality.TEXT, text="juice", weight=-1.0)
    photo = QueryPart(kind=Modality.PICTURE, picture=(PHOTOS / "Leek.jpg").read_bytes())
    result = engine.search(Query(text="vegetable, MOQ not above 100", parts=(away, photo)), k=20)
    assert result.hits
    for hit in result.hits:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)
        assert all(part.sentence for part in hit.explanation.contributions)


def test_ranks_count_from_one_and_scores_fall(engine: SearchEngine) -> None:
    hits = engine.search("yoghurt", k=10).hits
    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert all(a.score >= b.score for a, b in itertools.pairwise(hits))


def test_same_query_same_answer(engine: SearchEngine, grocery_folder: Path) -> None:
    once = engine.search("soy drink", k=20)
    again = SearchEngine.open(grocery_folder).search("soy drink", k=20)
    assert [(h.listing.id, h.score) for h in once.hits] == [
        (h.listing.id, h.score) for h in again.hits
    ]


def test_many_together_answer_as_one_by_one(engine: SearchEngine) -> None:
    texts = ["milk", "green apple", "mushroom", "juice with pulp"]
    together = engine.search_many([Query(text=text) for text in texts])
    for text, result in zip(texts, together, strict=True):
        assert ids(result) == ids(engine.search(text))


def test_threads_get_the_same_answers(engine: SearchEngine) -> None:
    expected = ids(engine.search("sour cream"))
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(ids(engine.search("sour cream"))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


@pytest.mark.parametrize("method", ["rrf", "convex", "dbsf"])
def test_each_fusion_answers(engine: SearchEngine, method: str) -> None:
    options = SearchOptions(fusion=FusionConfig(method=method))  # type: ignore[arg-type]
    assert ids(engine.search("ginger", options=options))[0] == "gro:Ginger"


# ---------------------------------------------------------------- filters, requirements


def test_a_filter_is_exact(engine: SearchEngine) -> None:
    where = (F("price.min") <= 1.0) & (F("supplier.years") >= 3)
    result = engine.search("fruit", where=where, k=81)
    expected = {
        listing.id
        for listing in engine.catalogue.listings(range(len(engine.catalogue)))
        if listing.offer.price_min is not None
        and listing.offer.price_min <= 1.0
        and listing.supplier is not None
        and listing.supplier.years is not None
        and listing.supplier.years >= 3
    }
    assert expected
    assert set(ids(result)) == expected
    assert result.facts["allowed"] == len(expected)


def test_a_filter_alone_is_a_query(engine: SearchEngine) -> None:
    result = engine.search(where="price is unknown", k=81)
    assert result.hits
    assert all(hit.listing.offer.price_min is None for hit in result.hits)


def test_hard_requirements_exclude_violations_and_show_unknown(engine: SearchEngine) -> None:
    result = engine.search("juice, MOQ not above 50", k=81)
    statuses = {
        judgement.status
        for hit in result.hits
        for judgement in hit.judgements
        if judgement.requirement.field == "min_order_quantity"
    }
    assert statuses == {Status.MET, Status.UNKNOWN}


def test_unknown_can_be_excluded(engine: SearchEngine) -> None:
    options = SearchOptions(k=81, unknown="exclude")
    result = engine.search("juice, MOQ not above 50", options=options)
    assert result.hits
    for hit in result.hits:
        quantity = hit.listing.offer.min_order_quantity
        assert quantity is not None
        assert quantity.value <= 50


def test_k_beyond_the_catalogue_returns_all(engine: SearchEngine) -> None:
    assert len(engine.search("food", k=10_000).hits) == 81


def test_a_filter_that_leaves_nothing(engine: SearchEngine) -> None:
    result = engine.search("juice", where="price.min > 1000000")
    assert result.hits == ()
    assert any("0 of 81" in note.text for note in result.notes)


# ---------------------------------------------------------------- wrong requests


@pytest.mark.parametrize("k", [0, -1, True, 2.5])
def test_k_must_be_a_positive_whole_number(engine: SearchEngine, k: object) -> None:
    with pytest.raises(InvalidInputError, match="expected a whole number >= 1"):
        engine.search("milk", k=k)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_query_is_refused(engine: SearchEngine, text: str) -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        engine.search(text)


def test_negative_parts_alone_are_refused(engine: SearchEngine) -> None:
    away = QueryPart(kind=Modality.TEXT, text="juice", weight=-1.0)
    with pytest.raises(InvalidInputError, match="negative"):
        engine.search(Query(parts=(away,)))


def test_an_unknown_field_names_the_nearest(engine: SearchEngine) -> None:
    with pytest.raises(FilterError, match=r"supplier\.years"):
        engine.search("milk", where="supplier.yeers >= 3")


def test_a_damaged_picture_is_refused(engine: SearchEngine) -> None:
    whole = (PHOTOS / "Leek.jpg").read_bytes()
    with pytest.raises(UnreadableFileError):
        engine.search(images=[whole[: len(whole) // 3]])


def test_no_catalogue_says_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="index"):
        SearchEngine.open(tmp_path / "nothing")


# ---------------------------------------------------------------- sheets


def test_each_row_of_a_sheet_is_answered(engine: SearchEngine) -> None:
    queries = build_queries(files=[data_folder() / "enquiry.xlsx"])
    assert len(queries) == 6
    assert [sum(part.picture is not None for part in q.parts) for q in queries] == [
        0,
        0,
        1,
        0,
        1,
        0,
    ]
    results = engine.search_many(queries)
    assert "gro:Granny-Smith" in ids(results[2])[:5]
    assert ids(results[3])[0] == "gro:Oatly-Oat-Milk"


# ---------------------------------------------------------------- relaxing, suppliers


def test_too_few_hits_name_what_dropping_would_find(engine: SearchEngine) -> None:
    options = SearchOptions(unknown="exclude")
    text = "juice, MOQ not above 5, supplier with at least 3 years"
    result = engine.search(text, options=options)
    assert result.hits == ()
    ways = dict(result.facts["relaxations"])
    assert ways
    without_moq = engine.search("juice, supplier with at least 3 years", options=options)
    assert any(count > 0 for count in ways.values())
    assert without_moq.hits
    assert any(note.stage == "relax" for note in result.notes)


def test_enough_hits_relax_nothing(engine: SearchEngine) -> None:
    result = engine.search("juice, MOQ not above 500", k=3)
    assert "relaxations" not in result.facts


def test_suppliers_are_ranked_with_the_listings_that_speak_for_them(engine: SearchEngine) -> None:
    suppliers = engine.search_suppliers("orange juice", k=3)
    assert [hit.rank for hit in suppliers] == [1, 2, 3]
    assert len({hit.supplier.id for hit in suppliers}) == 3
    assert any("uice" in hit.listing.title for hit in suppliers[0].listings)


def test_the_deals_words_are_judged_not_searched_for() -> None:
    text = "steel bottle, MOQ 500, FOB Shanghai, food grade"
    parsed = parse(text)
    rest = retrieval_text(text, parsed)
    assert "bottle" in rest
    assert "steel" in rest
    assert "MOQ" not in rest
    assert "Shanghai" not in rest
    assert retrieval_text("MOQ 500", parse("MOQ 500")) == "MOQ 500"


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        (
            "drone camera, supplier rated 4.8 or better with a reorder rate above 20 %",
            "drone camera",
        ),
        ("pipe plant, MOQ not more than 5 pieces, seller with at least 5 years", "pipe plant"),
        ("ball head, less than 5 USD each, MOQ 100 or lower", "ball head"),
        ("1.5 ton 5 star air conditioner", "1.5 ton 5 star air conditioner"),
        ("price tag for a seller of glass", "price tag for a seller of glass"),
    ],
)
def test_what_is_left_of_the_deals_clauses_goes_too(text: str, searched: str) -> None:
    assert retrieval_text(text, parse(text)) == searched


def test_another_languages_words_are_searched_for_as_they_are_and_in_english(
    engine: SearchEngine,
) -> None:
    german = "Joghurt mit Honig, MOQ höchstens 500"
    assert retrieval_text(german, parse(german)) == "Joghurt mit Honig\nJoghurt honey"
    for options in (SearchOptions(k=3), SearchOptions(k=3, requirements=False)):
        hits = engine.search("jugo de manzana", options=options).hits
        assert "juice" in hits[0].listing.title.lower()


def test_prices_are_judged_at_the_quantity_asked(tmp_path: Path) -> None:
    tiers = (
        PriceTier(low=3.0, high=3.0, min_quantity=1, max_quantity=99),
        PriceTier(low=2.0, high=2.0, min_quantity=100),
    )
    listing = Listing(
        id="a",
        title="steel bottle",
        offer=Offer(currency="USD", price_unit="piece", price_tiers=tiers),
    )
    engine = SearchEngine.create(tmp_path / "catalogue")
    engine.upsert([listing])
    assert ids(engine.search("500 pcs steel bottle, max USD 2.50 each")) == ["a"]
    assert ids(engine.search("50 pcs steel bottle, max USD 2.50 each")) == []


def test_several_pictures_count_together(engine: SearchEngine) -> None:
    photos = [PHOTOS / "Banana.jpg", PHOTOS / "Carrots.jpg"]
    worse = {}
    for pictures in ("mean", "max"):
        fusion = FusionConfig(pictures=pictures)  # type: ignore[arg-type]
        result = engine.search(images=photos, options=SearchOptions(k=81, fusion=fusion))
        found = ids(result)
        worse[pictures] = max(found.index("gro:Banana"), found.index("gro:Carrots"))
        for hit in result.hits:
            assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)
    # Neither product looks like both photos; the best of them is enough for "max".
    assert worse["max"] < min(10, worse["mean"])


@pytest.mark.parametrize(
    "wrong", [{"method": "sum"}, {"pictures": "median"}, {"words_weight": -1.0}]
)
def test_a_wrong_fusion_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="expected"):
        FusionConfig(**wrong)
