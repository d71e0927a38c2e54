"""What the first finds of a text do to the search that follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepsearch.engine import FusionConfig, SearchEngine, SearchOptions
from deepsearch.engine.retrieval import Run, trusting
from deepsearch.errors import InvalidInputError
from deepsearch.schema import FloatArray, IntArray

PLAIN = FusionConfig(feedback=0.0, least_trust=1.0, alike=0.0)


def run_of(name: str, rows: list[int], meaning: FloatArray) -> Run:
    """A run of some rows, whose `score` says what each row means."""

    def score(wanted: IntArray) -> FloatArray:
        return meaning[wanted]

    found = np.array(rows, dtype=np.int64)
    return Run(
        name=name,
        rows=found,
        scores=meaning[found],
        parts=np.full(len(rows), -1, dtype=np.int64),
        score=score,
        weight=2.0,
    )


def test_words_that_find_other_things_count_less() -> None:
    meaning = np.zeros(100, dtype=np.float32)
    meaning[:10], meaning[10:20] = 0.8, 0.4
    own = run_of("meaning", list(range(10)), meaning)
    usual = float(meaning.mean())
    share = (0.4 - usual) / (0.8 - usual)
    for rows, weight in (
        (list(range(10)), 2.0),  # finds the same
        (list(range(90, 100)), 2.0 * 0.3),  # finds what means nothing of it
        (list(range(10, 20)), 2.0 * (0.3 + 0.7 * share**3)),
    ):
        words = trusting(run_of("words", rows, meaning), own, listings=100, floor=0.3)
        assert words.weight == pytest.approx(weight, abs=1e-6)


def test_likes_are_a_part_of_the_score(engine: SearchEngine) -> None:
    options = SearchOptions(k=5)
    hits = engine.search("something sour to drink in the morning", options=options).hits
    for hit in hits:
        parts = {part.name: part.value for part in hit.explanation.contributions}
        assert parts["alike"] > 0
        assert sum(parts.values()) == pytest.approx(hit.score, abs=1e-6)
    without = replace(options, fusion=FusionConfig(alike=0.0))
    for hit in engine.search("something sour to drink in the morning", options=without).hits:
        assert "alike" not in {part.name for part in hit.explanation.contributions}


def test_stages_are_switched_apart(engine: SearchEngine) -> None:
    text = "We open a small cafe and look for something made of oats to pour into the coffee"
    plain = engine.search(text, options=SearchOptions(k=5, fusion=PLAIN))
    for fusion in (
        replace(PLAIN, feedback=0.5),
        replace(PLAIN, least_trust=0.0),
        replace(PLAIN, alike=0.5),
    ):
        changed = engine.search(text, options=SearchOptions(k=5, fusion=fusion))
        assert [hit.score for hit in changed.hits] != [hit.score for hit in plain.hits]
        assert any("oat" in hit.listing.title.lower() for hit in changed.hits)


@pytest.mark.parametrize("change", [{"feedback": -1.0}, {"least_trust": 1.5}, {"alike": -0.1}])
def test_unusable_shares_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(change))):
        FusionConfig(**change)  # type: ignore[arg-type]
