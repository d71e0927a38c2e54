"""Frames of listings' videos: the keys their vectors are stored under, and their part numbers.

A video has as many vectors as telling frames, and one of them all pooled. Each is stored under
the video's content hash and the frame's time, and told apart among a listing's parts by a
number made of both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.errors import InvalidInputError

__all__ = ["frame_key", "frame_parts", "medium_of", "pooled_key", "videos_done"]

_SIGN = "@"
_MEDIA = 1024  # a listing's media that have part numbers; more than any listing has
_TENTHS = (1 << 31) // _MEDIA - 3  # the longest time that fits: some 58 hours
_POOLED = -1  # in place of tenths of a second
_FIRST = 2  # number of the frame at 0 s; 0 is a picture, 1 the pooled frames


def frame_key(content_hash: str, seconds: float) -> str:
    """Name a frame of a video.

    Args:
        content_hash: Of the video.
        seconds: The frame's time, >= 0; told apart to a tenth.

    Returns:
        The key its vector is stored under.

    Raises:
        InvalidInputError: If the time is negative or not finite.
    """
    if not 0 <= seconds < float("inf"):
        raise InvalidInputError(f"A frame's time is {seconds}; expected seconds >= 0.")
    return f"{content_hash}{_SIGN}{min(round(seconds * 10), _TENTHS)}"


def pooled_key(content_hash: str) -> str:
    """Name all frames of a video together.

    Args:
        content_hash: Of the video.

    Returns:
        The key their pooled vector is stored under.
    """
    return f"{content_hash}{_SIGN}{_POOLED}"


def medium_of(part: int) -> tuple[int, float | None]:
    """Take a part number apart.

    Args:
        part: As in `VectorTable.parts`.

    Returns:
        Which of the listing's media it belongs to, and where it is one frame of a video, its
        time in seconds.
    """
    frame, medium = divmod(part, _MEDIA)
    return medium, (frame - _FIRST) / 10 if frame >= _FIRST else None


def videos_done(stored: pa.Array) -> pa.Array:
    """List the videos that have frames.

    Args:
        stored: Keys that have a vector.

    Returns:
        Content hashes.
    """
    keys = stored.filter(pc.match_substring(stored, _SIGN))
    return pc.list_element(pc.split_pattern(keys, _SIGN), 0).unique()


def frame_parts(
    hashes: pa.Array, media: npt.NDArray[np.int32], stored: pa.Array
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Find the frames of listings' videos among stored vectors.

    Args:
        hashes: (n,) content hash of each video.
        media: (n,) which of its listing's media it is.
        stored: Keys that have a vector.

    Returns:
        For each frame of each video: the video's position, the vector's, and the part number.
    """
    at = np.flatnonzero(pc.match_substring(stored, _SIGN).to_numpy(zero_copy_only=False))
    names = pc.split_pattern(stored.take(pa.array(at)), _SIGN)
    tenths = pc.list_element(names, 1).cast(pa.int64()).to_numpy() if len(at) else at
    frames_of: dict[str, list[int]] = {}
    for number, name in enumerate(pc.list_element(names, 0).to_pylist() if len(at) else ()):
        frames_of.setdefault(name, []).append(number)
    videos: list[int] = []
    frames: list[int] = []
    for video, (content, medium) in enumerate(zip(hashes.to_pylist(), media, strict=True)):
        found = frames_of.get(content, []) if medium < _MEDIA else []
        videos += [video] * len(found)
        frames += found
    of, taken = np.array(videos, np.int64), np.array(frames, np.int64)
    numbers = ((tenths[taken] + _FIRST) * _MEDIA + media[of]).astype(np.int32)
    return of, at[taken].astype(np.int64), numbers
