"""The pictures a source's rows name: found below one folder, and hashed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from deepsearch.catalogue.batches import Chunk

__all__ = ["PictureHasher"]


class PictureHasher:
    """Fills in the content hash of pictures that lie on this machine."""

    def __init__(self, root: Path) -> None:
        """Start on a source.

        Args:
            root: Folder its picture paths lie below.
        """
        self._root = root.resolve()
        self._known: dict[str, str | None] = {}
        self._missing: list[str] = []
        self._outside: list[str] = []

    def complete(self, chunk: Chunk) -> None:
        """Hash the pictures of a chunk; drop paths that lead out of the folder.

        Args:
            chunk: Its "media" column is changed.
        """
        media = chunk.columns.get("media")
        if media is None:
            return
        done: list[list[dict[str, Any]] | None] = []
        for row in media:
            kept = [item for item in row or () if self._fill(item)]
            done.append(kept or None)
        chunk.columns["media"] = done

    def _fill(self, item: dict[str, Any]) -> bool:
        item["kind"] = item.get("kind") or "picture"
        uri = item["uri"]
        if not uri:
            return False
        if "://" in uri or item.get("content_hash"):
            return True
        if uri not in self._known:
            # resolve() follows links: a link that leads out of the folder counts as outside
            file = (self._root / uri).resolve()
            if not file.is_relative_to(self._root):
                self._outside.append(uri)
                return False
            try:
                with file.open("rb") as data:
                    self._known[uri] = hashlib.file_digest(data, "sha256").hexdigest()
            except OSError:
                self._missing.append(uri)
                self._known[uri] = None
        item["content_hash"] = self._known[uri]
        return True

    def notes(self) -> list[str]:
        """Say which pictures could not be used.

        Returns:
            One sentence a kind of trouble.
        """
        notes = []
        if self._missing:
            notes.append(
                f"{len(self._missing):,} pictures are not below {self._root}, e.g. "
                f"{self._missing[0]!r}; name their folder with --images."
            )
        if self._outside:
            notes.append(
                f"{len(self._outside):,} picture paths lead out of {self._root} and were left "
                f"out, e.g. {self._outside[0]!r}."
            )
        return notes
