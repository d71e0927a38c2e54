"""The second phase: a reranker reorders the best hits, or else the first order stands.

A reranker may be anybody's code and may be slow: what it returns is checked, its time is
bounded, and whatever goes wrong becomes a note instead of a failed search.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent import futures
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, runtime_checkable

from deepsearch.errors import DeepSearchError, EncodingError
from deepsearch.protocols import Reranker
from deepsearch.schema import Contribution, Explanation, Hit, Note, ParsedQuery

__all__ = ["Reranked", "rerank_hits"]

_log = logging.getLogger(__name__)
_STAGE = "rerank"
_SUM_TOLERANCE = 1e-6
_TOLD = 0.8
"""Share of its time a reranker is told of: its last batch may take longer than it expects."""
_SLOTS = threading.BoundedSemaphore(max(4, os.cpu_count() or 1))
"""Reranking under a time budget goes on in a thread that cannot be stopped; as many as these
may be under way, so that a reranker that hangs does not gather threads without end."""

_Answer: TypeAlias = tuple[list[Hit], tuple[Note, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """What the second phase made of a ranking.

    Attributes:
        hits: All hits given, best first, ranks renewed.
        notes: What was left out, and why.
        count: Hits that were reordered; 0 where the first order was kept.
    """

    hits: list[Hit]
    notes: tuple[Note, ...]
    count: int


@runtime_checkable
class _NotedReranker(Protocol):
    """A reranker that keeps to a time and says what it left out, as `CrossEncoderReranker`."""

    def rerank_noted(
        self, query: ParsedQuery, hits: Sequence[Hit], *, budget_ms: float | None = None
    ) -> _Answer:
        """Return the hits reordered, and notes; having taken no longer, if it can be helped."""
        ...


class _OverBudgetError(Exception):
    """The reranker did not answer in time."""


def rerank_hits(
    reranker: Reranker,
    parsed: ParsedQuery,
    hits: Sequence[Hit],
    *,
    depth: int,
    budget_ms: float | None,
) -> Reranked:
    """Let a reranker reorder the first hits.

    Hits beyond the depth follow in their order. Where their scores, which are the first
    phase's, exceed the lowest of the reordered ones, all of them are lowered by the same
    explained amount, so that scores never rise from one hit to the next of them.

    Args:
        reranker: The second phase.
        parsed: The query.
        hits: As `rank` returned them.
        depth: Hits it is given, >= 1.
        budget_ms: Wall time it may take, > 0; None: no limit. A reranker that can keep to a
            time is told four fifths of it; one that is late all the same goes on in the
            background, and its answer is dropped.

    Returns:
        The hits; in their first order, with a note, if the reranker failed, was late, or
        returned anything but the same hits with finite scores that their parts sum to.
    """
    head, tail = list(hits[:depth]), list(hits[depth:])
    if not head:
        return Reranked(hits=[], notes=(), count=0)
    try:
        ordered, notes = _within(budget_ms, lambda: _ask(reranker, parsed, head, budget_ms))
        _check(head, ordered)
    except _OverBudgetError:
        return _kept(hits, f"it took longer than {budget_ms:g} ms")
    except Exception as error:  # a reranker may be anybody's code
        _log.warning("The reranker failed; the first ranking stands.", exc_info=error)
        said = str(error) if isinstance(error, DeepSearchError) else repr(error)
        return _kept(hits, f"it failed: {said}")
    merged = [*ordered, *_lowered(tail, ordered)]
    return Reranked(
        hits=[replace(hit, rank=rank) for rank, hit in enumerate(merged, start=1)],
        notes=tuple(Note(stage=_STAGE, text=note.text) for note in notes),
        count=len(ordered),
    )


def _kept(hits: Sequence[Hit], reason: str) -> Reranked:
    text = f"The second phase was left out and the first ranking stands: {reason}."
    return Reranked(hits=list(hits), notes=(Note(stage=_STAGE, text=text),), count=0)


def _ask(
    reranker: Reranker, parsed: ParsedQuery, hits: Sequence[Hit], budget_ms: float | None
) -> _Answer:
    if isinstance(reranker, _NotedReranker):
        told = None if budget_ms is None else _TOLD * budget_ms
        return reranker.rerank_noted(parsed, hits, budget_ms=told)
    return reranker.rerank(parsed, hits), ()


def _within(budget_ms: float | None, work: Callable[[], _Answer]) -> _Answer:
    """Do the work, and stop waiting for it when the budget is spent."""
    if budget_ms is None:
        return work()
    deadline = time.perf_counter() + budget_ms / 1000
    if not _SLOTS.acquire(timeout=budget_ms / 1000):
        raise _OverBudgetError
    future: futures.Future[_Answer] = futures.Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # it is raised where the answer is waited for
            future.set_exception(error)
        finally:
            _SLOTS.release()

    try:
        threading.Thread(target=run, name="deepsearch-rerank", daemon=True).start()
    except RuntimeError:
        _SLOTS.release()
        raise
    futures.wait([future], timeout=max(0.0, deadline - time.perf_counter()))
    if not future.done():
        raise _OverBudgetError
    return future.result()


def _check(given: Sequence[Hit], ordered: Sequence[Hit]) -> None:
    """Raise EncodingError unless the answer holds the hits given, each well explained."""
    if sorted(hit.listing.id for hit in ordered) != sorted(hit.listing.id for hit in given):
        raise EncodingError(
            f"{len(given)} hits were given and {len(ordered)} came back that are not the same; "
            "expected each of them once"
        )
    for hit in ordered:
        gap = abs(hit.explanation.total - hit.score)
        if not math.isfinite(hit.score) or gap > _SUM_TOLERANCE * max(1.0, abs(hit.score)):
            raise EncodingError(
                f"the score of '{hit.listing.id}' is {hit.score}, its parts sum to "
                f"{hit.explanation.total}; expected the same finite number"
            )


def _lowered(tail: Sequence[Hit], ordered: Sequence[Hit]) -> list[Hit]:
    """Return the hits beyond the depth, none above the lowest of those reordered."""
    if not tail:
        return []
    shift = min(hit.score for hit in ordered) - max(hit.score for hit in tail)
    if shift >= 0:
        return list(tail)
    part = Contribution(
        name="beyond_second_phase",
        value=shift,
        sentence=f"Stands after the {len(ordered)} hits that the second phase read.",
    )
    lowered = []
    for hit in tail:
        explanation = Explanation(contributions=(*hit.explanation.contributions, part))
        lowered.append(replace(hit, explanation=explanation, score=explanation.total))
    return lowered
