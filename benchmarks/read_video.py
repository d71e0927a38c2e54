"""Question: what does it cost to take 16 telling frames out of ten minutes of 720p?

Method: ten minutes of 1280 x 720 at 25 frames/s are made by repeating the packets of a
20 s H.264 clip (six scenes of moving blocks and noise, a key frame every 2 s, some 4 Mbit/s);
read by `deepsearch.inputs.read_video`, and by what a user would write first: PyAV decoding
every frame and keeping one a second, and OpenCV seeking to one frame a second. Wall time of
one read each, candidates in turns, median of the rounds; frames found; peak memory of a
process that reads the file once.

Threats: synthetic pictures; the repeats make near-duplicates of everything after 20 s, which
touches what is kept but not what is decoded. Real films have other key frame intervals:
with one a minute, up to 1,500 frames between them are decoded as well.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from benchmarks.common import (
    arguments,
    data_hash,
    interleave,
    peak_memory_of,
    print_table,
    write_results,
)
from deepsearch.inputs import read_video

SIZE = (1280, 720)
FPS = 25
CLIP_SECONDS = 20
SCENES = 6
READING = "import sys; from deepsearch.inputs import read_video; frames = read_video(sys.argv[1])"
"""What a process of its own runs, whose memory is ours."""


def make_clip(path: Path, seconds: int, seed: int) -> None:
    """Encode scenes of coloured blocks that drift, under noise."""
    draw = np.random.default_rng(seed)
    width, height = SIZE
    noise = draw.integers(-12, 13, (8, height, width, 3), dtype=np.int16)
    scenes = [
        np.kron(draw.integers(0, 255, (12, 24, 3)), np.ones((80, 80, 1))).astype(np.int16)
        for _ in range(SCENES)
    ]
    with av.open(str(path), "w") as output:
        stream = output.add_stream(
            "libx264", rate=FPS, options={"preset": "ultrafast", "crf": "26"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = 2 * FPS
        count = seconds * FPS
        for index in range(count):
            scene = scenes[index * SCENES // count]
            shift = index % 60
            view = scene[shift : shift + height, 2 * shift : 2 * shift + width]
            pixels = np.clip(view + noise[index % 8], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode())


def repeat_clip(clip: Path, path: Path, times: int) -> None:
    """Write the clip's packets again and again, without decoding them."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as output:
        track = source.streams.video[0]
        copy = output.add_stream_from_template(track)
        packets = [
            (bytes(packet), packet.pts, packet.dts, packet.is_keyframe)
            for packet in source.demux(track)
            if packet.size
        ]
        base = track.time_base or Fraction(1, FPS)
        length = round(CLIP_SECONDS / base)
        if packets:
            length = round(len(packets) / FPS / base)
        for turn in range(times):
            for data, pts, dts, key in packets:
                packet = av.Packet(data)
                packet.pts = (pts or 0) + turn * length
                packet.dts = (dts or 0) + turn * length
                packet.time_base = base
                packet.is_keyframe = key
                packet.stream = copy
                output.mux(packet)


def by_us(path: Path) -> int:
    return len(read_video(path, max_frames=16))


def by_full_decode(path: Path) -> int:
    kept = 0
    with av.open(str(path)) as container:
        track = container.streams.video[0]
        track.thread_type = "AUTO"
        for index, frame in enumerate(container.decode(track)):
            if index % FPS == 0:
                frame.to_ndarray(format="rgb24")
                kept += 1
    return kept


def by_opencv(path: Path) -> int:
    import cv2

    film = cv2.VideoCapture(str(path))
    count = int(film.get(cv2.CAP_PROP_FRAME_COUNT))
    kept = 0
    for index in range(0, count, FPS):
        film.set(cv2.CAP_PROP_POS_FRAMES, index)
        kept += bool(film.read()[0])
    return kept


def on(read: Callable[[Path], int], path: Path) -> Callable[[int], int]:
    """The reader as a call that takes the number of the round."""
    return lambda _: read(path)


def main() -> None:
    options = arguments(__doc__)
    times = 1 if options.small else 30
    readers: dict[str, Callable[[Path], int]] = {
        "deepsearch, 16 frames that differ": by_us,
        "PyAV, every frame decoded": by_full_decode,
    }
    if importlib.util.find_spec("cv2"):
        readers["OpenCV, a seek a second"] = by_opencv
    with tempfile.TemporaryDirectory() as name:
        clip, path = Path(name, "clip.mp4"), Path(name, "film.mp4")
        make_clip(clip, 4 if options.small else CLIP_SECONDS, options.seed)
        repeat_clip(clip, path, times)
        found = {reader: read(path) for reader, read in readers.items()}
        timings = interleave(
            {reader: on(read, path) for reader, read in readers.items()},
            repeat=1 if options.small else 2,
            warmup=0,
        )
        size = path.stat().st_size / 1e6
        with av.open(str(path)) as film:
            seconds = float((film.duration or 0) / av.time_base)
        results = [
            {"reader": reader, "frames": found[reader], "s": timing.p50 / 1000}
            for reader, timing in timings.items()
        ]
        results[0]["peak MB"] = round(peak_memory_of(READING, path))
        hashes = {"film.mp4": data_hash(path)}
    print_table(results, title=f"{seconds:.0f} s of {SIZE[0]} x {SIZE[1]}, {size:.0f} MB")
    if not options.small or options.out:
        write_results(
            "read_video",
            tables={"main": results},
            parameters={"seconds": seconds, "size": SIZE, "fps": FPS, "MB": round(size)},
            seed=options.seed,
            data=hashes,
            packages=("av", "opencv-python"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
