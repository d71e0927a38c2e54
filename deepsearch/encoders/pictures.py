"""Pictures into the square pixel arrays that a network takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["checked_pictures", "reduced", "squashed"]

PREFILTER_GAP = 2.0  # box-reduce to twice the target, then resample: as sharp, many times faster


def checked_pictures(pictures: Sequence[Image]) -> list[Image]:
    """Check that items are pictures of three colours; grey ones are widened.

    Args:
        pictures: PIL pictures.

    Returns:
        RGB pictures, in order.

    Raises:
        InvalidInputError: If an item is no picture, is empty, or is neither RGB nor grey.
    """
    from PIL import Image as PilImage

    ready = []
    for position, picture in enumerate(pictures):
        if not isinstance(picture, PilImage.Image):
            raise InvalidInputError(
                f"Picture {position} is {type(picture).__name__}, not a PIL image; "
                "open files with deepsearch.inputs."
            )
        if picture.mode not in ("RGB", "L"):
            raise InvalidInputError(
                f"Picture {position} has mode {picture.mode!r}; expected RGB or L. "
                "deepsearch.inputs opens pictures so, transparency on white."
            )
        if 0 in picture.size:
            raise InvalidInputError(f"Picture {position} is empty: {picture.size} pixels.")
        ready.append(picture if picture.mode == "RGB" else picture.convert("RGB"))
    return ready


def squashed(picture: Image, *, side: int, zoom: float) -> npt.NDArray[np.uint8]:
    """Cut out a picture's middle and squash it to a square.

    Squashing keeps the whole of a tall bottle or a wide shelf in sight, which cropping
    to a square does not.

    Args:
        picture: An RGB picture.
        side: Pixels of the square's side.
        zoom: Share of width and height that is kept, 0 < zoom <= 1.

    Returns:
        (side, side, 3) uint8.
    """
    from PIL import Image as PilImage

    width, height = picture.size
    margin_x, margin_y = width * (1 - zoom) / 2, height * (1 - zoom) / 2
    square = picture.resize(
        (side, side),
        PilImage.Resampling.BICUBIC,
        box=(margin_x, margin_y, width - margin_x, height - margin_y),
        reducing_gap=PREFILTER_GAP,
    )
    return np.asarray(square)


def reduced(picture: Image, *, side: int) -> Image:
    """Box-reduce a picture that is far larger than needed, by a whole factor.

    What is left is still at least twice as large as the square, so that the resampling
    after it decides what is seen.

    Args:
        picture: An RGB picture.
        side: Pixels of the square it is meant for.

    Returns:
        The picture, or a smaller one.
    """
    factor = min(picture.size) // (2 * side)
    return picture.reduce(factor) if factor > 1 else picture
