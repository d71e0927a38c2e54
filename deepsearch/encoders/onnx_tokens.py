"""A text tower in ONNX with its tokenizer."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.encoders._session import Session
from deepsearch.schema import FloatArray

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["TokenRecipe", "TokenTower"]

BATCH_TOKENS = 4096  # padding included; bounds memory


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecipe:
    """How texts become the token arrays a network takes.

    Attributes:
        max_tokens: Tokens kept, special ones included.
        pad_id: Token that fills up.
        full: Whether every text is padded to `max_tokens`, as the model was trained.
        masked: Whether the network is told which tokens are the text's own.
        unescape: Whether HTML entities are replaced first.
    """

    max_tokens: int
    pad_id: int
    full: bool = False
    masked: bool = True
    unescape: bool = False


class TokenTower:
    """Texts to vectors by an ONNX graph `input_ids`, `attention_mask` → `embedding`."""

    def __init__(self, session: Session, *, tokenizer: str, recipe: TokenRecipe, dim: int) -> None:
        """Join a graph and its tokenizer.

        Args:
            session: The graph.
            tokenizer: The tokenizer's JSON.
            recipe: What is around it.
            dim: Width of a vector.
        """
        from tokenizers import Tokenizer

        self._session = session
        self._recipe = recipe
        self._dim = dim
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(recipe.max_tokens)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Tokenise texts.

        Args:
            texts: Texts.

        Returns:
            Ids, special ones included, nothing padded.
        """
        if self._recipe.unescape:
            # Twice: entities are found escaped themselves.
            texts = [html.unescape(html.unescape(text)) for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Run the graph over texts, like lengths together.

        Args:
            texts: Texts.

        Returns:
            (len(texts), dim) float32, of any length.

        Raises:
            EncodingError: If the model fails.
        """
        token_ids = self.token_ids(texts)
        vectors = np.zeros((len(token_ids), self._dim), dtype=np.float32)
        for rows in self._batches([len(ids) for ids in token_ids]):
            vectors[rows] = self._run([token_ids[row] for row in rows])
        return vectors

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield positions, shortest first: a batch is as wide as its last text."""
        order = sorted(range(len(lengths)), key=lengths.__getitem__)
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and (
                self._width(lengths[order[stop]]) * (stop - start + 1) <= BATCH_TOKENS
            ):
                stop += 1
            yield order[start:stop]
            start = stop

    def _width(self, length: int) -> int:
        return self._recipe.max_tokens if self._recipe.full else length

    def _run(self, batch: Sequence[Sequence[int]]) -> npt.NDArray[Any]:
        width = self._width(max(len(ids) for ids in batch))
        ids = np.full((len(batch), width), self._recipe.pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask}
        if not self._recipe.masked:
            del feeds["attention_mask"]
        found: npt.NDArray[Any] = self._session.run(["embedding"], feeds)[0]
        return found
