"""A score's parts as named contributions, each with a sentence a buyer understands."""

from __future__ import annotations

import math
from collections.abc import Iterable

from deepsearch.ranking.dimensions import DIMENSIONS
from deepsearch.ranking.scoring import Candidate, Scored
from deepsearch.ranking.wording import counted
from deepsearch.schema import (
    Contribution,
    Explanation,
    Status,
)

__all__ = ["explain"]


_STATUS_WORDS = {Status.MET: "Met", Status.UNKNOWN: "Not known", Status.VIOLATED: "Not met"}


def explain(item: Scored, dimensions: Iterable[str], stressed: frozenset[str]) -> Explanation:
    """Write the explanation of a scored candidate.

    Args:
        item: A candidate, fully scored.
        dimensions: All that count, in the order they are told.
        stressed: Dimensions the buyer asked about.

    Returns:
        Relevance, requirements, dimensions that are known, one part that names the unknown
        ones, one for folded listings; they sum to the score.
    """
    parts = _relevance_parts(item.candidate, item.relevance - item.dealt)
    if item.dealt:
        why = "meet more" if item.dealt < 0 else "meet less"
        parts.append(
            Contribution(
                name="says the same",
                value=item.dealt,
                sentence=f"Other listings say the same and {why} of what is asked.",
            )
        )
    for judgement, value in zip(item.judgements, item.requirement_values, strict=True):
        parts.append(
            Contribution(
                name=f"requirement:{judgement.requirement.field}",
                value=value,
                sentence=f"{_STATUS_WORDS[judgement.status]}: {judgement.reason}.",
            )
        )
    unknown = []
    for name in dimensions:
        if name not in item.known:
            unknown.append(name)
            continue
        value, score = item.known[name]
        words = DIMENSIONS[name].words(score.stated)
        stress = ", which you asked about" if name in stressed else ""
        parts.append(
            Contribution(
                name=f"supplier:{name}", value=value, sentence=f"{_sentence(words)}{stress}."
            )
        )
    if unknown:
        names = ", ".join(name.replace("_", " ") for name in unknown)
        parts.append(
            Contribution(
                name="supplier:unknown",
                value=0.0,
                sentence=f"Not stated, counted as usual for such suppliers: {names}.",
            )
        )
    if item.folded:
        parts.append(
            Contribution(
                name="folded",
                value=0.0,
                sentence=f"{counted(len(item.folded), 'near-identical listing')} of this supplier "
                f"not shown: {', '.join(item.folded)}.",
            )
        )
    return Explanation(contributions=tuple(parts))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _relevance_parts(candidate: Candidate, relevance: float) -> list[Contribution]:
    """The retrievers' parts in the scale of the score; what they leave is a part itself."""
    if not candidate.relevance_parts or candidate.relevance <= 0:
        share = f"{100 * relevance:.0f} % as relevant as the best candidate."
        return [Contribution(name="relevance", value=relevance, sentence=share)]
    scale = relevance / candidate.relevance
    parts = [
        Contribution(name=part.name, value=part.value * scale, sentence=part.sentence)
        for part in candidate.relevance_parts
    ]
    rest = relevance - math.fsum(part.value for part in parts)
    if abs(rest) > 1e-9:
        parts.append(Contribution(name="relevance", value=rest, sentence="Other relevance."))
    return parts
