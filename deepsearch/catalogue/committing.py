"""The folder of a catalogue: created, opened, and moved on a version at a time."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from deepsearch.catalogue.columns import LISTING_SCHEMA
from deepsearch.catalogue.failures import writing
from deepsearch.catalogue.manifest import (
    Manifest,
    list_versions,
    read_head,
    read_manifest,
    write_lock,
    write_manifest,
)
from deepsearch.catalogue.tables import create_table, open_table
from deepsearch.catalogue.view import CatalogueView
from deepsearch.errors import CatalogueError, ConflictError

__all__ = ["CommittedFolder", "now"]

_LOGGER = logging.getLogger(__name__)


class CommittedFolder(CatalogueView):
    """A catalogue of which each change is one commit: all of it is there, or none."""

    @classmethod
    def create(cls, path: str | Path) -> Self:
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
        if path.exists() and not path.is_dir():
            raise CatalogueError(f"{path} is a file; name a folder for the catalogue.")
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
                    created=now(),
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
    def open(cls, path: str | Path, version: int | None = None, *, verify: bool = True) -> Self:
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
    def open_or_create(cls, path: str | Path) -> Self:
        """Open the catalogue at `path`, or create it where there is none.

        Args:
            path: Its folder.

        Returns:
            The catalogue at its newest version.
        """
        return cls.open(path) if list_versions(Path(path)) else cls.create(path)

    @contextmanager
    def turn(self, *, wait_s: float = 30.0) -> Iterator[None]:
        """Be the only writer for a while, starting from the newest version.

        Two processes that write often would else hinder each other for ever: between a
        `refresh` and the commit after it the other one commits.

        Args:
            wait_s: Seconds to wait for another process's write, >= 0.

        Yields:
            Nothing; nobody else commits inside the block, which is for writes through this
            object alone, and short.

        Raises:
            ConflictError: If another process writes for longer.
        """
        with self._writing, write_lock(self.path, wait_s=wait_s):
            self._in_turn = True
            try:
                self.refresh()
                yield
            finally:
                self._in_turn = False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self._in_turn:
            yield
            return
        with write_lock(self.path):
            yield

    def _commit(
        self,
        operation: str,
        change: Callable[[Manifest], tuple[Manifest, Mapping[str, Any]]],
    ) -> None:
        """Run one change of the tables and make it the current version, or neither."""
        with self._locked():
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
                created=now(),
                operation=operation,
                summary=summary,
            )
            write_manifest(self.path, manifest)
        _LOGGER.debug("%s: version %d by %s: %s", self.path, manifest.version, operation, summary)
        self._move_to(manifest)


def now() -> str:
    """Give the present time as it is kept.

    Returns:
        ISO 8601, UTC, to the second.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")
