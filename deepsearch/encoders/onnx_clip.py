"""Two-tower models exported to ONNX, run by onnxruntime on CPU or CUDA, without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepsearch.encoders._session import Session
from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.model_files import hash_files, space_name
from deepsearch.encoders.onnx_tokens import TokenRecipe, TokenTower
from deepsearch.encoders.pixels import PixelRecipe
from deepsearch.encoders.towers import TowerPictures, TowerTexts, tower_suite
from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.schema import EmbeddingSpace, FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["CONFIG", "PICTURES", "TEXTS", "TOKENIZER", "OnnxClipEncoder"]

PICTURES, TEXTS = "pictures.onnx", "texts.onnx"
TOKENIZER, CONFIG = "tokenizer.json", "encoder.json"
BATCH_PICTURES = 16


class OnnxClipEncoder:
    """A text and a picture tower in a folder that `export_clip_encoder` wrote.

    The folder holds `pictures.onnx`, `texts.onnx`, `tokenizer.json` and `encoder.json`. The
    space's revision is a hash of all four and names the precision, so an index of other
    weights, or of the same in another precision, refuses these vectors.

    Example:
        `suite = OnnxClipEncoder("exported").suite()`
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        threads: int | None = None,
        cuda: bool = False,
        name: str | None = None,
    ) -> None:
        """Load the folder.

        Args:
            folder: The folder.
            threads: Threads of onnxruntime, >= 1; None: one a physical core.
            cuda: Run on the GPU; needs onnxruntime-gpu.
            name: Name of the space; None: made of the folder's name.

        Raises:
            UnreadableFileError: If a file is missing or damaged.
            EncodingError: If onnxruntime cannot load a graph, or has no CUDA.
            InvalidInputError: If threads < 1.
        """
        root = Path(folder)
        files = [root / part for part in (PICTURES, TEXTS, TOKENIZER, CONFIG)]
        try:
            recorded = json.loads((root / CONFIG).read_text(encoding="utf-8"))
            dim, precision = int(recorded["dim"]), str(recorded["precision"])
            self._recipe = PixelRecipe(**recorded["pixels"])
            self._pictures, texts = (
                Session((root / part).read_bytes(), name=part, threads=threads, cuda=cuda)
                for part in (PICTURES, TEXTS)
            )
            self._texts = TokenTower(
                texts,
                tokenizer=(root / TOKENIZER).read_text(encoding="utf-8"),
                recipe=TokenRecipe(**recorded["tokens"]),
                dim=dim,
            )
            revision = hash_files(files)[:12]
        except (InvalidInputError, EncodingError):
            raise
        except Exception as error:  # tokenizers raises bare Exceptions
            raise UnreadableFileError(
                f"{root} is no folder that export_clip_encoder wrote: {error}"
            ) from error
        self.space = EmbeddingSpace(
            name=name or f"onnx-{space_name(root.name)}",
            revision=f"{revision}-{precision}",
            dim=dim,
        )
        self.picture_side = min(self._recipe.height, self._recipe.width)
        self.texts = TowerTexts(self)
        self.pictures = TowerPictures(self)

    def suite(self, name: str = "onnx") -> ComposedSuite:
        """Return the two encoders as a suite.

        Args:
            name: Name a catalogue records.

        Returns:
            The suite.
        """
        return tower_suite(self, name)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Tokenise texts as the text tower does.

        Args:
            texts: Texts.

        Returns:
            Ids, special ones included, nothing padded.
        """
        return self._texts.token_ids(texts)

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Run the text tower.

        Args:
            texts: Texts.

        Returns:
            (len(texts), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """
        return self._texts.embed(texts)

    def embed_pictures(self, pictures: Sequence[Image]) -> FloatArray:
        """Run the picture tower.

        Args:
            pictures: RGB pictures of any size.

        Returns:
            (len(pictures), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """
        vectors = np.zeros((len(pictures), self.space.dim), dtype=np.float32)
        for start in range(0, len(pictures), BATCH_PICTURES):
            stop = start + BATCH_PICTURES
            pixels = self._recipe.pixels(pictures[start:stop])
            vectors[start:stop] = self._pictures.run(["embedding"], {"pixels": pixels})[0]
        return vectors
