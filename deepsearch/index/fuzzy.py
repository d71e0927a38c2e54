"""Terms that a word which the index does not hold may stand for: misspelt, or written together.

"automatica" finds "automatic", "stainles" finds "stainless". Only words of letters are
compared: in a number or a code another character is another thing.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Spellings", "edits_allowed", "split_compound"]

_ONE_EDIT = 5  # letters from which one edit is allowed
_TWO_EDITS = 8
_LEAST_PART = 4  # letters of a part of a compound
_LONGEST = 32  # letters; longer words are not compared
_ONES = np.ones(32, dtype=np.int8)  # no sum of letters reaches 127


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


@dataclass(frozen=True, slots=True)
class _Group:
    """Terms of one first letter and length.

    Attributes:
        members: (m,) numbers of the terms.
        letters: (m, length) code points.
        bags: (m, 32) how often each letter occurs, letters folded into 32 kinds.
    """

    members: npt.NDArray[np.int64]
    letters: npt.NDArray[np.uint32]
    bags: npt.NDArray[np.int8]


def split_compound(word: str, terms: Mapping[str, int]) -> tuple[int, ...]:
    """Split a word into two terms written together: "Wasserkocher", "dishwasher".

    An s between the parts may join them (German "Arbeitstisch").

    Args:
        word: A token that is none of the terms.
        terms: Term → number.

    Returns:
        Numbers of both parts, the longest last part (the head, which names the thing) that
        leaves a term before it; empty if there is none.
    """
    if not word.isalpha():
        return ()
    for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        head = terms.get(word[cut:])
        if head is None:
            continue
        first = terms.get(word[:cut])
        if first is None and word[cut - 1] == "s" and cut > _LEAST_PART:
            first = terms.get(word[: cut - 1])
        if first is not None:
            return first, head
    return ()


class Spellings:
    """Finds the terms within a few edits of a word; safe to share between threads.

    Terms are compared with those of the same first letter, which is rarely mistyped. Most
    are told apart by their letters alone, whatever the order: an edit changes a bag of
    letters by at most one on either side. Only the rest are compared letter by letter.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        """Take the terms; they are grouped when first asked for.

        Args:
            terms: Distinct terms; their numbers are their places.
        """
        self._terms = terms
        self._members: dict[tuple[str, int], list[int]] | None = None
        self._groups: dict[tuple[str, int], _Group] = {}
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
        letters = _code_points([word])
        bag = _bags(letters)
        for length in range(len(word) - best, len(word) + best + 1):
            group = self._group(word[0], length)
            # Letters too many less letters missing is the difference in length: one sum tells both.
            apart = np.abs(group.bags - bag) @ _ONES
            near = np.flatnonzero(apart <= 2 * best - abs(length - len(word)))
            if len(near) == 0:
                continue
            distance = _edits(letters[0], group.letters[near], best)
            least = int(distance.min())
            if least > best:
                continue
            if least < best:
                found, best = {}, least
            share = 1 - least / max(length, len(word))
            chosen = group.members[near[distance == least]]
            found.update((int(number), share) for number in chosen)
        return found

    def _group(self, first: str, length: int) -> _Group:
        with self._lock:
            if self._members is None:
                self._members = {}
                for number, term in enumerate(self._terms):
                    if len(term) <= _LONGEST + 2 and term.isalpha():
                        self._members.setdefault((term[0], len(term)), []).append(number)
            key = (first, length)
            if key not in self._groups:
                members = self._members.get(key, [])
                letters = _code_points([self._terms[number] for number in members], length)
                self._groups[key] = _Group(
                    np.array(members, dtype=np.int64), letters, _bags(letters)
                )
            return self._groups[key]


def _code_points(words: Sequence[str], length: int | None = None) -> npt.NDArray[np.uint32]:
    """(words, length) code points of words of one length."""
    points = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    return points.reshape(len(words), len(words[0]) if length is None else length)


def _bags(letters: npt.NDArray[np.uint32]) -> npt.NDArray[np.int8]:
    """(m, 32) counts of the letters of m words, code points modulo 32."""
    bags = np.zeros((len(letters), 32), dtype=np.int8)
    for column in letters.T:
        bags[np.arange(len(letters)), column % 32] += 1
    return bags


def _edits(
    word: npt.NDArray[np.uint32], terms: npt.NDArray[np.uint32], most: int
) -> npt.NDArray[np.int16]:
    """Edits between a word and each of m terms of one length.

    Insertions, deletions, substitutions and swaps of neighbours count one each (optimal
    string alignment), column by column over all terms at once. So few edits never lead
    farther from the diagonal than they are many; nothing else is computed.

    Args:
        word: (n,) code points.
        terms: (m, length) code points; n and length differ by at most `most`.
        most: Edits that are told apart, >= 1.

    Returns:
        (m,) distances; more than `most` where they are more.
    """
    m, length = terms.shape
    far = np.full(m, most + 1, dtype=np.int16)
    before: list[npt.NDArray[np.int16]] = []
    row = [np.full(m, j, dtype=np.int16) if j <= most else far for j in range(length + 1)]
    one = np.int16(1)
    for i, letter in enumerate(word, start=1):
        new = [far] * (length + 1)
        if i <= most:
            new[0] = np.full(m, i, dtype=np.int16)
        for j in range(max(1, i - most), min(length, i + most) + 1):
            cost = terms[:, j - 1] != letter
            value = np.minimum(row[j - 1] + cost, np.minimum(row[j], new[j - 1]) + one)
            if i > 1 and j > 1 and (letter != word[i - 2]):
                swapped = (terms[:, j - 1] == word[i - 2]) & (terms[:, j - 2] == letter)
                if swapped.any():
                    value = np.where(swapped, np.minimum(value, before[j - 2] + one), value)
            new[j] = value
        before, row = row, new
    return row[length]
