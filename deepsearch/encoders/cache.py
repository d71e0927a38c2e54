"""Vectors kept under the hash of what they encode, for all catalogues of one user.

One SQLite file with a write-ahead log: two processes may use it at once, and a killed one
leaves it whole. It is never needed: whatever is wrong with it, encoding goes on without.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import sys
import threading
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from deepsearch.encoders.cache_file import CacheFile
from deepsearch.errors import InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality

__all__ = ["CacheStats", "VectorCache", "default_cache"]

_LOGGER = logging.getLogger(__name__)

FOLDER_VARIABLE = "DEEPSEARCH_CACHE"
SIZE_VARIABLE = "DEEPSEARCH_CACHE_MB"
DEFAULT_BYTES = 1 << 30
FILE = "vectors-1.sqlite"  # the number is the layout's: another one is another file
SMALLEST = 1 << 20
_CHECK = 4  # bytes of checksum before a vector: SQLite has none of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats:
    """What a cache holds.

    Attributes:
        vectors: How many.
        bytes: Size of what is in use of its file.
        path: The file.
    """

    vectors: int
    bytes: int
    path: Path


class VectorCache(AbstractContextManager["VectorCache"]):
    """A bounded store of vectors; those not used for longest go first."""

    def __init__(self, folder: Path | str, *, max_bytes: int = DEFAULT_BYTES) -> None:
        """Open or make the cache; a damaged one is made anew.

        Args:
            folder: Where its file lies, on a local disk; made if absent.
            max_bytes: Size the file is held to, >= 1 MiB.

        Raises:
            InvalidInputError: If max_bytes is below 1 MiB.
        """
        if max_bytes < SMALLEST:
            raise InvalidInputError(f"max_bytes is {max_bytes}; give at least {SMALLEST} (1 MiB).")
        self._path = Path(folder) / FILE
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._file: CacheFile | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = self._open()
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; a closed cache holds nothing and keeps nothing."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def get(
        self, space: EmbeddingSpace, modality: Modality, hashes: Sequence[str]
    ) -> dict[str, FloatArray]:
        """Look contents up.

        Args:
            space: The space wanted; vectors of another revision are never returned.
            modality: What the contents are.
            hashes: Their hashes.

        Returns:
            Hash → (dim,) float32, of those that are held.
        """
        by_key = {_key(space, modality, content): content for content in hashes}
        with self._lock:
            if self._file is None:
                return {}
            try:
                blobs = self._file.read(by_key)
            except sqlite3.Error as error:
                self._give_up(error)
                return {}
        vectors = {by_key[key]: _unpacked(blob, space.dim) for key, blob in blobs.items()}
        return {content: vector for content, vector in vectors.items() if vector is not None}

    def put(
        self, space: EmbeddingSpace, modality: Modality, hashes: Sequence[str], vectors: FloatArray
    ) -> None:
        """Keep vectors; what does not fit pushes out what was not used for longest.

        Args:
            space: The space they belong to.
            modality: What they were made from.
            hashes: Content hashes, one a vector.
            vectors: (len(hashes), space.dim) float32.

        Raises:
            InvalidInputError: If the shape is another.
        """
        if vectors.shape != (len(hashes), space.dim):
            raise InvalidInputError(
                f"Vectors of shape {vectors.shape} were given for {len(hashes)} hashes; expected "
                f"({len(hashes)}, {space.dim})."
            )
        rows = [
            (_key(space, modality, content), _packed(vector))
            for content, vector in zip(hashes, vectors, strict=True)
        ]
        with self._lock:
            if self._file is None:
                return
            try:
                self._file.write(rows, max_bytes=self._max_bytes)
            except sqlite3.Error as error:
                self._give_up(error)

    def stats(self) -> CacheStats:
        """Count what is held.

        Returns:
            Counts; zeros where the cache cannot be read.
        """
        with self._lock:
            count = size = 0
            if self._file is not None:
                try:
                    count, size = len(self._file), self._file.used_bytes
                except sqlite3.Error as error:
                    self._give_up(error)
        return CacheStats(vectors=count, bytes=size, path=self._path)

    # ------------------------------------------------------------ inside, under the lock

    def _open(self) -> CacheFile:
        try:
            return CacheFile(self._path)
        except sqlite3.OperationalError:
            raise  # busy, full or not writable: nothing that a new file would mend
        except sqlite3.DatabaseError as error:
            _LOGGER.warning("The vector cache %s is damaged and made anew: %s", self._path, error)
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            return CacheFile(self._path)

    def _give_up(self, error: Exception) -> None:
        _LOGGER.warning(
            "The vector cache %s cannot be used, encoding goes on without it: %s",
            self._path,
            error,
        )
        if self._file is not None:
            self._file.close()
            self._file = None


def default_cache() -> VectorCache | None:
    """Open the user's cache, as the environment says.

    DEEPSEARCH_CACHE is its folder, or "off" for none; by default it lies where the system
    keeps caches. DEEPSEARCH_CACHE_MB bounds it, 1024 where nothing is said.

    Returns:
        The cache; None if it is off.

    Raises:
        InvalidInputError: If DEEPSEARCH_CACHE_MB is no whole number >= 1.
    """
    said = os.environ.get(FOLDER_VARIABLE, "").strip()
    if said.lower() in ("off", "0", "no", "none"):
        return None
    size = os.environ.get(SIZE_VARIABLE, "").strip()
    if size and not (size.isascii() and size.isdigit() and int(size) >= 1):
        raise InvalidInputError(
            f"{SIZE_VARIABLE} is {size!r}; give whole megabytes >= 1, or {FOLDER_VARIABLE}=off."
        )
    try:
        folder = Path(said).expanduser() if said else _system_folder() / "deepsearch"
    except RuntimeError as error:  # a user without a home
        _LOGGER.warning("There is no vector cache: %s; set %s.", error, FOLDER_VARIABLE)
        return None
    return VectorCache(folder, max_bytes=int(size) << 20 if size else DEFAULT_BYTES)


def _system_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _key(space: EmbeddingSpace, modality: Modality, content: str) -> bytes:
    """Name a content in a space: 128 bits of a hash over all that decides its vector."""
    parts = (space.name, space.revision, str(space.dim), space.metric, str(modality), content)
    return hashlib.sha256("\0".join(parts).encode()).digest()[:16]


def _packed(vector: FloatArray) -> bytes:
    raw = np.ascontiguousarray(vector, dtype="<f4").tobytes()
    return zlib.crc32(raw).to_bytes(_CHECK, "little") + raw


def _unpacked(blob: object, dim: int) -> FloatArray | None:
    """Read a vector; None if it is not whole."""
    if not isinstance(blob, bytes) or len(blob) != _CHECK + 4 * dim:
        return None
    raw = blob[_CHECK:]
    if zlib.crc32(raw).to_bytes(_CHECK, "little") != blob[:_CHECK]:
        return None
    return np.frombuffer(raw, dtype="<f4").astype(np.float32)
