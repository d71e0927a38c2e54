"""How much of a buyer's words do the rules read, and how does that compare with existing tools?

Method: the 60 annotated lines (tests/understanding/data/gold_dev.jsonl). The rules are scored
by the lines' own scorer. quantulum3 (numbers with units), price-parser (money) and dateparser
(dates) read numbers without fields, so they are asked only whether the annotated number comes
out at all: a number counts as found if any factor between units turns what the tool returned
into it, sign included. That is generous to the tools, which need not name field, operator or
unit. Times are of one line, the tools' and ours in one run.

The rules are scored further on texts written without sight of them (tests/understanding/blind):
`dev` and `dev2` to `dev6`, whose errors were read, `test`, `test3`, `test5` and `test6`, of
which only totals were ever looked at. The product is counted as right where it equals the
annotated words, letter case and outer signs aside. Speed is processor time of the whole parse,
implied needs and questions included.

Threats: the lines were the development data of the rules, not of the tools; the tools claim
English first (dateparser: many languages), and per-language counts are kept for that reason;
a number found by accident counts for the tools.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import importlib
import importlib.util
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, arguments, data_hash, print_table, write_results
from deepsearch.understanding import RuleParser, to_json
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.text import fold

DATA = ROOT / "tests" / "understanding" / "data"
TODAY = dt.date(2026, 1, 15)
SPLITS = ("dev", "dev2", "dev3", "dev4", "dev5", "dev6", "test", "test3", "test5", "test6")
LEARNT = ("dev", "dev2", "dev3", "dev4", "dev5", "dev6")


def _factors() -> list[float]:
    found = {1.0, 0.01, 12.0, 7.0, 30.0, 1000.0, 10000.0}
    for table in load_data("units").values():
        found.update(float(f) for f, _ in table["units"] if not isinstance(f, str))
    return sorted(found)


FACTORS = _factors()


def _near(found: float, wanted: float) -> bool:
    celsius = (found - 32) * 5 / 9
    return any(
        abs(value - wanted) <= 0.01 * abs(wanted) + 1e-9
        for value in (*(found * factor for factor in FACTORS), celsius)
    )


def _quantulum() -> Callable[[str], list[float]]:
    parser = importlib.import_module("quantulum3.parser")

    def read(text: str) -> list[float]:
        return [float(q.value) for q in parser.parse(text)]

    return read


def _price_parser() -> Callable[[str], list[float]]:
    price = importlib.import_module("price_parser").Price

    def read(text: str) -> list[float]:
        amount = price.fromstring(text).amount_float
        return [] if amount is None else [amount]

    return read


def _dateparser() -> Callable[[str], list[float]]:
    search = importlib.import_module("dateparser.search").search_dates
    settings = {"RELATIVE_BASE": dt.datetime(2026, 1, 15), "PREFER_DATES_FROM": "future"}

    def read(text: str) -> list[float]:
        return [
            float(found.date().toordinal()) for _, found in search(text, settings=settings) or []
        ]

    return read


def _ours() -> Callable[[str], list[float]]:
    parser = RuleParser(implied=False, questions=False)

    def read(text: str) -> list[float]:
        found: list[float] = []
        for r in parser.parse(text, today=TODAY).requirements:
            values = r.value if isinstance(r.value, tuple) else (r.value,)
            found += [v for v in values if isinstance(v, float)]
            if r.field == "delivery_date":
                found.append(float(dt.date.fromisoformat(str(r.value)).toordinal()))
        return found

    return read


def _wanted(line: dict[str, Any], kind: str) -> list[float]:
    money = {"unit_price", "budget"}
    found: list[float] = []
    for r in line["requirements"]:
        if kind == "date" and r["field"] == "delivery_date":
            found.append(float(dt.date.fromisoformat(r["value"]).toordinal()))
        if (kind == "money") != (r["field"] in money) or kind == "date":
            continue
        values = r["value"] if isinstance(r["value"], list) else [r["value"]]
        found += [
            float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)
        ]
    return found


def _row(
    name: str, kind: str, read: Callable[[str], list[float]], lines: list[dict[str, Any]]
) -> dict[str, Any]:
    hit = meant = flipped = 0
    times = []
    for line in lines:  # warm: every language's lexicon is read once
        with contextlib.suppress(Exception):
            read(line["text"])
    for line in lines:
        start = time.perf_counter()
        try:
            found = read(line["text"])
        except Exception:  # a tool that fails on a line has found nothing there
            found = []
        times.append((time.perf_counter() - start) * 1000)
        for wanted in _wanted(line, kind):
            meant += 1
            right = any((f == wanted) if kind == "date" else _near(f, wanted) for f in found)
            hit += right
            flipped += not right and wanted < 0 and any(_near(f, -wanted) for f in found)
    times.sort()
    return {
        "tool": name, "asked for": kind, "found": hit, "of": meant, "share": round(hit / meant, 3) if meant else None,  # noqa: E501
        "sign lost": flipped, "p50 ms": round(statistics.median(times), 2), "p99 ms": round(times[int(len(times) * 0.99)], 2),  # noqa: E501
    }  # fmt: skip


def _scored(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sys.path.insert(0, str(DATA))
    spec = importlib.util.spec_from_file_location("rfq_score", DATA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parser = RuleParser()
    outcome = module.score(
        lines, [{"id": o["id"], **to_json(parser.parse(o["text"], today=TODAY))} for o in lines]
    )
    rows = []
    for name, counts in (
        ("all", outcome["all"]),
        ("numbers", outcome["num"]),
        *sorted(outcome["lang"].items()),
    ):
        precision, recall, f1 = counts.prf()
        rows.append(
            {
                "of": name,
                "precision": round(precision, 3),
                "recall": round(recall, 3),
                "F1": round(f1, 3),
                "gold": counts.g,
            }
        )
    return rows


def _blind() -> list[dict[str, Any]]:
    """Totals on the texts written without sight of the rules."""
    blind = importlib.import_module("tests.understanding.blind.score")
    rows = []
    for split in SPLITS:
        report = blind.score(blind.load(f"requirements_{split}"))
        counts = report.overall
        rows.append(
            {
                "set": split,
                "texts": report.texts,
                "precision": round(counts.precision, 3),
                "recall": round(counts.recall, 3),
                "F1": round(counts.f1, 3),
                "gold": counts.wanted,
                "errors read": "yes" if split in LEARNT else "no",
                "whole texts right": report.whole,
                "must or wish right": f"{report.strength_right} of {counts.paired}",
            }
        )
    return rows


def _products(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often the product's name is exactly the annotated one."""
    blind = importlib.import_module("tests.understanding.blind.score")
    parser = RuleParser(implied=False, questions=False)

    def plain(words: str | None) -> str:
        return " ".join(fold(words or "").strip(" .,;").split())

    rows = []
    for name, items in (
        ("annotated lines", lines),
        *((f"blind {split}", blind.load(f"requirements_{split}")) for split in SPLITS),
    ):
        asked = [item for item in items if "product" in item]
        right = sum(
            plain(parser.parse(item["text"], today=TODAY).product) == plain(item["product"])
            for item in asked
        )
        row = {"set": name, "exact": right, "of": len(asked), "share": round(right / len(asked), 3)}
        rows.append(row)
    return rows


def _speed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Processor time of whole parses: texts of some 400 characters, and one of 10 KB."""
    parser = RuleParser()
    # What this program itself holds by now is left out of the collector's rounds.
    gc.collect()
    gc.freeze()
    joined = " ".join(line["text"] for line in lines if line["lang"] == "en")
    short = [joined[at : at + 400] for at in range(0, len(joined) - 400, 100)]
    sentence = "The pump shall deliver at least 12 m³/h at 4 bar. Noise should be below 70 dB.\n"
    rows = []
    for name, texts in (
        ("400 characters", short),
        ("10 KB", [sentence * (10_000 // len(sentence))] * 9),
    ):
        parser.parse(texts[0])
        times = []
        for text in texts:
            start = time.process_time()
            parser.parse(text)
            times.append(1e3 * (time.process_time() - start))
        times.sort()
        rows.append(
            {
                "text": name,
                "texts": len(texts),
                "p50 ms": round(statistics.median(times), 2),
                "p99 ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2),
            }
        )
    gc.unfreeze()
    return rows


def main() -> None:
    options = arguments(__doc__)
    logging.disable(logging.CRITICAL)
    path: Path = DATA / "gold_dev.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if options.small:
        lines = lines[:20]
    tools: list[tuple[str, str, Callable[[], Callable[[str], list[float]]]]] = [
        ("deepsearch", "number", _ours), ("quantulum3", "number", _quantulum),
        ("deepsearch", "money", _ours), ("price-parser", "money", _price_parser),
        ("deepsearch", "date", _ours), ("dateparser", "date", _dateparser),
    ]  # fmt: skip
    rows = []
    for name, kind, make in tools:
        try:
            rows.append(_row(name, kind, make(), lines))
        except ImportError:
            rows.append(
                {
                    "tool": name,
                    "asked for": kind,
                    "found": None,
                    "of": None,
                    "share": None,
                    "sign lost": None,
                    "p50 ms": None,
                    "p99 ms": None,
                }
            )
    scored = _scored(lines)
    blind, products, speed = _blind(), _products(lines), _speed(lines)
    print_table(blind, title="Requirements of texts written without sight of the rules")
    print_table(products, title="The product's name, exactly")
    print_table(speed, title="Processor time")
    print_table(rows, title="Numbers of the annotated lines that come out (empty: not installed)")
    print_table(scored, title="Requirements, by the lines' own scorer")
    if not options.small or options.out is not None:
        write_results(
            "understanding", tables={"tools": rows, "scored": scored, "blind": blind, "product": products, "speed": speed}, parameters={"lines": len(lines)}, seed=options.seed,  # noqa: E501
            data={"gold_dev.jsonl": data_hash(path)}, packages=("quantulum3", "price-parser", "dateparser"), out=options.out,  # noqa: E501
        )  # fmt: skip


if __name__ == "__main__":
    main()
