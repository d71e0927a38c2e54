"""What the buyer says and shows, and what is understood from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from deepsearch.schema.vectors import Modality

__all__ = [
    "Operator",
    "ParsedQuery",
    "Query",
    "QueryPart",
    "Question",
    "Requirement",
    "RequirementValue",
]


class Operator(StrEnum):
    """How a requirement's value bounds what is wanted."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"
    ANY_OF = "any_of"
    ALL_OF = "all_of"
    NONE_OF = "none_of"


RequirementValue: TypeAlias = float | bool | str | tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing the buyer needs, judged against every candidate.

    Attributes:
        field: Canonical field name, or the attribute's own name in snake_case English.
        op: The operator.
        value: Number in `unit`, (low, high), text, bool, or several values.
        unit: Canonical unit, or None.
        hard: True: a hit that violates it is wrong. False: a wish.
        span: Character offsets [start, end) in the text; None only where implied.
        implied_by: Id of the rule that inferred it, or None.
        why: Reason, always given where implied.
        confidence: 0..1.
        source: Where the words stand if not in the query text: "boq.xlsx Sheet1!C7".
    """

    field: str
    op: Operator
    value: RequirementValue
    unit: str | None = None
    hard: bool = True
    span: tuple[int, int] | None = None
    implied_by: str | None = None
    why: str | None = None
    confidence: float = 1.0
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something the text leaves open that would change the answer."""

    field: str
    text: str
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """What was understood from a query's words: inferences, visible and removable."""

    text: str
    language: str
    product: str
    requirements: tuple[Requirement, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPart:
    """One piece of a query: a text, or a picture held as bytes of an image file.

    Attributes:
        kind: Which of `text` and `picture` is set.
        text: The words.
        picture: Encoded image file contents (JPEG, PNG ...), not yet decoded.
        weight: Relative weight; negative means "not like this".
        source: Where it comes from: "photo.jpg", "bom.xlsx Sheet1!B7", "clip.mp4 @ 3.2 s".
    """

    kind: Modality
    text: str | None = None
    picture: bytes | None = None
    weight: float = 1.0
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the buyer said and showed.

    Attributes:
        text: The request in words; requirements are read from it.
        parts: Further texts and pictures, each with a weight.
        where: Filter expression text; see `deepsearch.filters`.
        requirements: Requirements given outright, beside those found in the text.
        parsed: What was understood already, of cells and clauses whose place tells more
            than their words; the text is then searched for, and not parsed again.
        id: Name of the query in a batch.
        text_weight: Weight of `text` beside the parts' weights.
    """

    text: str = ""
    parts: tuple[QueryPart, ...] = ()
    where: str | None = None
    requirements: tuple[Requirement, ...] = ()
    parsed: ParsedQuery | None = None
    id: str | None = None
    text_weight: float = 1.0
