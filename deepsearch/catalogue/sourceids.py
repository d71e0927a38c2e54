"""Which listing a row is: its given id, or one derived from it, the same every time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.batches import Chunk, Failures, as_array, as_list
from deepsearch.catalogue.identity import id_from_url
from deepsearch.catalogue.ids import FirstPlaces
from deepsearch.catalogue.merge import Known
from deepsearch.schema import IntArray

__all__ = ["SourceIds"]

# A derived id that fails this often to tell rows apart names something else.
_DISTINCT = 0.95
_CONTENT = (
    "title",
    "model",
    "brand",
    "supplier.id",
    "supplier.name",
    "description",
    "category",
)


def _content_id(columns: dict[str, Any], i: int) -> str:
    parts = [str(columns[name][i]) if name in columns else "" for name in _CONTENT]
    return "h" + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


class SourceIds:
    """Gives every row of one source its id and source, and lets each id in once."""

    def __init__(self, known: Known | None, source: str, *, prefix: str = "") -> None:
        """Start on a source.

        Args:
            known: The listings there already; ids of other sources are not taken over.
            source: Name of the source, for rows that do not say theirs.
            prefix: Put before every id.
        """
        self.source = source
        self.prefix = prefix
        self._known = known
        self._first_lines = FirstPlaces()
        self._derived: dict[str, int] = {}
        self._trust_urls: bool | None = None

    def complete(self, chunk: Chunk) -> None:
        """Fill in the ids and sources a chunk lacks.

        Args:
            chunk: Changed in place.
        """
        n = len(chunk.lines)
        columns = chunk.columns
        given = as_array(columns.get("source"), n, pa.string())
        said = pc.if_else(pc.equal(given, ""), None, given)
        columns["source"] = pc.coalesce(said, pa.scalar(self.source))
        ids = as_array(columns.get("id"), n, pa.string())
        if ids.null_count:
            ids = pa.array(self._derive(columns, ids.to_pylist()), pa.string())
        if self.prefix:
            ids = pc.binary_join_element_wise(self.prefix, ids, "")
        columns["id"] = ids

    def _derive(self, given: dict[str, Any], ids: list[str | None]) -> list[str | None]:
        missing = [i for i, own in enumerate(ids) if own is None]
        n = len(ids)
        columns = {
            name: as_list(given[name], n)
            for name in ("url", "identifiers", *_CONTENT)
            if name in given
        }
        urls = columns.get("url", ())
        from_urls = {i: id_from_url(urls[i]) for i in missing if urls[i]} if urls else {}
        if self._trust_urls is None:
            found = [own for own in from_urls.values() if own]
            self._trust_urls = len(set(found)) >= _DISTINCT * len(found)
        for i in missing:
            own = from_urls.get(i) if self._trust_urls else None
            kind = "the product page's address"
            if own is None:
                own, kind = _from_codes(columns, i), "an article code"
            if own is None:
                if "title" not in columns or columns["title"][i] is None:
                    continue  # rejected for its missing title, not for its id
                own, kind = _content_id(columns, i), "its content"
            ids[i] = own
            self._derived[kind] = self._derived.get(kind, 0) + 1
        return ids

    def unique(
        self, table: pa.Table, lines: IntArray, chunk: Chunk, failures: Failures
    ) -> pa.Table:
        """Drop the rows whose id came before, or belongs to another source.

        Args:
            table: Checked rows.
            lines: (rows,) where they stand.
            chunk: The chunk they came from.
            failures: Takes what is dropped.

        Returns:
            The rows that stay.
        """
        table = table.combine_chunks()
        ids: list[str] = table["id"].to_pylist()
        first = self._first_lines.add(ids, lines)
        again = first != lines
        owners = self._other_owners(table)
        dropped = sorted({*np.flatnonzero(again).tolist(), *owners})
        for i in dropped:
            if again[i]:
                reason = f"id {ids[i]!r} stands on line {first[i]} already"
            else:
                reason = (
                    f"id {ids[i]!r} belongs to source {owners[i]!r}; if this is the same source, "
                    f"name it so, else give this one an id prefix in its mapping"
                )
            row = int(np.flatnonzero(chunk.lines == lines[i])[0])
            failures.add(int(lines[i]), reason, chunk.originals(row))
        if not dropped:
            return table
        return table.take(pa.array(np.setdiff1d(np.arange(len(table)), dropped)))

    def _other_owners(self, table: pa.Table) -> dict[int, str | None]:
        """Find the rows whose id the catalogue has of another source: row → that source."""
        if self._known is None:
            return {}
        rows = self._known.ids.find(table["id"].combine_chunks())
        there = np.flatnonzero(rows >= 0)
        owners = self._known.sources.take(pa.array(rows[there]))
        own = table["source"].take(pa.array(there))
        foreign = np.flatnonzero(~np.asarray(pc.equal(owners, own).fill_null(False)))
        return {int(there[i]): owners[int(i)].as_py() for i in foreign}

    def notes(self) -> list[str]:
        """Say where ids were derived.

        Returns:
            One sentence a kind.
        """
        return [
            f"{count:,} rows have no id; theirs comes from {kind}."
            for kind, count in self._derived.items()
        ]


def _from_codes(columns: Mapping[str, Sequence[Any]], i: int) -> str | None:
    codes = columns.get("identifiers")
    known = dict(codes[i]) if codes is not None and codes[i] else {}
    return next((known[name] for name in ("sku", "mpn", "gtin") if name in known), None)
