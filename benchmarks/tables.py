"""Tables of figures, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

__all__ = ["Row", "markdown_table", "print_table", "significant"]

Row: TypeAlias = Mapping[str, Any]


def print_table(rows: Sequence[Row], *, title: str = "") -> None:
    """Print rows as an aligned table."""
    if title:
        print(f"\n{title}")
    print(markdown_table(rows))


def markdown_table(rows: Sequence[Row]) -> str:
    """Format rows as a Markdown table; numbers to the right, missing cells empty."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    numeric = [
        all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns
    ]
    widths = [
        max([len(column), 3, *(len(line[i]) for line in cells)]) for i, column in enumerate(columns)
    ]

    def line(words: Sequence[str]) -> str:
        padded = [
            word.rjust(width) if right else word.ljust(width)
            for word, width, right in zip(words, widths, numeric, strict=True)
        ]
        return "| " + " | ".join(padded) + " |"

    rule = [
        "-" * (width - 1) + ":" if right else "-" * width
        for width, right in zip(widths, numeric, strict=True)
    ]
    return "\n".join([line(columns), line(rule), *(line(row) for row in cells)])


def significant(value: float, digits: int = 4) -> float:
    """Round to so many significant digits."""
    return float(f"{value:.{digits}g}")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{significant(value):g}"
    return str(value)
