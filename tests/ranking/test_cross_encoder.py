"""The cross-encoder phase: what it adds, its budgets, its failures, and the ONNX scorer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.protocols import Reranker
from deepsearch.ranking.cross_encoder import (
    CrossEncoderReranker,
    PairScorer,
    RerankConfig,
    listing_passage,
)
from deepsearch.ranking.pair_models import OnnxPairs
from deepsearch.schema import Contribution, Explanation, FloatArray, Hit, Listing
from tests.ranking.builders import listing, query

MODEL = Path(__file__).parent / "data" / "tiny_cross.onnx"
VOCABULARY = {
    word: number
    for number, word in enumerate(
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "steel", "bolt", "m8", "rubber", "hose", "red"]
    )
}


class SharedWords:
    """Logit = how many words a text shares with the request."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.sizes: list[int] = []

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        self.read += texts
        self.sizes.append(len(texts))
        wanted = set(query.split())
        return np.array([len(wanted & set(t.split())) for t in texts], dtype=np.float32)


class Broken:
    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        raise EncodingError("out of order")


class NotFinite:
    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        return np.full(len(texts), np.nan, dtype=np.float32)


def hits(*titles: str) -> list[Hit]:
    return [
        Hit(
            rank=rank,
            listing=listing(f"l{rank}", title),
            score=1.0 - rank / 100,
            explanation=Explanation(
                contributions=(Contribution(name="relevance", value=1.0 - rank / 100),)
            ),
        )
        for rank, title in enumerate(titles, start=1)
    ]


FOUND = hits("rubber hose", "red bolt", "steel bolt m8")


def test_the_fitting_listing_comes_up_and_the_parts_still_sum() -> None:
    reranker = CrossEncoderReranker(SharedWords())
    assert isinstance(reranker, Reranker)
    again = reranker.rerank(query(text="steel bolt m8"), FOUND)
    assert [hit.listing.id for hit in again] == ["l3", "l2", "l1"]
    assert [hit.rank for hit in again] == [1, 2, 3]
    for hit in again:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)
        assert hit.explanation.contributions[-1].sentence.endswith("% likely to fit.")
    # verdicts are centred: nobody gains by being read
    assert sum(h.explanation.contributions[-1].value for h in again) == pytest.approx(0, abs=1e-9)


def test_only_the_depth_is_read() -> None:
    scorer = SharedWords()
    CrossEncoderReranker(scorer, config=RerankConfig(depth=2)).rerank(query(text="bolt"), FOUND)
    assert scorer.read == ["rubber hose", "red bolt"]


class Clock:
    """Time that passes only where a scorer takes it."""

    def __init__(self, scorer: SharedWords, *, seconds_a_hit: float) -> None:
        self.scorer, self.seconds_a_hit = scorer, seconds_a_hit

    def __call__(self) -> float:
        return self.seconds_a_hit * len(self.scorer.read)


@pytest.mark.parametrize(
    ("seconds", "budget_ms", "sizes"),
    [
        (0.1, 950, [1, 8]),  # the first tells what a hit takes
        (0.1, 450, [1, 3]),
        (0.5, 400, [1]),  # one is read even where it takes too long
        (0.001, 950, [1, 8, 3]),
    ],
)
def test_batches_are_begun_only_if_they_will_end_in_time(
    seconds: float, budget_ms: float, sizes: list[int]
) -> None:
    scorer = SharedWords()
    found = hits(*["bolt"] * 12)
    reranker = CrossEncoderReranker(
        scorer,
        config=RerankConfig(budget_ms=budget_ms),
        clock=Clock(scorer, seconds_a_hit=seconds),
    )
    again, notes = reranker.rerank_noted(query(text="bolt"), found)
    assert scorer.sizes == sizes
    count = sum(sizes)
    left_out = f"Read {count} of 12 hits within {budget_ms} ms; the others keep their first score."
    assert [note.text for note in notes] == ([left_out] if count < 12 else [])
    assert {hit.listing.id for hit in again} == {hit.listing.id for hit in found}


def test_what_a_hit_took_last_time_is_known_the_next_time() -> None:
    scorer = SharedWords()
    found = hits(*["bolt"] * 12)
    reranker = CrossEncoderReranker(scorer, clock=Clock(scorer, seconds_a_hit=0.01))
    reranker.rerank_noted(query(text="bolt"), found, budget_ms=45)
    assert scorer.sizes == [1, 3]  # the caller's budget, less than its own 300 ms
    reranker.rerank_noted(query(text="bolt"), found, budget_ms=45)
    assert scorer.sizes == [1, 3, 4]


@pytest.mark.parametrize("scorer", [Broken(), NotFinite()])
def test_a_failing_scorer_leaves_the_first_ranking(scorer: PairScorer) -> None:
    again, notes = CrossEncoderReranker(scorer).rerank_noted(query(text="bolt"), FOUND)
    assert again == FOUND
    assert notes[0].stage == "cross_encoder"
    assert notes[0].text.startswith("Left out, since it failed")


def test_without_words_nothing_is_read() -> None:
    scorer = SharedWords()
    assert CrossEncoderReranker(scorer).rerank(query(text=" "), FOUND) == FOUND
    assert scorer.read == []


def test_a_passage_holds_what_the_listing_says() -> None:
    item = Listing(id="a", title="Bolt", brand="B", attributes={"Size": "M8"})
    assert listing_passage(item) == "Bolt\nB\nSize: M8"
    assert len(listing_passage(Listing(id="a", title="x" * 9000))) == 4000


@pytest.mark.parametrize("wrong", [{"depth": 0}, {"batch_size": 0}, {"budget_ms": 0},
                                   {"weight": -1}, {"weight": float("nan")}])  # fmt: skip
def test_wrong_configurations(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match="expected depth"):
        RerankConfig(**wrong)  # type: ignore[arg-type]


# ---------------------------------------------------------------- ONNX


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Tokenizer(WordLevel(VOCABULARY, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    made.save(str(path))
    return path


def by_hand(query_words: list[str], text_words: list[str]) -> float:
    first = ["[CLS]", *query_words, "[SEP]"]
    second = [*text_words, "[SEP]"]
    total = sum(np.sin(VOCABULARY.get(word, 1)) for word in first)
    total += 2 * sum(np.sin(VOCABULARY.get(word, 1)) for word in second)
    return float(total / (len(first) + len(second)))


def test_onnx_scores_as_worked_by_hand_padding_left_out(tokenizer: Path) -> None:
    scorer = OnnxPairs(MODEL, tokenizer, threads=1)
    texts = ["rubber hose", "steel bolt m8 red", "unheard"]
    expected = [by_hand(["steel", "bolt"], text.split()) for text in texts]
    together = scorer.score("steel bolt", texts)
    assert together.dtype == np.float32
    assert together == pytest.approx(expected, abs=1e-5)
    alone = [scorer.score("steel bolt", [text])[0] for text in texts]
    assert together == pytest.approx(alone, abs=1e-6)
    assert scorer.score("steel bolt", []).shape == (0,)


def test_long_pairs_are_cut(tokenizer: Path) -> None:
    scorer = OnnxPairs(MODEL, tokenizer, max_tokens=8, threads=1)
    cut = by_hand(["steel"], ["bolt"] * 4)  # 8 tokens with [CLS] and two [SEP]
    assert scorer.score("steel", ["bolt " * 5000]) == pytest.approx([cut], abs=1e-5)


def test_damaged_files_are_named(tokenizer: Path, tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    for model, tokens in ((broken, tokenizer), (MODEL, broken), (tmp_path / "none", tokenizer)):
        with pytest.raises(UnreadableFileError, match="Cannot load the cross-encoder"):
            OnnxPairs(model, tokens)
    with pytest.raises(InvalidInputError, match="at least 8"):
        OnnxPairs(MODEL, tokenizer, max_tokens=2)
