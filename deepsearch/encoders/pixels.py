"""The transform before a picture tower, as data: runs without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from deepsearch.encoders.pictures import reduced
from deepsearch.errors import InvalidInputError
from deepsearch.schema import FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PixelRecipe"]

Fit = Literal["crop", "squash"]
Resample = Literal["nearest", "bilinear", "bicubic", "lanczos"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelRecipe:
    """How pictures become the array a network takes.

    Attributes:
        height: Pixels of the network's input, >= 1.
        width: Likewise.
        fit: "crop": the shorter side is resized to `shorter`, then the middle cut out;
            "squash": both sides are resized, whatever the shape.
        shorter: Pixels of the shorter side before the cut; at least height and width.
        resample: The filter.
        mean: Subtracted from each colour of 0..1.
        std: Divides it, > 0.
    """

    height: int
    width: int
    fit: Fit
    shorter: int
    resample: Resample
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            InvalidInputError: If one is out of range.
        """
        if min(self.height, self.width) < 1:
            raise InvalidInputError(f"The input is {self.height} x {self.width}; give >= 1 each.")
        if self.fit not in ("crop", "squash"):
            raise InvalidInputError(f"fit is {self.fit!r}; give 'crop' or 'squash'.")
        if self.fit == "crop" and self.shorter < max(self.height, self.width):
            raise InvalidInputError(
                f"The shorter side becomes {self.shorter}, less than the {self.height} x "
                f"{self.width} cut out of it; give at least the larger."
            )
        if self.resample not in ("nearest", "bilinear", "bicubic", "lanczos"):
            raise InvalidInputError(f"resample is {self.resample!r}; give one of PIL's filters.")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise InvalidInputError("mean and std need three numbers each, std above 0.")

    def pixels(self, pictures: Sequence[Image]) -> FloatArray:
        """Transform pictures.

        Args:
            pictures: RGB pictures of any size; far larger ones are box-reduced first.

        Returns:
            (n, 3, height, width) float32.
        """
        batch = np.zeros((len(pictures), self.height, self.width, 3), dtype=np.float32)
        for row, picture in enumerate(pictures):
            batch[row] = np.asarray(self._fitted(reduced(picture, side=self._side)))
        mean, std = (np.array(values, dtype=np.float32) for values in (self.mean, self.std))
        scaled = (batch / np.float32(255) - mean) / std
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))

    @property
    def _side(self) -> int:
        return self.shorter if self.fit == "crop" else max(self.height, self.width)

    def _fitted(self, picture: Image) -> Image:
        from PIL import Image as PilImage

        kind = PilImage.Resampling[self.resample.upper()]
        if self.fit == "squash":
            return picture.resize((self.width, self.height), kind)
        width, height = picture.size
        short = min(width, height)
        # The longer side is cut to a whole pixel, as torchvision and transformers do.
        size = (int(self.shorter * width / short), int(self.shorter * height / short))
        resized = picture.resize(size, kind)
        left = round((size[0] - self.width) / 2)
        top = round((size[1] - self.height) / 2)
        return resized.crop((left, top, left + self.width, top + self.height))
