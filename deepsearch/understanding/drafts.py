"""A requirement in the making: where it stands, before it becomes a record."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from deepsearch.schema import Operator, Requirement, RequirementValue
from deepsearch.understanding.scan import Scan

__all__ = ["Draft", "finish", "plural", "slug"]

# Russian letters by their usual Latin ones; soft and hard signs are left out.
_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ю": "yu", "я": "ya", "ь": "", "ъ": "", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"}
)
_LISTED = 3  # orders in one text are a list: each of its things has its own


@dataclass(slots=True)
class Draft:
    """A requirement read from tokens `first`..`last` (exclusive)."""

    field: str
    op: str
    value: RequirementValue
    unit: str | None
    first: int
    last: int
    confidence: float = 0.9
    wish: bool | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        """The value's members; of one value, that alone."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


def slug(words: str) -> str:
    """A snake_case ASCII name for words, or "" where they have no Latin or Russian letters.

    Args:
        words: Folded words.

    Returns:
        A name matching [a-z][a-z0-9_]*, or "".
    """
    latin = words.lower().translate(_LATIN)
    kept = "".join(char if char.isascii() and char.isalnum() else "_" for char in latin)
    while "__" in kept:
        kept = kept.replace("__", "_")
    kept = kept.strip("_").lstrip("0123456789_")
    return kept[:48].rstrip("_")


def plural(name: str) -> str:
    """The plural of an English name, as a count of parts is named.

    Args:
        name: A noun in snake_case.

    Returns:
        It with "s" or "es", or as it is where it ends so.
    """
    if name.endswith(("s", "feet", "leaves")):
        return name
    if name.endswith("shelf"):
        return f"{name[:-1]}ves"
    return f"{name}es" if name.endswith(("ch", "sh", "x")) else f"{name}s"


def finish(scan: Scan, drafts: list[Draft]) -> tuple[Requirement, ...]:
    """Turn drafts into requirements, in the order of the text, each once.

    Args:
        scan: The text.
        drafts: What was read from it.

    Returns:
        The requirements.
    """
    seen: set[tuple[object, ...]] = set()
    found: list[Requirement] = []
    lines = scan.lines_of_list()
    orders = [draft.value for draft in drafts if draft.field == "order_quantity"]
    listed = len(orders) >= _LISTED and len({*orders}) > 1
    for draft in sorted(drafts, key=lambda d: (d.first, d.last, d.field)):
        line = bisect_right(lines, draft.first)  # two of a parts list may ask for the same
        if listed and draft.field == "order_quantity":
            line = draft.first
        key = (draft.field, draft.op, draft.value, draft.unit, line)
        if key in seen:
            continue
        seen.add(key)
        clause = scan.clauses[scan.clause_of[draft.first]]
        last_clause = scan.clauses[scan.clause_of[draft.last - 1]]
        wish = draft.wish
        if wish is None:  # "battery optional" in a seller's title is no wish
            titled = scan.title is not None and draft.first < scan.title
            wish = not titled and (clause.wish or clause.soft or last_clause.wish)
        found.append(
            Requirement(
                field=draft.field,
                op=Operator(draft.op),
                value=draft.value,
                unit=draft.unit,
                hard=not wish,
                span=scan.span(draft.first, draft.last),
                confidence=draft.confidence,
            )
        )
    return tuple(found)
