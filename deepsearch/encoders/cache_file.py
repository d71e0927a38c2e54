"""The file of a vector cache: SQLite with a write-ahead log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["CacheFile"]

BUSY_SECONDS = 30.0
FILLED_TO = 0.9  # of the bound, after the oldest were dropped
LOG_BYTES = 1 << 20

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, id INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON entries (used, id);
"""


class CacheFile:
    """Keys to blobs, held to a size; one connection, to be used by one thread at a time.

    Each opening begins a session, and what a session touches is younger than all that only
    earlier ones did: so an entry is noted as used once a session, not at each look.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Args:
            path: The file.

        Raises:
            sqlite3.DatabaseError: If it is no such file; sqlite3.OperationalError, which is
                one, if it is at hand but cannot be used now.
        """
        self._connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in (
                "auto_vacuum = INCREMENTAL",
                "journal_mode = WAL",
                "synchronous = NORMAL",
                f"journal_size_limit = {LOG_BYTES}",
            ):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()
            self._connection.executescript(_SCHEMA)
            self._session = 1 + self._number("SELECT coalesce(max(used), 0) FROM entries")
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        """Entries held."""
        return self._number("SELECT count(*) FROM entries")

    @property
    def used_bytes(self) -> int:
        """Size of what is in use of the file."""
        pages = self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")
        return pages * self._number("PRAGMA page_size")

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Look keys up and note that they were used.

        Args:
            keys: The keys.

        Returns:
            Key → blob, of those held.

        Raises:
            sqlite3.DatabaseError: If the file cannot be read.
        """
        found: dict[bytes, bytes] = {}
        older: list[bytes] = []
        question = "SELECT used, vector FROM entries JOIN vectors USING (id) WHERE key = ?"
        for key in keys:
            row = self._connection.execute(question, (key,)).fetchone()
            if row is not None:
                found[key] = row[1]
                if row[0] < self._session:
                    older.append(key)
        if older:
            with self._changing():
                self._connection.executemany(
                    "UPDATE entries SET used = ? WHERE key = ?",
                    [(self._session, key) for key in older],
                )
        return found

    def write(self, rows: Iterable[tuple[bytes, bytes]], *, max_bytes: int) -> None:
        """Keep blobs, all of them or none, then drop the oldest above the bound.

        Args:
            rows: Key and blob; one of a key held replaces its blob.
            max_bytes: Size the file is held to.

        Raises:
            sqlite3.DatabaseError: If the file cannot be written.
        """
        ask = self._connection.execute
        with self._changing():
            for key, blob in rows:
                held = ask("SELECT id FROM entries WHERE key = ?", (key,)).fetchone()
                if held is not None:
                    ask("UPDATE vectors SET vector = ? WHERE id = ?", (blob, held[0]))
                else:
                    place = ask("INSERT INTO vectors (vector) VALUES (?)", (blob,)).lastrowid
                    ask("INSERT INTO entries VALUES (?, ?, ?)", (key, place, self._session))
        if self.used_bytes > max_bytes:
            self._shrink(max_bytes)

    def _shrink(self, max_bytes: int) -> None:
        with self._changing():
            count, size = len(self), self.used_bytes
            number = min(count, 1 + int(count * (1 - FILLED_TO * max_bytes / size)))
            oldest = self._connection.execute(
                "SELECT key, id FROM entries ORDER BY used, id LIMIT ?", (number,)
            ).fetchall()
            self._connection.executemany(
                "DELETE FROM vectors WHERE id = ?", [(place,) for _, place in oldest]
            )
            self._connection.executemany(
                "DELETE FROM entries WHERE key = ?", [(key,) for key, _ in oldest]
            )
        # Gives the file's end back, a page a step: `execute` would stop after the first.
        self._connection.executescript("PRAGMA incremental_vacuum")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One transaction, begun as a writer, so that two never wait for each other."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _number(self, question: str) -> int:
        return int(self._connection.execute(question).fetchone()[0])
