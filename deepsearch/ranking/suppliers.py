"""Who can make this: suppliers ranked over all that speaks for them.

For a product nobody lists, the nearest listings, the processes, materials and past cases
a supplier states are what shows that he could make it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.profiles import Profile
from deepsearch.ranking.ranking import Candidate, RankingConfig, rank
from deepsearch.ranking.vocabulary import normal_text
from deepsearch.schema import (
    Claim,
    Contribution,
    Explanation,
    Hit,
    Judgement,
    Listing,
    ParsedQuery,
    Requirement,
    Status,
    Supplier,
)

__all__ = ["SupplierHit", "rank_suppliers"]

_SKILLS = ("process", "material", "case", "main_product")
_DEPTH_SHARE = 0.3
"""What a supplier's further relevant listings can add, as a share of the best one."""
_SKILL_SHARE = 0.4
"""What stated processes, materials and cases that fit can add."""
_DECAY = 0.5
"""Each further listing counts half of the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierHit:
    """A ranked supplier.

    Attributes:
        rank: From 1.
        supplier: Who.
        score: Sum of the explanation.
        explanation: What speaks for him.
        listings: Evidence: his listings nearest to what is asked, best first.
        judgements: The query's requirements, each judged on whichever of his candidates
            answers it best: what he has shown he can do, not what one listing does.
    """

    rank: int
    supplier: Supplier
    score: float
    explanation: Explanation
    listings: tuple[Hit, ...] = ()
    judgements: tuple[Judgement, ...] = ()


def rank_suppliers(
    candidates: Sequence[Candidate],
    parsed: ParsedQuery,
    *,
    catalogue: Mapping[str, Sequence[Listing]] | None = None,
    profile: str | Profile = "custom product",
    weights: Mapping[str, float] | None = None,
    k: int = 10,
    listings_shown: int = 3,
    today: date | None = None,
    config: RankingConfig | None = None,
    second_phase: Callable[[list[Hit]], list[Hit]] | None = None,
) -> list[SupplierHit]:
    """Rank the suppliers of the candidates by what all their listings show.

        score = best listing + depth + skills

    best listing: score of his best candidate, requirements and dimensions included;
    depth: 0.3 · Σ score of the i-th further candidate · 0.5^i; skills: 0.4 · best
    relevance · share of the query's words for processes, materials and product that his
    stated processes, materials, cases and main products name.

    A supplier is not excluded by a listing that violates a requirement: another product
    of his may be made differently. It is judged on the candidate that answers it best,
    and what all his candidates violate ranks him below those who violate less.

    Args:
        candidates: Listings the retrievers found, any order; those without supplier are
            passed over.
        parsed: The query.
        catalogue: Supplier id → all his listings, whose claims count as his; None: only
            the candidates' claims.
        profile: Which dimensions matter.
        weights: Dimension → weight, replacing the profile's.
        k: Suppliers wanted, >= 1.
        listings_shown: Evidence listings a supplier.
        today: Day certificates and dates are judged on.
        config: Weights of requirements; violated listings are kept whatever it says.
        second_phase: Reorders the ranked listings and scores them anew, before they speak
            for their suppliers.

    Returns:
        At most k suppliers, best first, ties by id.

    Raises:
        InvalidInputError: If k < 1.
    """
    if k < 1:
        raise InvalidInputError(f"k={k}; expected at least 1.")
    base = config or RankingConfig()
    keeping = replace(base, exclude_violated=False)
    owned = [c for c in candidates if c.listing.supplier is not None]
    if not owned:
        return []
    hits = rank(
        owned, parsed, profile=profile, weights=weights, k=len(owned),
        fold_near_duplicates=False, today=today, config=keeping,
    )  # fmt: skip
    if second_phase is not None:
        hits = second_phase(hits)
    top = max(c.relevance for c in owned)
    relevance = {c.listing.id: 1.0 if top <= 0 else max(c.relevance, 0.0) / top for c in owned}
    by_supplier: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.listing.supplier is not None:
            by_supplier.setdefault(hit.listing.supplier.id, []).append(hit)
    wanted = _skill_words(parsed)
    scored = [
        _supplier(supplier_id, own, wanted, relevance, (catalogue or {}).get(supplier_id, ()))
        for supplier_id, own in by_supplier.items()
    ]
    scored.sort(key=lambda item: (item[0], -item[1].score, item[1].supplier.id))
    return [
        SupplierHit(
            rank=position,
            supplier=hit.supplier,
            score=hit.score,
            explanation=hit.explanation,
            listings=hit.listings[:listings_shown],
            judgements=hit.judgements,
        )
        for position, (_, hit) in enumerate(scored[:k], start=1)
    ]


def _supplier(
    supplier_id: str,
    hits: Sequence[Hit],
    wanted: frozenset[str],
    relevance: Mapping[str, float],
    all_listings: Sequence[Listing],
) -> tuple[int, SupplierHit]:
    """One supplier's score, and how many hard requirements all his candidates violate."""
    ordered = sorted(hits, key=lambda hit: (-hit.score, hit.listing.id))
    best = ordered[0]
    supplier = best.listing.supplier
    if supplier is None:
        raise InvalidInputError(f"Listing {best.listing.id!r} has lost its supplier {supplier_id}.")
    title = best.listing.title
    parts = [
        Contribution(name=f"best:{part.name}", value=part.value, sentence=part.sentence)
        for part in best.explanation.contributions
    ]
    depth = _DEPTH_SHARE * math.fsum(
        max(hit.score, 0.0) * _DECAY**i for i, hit in enumerate(ordered[1:], start=1)
    )
    if len(ordered) > 1:
        parts.append(
            Contribution(
                name="depth", value=depth,
                sentence=f"{len(ordered) - 1} more listings near to what is asked, "
                f"beside {title!r}.",
            )
        )  # fmt: skip
    skills = _matching_skills(supplier, [*(h.listing for h in hits), *all_listings], wanted)
    if skills:
        covered = frozenset().union(*(words for _, words in skills.values()))
        value = (
            _SKILL_SHARE
            * max(relevance[hit.listing.id] for hit in hits)
            * len(covered)
            / len(wanted)
        )
        named = ", ".join(f"{claim.value}" for claim, _ in list(skills.values())[:5])
        parts.append(
            Contribution(name="skills", value=value, sentence=f"States that he does: {named}.")
        )
    judgements = _best_judgements(hits)
    violated = sum(j.requirement.hard and j.status is Status.VIOLATED for j in judgements)
    explanation = Explanation(contributions=tuple(parts))
    return violated, SupplierHit(
        rank=0, supplier=supplier, score=explanation.total, explanation=explanation,
        listings=tuple(ordered), judgements=judgements,
    )  # fmt: skip


_ORDER = {Status.MET: 2, Status.UNKNOWN: 1, Status.VIOLATED: 0}


def _best_judgements(hits: Sequence[Hit]) -> tuple[Judgement, ...]:
    """For each requirement the most favourable judgement over the listings."""
    best: list[tuple[Requirement, Judgement]] = []
    for position, judgement in enumerate(hits[0].judgements):
        others = [hit.judgements[position] for hit in hits]
        best.append((judgement.requirement, max(others, key=lambda j: _ORDER[j.status])))
    return tuple(judgement for _, judgement in best)


def _skill_words(parsed: ParsedQuery) -> frozenset[str]:
    """Words that name the product and what it is made of or by."""
    texts = [parsed.product]
    for requirement in parsed.requirements:
        if requirement.field in (*_SKILLS, "finish", "grade", "application", "standard"):
            values = requirement.value
            texts += [str(v) for v in (values if isinstance(values, tuple) else (values,))]
    return frozenset(word for text in texts for word in _stems(text))


def _stems(text: str) -> list[str]:
    """Words longer than two letters, plural "s" removed."""
    return [
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in normal_text(text).split()
        if len(word) > 2 or not word.isascii()
    ]


def _matching_skills(
    supplier: Supplier, listings: Sequence[Listing], wanted: frozenset[str]
) -> dict[str, tuple[Claim, frozenset[str]]]:
    """Stated processes, materials, cases and main products that name what is wanted."""
    found: dict[str, tuple[Claim, frozenset[str]]] = {}
    claims = [*supplier.claims, *(claim for listing in listings for claim in listing.claims)]
    for claim in claims:
        if claim.dimension in _SKILLS and isinstance(claim.value, str):
            words = wanted.intersection(_stems(claim.value))
            if words:
                found.setdefault(normal_text(claim.value), (claim, words))
    return found
