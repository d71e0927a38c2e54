"""Picture encoder `mini-picture`: two EfficientNet-Lites and colours, by onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deepsearch.encoders._session import Session
from deepsearch.encoders.colour import COLOUR_DIM, colour_vector
from deepsearch.encoders.pictures import checked_pictures, squashed
from deepsearch.encoders.vectors import checked, normalised
from deepsearch.encoders.weights import read_weights, revision_of
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MiniPictureEncoder", "PictureFeatures"]

# Weight file → side of the square it sees, in pixels.
NETWORKS = {"mini_picture_0.onnx": 224, "mini_picture_2.onnx": 260}
NETWORK_DIM = 768
CLASSES = 1000

# Share of width and height seen, about the middle. What a catalogue shows fills its
# picture; what a buyer photographs lies somewhere in the middle of a shelf or a hand.
ZOOMS = {Role.PASSAGE: (1.0,), Role.QUERY: (1.0, 0.65, 0.45)}
COLOUR_SHARE = 0.1  # weight of the colours against 1 for the networks, in a product
BATCH_VIEWS = 16  # a run: bounds memory to some 150 MB of activations


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """What one pass gives.

    Attributes:
        embeddings: (n, 843) float32, unit length: for picture-to-picture search.
        logits: (n, 1000) float32: ImageNet class logits, averaged over views and networks.
    """

    embeddings: FloatArray
    logits: FloatArray


class MiniPictureEncoder:
    """Pictures to features that put like-looking things together.

    Two networks see each picture; their pooled features, projected onto what their
    classifiers tell apart, add up, and a coarse colour histogram joins them. A picture
    that is searched for is also seen at two zooms into its middle.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the models from the package.

        Args:
            threads: Threads of onnxruntime, >= 1; None: one a physical core.

        Raises:
            EncodingError: If a weight file is missing or damaged.
            InvalidInputError: If threads < 1.
        """
        self._sessions = {
            model: Session(read_weights(model), name=model, threads=threads) for model in NETWORKS
        }
        self._space = EmbeddingSpace(
            name="mini-picture",
            revision=revision_of(*NETWORKS, recipe="picture-2"),
            dim=NETWORK_DIM + COLOUR_DIM,
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs; the closest zoom is then a little soft."""
        return max(NETWORKS.values()) * 3 // 2

    def encode(self, items: Sequence[Image], *, role: Role) -> FloatArray:
        """Encode pictures.

        Args:
            items: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            (len(items), 843) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        return self.features(items, role=role).embeddings

    def features(self, items: Sequence[Image], *, role: Role) -> PictureFeatures:
        """Encode pictures into features and class logits with one pass.

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
        shapes = np.zeros((len(pictures), NETWORK_DIM), dtype=np.float32)
        logits = np.zeros((len(pictures), CLASSES), dtype=np.float32)
        zooms = ZOOMS[role]
        step = max(1, BATCH_VIEWS // len(zooms))
        for start in range(0, len(pictures), step):
            chunk = pictures[start : start + step]
            rows = slice(start, start + len(chunk))
            for model, side in NETWORKS.items():
                pixels = np.stack(
                    [squashed(picture, side=side, zoom=zoom) for picture in chunk for zoom in zooms]
                )
                found, scores = self._sessions[model].run(
                    ["embedding", "logits"], {"pixels": pixels}
                )
                shapes[rows] += _mean_of_views(found, len(chunk))
                logits[rows] += _mean_of_views(scores, len(chunk)) / len(NETWORKS)
        colours = np.zeros((len(pictures), COLOUR_DIM), dtype=np.float32)
        for row, picture in enumerate(pictures):
            colours[row] = colour_vector(picture)
        joined = np.hstack([normalised(shapes), np.sqrt(np.float32(COLOUR_SHARE)) * colours])
        return PictureFeatures(
            embeddings=checked(joined, count=len(items), space=self._space), logits=logits
        )


def _mean_of_views(values: npt.NDArray[Any], pictures: int) -> npt.NDArray[Any]:
    mean: npt.NDArray[Any] = values.reshape(pictures, -1, values.shape[-1]).mean(axis=1)
    return mean
