"""Ids of millions of rows in a few bytes each, instead of as many Python texts.

An id is kept as two 64-bit hashes of Python's keyed text hash, one to sort by and one to
compare: two ids are taken for one only if all 128 bits agree. Nothing here is written to
disk, so it does not matter that the key differs from process to process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.schema import IntArray

__all__ = ["FirstPlaces", "KnownIds", "text_hashes_64"]

_BLOCK = 65_536
# A larger run is merged no more: moving it would hold it in memory twice.
_LARGEST_RUN = 131_072


def text_hashes_64(texts: Sequence[str], salt: str = "") -> IntArray:
    """Hash texts to 64 bits, the same within one process.

    Args:
        texts: Any texts.
        salt: Put before each; another salt gives independent hashes.

    Returns:
        (len(texts),) int64.
    """
    salted: Iterable[str] = (salt + text for text in texts) if salt else texts
    return np.fromiter(map(hash, salted), np.int64, len(texts))


class FirstPlaces:
    """Remembers where each id stood first, in 24 bytes an id.

    Sorted runs, merged as they grow, so that each id is moved a logarithmic number of
    times and a batch is looked up without a Python step an id.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._runs: list[tuple[IntArray, IntArray, IntArray]] = []
        # ids whose sorting hash was another id's: none, but for one file in a billion
        self._collided: dict[str, int] = {}

    def add(self, ids: Sequence[str], places: IntArray) -> IntArray:
        """Take some ids, and tell where each stood first.

        Args:
            ids: In order; an id may come twice.
            places: (len(ids),) int64, where each stands.

        Returns:
            (len(ids),) int64: the place itself for an id that is new.
        """
        keys, checks = text_hashes_64(ids), text_hashes_64(ids, "\x00")
        first = np.array(places, np.int64)
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] - 1))
        head = np.empty(len(ids), np.int64)  # first row of the batch with that key
        head[order] = np.repeat(order[starts], np.diff(starts, append=len(ids)))
        first[:] = first[head]
        odd = checks != checks[head]
        new = np.zeros(len(ids), bool)
        new[order[starts]] = True
        for run_keys, run_checks, run_places in self._runs:
            at = np.minimum(np.searchsorted(run_keys, keys), len(run_keys) - 1)
            hit = run_keys[at] == keys
            first[hit] = run_places[at[hit]]
            odd[hit] = (run_checks[at] != checks)[hit]
            new &= ~hit
        for i in np.flatnonzero(odd).tolist():
            first[i] = self._collided.setdefault(ids[i], int(places[i]))
        kept = order[new[order]]
        self._insert(keys[kept], checks[kept], np.asarray(places, np.int64)[kept])
        return first

    def _insert(self, keys: IntArray, checks: IntArray, places: IntArray) -> None:
        run = (keys, checks, places)
        while self._runs and len(self._runs[-1][0]) <= min(2 * len(run[0]), _LARGEST_RUN):
            older = self._runs.pop()
            order = np.argsort(np.concatenate((older[0], run[0])), kind="stable")
            joined = [np.concatenate(pair)[order] for pair in zip(older, run, strict=True)]
            run = (joined[0], joined[1], joined[2])
        if len(run[0]):
            self._runs.append(run)


class KnownIds:
    """Finds the row of an id among those of a catalogue; exact: the texts are compared."""

    def __init__(self, ids: pa.ChunkedArray) -> None:
        """Hash and sort the ids.

        Args:
            ids: The column, each id once.
        """
        self._ids = ids
        hashes = [
            text_hashes_64(chunk.slice(start, _BLOCK).to_pylist())
            for chunk in ids.chunks
            for start in range(0, len(chunk), _BLOCK)
        ]
        joined = np.concatenate(hashes) if hashes else np.empty(0, np.int64)
        self._rows = np.argsort(joined, kind="stable")
        self._keys = joined[self._rows]

    def __len__(self) -> int:
        """Count the ids."""
        return len(self._keys)

    def find(self, ids: pa.Array) -> IntArray:
        """Find rows.

        Args:
            ids: Texts, none null.

        Returns:
            (len(ids),) int64; -1 where there is no such id.
        """
        rows = np.full(len(ids), -1, np.int64)
        if not len(self):
            return rows
        keys = text_hashes_64(ids.to_pylist())
        at = np.searchsorted(self._keys, keys)
        open_ones = np.arange(len(ids))
        while len(open_ones):
            open_ones = open_ones[at[open_ones] < len(self._keys)]
            open_ones = open_ones[self._keys[at[open_ones]] == keys[open_ones]]
            if not len(open_ones):
                break
            found = self._rows[at[open_ones]]
            same = np.asarray(
                pc.equal(self._ids.take(pa.array(found)), ids.take(pa.array(open_ones)))
            )
            rows[open_ones[same]] = found[same]
            open_ones = open_ones[~same]  # another id of the same hash: look at the next
            at[open_ones] += 1
        return rows
