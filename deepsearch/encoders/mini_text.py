"""Text encoder `mini-text`: all-MiniLM-L6-v2, int8, by onnxruntime."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from deepsearch.encoders._session import Session
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.encoders.weights import read_weights, revision_of
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

__all__ = ["MiniTextEncoder"]

MODEL = "mini_text.onnx"
TOKENIZER = "mini_tokenizer.json"
DIM = 384
MAX_TOKENS = 256  # what the model was trained with; its position table goes no further
MAX_CHARS = 16_384  # 256 word pieces never reach this far in real text
BATCH_TOKENS = 4096  # bounds memory: some 30 MB of activations
_WORD = re.compile(r"[^\W\d_]+")


class MiniTextEncoder:
    """Sentences to 384 dimensions; English, up to 256 word pieces, the rest is cut.

    Texts of equal token count share a batch and nothing is ever padded, so no work is
    spent on padding and a text's vector does not depend on its neighbours.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        """Load tokenizer and model from the package.

        Args:
            threads: Threads of onnxruntime, >= 1; None: one a physical core.

        Raises:
            EncodingError: If a weight file is missing or damaged.
            InvalidInputError: If threads < 1.
        """
        from tokenizers import Tokenizer

        self._session = Session(read_weights(MODEL), name="mini-text", threads=threads)
        self._tokenizer = Tokenizer.from_str(read_weights(TOKENIZER).decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._space = EmbeddingSpace(
            name="mini-text",
            revision=revision_of(MODEL, TOKENIZER, recipe="text-1"),
            dim=DIM,
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Count the word pieces each text costs, the two special ones included.

        Args:
            texts: Texts.

        Returns:
            A count a text, at most 256.

        Raises:
            InvalidInputError: If an item is no string.
        """
        return [len(ids) for ids in self._tokenise(texts)]

    def known_share(self, text: str) -> float | None:
        """Say how much of a text's words the model's English vocabulary knows.

        A word it knows as a whole counts fully, one in n pieces an n-th, one with letters
        beyond a-z not at all. English is seldom below .6, other languages seldom above.

        Args:
            text: A text; its first 16,384 characters are read.

        Returns:
            Share of its letters, 0..1; None where it has no words.
        """
        words = [word for word in _WORD.findall(text[:MAX_CHARS]) if len(word) > 1 or word > "z"]
        if not words:
            return None
        plain = [word for word in words if word.isascii()]
        pieces = self._tokenizer.encode_batch(plain, add_special_tokens=False)
        known = sum(len(word) / len(cut.ids) for word, cut in zip(plain, pieces, strict=True))
        return known / sum(len(word) for word in words)

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:  # noqa: ARG002
        """Encode texts; queries and passages alike.

        Args:
            items: Texts; an empty one has a vector too.
            role: Ignored: the model knows no roles.

        Returns:
            (len(items), 384) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        token_ids = self._tokenise(items)
        vectors = np.zeros((len(token_ids), DIM), dtype=np.float32)
        for rows in _equal_length_batches([len(ids) for ids in token_ids]):
            batch = np.array([token_ids[row] for row in rows], dtype=np.int64)
            vectors[rows] = self._session.run(["embedding"], {"input_ids": batch})[0]
        return checked(vectors, count=len(items), space=self._space)

    def _tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        safe = checked_texts(texts, max_chars=MAX_CHARS)
        return [encoding.ids for encoding in self._tokenizer.encode_batch(safe)]


def _equal_length_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions of equal length together, shortest first, some 4096 tokens a batch."""
    by_length: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        by_length.setdefault(length, []).append(position)
    for length in sorted(by_length):
        positions = by_length[length]
        step = max(1, BATCH_TOKENS // length)
        for start in range(0, len(positions), step):
            yield positions[start : start + step]
