"""The default suite: offline, without torch, its weights inside the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from deepsearch.encoders.mini_picture import MiniPictureEncoder
from deepsearch.encoders.mini_shared import SharedSpace
from deepsearch.encoders.mini_text import MiniTextEncoder
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MiniSuite"]


class MiniSuite:
    """Texts and pictures into `mini-text`, `mini-picture` and `mini-shared`.

    Strong at text-to-text (English), useful at picture-to-picture, weak where text and
    picture meet: see docs/encoders.md for the figures.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the models from the package.

        Args:
            threads: Threads of onnxruntime, >= 1; None: one a physical core.

        Raises:
            EncodingError: If a weight file is missing or damaged.
            InvalidInputError: If threads < 1.
        """
        self._texts = MiniTextEncoder(threads=threads)
        self._pictures = MiniPictureEncoder(threads=threads)
        self._shared = SharedSpace()
        self._spaces = MappingProxyType(
            {
                Modality.TEXT: (self._texts.space, self._shared.space),
                Modality.PICTURE: (self._pictures.space, self._shared.space),
            }
        )

    @property
    def name(self) -> str:
        """Name a catalogue records and `load_suite` resolves."""
        return "mini"

    @property
    def text_encoder(self) -> MiniTextEncoder:
        """The encoder of `mini-text`."""
        return self._texts

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs: the closest zoom at full size."""
        return self._pictures.picture_side

    @property
    def spaces(self) -> Mapping[Modality, tuple[EmbeddingSpace, ...]]:
        """For each modality the spaces its items are encoded into, best first."""
        return self._spaces

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode texts into `mini-text` and `mini-shared`.

        Args:
            texts: Texts.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(texts), 384) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        vectors = self._texts.encode(texts, role=role)
        return {
            self._texts.space.name: vectors,
            self._shared.space.name: self._shared.place_texts(vectors),
        }

    def encode_pictures(self, pictures: Sequence[Image], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode pictures into `mini-picture` and `mini-shared`.

        Args:
            pictures: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(pictures), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        features = self._pictures.features(pictures, role=role)
        return {
            self._pictures.space.name: features.embeddings,
            self._shared.space.name: self._shared.place_pictures(features),
        }
