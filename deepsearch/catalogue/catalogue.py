"""The catalogue: listings, their claims and their vectors, in one versioned folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from deepsearch.catalogue import upkeep
from deepsearch.catalogue import vectors as vector_rows
from deepsearch.catalogue.columns import LISTING_SCHEMA
from deepsearch.catalogue.committing import CommittedFolder, now
from deepsearch.catalogue.factcache import Derived, drop_derived, load_derived
from deepsearch.catalogue.failures import writing
from deepsearch.catalogue.kept import one_at_a_time
from deepsearch.catalogue.linking import Link, suggest_links
from deepsearch.catalogue.links import (
    LinkStatus,
    StoredLink,
    decided,
    with_suggestions,
    write_links,
)
from deepsearch.catalogue.manifest import Manifest, TableRef, read_manifest
from deepsearch.catalogue.merge import Merge, UpsertReport
from deepsearch.catalogue.records import listings_to_table
from deepsearch.catalogue.tables import (
    append,
    create_table,
    delete_keys,
    evolved,
    open_table,
)
from deepsearch.catalogue.upkeep import Problem
from deepsearch.errors import InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Modality

__all__ = ["Catalogue"]

_UPSERT_CHUNK = 4096


class Catalogue(CommittedFolder):
    """Listings of one or several sources, in a folder of Lance tables.

    An object stays at the version it was opened at, whatever others write, and moves on
    with its own writes. Threads may share it: their writes wait for each other. A reader
    that must not see it move takes `at_version()`.
    """

    # ------------------------------------------------------------ writing

    def upsert(self, listings: Iterable[Listing]) -> UpsertReport:
        """Add listings, or replace those of the same id, in one commit.

        Args:
            listings: Read once, streaming.

        Returns:
            How many were added, changed, or there already with equal content.

        Raises:
            InvalidInputError: If a listing is not valid; nothing is written then.
            DuplicateIdError: If an id comes twice.
            ConflictError: If another writer was first.
            CatalogueError: If it cannot be written.
        """

        def tables() -> Iterator[pa.Table]:
            source = iter(listings)
            while chunk := list(islice(source, _UPSERT_CHUNK)):
                yield listings_to_table(chunk)

        return self.merge(tables(), operation="upsert")

    @one_at_a_time
    def merge(
        self,
        tables: Iterable[pa.Table],
        *,
        operation: str,
        distinct: bool = False,
        sources: Callable[[], Mapping[str, Mapping[str, Any]]] | None = None,
        extra: Callable[[Path, Mapping[str, TableRef]], Mapping[str, TableRef]] | None = None,
    ) -> UpsertReport:
        """Upsert rows that are in the catalogue's Arrow form already.

        Args:
            tables: Tables of `LISTING_SCHEMA`, without keys and hashes; read once.
            operation: Name of the commit.
            distinct: Whether the tables are known to hold each id once.
            sources: Called after the rows were read; what to record of their sources.
            extra: Called then too; writes further tables of the same commit.

        Returns:
            What was added, changed and unchanged.
        """
        merge = Merge(self.known, next_key=self._manifest.next_key, distinct=distinct)

        def change(head: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            ref = evolved(self.path, head.tables["listings"], LISTING_SCHEMA)
            ref = append(self.path, ref, LISTING_SCHEMA, merge.batches(tables))
            ref = delete_keys(self.path, ref, merge.replaced_keys)
            further = extra(self.path, head.tables) if extra else {}
            changed = replace(
                head,
                next_key=merge.next_key,
                tables={**head.tables, "listings": ref, **further},
                sources={**head.sources, **(sources() if sources else {})},
            )
            return changed, merge.report.counts()

        self._commit(operation, change)
        return merge.report

    @one_at_a_time
    def remove(self, ids: Sequence[str]) -> int:
        """Remove listings.

        Args:
            ids: Their ids; repeats are counted once.

        Returns:
            How many were removed.

        Raises:
            UnknownIdError: If an id is not there, naming it; nothing is removed then.
        """
        unique = list(dict.fromkeys(ids))
        keys = self.keys[self.rows(unique)].tolist()
        if keys:

            def change(head: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
                ref = delete_keys(self.path, head.tables["listings"], keys)
                return replace(head, tables={**head.tables, "listings": ref}), {
                    "removed": len(keys)
                }

            self._commit("remove", change)
        return len(keys)

    @one_at_a_time
    def put_vectors(
        self,
        space: EmbeddingSpace,
        modality: Modality,
        hashes: Sequence[str],
        vectors: FloatArray,
    ) -> int:
        """Store vectors under the hash of what they encode; one commit a call.

        Args:
            space: The space they belong to.
            modality: Texts or pictures.
            hashes: Content hashes as given by `pending`.
            vectors: (len(hashes), space.dim) float32, finite; unit length for cosine.

        Returns:
            How many were new; those already stored are left as they are.

        Raises:
            DimensionMismatchError: If the width is not the space's.
            InvalidInputError: If the counts differ, a value is not finite, or a cosine
                vector has not unit length.
            ConflictError: If another writer was first.
        """
        checked = vector_rows.check_vectors(space, hashes, vectors)
        name, ref = self._vector_table(space, modality)
        fresh = vector_rows.new_positions(hashes, vector_rows.stored_hashes(self.path, ref))
        if not len(fresh):
            return 0
        batch = vector_rows.vector_batch(space, hashes, checked, fresh)

        def change(head: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            table = head.tables.get(name) or create_table(
                self.path, f"{name}.lance", batch.schema, vector_rows.space_meta(space, modality)
            )
            table = append(self.path, table, batch.schema, [batch])
            table = vector_rows.compacted(self.path, table)
            return replace(head, tables={**head.tables, name: table}), {"vectors": len(fresh)}

        self._commit("vectors", change)
        return len(fresh)

    # ------------------------------------------------------------ links

    @one_at_a_time
    def update_links(self, *, at_least: float = 0.8) -> list[StoredLink]:
        """Look for suppliers and listings that stand in several sources, and keep the links.

        What was accepted or rejected before stays so; nothing is merged.

        Args:
            at_least: Lowest score of a suggestion, 0..1.

        Returns:
            All links after it, best first.

        Raises:
            ConflictError: If another writer was first.
        """
        known = self.links()
        after = with_suggestions(known, suggest_links(self, at_least=at_least))
        if set(after) != set(known):
            self._write_links("links", after)
        return self.links()

    @one_at_a_time
    def decide_links(self, links: Iterable[Link | StoredLink], status: LinkStatus) -> None:
        """Accept or reject links, or take that back.

        Args:
            links: Links that are kept here.
            status: "accepted" or "rejected"; "suggested" takes a decision back.

        Raises:
            InvalidInputError: If a link is not kept here; nothing changes then.
            ConflictError: If another writer was first.
        """
        chosen = [item.link if isinstance(item, StoredLink) else item for item in links]
        self._write_links(f"links {status}", decided(self.links(), chosen, status, now()))

    def _write_links(self, operation: str, links: Sequence[StoredLink]) -> None:
        def change(head: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            ref = write_links(self.path, head.tables.get("links"), links)
            counts: Counter[str] = Counter(item.status for item in links)
            return replace(head, tables={**head.tables, "links": ref}), counts

        self._commit(operation, change)

    # ------------------------------------------------------------ versions

    @one_at_a_time
    def rollback(self, version: int) -> None:
        """Make the listings of an earlier version current again, as a new version.

        Vectors are keyed by content and stay: they are only ever added to.

        Args:
            version: A version listed by `versions`.

        Raises:
            CatalogueError: If there is no such version.
            ConflictError: If another writer was first.
        """
        old = read_manifest(self.path, version)

        def change(head: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            for ref in old.tables.values():
                open_table(self.path, ref)
            kept = {name: ref for name, ref in head.tables.items() if name.startswith("vectors_")}
            tables = {**old.tables, **kept}
            return replace(head, tables=tables, sources=old.sources), {"restored": version}

        self._commit("rollback", change)

    @one_at_a_time
    def vacuum(self, *, keep: int = 1) -> Mapping[str, Any]:
        """Merge small files, forget old versions, delete what only they refer to.

        Readers that still show a forgotten version lose it: they must `refresh`.

        Args:
            keep: How many versions stay, this vacuum's own included; >= 1.

        Returns:
            "versions" forgotten and "bytes" freed.

        Raises:
            InvalidInputError: If keep < 1.
            ConflictError: If another writer is at work or was first.
        """
        if keep < 1:
            raise InvalidInputError(f"keep is {keep}; at least 1 version must stay.")
        self._commit("vacuum", lambda head: (upkeep.compacted(self.path, head), {}))
        with (
            self._locked(),
            writing("delete unused files", self.path, self.version),
        ):
            return upkeep.vacuum(self.path, keep)

    @one_at_a_time
    def check(self, *, repair: bool = False) -> list[Problem]:
        """Read everything this version refers to and compare it with its hashes.

        Args:
            repair: Drop what is derived and wrong, so that it is made again: vectors that
                cannot be used, stored facts or claims that differ from the listings.
                Listings are never changed: they are the truth.

        Returns:
            What was found wrong, empty if nothing.

        Raises:
            ConflictError: If a repair meets another writer.
        """
        problems, droppable = upkeep.check_manifest(self.path, self._manifest)
        listings = self._manifest.tables["listings"]
        for kind, fresh in () if problems else self._made_anew():
            stored = load_derived(self.path, listings, kind)
            if stored is None or stored.equals(fresh):
                continue
            text = f"the stored {kind} differ from the listings; they can be made again"
            problems.append(Problem(table=kind, text=text, repairable=True))
            if repair:
                drop_derived(self.path, listings, kind)
                self._held.pop(kind, None)
        if repair and droppable:

            def change(head: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
                return upkeep.drop_bad_vectors(self.path, head, droppable), {}

            self._commit("repair", change)
        return problems

    def _made_anew(self) -> Iterator[tuple[Derived, pa.Table]]:
        """What is stored beside the listings, made of them again."""
        claims = self._fresh_claims()
        yield "claims", claims
        yield "facts", self._fresh_facts(claims)
