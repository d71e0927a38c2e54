"""Words above the columns of tables."""

from __future__ import annotations

import re
from functools import cache

from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.text import fold

__all__ = ["header_roles", "is_header_line", "title_kinds"]

_CELLS = re.compile(r"\t|\||;| {2,}")
_FEWEST = 2  # headers of which a line of them consists


@cache
def header_roles() -> dict[str, str]:
    """Tell what columns mean by their headers.

    Returns:
        Folded header → role, as `Cell` has it.
    """
    roles = {"silent": "number"}
    return {
        fold(word): roles.get(role, role)
        for role, words in load_data("headers")["header"].items()
        for word in words
    }


def is_header_line(line: str) -> bool:
    """Whether a line of text is the header of a table: "Item | Qty | Unit".

    Args:
        line: A line.

    Returns:
        True if it has two cells or more, and all but one of them are known headers.
    """
    cells = [fold(cell).strip(" :.") for cell in _CELLS.split(line) if cell.strip()]
    known = sum(cell in header_roles() for cell in cells)
    return known >= _FEWEST and known >= len(cells) - 1


@cache
def title_kinds() -> tuple[str, ...]:
    """Names of kinds of documents: "request for quotation", "lastenheft".

    Returns:
        Folded names, longest first.
    """
    kinds = map(fold, load_data("headers")["title"]["kinds"])
    return tuple(sorted(kinds, key=len, reverse=True))
