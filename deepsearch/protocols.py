"""What the stages of a search expect of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from deepsearch.schema import (
    BoolArray,
    EmbeddingSpace,
    FloatArray,
    Hit,
    Matches,
    Modality,
    ParsedQuery,
    Role,
)

if TYPE_CHECKING:
    from datetime import date

    from PIL.Image import Image

__all__ = ["Encoder", "EncoderSuite", "RequirementParser", "Reranker", "VectorIndex"]

T_contra = TypeVar("T_contra", contravariant=True)


@runtime_checkable
class Encoder(Protocol[T_contra]):
    """Turns items of one kind into vectors of one space."""

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        ...

    def encode(self, items: Sequence[T_contra], *, role: Role) -> FloatArray:
        """Encode items.

        Args:
            items: Texts or pictures; may be empty.
            role: Whether they are searched for or searched among.

        Returns:
            float32, C-contiguous, (len(items), space.dim), finite; rows of unit
            length where the metric is cosine.
        """
        ...


@runtime_checkable
class EncoderSuite(Protocol):
    """The encoders of one catalogue: each modality into every space it belongs to.

    One call yields the vectors of all spaces, because they often share a forward
    pass (a picture's features and its place in the text-image space, say).
    """

    @property
    def name(self) -> str:
        """Name a catalogue records and `deepsearch.encoders.load_suite` resolves."""
        ...

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs; more is decoded for nothing."""
        ...

    @property
    def spaces(self) -> Mapping[Modality, tuple[EmbeddingSpace, ...]]:
        """For each modality the spaces its items are encoded into, best first."""
        ...

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode texts in every space of theirs.

        Args:
            texts: Any number, also none.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(texts), dim) float32, as of `Encoder.encode`.
        """
        ...

    def encode_pictures(self, pictures: Sequence[Image], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode pictures in every space of theirs.

        Args:
            pictures: RGB, of any size; also none.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(pictures), dim) float32, as of `Encoder.encode`.
        """
        ...


@runtime_checkable
class VectorIndex(Protocol):
    """Finds the vectors nearest to a query, among the allowed ones, exactly those."""

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors held."""
        ...

    def __len__(self) -> int:
        """Vectors held."""
        ...

    def search(self, queries: FloatArray, *, k: int, allowed: BoolArray | None = None) -> Matches:
        """Find the k best vectors for each query.

        Args:
            queries: (n, dim) float32, finite.
            k: Matches wanted a query, >= 1; fewer come back if fewer are allowed.
            allowed: (len(self),) mask over positions; None allows all. No position
                outside it is ever returned, and min(k, allowed.sum()) are.

        Returns:
            Positions and scores, larger is better, ties by position.

        Raises:
            DimensionMismatchError: If the queries' width is not the space's.
            InvalidInputError: If k < 1, a value is not finite, or the mask's
                length differs from the index's.
        """
        ...


@runtime_checkable
class RequirementParser(Protocol):
    """Reads requirements out of a buyer's words."""

    def parse(self, text: str, *, today: date | None = None) -> ParsedQuery:
        """Read one text.

        Args:
            text: The buyer's words, in any language.
            today: Anchors dates without a year; None for the present day.

        Returns:
            The product and its requirements, each with its span or the rule implying it.
        """
        ...


@runtime_checkable
class Reranker(Protocol):
    """Reorders hits in a second phase."""

    def rerank(self, query: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
        """Put hits in a better order.

        Args:
            query: What was understood of the request.
            hits: Best first, as the first phase ranked them.

        Returns:
            The same listings, best first, with ranks, scores and explanations renewed.
        """
        ...
