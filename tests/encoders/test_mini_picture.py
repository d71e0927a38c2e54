"""`mini-picture` and `mini-shared`: parity with fp32, and what pictures come near."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepsearch.encoders import MiniPictureEncoder, MiniSuite
from deepsearch.encoders._session import Session
from deepsearch.encoders.mini_picture import NETWORKS
from deepsearch.encoders.pictures import squashed
from deepsearch.encoders.weights import read_weights
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.schema import Role

DATA = Path(__file__).parent / "data"


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / lengths


@pytest.mark.parametrize("model", NETWORKS)
def test_parity_with_the_original(model: str, pictures: dict[str, Image.Image]) -> None:
    variant = model.removesuffix(".onnx")[-1]
    with np.load(DATA / "pictures_fp32.npz") as archive:
        original = {key: archive[key].astype(np.float32) for key in archive.files}
    session = Session(read_weights(model), name=model, threads=1)
    side = NETWORKS[model]
    pixels = np.stack([squashed(picture, side=side, zoom=1.0) for picture in pictures.values()])
    embedding, logits = session.run(["embedding", "logits"], {"pixels": pixels})
    assert cosines(embedding, original[f"embedding_{variant}"]).min() >= 0.99
    assert cosines(logits, original[f"logits_{variant}"]).min() >= 0.99


def degraded(picture: Image.Image) -> Image.Image:
    """Photograph it badly: smaller in the frame, on grey, turned, darker, off the middle."""
    scene = Image.new("RGB", (320, 320), (120, 115, 105))
    turned = picture.resize((190, 190)).rotate(12, fillcolor=(255, 255, 255))
    scene.paste(turned.point(lambda level: int(level * 0.8)), (80, 55))
    return scene


def test_a_poor_photo_finds_its_product(mini: MiniSuite, pictures: dict[str, Image.Image]) -> None:
    catalogue = mini.encode_pictures(list(pictures.values()), role=Role.PASSAGE)["mini-picture"]
    photos = [degraded(picture) for picture in pictures.values()]
    queries = mini.encode_pictures(photos, role=Role.QUERY)["mini-picture"]
    best = (queries @ catalogue.T).argmax(axis=1)
    assert (best == np.arange(len(pictures))).mean() >= 0.75


def test_colour_tells_apart_what_shape_does_not(pictures: dict[str, Image.Image]) -> None:
    encoder = MiniPictureEncoder(threads=1)
    red = pictures["Red-Delicious"]
    channels = red.split()
    green = Image.merge("RGB", (channels[1], channels[0], channels[2]))
    same, other = encoder.encode([degraded(red), green], role=Role.PASSAGE)
    reference = encoder.encode([red], role=Role.PASSAGE)[0]
    assert reference @ same > reference @ other


@pytest.mark.parametrize(
    ("words", "name"),
    [("a bunch of bananas", "Banana"), ("pineapple", "Pineapple"), ("lemon", "Lemon")],
)
def test_words_find_the_picture_of_a_known_class(
    mini: MiniSuite, pictures: dict[str, Image.Image], words: str, name: str
) -> None:
    found = mini.encode_pictures(list(pictures.values()), role=Role.PASSAGE)["mini-shared"]
    query = mini.encode_texts([words], role=Role.QUERY)["mini-shared"][0]
    assert list(pictures)[int((found @ query).argmax())] == name


def test_large_pictures_are_reduced_first(mini: MiniSuite) -> None:
    wide = Image.effect_noise((4000, 3000), 80).convert("RGB")
    small = wide.resize((800, 600), Image.Resampling.BOX)
    one, other = mini.encode_pictures([wide, small], role=Role.PASSAGE)["mini-picture"]
    assert one @ other > 0.98


def test_transparency_must_be_decided_by_the_caller() -> None:
    with pytest.raises(InvalidInputError, match="RGBA"):
        MiniPictureEncoder(threads=1).encode([Image.new("RGBA", (9, 9))], role=Role.QUERY)


def test_a_damaged_model_is_refused() -> None:
    with pytest.raises(EncodingError, match="cannot load"):
        Session(b"no model", name="broken", threads=1)
