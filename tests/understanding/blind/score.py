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
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepsearch.understanding import parse, to_json
from deepsearch.understanding.text import tokenise

__all__ = ["REFERENCE_DAY", "Counts", "Report", "load", "parsed_requirements", "score", "table"]

REFERENCE_DAY = dt.date(2026, 6, 1)
"""The answers' "today": a date without a year is the next such date after it."""

TOLERANCE = 0.01
FOLDER = Path(__file__).parent

FAMILIES: Mapping[str, str] = {
    "order": (
        "order_quantity min_order_quantity sample unit_price budget payment_terms incoterm"
        " incoterm_place destination origin lead_time delivery_date warranty hs_code"
    ),
    "customisation": "custom_logo custom_packaging custom_design oem odm private_label",
    "compliance": "certification standard ip_rating",
    "supplier": (
        "supplier_type supplier_country supplier_years supplier_verified response_time"
        " reorder_rate on_time_rate rating review_count monthly_capacity"
    ),
    "product text": (
        "brand model material grade colour finish size shape power_source application"
        " condition compatible_with"
    ),
    "product number": (
        "weight load_capacity length width height depth thickness diameter area volume"
        " screen_size temperature operating_temperature humidity power voltage current"
        " frequency battery_capacity energy pressure flow_rate torque force speed"
        " rotation_speed throughput noise resolution storage memory density areal_weight"
        " yarn_count hardness tolerance age_range seating range time angle brightness layers"
    ),
}
FAMILY_OF: Mapping[str, str] = {
    name: family for family, names in FAMILIES.items() for name in names.split()
}

Record = Mapping[str, Any]


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


def family(name: str) -> str:
    """Name the family a field belongs to; "open" if it is no canonical field."""
    return FAMILY_OF.get(name, "open")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_scalar(wanted: object, found: object) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return abs(found - wanted) <= TOLERANCE * abs(wanted) + 1e-9
    if isinstance(wanted, str) and isinstance(found, str):
        return " ".join(wanted.split()).casefold() == " ".join(found.split()).casefold()
    return False


def _same_value(wanted: object, found: object, op: str) -> bool:
    if not (isinstance(wanted, list) and isinstance(found, list)):
        return _same_scalar(wanted, found)
    if len(wanted) != len(found):
        return False
    if op == "between":
        return all(map(_same_scalar, wanted, found))
    rest = list(found)
    for value in wanted:
        partner = next((x for x in rest if _same_scalar(value, x)), None)
        if partner is None:
            return False
        rest.remove(partner)
    return True


def _readings(wanted: Record) -> Iterator[tuple[str, object, object]]:
    """Every (operator, value, unit) the answer accepts."""
    ops = [wanted["op"], *wanted.get("alt_ops", ())]
    for op in ops:
        yield op, wanted["value"], wanted["unit"]
    for other in wanted.get("alt", ()):
        for op in [other["op"]] if "op" in other else ops:
            yield op, other["value"], other["unit"]


def _says_the_same(wanted: Record, found: Record) -> bool:
    if wanted["value"] == "*":
        return True
    return any(
        found["op"] == op
        and (found["unit"] or "").casefold() == str(unit or "").casefold()
        and _same_value(value, found["value"], op)
        for op, value, unit in _readings(wanted)
    )


def _overlap(wanted: Record, found: Record, text: str) -> bool:
    if found["span"] is None:
        return False
    begin, end = found["span"]
    words = wanted["text"]
    at = text.find(words)
    while at >= 0:
        if begin < at + len(words) and at < end:
            return True
        at = text.find(words, at + 1)
    return False


def _same_field(wanted: Record, found: Record, text: str) -> bool:
    name = found["field"]
    if name == wanted["field"] or name in wanted.get("alt_fields", ()):
        return True
    both_open = family(name) == family(wanted["field"]) == "open"
    return both_open and _overlap(wanted, found, text)


def agrees(wanted: Record, found: Record, text: str) -> bool:
    """Say whether a found requirement is the wanted one.

    Args:
        wanted: Answer, with its recorded equivalents.
        found: What was parsed.
        text: The buyer's words, for spans.

    Returns:
        True if field, operator, value and unit agree.
    """
    return _same_field(wanted, found, text) and _says_the_same(wanted, found)


def pair_up(
    wanted: Sequence[Record], found: Sequence[Record], text: str
) -> list[tuple[Record, Record]]:
    """Pair wanted with found one to one, as many pairs as there can be.

    Args:
        wanted: Answers.
        found: What was parsed.
        text: The buyer's words.

    Returns:
        The pairs (augmenting paths in the bipartite graph of agreement).
    """
    # The same words first, so that of equal values the one said there is taken.
    fits = [
        sorted(
            (j for j, other in enumerate(found) if agrees(one, other, text)),
            key=lambda j, one=one: not _overlap(one, found[j], text),  # type: ignore[misc]
        )
        for one in wanted
    ]
    partner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in fits[i]:
            if j not in tried:
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    for i in range(len(wanted)):
        place(i, set())
    return [(wanted[i], found[j]) for j, i in partner.items()]


def _singly(records: Iterable[Record]) -> list[Record]:
    """Take "all of a, b" as "a" and "b", and "none of" likewise: they say the same."""
    single: list[Record] = []
    for record in records:
        op = {"all_of": "eq", "none_of": "ne"}.get(record["op"])
        if op is None:
            single.append(record)
            continue
        others = [
            other["value"]
            for other in record.get("alt", ())
            if isinstance(other["value"], list) and len(other["value"]) == len(record["value"])
        ]
        for n, value in enumerate(record["value"]):
            alt = [{"value": other[n], "unit": None} for other in others]
            single.append({**record, "op": op, "value": value, "alt": alt, "alt_ops": []})
    return single


def same_product(item: Record, found: str) -> bool:
    """Say whether a product's name is the answer's, but for case and spaces.

    Args:
        item: A text with its answers. Where `product_prefix` is set, words that
            follow the answer's name ("bags" / "bags of jute") do no harm.
        found: The name that was read.

    Returns:
        True if the names agree.
    """
    name = " ".join(found.split()).casefold()
    wanted = [item["product"], *item.get("product_alt", ())]
    plain = [" ".join(other.split()).casefold() for other in wanted]
    return name in plain or (
        bool(item.get("product_prefix")) and any(name.startswith(f"{other} ") for other in plain)
    )


def product_overlap(item: Record, found: str) -> float:
    """Measure how much of a product's name was read: F1 of its words with the answer's.

    Args:
        item: A text with its answers.
        found: The name that was read.

    Returns:
        0..1, of the accepted name that agrees best; 1 where both are empty.
    """
    if same_product(item, found):
        return 1.0
    words = Counter(tokenise(found).words)
    best = 0.0
    for name in (item["product"], *item.get("product_alt", ())):
        wanted = Counter(tokenise(name).words)
        both = words.total() + wanted.total()
        best = max(best, 2 * (words & wanted).total() / both) if both else 1.0
    return best


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
        missed = _singly(r for r in wanted if id(r) not in paired)
        found = _singly(r for r in found if id(r) not in paired)
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
    options.add_argument("split", choices=["dev", "dev2", "dev3", "dev4", "test", "test3"])
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
