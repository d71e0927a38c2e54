"""Measures by hand and by brute force, intervals, files."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.evaluation import (
    ann_recall,
    bootstrap,
    evaluate,
    paired_bootstrap,
    read_qrels,
    read_run,
    write_qrels,
    write_run,
)

QRELS = {"q1": {"a": 3, "b": 2, "c": 1, "d": 0}, "q2": {"x": 2}}


def test_measures_by_hand() -> None:
    run = {"q1": ["c", "zzz", "a"], "q3": ["unjudged query"]}
    found = evaluate({"mine": run}, QRELS, measures=["nDCG@10", "R@50", "RR", "P@2"])["mine"]
    dcg = 1 / math.log2(2) + 3 / math.log2(4)
    ideal = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert found.per_query["nDCG@10"] == pytest.approx({"q1": dcg / ideal, "q2": 0.0})
    assert found.per_query["R@50"] == {"q1": 0.5, "q2": 0.0}  # a, not b; c is only related
    assert found.per_query["RR"] == pytest.approx({"q1": 1 / 3, "q2": 0.0})
    assert found.per_query["P@2"] == {"q1": 0.0, "q2": 0.0}
    assert found.mean["nDCG@10"] == pytest.approx(dcg / ideal / 2)
    assert found.values("RR").tolist() == pytest.approx([1 / 3, 0.0])


def plain_ndcg(ranked: list[str], grades: dict[str, int], k: int) -> float:
    gains = [grades.get(document, 0) for document in ranked[:k]]
    ideal = sorted(grades.values(), reverse=True)[:k]
    return sum(g / math.log2(i + 2) for i, g in enumerate(gains)) / sum(
        g / math.log2(i + 2) for i, g in enumerate(ideal)
    )


@pytest.mark.parametrize("seed", range(3))
def test_measures_agree_with_plain_formulas(seed: int) -> None:
    rng = random.Random(seed)
    documents = [f"d{n}" for n in range(40)]
    qrels = {
        f"q{n}": {"d0": 2} | {d: rng.randint(0, 3) for d in rng.sample(documents[1:], 15)}
        for n in range(8)
    }
    run = {query: rng.sample(documents, 30) for query in qrels}
    found = evaluate({"r": run}, qrels, measures=["nDCG@5", "nDCG@10", "R@20", "RR", "P@10"])["r"]
    for query, grades in qrels.items():
        ranked = run[query]
        relevant = {d for d, g in grades.items() if g >= 2}
        expected = {
            "nDCG@5": plain_ndcg(ranked, grades, 5),
            "nDCG@10": plain_ndcg(ranked, grades, 10),
            "R@20": len(relevant & set(ranked[:20])) / len(relevant),
            "RR": next((1 / (i + 1) for i, d in enumerate(ranked) if d in relevant), 0.0),
            "P@10": len(relevant & set(ranked[:10])) / 10,
        }
        for measure, value in expected.items():
            assert found.per_query[measure][query] == pytest.approx(value), (measure, query)


def test_a_query_nobody_could_answer_is_left_out_of_the_mean() -> None:
    qrels = QRELS | {"q9": {"a": 1}, "q8": {"a": 0}}
    found = evaluate({"r": {"q2": ["x"]}}, qrels, measures=["nDCG@10", "RR"])["r"]
    assert sorted(found.per_query["nDCG@10"]) == ["q1", "q2", "q9"]
    assert sorted(found.per_query["RR"]) == ["q1", "q2"]
    assert found.mean["RR"] == 0.5


@pytest.mark.parametrize(
    "call",
    [
        lambda: evaluate({"r": {"q1": ["a", "a"]}}, QRELS),
        lambda: evaluate({"r": {}}, {}),
        lambda: evaluate({"r": {}}, {"q": {"a": 0}}),
        lambda: evaluate({"r": {}}, QRELS, measures=["niceness"]),
        lambda: bootstrap([]),
        lambda: bootstrap([1.0, math.nan]),
        lambda: paired_bootstrap([1.0], [1.0, 2.0]),
        lambda: ann_recall(np.zeros((2, 3), int), np.zeros((3, 3), int)),
        lambda: ann_recall(np.array([[1, 1]]), np.array([[1, 2]])),
    ],
)
def test_what_cannot_be_measured_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInputError):
        call()


def test_ann_recall_by_hand() -> None:
    exact = np.array([[1, 2, 3], [4, 5, -1], [-1, -1, -1]])
    found = np.array([[3, 9, 1], [5, -1, -1], [7, 8, 9]])
    assert ann_recall(found, exact) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert ann_recall(exact, exact) == 1.0
    assert ann_recall(np.zeros((0, 3), int), np.zeros((0, 3), int)) == 1.0


def test_bootstrap_holds_what_it_should() -> None:
    same = bootstrap([0.25] * 7)
    assert (same.mean, same.low, same.high) == (0.25, 0.25, 0.25)
    assert same.p == 0.0
    values = np.random.default_rng(1).normal(0.3, 1.0, 400)
    interval = bootstrap(values)
    # the interval of a mean of 400 draws is close to the normal one
    half = 1.96 * values.std() / 20
    assert interval.low == pytest.approx(values.mean() - half, abs=0.01)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.01)
    assert interval == bootstrap(values)
    assert interval != bootstrap(values, seed=1)
    around_zero = bootstrap([-1.0, 1.0, -1.0, 1.0])
    assert around_zero.p > 0.5


def test_paired_bootstrap_sees_what_an_unpaired_one_would_not() -> None:
    rng = np.random.default_rng(0)
    base = rng.random(30)
    other = base + 0.02 + rng.normal(0, 0.005, 30)
    difference = paired_bootstrap(base, other)
    assert difference.low > 0
    assert difference.mean == pytest.approx(0.02, abs=0.005)
    assert paired_bootstrap(other, base).mean == pytest.approx(-difference.mean)


def test_files_come_back_as_they_went(tmp_path: Path) -> None:
    write_qrels(tmp_path / "qrels.tsv", QRELS)
    assert read_qrels(tmp_path / "qrels.tsv") == QRELS
    run = {"q1": ["b", "a"], "q 2": ["ünïcode id"]}
    write_run(tmp_path / "run.tsv", run)
    assert read_run(tmp_path / "run.tsv") == run
    write_run(tmp_path / "run.tsv", {"q": [("a", 2.5), ("b", 1e-9)]})
    assert (tmp_path / "run.tsv").read_text() == "q\ta\t1\t2.5\nq\tb\t2\t1e-09\n"


def test_the_rank_orders_not_the_line(tmp_path: Path) -> None:
    (tmp_path / "run.tsv").write_text("q\tb\t10\t.1\r\nq\ta\t9\t.0\textra\r\n\n")
    assert read_run(tmp_path / "run.tsv") == {"q": ["a", "b"]}


@pytest.mark.parametrize(
    ("read", "text", "words"),
    [
        (read_qrels, "q\ta\n", "line 1: expected 3"),
        (read_qrels, "q\ta\t1\nq\ta\t2\n", "line 2: 'a' is judged twice"),
        (read_qrels, "q\ta\tgood\n", "whole number"),
        (read_run, "q a 1 0.5\n", "line 1"),
        (read_run, "q\ta\t1\t.5\nq\ta\t2\t.4\n", "document twice"),
        (read_run, "q\ta\t1\t.5\nq\tb\t1\t.4\n", "rank twice"),
        (read_run, "q\ta\t1.5\t.5\n", "whole number"),
    ],
)
def test_wrong_files_are_refused(
    read: Callable[[Path], object], text: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "f.tsv").write_text(text)
    with pytest.raises(UnreadableFileError, match=words):
        read(tmp_path / "f.tsv")


def test_absent_and_foreign_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        read_run(tmp_path / "none.tsv")
    (tmp_path / "f.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFileError):
        read_qrels(tmp_path / "f.tsv")
    with pytest.raises(InvalidInputError, match="tab"):
        write_run(tmp_path / "f.tsv", {"q": ["a\tb"]})
