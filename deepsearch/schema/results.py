"""The answer: hits, how each was judged, and the parts of its score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from deepsearch.schema.claims import EvidenceGrade
from deepsearch.schema.listings import Listing
from deepsearch.schema.queries import ParsedQuery, Query, Requirement

__all__ = [
    "Contribution",
    "Evidence",
    "Explanation",
    "Hit",
    "Judgement",
    "MediaMatch",
    "Note",
    "SearchResult",
    "Status",
]


class Status(StrEnum):
    """Whether a candidate fulfils a requirement."""

    MET = "met"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a judgement rests on.

    Attributes:
        field: The listing's or supplier's field, e.g. "offer.min_order_quantity".
        value: Its value as a person would read it, unit included.
        source: Where it stands ("title", "attributes.Voltage").
        grade: What backs it.
        stated_on: Date of the claim.
    """

    field: str
    value: str
    source: str | None = None
    grade: EvidenceGrade | None = None
    stated_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A requirement against a candidate."""

    requirement: Requirement
    status: Status
    evidence: Evidence | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One explained part of a score."""

    name: str
    value: float
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The parts of a score; they sum to it."""

    contributions: tuple[Contribution, ...] = ()

    @property
    def total(self) -> float:
        """Sum of the parts."""
        return float(sum(part.value for part in self.contributions))


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMatch:
    """Which of a listing's pictures or videos answered which part of the query.

    Attributes:
        uri: The picture or video.
        query_source: The part of the query.
        score: Their similarity.
        seconds: Where in a video the best frame is; None for a picture.
    """

    uri: str
    query_source: str | None
    score: float
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A ranked listing."""

    rank: int
    listing: Listing
    score: float
    explanation: Explanation = field(default_factory=Explanation)
    judgements: tuple[Judgement, ...] = ()
    media: MediaMatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the user should know about how an answer came about."""

    stage: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The answer to one query."""

    hits: tuple[Hit, ...]
    query: Query
    parsed: ParsedQuery
    notes: tuple[Note, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Counts worth showing: listings searched, allowed by the filter ..."""
    view: Callable[[SearchResult], str] | None = field(default=None, compare=False, repr=False)
    """Draws it as HTML for a notebook; the engine gives it, which knows where pictures lie."""

    def __str__(self) -> str:
        """A line a hit, and the notes: what a person wants to see first."""
        lines = [f"{hit.rank:>3}. {hit.score:.3f}  {hit.listing.title}" for hit in self.hits]
        notes = [f"{note.stage}: {note.text}" for note in self.notes if note.stage != "index"]
        return "\n".join([*(lines or ["no hits"]), *notes])

    def _repr_html_(self) -> str | None:
        """What Jupyter and its like show; None: the text."""
        return None if self.view is None else self.view(self)
