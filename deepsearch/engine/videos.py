"""Listings' videos: a few telling frames of each are encoded as pictures are.

A listing is then found by the frame that fits best, and by its pictures alike: one channel
holds them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepsearch.catalogue import frame_key
from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import read_video
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import Modality, Role

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
        # What another space holds already is left as it is.
        catalogue.put_vectors(space, Modality.PICTURE, keys, vectors[space.name])
    return len(frames)
