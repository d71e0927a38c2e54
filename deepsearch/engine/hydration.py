"""Listings read whole, the recent ones kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from deepsearch.catalogue import Catalogue
from deepsearch.schema import Listing

__all__ = ["ListingCache"]


class ListingCache:
    """Reads listings of one catalogue version; the most recently used stay in memory."""

    def __init__(self, catalogue: Catalogue, *, size: int = 5000) -> None:
        """Start empty.

        Args:
            catalogue: A catalogue that stays at its version.
            size: Listings kept at most.
        """
        self._catalogue = catalogue
        self.size = size
        self._kept: OrderedDict[int, Listing] = OrderedDict()
        self._lock = threading.Lock()

    def listings(self, rows: Sequence[int]) -> list[Listing]:
        """Return listings, reading those not kept in one go.

        Args:
            rows: Positions, in any order.

        Returns:
            One listing a row, in that order.
        """
        found: dict[int, Listing] = {}
        with self._lock:
            for row in rows:
                if row in self._kept:
                    self._kept.move_to_end(row)
                    found[row] = self._kept[row]
        missing = [row for row in dict.fromkeys(rows) if row not in found]
        if missing:
            read = dict(zip(missing, self._catalogue.listings(missing), strict=True))
            found |= read
            with self._lock:
                self._kept |= read
                while len(self._kept) > self.size:
                    self._kept.popitem(last=False)
        return [found[row] for row in rows]
