"""A suite that also reads the words on pictures: packs, labels, type plates (extra `ocr`)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.encoders.letters import LETTERS_DIM, LETTERS_RECIPE, letter_vectors
from deepsearch.encoders.model_files import hash_files
from deepsearch.encoders.pictures import checked_pictures
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.encoders.weights import revision_of
from deepsearch.errors import InvalidInputError
from deepsearch.extras import require
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PictureReader", "ReadingSuite"]

# Weight of the words against 1 for the rest, in a product: beside another picture's looks, and
# where texts meet pictures, of which `mini` by itself knows little.
AMONG_PICTURES = 0.25
ACROSS = 1.0
READ_SIDE = 736  # pixels the detector brings the shorter side to, however long the other is,
FLATTEST = 4  # so it must not be longer than this many times the shorter
SMALLEST_SIDE = 32  # below it there is nothing to read
LEAST_SCORE = 0.5  # of a line that counts as read
MAX_CHARS = 16_384
RECIPE = "reading-1"


class PictureReader:
    """Reads the words on pictures by RapidOCR: Latin and Chinese script."""

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the models from the package.

        Args:
            threads: Threads of onnxruntime, >= 1; None: one a physical core.

        Raises:
            MissingExtraError: If the extra `ocr` is not installed.
            InvalidInputError: If threads < 1.
        """
        if threads is not None and threads < 1:
            raise InvalidInputError(f"threads is {threads}; give a number >= 1, or None.")
        module = require("rapidocr_onnxruntime", extra="ocr")
        given = {} if threads is None else {"intra_op_num_threads": threads}
        self._engine: Any = module.RapidOCR(**given)
        self._lock = threading.Lock()  # the engine keeps a picture's scale while it reads
        models = sorted((Path(str(module.__file__)).parent / "models").glob("*.onnx"))
        self.revision = hash_files(models)[:12]

    def read(self, pictures: Sequence[Image]) -> list[str]:
        """Read pictures.

        Args:
            pictures: RGB pictures of any size.

        Returns:
            The words on each, in no particular order; "" where none were read.
        """
        return [self._read(picture) for picture in pictures]

    def _read(self, picture: Image) -> str:
        if min(picture.size) < SMALLEST_SIDE:
            return ""
        pixels = np.ascontiguousarray(np.asarray(_readable(picture))[:, :, ::-1])  # as OpenCV's
        with self._lock:
            lines, _ = self._engine(pixels)
        return " ".join(str(text) for _, text, score in lines or () if float(score) >= LEAST_SCORE)


class ReadingSuite:
    """Another suite whose picture spaces also know the words on the pictures.

    A picture's vector and the letter trigrams of what is written on it lie side by side, so
    that likeness is the sum of both. A picture without words is compared by its looks alone.
    Where texts share a space with pictures, a text brings its own letters.
    """

    def __init__(self, suite: EncoderSuite, *, threads: int | None = None) -> None:
        """Join a suite and a reader.

        Args:
            suite: Encodes pictures into spaces of cosine metric.
            threads: Threads the reader uses, >= 1; None: one a physical core.

        Raises:
            MissingExtraError: If the extra `ocr` is not installed.
            InvalidInputError: If threads < 1.
        """
        self._suite = suite
        self._reader = PictureReader(threads=threads)
        shared = set(suite.spaces.get(Modality.TEXT, ()))
        pictured = suite.spaces[Modality.PICTURE]
        self._weights = {s.name: ACROSS if s in shared else AMONG_PICTURES for s in pictured}
        self._joined = {space.name: self._joined_space(space) for space in pictured}
        self._spaces = MappingProxyType(
            {
                modality: tuple(self._joined.get(space.name, space) for space in spaces)
                for modality, spaces in suite.spaces.items()
            }
        )

    def _joined_space(self, space: EmbeddingSpace) -> EmbeddingSpace:
        weight = self._weights[space.name]
        parts = (RECIPE, LETTERS_RECIPE, str(weight), space.revision, self._reader.revision)
        return EmbeddingSpace(
            name=f"{space.name}-ocr",
            revision=revision_of(recipe=" ".join(parts)),
            dim=space.dim + LETTERS_DIM,
        )

    @property
    def name(self) -> str:
        """Name a catalogue records and `load_suite` resolves."""
        return f"{self._suite.name}+ocr"

    @property
    def picture_side(self) -> int:
        """Pixels the shorter side of a picture needs to be read."""
        return max(READ_SIDE, self._suite.picture_side)

    @property
    def spaces(self) -> Mapping[Modality, tuple[EmbeddingSpace, ...]]:
        """For each modality the spaces its items are encoded into, best first."""
        return self._spaces

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode texts as the other suite does, with their letters where pictures are met.

        Args:
            texts: Texts.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(texts), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If a model fails.
        """
        vectors = self._suite.encode_texts(texts, role=role)
        return self._with_words(vectors, checked_texts(texts, max_chars=MAX_CHARS))

    def encode_pictures(self, pictures: Sequence[Image], *, role: Role) -> Mapping[str, FloatArray]:
        """Encode pictures as the other suite does, with the letters of the words on them.

        Args:
            pictures: RGB (or grey) pictures of any size.
            role: Whether they are searched for or searched among.

        Returns:
            Space name → (len(pictures), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If a model fails.
        """
        vectors = self._suite.encode_pictures(pictures, role=role)
        return self._with_words(vectors, self._reader.read(checked_pictures(pictures)))

    def _with_words(
        self, vectors: Mapping[str, FloatArray], words: Sequence[str]
    ) -> dict[str, FloatArray]:
        letters = letter_vectors(words)
        found: dict[str, FloatArray] = {}
        for name, rows in vectors.items():
            space = self._joined.get(name)
            if space is None:
                found[name] = rows
                continue
            weighted = letters * np.float32(self._weights[name] ** 0.5)
            found[space.name] = checked(np.hstack([rows, weighted]), count=len(words), space=space)
        return found


def _readable(picture: Image) -> Image:
    """A picture the detector takes in bounded time: not too large, and padded where very flat."""
    from PIL import Image as PilImage

    scale = min(READ_SIDE / min(picture.size), FLATTEST * READ_SIDE / max(picture.size))
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), reducing_gap=2.0)
    width, height = picture.size
    padded = max(width, height // FLATTEST), max(height, width // FLATTEST)
    if padded == picture.size:
        return picture
    page = PilImage.new("RGB", padded, "white")
    page.paste(picture)
    return page
