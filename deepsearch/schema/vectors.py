"""Arrays, embedding spaces, and what an index answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError

__all__ = [
    "BoolArray",
    "EmbeddingSpace",
    "FloatArray",
    "IntArray",
    "Matches",
    "Metric",
    "Modality",
    "Role",
]

FloatArray: TypeAlias = npt.NDArray[np.float32]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
Metric: TypeAlias = Literal["cosine", "ip", "l2"]

_SPACE_NAME = re.compile(r"[a-z0-9-]+")


class Role(StrEnum):
    """Whether an item is searched for or searched among (some models care)."""

    QUERY = "query"
    PASSAGE = "passage"


class Modality(StrEnum):
    """What an embedding was made from."""

    TEXT = "text"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingSpace:
    """Names what is comparable: vectors of equal spaces, and of no others.

    Attributes:
        name: Short name, used in table and file names: [a-z0-9-]+.
        revision: Hash or tag of the weights; another revision is another space.
        dim: Length of a vector.
        metric: How vectors are compared. Cosine vectors have unit length.
    """

    name: str
    revision: str
    dim: int
    metric: Metric = "cosine"

    def __post_init__(self) -> None:
        """Refuse what cannot name files and tables, or describe a vector.

        Raises:
            InvalidInputError: If the name, the width or the metric is none.
        """
        if not isinstance(self.name, str) or not _SPACE_NAME.fullmatch(self.name):
            raise InvalidInputError(
                f"The name of an embedding space is {self.name!r}; expected small letters, digits "
                "and hyphens, as in 'mini-text'."
            )
        if isinstance(self.dim, bool) or not isinstance(self.dim, int) or self.dim < 1:
            raise InvalidInputError(
                f"The width of the embedding space '{self.name}' is {self.dim!r}; expected a "
                "whole number of at least 1."
            )
        if self.metric not in get_args(Metric):
            raise InvalidInputError(
                f"The metric of the embedding space '{self.name}' is {self.metric!r}; there are: "
                f"{', '.join(get_args(Metric))}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What an index found for n queries, best first; short rows are legal.

    Attributes:
        ids: (n, k) int64 positions; -1 beyond `counts`.
        scores: (n, k) float32, larger is better; -inf beyond `counts`.
        counts: (n,) int64, matches found a query.
    """

    ids: IntArray
    scores: FloatArray
    counts: IntArray
