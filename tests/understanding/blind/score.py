"""Scores the parser on answers written without sight of it.

The texts were written by someone who had only the written contract, never the parser's
rules, and were split at random into dev (its errors may be read and learnt from) and
test (only its totals may be read). So test measures what a stranger's request meets.

    python -m tests.understanding.blind.score dev --errors
    python -m tests.understanding.blind.score test

A found requirement agrees with a wanted one when field, operator, value (numbers within
1 %, texts without regard to case) and unit are the answer's, or one of the equivalents
the answer records. Where the answer's field is no canonical one, any other name counts
that is said of the same words. Found and wanted are paired one to one, as many as
possible. What an answer leaves open (`optional`; value "*" is any value) counts neither
way. A list of which every value is wanted ("CE and RoHS") agrees with the same values one
by one. Inferred requirements are scored apart, in `implied.py`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepsearch.understanding import parse, to_json
from tests.understanding.blind.agreement import (
    Record,
    agrees,
    family,
    pair_up,
    product_overlap,
    same_product,
    singly,
)

__all__ = ["REFERENCE_DAY", "Counts", "Report", "load", "parsed_requirements", "score", "table"]

REFERENCE_DAY = dt.date(2026, 6, 1)
"""The answers' "today": a date without a year is the next such date after it."""
FOLDER = Path(__file__).parent


@dataclass(slots=True)
class Counts:
    """Pairs found, and what was wanted and found in all."""

    paired: int = 0
    wanted: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that was wanted; 1 where nothing was found."""
        return self.paired / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was wanted that was found; 1 where nothing was wanted."""
        return self.paired / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.wanted + self.found
        return 2 * self.paired / both if both else 1.0


@dataclass(slots=True)
class Report:
    """What scoring one file gave.

    Attributes:
        overall: All requirements of all texts.
        by_language: The same, for each language.
        by_kind: The same, for each kind of text (e-mail, list, trap ...).
        by_family: The same, for each family of fields; "open" is any other name.
        clean_traps: Texts that ask for nothing and in which nothing was found.
        traps: Texts that ask for nothing.
        whole: Texts where everything was found and nothing else.
        products: Texts whose product's name was read as the answer has it, to the word.
        product_overlap: Sum over those texts of the F1 of the name's words (in Chinese and
            Japanese, its characters) with the answer's, 1 where it is the answer's.
        named: Texts whose answer names a product, or says that there is none.
        texts: All texts.
        strength_right: Pairs that agree on must or wish.
        missed: (text id, wanted requirement) without a partner.
        extra: (text id, found requirement) without a partner.
        misnamed: (text id, product read) where it is not the answer's.
    """

    overall: Counts = field(default_factory=Counts)
    by_language: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    by_kind: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    by_family: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    clean_traps: int = 0
    traps: int = 0
    whole: int = 0
    products: int = 0
    product_overlap: float = 0.0
    named: int = 0
    texts: int = 0
    strength_right: int = 0
    missed: list[tuple[str, Record]] = field(default_factory=list)
    extra: list[tuple[str, Record]] = field(default_factory=list)
    misnamed: list[tuple[str, str]] = field(default_factory=list)


def load(name: str) -> list[dict[str, Any]]:
    """Read a set of texts with their answers.

    Args:
        name: File name in this folder, without ".jsonl".

    Returns:
        One object a line.
    """
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def parsed_requirements(text: str) -> list[dict[str, Any]]:
    """Parse a text on the reference day.

    Args:
        text: The buyer's words.

    Returns:
        The requirements as JSON objects, inferred ones included.
    """
    found: list[dict[str, Any]] = to_json(parse(text, today=REFERENCE_DAY))["requirements"]
    return found


def score(items: Sequence[Record]) -> Report:
    """Parse every text and compare with its answers.

    Args:
        items: Texts with answers, from `load`.

    Returns:
        Counts and, for a set that may be read, the disagreements.
    """
    report = Report()
    for item in items:
        text, wanted = item["text"], item["requirements"]
        parsed = to_json(parse(text, today=REFERENCE_DAY))
        found: Sequence[Record] = [r for r in parsed["requirements"] if r["implied_by"] is None]
        pairs = pair_up(wanted, found, text)
        paired = {id(r) for pair in pairs for r in pair}
        missed = singly(r for r in wanted if id(r) not in paired)
        found = singly(r for r in found if id(r) not in paired)
        pairs += pair_up(missed, found, text)
        paired |= {id(r) for pair in pairs for r in pair}
        missed = [r for r in missed if id(r) not in paired]
        left_open = item.get("optional", ())
        extra = [
            r
            for r in found
            if id(r) not in paired and not any(agrees(o, r, text) for o in left_open)
        ]
        if "product" in item:
            report.named += 1
            report.product_overlap += product_overlap(item, parsed["product"])
            if same_product(item, parsed["product"]):
                report.products += 1
            else:
                report.misnamed.append((item["id"], parsed["product"]))
        report.texts += 1
        report.whole += not missed and not extra
        report.traps += not wanted
        report.clean_traps += not wanted and not extra
        report.strength_right += sum(one["hard"] == other["hard"] for one, other in pairs)
        report.missed += [(item["id"], r) for r in missed]
        report.extra += [(item["id"], r) for r in extra]
        for counts in (
            report.overall,
            report.by_language[item["lang"]],
            report.by_kind[item["kind"]],
        ):
            counts.paired += len(pairs)
            counts.wanted += len(wanted)
            counts.found += len(pairs) + len(extra)
        for one, _ in pairs:
            counts = report.by_family[family(one["field"])]
            counts.paired += 1
            counts.wanted += 1
            counts.found += 1
        for one in missed:
            report.by_family[family(one["field"])].wanted += 1
        for other in extra:
            report.by_family[family(other["field"])].found += 1
    return report


def table(report: Report) -> str:
    """Lay the totals out, one group a line.

    Args:
        report: What `score` gave.

    Returns:
        The lines; no single disagreement is named.
    """
    rows = [("all", report.overall)]
    for group in (report.by_language, report.by_family, report.by_kind):
        rows += sorted(group.items(), key=lambda row: -row[1].wanted)
    lines = [f"{'':16}{'F1':>7}{'P':>7}{'R':>7}{'wanted':>8}"]
    lines += [
        f"{name:16}{c.f1:7.3f}{c.precision:7.3f}{c.recall:7.3f}{c.wanted:8d}" for name, c in rows
    ]
    lines.append(f"texts right to the last requirement: {report.whole} of {report.texts}")
    lines.append(f"texts that ask for nothing, left alone: {report.clean_traps} of {report.traps}")
    lines.append(f"must or wish told apart: {report.strength_right} of {report.overall.paired}")
    lines.append(f"the product's name, to the word: {report.products} of {report.named}")
    lines.append(
        f"words of the product's name, F1: {report.product_overlap / max(report.named, 1):.3f}"
    )
    return "\n".join(lines)


def _errors(items: Sequence[Record], report: Report) -> Iterator[str]:
    text_of = {item["id"]: item["text"] for item in items}
    product_of = {item["id"]: item.get("product") for item in items}
    for key, text in text_of.items():
        lines = [
            f"  product {name!r}, wanted {product_of[key]!r}"
            for owner, name in report.misnamed
            if owner == key
        ]
        lines += [
            f"  missed {r['field']} {r['op']} {r['value']} {r['unit'] or ''} | {r['text']}"
            for owner, r in report.missed
            if owner == key
        ]
        lines += [
            f"  extra  {r['field']} {r['op']} {r['value']} {r['unit'] or ''}"
            f" | {text[slice(*r['span'])]}"
            for owner, r in report.extra
            if owner == key
        ]
        if lines:
            yield "\n".join([f"{key}: {text!r}", *lines])


def main() -> None:
    """Print the totals of one set, and dev's disagreements if asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument(
        "split",
        choices=[*(f"dev{n}" for n in ("", 2, 3, 4, 5, 6)), *(f"test{n}" for n in ("", 3, 5, 6))],
    )
    options.add_argument("--errors", action="store_true", help="list them (never of a test set)")
    chosen = options.parse_args()
    if chosen.errors and chosen.split.startswith("test"):
        options.error("a test set's errors stay unseen; read dev's")
    items = load(f"requirements_{chosen.split}")
    report = score(items)
    sys.stdout.write(table(report) + "\n")
    if chosen.errors:
        sys.stdout.write("\n".join(_errors(items, report)) + "\n")


if __name__ == "__main__":
    main()
