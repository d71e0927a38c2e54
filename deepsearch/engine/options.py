"""How a search is carried out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from deepsearch.engine.candidates import FusionConfig
from deepsearch.errors import InvalidInputError
from deepsearch.protocols import Reranker
from deepsearch.ranking import Rates
from deepsearch.schema import ParsedQuery

__all__ = ["SearchOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How a search is carried out.

    Attributes:
        k: Hits wanted, >= 1.
        depth: Candidates a retriever before fusion; at least k are fetched.
        ranked: Fused candidates that are read and ranked; at least 3 k are.
        unknown: Whether listings that do not say what a hard requirement asks are kept
            (shown as unknown) or excluded.
        requirements: Whether requirements are read from the query's text.
        edit: Changes what was understood before it is acted on: drop, harden, soften
            (`deepsearch.understanding`), or an answer of your own.
        profile: What matters beside relevance; a name of `deepsearch.ranking.PROFILES`.
        weights: Dimension → weight, over the profile's.
        max_per_supplier: At most so many hits of one supplier; None: no limit.
        fusion: How candidate lists become one.
        rates: Exchange rates; without them prices in other currencies are incomparable.
        today: Day that certificates and dates are judged on; None: the current day.
        reranker: Second phase, which reorders the best ranked hits; None: there is none.
        rerank_depth: Hits the reranker is given; those beyond follow in their order.
        rerank_ms: Milliseconds it may take, > 0; if it is late or fails, the first ranking
            stands and a note says so. None: no limit.
    """

    k: int = 10
    depth: int = 200
    ranked: int = 100
    unknown: Literal["keep", "exclude"] = "keep"
    requirements: bool = True
    edit: Callable[[ParsedQuery], ParsedQuery] | None = None
    profile: str = "balanced"
    weights: Mapping[str, float] | None = None
    max_per_supplier: int | None = None
    fusion: FusionConfig = field(default_factory=FusionConfig)
    rates: Rates | None = None
    today: date | None = None
    reranker: Reranker | None = None
    rerank_depth: int = 50
    rerank_ms: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidInputError: If a count is below 1, rerank_ms is not above 0, unknown is no
                known word, or a part is of another kind than it should be.
        """
        for name in ("k", "depth", "ranked", "rerank_depth"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InvalidInputError(f"{name} is {value!r}; expected a whole number >= 1.")
        if self.unknown not in ("keep", "exclude"):
            raise InvalidInputError(f"unknown is {self.unknown!r}; expected 'keep' or 'exclude'.")
        if self.rerank_ms is not None and not (
            isinstance(self.rerank_ms, int | float)
            and math.isfinite(self.rerank_ms)
            and self.rerank_ms > 0
        ):
            raise InvalidInputError(
                f"rerank_ms is {self.rerank_ms!r}; expected milliseconds > 0, or None."
            )
        for name, fits, expected in (
            ("edit", callable(self.edit), "a function from ParsedQuery to ParsedQuery"),
            ("fusion", isinstance(self.fusion, FusionConfig), "a FusionConfig"),
            ("rates", isinstance(self.rates, Rates), "Rates"),
            ("today", isinstance(self.today, date), "a datetime.date"),
            ("weights", isinstance(self.weights, Mapping), "dimension → weight"),
            ("reranker", isinstance(self.reranker, Reranker), "an object with a method rerank"),
        ):
            if not fits and getattr(self, name) is not None:
                raise InvalidInputError(
                    f"{name} is {getattr(self, name)!r:.60}; expected {expected}."
                )

    @property
    def first_phase(self) -> int:
        """Hits the first phase ranks: those wanted, and those the reranker is given."""
        return self.k if self.reranker is None else max(self.k, self.rerank_depth)
