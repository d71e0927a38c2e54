"""The catalogue: listings, their claims and their vectors, in one versioned folder."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from deepsearch.catalogue import upkeep
from deepsearch.catalogue import vectors as vector_rows
from deepsearch.catalogue.columns import LISTING_SCHEMA
from deepsearch.catalogue.factcache import drop_facts, load_facts
from deepsearch.catalogue.linking import Link, suggest_links
from deepsearch.catalogue.links import (
    LinkStatus,
    StoredLink,
    decided,
    with_suggestions,
    write_links,
)
from deepsearch.catalogue.manifest import (
    Manifest,
    TableRef,
    list_versions,
    read_head,
    read_manifest,
    write_lock,
    write_manifest,
)
from deepsearch.catalogue.merge import Merge, UpsertReport
from deepsearch.catalogue.records import listings_to_table
from deepsearch.catalogue.tables import (
    append,
    create_table,
    delete_keys,
    evolved,
    open_table,
    writing,
)
from deepsearch.catalogue.upkeep import Problem
from deepsearch.catalogue.view import CatalogueView
from deepsearch.errors import CatalogueError, ConflictError, InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Modality

__all__ = ["Catalogue"]

_UPSERT_CHUNK = 4096


class Catalogue(CatalogueView):
    """Listings of one or several sources, in a folder of Lance tables.

    An object stays at the version it was opened at, whatever others write, and moves on
    with its own writes.
    """

    # ------------------------------------------------------------ opening

    @classmethod
    def create(cls, path: str | Path) -> Catalogue:
        """Create an empty catalogue.

        Args:
            path: A folder that does not exist, or is empty.

        Returns:
            The catalogue, at version 1.

        Raises:
            CatalogueError: If the folder holds something already or cannot be written.
        """
        path = Path(path)
        if list_versions(path):
            raise CatalogueError(f"There is a catalogue at {path} already. Open it instead.")
        with writing("create a catalogue", path, 0):
            if path.is_dir() and {item.name for item in path.iterdir()} - {
                "lock",
                "tables",
                "versions",
            }:
                raise CatalogueError(
                    f"The folder {path} holds other files and no catalogue. Name a new folder."
                )
            path.mkdir(parents=True, exist_ok=True)
            with write_lock(path):
                if list_versions(path):  # made by another process since we looked
                    raise ConflictError(
                        f"Another process has just created the catalogue {path}. Open it instead."
                    )
                manifest = Manifest(
                    version=1,
                    created=_now(),
                    operation="create",
                    summary={},
                    next_key=0,
                    tables={"listings": create_table(path, "listings.lance", LISTING_SCHEMA)},
                    sources={},
                )
                write_manifest(path, manifest)
        return cls(path, manifest)

    def withdraw(self) -> bool:
        """Empty the folder of a catalogue that nothing was ever committed to.

        Returns:
            Whether it was; False where something has been committed, also by others.

        Raises:
            ConflictError: If another writer is at work.
        """
        with write_lock(self.path):
            if list_versions(self.path) != [1]:
                return False
            for item in self.path.iterdir():
                if item.is_dir():
                    shutil.rmtree(item)
                elif item.name != "lock":
                    item.unlink()
        (self.path / "lock").unlink()
        return True

    @classmethod
    def open(
        cls, path: str | Path, version: int | None = None, *, verify: bool = True
    ) -> Catalogue:
        """Open a catalogue.

        Args:
            path: Its folder.
            version: A committed version; None for the newest. An older one can be read,
                and made current again with `rollback`.
            verify: Whether to open every table first, so that a missing one is found
                here; False to run `check` on a damaged catalogue.

        Returns:
            The catalogue at that version.

        Raises:
            CatalogueError: If there is none, it is of another format, or a table is missing.
        """
        path = Path(path)
        manifest = read_head(path) if version is None else read_manifest(path, version)
        for ref in manifest.tables.values() if verify else ():
            open_table(path, ref)
        return cls(path, manifest)

    @classmethod
    def open_or_create(cls, path: str | Path) -> Catalogue:
        """Open the catalogue at `path`, or create it where there is none.

        Args:
            path: Its folder.

        Returns:
            The catalogue at its newest version.
        """
        return cls.open(path) if list_versions(Path(path)) else cls.create(path)

    # ------------------------------------------------------------ writing

    def _commit(
        self,
        operation: str,
        change: Callable[[Manifest], tuple[Manifest, Mapping[str, Any]]],
    ) -> None:
        """Run one change of the tables and make it the current version, or neither."""
        with write_lock(self.path):
            head = list_versions(self.path)[-1]
            if head != self.version:
                raise ConflictError(
                    f"{self.path} is at version {head} by now, this object at {self.version}. "
                    f"Nothing was written; call refresh(), or open it again, and retry."
                )
            with writing(operation, self.path, self.version):
                changed, summary = change(self._manifest)
            manifest = replace(
                changed,
                version=self.version + 1,
                created=_now(),
                operation=operation,
                summary=summary,
            )
            write_manifest(self.path, manifest)
        self._move_to(manifest)

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

        def change(now: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            ref = evolved(self.path, now.tables["listings"], LISTING_SCHEMA)
            ref = append(self.path, ref, LISTING_SCHEMA, merge.batches(tables))
            ref = delete_keys(self.path, ref, merge.replaced_keys)
            further = extra(self.path, now.tables) if extra else {}
            changed = replace(
                now,
                next_key=merge.next_key,
                tables={**now.tables, "listings": ref, **further},
                sources={**now.sources, **(sources() if sources else {})},
            )
            return changed, merge.report.counts()

        self._commit(operation, change)
        return merge.report

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

            def change(now: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
                ref = delete_keys(self.path, now.tables["listings"], keys)
                return replace(now, tables={**now.tables, "listings": ref}), {"removed": len(keys)}

            self._commit("remove", change)
        return len(keys)

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

        def change(now: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            table = now.tables.get(name) or create_table(
                self.path, f"{name}.lance", batch.schema, vector_rows.space_meta(space, modality)
            )
            table = append(self.path, table, batch.schema, [batch])
            table = vector_rows.compacted(self.path, table)
            return replace(now, tables={**now.tables, name: table}), {"vectors": len(fresh)}

        self._commit("vectors", change)
        return len(fresh)

    # ------------------------------------------------------------ links

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
        self._write_links(f"links {status}", decided(self.links(), chosen, status, _now()))

    def _write_links(self, operation: str, links: Sequence[StoredLink]) -> None:
        def change(now: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            ref = write_links(self.path, now.tables.get("links"), links)
            counts: Counter[str] = Counter(item.status for item in links)
            return replace(now, tables={**now.tables, "links": ref}), counts

        self._commit(operation, change)

    # ------------------------------------------------------------ versions

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

        def change(now: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
            for ref in old.tables.values():
                open_table(self.path, ref)
            kept = {name: ref for name, ref in now.tables.items() if name.startswith("vectors_")}
            tables = {**old.tables, **kept}
            return replace(now, tables=tables, sources=old.sources), {"restored": version}

        self._commit("rollback", change)

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
        self._commit("vacuum", lambda now: (upkeep.compacted(self.path, now), {}))
        with (
            write_lock(self.path),
            writing("delete unused files", self.path, self.version),
        ):
            return upkeep.vacuum(self.path, keep)

    def check(self, *, repair: bool = False) -> list[Problem]:
        """Read everything this version refers to and compare it with its hashes.

        Args:
            repair: Drop what is derived and wrong, so that it is made again: vectors that
                cannot be used, stored facts that differ from the listings. Listings are
                never changed: they are the truth.

        Returns:
            What was found wrong, empty if nothing.

        Raises:
            ConflictError: If a repair meets another writer.
        """
        problems, droppable = upkeep.check_manifest(self.path, self._manifest)
        listings = self._manifest.tables["listings"]
        stored = load_facts(self.path, listings) if not problems else None
        if stored is not None and not stored.equals(self._fresh_facts()):
            text = "the stored facts differ from the listings; they can be made again"
            problems.append(Problem(table="facts", text=text, repairable=True))
            if repair:
                drop_facts(self.path, listings)
        if repair and droppable:

            def change(now: Manifest) -> tuple[Manifest, Mapping[str, Any]]:
                return upkeep.drop_bad_vectors(self.path, now, droppable), {}

            self._commit("repair", change)
        return problems


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
