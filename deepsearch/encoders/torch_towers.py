"""What two-tower models run by torch share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from deepsearch.encoders.torch_options import TorchOptions, in_batches
from deepsearch.encoders.towers import TwoTowers
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["TorchTowers"]


class TorchTowers(TwoTowers):
    """Two towers run by torch, a batch at a time.

    Attributes:
        model: The torch model, placed.
        options: Device, precision and batch size.
    """

    def __init__(
        self, model: Any, *, name: str, revision: str, options: TorchOptions, picture_side: int
    ) -> None:
        """Keep the model and ask it how wide its vectors are.

        Args:
            model: The torch model, placed; what `texts_tensor` needs beside it is set before.
            name: Name of the space.
            revision: Hash of the weights.
            options: Device, precision and batch size.
            picture_side: Side of the square the model sees, in pixels.
        """
        self.model = model
        self.options = options
        with require("torch", extra="clip").inference_mode():
            width = int(self.texts_tensor([""]).shape[1])
        space = EmbeddingSpace(name=name, revision=revision, dim=width)
        super().__init__(space, picture_side=picture_side)

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Run the text tower, texts of like lengths together.

        Args:
            texts: Texts.

        Returns:
            (len(texts), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """
        return in_batches(
            texts,
            self.texts_tensor,
            options=self.options,
            dim=self.space.dim,
            lengths=[len(text) for text in texts],
        )

    def embed_pictures(self, pictures: Sequence[Image]) -> FloatArray:
        """Run the picture tower.

        Args:
            pictures: RGB pictures of any size.

        Returns:
            (len(pictures), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """
        return in_batches(pictures, self.pictures_tensor, options=self.options, dim=self.space.dim)

    @abstractmethod
    def texts_tensor(self, texts: list[str]) -> Any:
        """Run the text tower over one batch: a (len(texts), dim) tensor."""

    @abstractmethod
    def pictures_tensor(self, pictures: list[Image]) -> Any:
        """Run the picture tower over one batch: a (len(pictures), dim) tensor."""
