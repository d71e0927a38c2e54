"""Near-identical listings, told apart from variants."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from deepsearch.schema import Listing

__all__ = ["Folder", "first_alike", "near_duplicates"]

_WORD = re.compile(r"\w+")
_OVERLAP = 0.9


@lru_cache(maxsize=8192)
def _words(title: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words of a title, and those of them that hold a digit."""
    words = frozenset(_WORD.findall(title.lower()))
    return words, frozenset(word for word in words if any(c.isdigit() for c in word))


def near_duplicates(a: Listing, b: Listing) -> bool:
    """Tell whether two listings are the same offer put up twice.

    Same supplier, title words overlapping by at least 0.9 (Jaccard), and the same words
    with digits: "M8" and "M10", "12 V" and "24 V" are variants, not duplicates.

    Args:
        a: A listing.
        b: Another.

    Returns:
        Whether they are; False where a supplier is not known.
    """
    if a.supplier is None or b.supplier is None or a.supplier.id != b.supplier.id:
        return False
    return _alike(_words(a.title), _words(b.title))


def _alike(
    a: tuple[frozenset[str], frozenset[str]], b: tuple[frozenset[str], frozenset[str]]
) -> bool:
    (words_a, numbers_a), (words_b, numbers_b) = a, b
    return numbers_a == numbers_b and _overlap(words_a, words_b)


def _overlap(a: frozenset[str], b: frozenset[str]) -> bool:
    both = len(a & b)
    return both > 0 and both >= _OVERLAP * (len(a) + len(b) - both)


def first_alike(listings: Sequence[Listing]) -> list[int]:
    """Find for each listing the first that says the same, whoever sells it.

    Title words overlapping by at least 0.9 (Jaccard), and the same words with digits.

    Args:
        listings: In order.

    Returns:
        Positions: of an earlier listing that is itself its own first, or the listing's own.
    """
    groups: dict[tuple[frozenset[str], str], list[tuple[frozenset[str], int]]] = {}
    first = []
    for position, listing in enumerate(listings):
        words, numbers = _words(listing.title)
        telling = _telling(words)
        found = min(
            (at for word in telling for other, at in groups.get((numbers, word), ())
             if _overlap(words, other)),
            default=position,
        )  # fmt: skip
        if found == position:
            for word in telling:
                groups.setdefault((numbers, word), []).append((words, position))
        first.append(found)
    return first


@lru_cache(maxsize=8192)
def _telling(words: frozenset[str]) -> tuple[str, ...]:
    """So many words of a title that another one without any of them is not alike.

    Alike titles share nine in ten of the words of either; in one order of all words, the
    first tenth of both then have a word in common.

    Source: Chaudhuri, Ganti, Kaushik, "A primitive operator for similarity joins", 2006.
    """
    spare = len(words) - math.ceil(_OVERLAP * len(words) - 1e-9)
    return tuple(sorted(words, key=lambda word: (-len(word), word))[: spare + 1])


@dataclass(slots=True)
class Folder:
    """Remembers kept listings, supplier by supplier."""

    _kept: dict[str, list[tuple[tuple[frozenset[str], frozenset[str]], int]]] = field(
        default_factory=dict
    )

    def seen(self, listing: Listing) -> int | None:
        """Return the position of a kept near-duplicate, or None."""
        if listing.supplier is None:
            return None
        kept = self._kept.get(listing.supplier.id)
        if not kept:
            return None
        words = _words(listing.title)
        return next((position for other, position in kept if _alike(words, other)), None)

    def add(self, listing: Listing, position: int) -> None:
        """Remember a listing kept at a position."""
        if listing.supplier is not None:
            self._kept.setdefault(listing.supplier.id, []).append((_words(listing.title), position))
