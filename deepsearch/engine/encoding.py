"""Encoding what a catalogue holds but no index has seen yet."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.encoders import VectorCache, default_cache
from deepsearch.engine.videos import encode_video, pending_videos
from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import load_picture
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import FloatArray, IntArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

    from deepsearch.catalogue import Catalogue, PendingItem

__all__ = ["EncodeReport", "Progress", "encode_pending"]

_LOGGER = logging.getLogger(__name__)
TEXT_BATCH = 512
PICTURE_BATCH = 64
CACHE_BATCH = 4096
DECODERS = 2


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
        videos: Distinct videos of which frames were encoded.
        cached: Texts, pictures and videos whose vectors were known from other catalogues or
            runs; a video's are those of all its frames.
        unreadable: (listing id, picture or video, reason) of each that was left out.
    """

    texts: int
    pictures: int
    unreadable: tuple[tuple[str, str, str], ...]
    videos: int = 0
    cached: int = 0


def encode_pending(
    catalogue: Catalogue,
    suite: EncoderSuite,
    *,
    ids: Sequence[str] | None = None,
    progress: Progress | None = None,
    cache: VectorCache | Literal["default"] | None = "default",
) -> EncodeReport:
    """Encode every text, picture and video that has no vector yet.

    Vectors are committed a batch at a time, so an interrupted run continues where it
    stopped, and other processes may write in between. What was encoded before, for any
    catalogue, comes from the cache. A picture or video that cannot be read is left out and
    reported; the listing stays findable by its text.

    Args:
        catalogue: The catalogue; its vector tables grow.
        suite: The encoders.
        ids: Listings to encode, those that are there; None: all.
        progress: Told after each batch; what it raises ends the run.
        cache: Vectors known already; "default" is the user's own (DEEPSEARCH_CACHE), None
            uses none.

    Returns:
        Counts, and what could not be read.

    Raises:
        EncodingError: If a model fails.
        ConflictError: If another process's write takes longer than half a minute.
    """
    used = default_cache() if cache == "default" else cache
    with used if cache == "default" and used is not None else nullcontext():
        shown = catalogue.at_version()
        run = _Run(
            catalogue=catalogue,
            shown=shown,
            rows=None if ids is None else _rows(shown, ids),
            suite=suite,
            cache=used,
            progress=progress,
        )
        texts, known = _encode_texts(run)
        pictures = _encode_pictures(run)
        videos = _encode_videos(run)
    return EncodeReport(
        texts=texts,
        pictures=pictures.encoded,
        videos=videos.encoded,
        cached=known + pictures.cached + videos.cached,
        unreadable=(*pictures.unreadable, *videos.unreadable),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What every step of one encoding run works with.

    Attributes:
        catalogue: Where vectors are put; it moves on with whatever others commit meanwhile.
        shown: The version that is encoded, in which rows stay what they are.
        rows: Its listings to encode; None: all.
        suite: The encoders.
        cache: Vectors known already.
        progress: Told after each batch.
    """

    catalogue: Catalogue
    shown: Catalogue
    rows: IntArray | None
    suite: EncoderSuite
    cache: VectorCache | None
    progress: Progress | None

    def tell(self, stage: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(stage, done, total)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """What misses a vector in any space, and per space the hashes it misses."""

    modality: Modality
    items: Sequence[PendingItem]
    missing: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Media:
    """What became of the pictures, or of the videos."""

    encoded: int
    cached: int
    unreadable: Sequence[tuple[str, str, str]]


def _encode_texts(run: _Run) -> tuple[int, int]:
    """Encode the texts; returns how many were encoded, and how many were known."""
    pending, known = _without_known(run, _pending(run, Modality.TEXT))
    done = 0
    for batch in _batches(pending.items, TEXT_BATCH):
        texts = run.shown.texts([item.row for item in batch])
        _store(run, pending, batch, run.suite.encode_texts(texts, role=Role.PASSAGE))
        done += len(batch)
        run.tell("encoding texts", done, len(pending.items))
    return done, known


def _encode_pictures(run: _Run) -> _Media:
    pending, known = _without_known(run, _pending(run, Modality.PICTURE))
    unreadable: list[tuple[str, str, str]] = []
    encoded = seen = 0
    with ThreadPoolExecutor(max_workers=DECODERS) as pool:
        for batch in _batches(pending.items, PICTURE_BATCH):
            places = _places(run.shown, batch)
            side = run.suite.picture_side
            loaded = list(pool.map(lambda place: _load(place.path, side), places))  # noqa: B023
            for place, picture in zip(places, loaded, strict=True):
                if isinstance(picture, str):
                    unreadable.append((place.listing_id, place.uri, picture))
            kept = [i for i, picture in enumerate(loaded) if not isinstance(picture, str)]
            if kept:
                pictures = [picture for picture in loaded if not isinstance(picture, str)]
                vectors = run.suite.encode_pictures(pictures, role=Role.PASSAGE)
                _store(run, pending, [batch[i] for i in kept], vectors)
            encoded += len(kept)
            seen += len(batch)
            run.tell("encoding pictures", seen, len(pending.items))
    return _Media(encoded=encoded, cached=known, unreadable=unreadable)


def _encode_videos(run: _Run) -> _Media:
    unreadable: list[tuple[str, str, str]] = []
    encoded = cached = 0
    items = pending_videos(run.shown, run.suite, rows=run.rows)
    places = _places(run.shown, items)
    for done, (item, place) in enumerate(zip(items, places, strict=True), start=1):
        try:
            frames = encode_video(
                run.catalogue, run.suite, run.cache, item.content_hash, place.path
            )
        except (UnreadableFileError, OSError) as error:
            _LOGGER.warning("%s", error)
            unreadable.append((place.listing_id, place.uri, str(error)))
        else:
            encoded += frames > 0
            cached += frames == 0
        run.tell("encoding videos", done, len(items))
    return _Media(encoded=encoded, cached=cached, unreadable=unreadable)


# ---------------------------------------------------------------- what is to be done


def _rows(catalogue: Catalogue, ids: Sequence[str]) -> IntArray:
    """Rows of listings; what another writer removed meanwhile has none."""
    held = pc.is_in(catalogue.facts["id"], value_set=pa.array(ids, pa.string()))
    return np.flatnonzero(held.to_numpy())


def _pending(run: _Run, modality: Modality) -> _Pending:
    items: dict[str, PendingItem] = {}
    missing: dict[str, frozenset[str]] = {}
    for space in run.suite.spaces.get(modality, ()):
        pending = run.shown.pending(space, modality, rows=run.rows)
        missing[space.name] = frozenset(item.content_hash for item in pending)
        for item in pending:
            items.setdefault(item.content_hash, item)
    return _Pending(modality=modality, items=list(items.values()), missing=missing)


def _without_known(run: _Run, pending: _Pending) -> tuple[_Pending, int]:
    """Store what the cache knows in every space; returns the rest, and how many were known."""
    if run.cache is None or not pending.items:
        return pending, 0
    rest: list[PendingItem] = []
    for batch in _batches(pending.items, CACHE_BATCH):
        hashes = [item.content_hash for item in batch]
        found = {
            space.name: run.cache.get(space, pending.modality, hashes)
            for space in run.suite.spaces[pending.modality]
        }
        known = [all(item.content_hash in held for held in found.values()) for item in batch]
        kept = [item for item, there in zip(batch, known, strict=True) if there]
        rest += [item for item, there in zip(batch, known, strict=True) if not there]
        if kept:
            vectors = {
                name: np.stack([held[item.content_hash] for item in kept])
                for name, held in found.items()
            }
            _put(run, pending, kept, vectors)
    return replace(pending, items=rest), len(pending.items) - len(rest)


def _batches(items: Sequence[PendingItem], size: int) -> Iterator[Sequence[PendingItem]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


# ---------------------------------------------------------------- reading and storing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Whose a medium is, and its file."""

    listing_id: str
    uri: str
    path: Path | None


def _places(catalogue: Catalogue, items: Sequence[PendingItem]) -> list[_Place]:
    places = []
    listings = catalogue.listings([item.row for item in items])
    for listing, item in zip(listings, items, strict=True):
        medium = listing.media[item.part]
        path = catalogue.media_path(medium, source=listing.source)
        places.append(_Place(listing_id=listing.id, uri=medium.uri, path=path))
    return places


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
    run: _Run,
    pending: _Pending,
    batch: Sequence[PendingItem],
    vectors: Mapping[str, FloatArray],
) -> None:
    """Keep a batch's vectors: first in the cache, so that none is lost between the two."""
    if run.cache is not None:
        hashes = [item.content_hash for item in batch]
        for space in run.suite.spaces[pending.modality]:
            run.cache.put(space, pending.modality, hashes, vectors[space.name])
    _put(run, pending, batch, vectors)


def _put(
    run: _Run,
    pending: _Pending,
    batch: Sequence[PendingItem],
    vectors: Mapping[str, FloatArray],
) -> None:
    """Commit a batch's vectors to each space that misses them.

    They are kept by the hash of their content, so whatever others write meanwhile is no matter.
    """
    for space in run.suite.spaces[pending.modality]:
        missing = pending.missing[space.name]
        wanted = [i for i, item in enumerate(batch) if item.content_hash in missing]
        if wanted:
            hashes = [batch[i].content_hash for i in wanted]
            own = vectors[space.name][wanted]
            with run.catalogue.turn():
                run.catalogue.put_vectors(space, pending.modality, hashes, own)
