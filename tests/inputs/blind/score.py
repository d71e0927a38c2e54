"""Compares the spreadsheet reader with what a person lists as items.

The workbooks were made up by someone who had read the reader's documentation and none of
its code: other trades, languages and layouts than those it was developed on. Beside each
lies a JSON file with its item rows: sheet, row, description, quantity, unit as written,
and the headings that qualify the row. Half are `dev` (their disagreements may be read),
half are `test` (only totals may be).

    python -m tests.inputs.blind.score dev --errors
    python -m tests.inputs.blind.score test

A description agrees if its words are the same but for white space. A section agrees if
each of the row's headings stands in the row's section path, in one of its cells (a category
merged over rows) or in the table's title, and no other heading of the workbook does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepsearch.inputs import Table, TableRow, cell_text, read_table

__all__ = ["PARTS", "Report", "load", "score", "table", "together"]

FOLDER = Path(__file__).parent
PARTS = ("description", "quantity", "unit", "section")


@dataclass(slots=True)
class Report:
    """How far the reader's rows are those listed.

    Attributes:
        wanted: Rows listed.
        found: Rows read as items.
        both: Rows that are both.
        right: Of those, how many agree in each of `PARTS`.
        whole: Rows that agree in all of them.
        errors: One line a disagreement.
    """

    wanted: int = 0
    found: int = 0
    both: int = 0
    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    whole: int = 0
    errors: list[str] = field(default_factory=list)


def load(split: str) -> list[dict[str, Any]]:
    """Read the answers of one half.

    Args:
        split: "dev" or "test".

    Returns:
        An object a workbook, by file name.
    """
    answers = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")]
    return sorted((a for a in answers if a["split"] == split), key=lambda a: str(a["file"]))


def _plain(words: str | None) -> str:
    return " ".join((words or "").split())


def _sections_agree(
    wanted: Sequence[str], headings: Iterable[str], row: TableRow, of: Table
) -> bool:
    said = "\n".join([*row.section_path, *(cell_text(v) for v in row.values), of.title or ""])
    return all(heading in said for heading in wanted) and not any(
        heading in said for heading in headings if heading not in wanted
    )


def score(answer: dict[str, Any]) -> Report:
    """Read a workbook and compare its rows with those listed.

    Args:
        answer: One of `load`.

    Returns:
        Counts and the disagreements.
    """
    listed = {(r["sheet"], r["row"]): r for r in answer["rows"]}
    read = {
        (row.sheet, row.row_number): (row, one)
        for one in read_table(FOLDER / answer["file"])
        for row in one.rows
    }
    report = Report(wanted=len(listed), found=len(read))
    name = answer["file"]
    report.errors += [f"{name} {key}: not read, {listed[key]}" for key in listed if key not in read]
    report.errors += [
        f"{name} {key}: no item, read as {read[key][0].description!r}"
        for key in read
        if key not in listed
    ]
    for key in listed.keys() & read.keys():
        wanted, (row, of) = listed[key], read[key]
        agrees = {
            "description": _plain(row.description) == _plain(wanted["description"]),
            "quantity": row.quantity == wanted["quantity"],
            "unit": row.unit == wanted["unit"],
            "section": _sections_agree(wanted["section"], answer["headings"], row, of),
        }
        found = {**{part: getattr(row, part) for part in PARTS}, "section": row.section_path}
        report.errors += [
            f"{name} {key}: {part} {found[part]!r}, wanted {wanted[part]!r}"
            for part in PARTS
            if not agrees[part]
        ]
        report.both += 1
        report.whole += all(agrees.values())
        for part in PARTS:
            report.right[part] += agrees[part]
    return report


def table(reports: Iterable[tuple[str, Report]]) -> Iterator[str]:
    """Lay the totals out, a workbook a line.

    Args:
        reports: (name, what `score` gave).

    Yields:
        The lines; no single disagreement is named.
    """
    yield (
        f"{'':22}{'listed':>7}{'read':>6}{'both':>6}"
        + "".join(f"{p:>13}" for p in PARTS)
        + (f"{'whole':>7}")
    )
    for name, r in reports:
        yield (
            f"{name:22}{r.wanted:7d}{r.found:6d}{r.both:6d}"
            + "".join(f"{r.right[part]:13d}" for part in PARTS)
            + f"{r.whole:7d}"
        )


def together(reports: Iterable[Report]) -> Report:
    """Add up the counts of several workbooks.

    Args:
        reports: What `score` gave for each.

    Returns:
        The sums; disagreements are not carried over.
    """
    total = Report()
    for one in reports:
        total.wanted += one.wanted
        total.found += one.found
        total.both += one.both
        total.whole += one.whole
        for part in PARTS:
            total.right[part] += one.right[part]
    return total


def main() -> None:
    """Print the totals of one half, and dev's disagreements if asked."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("split", choices=["dev", "test"])
    options.add_argument("--errors", action="store_true", help="list them (never of test)")
    chosen = options.parse_args()
    if chosen.errors and chosen.split == "test":
        options.error("the test half's errors stay unseen; read dev's")
    scored = [(answer["file"], score(answer)) for answer in load(chosen.split)]
    total = ("all", together(report for _, report in scored))
    # Of the test half not even the single workbooks are told apart.
    shown = [*scored, total] if chosen.split == "dev" else [total]
    lines = list(table(shown))
    if chosen.errors:
        lines += [line for _, report in scored for line in report.errors]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
