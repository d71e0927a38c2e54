"""Videos: the frames that differ, with their times, and damaged ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import VideoLimits, read_video
from tests.inputs.files import sound, video


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp4", "mpeg4"), ("mov", "mpeg4"), ("matroska", "mpeg4"), ("webm", "libvpx"),
     ("avi", "mpeg4"),
     ("mpegts", "mpeg2video")],
)  # fmt: skip
def test_one_frame_a_scene(container: str, codec: str) -> None:
    fps = 25 if codec == "mpeg2video" else 10
    data = video(2.0, fps=fps, scenes=4, container=container, codec=codec)
    frames = read_video(data, name="clip.mp4")
    assert len(frames) == 4
    times = [frame.seconds for frame in frames]
    assert times == sorted(times)
    # One frame out of each half second.
    assert [int(time / 0.5) for time in times] == [0, 1, 2, 3]
    assert frames[0].source == f"clip.mp4 @ {times[0]:.1f} s"
    assert all(frame.picture.mode == "RGB" for frame in frames)


def test_a_still_scene_is_one_frame() -> None:
    assert len(read_video(video(3.0, scenes=1))) == 1


def test_a_single_key_frame_is_not_all_there_is() -> None:
    frames = read_video(video(3.0, scenes=5, gop=1000))
    assert len(frames) == 5


def test_max_frames_keeps_the_most_different() -> None:
    data = video(4.0, scenes=8)
    assert len(read_video(data)) == 8
    frames = read_video(data, max_frames=3)
    assert len(frames) == 3
    pictures = [np.asarray(frame.picture, float) for frame in frames]
    for first, second in itertools.pairwise(pictures):
        assert np.abs(first - second).mean() > 20
    with pytest.raises(InvalidInputError, match="max_frames=0"):
        read_video(data, max_frames=0)


def test_large_frames_are_reduced() -> None:
    (frame,) = read_video(video(0.5, scenes=1, size=(640, 360)), max_side=320)
    assert frame.picture.size == (320, 180)


def test_the_same_video_gives_the_same_frames() -> None:
    data = video(2.0, scenes=6)
    first, second = read_video(data, max_frames=3), read_video(data, max_frames=3)
    assert [frame.seconds for frame in first] == [frame.seconds for frame in second]


def test_a_film_without_pictures_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match=r"talk.mp4: .*without a picture track"):
        read_video(sound(), name="talk.mp4")


def test_a_track_without_frames_is_refused() -> None:
    import io

    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        output.start_encoding()
    with pytest.raises(UnreadableFileError, match="not one frame"):
        read_video(buffer.getvalue())


def test_truncated() -> None:
    whole = video(2.0)
    with pytest.raises(UnreadableFileError, match="damaged or cut short"):
        read_video(whole[: len(whole) // 2], name="clip.mp4")
    # Written in fragments, as cameras do, the first part can still be seen.
    streaming = video(4.0, scenes=8, fragmented=True)
    assert 1 <= len(read_video(streaming[: len(streaming) * 2 // 3])) < 8


def test_frames_beyond_the_limit_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="160 x 120"):
        read_video(video(0.5), limits=VideoLimits(max_pixels=10_000))


def test_a_playlist_is_no_video(tmp_path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n")
    with pytest.raises(UnreadableFileError, match="expected a video"):
        read_video(path)


def test_titles_that_are_no_utf8_are_passed_over() -> None:
    named = video(0.4)
    assert b"Lavf" in named
    assert read_video(named.replace(b"Lavf", b"\xff\xfe\xc3("))
