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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.atoms import Ask, is_sample_order, largest_wanted, settle
from deepsearch.ranking.dimensions import DIMENSIONS, Scene, Score, trusted
from deepsearch.ranking.folding import Folder
from deepsearch.ranking.judging import ListingView, judge_view, stated_prices
from deepsearch.ranking.profiles import PROFILES, Profile, weights_for
from deepsearch.ranking.units import Rates
from deepsearch.ranking.wording import counted
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

__all__ = ["Candidate", "RankingConfig", "order_quantity_of", "rank", "scene_of"]


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

    hard: float = 0.20
    wish: float = 0.08
    implied: float = 0.02
    most: float = 0.6
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
        if is_sample_order(requirement, parsed.requirements):
            continue
        most = largest_wanted(requirement)
        value = requirement.value
        first = min(value) if isinstance(value, tuple) and value else value
        if most is not None and isinstance(first, int | float) and not isinstance(first, bool):
            return Quantity(value=float(first), unit=requirement.unit)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What all candidates of a query are scored with."""

    scene: Scene
    requirements: Sequence[tuple[Requirement, float]]
    shares: Mapping[str, float]
    strength: float

    @property
    def most_gain(self) -> float:
        """The most that all dimensions together can add, as a share of relevance."""
        return self.strength * math.fsum(
            share * (1.0 - DIMENSIONS[name].prior) for name, share in self.shares.items()
        )


@dataclass(slots=True)
class _Scored:
    """A candidate with the parts of its score; the dimensions' come last, if at all."""

    candidate: Candidate
    view: ListingView
    relevance: float
    judgements: tuple[Judgement, ...] = ()
    requirement_values: list[float] = field(default_factory=list)
    dimension_values: list[tuple[str, float, Score | None]] = field(default_factory=list)
    violated: int = 0
    score: float = 0.0
    folded: list[str] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, float, str]:
        """Sorts best first."""
        return self.violated, -self.score, self.candidate.listing.id


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
    views = [ListingView(candidate.listing) for candidate in candidates]
    frame = _Frame(
        scene=scene_of(parsed, views, today=today or date.today(), rates=config.rates),
        requirements=_requirement_weights(settle(parsed.requirements), config),
        shares=shares,
        strength=chosen.strength,
    )
    relevances = _relevances(candidates)
    scored = [
        _Scored(candidate, view, relevance)
        for candidate, view, relevance in zip(candidates, views, relevances, strict=True)
    ]
    for item in scored:
        _judge_all(item, frame)
    if config.exclude_violated:
        scored = [item for item in scored if not item.violated]
    select = partial(_select, k=k, max_per_supplier=max_per_supplier, fold=fold_near_duplicates)
    kept = _best(scored, frame, k, select)
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


def scene_of(
    parsed: ParsedQuery, views: Sequence[ListingView], *, today: date, rates: Rates | None
) -> Scene:
    """Return what a query's candidates are scored in.

    Args:
        parsed: The query.
        views: All candidates, for the usual price.
        today: The day.
        rates: Exchange rates.

    Returns:
        The scene.
    """
    ask = Ask(order_quantity=order_quantity_of(parsed), today=today, rates=rates)
    return Scene(
        ask=ask,
        parsed=parsed,
        typical_price=_typical_prices(views, ask),
        destination=_destination(parsed),
    )


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


def _judge_all(item: _Scored, frame: _Frame) -> None:
    """Judge the requirements; the score is relevance and requirements so far."""
    judgements = []
    for requirement, weight in frame.requirements:
        judgement = judge_view(requirement, item.view, frame.scene.ask)
        judgements.append(judgement)
        value = 0.0
        if judgement.status is Status.MET:
            value = item.relevance * weight
        elif judgement.status is Status.VIOLATED:
            value = -item.relevance * weight
            item.violated += requirement.hard
        item.requirement_values.append(value)
    item.judgements = tuple(judgements)
    item.score = math.fsum([item.relevance, *item.requirement_values])


def _score_dimensions(item: _Scored, frame: _Frame) -> None:
    """Add what the supplier can do."""
    share_of_relevance = item.relevance * frame.strength
    today = frame.scene.ask.today
    for name, share in frame.shares.items():
        dimension = DIMENSIONS[name]
        score = dimension.score(item.view, frame.scene)
        value = 0.0
        if score is not None:
            gain = trusted(score, dimension.prior, today) - dimension.prior
            value = share_of_relevance * share * gain
        item.dimension_values.append((name, value, score))
    item.score = math.fsum([item.score, *(value for _, value, _ in item.dimension_values)])


_BLOCK = 32


def _best(
    judged: Sequence[_Scored],
    frame: _Frame,
    k: int,
    select: Callable[[Sequence[_Scored]], list[_Scored]],
) -> list[_Scored]:
    """Select the best k, scoring dimensions only of those that can still be among them.

    Dimensions add at most a known share of relevance, so candidates are taken by what
    they could reach; once the k-th hit is above that, the rest cannot change the answer.
    """
    reach = frame.most_gain
    waiting = sorted(
        judged,
        key=lambda item: (item.violated, -(item.score + reach * item.relevance),
                          item.candidate.listing.id),
    )  # fmt: skip
    done: list[_Scored] = []
    kept: list[_Scored] = []
    for start in range(0, len(waiting), max(_BLOCK, k)):
        block = waiting[start : start + max(_BLOCK, k)]
        if len(kept) == k and kept[-1].violated <= block[0].violated:
            could = block[0].score + reach * block[0].relevance
            if kept[-1].violated < block[0].violated or kept[-1].score > could + 1e-9:
                break
        for item in block:
            _score_dimensions(item, frame)
        done = sorted([*done, *block], key=lambda item: item.order)
        kept = select(done)
    return kept


def _select(
    scored: Sequence[_Scored], *, k: int, max_per_supplier: int | None, fold: bool
) -> list[_Scored]:
    """Take the best k, near-duplicates folded into the best of them, suppliers capped."""
    kept: list[_Scored] = []
    folder, taken = Folder(), dict[str, int]()
    for item in scored:
        item.folded = []
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
