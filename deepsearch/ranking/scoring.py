"""The parts of a candidate's score, and the best candidates found without scoring all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deepsearch.ranking.dimensions import DIMENSIONS, Scene, Score, trusted
from deepsearch.ranking.judging import ListingView, judge_view
from deepsearch.schema import (
    Contribution,
    Judgement,
    Listing,
    MediaMatch,
    Requirement,
    Status,
)

__all__ = ["Candidate", "Frame", "Scored", "best_of", "judge_all", "score_dimensions"]


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
class Frame:
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
class Scored:
    """A candidate with the parts of its score; the dimensions' come last, if at all."""

    candidate: Candidate
    view: ListingView
    relevance: float
    judgements: tuple[Judgement, ...] = ()
    gains: tuple[float, ...] = ()
    requirement_values: list[float] = field(default_factory=list)
    dimension_values: list[tuple[str, float, Score | None]] = field(default_factory=list)
    violated: int = 0
    score: float = 0.0
    dealt: float = 0.0
    folded: list[str] = field(default_factory=list)

    @property
    def gain(self) -> float:
        """What requirements add, as a share of relevance."""
        return math.fsum(self.gains)

    def weigh(self, relevance: float) -> None:
        """Set the relevance; the score is it and requirements so far."""
        self.relevance = relevance
        self.requirement_values = [relevance * gain for gain in self.gains]
        self.score = math.fsum([relevance, *self.requirement_values])

    @property
    def order(self) -> tuple[int, float, str]:
        """Sorts best first."""
        return self.violated, -self.score, self.candidate.listing.id


def judge_all(item: Scored, frame: Frame) -> None:
    """Judge the requirements; the score is relevance and requirements so far."""
    judgements, gains = [], []
    for requirement, weight in frame.requirements:
        judgement = judge_view(requirement, item.view, frame.scene.ask)
        judgements.append(judgement)
        gain = 0.0
        if judgement.status is Status.MET:
            gain = weight
        elif judgement.status is Status.VIOLATED:
            gain = -weight
            item.violated += requirement.hard
        gains.append(gain)
    item.judgements, item.gains = tuple(judgements), tuple(gains)
    item.weigh(item.relevance)


def score_dimensions(item: Scored, frame: Frame) -> None:
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


def best_of(
    judged: Sequence[Scored],
    frame: Frame,
    k: int,
    select: Callable[[Sequence[Scored]], list[Scored]],
) -> list[Scored]:
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
    done: list[Scored] = []
    kept: list[Scored] = []
    for start in range(0, len(waiting), max(_BLOCK, k)):
        block = waiting[start : start + max(_BLOCK, k)]
        if len(kept) == k and kept[-1].violated <= block[0].violated:
            could = block[0].score + reach * block[0].relevance
            if kept[-1].violated < block[0].violated or kept[-1].score > could + 1e-9:
                break
        for item in block:
            score_dimensions(item, frame)
        done = sorted([*done, *block], key=lambda item: item.order)
        kept = select(done)
    return kept
