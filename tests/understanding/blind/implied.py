"""Scores inferred requirements against what an expert of the trade would infer.

Half of the texts must lead to inferences, each named by the fields it may stand under
and the values it may have; the other half must not: some contain a word that tempts
("marine blue T-shirt") and nothing at all may follow, some name a market and only what
is listed may not follow. The answers were written from knowledge of the trade, without
sight of when the rules fire; what else follows in the first half is not judged.

    python -m tests.understanding.blind.implied dev --errors
    python -m tests.understanding.blind.implied test
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.understanding.blind.score import load, parsed_requirements

__all__ = ["ImpliedReport", "follows", "score", "table"]

Record = Mapping[str, Any]


@dataclass(slots=True)
class ImpliedReport:
    """What scoring one file gave.

    Attributes:
        expected: Inferences an expert expects.
        inferred: Of these, how many were made.
        wrong: Inferences made that must not be.
        tempting: Texts of the second half.
        resisted: Of these, how many led to nothing they must not.
        without_reason: Inferences that are hard, carry no reason or claim a span.
        missed: (text, what was expected).
        unwanted: (text, inference that must not be).
    """

    expected: int = 0
    inferred: int = 0
    wrong: int = 0
    tempting: int = 0
    resisted: int = 0
    without_reason: int = 0
    missed: list[tuple[str, Record]] = field(default_factory=list)
    unwanted: list[tuple[str, Record]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the expected inferences that were made."""
        return self.inferred / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """Expected inferences made, among these and the wrong ones."""
        judged = self.inferred + self.wrong
        return self.inferred / judged if judged else 1.0


def _scalars(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _is_one_of(value: object, accepted: Sequence[object]) -> bool:
    if isinstance(value, bool):
        return str(value).casefold() in {str(other).casefold() for other in accepted}
    if isinstance(value, int | float):
        return any(value == other for other in accepted if not isinstance(other, str))
    # Whole words, so that "A" is not found in "SAA" nor "UL" in "regulation".
    return any(
        re.search(rf"(?<!\w){re.escape(str(other))}(?!\w)", str(value), re.IGNORECASE)
        for other in accepted
    )


def follows(pattern: Record, inferred: Record) -> bool:
    """Say whether an inference is the one a pattern describes.

    Args:
        pattern: "fields" it may stand under; "values" it may have, None for any.
        inferred: An inferred requirement.

    Returns:
        True if the field is listed and one of its values is accepted: the number, or a
        text that contains the accepted words.
    """
    if inferred["field"] not in pattern["fields"]:
        return False
    accepted = pattern["values"]
    return accepted is None or any(_is_one_of(v, accepted) for v in _scalars(inferred["value"]))


def score(items: Sequence[Record]) -> ImpliedReport:
    """Parse every text and compare what was inferred.

    Args:
        items: Texts with expectations, from `load`.

    Returns:
        Counts, and the disagreements for a set that may be read.
    """
    report = ImpliedReport()
    for item in items:
        found = [r for r in parsed_requirements(item["text"]) if r["implied_by"] is not None]
        report.without_reason += sum(
            bool(r["hard"]) or not r["why"] or r["span"] is not None for r in found
        )
        missed = [p for p in item["expected"] if not any(follows(p, r) for r in found)]
        unwanted = [
            r for r in found if item["nothing"] or any(follows(p, r) for p in item["forbidden"])
        ]
        report.expected += len(item["expected"])
        report.inferred += len(item["expected"]) - len(missed)
        report.wrong += len(unwanted)
        report.tempting += item["kind"] == "must_not"
        report.resisted += item["kind"] == "must_not" and not unwanted
        report.missed += [(item["text"], p) for p in missed]
        report.unwanted += [(item["text"], r) for r in unwanted]
    return report


def table(report: ImpliedReport) -> str:
    """Lay the totals out.

    Args:
        report: What `score` gave.

    Returns:
        The lines; no single disagreement is named.
    """
    return "\n".join(
        [
            f"expected inferences made: {report.inferred} of {report.expected}"
            f" (recall {report.recall:.3f})",
            f"inferences that must not be made: {report.wrong} (precision {report.precision:.3f})",
            f"tempting texts resisted: {report.resisted} of {report.tempting}",
            f"inferences hard, without a reason or with a span: {report.without_reason}",
        ]
    )


def _errors(report: ImpliedReport) -> Iterator[str]:
    for text, pattern in report.missed:
        yield f"missed  {'/'.join(pattern['fields'])} {pattern['values'] or 'any'} | {text}"
    for text, r in report.unwanted:
        yield f"wrong   {r['field']} {r['op']} {r['value']} by {r['implied_by']} | {text}"


def main() -> None:
    """Print the totals of one set, and dev's disagreements if asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("split", choices=["dev", "test", "test2"])
    options.add_argument("--errors", action="store_true", help="list them (dev only)")
    chosen = options.parse_args()
    if chosen.errors and chosen.split.startswith("test"):
        options.error("a test set's errors stay unseen; read dev's")
    report = score(load(f"implied_{chosen.split}"))
    sys.stdout.write(table(report) + "\n")
    if chosen.errors:
        sys.stdout.write("\n".join(_errors(report)) + "\n")


if __name__ == "__main__":
    main()
