"""Whether the hits are the thing that was asked for, or merely the nearest there are.

Fused scores only order the listings of one answer; the best of a catalogue without any
bicycle scores as high as the best of one full of them. Similarity itself does tell, but
on a scale of the encoder's own. The scale is read off product names that have nothing to
do with each other: what they reach among themselves, any unrelated listing may reach.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from deepsearch.engine.asking import Asked, ms_since
from deepsearch.engine.retrieval import EncodedPart, channel_scores
from deepsearch.engine.snapshot import Snapshot
from deepsearch.index import translated
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import (
    FloatArray,
    Hit,
    IntArray,
    Modality,
    Note,
    ParsedQuery,
    Role,
    SearchResult,
)

__all__ = ["Likeness"]

# One of each shelf of a wholesale market.
_UNRELATED = (
    "mountain bikes", "cotton t-shirts", "stainless steel water bottles", "yoga mats",
    "dog leashes", "wooden toy trains", "solar panels", "LED strip lights", "ceramic mugs",
    "hydraulic pumps", "olive oil", "baby diapers", "zippers", "paper bags", "toothbrushes",
    "office chairs", "electric scooters", "leather wallets", "face serum", "floor tiles",
    "steel bars", "frozen shrimp", "cashew nuts", "surgical masks", "wheelchairs", "ball valves",
    "dining tables", "sunglasses", "hair dryers", "bluetooth earphones", "diesel generators",
    "forklifts", "school backpacks", "pigment powder", "copy paper", "garden hoses", "car tyres",
    "ultrasound scanners", "fishing rods", "wedding dresses", "mobile phone batteries",
    "surveillance cameras", "packaging machines", "injection moulds", "printed circuit boards",
    "carpets", "mattresses", "green tea", "wine glasses", "running shoes", "umbrellas",
    "power tools", "fertiliser", "bearings", "guitar strings", "tents", "lipstick",
    "laboratory gloves", "window frames", "welding electrodes", "cement", "bed linen",
    "jewellery boxes", "water filters",
)  # fmt: skip
# What these name is known by the rest of the words alone.
_ANYTHING = frozenset({
    "device", "equipment", "item", "items", "machine", "material", "part", "parts", "product",
    "products", "solution", "something", "system", "thing", "tool", "unit",
})  # fmt: skip
# Nine names in ten stay below this similarity to the most similar of the others.
_QUANTILE = 0.9


class Likeness:
    """Tells when no hit clearly is the product asked for.

    Attributes:
        suite: The encoders searched with.
    """

    def __init__(self, suite: EncoderSuite) -> None:
        """Measure nothing yet; the scale is read when it is first needed.

        Args:
            suite: The encoders searched with.
        """
        self.suite = suite
        self._floor: float | None = None
        self._lock = threading.Lock()

    @property
    def floor(self) -> float:
        """Similarity that names of unrelated products reach, -1..1."""
        with self._lock:
            if self._floor is None:
                self._floor = self._measured()
            return self._floor

    def noted(self, snapshot: Snapshot, asked: Asked, result: SearchResult) -> SearchResult:
        """Put the note before an answer's others, and its time to theirs.

        Args:
            snapshot: What was searched.
            asked: The query.
            result: Its answer.

        Returns:
            The answer with the note, where there is one to make.
        """
        start = time.perf_counter()
        note = self.note(snapshot, asked.parsed, result.hits, asked.parts)
        took = ms_since(start)
        timings = {**result.timings_ms, "likeness": took}
        timings["total"] += took
        notes = result.notes if note is None else (note, *result.notes)
        return replace(result, notes=notes, timings_ms=timings)

    def note(
        self,
        snapshot: Snapshot,
        parsed: ParsedQuery,
        hits: Sequence[Hit],
        parts: Sequence[EncodedPart],
    ) -> Note | None:
        """Say so where no hit is clearly the product.

        Args:
            snapshot: What was searched.
            parsed: What was understood.
            hits: The answer.
            parts: The query's parts, encoded.

        Returns:
            The note; None where a hit is clearly like the product, where no product was
            named, or where pictures were shown, which say more than its name.
        """
        product = parsed.product.strip()
        if not hits or not product or product.lower() in _ANYTHING:
            return None
        if any(part.modality is not Modality.TEXT for part in parts):
            return None
        rows = snapshot.catalogue.rows([hit.listing.id for hit in hits])
        # The words as a whole often suffice; the product's name is encoded only where not.
        if self._best(snapshot, [part.vectors for part in parts], rows) >= self.floor:
            return None
        names = [product]
        english = translated(product, parsed.language)
        if english.share:
            names.append(english.text)
        encoded = self.suite.encode_texts(names, role=Role.QUERY)
        vectors = [
            {space: table[index] for space, table in encoded.items()} for index in range(len(names))
        ]
        best = self._best(snapshot, vectors, rows)
        if best >= self.floor or not np.isfinite(best):
            return None
        return Note(
            stage="likeness",
            text=f"No hit clearly is '{product}': the most similar reaches {best:.2f}, as "
            f"unrelated products do (up to {self.floor:.2f}). These are the nearest there are.",
        )

    def _best(
        self, snapshot: Snapshot, vectors: Sequence[Mapping[str, FloatArray]], rows: IntArray
    ) -> float:
        """The highest similarity of any vector to any row, in the first text space."""
        best = -np.inf
        space = self.suite.spaces[Modality.TEXT][0].name
        channel = snapshot.channels.get((space, Modality.TEXT))
        if channel is None:
            return best
        for table in vectors:
            if space in table:
                scores = channel_scores(channel, table[space], rows)
                best = max(best, float(np.nanmax(scores, initial=-np.inf)))
        return best

    def _measured(self) -> float:
        space = self.suite.spaces[Modality.TEXT][0].name
        asked = self.suite.encode_texts(_UNRELATED, role=Role.QUERY)[space]
        listed = self.suite.encode_texts(_UNRELATED, role=Role.PASSAGE)[space]
        similarity = asked @ listed.T
        np.fill_diagonal(similarity, -np.inf)
        return float(np.quantile(similarity.max(axis=1), _QUANTILE))
