"""Listings' videos: a few telling frames of each are encoded as pictures are.

A listing is then found by the frame that fits best, by all frames pooled, and by its pictures
alike: one channel holds them all. `benchmarks.video_frames` measures the ways of matching.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepsearch.catalogue import frame_key, pooled_key
from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import read_video
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

if TYPE_CHECKING:
    from deepsearch.catalogue import Catalogue, PendingItem

__all__ = ["encode_video", "pending_videos"]

FRAMES = 8  # of a listing's video; a query's may have more


def pending_videos(catalogue: Catalogue, suite: EncoderSuite) -> Sequence[PendingItem]:
    """List the videos that miss frames in any of a suite's spaces.

    Args:
        catalogue: The catalogue.
        suite: The encoders.

    Returns:
        Each distinct video once.
    """
    items: dict[str, PendingItem] = {}
    for space in suite.spaces.get(Modality.PICTURE, ()):
        for item in catalogue.pending_videos(space):
            items.setdefault(item.content_hash, item)
    return list(items.values())


def encode_video(
    catalogue: Catalogue, suite: EncoderSuite, content_hash: str, path: Path | None
) -> int:
    """Encode the telling frames of a video and store their vectors, all of a space or none.

    Args:
        catalogue: The catalogue.
        suite: The encoders.
        content_hash: Of the video.
        path: Its file; None where there is none.

    Returns:
        How many frames were encoded.

    Raises:
        UnreadableFileError: If the file is not there or cannot be read.
        EncodingError: If a model fails.
    """
    if path is None:
        raise UnreadableFileError("no file of this name below the pictures' folder")
    frames = read_video(path, max_frames=FRAMES, max_side=4 * suite.picture_side)
    vectors = suite.encode_pictures([frame.picture for frame in frames], role=Role.PASSAGE)
    keys = [frame_key(content_hash, max(0.0, frame.seconds)) for frame in frames]
    for space in suite.spaces[Modality.PICTURE]:
        own = vectors[space.name]
        stored = np.concatenate((own, _pooled(own, space))) if len(own) > 1 else own
        # What another space holds already is left as it is.
        catalogue.put_vectors(
            space, Modality.PICTURE, [*keys, pooled_key(content_hash)][: len(stored)], stored
        )
    return len(frames)


def _pooled(vectors: FloatArray, space: EmbeddingSpace) -> FloatArray:
    """The mean of vectors as one row, of unit length where the space is cosine.

    No row where they cancel out.
    """
    mean: FloatArray = vectors.mean(axis=0, keepdims=True)
    if space.metric != "cosine":
        return mean
    length = np.linalg.norm(mean)
    return mean / length if length > 0 else mean[:0]
