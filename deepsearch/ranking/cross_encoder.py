"""Second phase: a cross-encoder reads the request and each of the best listings together.

`CrossEncoderReranker` puts its verdict beside the first phase's as one more explained part,
within a budget of hits and of time; `pair_models` holds two ways to run one.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.schema import (
    Contribution,
    Explanation,
    FloatArray,
    Hit,
    Listing,
    Note,
    ParsedQuery,
)

__all__ = [
    "CrossEncoderReranker",
    "PairScorer",
    "RerankConfig",
    "listing_passage",
]

_log = logging.getLogger(__name__)
MAX_CHARS = 4_000
"""Of a listing's text; a cross-encoder reads some 512 tokens."""


@runtime_checkable
class PairScorer(Protocol):
    """Says how well each text answers a request."""

    def score(self, query: str, texts: Sequence[str]) -> FloatArray:
        """Score texts against a request.

        Args:
            query: The request.
            texts: Any number.

        Returns:
            (len(texts),) float32 logits, larger is better.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankConfig:
    """How far a second phase may go.

    Attributes:
        depth: Hits read, from the best, >= 1.
        budget_ms: Wall time it may take, > 0. A batch is begun only if, as long as the last
            one took a hit, it will end in time; hits not reached keep the first phase's score.
        batch_size: Hits read at once at most, >= 1.
        weight: Share of the best hit's score that a full change of verdict moves, >= 0.
    """

    depth: int = 24
    budget_ms: float = 300.0
    batch_size: int = 8
    weight: float = 0.5

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            InvalidInputError: If one is out of range.
        """
        sizes_fit = self.depth >= 1 and self.batch_size >= 1 and self.budget_ms > 0
        if not (sizes_fit and math.isfinite(self.weight) and self.weight >= 0):
            raise InvalidInputError(
                f"{self}; expected depth and batch_size >= 1, budget_ms > 0, weight >= 0."
            )


def listing_passage(listing: Listing) -> str:
    """Write a listing as the text a cross-encoder reads.

    Args:
        listing: Any listing.

    Returns:
        Title, description, brand, model and attributes, a line each, at most 4,000
        characters.
    """
    lines = [listing.title]
    lines += [text for text in (listing.description, listing.brand, listing.model) if text]
    lines += [f"{name}: {value}" for name, value in listing.attributes.items()]
    return "\n".join(lines)[:MAX_CHARS]


class CrossEncoderReranker:
    """Reorders the best hits by what a cross-encoder reads in them.

        score' = score + weight · top score · (p - mean p),   p = 1 / (1 + exp(-logit))

    p is centred on the hits read, so that those beyond the budget neither gain nor lose.
    """

    def __init__(
        self,
        scorer: PairScorer,
        *,
        config: RerankConfig | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Wrap a scorer.

        Args:
            scorer: Reads pairs.
            config: Budgets and weight.
            clock: Seconds; for tests of the budget.
        """
        self._scorer = scorer
        self._config = config or RerankConfig()
        self._clock = clock
        self._pace: float | None = None  # seconds a hit took in the last batch

    def rerank(self, query: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
        """Return the same hits, ranks renewed, best first.

        Args:
            query: The request; its text is read.
            hits: Best first.

        Returns:
            The hits with one part more each; unchanged if the scorer fails, which is logged.
        """
        return self.rerank_noted(query, hits)[0]

    def rerank_noted(
        self, query: ParsedQuery, hits: Sequence[Hit], *, budget_ms: float | None = None
    ) -> tuple[list[Hit], tuple[Note, ...]]:
        """Rerank, and say what was not done: the budget reached, the scorer failed.

        Args:
            query: The request.
            hits: Best first.
            budget_ms: Wall time it may take, where less than it was set up with.

        Returns:
            (hits, notes).
        """
        wanted = list(hits[: self._config.depth])
        if not query.text.strip() or not wanted:
            return list(hits), ()
        budget = min(self._config.budget_ms, math.inf if budget_ms is None else budget_ms)
        try:
            logits = self._read(query.text, wanted, budget / 1000)
        except EncodingError as error:
            _log.warning("The cross-encoder failed, its verdict is left out: %s", error)
            return list(hits), (
                Note(stage="cross_encoder", text=f"Left out, since it failed: {error}"),
            )
        notes: tuple[Note, ...] = ()
        if len(logits) < len(wanted):
            text = (
                f"Read {len(logits)} of {len(wanted)} hits within "
                f"{budget:g} ms; the others keep their first score."
            )
            notes = (Note(stage="cross_encoder", text=text),)
        return self._merge(hits, logits), notes

    def _read(self, text: str, hits: Sequence[Hit], seconds: float) -> list[float]:
        """Logits of the first hits, as many as the time allows and one at least."""
        end, logits = self._clock() + seconds, list[float]()
        while len(logits) < len(hits):
            began = self._clock()
            # What a hit takes is not known before one was read: the first is read alone.
            affordable = 1 if self._pace is None else int((end - began) / max(self._pace, 1e-9))
            if affordable < 1 and logits:
                break
            size = min(max(affordable, 1), self._config.batch_size)
            logits += self._scores(text, hits[len(logits) : len(logits) + size])
            self._pace = (self._clock() - began) / size
        return logits

    def _scores(self, text: str, batch: Sequence[Hit]) -> list[float]:
        scores = self._scorer.score(text, [listing_passage(hit.listing) for hit in batch])
        if scores.shape != (len(batch),) or not np.isfinite(scores).all():
            raise EncodingError(
                f"The cross-encoder gave {scores.shape} scores, some not finite perhaps, for "
                f"{len(batch)} listings; expected one finite logit each."
            )
        return [float(score) for score in scores]

    def _merge(self, hits: Sequence[Hit], logits: Sequence[float]) -> list[Hit]:
        verdicts = [_sigmoid(logit) for logit in logits]
        middle = math.fsum(verdicts) / len(verdicts)
        unit = self._config.weight * max(hits[0].score, 0.0)
        merged = []
        for hit, verdict in zip(hits, verdicts, strict=False):
            part = Contribution(
                name="cross_encoder",
                value=unit * (verdict - middle),
                sentence=f"Read together with the request: {100 * verdict:.0f} % likely to fit.",
            )
            explanation = Explanation(contributions=(*hit.explanation.contributions, part))
            merged.append(replace(hit, explanation=explanation, score=hit.score + part.value))
        merged += hits[len(verdicts) :]
        merged.sort(key=lambda hit: (-hit.score, hit.listing.id))
        return [replace(hit, rank=rank) for rank, hit in enumerate(merged, start=1)]


def _sigmoid(logit: float) -> float:
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1.0 + grown)
