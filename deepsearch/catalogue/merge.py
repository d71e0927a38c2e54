"""Deciding, row by row in a stream, what an upsert adds, replaces and leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from deepsearch.catalogue.columns import LISTING_SCHEMA, content_hashes, text_hashes
from deepsearch.errors import DuplicateIdError

if TYPE_CHECKING:
    from deepsearch.catalogue.catalogue import Catalogue

__all__ = ["Merge", "UpsertReport"]


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


class Merge:
    """One upsert in progress."""

    def __init__(self, catalogue: Catalogue, *, next_key: int, distinct: bool = False) -> None:
        """Read what the catalogue holds already.

        Args:
            catalogue: Its ids, keys and content hashes are compared against.
            next_key: First key to give out.
            distinct: Whether the caller lets each id through once, so that they need not
                be remembered here too.
        """
        self._distinct = distinct
        self.next_key = next_key
        self.replaced_keys: list[int] = []
        self.report = UpsertReport()
        self._seen: set[str] = set()
        self._position: dict[str, int] = {}
        self._keys = catalogue.keys
        self._hashes: list[str] = []
        if len(catalogue):
            self._position = catalogue._row_of_id
            self._hashes = catalogue._read(("content_hash",))["content_hash"].to_pylist()

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
        ids: list[str] = table["id"].to_pylist()
        if not self._distinct:
            fresh = set(ids)
            if len(fresh) < len(ids) or not fresh.isdisjoint(self._seen):
                self._refuse_duplicate(ids)
            self._seen |= fresh
        table = table.combine_chunks()
        hashes = content_hashes(table)
        keep = np.ones(len(ids), bool)
        added = len(ids)
        changed = unchanged = 0
        if self._position:
            new_hashes = hashes.to_pylist()
            for i, listing_id in enumerate(ids):
                position = self._position.get(listing_id)
                if position is None:
                    continue
                added -= 1
                if self._hashes[position] == new_hashes[i]:
                    unchanged += 1
                    keep[i] = False
                else:
                    changed += 1
                    self.replaced_keys.append(int(self._keys[position]))
        self.report = UpsertReport(
            added=self.report.added + added,
            changed=self.report.changed + changed,
            unchanged=self.report.unchanged + unchanged,
        )
        if not keep.all():
            table = table.filter(pa.array(keep)).combine_chunks()
            hashes = hashes.filter(pa.array(keep))
        keys = np.arange(self.next_key, self.next_key + len(table), dtype=np.int64)
        self.next_key += len(table)
        values = {"key": pa.array(keys), "content_hash": hashes, "text_hash": text_hashes(table)}
        for name, column in values.items():
            table = table.set_column(table.schema.get_field_index(name), name, column)
        return table.cast(LISTING_SCHEMA)

    def _refuse_duplicate(self, ids: list[str]) -> None:
        seen = set(self._seen)
        for listing_id in ids:
            if listing_id in seen:
                raise DuplicateIdError(
                    f"Listing id {listing_id!r} comes twice in one upsert. Nothing was written; "
                    f"give each listing once."
                )
            seen.add(listing_id)
