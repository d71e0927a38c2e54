"""Question: does encoding many pictures resume after a kill, nothing done twice, memory flat?

Method: as `benchmarks.encode_catalogue`, with pictures and one kill after 40 %: crops of the
grocery pictures at random places, sizes and qualities, each another file. The listings share one
text, which another catalogue takes from the cache too.

Threats: crops of one photo look alike, and all are small (320 pixels), so decoding costs little;
neither changes what is encoded once. Other work on the machine slows the rates.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from benchmarks.encode_catalogue import killed_and_resumed, read_in

KILLED_AT = (0.4,)
CROP = 320  # pixels of a varied picture's sides


def varied(folder: Path, place: Path, count: int, seed: int) -> Iterator[dict[str, object]]:
    """Write crops of the grocery pictures, no two alike; yield a listing each."""
    sources = sorted((folder / "grocery").rglob("*.jpg"))
    rng = random.Random(seed)
    for number in range(count):
        with Image.open(sources[number % len(sources)]) as opened:
            picture = opened.convert("RGB")
        width, height = picture.size
        side = int(min(width, height) * rng.uniform(0.5, 0.9))
        left, top = rng.randrange(width - side), rng.randrange(height - side)
        crop = picture.resize((CROP, CROP), box=(left, top, left + side, top + side))
        name = f"{number}.jpg"
        crop.save(place / name, quality=rng.randrange(80, 96))
        yield {"id": f"p{number}", "title": "groceries", "images": [name]}


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    count = 192 if options.small else 640
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["DEEPSEARCH_CACHE"] = str(place / "cache")
        one, other = place / "one", place / "other"
        read_in(one, varied(folder, place, count, options.seed), copy=other)
        table = killed_and_resumed(
            one, other, kind="pictures", count=count, kills=KILLED_AT, seed=options.seed
        )
    print_table(table)
    if not options.small or options.out:
        write_results(
            "encode_catalogue_pictures",
            tables={"main": table},
            parameters={"pictures": count, "killed_at": KILLED_AT, "side": CROP},
            seed=options.seed,
            data={"grocery": data_hash(*sorted((folder / "grocery").rglob("*.jpg")))},
            packages=("onnxruntime", "pylance"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
