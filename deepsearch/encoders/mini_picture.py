"""Picture encoder `mini-picture`: features of EfficientNet-Lite, by onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deepsearch.encoders._session import Session
from deepsearch.encoders.pictures import checked_pictures, views
from deepsearch.encoders.vectors import checked
from deepsearch.encoders.weights import read_weights, revision_of
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MiniPictureEncoder", "PictureFeatures"]

MODEL = "mini_picture.onnx"
SIDE = 224
DIM = 1600
CLASSES = 1000
BATCH_PICTURES = 8  # with the views of each some 25 pictures a run; bounds memory


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """What one forward pass gives.

    Attributes:
        embeddings: (n, dim) float32, unit length: for picture-to-picture search.
        logits: (n, 1000) float32: ImageNet class logits, averaged over the views.
    """

    embeddings: FloatArray
    logits: FloatArray


class MiniPictureEncoder:
    """Pictures to features that put like-looking things together.

    Each picture is seen whole and at two zooms into its middle, where the goods of a
    photo mostly are; the unit vectors of the three are averaged.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the model from the package.

        Args:
            threads: Threads of onnxruntime, >= 1; None: one a physical core.

        Raises:
            EncodingError: If the weight file is missing or damaged.
            InvalidInputError: If threads < 1.
        """
        self._session = Session(read_weights(MODEL), name="mini-picture", threads=threads)
        self._space = EmbeddingSpace(
            name="mini-picture", revision=revision_of(MODEL, recipe="picture-1"), dim=DIM
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def encode(self, items: Sequence[Image], *, role: Role) -> FloatArray:
        """Encode pictures.

        Args:
            items: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            (len(items), space.dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        return self.features(items, role=role).embeddings

    def features(self, items: Sequence[Image], *, role: Role) -> PictureFeatures:  # noqa: ARG002
        """Encode pictures into features and class logits with one forward pass.

        Args:
            items: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            Embeddings and logits.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        pictures = checked_pictures(items)
        embeddings = np.zeros((len(pictures), DIM), dtype=np.float32)
        logits = np.zeros((len(pictures), CLASSES), dtype=np.float32)
        for start in range(0, len(pictures), BATCH_PICTURES):
            chunk = pictures[start : start + BATCH_PICTURES]
            stacked = np.stack([view for picture in chunk for view in views(picture, side=SIDE)])
            found, scores = self._session.run(["embedding", "logits"], {"pixels": stacked})
            rows = slice(start, start + len(chunk))
            embeddings[rows] = found.reshape(len(chunk), -1, DIM).mean(axis=1)
            logits[rows] = scores.reshape(len(chunk), -1, CLASSES).mean(axis=1)
        return PictureFeatures(
            embeddings=checked(embeddings, count=len(items), space=self._space), logits=logits
        )
