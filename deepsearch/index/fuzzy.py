"""Terms spelt almost like a word that the index does not hold: typing errors, cognates.

"automatica" finds "automatic", "stainles" finds "stainless". Only words of letters are
compared: in a number or a code another character is another thing.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Spellings", "edits_allowed"]

_ONE_EDIT = 5  # letters from which one edit is allowed
_TWO_EDITS = 8
_LONGEST = 32  # letters; longer words are not compared


def edits_allowed(word: str) -> int:
    """How many edits may lie between a word and a term: 1 from 5 letters, 2 from 8.

    Args:
        word: A token.

    Returns:
        0 for short words, and for those that are not letters alone.
    """
    if not (_ONE_EDIT <= len(word) <= _LONGEST and word.isalpha()):
        return 0
    return 1 if len(word) < _TWO_EDITS else 2


class Spellings:
    """Finds the terms within a few edits of a word; safe to share between threads.

    Terms are compared with those of the same first letter, which is rarely mistyped, all
    of a length at once.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        """Group the terms by first letter and length.

        Args:
            terms: Distinct terms; their numbers are their places.
        """
        self._terms = terms
        self._members: dict[tuple[str, int], list[int]] | None = None
        self._letters: dict[tuple[str, int], npt.NDArray[np.uint32]] = {}
        self._lock = threading.Lock()

    def nearest(self, word: str) -> dict[int, float]:
        """Find the terms nearest to a word.

        Args:
            word: A token that is none of the terms.

        Returns:
            Number of each term at the least distance found → 1 - edits / letters of the
            longer; empty if none is near enough.
        """
        best = edits_allowed(word)
        found: dict[int, float] = {}
        if best == 0:
            return found
        letters = np.frombuffer(word.encode("utf-32-le"), dtype=np.uint32)
        for difference in range(-best, best + 1):
            length = len(word) + difference
            members, block = self._group(word[0], length)
            distance = _edits(letters, block)
            least = int(distance.min(initial=best + 1))
            if least > best:
                continue
            if least < best:
                found, best = {}, least
            share = 1 - least / max(length, len(word))
            found.update((members[place], share) for place in np.flatnonzero(distance == least))
        return found

    def _group(self, first: str, length: int) -> tuple[list[int], npt.NDArray[np.uint32]]:
        """Terms of a first letter and length: their numbers, and (m, length) code points."""
        with self._lock:
            if self._members is None:
                self._members = {}
                for number, term in enumerate(self._terms):
                    if len(term) <= _LONGEST + 2 and term.isalpha():
                        self._members.setdefault((term[0], len(term)), []).append(number)
            key = (first, length)
            members = self._members.get(key, [])
            if key not in self._letters:
                joined = "".join(self._terms[number] for number in members)
                block = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
                self._letters[key] = block.reshape(len(members), length)
            return members, self._letters[key]


def _edits(word: npt.NDArray[np.uint32], terms: npt.NDArray[np.uint32]) -> npt.NDArray[np.int16]:
    """Edits between a word and each of m terms of one length.

    Insertions, deletions, substitutions and swaps of neighbours count one each (optimal
    string alignment), column by column over all terms at once.

    Args:
        word: (n,) code points.
        terms: (m, length) code points.

    Returns:
        (m,) distances.
    """
    m, length = terms.shape
    before: list[npt.NDArray[np.int16]] = []
    row = [np.full(m, j, dtype=np.int16) for j in range(length + 1)]
    for i, letter in enumerate(word, start=1):
        new = [np.full(m, i, dtype=np.int16)]
        for j in range(1, length + 1):
            cost = (terms[:, j - 1] != letter).astype(np.int16)
            value = np.minimum(row[j - 1] + cost, np.minimum(row[j], new[j - 1]) + np.int16(1))
            if i > 1 and j > 1:
                swapped = (terms[:, j - 1] == word[i - 2]) & (terms[:, j - 2] == letter)
                value = np.where(swapped, np.minimum(value, before[j - 2] + np.int16(1)), value)
            new.append(value)
        before, row = row, new
    return row[length]
