"""What a capability dimension is: a pure function listing × supplier × query → [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, TypeAlias

from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.judging import ListingView
from deepsearch.ranking.vocabulary import normal_text
from deepsearch.schema import Claim, EvidenceGrade, ParsedQuery, Supplier

__all__ = [
    "GRADE_TRUST",
    "Dimension",
    "Scene",
    "Score",
    "of_record",
    "saturating",
    "texts_of",
    "trusted",
]

GRADE_TRUST: Mapping[EvidenceGrade, float] = MappingProxyType(
    {
        EvidenceGrade.LISTED: 0.6,
        EvidenceGrade.DOCUMENT: 0.85,
        EvidenceGrade.AUDITED: 0.95,
        EvidenceGrade.PLATFORM: 1.0,
    }
)
"""How much of a claim's advantage counts: what a supplier only says counts for less."""

AGE_HALF_LIFE_YEARS = 6.0
"""After so many years a dated claim counts for half; an undated one is not discounted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a listing is scored in.

    Attributes:
        ask: Order quantity, day, exchange rates.
        parsed: The query.
        typical_price: Currency → median unit price of the candidates at that quantity.
        destination: Where the goods go, as the query says it; None: not said.
    """

    ask: Ask
    parsed: ParsedQuery
    typical_price: Mapping[str, float] = field(default_factory=dict)
    destination: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A dimension's value for one listing.

    Attributes:
        value: 0..1, larger is better.
        stated: What it was computed from, for `Dimension.words`.
        grade: What that rests on.
        stated_on: When it was said.
    """

    value: float
    stated: Any
    grade: EvidenceGrade = EvidenceGrade.LISTED
    stated_on: date | None = None


Scorer: TypeAlias = Callable[[ListingView, Scene], Score | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing a supplier can be better or worse at.

    Attributes:
        name: Identifier used in weights and explanations.
        group: "commercial", "time", "trust", "compliance", "capability" or "logistics".
        formula: How the score comes about, units included.
        prior: Score assumed where nothing is known.
        score: The function; None means unknown.
        words: What was stated → a phrase a buyer understands.
        claims: Dimensions of claims, without any of which it is unknown; None: it is known
            from other data, too.
        of_supplier: Whether it depends on the supplier's record and the query alone, so that
            all his listings have the same.
    """

    name: str
    group: str
    formula: str
    prior: float
    score: Scorer
    words: Callable[[Any], str]
    claims: frozenset[str] | None = None
    of_supplier: bool = False


def trusted(score: Score, prior: float, today: date) -> float:
    """Return a score after the discount for weak or old evidence.

    What speaks for a supplier is drawn towards the prior by its grade and age:
    prior + (value - prior) · trust · 2^(-age / half-life). What speaks against him
    counts in full: nobody needs proof of an admission.

    Args:
        score: The score.
        prior: The dimension's prior.
        today: Day the age counts to.

    Returns:
        A value between `prior` and `score.value`; rises with `score.value`.
    """
    gain = score.value - prior
    if gain <= 0:
        return score.value
    discount = GRADE_TRUST[score.grade]
    if score.stated_on is not None:
        years = max((today - score.stated_on).days, 0) / 365.25
        discount *= 2.0 ** (-years / AGE_HALF_LIFE_YEARS)
    return prior + gain * discount


def of_record(
    score: Callable[[Supplier], Score | None],
) -> Callable[[ListingView, Scene], Score | None]:
    """Make a dimension's score of one that looks at the supplier's record alone.

    Args:
        score: Supplier → score.

    Returns:
        The score of a listing in a scene: None where it names no supplier.
    """

    def scorer(view: ListingView, scene: Scene) -> Score | None:
        del scene
        return None if view.supplier is None else score(view.supplier)

    return scorer


def saturating(value: float, half: float) -> float:
    """Return value / (value + half): 0 at 0, 1/2 at `half`, towards 1 above."""
    return value / (value + half) if value > 0 else 0.0


def shrunk(mean: float, count: float | None, *, usual: float, weight: float) -> float:
    """Return a mean drawn towards the usual one, as if `weight` usual votes were added."""
    votes = 0.0 if count is None else count
    # a rating without a count is taken for a handful of votes
    votes = max(votes, 3.0)
    return (mean * votes + usual * weight) / (votes + weight)


def diminishing(count: float, keep: float) -> float:
    """Return 1 - keep^count: each further item adds less."""
    return 1.0 - math.pow(keep, count)


def texts_of(claims: Iterable[Claim]) -> dict[str, Claim]:
    """Return distinct claimed texts, each with its best-evidenced claim."""
    found: dict[str, Claim] = {}
    for claim in claims:
        if isinstance(claim.value, str) and claim.value.strip():
            key = normal_text(claim.value)
            if key not in found or _rank(claim) > _rank(found[key]):
                found[key] = claim
    return found


def _rank(claim: Claim) -> float:
    return GRADE_TRUST[claim.evidence]


def best_grade(claims: Iterable[Claim]) -> EvidenceGrade:
    """Return the strongest grade among claims, `listed` for none."""
    return max((c.evidence for c in claims), key=GRADE_TRUST.__getitem__,
               default=EvidenceGrade.LISTED)  # fmt: skip


def newest(claims: Iterable[Claim]) -> date | None:
    """Return the latest date among claims, or None if none is dated."""
    return max((c.stated_on for c in claims if c.stated_on is not None), default=None)


def distinct_texts(claims: Iterable[Claim], keep: float) -> Score | None:
    """Return 1 - keep^(number of distinct texts); the best grade and newest date back it."""
    found = texts_of(claims)
    if not found:
        return None
    return Score(
        diminishing(len(found), keep),
        sorted(str(claim.value) for claim in found.values()),
        best_grade(found.values()),
        newest(found.values()),
    )


def any_stated(claims: Sequence[Claim]) -> Score | None:
    """Return 1 if any claim is a yes or a text, 0 if all refuse; None without claims."""
    if not claims:
        return None
    yes = any(c.value is True or isinstance(c.value, str) for c in claims)
    return Score(float(yes), yes, best_grade(claims), newest(claims))
