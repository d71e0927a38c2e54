"""Question: does encoding a large catalogue resume after a kill, nothing done twice, memory flat?

Method: varied listings (titles and attributes of the shared catalogue, cut and joined anew) are
indexed by a process of its own that is killed (SIGKILL) after 40 % of the texts; a second one
finishes; a third indexes the same listings into another catalogue, from the cache. Each tells
after every batch how many texts it has encoded and its resident memory. "done twice" is what
the first two encoded beyond the number of distinct texts: at most the batch in flight.

Threats: listings made of cut-up real ones repeat words more than real ones do; that changes
nothing in encoding, which sees every text apart. Other work on the machine slows the rates.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results

KILLED_AT = 0.4
ATTRIBUTES = 3


def varied(folder: Path, count: int, seed: int) -> Iterator[dict[str, object]]:
    """Yield listings that all differ: two half titles and a few attributes of others."""
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
            "title": f"{title} {number}",
            "attributes": dict(rng.sample(pairs, ATTRIBUTES)),
        }


def resident_mb() -> float:
    """Memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def index(source: Path, catalogue: Path, pipe: Connection) -> None:
    """Index a source; send (encoded, resident MB, seconds) after each batch, then the report."""
    from deepsearch.engine import SearchEngine

    engine = SearchEngine.open_or_create(catalogue)
    start = time.perf_counter()

    def progress(stage: str, done: int, total: int | None) -> None:  # noqa: ARG001
        if stage == "encoding texts":
            pipe.send((done, resident_mb(), time.perf_counter() - start))

    report = engine.index(source, progress=progress)
    pipe.send((report.encoded.texts, report.encoded.cached, time.perf_counter() - start))
    pipe.close()


def run(
    source: Path, catalogue: Path, *, kill_at: int | None = None
) -> list[tuple[int, float, float]]:
    """Run `index` in a process of its own; what it sent, up to the kill."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=index, args=(source, catalogue, there))
    process.start()
    there.close()
    sent = []
    try:
        while True:
            sent.append(here.recv())
            if kill_at is not None and sent[-1][0] >= kill_at:
                process.kill()
                kill_at = None
    except EOFError:
        process.join()
    return sent


def row(name: str, sent: list[tuple[int, float, float]], **more: object) -> dict[str, object]:
    """Rate and memory of a run's batches."""
    rate = (sent[-1][0] - sent[0][0]) / (sent[-1][2] - sent[0][2])
    at = [sent[int(share * (len(sent) - 1))][1] for share in (0.0, 0.5, 1.0)]
    names = ("MB, first batch", "MB, middle", "MB, last batch")
    return {
        "run": name,
        "texts encoded": sent[-1][0],
        "texts/s": round(rate, 1),
        **{key: round(value) for key, value in zip(names, at, strict=True)},
        **more,
    }


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data()
    count = 2_000 if options.small else 20_000
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["DEEPSEARCH_CACHE"] = str(place / "cache")
        source = place / "listings.jsonl"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(x) + "\n" for x in varied(folder, count, options.seed))
        killed = run(source, place / "one", kill_at=int(KILLED_AT * count))
        *resumed, report = run(source, place / "one")
        *_, known = run(source, place / "other")
    twice = killed[-1][0] + report[0] + int(report[1]) - count
    table = [
        row("killed", killed),
        row("resumed", resumed, **{"from the cache": int(report[1]), "done twice": twice}),
        {
            "run": "another catalogue",
            "texts encoded": known[0],
            "from the cache": int(known[1]),
            "seconds": round(known[2], 1),
        },
    ]
    print_table(table)
    if not options.small or options.out:
        write_results(
            "encode_catalogue",
            tables={"main": table},
            parameters={"listings": count, "killed_at": KILLED_AT},
            seed=options.seed,
            data={"listings": data_hash(folder / "listings" / "catalog.jsonl")},
            packages=("onnxruntime", "pylance"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
