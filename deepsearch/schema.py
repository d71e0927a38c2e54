"""The records that travel between the stages.

All are frozen. Missing is None, never 0 or False. Numbers are in the unit their field
names (`lead_time_days`) or carry it (`Quantity`); money carries its currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "BoolArray",
    "Claim",
    "Contribution",
    "EmbeddingSpace",
    "Evidence",
    "EvidenceGrade",
    "Explanation",
    "FloatArray",
    "Hit",
    "IntArray",
    "Judgement",
    "LeadTime",
    "Listing",
    "ListingId",
    "Matches",
    "Media",
    "MediaMatch",
    "Metric",
    "Modality",
    "Money",
    "Note",
    "Offer",
    "Operator",
    "ParsedQuery",
    "PriceTier",
    "Quantity",
    "Query",
    "QueryPart",
    "Question",
    "Requirement",
    "RequirementValue",
    "Role",
    "SearchResult",
    "Status",
    "Supplier",
]

FloatArray: TypeAlias = npt.NDArray[np.float32]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
ListingId: TypeAlias = str
Metric: TypeAlias = Literal["cosine", "ip", "l2"]


# ---------------------------------------------------------------- vectors


class Role(StrEnum):
    """Whether an item is searched for or searched among (some models care)."""

    QUERY = "query"
    PASSAGE = "passage"


class Modality(StrEnum):
    """What an embedding was made from."""

    TEXT = "text"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingSpace:
    """Names what is comparable: vectors of equal spaces, and of no others.

    Attributes:
        name: Short name, used in table and file names: [a-z0-9-]+.
        revision: Hash or tag of the weights; another revision is another space.
        dim: Length of a vector.
        metric: How vectors are compared. Cosine vectors have unit length.
    """

    name: str
    revision: str
    dim: int
    metric: Metric = "cosine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What an index found for n queries, best first; short rows are legal.

    Attributes:
        ids: (n, k) int64 positions; -1 beyond `counts`.
        scores: (n, k) float32, larger is better; -inf beyond `counts`.
        counts: (n,) int64, matches found a query.
    """

    ids: IntArray
    scores: FloatArray
    counts: IntArray


# ---------------------------------------------------------------- quantities, claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit, e.g. 100 piece."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency (ISO 4217)."""

    amount: float
    currency: str


class EvidenceGrade(StrEnum):
    """What a claim rests on, weakest first."""

    LISTED = "listed"
    """The supplier says so."""
    DOCUMENT = "document"
    """A certificate or report is on file."""
    AUDITED = "audited"
    """A third party checked it on site."""
    PLATFORM = "platform"
    """Measured by the marketplace from transactions."""


ClaimValue: TypeAlias = str | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing said about a listing or a supplier, and what backs it.

    Attributes:
        dimension: Canonical field name, e.g. "certification", "material", "voltage".
        value: Text, number in `unit`, or bool.
        unit: Canonical unit of a number, else None.
        high: Upper end where the claim is a range `value`..`high`.
        scope: "model", "company" or "system" where it matters, else None.
        evidence: What it rests on.
        source: Where it stands: "title", "attributes.Voltage", a file name ...
        quote: The words themselves, if it was read from text.
        stated_on: When it was said or issued.
        expires_on: When it lapses.
        number: Certificate or registration number.
        min_quantity: Quantity from which it holds (a logo's own minimum order).
    """

    dimension: str
    value: ClaimValue
    unit: str | None = None
    high: float | None = None
    scope: str | None = None
    evidence: EvidenceGrade = EvidenceGrade.LISTED
    source: str | None = None
    quote: str | None = None
    stated_on: date | None = None
    expires_on: date | None = None
    number: str | None = None
    min_quantity: float | None = None


# ---------------------------------------------------------------- listings, suppliers


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """A unit price, or the range it lies in, from `min_quantity` up.

    Attributes:
        low: Lowest unit price of the tier.
        high: Highest; equals `low` where one price is stated.
        min_quantity: Pieces (or `Offer.price_unit`) from which it holds; None: not said.
        max_quantity: Last quantity it holds for; None: open.
    """

    low: float
    high: float
    min_quantity: float | None = None
    max_quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """Days from order to shipment, up to a quantity (None: any)."""

    days: float
    max_quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The commercial side of a listing. None means the source does not say."""

    currency: str | None = None
    price_unit: str | None = None
    price_tiers: tuple[PriceTier, ...] = ()
    min_order_quantity: Quantity | None = None
    sample_price: Money | None = None
    sample_days: float | None = None
    payment_terms: tuple[str, ...] = ()
    incoterms: tuple[str, ...] = ()
    incoterm_place: str | None = None
    lead_times: tuple[LeadTime, ...] = ()
    dispatch_days: float | None = None
    monthly_capacity: Quantity | None = None
    stock: Quantity | None = None
    warranty_months: float | None = None
    ship_from: str | None = None

    @property
    def price_min(self) -> float | None:
        """Lowest unit price stated, in `currency`."""
        return min((tier.low for tier in self.price_tiers), default=None)

    @property
    def price_max(self) -> float | None:
        """Highest unit price stated, in `currency`."""
        return max((tier.high for tier in self.price_tiers), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who sells. Rates are ratios 0..1, times in the unit named; None: not known."""

    id: str
    name: str | None = None
    type: str | None = None
    """"manufacturer" or "trading_company"."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    state: str | None = None
    city: str | None = None
    url: str | None = None
    years: float | None = None
    verified: bool | None = None
    verified_by: str | None = None
    verified_on: date | None = None
    trade_assurance: bool | None = None
    rating: float | None = None
    """Out of 5, as the source's overall rating."""
    rating_count: float | None = None
    review_score: float | None = None
    """Out of 5, of the store's reviews."""
    store_reviews: float | None = None
    reorder_rate: float | None = None
    on_time_rate: float | None = None
    dispute_rate: float | None = None
    response_rate: float | None = None
    response_time_hours: float | None = None
    orders: float | None = None
    employees: float | None = None
    floor_area_m2: float | None = None
    annual_revenue: Money | None = None
    main_markets: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or video of a listing.

    Attributes:
        uri: Path relative to the catalogue's media root, absolute path, or URL.
        kind: "picture" or "video".
        content_hash: SHA-256 hex of the bytes once read; None for what was not read.
    """

    uri: str
    kind: Literal["picture", "video"] = "picture"
    content_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One product as one supplier offers it: the unit that is retrieved."""

    id: ListingId
    title: str
    description: str | None = None
    category: str | None = None
    brand: str | None = None
    model: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Scheme → code: "gtin", "hs", "unspsc", "etim", "mpn", "sku"."""
    origin: str | None = None
    """Country of origin, ISO 3166-1 alpha-2."""
    url: str | None = None
    source: str | None = None
    """Name of the source it was read from."""
    media: tuple[Media, ...] = ()
    offer: Offer = field(default_factory=Offer)
    supplier: Supplier | None = None
    claims: tuple[Claim, ...] = ()


# ---------------------------------------------------------------- queries, requirements


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


# ---------------------------------------------------------------- results


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
