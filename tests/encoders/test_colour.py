"""The colour histogram against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from deepsearch.encoders import colour


def solid(name: str, size: tuple[int, int] = (40, 40)) -> Image.Image:
    return Image.new("RGB", size, name)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [  # the values every colour calculator gives for D65
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((119, 119, 119), (50.03, 0.0, 0.0)),
    ],
)
def test_lab(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    found = colour._lab(np.array([[rgb]], dtype=np.uint8))[0, 0]
    np.testing.assert_allclose(found, lab, atol=0.02)


def test_values_are_shared_between_the_two_nearest_bins() -> None:
    shares = colour._shares(np.array([-99.0, -50.0, 12.5, 99.0]), np.linspace(-50, 50, 5))
    expected = [[1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0], [0, 0, 0, 0, 1]]
    np.testing.assert_allclose(shares, expected)


def test_one_colour_has_one_place() -> None:
    vector = colour.colour_vector(solid("black"))
    assert vector.shape == (colour.COLOUR_DIM,)
    expected = np.zeros((5, 5, 3))
    expected[2, 2, 0] = 1  # no chroma, darkest
    np.testing.assert_allclose(vector, expected.ravel(), atol=1e-6)


def test_red_is_nearer_to_dark_red_than_to_green() -> None:
    red, dark, green = (colour.colour_vector(solid(name)) for name in ("red", "#a00000", "green"))
    assert red @ dark > red @ green


def test_white_background_hardly_counts() -> None:
    picture = solid("white", (64, 64))
    ImageDraw.Draw(picture).rectangle((20, 20, 43, 43), fill="green")
    assert colour.colour_vector(picture) @ colour.colour_vector(solid("green")) > 0.99


def test_nothing_but_white_still_has_a_colour() -> None:
    assert np.linalg.norm(colour.colour_vector(solid("white"))) == pytest.approx(1)
