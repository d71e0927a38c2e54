"""A suite put together from encoders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from deepsearch.errors import InvalidInputError, UnsupportedOperationError
from deepsearch.protocols import Encoder
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ComposedSuite"]


class ComposedSuite:
    """Any text and picture encoders as one suite; equal spaces meet.

    Example:
        A multilingual text model beside a CLIP model:

        `ComposedSuite("mine", texts=[e5, clip.texts], pictures=[clip.pictures])`
    """

    def __init__(
        self,
        name: str,
        *,
        texts: Sequence[Encoder[str]] = (),
        pictures: Sequence[Encoder[Image]] = (),
        picture_side: int = 224,
    ) -> None:
        """Put encoders together.

        Args:
            name: Name a catalogue records.
            texts: Text encoders, best first.
            pictures: Picture encoders, best first.
            picture_side: Pixels the shorter side of a picture needs, >= 1.

        Raises:
            InvalidInputError: If there is no encoder, or two of one kind share a space's name.
        """
        if not texts and not pictures:
            raise InvalidInputError(f"The suite {name!r} has no encoder; give at least one.")
        for encoders in (texts, pictures):
            names = [encoder.space.name for encoder in encoders]
            if len(set(names)) != len(names):
                raise InvalidInputError(
                    f"The suite {name!r} encodes twice into one space: {names}; give each a name."
                )
        self._name = name
        self._texts = tuple(texts)
        self._pictures = tuple(pictures)
        self._picture_side = picture_side
        self._spaces = MappingProxyType(
            {
                Modality.TEXT: tuple(encoder.space for encoder in texts),
                Modality.PICTURE: tuple(encoder.space for encoder in pictures),
            }
        )

    @property
    def name(self) -> str:
        """Name a catalogue records."""
        return self._name

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs."""
        return self._picture_side

    @property
    def spaces(self) -> Mapping[Modality, tuple[EmbeddingSpace, ...]]:
        """For each modality the spaces its items are encoded into, best first."""
        return self._spaces

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode texts with every text encoder.

        Args:
            texts: Texts.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(texts), dim).

        Raises:
            UnsupportedOperationError: If the suite has no text encoder.
        """
        if not self._texts:
            raise UnsupportedOperationError(f"The suite {self._name!r} cannot encode texts.")
        return {encoder.space.name: encoder.encode(texts, role=role) for encoder in self._texts}

    def encode_pictures(self, pictures: Sequence[Image], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode pictures with every picture encoder.

        Args:
            pictures: RGB pictures.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(pictures), dim).

        Raises:
            UnsupportedOperationError: If the suite has no picture encoder.
        """
        if not self._pictures:
            raise UnsupportedOperationError(f"The suite {self._name!r} cannot encode pictures.")
        return {
            encoder.space.name: encoder.encode(pictures, role=role) for encoder in self._pictures
        }
