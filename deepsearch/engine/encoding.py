"""Encoding what a catalogue holds but no index has seen yet."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import load_picture
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

    from deepsearch.catalogue import Catalogue, PendingItem

__all__ = ["EncodeReport", "Progress", "encode_pending"]

_LOGGER = logging.getLogger(__name__)
TEXT_BATCH = 512
PICTURE_BATCH = 64


class Progress(Protocol):
    """Receives how far long work has come."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note that `done` of `total` items of `stage` are finished."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeReport:
    """What an encoding run did.

    Attributes:
        texts: Distinct texts encoded.
        pictures: Distinct pictures encoded.
        unreadable: (listing id, picture, reason) of each picture that was left out.
    """

    texts: int
    pictures: int
    unreadable: tuple[tuple[str, str, str], ...]


def encode_pending(
    catalogue: Catalogue, suite: EncoderSuite, *, progress: Progress | None = None
) -> EncodeReport:
    """Encode every text and picture that has no vector yet.

    Vectors are committed a batch at a time, so an interrupted run continues where it
    stopped. A picture that cannot be read is left out and reported; the listing stays
    findable by its text.

    Args:
        catalogue: The catalogue; its vector tables grow.
        suite: The encoders.
        progress: Told after each batch.

    Returns:
        Counts, and the pictures that could not be read.
    """
    texts = _encode_texts(catalogue, suite, progress)
    pictures, unreadable = _encode_pictures(catalogue, suite, progress)
    return EncodeReport(texts=texts, pictures=pictures, unreadable=tuple(unreadable))


def _pending(
    catalogue: Catalogue, suite: EncoderSuite, modality: Modality
) -> tuple[list[PendingItem], dict[str, set[str]]]:
    """Return what misses a vector in any space, and per space the hashes it misses."""
    items: dict[str, PendingItem] = {}
    missing: dict[str, set[str]] = {}
    for space in suite.spaces.get(modality, ()):
        pending = catalogue.pending(space, modality)
        missing[space.name] = {item.content_hash for item in pending}
        for item in pending:
            items.setdefault(item.content_hash, item)
    return list(items.values()), missing


def _batches(items: Sequence[PendingItem], size: int) -> Iterator[Sequence[PendingItem]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _encode_texts(catalogue: Catalogue, suite: EncoderSuite, progress: Progress | None) -> int:
    items, missing = _pending(catalogue, suite, Modality.TEXT)
    done = 0
    for batch in _batches(items, TEXT_BATCH):
        vectors = suite.encode_texts(
            catalogue.texts([item.row for item in batch]), role=Role.PASSAGE
        )
        _store(
            catalogue,
            suite.spaces[Modality.TEXT],
            Modality.TEXT,
            batch=batch,
            vectors=vectors,
            missing=missing,
        )
        done += len(batch)
        if progress is not None:
            progress("encoding texts", done, len(items))
    return done


def _encode_pictures(
    catalogue: Catalogue, suite: EncoderSuite, progress: Progress | None
) -> tuple[int, list[tuple[str, str, str]]]:
    items, missing = _pending(catalogue, suite, Modality.PICTURE)
    unreadable: list[tuple[str, str, str]] = []
    encoded = seen = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for batch in _batches(items, PICTURE_BATCH):
            kept: list[PendingItem] = []
            pictures: list[Image] = []
            listings = catalogue.listings([item.row for item in batch])
            media = [
                listing.media[item.part] for listing, item in zip(listings, batch, strict=True)
            ]
            paths = [
                catalogue.media_path(medium, source=listing.source)
                for medium, listing in zip(media, listings, strict=True)
            ]
            loaded = pool.map(lambda path: _load(path, suite.picture_side), paths)
            for item, listing, medium, picture in zip(batch, listings, media, loaded, strict=True):
                if isinstance(picture, str):
                    unreadable.append((listing.id, medium.uri, picture))
                else:
                    kept.append(item)
                    pictures.append(picture)
            if kept:
                vectors = suite.encode_pictures(pictures, role=Role.PASSAGE)
                _store(
                    catalogue,
                    suite.spaces[Modality.PICTURE],
                    Modality.PICTURE,
                    batch=kept,
                    vectors=vectors,
                    missing=missing,
                )
            encoded += len(kept)
            seen += len(batch)
            if progress is not None:
                progress("encoding pictures", seen, len(items))
    return encoded, unreadable


def _load(path: Path | None, side: int) -> Image | str:
    """Decode a picture, or say why not."""
    if path is None:
        return "no file of this name below the pictures' folder"
    try:
        return load_picture(path, min_side=side)
    except (UnreadableFileError, OSError) as error:
        _LOGGER.warning("%s", error)
        return str(error)


def _store(
    catalogue: Catalogue,
    spaces: Sequence[EmbeddingSpace],
    modality: Modality,
    *,
    batch: Sequence[PendingItem],
    vectors: Mapping[str, FloatArray],
    missing: Mapping[str, set[str]],
) -> None:
    """Commit a batch's vectors to each space that misses them."""
    for space in spaces:
        wanted = [i for i, item in enumerate(batch) if item.content_hash in missing[space.name]]
        if wanted:
            hashes = [batch[i].content_hash for i in wanted]
            catalogue.put_vectors(space, modality, hashes, vectors[space.name][wanted])
