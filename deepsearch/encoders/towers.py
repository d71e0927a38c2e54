"""Two towers of one space, text and picture, as a pair of encoders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.pictures import checked_pictures
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["TowerPictures", "TowerTexts", "TwoTowers"]

MAX_CHARS = 16_384  # no tower keeps more than a few hundred tokens


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


class TwoTowers(ABC):
    """A model that puts texts and pictures into one space.

    Attributes:
        kind: What its suite is called where nothing else is said.
        texts: Its text encoder.
        pictures: Its picture encoder.
    """

    kind: ClassVar[str]

    def __init__(self, space: EmbeddingSpace, *, picture_side: int) -> None:
        """Name the space; a subclass loads the towers.

        Args:
            space: The space both towers belong to.
            picture_side: Pixels the shorter side of a picture needs.
        """
        self.space = space
        self.picture_side = picture_side
        self.texts = TowerTexts(self)
        self.pictures = TowerPictures(self)

    def suite(self, name: str | None = None) -> ComposedSuite:
        """Return the two encoders as a suite.

        Args:
            name: Name a catalogue records; None: the model's kind.

        Returns:
            The suite.
        """
        return ComposedSuite(
            name or self.kind,
            texts=[self.texts],
            pictures=[self.pictures],
            picture_side=self.picture_side,
        )

    @abstractmethod
    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Run the text tower.

        Args:
            texts: Texts.

        Returns:
            (len(texts), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """

    @abstractmethod
    def embed_pictures(self, pictures: Sequence[Image]) -> FloatArray:
        """Run the picture tower.

        Args:
            pictures: RGB pictures of any size.

        Returns:
            (len(pictures), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """
