"""ConSE: the formula by hand, and the centre."""

from __future__ import annotations

import numpy as np

from deepsearch.encoders.mini_picture import NETWORK_DIM, PictureFeatures
from deepsearch.encoders.mini_shared import SharedSpace, class_probabilities
from deepsearch.encoders.weights import read_arrays


def test_probabilities_by_hand() -> None:
    found = class_probabilities(np.log([[8.0, 1.0, 1.0]]), temperature=1.0, top=3)
    np.testing.assert_allclose(found, [[0.8, 0.1, 0.1]], rtol=1e-6)


def test_a_temperature_of_two_takes_the_square_root() -> None:
    found = class_probabilities(np.log([[16.0, 4.0, 1.0]]), temperature=2.0, top=3)
    np.testing.assert_allclose(found, [[4 / 7, 2 / 7, 1 / 7]], rtol=1e-6)


def test_only_the_likeliest_classes_count() -> None:
    found = class_probabilities(np.log([[6.0, 3.0, 1.0]]), temperature=1.0, top=2)
    np.testing.assert_allclose(found, [[2 / 3, 1 / 3, 0]], rtol=1e-6)


def test_large_logits_do_not_overflow() -> None:
    found = class_probabilities(np.array([[1e4, 0.0]]), temperature=1.0, top=2)
    np.testing.assert_allclose(found, [[1, 0]])


def test_a_picture_lies_at_the_sum_of_its_class_and_its_map() -> None:
    arrays = {name: a.astype(np.float32) for name, a in read_arrays("mini_shared.npz").items()}
    logits = np.zeros((1, 1000), dtype=np.float32)
    logits[0, 954] = 1000  # banana, surely
    embeddings = np.zeros((1, NETWORK_DIM + 75), dtype=np.float32)
    embeddings[0, 3] = 0.5  # whatever the colours left of the length
    embeddings[0, -1] = 0.5
    expected = arrays["classes"][954] / np.linalg.norm(arrays["classes"][954])
    feature = np.zeros(NETWORK_DIM, dtype=np.float32)
    feature[3] = 1
    expected = expected + (feature - arrays["map_centre"]) @ arrays["map"]
    features = PictureFeatures(embeddings=embeddings, logits=logits)
    place = SharedSpace().place_pictures(features)[0]
    np.testing.assert_allclose(place, expected / np.linalg.norm(expected), atol=1e-5)


def test_texts_are_centred() -> None:
    centre = read_arrays("mini_shared.npz")["centre"].astype(np.float32)
    direction = np.random.default_rng(0).normal(size=(1, centre.size)).astype(np.float32)
    place = SharedSpace().place_texts(centre + direction)
    np.testing.assert_allclose(place, direction / np.linalg.norm(direction), atol=1e-5)
