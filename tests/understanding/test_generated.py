"""Several hundred generated sentences in ten languages, with answers known by construction."""

from __future__ import annotations

from collections import defaultdict

from deepsearch.schema import Requirement
from deepsearch.understanding import RuleParser

from .generator import Answer, cases

_PARSER = RuleParser(implied=False, questions=False)


def _answer(requirement: Requirement) -> Answer:
    value = requirement.value
    return requirement.field, requirement.op.value, value, requirement.unit


def _same(one: Answer, other: Answer) -> bool:
    if (one[0], one[1], one[3]) != (other[0], other[1], other[3]):
        return False
    a, b = one[2], other[2]
    if isinstance(a, float) and isinstance(b, (int, float)) and not isinstance(b, bool):
        return abs(a - b) <= 0.01 * abs(b) + 1e-9
    return a == b


def test_generated_sentences_in_ten_languages():
    right: dict[str, int] = defaultdict(int)
    meant: dict[str, int] = defaultdict(int)
    read: dict[str, int] = defaultdict(int)
    wrong: list[str] = []
    flipped, soft_right, soft_all, languages_right, total = [], 0, 0, 0, 0
    for case, wished in cases(seed=7, per_language=60):
        total += 1
        parsed = _PARSER.parse(case.text)
        languages_right += parsed.language == case.language
        found = [_answer(r) for r in parsed.requirements]
        left = list(found)
        for answer in case.answers:
            hit = next((f for f in left if _same(f, answer)), None)
            meant[case.language] += 1
            if hit is None:
                wrong.append(f"{case.language}: {answer} missing in {case.text!r}: {found}")
                continue
            left.remove(hit)
            right[case.language] += 1
        read[case.language] += len(found)
        wrong += [f"{case.language}: {extra} invented in {case.text!r}" for extra in left]
        for r in parsed.requirements:
            assert r.span is not None
            assert 0 <= r.span[0] < r.span[1] <= len(case.text)
            soft_all += 1
            soft_right += r.hard == (r.field not in wished)
            if r.field == "operating_temperature" and isinstance(r.value, float) and r.value > 0:
                flipped.append(case.text)
    assert total >= 600
    assert not flipped, flipped[:3]
    assert soft_right / soft_all >= 0.98
    assert languages_right / total >= 0.97
    for language in meant:  # noqa: PLC0206
        precision, recall = right[language] / read[language], right[language] / meant[language]
        f1 = 2 * precision * recall / (precision + recall)
        assert f1 >= 0.95, (language, f1, [w for w in wrong if w.startswith(language)][:6])
