"""The parser on requests written without sight of it; see `blind/score.py`, `blind/implied.py`.

The floors lie a little below what was measured when they were set; they guard against
falling back and are no goal.
"""

from __future__ import annotations

import pytest

from tests.understanding.blind import implied
from tests.understanding.blind import score as blind


@pytest.mark.parametrize(
    ("split", "f1", "precision", "recall", "named"),
    [
        ("dev", 0.91, 0.945, 0.88, 0.79),
        ("dev2", 0.885, 0.92, 0.855, 0.84),
        ("test", 0.84, 0.875, 0.805, 0.60),
        ("dev3", 0.915, 0.95, 0.88, 0.87),
        ("dev4", 0.86, 0.915, 0.805, 0.57),
        ("test3", 0.735, 0.825, 0.66, 0.59),
        ("dev5", 0.83, 0.88, 0.785, 0.75),
        ("test5", 0.845, 0.89, 0.80, 0.64),
        ("dev6", 0.80, 0.88, 0.73, 0.70),
        ("test6", 0.66, 0.775, 0.575, 0.65),
    ],
)
def test_requirements_of_strangers_are_read(
    split: str, f1: float, precision: float, recall: float, named: float
) -> None:
    report = blind.score(blind.load(f"requirements_{split}"))
    shown = blind.table(report)
    print(shown)  # noqa: T201  (pytest -s shows it)
    assert report.overall.f1 >= f1, shown
    assert report.overall.precision >= precision, shown
    assert report.overall.recall >= recall, shown
    assert report.products >= named * report.named, shown
    assert report.strength_right >= 0.95 * report.overall.paired, shown


@pytest.mark.parametrize(
    ("split", "recall", "precision", "resisted"),
    [("dev", 0.95, 0.95, 0.97), ("test", 0.8, 0.95, 0.95), ("test2", 0.8, 0.95, 0.95)],
)
def test_what_an_expert_would_infer_is_inferred_and_no_more(
    split: str, recall: float, precision: float, resisted: float
) -> None:
    report = implied.score(blind.load(f"implied_{split}"))
    shown = implied.table(report)
    print(shown)  # noqa: T201  (pytest -s shows it)
    assert report.recall >= recall, shown
    assert report.precision >= precision, shown
    assert report.resisted >= resisted * report.tempting, shown
    assert report.without_reason == 0, shown


def test_an_inference_is_recognised_by_whole_words() -> None:
    pattern = {"fields": ["certification", "standard"], "values": ["UL", 230]}
    found = {"field": "certification", "value": ["CE", "UL 60335"]}
    assert implied.follows(pattern, found)
    assert implied.follows(pattern | {"values": None}, found)
    assert not implied.follows(pattern, found | {"value": "regulation"})
    assert not implied.follows(pattern, found | {"field": "grade"})
    assert implied.follows(pattern, found | {"value": 230.0})
    assert not implied.follows(pattern, found | {"value": 2300.0})


def test_words_behind_a_name_are_forgiven_only_where_the_answer_says_so() -> None:
    bags = {"product": "Bags", "product_alt": ["sacks"]}
    assert blind.same_product(bags, "bags")
    assert blind.same_product(bags, "Sacks")
    assert not blind.same_product(bags, "bags of jute")
    assert blind.same_product(bags | {"product_prefix": True}, "bags of jute")
    assert not blind.same_product(bags | {"product_prefix": True}, "bagsful")


@pytest.mark.parametrize("split", ["dev", "dev2", "dev4", "dev6", "test", "test6"])
def test_every_answer_can_be_found_in_its_text(split: str) -> None:
    for item in blind.load(f"requirements_{split}"):
        for answer in [*item["requirements"], *item.get("optional", ())]:
            assert answer["text"] in item["text"], (item["id"], answer["text"])


def test_a_wrong_value_unit_or_operator_is_no_agreement() -> None:
    text = "at least 500 kg"
    wanted = {"field": "load_capacity", "op": "ge", "value": 500, "unit": "kg", "text": "500 kg"}
    found = {"field": "load_capacity", "op": "ge", "value": 501.0, "unit": "kg", "span": [9, 15]}
    assert blind.agrees(wanted, found, text)
    for change in ({"value": 510.0}, {"unit": "t"}, {"op": "eq"}, {"field": "weight"}):
        assert not blind.agrees(wanted, found | change, text)
    for alternative in ({"alt_ops": ["eq"]}, {"alt": [{"value": 500, "unit": "kg", "op": "eq"}]}):
        assert blind.agrees(wanted | alternative, found | {"op": "eq"}, text)


def test_pairs_are_one_to_one_and_as_many_as_can_be() -> None:
    def said(value: float, **more: object) -> dict[str, object]:
        return {"field": "voltage", "op": "eq", "value": value, "unit": "V", **more}

    wide = said(230, text="230", alt=[{"value": 24, "unit": "V"}])
    wanted = [wide, said(230, text="230")]
    found = [said(230, span=[0, 3]), said(24, span=[6, 8]), said(24, span=[6, 8])]
    pairs = blind.pair_up(wanted, found, "230 / 24")
    assert len(pairs) == 2
    assert {f["value"] for _, f in pairs} == {230, 24}
