"""The reading side of a catalogue: one committed version, as tables, listings and texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from deepsearch.catalogue import claims as claim_rows
from deepsearch.catalogue.columns import (
    DETAIL_COLUMNS,
    FACT_COLUMNS,
    flatten,
    listing_texts,
)
from deepsearch.catalogue.factcache import Derived, load_derived, store_derived
from deepsearch.catalogue.ids import KnownIds
from deepsearch.catalogue.info import CatalogueInfo, SpaceInfo, claimed_dimensions, summarise
from deepsearch.catalogue.kept import kept, one_at_a_time
from deepsearch.catalogue.links import LinkStatus, StoredLink, read_links
from deepsearch.catalogue.manifest import (
    Manifest,
    list_versions,
    read_head,
)
from deepsearch.catalogue.merge import Known
from deepsearch.catalogue.records import listings_from_table
from deepsearch.catalogue.rejects import REJECTS_SCHEMA
from deepsearch.catalogue.tables import open_table
from deepsearch.catalogue.tableview import TableView
from deepsearch.errors import UnknownIdError
from deepsearch.extras import require
from deepsearch.schema import IntArray, Listing, Media

__all__ = ["CatalogueView"]


class CatalogueView(TableView):
    """One committed version of a catalogue, to be read.

    Rows are numbered 0..len-1 in a fixed order within a version; indexes and masks refer
    to these positions. `keys` numbers them for good: a listing keeps its key while its
    content is unchanged, and new or changed ones get higher ones.
    """

    @one_at_a_time
    def refresh(self) -> bool:
        """Move on to the newest committed version.

        Returns:
            Whether there was a newer one.
        """
        head = read_head(self.path)
        if head.version == self._manifest.version:
            return False
        self._move_to(head)
        return True

    def _move_to(self, manifest: Manifest) -> None:
        with self._moving:
            same_listings = manifest.tables["listings"] == self._manifest.tables["listings"]
            self._manifest = manifest
            if not same_listings:
                self._held = {}

    # ------------------------------------------------------------ reading

    def at_version(self) -> Self:
        """Make an object that stays at this version, whatever this one writes later.

        Returns:
            The copy; what was read so far is shared, not read again.
        """
        return self._copy()

    @kept
    def facts(self) -> pa.Table:
        """One row a listing: the flat columns filters refer to, by dotted name.

        `certifications` lists the names claimed of the listing or its supplier; it is
        null, not empty, where none is known.
        """
        return self._derived("facts", lambda: self._fresh_facts(self.claims))

    def _derived(self, kind: Derived, make: Callable[[], pa.Table]) -> pa.Table:
        ref = self._manifest.tables["listings"]
        stored = load_derived(self.path, ref, kind)
        return store_derived(self.path, ref, kind, make()) if stored is None else stored

    def _fresh_claims(self) -> pa.Table:
        return claim_rows.explode(self.read(("claims", "supplier_claims")))

    def _fresh_facts(self, claims: pa.Table) -> pa.Table:
        table = flatten(self.read(FACT_COLUMNS).combine_chunks())
        named = claim_rows.certifications(claims, len(self))
        return table.append_column("certifications", named)

    @kept
    def ladders(self) -> pa.Table:
        """One row a listing: `price_tiers` and `lead_times`, lists by quantity, null where none.

        Apart from the facts, because filters compare single values.
        """
        return self.read(("price_tiers", "lead_times"))

    @kept
    def claims(self) -> pa.Table:
        """One row a claim: `row` of the listing, `subject` (listing or supplier), the claim."""
        return self._derived("claims", self._fresh_claims)

    @kept
    def listing_ids(self) -> list[str]:
        """The ids in row order."""
        ids: list[str] = self.read(("id",))["id"].to_pylist()
        return ids

    @kept
    def keys(self) -> IntArray:
        """(len,) int64, ascending: a number a listing keeps while its content is unchanged."""
        keys: IntArray = self.read(("key",))["key"].to_numpy()
        return keys

    @kept
    def known(self) -> Known | None:
        """What a merge compares new rows with; None for an empty catalogue."""
        if not len(self):
            return None
        table = self.read(("id", "source", "content_hash"))
        return Known(
            ids=KnownIds(table["id"]),
            keys=self.keys,
            hashes=table["content_hash"],
            sources=table["source"],
        )

    @kept
    def _row_of_id(self) -> dict[str, int]:
        return {listing_id: row for row, listing_id in enumerate(self.listing_ids)}

    def rows(self, ids: Sequence[str]) -> IntArray:
        """Find the rows of listings.

        Args:
            ids: Listing ids.

        Returns:
            (len(ids),) int64 positions.

        Raises:
            UnknownIdError: If an id is not in the catalogue.
        """
        found = [self._row_of_id.get(listing_id, -1) for listing_id in ids]
        unknown = [listing_id for listing_id, row in zip(ids, found, strict=True) if row < 0]
        if unknown:
            raise UnknownIdError(_unknown(unknown, self.path))
        return np.array(found, np.int64)

    def __contains__(self, listing_id: object) -> bool:
        """Tell whether a listing of that id is there."""
        return listing_id in self._row_of_id

    def listings(self, rows: Sequence[int] | IntArray) -> list[Listing]:
        """Read listings whole.

        Args:
            rows: Positions, in any order, repeats allowed.

        Returns:
            One listing a row, in that order.
        """
        positions = np.asarray(rows, np.int64).reshape(-1)
        if not len(positions):
            return []
        # Lance wants each row once and in order
        unique, back = np.unique(positions, return_inverse=True)
        details = self.read(DETAIL_COLUMNS, unique.tolist())
        table = self.facts.take(unique)
        for name in DETAIL_COLUMNS:
            table = table.append_column(name, details[name])
        listings = listings_from_table(table)
        return [listings[position] for position in back]

    def texts(self, rows: Sequence[int] | IntArray | None = None) -> list[str]:
        """Write the text each listing is embedded and lexically indexed by.

        Args:
            rows: Positions; None for all, in row order.

        Returns:
            Title, description, brand, model, category and attributes, one a line.
        """
        facts = self.facts if rows is None else self.facts.take(np.asarray(rows, np.int64))
        texts: list[str] = listing_texts(facts.combine_chunks()).to_pylist()
        return texts

    def rejects(self) -> pa.Table:
        """Read the rows that did not go in at the newest ingest of each source.

        Returns:
            Columns source, line, reason, original.
        """
        ref = self._manifest.tables.get("rejects")
        return (
            REJECTS_SCHEMA.empty_table() if ref is None else open_table(self.path, ref).to_table()
        )

    def links(self, status: LinkStatus | None = None) -> list[StoredLink]:
        """List the links between sources that are kept here.

        Args:
            status: "suggested", "accepted" or "rejected"; None for all.

        Returns:
            Links with what was decided of them, best first.
        """
        stored = read_links(self.path, self._manifest.tables.get("links"))
        return [item for item in stored if status in (None, item.status)]

    def info(self) -> CatalogueInfo:
        """Summarise the catalogue: counts, sources, fill rate of every field, spaces.

        Returns:
            The summary of this version.
        """
        sources, fill, suppliers = summarise(self.facts)
        rejects = self._manifest.tables.get("rejects")
        return CatalogueInfo(
            path=self.path,
            version=self.version,
            versions=len(list_versions(self.path)),
            listings=len(self),
            suppliers=suppliers,
            claims=len(self.claims),
            rejects=rejects.rows if rejects else 0,
            sources=sources,
            fill=fill,
            claimed=claimed_dimensions(self.claims),
            spaces=[
                SpaceInfo(space=space, modality=modality, vectors=count)
                for space, modality, count in self.spaces()
            ],
        )

    def to_arrow(self) -> pa.Table:
        """Return the facts as one Arrow table, a row a listing.

        Returns:
            What filters read: prices, minimum orders, attributes, supplier's facts; null is
            unknown. `.to_pandas()` and `polars.from_arrow` take it as it is.
        """
        return self.facts

    def to_duckdb(self, connection: Any = None) -> Any:
        """Show the facts and claims to DuckDB, as the views `facts` and `claims`.

        Args:
            connection: A DuckDB connection; None opens one in memory.

        Returns:
            The connection. Columns with dots are quoted: `select "price.min" from facts`.

        Raises:
            MissingExtraError: If DuckDB is not installed.
        """
        connection = connection or require("duckdb", extra=None).connect()
        connection.register("facts", self.facts)
        connection.register("claims", self.claims)
        return connection

    def media_path(self, media: Media, *, source: str | None = None) -> Path | None:
        """Find the file of a picture or video on this machine.

        Args:
            media: A listing's medium.
            source: The listing's source; without it every source's media folder is tried.

        Returns:
            An existing file, or None for a URL or a file that is not there.
        """
        if "://" in media.uri:
            return None
        given = Path(media.uri)
        if given.is_absolute():
            return given if given.is_file() else None
        sources = self._manifest.sources
        named = sources.get(source) if source is not None else None
        roots = [named] if named is not None else list(sources.values())
        for about in roots:
            root = about.get("media_root")
            if root and (file := Path(root) / given).is_file():
                return file
        return None


def _unknown(ids: Sequence[str], path: Path) -> str:
    shown = ", ".join(repr(listing_id) for listing_id in ids[:5])
    more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
    return f"No listing {shown}{more} in the catalogue {path}. Ids are case-sensitive."
