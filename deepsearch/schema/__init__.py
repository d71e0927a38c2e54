"""The records that travel between the stages.

All are frozen. Missing is None, never 0 or False. Numbers are in the unit their field
names (`lead_time_days`) or carry it (`Quantity`); money carries its currency.
"""

from __future__ import annotations

from deepsearch.schema.claims import Claim, EvidenceGrade, Money, Quantity
from deepsearch.schema.listings import (
    LeadTime,
    Listing,
    ListingId,
    Media,
    Offer,
    PriceTier,
    Supplier,
)
from deepsearch.schema.queries import (
    Operator,
    ParsedQuery,
    Query,
    QueryPart,
    Question,
    Requirement,
    RequirementValue,
)
from deepsearch.schema.results import (
    Contribution,
    Evidence,
    Explanation,
    Hit,
    Judgement,
    MediaMatch,
    Note,
    SearchResult,
    Status,
)
from deepsearch.schema.vectors import (
    BoolArray,
    EmbeddingSpace,
    FloatArray,
    IntArray,
    Matches,
    Metric,
    Modality,
    Role,
)

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
