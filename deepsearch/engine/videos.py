"""Listings' videos: a few telling frames of each are encoded as pictures are.

A listing is then found by the frame that fits best, by all frames pooled, and by its pictures
alike: one channel holds them all. `benchmarks.video_frames` measures the ways of matching.
Frames are cached by their pixels, not by their video and time: which frames tell most may be
chosen otherwise one day, what a frame looks like stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepsearch.catalogue import frame_key, pooled_key
from deepsearch.encoders import VectorCache
from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import read_video
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import EmbeddingSpace, FloatArray, IntArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

    from deepsearch.catalogue import Catalogue, PendingItem

__all__ = ["encode_video", "pending_videos"]

FRAMES = 8  # of a listing's video; a query's may have more


def pending_videos(
    catalogue: Catalogue, suite: EncoderSuite, *, rows: IntArray | None = None
) -> Sequence[PendingItem]:
    """List the videos that miss frames in any of a suite's spaces.

    Args:
        catalogue: The catalogue.
        suite: The encoders.
        rows: Listings to look at; None: all.

    Returns:
        Each distinct video once.
    """
    items: dict[str, PendingItem] = {}
    for space in suite.spaces.get(Modality.PICTURE, ()):
        for item in catalogue.pending_videos(space, rows=rows):
            items.setdefault(item.content_hash, item)
    return list(items.values())


def encode_video(
    catalogue: Catalogue,
    suite: EncoderSuite,
    cache: VectorCache | None,
    content_hash: str,
    path: Path | None,
) -> int:
    """Store vectors of the telling frames of a video, all of a space or none.

    Args:
        catalogue: The catalogue.
        suite: The encoders.
        cache: Vectors known already, by the frame's pixels; None: all are encoded.
        content_hash: Of the video.
        path: Its file; None where there is none.

    Returns:
        How many frames had to be encoded, 0 where the cache knew all.

    Raises:
        UnreadableFileError: If the file is not there or cannot be read.
        EncodingError: If a model fails.
    """
    if path is None:
        raise UnreadableFileError("no file of this name below the pictures' folder")
    frames = read_video(path, max_frames=FRAMES, max_side=4 * suite.picture_side)
    vectors, encoded = _vectors(suite, cache, [frame.picture for frame in frames])
    keys = [frame_key(content_hash, max(0.0, frame.seconds)) for frame in frames]
    for space in suite.spaces[Modality.PICTURE]:
        own = vectors[space.name]
        stored = np.concatenate((own, _pooled(own, space))) if len(own) > 1 else own
        names = [*keys, pooled_key(content_hash)][: len(stored)]
        # What another space holds already is left as it is.
        with catalogue.turn():
            catalogue.put_vectors(space, Modality.PICTURE, names, stored)
    return encoded


def _vectors(
    suite: EncoderSuite, cache: VectorCache | None, pictures: Sequence[Image]
) -> tuple[Mapping[str, FloatArray], int]:
    """Vectors of pictures by space, and how many of them the cache did not know."""
    if cache is None:
        return suite.encode_pictures(pictures, role=Role.PASSAGE), len(pictures)
    hashes = [_pixels_hash(picture) for picture in pictures]
    spaces = suite.spaces[Modality.PICTURE]
    known = {space.name: cache.get(space, Modality.PICTURE, hashes) for space in spaces}
    missing = [
        number
        for number, content in enumerate(hashes)
        if any(content not in held for held in known.values())
    ]
    if missing:
        made = suite.encode_pictures([pictures[number] for number in missing], role=Role.PASSAGE)
        contents = [hashes[number] for number in missing]
        for space in spaces:
            vectors = made[space.name]
            cache.put(space, Modality.PICTURE, contents, vectors)
            known[space.name].update(zip(contents, vectors, strict=True))
    stacked = {name: np.stack([held[h] for h in hashes]) for name, held in known.items()}
    return stacked, len(missing)


def _pixels_hash(picture: Image) -> str:
    """Name a picture by what it shows; never the hash of a file, which holds no such header."""
    head = f"pixels {picture.mode} {picture.width} {picture.height}\0".encode()
    return hashlib.sha256(head + picture.tobytes()).hexdigest()


def _pooled(vectors: FloatArray, space: EmbeddingSpace) -> FloatArray:
    """The mean of vectors as one row, of unit length where the space is cosine.

    No row where they cancel out.
    """
    mean: FloatArray = vectors.mean(axis=0, keepdims=True)
    if space.metric != "cosine":
        return mean
    length = np.linalg.norm(mean)
    return mean / length if length > 0 else mean[:0]
