"""Two-tower models exported to ONNX, run by onnxruntime on CPU or CUDA, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepsearch.encoders.onnx_folder import read_export
from deepsearch.encoders.onnx_tokens import TokenRecipe
from deepsearch.encoders.pixels import PixelRecipe
from deepsearch.encoders.towers import TwoTowers
from deepsearch.schema import FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PICTURES", "TEXTS", "OnnxClipEncoder"]

PICTURES, TEXTS = "pictures.onnx", "texts.onnx"
BATCH_PICTURES = 16


class OnnxClipEncoder(TwoTowers):
    """A text and a picture tower in a folder that `export_clip_encoder` wrote.

    The folder holds `pictures.onnx`, `texts.onnx`, `tokenizer.json` and `encoder.json`.

    Example:
        `suite = OnnxClipEncoder("exported").suite()`
    """

    kind = "onnx"

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
        with read_export(
            folder,
            graphs=(PICTURES, TEXTS),
            threads=threads,
            cuda=cuda,
            name=name,
            written_by="export_clip_encoder",
        ) as found:
            self._recipe = PixelRecipe(**found.recorded["pixels"])
            self._pictures = found.session(PICTURES)
            self._texts = found.text_tower(TEXTS, TokenRecipe(**found.recorded["tokens"]))
        side = min(self._recipe.height, self._recipe.width)
        super().__init__(found.space, picture_side=side)

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
