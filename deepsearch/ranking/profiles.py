"""How much each dimension counts: by profile, by the caller, by the buyer's own words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.dimensions import DIMENSIONS
from deepsearch.schema import ParsedQuery

__all__ = ["PROFILES", "Profile", "weights_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Weights of the dimensions, and how far they may move a listing.

    Attributes:
        name: As the caller names it.
        strength: Largest share of a listing's relevance that all dimensions together can
            add or take. Small where the product decides, larger where the caller has
            said what he is after.
        weights: Dimension → weight, >= 0; only their proportions matter.
    """

    name: str
    strength: float
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the weights once.

        Raises:
            InvalidInputError: If a dimension is not known, or a weight negative.
        """
        check_weights(self.weights)
        if not 0 <= self.strength <= 1:
            raise InvalidInputError(
                f"Profile {self.name!r} has strength {self.strength}; expected 0..1."
            )


def check_weights(weights: Mapping[str, float]) -> None:
    """Check weights given by name.

    Args:
        weights: Dimension → weight.

    Raises:
        InvalidInputError: If a dimension is not known, or a weight is negative or not finite.
    """
    for name, weight in weights.items():
        if name not in DIMENSIONS:
            raise InvalidInputError(
                f"No dimension is called {name!r}. Known are: {', '.join(sorted(DIMENSIONS))}."
            )
        if not (isinstance(weight, int | float) and math.isfinite(weight) and weight >= 0):
            raise InvalidInputError(f"Weight of {name!r} is {weight!r}; expected a number >= 0.")


_BALANCED: Mapping[str, float] = MappingProxyType(
    {
        "price_level": 2.0, "price_ladder": 0.3, "small_order": 2.0, "trial_order": 0.5,
        "samples": 0.8, "sample_time": 0.3, "payment_safety": 0.6, "incoterm_choice": 0.2,
        "lead_time": 1.5, "dispatch": 0.5, "on_time_rate": 1.5, "response_time": 1.0,
        "response_rate": 0.3, "capacity": 1.0, "stock": 0.5,
        "years": 1.5, "verified": 1.5, "manufacturer": 1.0, "rating": 1.0, "reviews": 1.0,
        "review_count": 0.7, "reorder_rate": 1.5, "disputes": 0.7, "trade_assurance": 0.5,
        "orders": 0.5, "employees": 0.2, "floor_area": 0.2, "revenue": 0.2,
        "system_certificates": 1.0, "product_certificates": 1.0, "audits": 0.3,
        "evidence": 0.7,
        "customisation": 0.5, "custom_minimum": 0.3, "oem": 0.4, "processes": 0.4,
        "materials": 0.3, "tolerance": 0.3, "cases": 0.4, "quality_control": 0.4,
        "research": 0.2,
        "market_fit": 0.6, "domestic": 0.5, "warehouse": 0.3, "shipping_modes": 0.1,
        "warranty": 0.6, "after_sales": 0.3, "specification": 0.5, "pictures": 0.2,
    }
)  # fmt: skip


def _leaning(name: str, strength: float, **more: float) -> Profile:
    """A profile that multiplies some of the balanced weights."""
    return Profile(
        name=name,
        strength=strength,
        weights=MappingProxyType({d: w * more.get(d, 1.0) for d, w in _BALANCED.items()}),
    )


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(name="balanced", strength=0.15, weights=_BALANCED),
            _leaning(
                "lowest risk", 0.4,
                years=3, verified=4, on_time_rate=3, reorder_rate=3, disputes=4, rating=3,
                reviews=3, review_count=2, trade_assurance=4, payment_safety=3, evidence=4,
                system_certificates=3, product_certificates=2, audits=3, quality_control=3,
                warranty=2, price_level=0.3, small_order=0.5,
            ),
            _leaning(
                "fastest", 0.4,
                lead_time=8, dispatch=8, on_time_rate=3, response_time=4, response_rate=3,
                stock=6, sample_time=5, capacity=2, domestic=4, warehouse=4, price_level=0.3,
            ),
            _leaning("cheapest", 0.4, price_level=15, price_ladder=3, trial_order=1,
                     domestic=1, small_order=0.5, years=0.5, verified=0.5),
            _leaning(
                "small trial order", 0.4,
                small_order=8, trial_order=10, samples=6, sample_time=5, custom_minimum=4,
                dispatch=2, stock=3, capacity=0.0, employees=0.0, floor_area=0.0, revenue=0.0,
            ),
            _leaning(
                "custom product", 0.4,
                customisation=10, custom_minimum=6, oem=8, processes=8, materials=4, tolerance=6,
                cases=6, quality_control=4, research=8, manufacturer=4, samples=2,
                price_level=0.5, stock=0.0, dispatch=0.2,
            ),
        )
    }
)  # fmt: skip
"""The profiles by name. "balanced" is the default."""

# What the buyer stresses: words → dimensions that count `_STRESS` times as much.
_STRESS = 3.0
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"cheap\w*|low(?:est)? (?:price|cost)|inexpensive|economical|budget|g[üu]nstig\w*|billig\w*|"
     r"barat\w*|econ[oó]mic\w*|pas cher|bon march[eé]|便宜|低价|最低价|안값|저렴|安い",
     ("price_level",)),
    (r"urgent\w*|asap|as soon as possible|quick\w*|fast (?:delivery|shipping)|immediate\w*|rush|"
     r"dringend|schnell\w*|eilig|urgente\w*|r[aá]pid\w*|rapide\w*|加急|尽快|现货|至急|급함",
     ("lead_time", "dispatch", "stock", "response_time")),
    (r"reliab\w*|trust\w*|reputable|verified|experienced|long.?standing|zuverl[äa]ssig\w*|"
     r"seri[öo]s\w*|confiable\w*|fiable\w*|可靠|信誉|靠谱",
     ("years", "verified", "on_time_rate", "reorder_rate", "disputes", "rating", "reviews")),
    (r"small (?:order|quantit\w+|batch\w*)|trial order|low moq|test order|kleinmenge\w*|"
     r"peque[ñn]as? cantidad\w*|petite s[eé]rie|小批量|试订|小额",
     ("small_order", "trial_order", "samples")),
    (r"custom(?:i[sz]\w*|[- ]?made)?\b|bespoke|made to (?:order|drawing)|oem|odm|"
     r"sonderanfertigung\w*|nach ma[ßs]|personalizad\w*|a medida|sur mesure|定制|订做|カスタム",
     ("customisation", "custom_minimum", "oem", "processes")),
    (r"high quality|best quality|premium|top quality|hochwertig\w*|calidad|qualit[eé]|高质量|优质",
     ("rating", "reviews", "system_certificates", "quality_control", "reorder_rate")),
    (r"certified|certificat\w+|zertifi\w+|认证|证书",
     ("system_certificates", "product_certificates", "evidence")),
    (r"factory|manufacturer|direct from|hersteller|fabricante|fabricant|usine|工厂|厂家|メーカー",
     ("manufacturer",)),
)  # fmt: skip

# A requirement shows what matters to the buyer beyond its own bound.
_BY_FIELD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lead_time": ("lead_time", "dispatch"),
        "delivery_date": ("lead_time", "dispatch", "on_time_rate"),
        "unit_price": ("price_level",),
        "budget": ("price_level",),
        "min_order_quantity": ("small_order", "trial_order"),
        "sample": ("samples", "sample_time"),
        "certification": ("product_certificates", "system_certificates"),
        "warranty": ("warranty", "after_sales"),
        "response_time": ("response_time",),
        "supplier_years": ("years",),
        "supplier_verified": ("verified",),
        "custom_logo": ("customisation", "custom_minimum"),
        "custom_packaging": ("customisation", "custom_minimum"),
        "custom_design": ("customisation", "custom_minimum", "processes"),
        "oem": ("oem",),
        "odm": ("oem", "research"),
        "destination": ("market_fit", "domestic"),
    }
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(rf"(?<![a-z0-9À-ÿ])(?:{words})", re.IGNORECASE), names)
                 for words, names in _WORDS)  # fmt: skip


def weights_for(
    profile: Profile, parsed: ParsedQuery, overrides: Mapping[str, float] | None = None
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Work out the weights of a query's dimensions.

    The profile's weights, three times as much for what the buyer's words or requirements
    stress, replaced by the caller's own; then divided by their sum.

    Args:
        profile: The profile.
        parsed: The query, for its words and requirements.
        overrides: Dimension → weight, in the profile's scale; replaces the profile's.

    Returns:
        (dimension → weight, positive ones only, summing to 1; dimensions that were stressed).
    """
    check_weights(overrides or {})
    stressed: set[str] = set()
    for requirement in parsed.requirements:
        stressed.update(_BY_FIELD.get(requirement.field, ()))
    for pattern, names in _patterns():
        if pattern.search(parsed.text):
            stressed.update(names)
    weights = {
        name: weight * (_STRESS if name in stressed else 1.0)
        for name, weight in profile.weights.items()
    }
    weights.update(overrides or {})
    total = math.fsum(weights.values())
    if total <= 0:
        return {}, tuple(sorted(stressed))
    return (
        {name: weight / total for name, weight in weights.items() if weight > 0},
        tuple(sorted(stressed)),
    )
