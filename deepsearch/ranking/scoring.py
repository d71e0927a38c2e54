"""The parts of a candidate's score, and the best candidates found without scoring all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from deepsearch.ranking.dimensions import DIMENSIONS, Dimension, Scene, Score, trusted
from deepsearch.ranking.judging import ListingView, judge_view
from deepsearch.schema import (
    Contribution,
    Judgement,
    Listing,
    MediaMatch,
    Requirement,
    Status,
    Supplier,
)

__all__ = ["Candidate", "Frame", "Scored", "best_of", "judge_all"]


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
    relevance_parts: Sequence[Contribution] = ()
    media: MediaMatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all candidates of a query are scored with."""

    scene: Scene
    requirements: Sequence[tuple[Requirement, float]]
    shares: Mapping[str, float]
    strength: float


_Part: TypeAlias = tuple[str, Dimension, float, float]
"""A dimension's name, itself, its share, and the most it can add, as a share of both."""


@dataclass(slots=True)
class Scored:
    """A candidate with the parts of its score; the dimensions' come last, if at all.

    Attributes:
        known: Dimension → what it adds, and its score; those of the supplier first.
        claimed: Dimensions of which a claim is made.
        could: What the score may reach, once all dimensions are scored.
    """

    candidate: Candidate
    view: ListingView
    relevance: float
    judgements: tuple[Judgement, ...] = ()
    gains: tuple[float, ...] = ()
    requirement_values: list[float] = field(default_factory=list)
    known: dict[str, tuple[float, Score]] = field(default_factory=dict)
    claimed: Sequence[_Part] = ()
    violated: int = 0
    score: float = 0.0
    could: float = 0.0
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


_BLOCK = 16


def best_of(
    judged: Sequence[Scored],
    frame: Frame,
    k: int,
    select: Callable[[Sequence[Scored]], list[Scored]],
) -> list[Scored]:
    """Select the best k, scoring all dimensions only of those that can still be among them.

    The supplier's own are scored first, once a supplier. The others add at most a known
    share of relevance, so candidates are taken by what they could reach; once the k-th hit
    is above that, the rest cannot change the answer.

    Args:
        judged: The candidates, requirements judged.
        frame: What they are scored with.
        k: Hits wanted.
        select: Takes the best k of some, best first: folds, and caps suppliers.

    Returns:
        The best k, all their dimensions scored.
    """
    panel = Panel(frame)
    for item in judged:
        panel.begin(item)
    waiting = sorted(
        judged, key=lambda item: (item.violated, -item.could, item.candidate.listing.id)
    )
    done: list[Scored] = []
    kept: list[Scored] = []
    for start in range(0, len(waiting), max(_BLOCK, k)):
        block = waiting[start : start + max(_BLOCK, k)]
        if len(kept) == k and _beyond(kept[-1], block[0]):
            break
        for item in block:
            panel.finish(item)
        done = sorted([*done, *block], key=lambda item: item.order)
        kept = select(done)
    return kept


def _beyond(last: Scored, item: Scored) -> bool:
    """Whether a whole score is above all that another may reach."""
    if last.violated != item.violated:
        return last.violated < item.violated
    return last.score > item.could + 1e-9


_Known: TypeAlias = tuple[str, float, float, Score]
"""A dimension's name, its share, what it adds as a share of both, and its score."""

_Judged: TypeAlias = tuple[Sequence[_Known], float]
"""What is known of a supplier, and what it adds."""


class Panel:
    """The dimensions that count in a query, by what they are known from."""

    def __init__(self, frame: Frame) -> None:
        """Sort the dimensions.

        Args:
            frame: What the query's candidates are scored with.
        """
        self._frame = frame
        self._of_supplier: list[_Part] = []
        self._of_claims: dict[str, list[_Part]] = {}
        self._others: list[_Part] = []
        for name, share in frame.shares.items():
            dimension = DIMENSIONS[name]
            part = (name, dimension, share, share * (1.0 - dimension.prior))
            if dimension.of_supplier:
                self._of_supplier.append(part)
            elif dimension.claims is None:
                self._others.append(part)
            else:
                for claim in dimension.claims:
                    self._of_claims.setdefault(claim, []).append(part)
        self._suppliers: dict[str, tuple[Supplier, _Judged]] = {}
        self._reach = sum(most for *_, most in self._others)

    def begin(self, item: Scored) -> None:
        """Score what the supplier's record tells, and bound what the rest may add."""
        scale = item.relevance * self._frame.strength
        _, gain = self._by_supplier(item.view)
        item.claimed = self._by_claims(item.view)
        reach = self._reach + sum(most for *_, most in item.claimed)
        item.could = item.score + scale * (gain + reach)

    def finish(self, item: Scored) -> None:
        """Score the other dimensions; the score is then whole."""
        scale = item.relevance * self._frame.strength
        of_supplier, _ = self._by_supplier(item.view)
        others = self._known((*self._others, *item.claimed), item.view)
        item.known = {
            name: (scale * share * gain, score)
            for name, share, gain, score in (*of_supplier, *others)
        }
        item.score = math.fsum([item.score, *(value for value, _ in item.known.values())])

    def _by_supplier(self, view: ListingView) -> _Judged:
        supplier = view.supplier
        if supplier is None:
            return (), 0.0
        held = self._suppliers.get(supplier.id)
        # One id should be one supplier; where two listings differ, each has his own.
        if held is not None and (held[0] is supplier or held[0] == supplier):
            return held[1]
        known = self._known(self._of_supplier, view)
        judged = known, sum(share * gain for _, share, gain, _ in known)
        self._suppliers[supplier.id] = supplier, judged
        return judged

    def _by_claims(self, view: ListingView) -> Sequence[_Part]:
        """Dimensions of claims of which the listing or its supplier makes one."""
        found: dict[str, _Part] = {}
        for claim in view.claims:
            for part in self._of_claims.get(claim, ()):
                found[part[0]] = part
        return tuple(found.values())

    def _known(self, parts: Iterable[_Part], view: ListingView) -> list[_Known]:
        scene, known = self._frame.scene, []
        for name, dimension, share, _ in parts:
            score = dimension.score(view, scene)
            if score is not None:
                gain = trusted(score, dimension.prior, scene.ask.today) - dimension.prior
                known.append((name, share, gain, score))
        return known
