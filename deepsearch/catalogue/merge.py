"""Deciding, batch by batch in a stream, what an upsert adds, replaces and leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.columns import LISTING_SCHEMA, content_hashes, text_hashes
from deepsearch.catalogue.ids import FirstPlaces, KnownIds
from deepsearch.errors import DuplicateIdError
from deepsearch.schema import BoolArray, IntArray

__all__ = ["Known", "Merge", "UpsertReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertReport:
    """What an upsert did, in listings."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """Give the three numbers by name.

        Returns:
            A new dict.
        """
        return {"added": self.added, "changed": self.changed, "unchanged": self.unchanged}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The listings a catalogue holds already, as far as a merge looks at them.

    Attributes:
        ids: Finds the row of an id.
        keys: (rows,) int64 row keys.
        hashes: Content hash a row.
        sources: Source a row.
    """

    ids: KnownIds
    keys: IntArray
    hashes: pa.ChunkedArray
    sources: pa.ChunkedArray


class Merge:
    """One upsert in progress."""

    def __init__(self, known: Known | None, *, next_key: int, distinct: bool = False) -> None:
        """Start on an upsert.

        Args:
            known: What the catalogue holds; None for an empty one.
            next_key: First key to give out.
            distinct: Whether the caller lets each id through once, so that they need not
                be remembered here too.
        """
        self._known = known
        self._seen = None if distinct else FirstPlaces()
        self._rows = 0
        self._replaced: list[IntArray] = []
        self.next_key = next_key
        self.report = UpsertReport()

    @property
    def replaced_keys(self) -> list[int]:
        """Keys of the rows that newer content stands for."""
        return [int(key) for keys in self._replaced for key in keys]

    def batches(self, tables: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
        """Pass on the rows to append, with their keys and hashes.

        Args:
            tables: Rows of `LISTING_SCHEMA`.

        Yields:
            Batches of new and changed rows.

        Raises:
            DuplicateIdError: If an id comes twice.
        """
        for table in tables:
            kept = self._one(table)
            if len(kept):
                yield from kept.to_batches()

    def _one(self, table: pa.Table) -> pa.Table:
        table = table.combine_chunks()
        if self._seen is not None:
            self._refuse_duplicates(self._seen, table["id"].to_pylist())
        hashes = content_hashes(table)
        keep = self._counted(table, hashes)
        if not keep.all():
            table = table.filter(pa.array(keep)).combine_chunks()
            hashes = hashes.filter(pa.array(keep))
        keys = np.arange(self.next_key, self.next_key + len(table), dtype=np.int64)
        self.next_key += len(table)
        values = {"key": pa.array(keys), "content_hash": hashes, "text_hash": text_hashes(table)}
        for name, column in values.items():
            table = table.set_column(table.schema.get_field_index(name), name, column)
        return table.cast(LISTING_SCHEMA)

    def _counted(self, table: pa.Table, hashes: pa.Array) -> BoolArray:
        """Count what is new, changed and unchanged; tell which rows to write."""
        keep = np.ones(len(table), bool)
        changed = unchanged = 0
        if self._known is not None:
            rows = self._known.ids.find(table["id"].combine_chunks())
            there = np.flatnonzero(rows >= 0)
            stored = self._known.hashes.take(pa.array(rows[there]))
            same = np.asarray(pc.equal(stored, hashes.take(pa.array(there))).fill_null(False))
            keep[there[same]] = False
            unchanged = int(same.sum())
            changed = len(there) - unchanged
            self._replaced.append(self._known.keys[rows[there[~same]]])
        self.report = UpsertReport(
            added=self.report.added + len(table) - changed - unchanged,
            changed=self.report.changed + changed,
            unchanged=self.report.unchanged + unchanged,
        )
        return keep

    def _refuse_duplicates(self, seen: FirstPlaces, ids: list[str]) -> None:
        places = np.arange(self._rows, self._rows + len(ids))
        self._rows += len(ids)
        again = np.flatnonzero(seen.add(ids, places) != places)
        if len(again):
            raise DuplicateIdError(
                f"Listing id {ids[again[0]]!r} comes twice in one upsert. Nothing was written; "
                f"give each listing once."
            )
