"""Candidates speak for those like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from deepsearch.engine.candidates import Fused
from deepsearch.engine.retrieval import EncodedPart, text_vectors
from deepsearch.engine.snapshot import Snapshot
from deepsearch.feedback import from_alike
from deepsearch.schema import Contribution

__all__ = ["joined_by_alike"]

_NEIGHBOURS = 5
_SENTENCE = "Like other listings that fit the query."


def joined_by_alike(
    snapshot: Snapshot, fused: Sequence[Fused], parts: Sequence[EncodedPart], *, share: float
) -> list[Fused]:
    """Let a share of each candidate's score come from the candidates most like it.

    A listing that stands alone among the candidates for a few chance words falls behind
    those of which there are many. Likeness is of their texts' vectors, so a query without a
    text, or a catalogue without such vectors, leaves all as it is.

    Args:
        snapshot: What was searched.
        fused: Candidates, each once.
        parts: The query's parts.
        share: Of the score, 0..1.

    Returns:
        The candidates with a part "alike", best first, ties by listing id.
    """
    rows = np.array([item.row for item in fused], dtype=np.int64)
    vectors = text_vectors(snapshot, parts, rows) if share and len(fused) else None
    if vectors is None:
        return list(fused)
    gains = share * from_alike([item.score for item in fused], vectors, neighbours=_NEIGHBOURS)
    ids = snapshot.catalogue.listing_ids
    joined = [
        _joined(item, gain, 1.0 - share) for item, gain in zip(fused, gains.tolist(), strict=True)
    ]
    return sorted(joined, key=lambda item: (-item.score, ids[item.row]))


def _joined(item: Fused, gain: float, rest: float) -> Fused:
    parts = [
        Contribution(name=part.name, value=rest * part.value, sentence=part.sentence)
        for part in item.parts
    ]
    parts.append(Contribution(name="alike", value=gain, sentence=_SENTENCE))
    return replace(item, score=rest * item.score + gain, parts=tuple(parts))
