"""What text encoders with a prompt for each role share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Protocol

from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

__all__ = ["PromptedTextEncoder", "Prompts"]

MAX_CHARS = 65_536  # a text model's tokens never reach this far


class Prompts(Protocol):
    """What is put before a text."""

    @property
    def query_prompt(self) -> str:
        """Put before what is searched for."""
        ...

    @property
    def passage_prompt(self) -> str:
        """Put before what is searched among."""
        ...


class PromptedTextEncoder(ABC):
    """A text model told by a prompt whether a text is searched for or searched among.

    Attributes:
        kind: What its suite is called where nothing else is said.
    """

    kind: ClassVar[str]

    def __init__(
        self, space: EmbeddingSpace, *, prompts: Prompts, max_chars: int = MAX_CHARS
    ) -> None:
        """Name the space; a subclass has the model.

        Args:
            space: The space the vectors belong to.
            prompts: Put before the texts.
            max_chars: Characters kept of a text.
        """
        self._space = space
        self._prompts = prompts
        self._max_chars = max_chars

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        """Encode texts, each with the prompt of its role.

        Args:
            items: Texts; what is beyond the model's length is cut.
            role: Which prompt is put before them.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        prompts = self._prompts
        prompt = prompts.query_prompt if role is Role.QUERY else prompts.passage_prompt
        texts = [prompt + text for text in checked_texts(items, max_chars=self._max_chars)]
        return checked(self._embed(texts), count=len(items), space=self._space)

    def suite(self, name: str | None = None) -> ComposedSuite:
        """Return the encoder as a suite that knows no pictures.

        Args:
            name: Name a catalogue records; None: the encoder's kind.

        Returns:
            The suite.
        """
        return ComposedSuite(name or self.kind, texts=[self])

    @abstractmethod
    def _embed(self, texts: list[str]) -> FloatArray:
        """Run the model: (len(texts), dim) float32, of any length."""
