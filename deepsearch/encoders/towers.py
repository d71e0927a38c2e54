"""Two towers of one space, text and picture, as a pair of encoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.pictures import checked_pictures
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["TowerPictures", "TowerTexts", "TwoTowers", "tower_suite"]

MAX_CHARS = 16_384  # no tower keeps more than a few hundred tokens


class TwoTowers(Protocol):
    """A model that puts texts and pictures into one space."""

    @property
    def space(self) -> EmbeddingSpace:
        """The space both belong to."""
        ...

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Run the text tower: (len(texts), dim), of any length."""
        ...

    def embed_pictures(self, pictures: Sequence[Image]) -> FloatArray:
        """Run the picture tower over RGB pictures: (len(pictures), dim), of any length."""
        ...


class TowerTexts:
    """The text encoder of a two-tower model."""

    def __init__(self, model: TwoTowers) -> None:
        """Belong to a model."""
        self._model = model

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._model.space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:  # noqa: ARG002
        """Encode texts.

        Args:
            items: Texts; what is beyond the model's context length is cut.
            role: Ignored: the model knows no roles.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        vectors = self._model.embed_texts(checked_texts(items, max_chars=MAX_CHARS))
        return checked(vectors, count=len(items), space=self.space)


class TowerPictures:
    """The picture encoder of a two-tower model."""

    def __init__(self, model: TwoTowers) -> None:
        """Belong to a model."""
        self._model = model

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._model.space

    def encode(self, items: Sequence[Image], *, role: Role) -> FloatArray:  # noqa: ARG002
        """Encode pictures.

        Args:
            items: RGB (or grey) pictures of any size.
            role: Ignored: the model knows no roles.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        vectors = self._model.embed_pictures(checked_pictures(items))
        return checked(vectors, count=len(items), space=self.space)


def tower_suite(model: TwoTowers, name: str) -> ComposedSuite:
    """Return a model's two encoders as a suite.

    Args:
        model: The model.
        name: Name a catalogue records.

    Returns:
        The suite.
    """
    return ComposedSuite(
        name,
        texts=[TowerTexts(model)],
        pictures=[TowerPictures(model)],
        picture_side=model.picture_side,
    )
