"""A ranker trained on judgements: in Python, and by the command."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from deepsearch.engine import SearchEngine, SearchOptions, train_on_judgements
from deepsearch.errors import InvalidInputError, MissingExtraError
from deepsearch.evaluation import write_qrels
from deepsearch.ranking import LearnConfig, LearnedRanker
from deepsearch.schema import (
    Query,
    SearchResult,
)
from tests.cli.command import run
from tests.engine.answers import ids, said

TINY = Path(__file__).parent.parent / "ranking" / "data" / "tiny_cross.onnx"

WORDS = (
    "milk",
    "juice",
    "apple",
    "yoghurt",
    "pepper",
    "cabbage",
    "cream",
    "melon",
    "onion",
    "pear",
)


def judgements(engine: SearchEngine) -> tuple[list[Query], dict[str, dict[str, int]]]:
    """Queries whose buyers want the cheap ones: grades by price, not by what the words say."""
    queries = [Query(id=word, text=word) for word in WORDS]
    qrels = {}
    for query in queries:
        hits = engine.search(query, k=30).hits
        prices = {hit.listing.id: hit.listing.offer.price_min for hit in hits}
        known = {listing: price for listing, price in prices.items() if price is not None}
        middle = float(np.median(list(known.values())))
        assert query.id is not None
        qrels[query.id] = {listing: 2 * (price < middle) for listing, price in known.items()}
    return queries, qrels


def test_training_lifts_queries_it_has_not_seen(engine: SearchEngine) -> None:
    pytest.importorskip("lightgbm", reason="needs the learn extra")
    queries, qrels = judgements(engine)
    options = SearchOptions(rerank_depth=30)
    trained = train_on_judgements(engine, queries, qrels, options=options)
    assert (trained.queries, trained.teaching, trained.hits) == (10, 10, 300)
    measured = trained.validation
    assert measured is not None
    assert measured.folds == 5
    assert measured.trained > measured.untrained + 0.2
    assert measured.difference.low > 0
    assert measured.difference.mean == pytest.approx(measured.trained - measured.untrained)
    # Used in a search, it does the same for words that were not among the queries.
    unseen = Query(text="kiwi")
    used = engine.search(unseen, options=replace(options, reranker=trained.ranker))
    assert not said(used)

    def mean_price(result: SearchResult) -> float:
        return float(np.mean([hit.listing.offer.price_min or 0 for hit in result.hits]))

    assert mean_price(used) < mean_price(engine.search(unseen))


def test_training_twice_gives_the_same_model(engine: SearchEngine, tmp_path: Path) -> None:
    pytest.importorskip("lightgbm", reason="needs the learn extra")
    queries, qrels = judgements(engine)
    for name in ("a", "b"):
        train_on_judgements(engine, queries, qrels, config=LearnConfig(trees=20)).ranker.save(
            tmp_path / name
        )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    json.loads((tmp_path / "a").read_text(encoding="utf-8"))


def test_one_query_is_learned_from_but_not_measured(engine: SearchEngine) -> None:
    pytest.importorskip("lightgbm", reason="needs the learn extra")
    queries, qrels = judgements(engine)
    one = {"milk": qrels["milk"]}
    trained = train_on_judgements(engine, queries, one)
    assert (trained.queries, trained.teaching) == (1, 1)
    assert trained.validation is None


def test_what_cannot_be_learned_from_is_said(engine: SearchEngine) -> None:
    pytest.importorskip("lightgbm", reason="needs the learn extra")
    queries, qrels = judgements(engine)
    with pytest.raises(InvalidInputError, match="None of the 10 queries is judged"):
        train_on_judgements(engine, queries, {"other": {"gro:Ginger": 1}})
    with pytest.raises(InvalidInputError, match=r"None of the .* hits .* is judged"):
        train_on_judgements(engine, queries, {"milk": {"no-such-listing": 1}})
    same = dict.fromkeys(qrels["milk"], 1)
    with pytest.raises(InvalidInputError, match="different grades"):
        train_on_judgements(engine, queries, {"milk": same})
    with pytest.raises(InvalidInputError, match="folds is 1"):
        train_on_judgements(engine, queries, qrels, folds=1)


def test_a_missing_extra_is_said_before_any_search(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    monkeypatch.setattr(engine, "search_many", lambda *_, **__: pytest.fail("searched"))
    with pytest.raises(MissingExtraError, match=r"deepsearch\[learn\]"):
        train_on_judgements(engine, [Query(id="milk", text="milk")], {"milk": {"x": 1}})


# ---------------------------------------------------------------- the command line


@pytest.fixture
def files(engine: SearchEngine, tmp_path: Path) -> tuple[Path, Path]:
    """Queries and judgements as files; one judged query is not among the queries."""
    asked, grades = judgements(engine)
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "qrels.tsv"
    lines = [json.dumps({"id": query.id, "text": query.text}) for query in asked]
    queries.write_text("\n".join(lines), encoding="utf-8")
    write_qrels(qrels, {**grades, "elsewhere": {"x": 1}})
    return queries, qrels


def test_train_ranker_and_search_with_it(
    engine: SearchEngine,
    grocery_folder: Path,
    files: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    pytest.importorskip("lightgbm", reason="needs the learn extra")
    (queries, qrels), model = files, tmp_path / "model.json"
    given = ("train-ranker", grocery_folder, "--queries", queries, "--qrels", qrels)
    done = run(*given, "--to", model, "--depth", 30)
    assert done.returncode == 0, done.stderr
    assert "10 queries, 10 with hits of different grades" in done.stdout
    untrained, trained = (
        float(line.split()[1]) for line in done.stdout.splitlines() if "trained  " in line
    )
    assert trained > untrained + 0.2
    assert "1 queries that q.jsonl lacks" in done.stderr
    done = run("search", grocery_folder, "kiwi", "-k", 4, "--json", "--rerank", model)
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)["hits"]
    options = SearchOptions(k=4, reranker=LearnedRanker.load(model))
    assert [hit["listing_id"] for hit in hits] == ids(engine.search("kiwi", options=options))
    assert any(part["name"].startswith("learned:") for part in hits[0]["explanation"])


def test_search_with_a_cross_encoder_in_a_folder(grocery_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    shutil.copy(TINY, model / "model.onnx")
    made = Tokenizer(WordLevel({"[PAD]": 0, "[UNK]": 1, "milk": 5}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    asked = ("search", grocery_folder, "milk", "-k", 3, "--json", "--rerank", model)
    done = run(*asked)
    assert done.returncode == 2
    assert "holds no cross-encoder but model.onnx" in done.stderr
    made.save(str(model / "tokenizer.json"))
    done = run(*asked, "--rerank-depth", 7, "--rerank-ms", 5000)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert {"cross_encoder"} <= {part["name"] for part in answer["hits"][0]["explanation"]}
    done = run(*asked, "--rerank-ms", 0)
    assert done.returncode == 2
    assert "budget_ms > 0" in done.stderr


def test_wrong_requests_end_with_2(
    grocery_folder: Path,
    files: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    pytest.importorskip("lightgbm", reason="needs the learn extra")
    (queries, qrels), model = files, tmp_path / "model.json"
    given = ("train-ranker", grocery_folder, "--queries", queries, "--qrels")
    unjudged = tmp_path / "unjudged.tsv"
    write_qrels(unjudged, {"milk": {"no-such-listing": 1}})
    for wrong, says in [
        (("search", grocery_folder, "kiwi", "--rerank", qrels), "train-ranker"),
        (("search", grocery_folder, "kiwi", "--rerank", tmp_path / "none"), "none"),
        ((*given, queries, "--to", model), "tabs"),
        ((*given, tmp_path / "none.tsv", "--to", model), "none.tsv"),
        ((*given, unjudged, "--to", model), "is judged"),
        ((*given, qrels, "--to", tmp_path / "no" / "model"), "folder that exists"),
    ]:
        done = run(*wrong)
        assert done.returncode == 2, done.stderr
        assert says in done.stderr
    assert not model.exists()


def test_a_missing_extra_ends_with_2(
    grocery_folder: Path,
    files: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    queries, qrels = files
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    for args in [
        ("train-ranker", grocery_folder, "--queries", queries, "--qrels", qrels, "--to", qrels),
        ("search", grocery_folder, "kiwi", "--rerank", tmp_path / "model.json"),
    ]:
        done = run(*args)
        assert done.returncode == 2
        assert "deepsearch[learn]" in done.stderr
