"""Candidates in, hits out: relevance first, then what holds, then what the supplier can do.

    score = R · (1 + Σ requirements + Σ dimensions)

R is the candidate's relevance over the best candidate's, so a part can only move a
listing among others of like relevance: a good supplier of the wrong product stays below.
A requirement adds its weight where met, nothing where unknown, and takes it where a wish
is violated; a violated hard requirement takes the candidate out. A dimension adds
strength · weight · (score - prior): what is unknown counts as the prior, hence nothing.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.atoms import Ask, largest_wanted
from deepsearch.ranking.dimensions import DIMENSIONS, Scene, Score, trusted
from deepsearch.ranking.folding import Folder
from deepsearch.ranking.judging import ListingView, judge_view, stated_prices
from deepsearch.ranking.profiles import PROFILES, Profile, weights_for
from deepsearch.ranking.units import Rates
from deepsearch.schema import (
    Contribution,
    Explanation,
    Hit,
    Judgement,
    Listing,
    MediaMatch,
    ParsedQuery,
    Quantity,
    Requirement,
    Status,
)

__all__ = ["Candidate", "RankingConfig", "order_quantity_of", "rank"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A listing that a retriever found.

    Attributes:
        listing: The listing with its supplier.
        relevance: Fused score, larger is better, of any scale; comparable in one query.
        relevance_parts: What it is made of; what they do not sum to is added as a part.
        media: The picture that answered, if one did.
    """

    listing: Listing
    relevance: float
    relevance_parts: tuple[Contribution, ...] = ()
    media: MediaMatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingConfig:
    """What requirements weigh, as shares of a listing's relevance.

    Attributes:
        hard: Added by a hard requirement that is met.
        wish: Added by a wish that is met, taken by one that is violated.
        implied: The same for a requirement that was only inferred.
        most: All requirements together weigh at most this; scaled down above.
        exclude_violated: Whether a candidate that violates a hard requirement is dropped;
            if kept, it ranks below all that violate fewer.
        rates: Exchange rates; None: other currencies are incomparable.
    """

    hard: float = 0.10
    wish: float = 0.08
    implied: float = 0.02
    most: float = 0.5
    exclude_violated: bool = True
    rates: Rates | None = None

    def __post_init__(self) -> None:
        """Check the weights once.

        Raises:
            InvalidInputError: If a weight is negative or not finite.
        """
        for name in ("hard", "wish", "implied", "most"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInputError(f"RankingConfig.{name} is {value}; expected >= 0.")


def order_quantity_of(parsed: ParsedQuery) -> Quantity | None:
    """Return how many the query asks for, or None where it does not say one number.

    Args:
        parsed: The query.

    Returns:
        The quantity of its `order_quantity` requirement; the lower end of a range or of
        "at least", so that prices hold for the smallest order in mind.
    """
    for requirement in parsed.requirements:
        if requirement.field != "order_quantity" or requirement.unit is None:
            continue
        most = largest_wanted(requirement)
        value = requirement.value
        first = min(value) if isinstance(value, tuple) and value else value
        if most is not None and isinstance(first, int | float) and not isinstance(first, bool):
            return Quantity(value=float(first), unit=requirement.unit)
    return None


@dataclass(slots=True)
class _Scored:
    candidate: Candidate
    view: ListingView
    judgements: tuple[Judgement, ...]
    relevance: float
    violated: int
    requirement_values: list[float]
    dimension_values: list[tuple[str, float, Score | None]]
    score: float
    folded: list[str] = field(default_factory=list)


def rank(
    candidates: Sequence[Candidate],
    parsed: ParsedQuery,
    *,
    profile: str | Profile = "balanced",
    weights: Mapping[str, float] | None = None,
    k: int = 10,
    max_per_supplier: int | None = None,
    fold_near_duplicates: bool = True,
    today: date | None = None,
    config: RankingConfig | None = None,
) -> list[Hit]:
    """Rank candidates by relevance, requirements and supplier capability.

    Args:
        candidates: What the retrievers found, any order.
        parsed: The query's requirements and words.
        profile: Name of a profile, or one of your own.
        weights: Dimension → weight, replacing the profile's.
        k: Hits wanted, >= 1.
        max_per_supplier: Hits of one supplier at most; None: any number.
        fold_near_duplicates: Whether near-identical listings of one supplier become one hit.
        today: Day certificates and dates are judged on; None: the current day.
        config: Weights of requirements, exchange rates.

    Returns:
        At most k hits, best first, ties by listing id. Each hit's explanation sums to its
        score.

    Raises:
        InvalidInputError: If k or max_per_supplier < 1, the profile or a weight's dimension
            is not known, or a relevance is not finite.
    """
    if k < 1 or (max_per_supplier is not None and max_per_supplier < 1):
        raise InvalidInputError(
            f"k={k}, max_per_supplier={max_per_supplier}; both must be at least 1."
        )
    config = config or RankingConfig()
    chosen = _profile(profile)
    shares, stressed = weights_for(chosen, parsed, weights)
    ask = Ask(order_quantity=order_quantity_of(parsed), today=today or date.today(),
              rates=config.rates)  # fmt: skip
    views = [ListingView(candidate.listing) for candidate in candidates]
    scene = Scene(
        ask=ask,
        parsed=parsed,
        typical_price=_typical_prices(views, ask),
        destination=_destination(parsed),
    )
    relevances = _relevances(candidates)
    requirement_weights = _requirement_weights(parsed.requirements, config)
    scored = [
        _score(candidate, view, relevance, scene, requirement_weights, shares, chosen.strength)
        for candidate, view, relevance in zip(candidates, views, relevances, strict=True)
    ]
    if config.exclude_violated:
        scored = [item for item in scored if not item.violated]
    scored.sort(key=lambda item: (item.violated, -item.score, item.candidate.listing.id))
    kept = _select(scored, k, max_per_supplier, fold_near_duplicates)
    return [
        Hit(
            rank=position,
            listing=item.candidate.listing,
            score=(explanation := _explain(item, frozenset(stressed))).total,
            explanation=explanation,
            judgements=item.judgements,
            media=item.candidate.media,
        )
        for position, item in enumerate(kept, start=1)
    ]


def _profile(profile: str | Profile) -> Profile:
    if isinstance(profile, Profile):
        return profile
    if profile not in PROFILES:
        raise InvalidInputError(
            f"No profile is called {profile!r}. Known are: {', '.join(PROFILES)}."
        )
    return PROFILES[profile]


def _destination(parsed: ParsedQuery) -> str | None:
    for requirement in parsed.requirements:
        if requirement.field == "destination" and isinstance(requirement.value, str):
            return requirement.value
    return None


def _typical_prices(views: Sequence[ListingView], ask: Ask) -> dict[str, float]:
    """The candidates' median unit price, by currency."""
    found: dict[str, list[float]] = {}
    for view in views:
        prices, currency = stated_prices(view, ask), view.offer.currency
        if prices is not None and currency is not None:
            found.setdefault(currency, []).append(prices[1])
    return {currency: statistics.median(prices) for currency, prices in found.items()}


def _relevances(candidates: Sequence[Candidate]) -> list[float]:
    """Relevance over the best one's, 0..1; all 1 where nothing was searched for."""
    values = [candidate.relevance for candidate in candidates]
    for candidate in candidates:
        if not math.isfinite(candidate.relevance):
            raise InvalidInputError(
                f"Relevance of listing {candidate.listing.id!r} is {candidate.relevance}; "
                "expected a finite number."
            )
    top = max(values, default=0.0)
    if top <= 0:
        return [1.0] * len(values)
    return [max(value, 0.0) / top for value in values]


def _requirement_weights(
    requirements: Sequence[Requirement], config: RankingConfig
) -> list[tuple[Requirement, float]]:
    weights = []
    for requirement in requirements:
        if requirement.implied_by is not None:
            weight = config.implied
        else:
            weight = config.hard if requirement.hard else config.wish
        weights.append(weight * max(0.0, min(1.0, requirement.confidence)))
    total = math.fsum(weights)
    scale = config.most / total if total > config.most else 1.0
    return [(r, w * scale) for r, w in zip(requirements, weights, strict=True)]


def _score(
    candidate: Candidate,
    view: ListingView,
    relevance: float,
    scene: Scene,
    requirements: Sequence[tuple[Requirement, float]],
    shares: Mapping[str, float],
    strength: float,
) -> _Scored:
    judgements, values, violated = [], [], 0
    for requirement, weight in requirements:
        judgement = judge_view(requirement, view, scene.ask)
        judgements.append(judgement)
        if judgement.status is Status.MET:
            values.append(relevance * weight)
        elif judgement.status is Status.VIOLATED:
            values.append(-relevance * weight)
            violated += requirement.hard
        else:
            values.append(0.0)
    dimensions: list[tuple[str, float, Score | None]] = []
    for name, share in shares.items():
        dimension = DIMENSIONS[name]
        score = dimension.score(view, scene)
        if score is None:
            dimensions.append((name, 0.0, None))
            continue
        gain = trusted(score, dimension.prior, scene.ask.today) - dimension.prior
        dimensions.append((name, relevance * strength * share * gain, score))
    total = math.fsum([relevance, *values, *(value for _, value, _ in dimensions)])
    return _Scored(candidate, view, tuple(judgements), relevance, violated, values, dimensions,
                   total)  # fmt: skip


def _select(
    scored: Sequence[_Scored], k: int, max_per_supplier: int | None, fold: bool
) -> list[_Scored]:
    """Take the best k, near-duplicates folded into the best of them, suppliers capped."""
    kept: list[_Scored] = []
    folder, taken = Folder(), dict[str, int]()
    for item in scored:
        supplier = item.candidate.listing.supplier
        if fold:
            position = folder.seen(item.candidate.listing)
            if position is not None:
                if position < len(kept):
                    kept[position].folded.append(item.candidate.listing.id)
                continue
        if len(kept) == k:
            break
        if max_per_supplier is not None and supplier is not None:
            if taken.get(supplier.id, 0) >= max_per_supplier:
                continue
            taken[supplier.id] = taken.get(supplier.id, 0) + 1
        if fold:
            folder.add(item.candidate.listing, len(kept))
        kept.append(item)
    return kept


_STATUS_WORDS = {Status.MET: "Met", Status.UNKNOWN: "Not known", Status.VIOLATED: "Not met"}


def _explain(item: _Scored, stressed: frozenset[str]) -> Explanation:
    parts = _relevance_parts(item.candidate, item.relevance)
    for judgement, value in zip(item.judgements, item.requirement_values, strict=True):
        parts.append(
            Contribution(
                name=f"requirement:{judgement.requirement.field}",
                value=value,
                sentence=f"{_STATUS_WORDS[judgement.status]}: {judgement.reason}.",
            )
        )
    unknown = []
    for name, value, score in item.dimension_values:
        if score is None:
            unknown.append(name)
            continue
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
                sentence=f"{len(item.folded)} near-identical listings of this supplier are not "
                f"shown: {', '.join(item.folded)}.",
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
