"""The space `mini-shared`, where texts and pictures meet.

ConSE (Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings",
ICLR 2014): a picture lies at the mean of its probable classes' names, weighted by their
probabilities, in the space of the text encoder. Both sides are centred first, since the
mean of all texts says nothing about any of them. A ridge regression from the features,
fitted on emoji, adds what the classes miss. `python -m tools.export_mini_shared` makes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deepsearch.encoders import mini_picture, mini_text
from deepsearch.encoders.mini_picture import NETWORK_DIM, MiniPictureEncoder, PictureFeatures
from deepsearch.encoders.mini_text import MiniTextEncoder
from deepsearch.encoders.vectors import checked, normalised
from deepsearch.encoders.weights import read_arrays, revision_of
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["SharedPictureEncoder", "SharedSpace", "SharedTextEncoder", "class_probabilities"]

CLASSES_FILE = "mini_shared.npz"
TOP_CLASSES = 30
TEMPERATURE = 2.0


def class_probabilities(
    logits: npt.NDArray[Any], *, temperature: float = TEMPERATURE, top: int = TOP_CLASSES
) -> FloatArray:
    """Turn logits into probabilities of the likeliest classes; the others get 0.

    Args:
        logits: (n, classes).
        temperature: Divides the logits, > 0; larger spreads the weight.
        top: Classes kept, >= 1.

    Returns:
        (n, classes) float32; each row sums to 1.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    weights = np.exp(scaled)
    if top < weights.shape[1]:
        floor = np.partition(weights, -top, axis=1)[:, -top][:, None]
        weights[weights < floor] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)


class SharedSpace:
    """Places the other encoders' outputs in `mini-shared`."""

    def __init__(self) -> None:
        """Load the class embeddings, the centre and the map.

        Raises:
            EncodingError: If the weight file is missing or damaged.
        """
        arrays = read_arrays(CLASSES_FILE)
        self._classes = arrays["classes"].astype(np.float32)
        self._centre = arrays["centre"].astype(np.float32)
        self._map = arrays["map"].astype(np.float32)
        self._map_centre = arrays["map_centre"].astype(np.float32)
        self._space = EmbeddingSpace(
            name="mini-shared",
            revision=revision_of(
                CLASSES_FILE,
                mini_text.MODEL,
                mini_text.TOKENIZER,
                *mini_picture.NETWORKS,
                recipe="shared-2",
            ),
            dim=self._classes.shape[1],
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def place_texts(self, embeddings: FloatArray) -> FloatArray:
        """Place text embeddings.

        Args:
            embeddings: (n, 384), of `mini-text`.

        Returns:
            (n, 384) float32, unit length.
        """
        return checked(embeddings - self._centre, count=len(embeddings), space=self._space)

    def place_pictures(self, features: PictureFeatures) -> FloatArray:
        """Place pictures by their class logits and their features.

        Args:
            features: Of n pictures, from `MiniPictureEncoder.features`.

        Returns:
            (n, 384) float32, unit length.
        """
        by_class = normalised(class_probabilities(features.logits) @ self._classes)
        shapes = normalised(features.embeddings[:, :NETWORK_DIM])
        mapped = (shapes - self._map_centre) @ self._map
        return checked(by_class + mapped, count=len(features.logits), space=self._space)


class SharedTextEncoder:
    """Texts into `mini-shared`."""

    def __init__(self, texts: MiniTextEncoder, shared: SharedSpace) -> None:
        """Join a text encoder with the shared space."""
        self._texts = texts
        self._shared = shared

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._shared.space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        """Encode texts.

        Args:
            items: Texts.
            role: Whether they are searched for or searched among.

        Returns:
            (len(items), 384) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        return self._shared.place_texts(self._texts.encode(items, role=role))


class SharedPictureEncoder:
    """Pictures into `mini-shared`."""

    def __init__(self, pictures: MiniPictureEncoder, shared: SharedSpace) -> None:
        """Join a picture encoder with the shared space."""
        self._pictures = pictures
        self._shared = shared

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._shared.space

    def encode(self, items: Sequence[Image], *, role: Role) -> FloatArray:
        """Encode pictures.

        Args:
            items: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            (len(items), 384) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        return self._shared.place_pictures(self._pictures.features(items, role=role))
