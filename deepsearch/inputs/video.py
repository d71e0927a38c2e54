"""Video: a few telling frames, without decoding the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs.kinds import FileKind
from deepsearch.inputs.limits import VideoLimits
from deepsearch.inputs.records import Frame
from deepsearch.inputs.sniff import require_family
from deepsearch.inputs.source import FileLike, Source
from deepsearch.schema import FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["read_video"]

logger = logging.getLogger(__name__)

# The container is told to the library, never guessed by it: playlists and other
# formats that name further files or addresses are thereby never followed.
_DEMUXERS = {
    "mp4": "mov", "matroska": "matroska", "avi": "avi", "mpegts": "mpegts", "mpeg": "mpeg",
    "flv": "flv", "ogg": "ogg", "asf": "asf",
}  # fmt: skip
_CANDIDATES_PER_FRAME = 4
_THUMB = 16
# Mean absolute difference of 16 x 16 thumbnails, 0..255. Two frames of a fixed camera
# in which nothing moves differ by 1-3 from noise and compression; a cut, or a product
# turned by some 30 degrees, by more than 12.
_SAME_BELOW = 5.0
_BLANK_SPREAD = 4.0


def read_video(
    path: FileLike | Source,
    *,
    max_frames: int = 16,
    max_side: int = 1024,
    limits: VideoLimits | None = None,
    name: str | None = None,
) -> list[Frame]:
    """Take the frames of a video that differ most from each other.

    Key frames are decoded first, evenly over the whole length; where a video has few,
    frames between them are decoded as well, up to `limits.max_decoded`. Near-duplicates
    and blank frames are dropped, and of the rest the most different are kept
    (farthest-point selection on thumbnails).

    Args:
        path: Path or contents of an mp4, mov, webm, mkv, avi, ts, mpg, flv, ogv or wmv.
        max_frames: Frames returned at most, >= 1.
        max_side: Longer side of a returned frame in pixels; larger ones are reduced.
        limits: Bounds on bytes, pixels and frames decoded.
        name: What to call contents without a path in messages and sources.

    Returns:
        1 .. max_frames frames in order of time.

    Raises:
        InvalidInputError: If max_frames or max_side is below 1.
        UnreadableFileError: If it is no video, has no frame, is damaged, cut short
            before its first frame, or beyond the limits.
    """
    if max_frames < 1 or max_side < 1:
        raise InvalidInputError(
            f"read_video got max_frames={max_frames}, max_side={max_side}; expected at least 1."
        )
    limits = limits or VideoLimits()
    file = Source.of(path, name=name)
    file.check_size(limits.max_bytes)
    kind = require_family(file, "video", what="a video")
    job = _Job(file.name, max_frames * _CANDIDATES_PER_FRAME, max_side, limits)
    frames = _decode(file, kind, job)
    if not frames:
        raise UnreadableFileError(
            f"{file.name}: is {kind.label}, but not one frame of it can be decoded; it is damaged, "
            "cut short, or holds only sound. Export it again as MP4 (H.264)."
        )
    chosen = _choose(frames, max_frames)
    return [
        Frame(picture=picture, seconds=seconds, source=f"{file.name} @ {seconds:.1f} s")
        for seconds, picture in chosen
    ]


@dataclass(frozen=True, slots=True)
class _Job:
    """What is wanted of one video: candidates, the side of a picture, the limits."""

    name: str
    wanted: int
    max_side: int
    limits: VideoLimits


def _decode(file: Source, kind: FileKind, job: _Job) -> list[tuple[float, Image]]:
    import av
    import av.logging

    av.logging.set_level(av.logging.PANIC)
    # Titles that are no UTF-8 stop av before version 19 unless it is told to pass them over.
    old = int(av.__version__.partition(".")[0]) < 19
    lenient: dict[str, Any] = {"metadata_errors": "ignore"} if old else {}
    try:
        with (
            file.open() as stream,
            av.open(stream, format=_DEMUXERS[kind.name], **lenient) as container,
        ):
            if not container.streams.video:
                raise UnreadableFileError(
                    f"{file.name}: is {kind.label} without a picture track; expected a video. "
                    "Check that it is the right file."
                )
            track = container.streams.video[0]
            if track.codec_context is None:
                raise UnreadableFileError(
                    f"{file.name}: is {kind.label} in a coding that is not known here. Export it "
                    "again as MP4 (H.264)."
                )
            _check_pixels(job, track.width, track.height)
            return _candidates(container, track, job)
    except UnreadableFileError:
        raise
    # What the decoders find in damaged data surfaces as errors of many kinds.
    except Exception as error:
        raise UnreadableFileError(
            f"{file.name}: starts like {kind.label} but is damaged or cut short ({error}). "
            "Export or download it again."
        ) from error


def _check_pixels(job: _Job, width: int, height: int) -> None:
    if width * height > job.limits.max_pixels:
        raise UnreadableFileError(
            f"{job.name}: has frames of {width:,} x {height:,} pixels; at most "
            f"{job.limits.max_pixels:,} are decoded. Export a smaller copy."
        )


def _candidates(container: Any, track: Any, job: _Job) -> list[tuple[float, Image]]:
    """Decode up to `wanted` frames spread over the video, key frames where they suffice."""
    keys = _key_times(container, track, job.limits)
    start = float((track.start_time or 0) * track.time_base)
    frames: list[tuple[float, Image]] = []
    seen: set[float] = set()
    for time in _spread(keys, job.wanted):
        try:
            container.seek(round(time / track.time_base), stream=track, backward=True)
            frame = next(container.decode(track), None)
        except Exception as error:
            logger.debug("%s: no frame at %.2f s: %s", job.name, time, error)
            continue
        if frame is None or frame.time is None or frame.time in seen:
            continue
        seen.add(frame.time)
        frames.append((frame.time - start, _picture(frame, job)))
    if len(frames) >= job.wanted // _CANDIDATES_PER_FRAME:
        return sorted(frames, key=lambda pair: pair[0])
    # Few key frames: a short clip, or an encoder that sets one a minute.
    between = _between(container, track, job, start)
    merged = {round(seconds, 3): (seconds, picture) for seconds, picture in [*between, *frames]}
    return [merged[key] for key in sorted(merged)]


def _key_times(container: Any, track: Any, limits: VideoLimits) -> list[float]:
    """List the times of the key frames by walking the packets, undecoded."""
    times: list[float] = []
    try:
        for count, packet in enumerate(container.demux(track)):
            if count >= limits.max_packets:
                break
            if packet.is_keyframe and packet.pts is not None:
                times.append(float(packet.pts * track.time_base))
    except Exception as error:
        logger.debug("packets end early: %s", error)
    return sorted(set(times))


def _spread(times: list[float], wanted: int) -> list[float]:
    """Pick at most `wanted` of the times, evenly."""
    if len(times) <= wanted:
        return times
    picks = np.linspace(0, len(times) - 1, wanted).round().astype(int)
    return [times[i] for i in picks]


def _between(container: Any, track: Any, job: _Job, start: float) -> Iterator[tuple[float, Image]]:
    """Decode from the start and yield frames at even steps."""
    duration = float(track.duration * track.time_base) if track.duration else 0.0
    step = duration / job.wanted if duration > 0 else 0.2
    due = -1.0
    try:
        container.seek(0, backward=True)
        for count, frame in enumerate(container.decode(track)):
            if count >= job.limits.max_decoded:
                break
            time = (frame.time or 0.0) - start
            if time >= due:
                due = time + step
                yield time, _picture(frame, job)
    except UnreadableFileError:
        raise
    except Exception as error:
        logger.debug("%s: decoding ends early: %s", job.name, error)


def _picture(frame: Any, job: _Job) -> Image:
    # The size may change within a stream.
    _check_pixels(job, frame.width, frame.height)
    scale = min(1.0, job.max_side / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    image: Image = frame.to_image(width=width, height=height)
    turn = int(getattr(frame, "rotation", 0) or 0) % 360
    return image.rotate(turn, expand=True) if turn else image


def _thumb(image: Image) -> FloatArray:
    from PIL.Image import Resampling

    small = image.resize((_THUMB, _THUMB), Resampling.BOX)
    return np.asarray(small, dtype=np.float32).reshape(-1)


def _choose(frames: list[tuple[float, Image]], max_frames: int) -> list[tuple[float, Image]]:
    """Keep the frames that differ: blank ones out, then farthest-point selection."""
    thumbs = np.stack([_thumb(image) for _, image in frames])
    telling = np.flatnonzero(thumbs.std(axis=1) > _BLANK_SPREAD)
    if not telling.size:
        telling = np.arange(1)
    thumbs = thumbs[telling]
    # Start from the frame nearest the mean: the most ordinary view of what is shown.
    first = int(np.abs(thumbs - thumbs.mean(axis=0)).mean(axis=1).argmin())
    kept = [first]
    distance = np.abs(thumbs - thumbs[first]).mean(axis=1)
    while len(kept) < min(max_frames, len(telling)):
        farthest = int(distance.argmax())
        if distance[farthest] < _SAME_BELOW:
            break
        kept.append(farthest)
        distance = np.minimum(distance, np.abs(thumbs - thumbs[farthest]).mean(axis=1))
    return [frames[telling[i]] for i in sorted(kept)]
