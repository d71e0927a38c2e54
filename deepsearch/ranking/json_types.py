"""The form of an answer as JSON: what `to_json` returns, for type checkers and web frameworks.

Keys are only ever added. What is not known is null; a key that may be absent is said to be.
"""

from __future__ import annotations

from typing import NotRequired

# pydantic, and so every web framework on it, reads the standard library's only from 3.12 on.
from typing_extensions import TypedDict

__all__ = ["AnswerJson", "HitJson", "JudgementJson", "ParsedJson", "RequirementJson"]


class RequirementJson(TypedDict):
    """What the buyer needs; `span` is where in the text, `source` in which page or cell."""

    field: str
    op: str
    value: str | float | bool | list[str | float | bool]
    unit: str | None
    hard: bool
    span: list[int] | None
    implied_by: str | None
    why: str | None
    confidence: float
    source: str | None


class QuestionJson(TypedDict):
    """What the text leaves open."""

    field: str
    text: str
    why: str | None


class ParsedJson(TypedDict):
    """What was understood."""

    text: str
    language: str
    product: str
    requirements: list[RequirementJson]
    questions: list[QuestionJson]
    notes: list[str]


class EvidenceJson(TypedDict):
    """What a judgement rests on; `stated_on` is an ISO date."""

    field: str
    value: str
    source: str | None
    grade: str | None
    stated_on: str | None


class JudgementJson(RequirementJson):
    """A requirement against a listing; `status` is "met", "violated" or "unknown"."""

    status: str
    reason: str
    evidence: EvidenceJson | None


class SupplierJson(TypedDict):
    """Who sells."""

    id: str
    name: str | None
    type: str | None
    country: str | None
    city: str | None
    years: float | None
    verified: bool | None


class PriceJson(TypedDict):
    """Lowest and highest unit price stated."""

    min: float
    max: float
    currency: str | None
    unit: str | None


class QuantityJson(TypedDict):
    """A number with its unit."""

    value: float
    unit: str


class PartJson(TypedDict):
    """One part of a score."""

    name: str
    value: float
    sentence: str


class MediaJson(TypedDict):
    """Which picture or video answered which part of the query; `seconds` is of a video's frame."""

    uri: str
    query_source: str | None
    score: float
    seconds: float | None


class HitJson(TypedDict):
    """A ranked listing; the values of `explanation` sum to `score`."""

    rank: int
    listing_id: str
    score: float
    title: str
    url: str | None
    price: PriceJson | None
    min_order_quantity: QuantityJson | None
    images: list[str]
    supplier: SupplierJson | None
    requirements: list[JudgementJson]
    explanation: list[PartJson]
    media: NotRequired[MediaJson]


class SupplierHitJson(TypedDict):
    """A ranked supplier; `listings` are what speaks for him, best first."""

    rank: int
    score: float
    supplier: SupplierJson
    requirements: list[JudgementJson]
    explanation: list[PartJson]
    listings: list[HitJson]


class NoteJson(TypedDict):
    """Something to know about how the answer came about."""

    stage: str
    text: str


class AnswerJson(TypedDict):
    """The answer to one query; `id` is the query's, such as "enquiry.xlsx Sheet1!3"."""

    id: str | None
    hits: list[HitJson]
    parsed: ParsedJson
    notes: list[NoteJson]
    timings_ms: dict[str, float]
    facts: dict[str, object]
