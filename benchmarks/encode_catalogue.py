"""Question: does encoding a large catalogue resume after kills, nothing done twice, memory flat?

Method: varied listings (titles and attributes of the shared catalogue, cut and joined anew) are
indexed by a process of its own on one core that is killed (SIGKILL) at a random moment after 20 %
of the texts; a second one goes on and is killed after 40 %; a third finishes. Then the same listings
go into another catalogue, from the cache, and a few others into a third one with the cache bounded
to a fraction of what it holds. Pictures likewise, with one kill: crops of the grocery pictures, each
another file, all with one text. Each process tells after every batch how many it has encoded and its resident memory.
"done twice" is what all runs of a catalogue encoded beyond the number of distinct contents; the
batch that a kill interrupts before it is stored is not counted, and is at most one a kill.

Threats: listings made of cut-up real ones repeat words more than real ones do, and crops of one
photo look alike; that changes nothing in encoding, which sees each apart. Other work on the machine
slows the rates.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results

TEXT_KILLS = (0.2, 0.4)
PICTURE_KILLS = (0.4,)
BOUND_MB = 100
OTHERS = 2_000  # listings indexed under the small bound
LONGEST_WAIT = 5.0  # seconds from the batch that reaches the mark to the kill, at most
CROP = 320  # pixels of a varied picture's sides


def varied(folder: Path, count: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield listings that all differ: two half titles and an attribute of another."""
    lines = (folder / "listings" / "catalog.jsonl").read_text(encoding="utf-8").splitlines()
    known = [json.loads(line) for line in lines]
    titles = [listing["title"].split() for listing in known]
    pairs = [pair for listing in known for pair in listing.get("attributes", {}).items()]
    rng = random.Random(seed)
    for number in range(count):
        first, second = rng.choice(titles), rng.choice(titles)
        title = " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])
        yield {
            "id": f"v{number}",
            "title": f"{title} {seed}-{number}",
            "attributes": dict([rng.choice(pairs)]),
        }


def pictured(folder: Path, place: Path, count: int, seed: int) -> Iterator[dict[str, object]]:
    """Write crops of the grocery pictures, no two alike; yield a listing each, all one text."""
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


@dataclass(frozen=True, slots=True)
class Told:
    """What an indexing process tells after a batch: items of one kind, resident MB, seconds."""

    stage: str
    done: int
    resident_mb: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """What it tells at the end: encoded and looked up, the cache's size, seconds."""

    texts: int
    pictures: int
    cached: int
    cache_mb: float
    seconds: float


def resident_mb() -> float:
    """Memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def index(source: Path, catalogue: Path, pipe: Connection) -> None:
    """Index a source on one core; send a `Told` after each batch, then `Finished`."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    from deepsearch.encoders import default_cache
    from deepsearch.engine import SearchEngine

    engine = SearchEngine.open_or_create(catalogue)
    start = time.perf_counter()

    def progress(stage: str, done: int, total: int | None) -> None:  # noqa: ARG001
        if stage.startswith("encoding"):
            pipe.send(Told(stage, done, resident_mb(), time.perf_counter() - start))

    encoded = engine.index(source, progress=progress).encoded
    seconds = time.perf_counter() - start
    cache = default_cache()
    size = cache.stats().bytes / 2**20 if cache is not None else 0.0
    pipe.send(Finished(encoded.texts, encoded.pictures, encoded.cached, size, seconds))
    pipe.close()


def run(
    source: Path, catalogue: Path, *, stage: str, kill_at: int | None, rng: random.Random
) -> tuple[list[Told], Finished | None]:
    """Run `index` in a process of its own; what it told of a stage, and of its end if it came."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=index, args=(source, catalogue, there))
    process.start()
    there.close()
    told: list[Told] = []
    finished = None
    try:
        while True:
            message = here.recv()
            if isinstance(message, Finished):
                finished = message
            elif message.stage == stage:
                told.append(message)
                if kill_at is not None and message.done >= kill_at:
                    time.sleep(rng.uniform(0, LONGEST_WAIT))
                    process.kill()
                    kill_at = None
    except EOFError:
        process.join()
    return told, finished


def row(name: str, told: list[Told], finished: Finished | None, kind: str) -> dict[str, object]:
    """Counts, rate and memory of a run."""
    made: dict[str, object] = {"run": name, "encoded": told[-1].done if told else 0}
    if len(told) > 1:
        spent = told[-1].seconds - told[0].seconds
        made[f"{kind}/s"] = round((told[-1].done - told[0].done) / spent, 1)
        for share, label in ((0.0, "first batch"), (0.5, "middle"), (1.0, "last batch")):
            made[f"MB, {label}"] = round(told[int(share * (len(told) - 1))].resident_mb)
    if finished is not None:
        made["from the cache"] = finished.cached
        made["cache MB"] = round(finished.cache_mb)
        made["seconds"] = round(finished.seconds)
    else:
        made["seconds"] = round(told[-1].seconds)
    return made


def killed_and_resumed(
    source: Path, place: Path, *, kind: str, count: int, kills: tuple[float, ...], seed: int
) -> list[dict[str, object]]:
    """Rows of the runs that are killed, of the one that finishes, and of another catalogue."""
    stage, rng = f"encoding {kind}", random.Random(seed)
    table, encoded = [], 0
    for number, share in enumerate(kills, 1):
        told, _ = run(
            source,
            place / "one",
            stage=stage,
            kill_at=max(1, int(share * count) - encoded),
            rng=rng,
        )
        encoded += told[-1].done
        table.append(row(f"killed ({number})", told, None, kind))
    told, finished = run(source, place / "one", stage=stage, kill_at=None, rng=rng)
    assert finished is not None
    made = finished.texts if kind == "texts" else finished.pictures
    known = finished.cached
    twice = encoded + made + known - count
    table.append({**row("resumed", told, finished, kind), "done twice": twice})
    told, finished = run(source, place / "other", stage=stage, kill_at=None, rng=rng)
    table.append(row("another catalogue", told, finished, kind))
    return table


def written(path: Path, listings: Iterator[Mapping[str, object]]) -> Path:
    """Write listings as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(listing) + "\n" for listing in listings)
    return path


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    texts, pictures = (2_000, 320) if options.small else (100_000, 3_000)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["DEEPSEARCH_CACHE"] = str(place / "cache")
        source = written(place / "listings.jsonl", varied(folder, texts, options.seed))
        read = killed_and_resumed(
            source, place, kind="texts", count=texts, kills=TEXT_KILLS, seed=options.seed
        )
        few = OTHERS // 10 if options.small else OTHERS
        source = written(place / "others.jsonl", varied(folder, few, options.seed + 1))
        bound = 1 if options.small else BOUND_MB
        os.environ["DEEPSEARCH_CACHE_MB"] = str(bound)
        told, finished = run(
            source, place / "bounded", stage="encoding texts", kill_at=None, rng=random.Random(0)
        )
        read.append(row(f"others, {bound} MB at most", told, finished, "texts"))
        print_table(read)
        del os.environ["DEEPSEARCH_CACHE_MB"]
        shots = place / "pictures"
        shots.mkdir()
        source = written(shots / "listings.jsonl", pictured(folder, shots, pictures, options.seed))
        seen = killed_and_resumed(
            source, shots, kind="pictures", count=pictures, kills=PICTURE_KILLS, seed=options.seed
        )
        print_table(seen)
    if not options.small or options.out:
        write_results(
            "encode_catalogue",
            tables={"main": read, "pictures": seen},
            parameters={
                "listings": texts,
                "pictures": pictures,
                "killed_at": TEXT_KILLS,
                "pictures_killed_at": PICTURE_KILLS,
                "bound_mb": BOUND_MB,
            },
            seed=options.seed,
            data={"listings": data_hash(folder / "listings" / "catalog.jsonl")},
            packages=("onnxruntime", "pylance"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
