"""Question: does encoding a large catalogue resume after kills, nothing done twice, memory flat?

Method: varied listings (of the shared catalogue: half of one title, half of another, and an
attribute of a third) are read into a catalogue, of which a copy is kept. Its texts are encoded by a
process of its own on one thread that is killed (SIGKILL) at a random moment after 20 % of them; a
second one goes on and is killed after 40 %; a third finishes. Then the copy is encoded, from the
cache, and a few other listings with the cache bounded to a fraction of what it holds. Each process
tells after every batch how many it has encoded and its resident memory. "done twice" is what all
runs of a catalogue encoded beyond the number of distinct contents; the batch that a kill interrupts
before it is stored is not counted, and is at most one a kill. Pictures likewise, by
`benchmarks.encode_catalogue_pictures`.

Threats: listings made of cut-up real ones repeat words more than real ones do; that changes
nothing in encoding, which sees each apart. Other work on the machine slows the rates.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results

KILLED_AT = (0.2, 0.4)
LONGEST_WAIT = 5.0  # seconds from the batch that reaches the mark to the kill, at most


def varied(folder: Path, count: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield listings that all differ: two half titles and an attribute."""
    lines = (folder / "listings" / "catalog.jsonl").read_text(encoding="utf-8").splitlines()
    known = [json.loads(line) for line in lines]
    titles = [listing["title"].split() for listing in known]
    pairs = [pair for listing in known for pair in listing.get("attributes", {}).items()]
    rng = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < count:
        first, second = rng.choice(titles), rng.choice(titles)
        title = " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])
        if title not in seen:
            seen.add(title)
            attributes = dict(rng.sample(pairs, 1))
            yield {"id": f"v{seed}-{len(seen)}", "title": title, "attributes": attributes}


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


def encode(place: Path, pipe: Connection) -> None:
    """Encode a catalogue on one thread; send a `Told` after each batch, then `Finished`."""
    from deepsearch.catalogue import Catalogue
    from deepsearch.encoders import default_cache, load_suite
    from deepsearch.engine.encoding import encode_pending

    suite = load_suite("mini", threads=1)
    start = time.perf_counter()

    def progress(stage: str, done: int, total: int | None) -> None:  # noqa: ARG001
        pipe.send(Told(stage, done, resident_mb(), time.perf_counter() - start))

    encoded = encode_pending(Catalogue.open(place), suite, progress=progress)
    seconds = time.perf_counter() - start
    cache = default_cache()
    size = cache.stats().bytes / 2**20 if cache is not None else 0.0
    pipe.send(Finished(encoded.texts, encoded.pictures, encoded.cached, size, seconds))
    pipe.close()


def run(
    place: Path, *, stage: str, kill_at: int | None = None, rng: random.Random
) -> tuple[list[Told], Finished | None]:
    """Run `encode` in a process of its own; what it told of a stage, and of its end if it came."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=encode, args=(place, there))
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
    place: Path, copy: Path, *, kind: str, count: int, kills: tuple[float, ...], seed: int
) -> list[dict[str, object]]:
    """Rows of the runs that are killed, of the one that finishes, and of the copy."""
    stage, rng = f"encoding {kind}", random.Random(seed)
    table, encoded = [], 0
    for number, share in enumerate(kills, 1):
        told, _ = run(place, stage=stage, kill_at=max(1, int(share * count) - encoded), rng=rng)
        encoded += told[-1].done
        table.append(row(f"killed ({number})", told, None, kind))
    told, finished = run(place, stage=stage, rng=rng)
    assert finished is not None
    twice = encoded + finished.texts + finished.pictures + finished.cached - count
    table.append({**row("resumed", told, finished, kind), "done twice": twice})
    told, finished = run(copy, stage=stage, rng=rng)
    table.append(row("another catalogue", told, finished, kind))
    return table


def read_in(place: Path, listings: Iterator[Mapping[str, object]], *, copy: Path | None) -> None:
    """Read listings into a new catalogue, without encoding them; copy it."""
    from deepsearch.catalogue import Catalogue, ingest

    source = place.parent / f"{place.name}.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(listing) + "\n" for listing in listings)
    ingest(Catalogue.create(place), source)
    if copy is not None:
        shutil.copytree(place, copy)


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    count, few, bound = (2_000, 200, 1) if options.small else (100_000, 2_000, 100)
    with tempfile.TemporaryDirectory() as name:
        one, other, bounded = (Path(name) / part for part in ("one", "other", "bounded"))
        os.environ["DEEPSEARCH_CACHE"] = str(Path(name) / "cache")
        read_in(one, varied(folder, count, options.seed), copy=other)
        table = killed_and_resumed(
            one, other, kind="texts", count=count, kills=KILLED_AT, seed=options.seed
        )
        read_in(bounded, varied(folder, few, options.seed + 1), copy=None)
        os.environ["DEEPSEARCH_CACHE_MB"] = str(bound)
        told, finished = run(bounded, stage="encoding texts", rng=random.Random(options.seed))
        table.append(row(f"others, cache {bound} MB at most", told, finished, "texts"))
    print_table(table)
    if not options.small or options.out:
        write_results(
            "encode_catalogue",
            tables={"main": table},
            parameters={"listings": count, "killed_at": KILLED_AT, "bound_mb": bound},
            seed=options.seed,
            data={"listings": data_hash(folder / "listings" / "catalog.jsonl")},
            packages=("onnxruntime", "pylance"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
