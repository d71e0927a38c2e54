"""Candidates in, hits out: relevance first, then what holds, then what the supplier can do.

    score = R · (1 + Σ requirements + Σ dimensions)

R is the candidate's relevance over the best candidate's, so a part can only move a
listing among others of like relevance: a good supplier of the wrong product stays below.
Among listings that say the same, those that meet more have the higher relevances.
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
from functools import partial

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.atoms import Ask, is_sample_order, largest_wanted, settle
from deepsearch.ranking.dimensions import Scene
from deepsearch.ranking.explain import explain
from deepsearch.ranking.folding import Folder, first_alike
from deepsearch.ranking.judging import ListingView, stated_prices
from deepsearch.ranking.profiles import PROFILES, Profile, weights_for
from deepsearch.ranking.scoring import Candidate, Frame, Scored, best_of, judge_all
from deepsearch.ranking.units import Rates
from deepsearch.schema import (
    Hit,
    ParsedQuery,
    Quantity,
    Requirement,
)

__all__ = ["Candidate", "RankingConfig", "order_quantity_of", "rank", "scene_of"]


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
        countries: Place, as a requirement names it → ISO 3166-1 code of its country.
    """

    hard: float = 0.20
    wish: float = 0.08
    implied: float = 0.02
    most: float = 0.6
    exclude_violated: bool = True
    rates: Rates | None = None
    countries: Mapping[str, str] = field(default_factory=dict)

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
    frame = Frame(
        scene=scene_of(
            parsed,
            views,
            today=today or date.today(),
            rates=config.rates,
            countries=config.countries,
        ),
        requirements=_requirement_weights(settle(parsed.requirements), config),
        shares=shares,
        strength=chosen.strength,
    )
    relevances = _relevances(candidates)
    scored = [
        Scored(candidate, view, relevance)
        for candidate, view, relevance in zip(candidates, views, relevances, strict=True)
    ]
    for item in scored:
        judge_all(item, frame)
    if frame.requirements:
        _settle_alike(scored)
    if config.exclude_violated:
        scored = [item for item in scored if not item.violated]
    select = partial(_select, k=k, max_per_supplier=max_per_supplier, fold=fold_near_duplicates)
    kept = best_of(scored, frame, k, select)
    return [
        Hit(
            rank=position,
            listing=item.candidate.listing,
            score=(explanation := explain(item, shares, frozenset(stressed))).total,
            explanation=explanation,
            judgements=item.judgements,
            media=item.candidate.media,
        )
        for position, item in enumerate(kept, start=1)
    ]


def scene_of(
    parsed: ParsedQuery,
    views: Sequence[ListingView],
    *,
    today: date,
    rates: Rates | None,
    countries: Mapping[str, str] | None = None,
) -> Scene:
    """Return what a query's candidates are scored in.

    Args:
        parsed: The query.
        views: All candidates, for the usual price.
        today: The day.
        rates: Exchange rates.
        countries: As `judge`.

    Returns:
        The scene.
    """
    ask = Ask.of(
        order_quantity=order_quantity_of(parsed), today=today, rates=rates, countries=countries
    )
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


def _settle_alike(scored: Sequence[Scored]) -> None:
    """Of listings that say the same, let those that meet more have the higher relevances.

    What the retrievers tell them apart by is chance, and fusing stretches it; it must not
    place one of which a requirement is unknown above one that meets it. Others are not
    touched: the group's relevances are only dealt out anew.
    """
    order = sorted(scored, key=lambda item: (-item.relevance, item.candidate.listing.id))
    groups: dict[int, list[Scored]] = {}
    for item, first in zip(
        order, first_alike([item.candidate.listing for item in order]), strict=True
    ):
        groups.setdefault(first, []).append(item)
    for group in groups.values():
        dealt = [item.relevance for item in group]
        for item, relevance in zip(
            sorted(group, key=lambda item: (item.violated, -item.gain)), dealt, strict=True
        ):
            if relevance != item.relevance:
                item.dealt = relevance - item.relevance
                item.weigh(relevance)


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


def _select(
    scored: Sequence[Scored], *, k: int, max_per_supplier: int | None, fold: bool
) -> list[Scored]:
    """Take the best k, near-duplicates folded into the best of them, suppliers capped."""
    kept: list[Scored] = []
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
