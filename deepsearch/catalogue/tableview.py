"""The tables of one committed version, and the vectors that belong to its listings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from deepsearch.catalogue import vectors as vector_rows
from deepsearch.catalogue.columns import LISTING_SCHEMA, conform
from deepsearch.catalogue.frames import videos_done
from deepsearch.catalogue.kept import Keeper, kept
from deepsearch.catalogue.manifest import Manifest, TableRef, list_versions, read_manifest
from deepsearch.catalogue.tables import open_table, read_table
from deepsearch.catalogue.vectors import PendingItem, VectorTable
from deepsearch.schema import EmbeddingSpace, IntArray, Modality

__all__ = ["TableView", "VersionInfo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInfo:
    """A committed state of a catalogue, as listed by `Catalogue.versions`."""

    version: int
    created: str
    operation: str
    summary: Mapping[str, Any]


class TableView(Keeper):
    """One committed version of a catalogue as its tables: columns and vectors, by row."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Take a committed state; use `open`, `create` or `open_or_create` instead.

        Args:
            path: The catalogue folder.
            manifest: The state to show.
        """
        super().__init__()
        self.path = path
        self._manifest = manifest

    @property
    def version(self) -> int:
        """The committed version this object shows."""
        return self._manifest.version

    @property
    def manifest(self) -> Manifest:
        """Which table versions make up this state."""
        return self._manifest

    def __len__(self) -> int:
        """Count the listings."""
        return self._manifest.tables["listings"].rows

    @kept
    def _listings(self) -> Any:
        """The open listings table; opening it costs more than reading a hundred rows."""
        return open_table(self.path, self._manifest.tables["listings"])

    def read(self, columns: Sequence[str], rows: Sequence[int] | None = None) -> pa.Table:
        """Read whole columns of the listings, or some rows of them, at today's schema.

        Args:
            columns: Columns of `LISTING_SCHEMA`, structured ones whole.
            rows: Positions, ascending and distinct; None for all.

        Returns:
            Those columns; what an older catalogue lacks is null.

        Raises:
            CatalogueError: If the table's files are missing or damaged.
        """
        ref = self._manifest.tables["listings"]
        table = read_table(self.path, ref, columns, rows, self._listings)
        return conform(table, pa.schema([LISTING_SCHEMA.field(name) for name in columns]))

    # ------------------------------------------------------------ vectors

    def _vector_table(
        self, space: EmbeddingSpace, modality: Modality
    ) -> tuple[str, TableRef | None]:
        identity = json.dumps([space.name, space.revision, space.dim, space.metric])
        short = hashlib.sha256(identity.encode()).hexdigest()[:10]
        name = f"vectors_{space.name}_{Modality(modality)}_{short}"
        return name, self._manifest.tables.get(name)

    def _parts(self, modality: Modality) -> vector_rows.Parts:
        column = "text_hash" if modality == Modality.TEXT else "media"
        return vector_rows.parts_of(self.read((column,)), modality)

    def pending(
        self, space: EmbeddingSpace, modality: Modality, *, rows: IntArray | None = None
    ) -> list[PendingItem]:
        """List what is not encoded yet, each distinct content once.

        Args:
            space: The embedding space.
            modality: Texts or pictures.
            rows: Listings to look at; None: all.

        Returns:
            Content hash, and a row and part that hold it, in row order. A picture whose
            file was not read when its listing came in has no hash and is not listed.
        """
        _, ref = self._vector_table(space, modality)
        done = vector_rows.stored_hashes(self.path, ref)
        return vector_rows.pending(self._parts(modality).of(rows), done)

    def pending_videos(
        self, space: EmbeddingSpace, *, rows: IntArray | None = None
    ) -> list[PendingItem]:
        """List the videos of which no frame is encoded yet, each distinct content once.

        Args:
            space: The embedding space of their frames.
            rows: Listings to look at; None: all.

        Returns:
            Content hash, and a row and number of the medium, in row order. Vectors of their
            frames are put under `frame_key`.
        """
        _, ref = self._vector_table(space, Modality.PICTURE)
        done = videos_done(vector_rows.stored_hashes(self.path, ref))
        return vector_rows.pending(self._videos().of(rows), done)

    def _videos(self) -> vector_rows.Parts:
        return vector_rows.parts_of(self.read(("media",)), Modality.PICTURE, kind="video")

    def vectors(self, space: EmbeddingSpace, modality: Modality) -> VectorTable:
        """Read the vectors of this version's listings; those of pictures with videos' frames.

        Args:
            space: The embedding space.
            modality: Texts or pictures.

        Returns:
            Vectors with the row and part each belongs to, ordered by row, then part;
            listings that are not encoded have none.
        """
        _, ref = self._vector_table(space, modality)
        if modality == Modality.TEXT:
            return vector_rows.join(self.path, ref, space, self._parts(modality))
        media = self.read(("media",))
        pictures, videos = (
            vector_rows.parts_of(media, modality, kind=kind) for kind in ("picture", "video")
        )
        return vector_rows.join(self.path, ref, space, pictures, videos=videos)

    def spaces(self) -> list[tuple[EmbeddingSpace, Modality, int]]:
        """List the embedding spaces that have vectors.

        Returns:
            Space, modality and how many vectors are stored.
        """
        return [
            (*vector_rows.space_of(ref.meta), ref.rows)
            for name, ref in sorted(self._manifest.tables.items())
            if name.startswith("vectors_")
        ]

    # ------------------------------------------------------------ versions

    def versions(self) -> list[VersionInfo]:
        """List the committed versions still kept, oldest first.

        Returns:
            What made each, when, and its counts.
        """
        manifests = (read_manifest(self.path, number) for number in list_versions(self.path))
        return [
            VersionInfo(
                version=manifest.version,
                created=manifest.created,
                operation=manifest.operation,
                summary=manifest.summary,
            )
            for manifest in manifests
        ]
