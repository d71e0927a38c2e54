"""The annotated lines, scored by their own scorer; and the real requests, where they lie."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from deepsearch.understanding import RuleParser, to_json

DATA = Path(__file__).parent / "data"
TODAY = dt.date(2026, 1, 15)


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    sys.path.insert(0, str(DATA))
    spec = importlib.util.spec_from_file_location("rfq_score", DATA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def outcome(scorer):
    gold = scorer.load(DATA / "gold_dev.jsonl")
    parser = RuleParser()
    return scorer.score(
        gold, [{"id": o["id"], **to_json(parser.parse(o["text"], today=TODAY))} for o in gold]
    )


def test_f1_overall_and_on_numbers(outcome):
    assert outcome["all"].prf()[2] >= 0.90
    assert outcome["num"].prf()[2] >= 0.92


def test_no_sign_is_lost(outcome):
    assert outcome["signs"] == []


def test_hard_and_wish_are_told_apart(outcome):
    right, pairs = outcome["hard"]
    assert right / pairs >= 0.95
    assert outcome["soft"][0] >= 0.8 * outcome["soft"][1]


def test_every_language_reaches_its_floor(outcome):
    for language, counts in outcome["lang"].items():
        assert counts.prf()[2] >= 0.80, language


def test_the_languages_are_recognised():
    gold = [
        json.loads(line)
        for line in (DATA / "gold_dev.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    parser = RuleParser(implied=False, questions=False)
    wrong = [o["id"] for o in gold if parser.parse(o["text"]).language != o["lang"]]
    assert len(wrong) <= 2, wrong


def test_real_requests_never_crash_and_spans_hold(shared_data):
    path = shared_data / "rfq" / "rfq_dev.csv"
    if not path.is_file():
        pytest.skip(f"no {path}")
    parser = RuleParser()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 900
    for row in rows:
        for text in (row["detail"], row["Title"]):
            parsed = parser.parse(text, today=TODAY)
            for r in parsed.requirements:
                if r.implied_by:
                    assert r.span is None
                    continue
                assert r.span is not None
                start, end = r.span
                assert 0 <= start < end <= len(text)
                assert not text[start].isspace()
                assert not text[end - 1].isspace()
            assert parsed.product in text or parsed.product == ""
