"""Words as vectors of their letters: what is misread or inflected still meets.

Counts of letter trigrams, hashed into a fixed width with signs, so that collisions cancel
on average (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np

from deepsearch.encoders.vectors import normalised
from deepsearch.schema import FloatArray

__all__ = ["LETTERS_DIM", "letter_vectors"]

LETTERS_DIM = 512
LETTERS_RECIPE = "letters-1"
_WORD = re.compile(r"[^\W\d_]+")
_LENGTH = 3
_SHORTEST = 3  # letters of a word that counts, in scripts that write words with letters


def letter_vectors(texts: Sequence[str]) -> FloatArray:
    """Turn texts into vectors of their words' letter trigrams.

    Case and accents do not count, nor do numbers and words of one or two Latin letters. The
    square root of a count keeps a long text from being its most frequent word.

    Args:
        texts: Texts.

    Returns:
        (len(texts), 512) float32; of unit length, or zero where a text has no word.
    """
    vectors = np.zeros((len(texts), LETTERS_DIM), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in _words(text):
            marked = f"<{word}>"
            for start in range(len(marked) - _LENGTH + 1):
                hashed = zlib.crc32(marked[start : start + _LENGTH].encode())
                vectors[row, hashed % LETTERS_DIM] += 1 if hashed & 0x10000 else -1
    return normalised(np.sign(vectors) * np.sqrt(np.abs(vectors)))


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [word for word in _WORD.findall(plain) if len(word) >= _SHORTEST or not word.isascii()]
