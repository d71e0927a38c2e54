"""A writer for the kill test: changes a catalogue through the engine for ever, until killed.

Started by a fork server that has imported this module, so that a start costs no imports.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from deepsearch.catalogue import Catalogue
from deepsearch.engine import SearchEngine, channels, shown
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Modality, Role

SPACE = EmbeddingSpace(name="toy", revision="1", dim=16)
COLOURS = ("red", "green", "blue", "black", "white", "grey", "brown")
GOODS = ("pump", "valve", "gear", "hose", "flange", "motor", "pipe", "filter", "seal", "crane")
COUNT = 120
# Few as they are, they count as many, so that index files are written at all.
EXACT_UP_TO = 50


class ToySuite:
    """Encodes a text as the sum of one random direction a word."""

    name = "toy"
    picture_side = 32
    spaces: Mapping[Modality, tuple[EmbeddingSpace, ...]] = {Modality.TEXT: (SPACE,)}

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode texts, the same for queries and passages."""
        rows = [sum((_direction(word) for word in text.split()), _direction("")) for text in texts]
        vectors = np.array(rows, np.float32).reshape(len(texts), SPACE.dim)
        return {SPACE.name: vectors / np.linalg.norm(vectors, axis=1, keepdims=True)}

    def encode_pictures(self, pictures: Sequence[Any], *, role: Role) -> Mapping[str, FloatArray]:
        """There are none."""
        raise NotImplementedError


def _direction(word: str) -> FloatArray:
    drawn = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(SPACE.dim)
    return drawn.astype(np.float32)


def generation_of(number: int) -> list[Listing]:
    """Every generation has its own count and titles, so that any mixture of two shows."""
    return [
        Listing(
            id=f"x{n}",
            title=f"{COLOURS[(n + number) % 7]} {GOODS[n % 10]} generation {number} item {n}",
        )
        for n in range(COUNT + number % 7)
    ]


def open_engine(folder: Path) -> SearchEngine:
    """Open the catalogue with the toy encoder, its indexes kept in files."""
    channels.EXACT_UP_TO = EXACT_UP_TO
    return SearchEngine(Catalogue.open(folder), ToySuite())


def write_for_ever(folder: Path, generation: int, told: Connection) -> None:
    """Upsert, remove and rebuild, telling each commit and when indexes are being built."""
    real = shown.open_snapshot

    def building(*given: Any, **named: Any) -> Any:
        told.send(("building", generation, engine.catalogue.version))
        snapshot = real(*given, **named)
        told.send(("built", generation, engine.catalogue.version))
        return snapshot

    shown.open_snapshot = building  # type: ignore[assignment]
    engine = open_engine(folder)
    told.send(("ready", generation, engine.catalogue.version))
    while True:
        generation += 1
        listings = generation_of(generation)
        engine.upsert(listings)
        gone = set(engine.catalogue.listing_ids) - {listing.id for listing in listings}
        if gone:
            engine.remove(sorted(gone))
        engine.rebuild()
        if generation % 6 == 0:
            engine.catalogue.vacuum(keep=2)
