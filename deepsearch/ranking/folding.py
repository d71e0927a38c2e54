"""Near-identical listings, told apart from variants."""

from __future__ import annotations

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
    either = len(words_a | words_b)
    return numbers_a == numbers_b and either > 0 and len(words_a & words_b) >= _OVERLAP * either


def first_alike(listings: Sequence[Listing]) -> list[int]:
    """Find for each listing the first that says the same, whoever sells it.

    Title words overlapping by at least 0.9 (Jaccard), and the same words with digits.

    Args:
        listings: In order.

    Returns:
        Positions: of an earlier listing that is itself its own first, or the listing's own.
    """
    groups: dict[frozenset[str], list[tuple[frozenset[str], int]]] = {}
    first = []
    for position, listing in enumerate(listings):
        words, numbers = _words(listing.title)
        group = groups.setdefault(numbers, [])
        least, most = _OVERLAP * len(words), len(words) / _OVERLAP
        found = next(
            (at for other, at in group
             if least <= len(other) <= most and _alike((words, numbers), (other, numbers))),
            position,
        )  # fmt: skip
        if found == position:
            group.append((words, position))
        first.append(found)
    return first


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
