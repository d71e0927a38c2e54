"""The learned ranker: learns what grades say, stays monotone, explains itself, saves as text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.protocols import Reranker
from deepsearch.ranking import Candidate, rank
from deepsearch.ranking.learned import (
    FEATURES,
    LearnConfig,
    LearnedRanker,
    TrainingQuery,
    features_of,
    train_ranker,
)
from deepsearch.schema import Hit, ParsedQuery, Supplier
from tests.ranking.builders import TODAY, claim, listing, need, query

pytest.importorskip("lightgbm", reason="needs the learn extra")

ASKED = query(
    need("certification", "eq", "CE", hard=False), need("supplier_years", "ge", 3, "year")
)


def found(seed: int, n: int = 20) -> list[Hit]:
    """Hits whose on-time rate, not their relevance, is what this buyer grades by."""
    random = np.random.default_rng(seed)
    candidates = [
        Candidate(
            listing=listing(
                f"q{seed}-{i:02}",
                f"thing {i}",
                supplier=Supplier(
                    id=f"s{i}",
                    on_time_rate=float(random.uniform(0.6, 1.0)),
                    years=float(random.integers(3, 20)),
                ),
                claims=(claim("certification", "CE"),) if random.random() < 0.5 else (),
            ),
            relevance=float(random.uniform(0.5, 1.0)),
        )
        for i in range(n)
    ]
    return rank(candidates, ASKED, k=n, today=TODAY)


def on_time(hit: Hit) -> float:
    assert hit.listing.supplier is not None
    assert hit.listing.supplier.on_time_rate is not None
    return hit.listing.supplier.on_time_rate


def graded(seed: int, *, clicks: bool = False) -> TrainingQuery:
    hits = found(seed)
    grades = {h.listing.id: int(on_time(h) > 0.8) + (not clicks and on_time(h) > 0.9) for h in hits}
    return TrainingQuery(parsed=ASKED, hits=hits, grades=grades, clicks=clicks)


TRAINED = train_ranker([graded(seed) for seed in range(30)], today=TODAY)


def mean_on_time(hits: list[Hit]) -> float:
    return float(np.mean([on_time(hit) for hit in hits[:5]]))


def test_it_learns_what_the_grades_say_and_holds_on_other_queries() -> None:
    assert isinstance(TRAINED, Reranker)
    before = [mean_on_time(found(seed)) for seed in range(100, 110)]
    after = [mean_on_time(TRAINED.rerank(ASKED, found(seed))) for seed in range(100, 110)]
    assert np.mean(after) > 0.93
    assert np.mean(after) > np.mean(before) + 0.08


def test_clicks_are_learned_from_with_their_positions() -> None:
    ranker = train_ranker([graded(seed, clicks=True) for seed in range(30)], today=TODAY)
    assert mean_on_time(ranker.rerank(ASKED, found(200))) > mean_on_time(found(200))


def test_parts_sum_to_the_score_and_keep_their_sentences() -> None:
    hits = found(300)
    again = TRAINED.rerank(ASKED, hits)
    assert sorted(h.listing.id for h in again) == sorted(h.listing.id for h in hits)
    assert [h.rank for h in again] == list(range(1, len(hits) + 1))
    raw = TRAINED._booster.predict(features_of(ASKED, hits, today=TODAY)) / LearnConfig().trust
    by_id = {hit.listing.id: (hit, added) for hit, added in zip(hits, raw, strict=True)}
    same_for_all = {
        round(after.score - before.score - added, 6)
        for after in again
        for before, added in (by_id[after.listing.id],)
    }
    assert len(same_for_all) == 1
    for hit in again:
        assert hit.explanation.total == pytest.approx(hit.score, abs=1e-6)
        before = by_id[hit.listing.id][0].explanation.contributions
        assert hit.explanation.contributions[: len(before)] == before
        told = {p.name: p.sentence for p in hit.explanation.contributions}
        assert told["learned:on_time_rate"] == "Learned from on time rate."


def test_few_judgements_change_little() -> None:
    one = train_ranker([graded(1)], today=TODAY)
    hits = found(700)
    again = one.rerank(ASKED, hits)
    assert again[0].listing.id == hits[0].listing.id
    before = {hit.listing.id: hit.score for hit in hits}
    assert max(abs(hit.score - before[hit.listing.id]) for hit in again) < 0.1


def test_more_of_a_good_thing_never_scores_less() -> None:
    random = np.random.default_rng(7)
    rows = features_of(ASKED, found(400), today=TODAY)
    falling = {"hard_unknown", "hard_violated", "wish_violated"}
    for column, name in enumerate(FEATURES):
        more = rows.copy()
        more[:, column] += random.uniform(0.01, 1.0, len(rows))
        change = TRAINED._booster.predict(more) - TRAINED._booster.predict(rows)
        assert (change <= 1e-12).all() if name in falling else (change >= -1e-12).all(), name


def test_features_are_named_and_unknown_is_zero() -> None:
    empty = rank([Candidate(listing=listing("a"), relevance=2.0)], ASKED, today=TODAY)
    row = dict(zip(FEATURES, features_of(ASKED, empty, today=TODAY)[0], strict=True))
    assert row["relevance"] == 1.0
    assert (row["hard_unknown"], row["hard_met"], row["wish_met"]) == (1.0, 0.0, 0.0)
    known = {name for name, value in row.items() if value != 0}
    assert known == {"relevance", "hard_unknown", "specification", "pictures"}
    assert features_of(ASKED, []).shape == (0, len(FEATURES))


def test_same_data_and_seed_give_the_same_model() -> None:
    again = train_ranker([graded(seed) for seed in range(30)], today=TODAY)
    assert again.rerank(ASKED, found(500)) == TRAINED.rerank(ASKED, found(500))


def test_saved_as_text_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "ranker.json"
    TRAINED.save(path)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["features"] == list(FEATURES)
    read = LearnedRanker.load(path, today=TODAY)
    assert read.rerank(ASKED, found(600)) == TRAINED.rerank(ASKED, found(600))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ranker.json"
    with pytest.raises(UnreadableFileError, match="Cannot read"):
        LearnedRanker.load(path)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="no ranker"):
        LearnedRanker.load(path)
    TRAINED.save(path)
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "features": ["relevance"]}), encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="Train it again"):
        LearnedRanker.load(path)
    path.write_text(json.dumps({**record, "trust": 0}), encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="trust"):
        LearnedRanker.load(path)
    for damaged in (5, record["model"][:-100], record["model"].replace("0", "1", 1)):
        path.write_text(json.dumps({**record, "model": damaged}), encoding="utf-8")
        with pytest.raises(UnreadableFileError, match="damaged"):
            LearnedRanker.load(path)


def test_nothing_to_learn_from_is_said() -> None:
    alike = replace(graded(1), grades={hit.listing.id: 1 for hit in graded(1).hits})
    with pytest.raises(InvalidInputError, match="nothing to learn from"):
        train_ranker([alike])
    with pytest.raises(InvalidInputError, match="mixed"):
        train_ranker([graded(1), graded(2, clicks=True)])
    with pytest.raises(InvalidInputError, match="expected trees"):
        LearnConfig(trees=0)
    assert TRAINED.rerank(ParsedQuery(text="", language="en", product=""), []) == []
