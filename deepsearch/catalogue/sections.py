"""Headings within a sheet: "Pumps" alone in a row says what the rows below it are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

__all__ = ["SECTION", "find_sections", "under_headings"]

SECTION = "section heading"
"""Name of the column the headings are given as."""
_LONGEST = 80
# Rows narrower than this may well have one cell and still be products.
_TYPICAL_WIDTH = 3
_WORDS = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")


def _lone(row: Sequence[str]) -> str | None:
    """Give the words of a row that has one cell."""
    said = [cell for cell in row if cell.strip()]
    if len(said) != 1 or len(said[0]) > _LONGEST or not _WORDS.search(said[0]):
        return None
    return " ".join(said[0].split())


def find_sections(rows: Sequence[tuple[int, Sequence[str]]]) -> dict[int, str]:
    """Find the rows that are headings of those below.

    A heading is words alone in their row, directly above a product or another heading, in
    a table whose rows have three cells and more, with at least two products a heading. So
    a remark at the end is none, nor are the rows of a list of bare names.

    Args:
        rows: Line and cells of the rows below the header, empty ones left out.

    Returns:
        Index of the row → heading; of headings directly above one another the outer one
        stands before the inner: "Pumps > Gear pumps".
    """
    lone = [_lone(cells) for _, cells in rows]
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    full = [width for width in widths if width > 1]
    if not full or median(full) < _TYPICAL_WIDTH:
        return {}
    found: dict[int, str] = {}
    above: list[tuple[int, str]] = []
    for i, heading in enumerate(lone):
        if heading is not None:
            above.append((i, heading))
            continue
        if widths[i] >= _TYPICAL_WIDTH - 1:
            for depth, (row, _) in enumerate(above, 1):
                found[row] = " > ".join(name for _, name in above[:depth])
        above = []
    return found if 2 * len(found) <= len(full) else {}


def under_headings(
    rows: Sequence[tuple[int, list[str]]], sections: Mapping[int, str], width: int
) -> list[tuple[int, list[str]]]:
    """Leave the headings out, and put each as a last cell into the rows below it.

    Args:
        rows: Line and cells.
        sections: Index of the row → heading.
        width: Cells of the header.

    Returns:
        The other rows; one of more cells than the header stays as it is, to be rejected.
    """
    heading = ""
    under: list[tuple[int, list[str]]] = []
    for i, (line, cells) in enumerate(rows):
        if i in sections:
            heading = sections[i]
        elif any(cell.strip() for cell in cells[width:]):
            under.append((line, [*cells, heading]))
        else:
            under.append((line, [*(cells + [""] * width)[:width], heading]))
    return under
