"""What requirements imply: written cases judged by hand, and the rules' own shape."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deepsearch.understanding import RuleParser, imply, parse, rules, without_rule
from deepsearch.understanding.lexicon import load_data

CASES = json.loads((Path(__file__).parent / "data" / "implied.json").read_text(encoding="utf-8"))


def test_written_cases_reach_precision_and_recall():
    right = fired = meant = 0
    wrong = []
    for case in CASES:
        found = {r.implied_by for r in parse(case["text"]).requirements if r.implied_by}
        expected = set(case["expected"])
        right, fired, meant = (
            right + len(found & expected),
            fired + len(found),
            meant + len(expected),
        )
        if found != expected:
            wrong.append((case["text"], sorted(found - expected), sorted(expected - found)))
    assert len(CASES) >= 100
    assert right / fired >= 0.95, wrong
    assert right / meant >= 0.8, wrong


def test_at_least_120_rules_each_with_reason_and_authority():
    found = rules()
    assert len(found) >= 120
    assert len({rule.id for rule in found}) == len(found)
    for rule in found:
        assert rule.why.endswith(".")
        assert rule.source
        assert rule.implies


def test_every_condition_names_something_that_exists():
    groups = load_data("groups")
    conditions = {"goods", "not_goods", "context", "not_context", "market", "not_market", "packaging",  # noqa: E501
                  "cold", "hot", "age_below", "unless", "context_words", "not_words"}  # fmt: skip
    for rule in rules():
        assert set(rule.when) <= conditions, rule.id
        for key in ("goods", "not_goods"):
            assert set(rule.when.get(key, ())) <= set(groups["goods"]), rule.id
        for key in ("context", "not_context"):
            assert set(rule.when.get(key, ())) <= set(groups["context"]), rule.id


def test_inferences_are_soft_explained_and_without_span():
    found = [
        r for r in parse("electric bikes, -20 °C, ship to Norway").requirements if r.implied_by
    ]
    assert found
    for r in found:
        assert not r.hard
        assert r.span is None
        assert r.why


def test_a_rule_can_be_switched_off():
    parsed = RuleParser(implied=False).parse("electric bikes, -20 °C, ship to Norway")
    assert not any(r.implied_by for r in parsed.requirements)
    everything = imply(parsed)
    assert any(r.implied_by == "cold-battery" for r in everything)
    fewer = imply(parsed, switched_off={"cold-battery"})
    assert not any(r.implied_by == "cold-battery" for r in fewer)
    full = parse("electric bikes, -20 °C, ship to Norway")
    assert not any(r.implied_by == "eu-rohs" for r in without_rule(full, "eu-rohs").requirements)


@pytest.mark.parametrize(
    "text",
    [
        "garden chairs, not for outdoor use",
        "We are based in Germany and need 100 ballpoint pens",
        "hello",
        "",
    ],
)
def test_what_is_denied_or_not_asked_for_implies_nothing(text):
    assert not [
        r for r in parse(text).requirements if r.implied_by and r.implied_by != "garden-furniture"
    ]


def test_what_the_buyer_said_is_not_inferred_again():
    parsed = parse("electric kettles 120 V, CE, RoHS, ship to Germany")
    implied = [(r.field, r.value) for r in parsed.requirements if r.implied_by]
    assert ("certification", "CE") not in implied
    assert ("certification", "RoHS") not in implied
    assert not any(field == "voltage" for field, _ in implied)
