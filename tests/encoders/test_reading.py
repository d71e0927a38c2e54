"""The suite that reads the words on pictures, and the vectors of letters behind it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from deepsearch.encoders import MiniSuite, ReadingSuite, load_suite, suite_names
from deepsearch.encoders.letters import LETTERS_DIM, letter_vectors
from deepsearch.encoders.reading import FLATTEST, READ_SIDE, _readable
from deepsearch.errors import InvalidInputError, MissingExtraError
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import FloatArray, Modality, Role


def labelled(*lines: str, size: tuple[int, int] = (360, 200)) -> Image.Image:
    """A white pack with words on it."""
    picture = Image.new("RGB", size, "white")
    drawing = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        place = (20, 20 + 60 * number)
        drawing.text(place, line, fill="black", font=ImageFont.load_default(size=40))
    return picture


@pytest.fixture(scope="module")
def reading() -> ReadingSuite:
    pytest.importorskip("rapidocr_onnxruntime", reason="needs the ocr extra")
    return ReadingSuite(MiniSuite(threads=1), threads=1)


def likeness(one: str, other: str) -> float:
    first, second = letter_vectors([one, other])
    return float(first @ second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mellanmj\u00f6lk", "MELLANMJOLK"),
        ("oat drink", "drink, oat 1.5 % 2024-01-31"),
        ("a b", ""),
    ],
)
def test_case_accents_order_and_numbers_do_not_count(one: str, other: str) -> None:
    np.testing.assert_array_equal(*letter_vectors([one, other]))


def test_a_misread_word_is_nearer_than_another() -> None:
    assert likeness("mellanmjolk", "MELLANMUOLK") > 0.5
    assert abs(likeness("mellanmjolk", "hydraulic excavator")) < 0.2


def test_words_without_latin_letters_count_however_short() -> None:
    assert likeness("\u725b\u5976 1L", "\u725b\u5976") == pytest.approx(1)
    assert likeness("\u725b\u5976", "\u8c46\u5976") < 0.9


def test_a_text_has_unit_length_or_says_nothing() -> None:
    vectors = letter_vectors(["green tea", "", "12 %", "M8"])
    assert vectors.shape == (4, LETTERS_DIM)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 0], atol=1e-6)


def test_it_is_a_suite_of_spaces_of_its_own(reading: ReadingSuite) -> None:
    assert isinstance(reading, EncoderSuite)
    assert reading.name == "mini+ocr"
    assert reading.name in suite_names()
    mini = MiniSuite(threads=1).spaces
    assert reading.spaces[Modality.TEXT][0] == mini[Modality.TEXT][0]  # meets no picture
    shared = set(reading.spaces[Modality.TEXT]) & set(reading.spaces[Modality.PICTURE])
    assert [space.name for space in shared] == ["mini-shared-ocr"]
    texts = reading.encode_texts(["oat", ""], role=Role.QUERY)
    pictures = reading.encode_pictures([labelled("oat")], role=Role.PASSAGE)
    for modality, found in ((Modality.TEXT, texts), (Modality.PICTURE, pictures)):
        assert list(found) == [space.name for space in reading.spaces[modality]]
        for space in reading.spaces[modality]:
            assert found[space.name].shape[1] == space.dim
            np.testing.assert_allclose(np.linalg.norm(found[space.name], axis=1), 1, atol=1e-5)


def nearest(found: FloatArray, among: FloatArray) -> list[int]:
    rows: list[int] = (found @ among.T).argmax(axis=1).tolist()
    return rows


def test_packs_that_look_alike_are_told_apart_by_their_words(reading: ReadingSuite) -> None:
    names = ["Vanilla Yoghurt", "Orange Juice", "Lactose Free Milk"]
    shown = reading.encode_pictures([labelled(*n.split()) for n in names], role=Role.PASSAGE)
    photos = [labelled(*reversed(n.split()), size=(420, 240)) for n in names]
    asked = reading.encode_pictures(photos, role=Role.QUERY)
    name = "mini-picture-ocr"
    assert nearest(asked[name], shown[name]) == [0, 1, 2]
    said = reading.encode_texts(names, role=Role.QUERY)
    assert nearest(said["mini-shared-ocr"], shown["mini-shared-ocr"]) == [0, 1, 2]


def test_a_picture_without_words_is_what_it_was(
    reading: ReadingSuite, pictures: dict[str, Image.Image]
) -> None:
    plain = [pictures[name].resize((20, 20)) for name in list(pictures)[:2]]
    before = MiniSuite(threads=1).encode_pictures(plain, role=Role.PASSAGE)
    after = reading.encode_pictures(plain, role=Role.PASSAGE)
    for name, vectors in before.items():
        width = vectors.shape[1]
        np.testing.assert_allclose(after[f"{name}-ocr"][:, :width], vectors, atol=1e-5)
        assert not after[f"{name}-ocr"][:, width:].any()


@pytest.mark.parametrize("size", [(20_000, 40), (40, 20_000), (3000, 4000), (5000, 900), (50, 60)])
def test_what_is_read_is_bounded_and_not_too_flat(size: tuple[int, int]) -> None:
    ready = _readable(Image.new("RGB", size))
    assert min(ready.size) <= READ_SIDE
    assert max(ready.size) <= FLATTEST * READ_SIDE
    assert max(ready.size) < (FLATTEST + 1) * min(ready.size)


def test_a_flat_picture_is_read(reading: ReadingSuite) -> None:
    banner = labelled("Hydraulic pumps and valves", size=(4000, 90))
    found = reading.encode_pictures([banner], role=Role.QUERY)["mini-shared-ocr"]
    said = reading.encode_texts(["hydraulic pumps", "red apples"], role=Role.QUERY)
    assert nearest(found, said["mini-shared-ocr"]) == [0]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"deepsearch\[ocr\]"):
        load_suite("mini+ocr")


def test_threads_below_one_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="threads"):
        load_suite("mini+ocr", threads=0)
