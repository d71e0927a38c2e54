"""A picture's colours as a small vector.

ImageNet's classes ask for shape and texture; which of two peppers is the red one they
hardly say. A coarse histogram in CIE L*a*b* says just that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deepsearch.schema import FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["COLOUR_DIM", "colour_vector"]

SIDE = 64  # pixels of the square it is counted on
CHROMA_BINS = 5  # along a* and b*, from -50 to 50, what lies beyond counting at the edge
CHROMA_SPAN = 50.0
LIGHTNESS_BINS = (15.0, 50.0, 85.0)
CENTRE_WIDTH = 0.35  # standard deviation of the weight about the middle, in half sides
WHITE = (92.0, 6.0)  # lighter than this and with less chroma is taken for background
WHITE_WEIGHT = 1e-3  # not 0: a picture of nothing but white still has a colour

COLOUR_DIM = CHROMA_BINS * CHROMA_BINS * len(LIGHTNESS_BINS)

# sRGB (linear) to XYZ relative to the D65 white: IEC 61966-2-1, rows divided by the white.
_TO_XYZ = np.array(
    [
        [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883],
    ]
)


def colour_vector(picture: Image) -> FloatArray:
    """Count a picture's colours, softly, the middle weighing most, white background little.

    The square root of the shares is returned, so that a product of two such vectors is
    the Bhattacharyya coefficient of the histograms.

    Args:
        picture: An RGB picture.

    Returns:
        (75,) float32, unit length.
    """
    from PIL import Image as PilImage

    small = picture.resize((SIDE, SIDE), PilImage.Resampling.BOX)
    lightness, a, b = _lab(np.asarray(small)).reshape(-1, 3).T
    weight = _CENTRE.ravel().copy()
    weight[(lightness > WHITE[0]) & (np.hypot(a, b) < WHITE[1])] *= WHITE_WEIGHT
    chroma = np.linspace(-CHROMA_SPAN, CHROMA_SPAN, CHROMA_BINS)
    across = _shares(a, chroma)[:, :, None] * _shares(b, chroma)[:, None, :]
    across = across.reshape(len(weight), -1) * weight[:, None]
    counted = across.T @ _shares(lightness, np.array(LIGHTNESS_BINS))
    counted = counted.ravel() / counted.sum()
    vector: FloatArray = np.sqrt(counted).astype(np.float32)
    return vector


def _lab(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Convert 8-bit sRGB to CIE L*a*b* (D65)."""
    xyz = _LINEAR[pixels] @ _TO_XYZ.T
    bent = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _shares(values: npt.NDArray[Any], centres: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Split each value between the two nearest bin centres, linearly: (n, bins)."""
    width = centres[1] - centres[0]
    inside = np.clip(values, centres[0], centres[-1])
    shares: npt.NDArray[Any] = np.clip(1 - np.abs(inside[:, None] - centres) / width, 0, None)
    return shares


def _linear_table() -> npt.NDArray[np.float64]:
    level = np.arange(256) / 255
    table: npt.NDArray[np.float64] = np.where(
        level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4
    )
    return table


def _centre_weight() -> npt.NDArray[np.float64]:
    place = (np.arange(SIDE) - (SIDE - 1) / 2) / (SIDE / 2)
    distance = place[:, None] ** 2 + place[None, :] ** 2
    weight: npt.NDArray[np.float64] = np.exp(-distance / (2 * CENTRE_WIDTH**2))
    return weight


_LINEAR = _linear_table()
_CENTRE = _centre_weight()
