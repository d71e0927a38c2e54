"""The second phase: what it may reorder, and what happens when it fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from deepsearch.engine import SearchEngine, SearchOptions
from deepsearch.engine.second_phase import rerank_hits
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.ranking import (
    CrossEncoderReranker,
    RerankConfig,
    SupplierHitJson,
    suppliers_to_json,
)
from deepsearch.schema import (
    Contribution,
    Explanation,
    FloatArray,
    Hit,
    Listing,
    ParsedQuery,
)
from tests.engine.answers import ids, said

TINY = Path(__file__).parent.parent / "ranking" / "data" / "tiny_cross.onnx"
ASKED = ParsedQuery(text="milk", language="en", product="milk")


class Rerank:
    """A reranker made of a function."""

    def __init__(self, order: Callable[[list[Hit]], list[Hit]]) -> None:
        self.order = order
        self.given = 0

    def rerank(self, query: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
        self.given = len(hits)
        return self.order(list(hits))


def scored(hit: Hit, score: float) -> Hit:
    explanation = Explanation(contributions=(Contribution(name="learned:test", value=score),))
    return replace(hit, score=score, explanation=explanation)


def by_length(hits: list[Hit]) -> list[Hit]:
    """Shortest title first, with scores far below the first phase's."""
    ordered = sorted(hits, key=lambda hit: (len(hit.listing.title), hit.listing.id))
    return [scored(hit, -float(len(hit.listing.title))) for hit in ordered]


def fail(hits: list[Hit]) -> list[Hit]:
    raise RuntimeError("the model is gone")


def made(count: int) -> list[Hit]:
    return [
        scored(
            Hit(rank=n, listing=Listing(id=f"x{n}", title="x" * (9 - n)), score=0.0), 1.0 - n / 10
        )
        for n in range(1, count + 1)
    ]


# ---------------------------------------------------------------- order and scores


def test_it_reorders_the_first_hits_and_only_those(engine: SearchEngine) -> None:
    plain = engine.search("milk", k=20)
    reranker = Rerank(by_length)
    result = engine.search("milk", k=20, options=SearchOptions(reranker=reranker, rerank_depth=8))
    assert reranker.given == 8
    lengths = [len(hit.listing.title) for hit in result.hits[:8]]
    assert lengths == sorted(lengths)
    assert ids(result)[:8] != ids(plain)[:8]
    assert sorted(ids(result)[:8]) == sorted(ids(plain)[:8])
    assert ids(result)[8:] == ids(plain)[8:]
    assert result.facts["reranked"] == 8
    assert "rerank" in result.timings_ms
    assert not said(result)


def test_ranks_scores_and_explanations_agree(engine: SearchEngine) -> None:
    options = SearchOptions(reranker=Rerank(by_length), rerank_depth=8)
    hits = engine.search("milk", k=20, options=options).hits
    assert [hit.rank for hit in hits] == list(range(1, 21))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)


def test_hits_below_the_wanted_ones_may_rise(engine: SearchEngine) -> None:
    deep = engine.search("milk", k=40)
    result = engine.search("milk", k=3, options=SearchOptions(reranker=Rerank(by_length)))
    best = [hit.listing.id for hit in by_length(list(engine.search("milk", k=50).hits))[:3]]
    assert ids(result) == best
    assert not set(best) <= set(ids(deep)[:3])


def test_the_limit_a_supplier_holds_after_reranking(engine: SearchEngine) -> None:
    options = SearchOptions(reranker=Rerank(by_length), max_per_supplier=1)
    hits = engine.search("fruit", k=10, options=options).hits
    suppliers = [hit.listing.supplier.id for hit in hits if hit.listing.supplier]
    assert len(suppliers) == len(set(suppliers))


def test_hits_beyond_the_depth_keep_their_scores_where_they_fit() -> None:
    hits = made(4)
    lifted = Rerank(lambda found: [scored(hit, 5.0) for hit in reversed(found)])
    result = rerank_hits(lifted, ASKED, hits, depth=2, budget_ms=None)
    assert [hit.listing.id for hit in result.hits] == ["x2", "x1", "x3", "x4"]
    assert [hit.score for hit in result.hits] == [5.0, 5.0, hits[2].score, hits[3].score]


def test_no_hits_are_no_work() -> None:
    result = rerank_hits(Rerank(fail), ASKED, [], depth=5, budget_ms=None)
    assert (result.hits, result.notes, result.count) == ([], (), 0)


# ---------------------------------------------------------------- falling back


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (fail, "the model is gone"),
        (lambda hits: hits[1:], "7 came back"),
        (lambda hits: [*hits[1:], hits[1]], "not the same"),
        (lambda hits: [replace(hit, score=hit.score + 1) for hit in hits], "parts sum to"),
        (lambda hits: [scored(hit, float("nan")) for hit in hits], "nan"),
    ],
)
@pytest.mark.parametrize("budget", [None, 10_000.0])
def test_what_a_reranker_does_wrong_leaves_the_first_order(
    engine: SearchEngine, order: Callable[[list[Hit]], list[Hit]], says: str, budget: float | None
) -> None:
    plain = engine.search("milk", k=8)
    options = SearchOptions(reranker=Rerank(order), rerank_depth=8, rerank_ms=budget)
    result = engine.search("milk", k=8, options=options)
    assert [(h.rank, h.score, h.listing.id) for h in result.hits] == [
        (h.rank, h.score, h.listing.id) for h in plain.hits
    ]
    (text,) = said(result)
    assert says in text
    assert "first ranking stands" in text
    assert result.facts["reranked"] == 0


def test_a_late_reranker_is_not_waited_for(engine: SearchEngine) -> None:
    gate = threading.Event()

    def wait(hits: list[Hit]) -> list[Hit]:
        gate.wait(30)
        return by_length(hits)

    try:
        options = SearchOptions(reranker=Rerank(wait), rerank_ms=20.0)
        result = engine.search("milk", k=5, options=options)
    finally:
        gate.set()
    assert ids(result) == ids(engine.search("milk", k=5))
    (text,) = said(result)
    assert "20 ms" in text
    assert 20 <= result.timings_ms["rerank"] < 5_000


def test_in_time_the_budget_changes_nothing(engine: SearchEngine) -> None:
    free = SearchOptions(reranker=Rerank(by_length))
    bound = replace(free, rerank_ms=10_000.0)
    assert ids(engine.search("milk", options=bound)) == ids(engine.search("milk", options=free))


def test_rerankers_that_hang_do_not_gather_threads() -> None:
    gate = threading.Event()

    def wait(hits: list[Hit]) -> list[Hit]:
        gate.wait(30)
        return hits

    before = threading.active_count()
    try:
        for _ in range(100):
            late = rerank_hits(Rerank(wait), ASKED, made(2), depth=2, budget_ms=1.0)
            assert late.count == 0
        assert threading.active_count() - before < 100
    finally:
        gate.set()
    # Once they are through, the second phase works again.
    again = rerank_hits(Rerank(by_length), ASKED, made(2), depth=2, budget_ms=10_000.0)
    assert again.count == 2


@pytest.mark.parametrize(
    "wrong", [{"rerank_depth": 0}, {"rerank_ms": 0.0}, {"rerank_ms": float("nan")}]
)
def test_options_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        SearchOptions(**wrong)  # type: ignore[arg-type]


# ---------------------------------------------------------------- a cross-encoder


class Shortest:
    """Logit: the shorter a text, the better."""

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        return np.array([-len(text) / 10 for text in texts], dtype=np.float32)


class Broken:
    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        raise EncodingError("out of order")


def test_a_cross_encoder_adds_its_part(engine: SearchEngine) -> None:
    reranker = CrossEncoderReranker(Shortest(), config=RerankConfig(budget_ms=10_000))
    hits = engine.search("milk", k=20, options=SearchOptions(reranker=reranker)).hits
    names = [{part.name for part in hit.explanation.contributions} for hit in hits]
    assert any("cross_encoder" in own and "meaning" in own for own in names)
    for hit in hits:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)


def test_what_a_cross_encoder_left_out_is_noted(engine: SearchEngine) -> None:
    options = SearchOptions(reranker=CrossEncoderReranker(Broken()))
    result = engine.search("milk", options=options)
    assert "out of order" in said(result)[0]
    assert ids(result) == ids(engine.search("milk"))


class Slow:
    """Logit: the longer a text, the better; a text takes a tenth of a second."""

    def __init__(self) -> None:
        self.read = 0

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        time.sleep(0.1 * len(texts))
        self.read += len(texts)
        return np.array([len(text) / 10 for text in texts], dtype=np.float32)


def test_a_slow_cross_encoder_reads_what_the_milliseconds_allow(engine: SearchEngine) -> None:
    scorer = Slow()
    reranker = CrossEncoderReranker(scorer, config=RerankConfig(budget_ms=10_000))
    options = SearchOptions(k=10, reranker=reranker, rerank_ms=1000)
    result = engine.search("milk", options=options)
    assert 2 <= scorer.read <= 8
    assert said(result) == [
        f"Read {scorer.read} of 24 hits within 800 ms; the others keep their first score."
    ]
    assert result.timings_ms["rerank"] < 1500


def test_suppliers_are_ranked_by_what_the_second_phase_read(engine: SearchEngine) -> None:
    plain = engine.search_suppliers("orange juice", k=5)
    reranker = Rerank(by_length)
    options = SearchOptions(profile="custom product", reranker=reranker)
    again = engine.search_suppliers("orange juice", k=5, options=options)
    assert reranker.given == 50
    assert [hit.supplier.id for hit in again] != [hit.supplier.id for hit in plain]
    assert any(part.name == "best:learned:test" for part in again[0].explanation.contributions)
    for hit in again:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)
    failed = engine.search_suppliers("orange juice", k=5, options=replace(options,
                                     reranker=Rerank(fail)))  # fmt: skip
    assert failed.hits == plain.hits
    data = json.loads(json.dumps(suppliers_to_json(plain), allow_nan=False))
    TypeAdapter(list[SupplierHitJson]).validate_python(data)
    assert [hit["supplier"]["id"] for hit in data] == [hit.supplier.id for hit in plain]
    assert [[h["listing_id"] for h in hit["listings"]] for hit in data] == [
        [h.listing.id for h in hit.listings] for hit in plain
    ]
    for hit in data:
        assert sum(part["value"] for part in hit["explanation"]) == pytest.approx(hit["score"])
    assert "the model is gone" in next(n.text for n in failed.notes if n.stage == "rerank")
