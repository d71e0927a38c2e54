"""What every encoder promises, run over each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepsearch.encoders import MiniSuite, load_suite, suite_names
from deepsearch.encoders.mini_picture import MiniPictureEncoder
from deepsearch.encoders.mini_shared import SharedPictureEncoder, SharedSpace, SharedTextEncoder
from deepsearch.encoders.mini_text import MiniTextEncoder
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.protocols import Encoder, EncoderSuite
from deepsearch.schema import Modality, Role

TEXTS = ["red apple", "", "hydraulic excavator, 20 t", "猫", "ünïcode — “quotes”"]


def some_pictures() -> list[Image.Image]:
    noise = np.random.default_rng(0).integers(0, 256, size=(50, 90, 3), dtype=np.uint8)
    return [
        Image.fromarray(noise),
        Image.new("RGB", (1, 1), "red"),
        Image.new("RGB", (3, 700), "white"),
        Image.new("L", (40, 40), 128),
    ]


@pytest.fixture(
    scope="module",
    params=["text", "picture", "shared text", "shared picture"],
)
def encoder_and_items(request: pytest.FixtureRequest) -> tuple[Encoder[Any], Sequence[Any]]:
    made: dict[str, Callable[[], tuple[Encoder[Any], Sequence[Any]]]] = {
        "text": lambda: (MiniTextEncoder(threads=1), TEXTS),
        "picture": lambda: (MiniPictureEncoder(threads=1), some_pictures()),
        "shared text": lambda: (
            SharedTextEncoder(MiniTextEncoder(threads=1), SharedSpace()),
            TEXTS,
        ),
        "shared picture": lambda: (
            SharedPictureEncoder(MiniPictureEncoder(threads=1), SharedSpace()),
            some_pictures(),
        ),
    }
    return made[request.param]()


@pytest.mark.parametrize("role", list(Role))
def test_vectors_are_what_the_protocol_says(
    encoder_and_items: tuple[Encoder[Any], Sequence[Any]], role: Role
) -> None:
    encoder, items = encoder_and_items
    assert isinstance(encoder, Encoder)
    vectors = encoder.encode(items, role=role)
    assert vectors.shape == (len(items), encoder.space.dim)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_items_give_no_rows(encoder_and_items: tuple[Encoder[Any], Sequence[Any]]) -> None:
    encoder, _ = encoder_and_items
    assert encoder.encode([], role=Role.QUERY).shape == (0, encoder.space.dim)


def test_same_input_same_output(encoder_and_items: tuple[Encoder[Any], Sequence[Any]]) -> None:
    encoder, items = encoder_and_items
    once = encoder.encode(items, role=Role.QUERY)
    np.testing.assert_array_equal(once, encoder.encode(items, role=Role.QUERY))


def test_a_vector_does_not_depend_on_its_neighbours(
    encoder_and_items: tuple[Encoder[Any], Sequence[Any]],
) -> None:
    encoder, items = encoder_and_items
    together = encoder.encode(items, role=Role.QUERY)
    alone = np.concatenate([encoder.encode([item], role=Role.QUERY) for item in items])
    # Another batch size may take another kernel: equal up to the order of a few additions.
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_wrong_items_are_refused(encoder_and_items: tuple[Encoder[Any], Sequence[Any]]) -> None:
    encoder, items = encoder_and_items
    with pytest.raises(InvalidInputError, match="1"):
        encoder.encode([items[0], 7], role=Role.QUERY)


def test_suite_keeps_its_promises(mini: MiniSuite, pictures: dict[str, Image.Image]) -> None:
    assert isinstance(mini, EncoderSuite)
    assert mini.name in suite_names()
    texts = mini.encode_texts(TEXTS, role=Role.PASSAGE)
    found = mini.encode_pictures(list(pictures.values())[:2], role=Role.PASSAGE)
    for modality, vectors in ((Modality.TEXT, texts), (Modality.PICTURE, found)):
        spaces = mini.spaces[modality]
        assert set(vectors) == {space.name for space in spaces}
        for space in spaces:
            assert vectors[space.name].shape[1] == space.dim
    shared = set(mini.spaces[Modality.TEXT]) & set(mini.spaces[Modality.PICTURE])
    assert [space.name for space in shared] == ["mini-shared"]


def test_spaces_name_the_weights(mini: MiniSuite) -> None:
    spaces = {space for group in mini.spaces.values() for space in group}
    assert len({space.revision for space in spaces}) == len(spaces)
    assert all(len(space.revision) == 12 for space in spaces)


def test_an_unknown_suite_is_refused_with_the_names() -> None:
    with pytest.raises(InvalidInputError, match=r"'nope'.*mini"):
        load_suite("nope")


@pytest.mark.parametrize("name", ["", "mini:", "openclip:ViT-B-32", "onnx:", "x:y", "text"])
def test_half_a_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        load_suite(name)


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="export_text_encoder"):
        load_suite(f"onnx:{tmp_path}")


@pytest.mark.parametrize("threads", [0, -1])
def test_threads_below_one_are_refused(threads: int) -> None:
    with pytest.raises(InvalidInputError, match="threads"):
        load_suite("mini", threads=threads)
