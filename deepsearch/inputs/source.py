"""A file to read, wherever its bytes are: on disk, in memory, in an archive."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from deepsearch.errors import UnreadableFileError

__all__ = ["FileLike", "Source", "human_size"]

FileLike = str | os.PathLike[str] | bytes
"""What a loader takes: a path, or the file's contents."""

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def human_size(size: float) -> str:
    """Write a number of bytes as a person would, e.g. "1.5 MB"."""
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} {_UNITS[-1]}"


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes with a name to call them by in messages.

    Attributes:
        name: File name without its folder, e.g. "rfq.xlsx".
        size: Length in bytes, > 0.
        path: Where it lies on disk, or None.
        data: Its contents where they are already in memory, or None.
    """

    name: str
    size: int
    path: Path | None = None
    data: bytes | None = None

    @classmethod
    def of(cls, file: FileLike | Source, *, name: str | None = None) -> Source:
        """Make a source of a path or of bytes.

        Args:
            file: Path, contents, or a source (returned as it is).
            name: What to call contents without a path.

        Returns:
            The source. Nothing but the file's size has been read.

        Raises:
            UnreadableFileError: If it does not exist, is no regular file (a folder, a
                pipe, a device), may not be read, or is empty.
        """
        if isinstance(file, Source):
            return file
        if isinstance(file, (bytes, bytearray, memoryview)):
            data = bytes(file)
            label = name or "the given bytes"
            if not data:
                raise UnreadableFileError(
                    f"{label}: there are 0 bytes; expected a file's contents."
                )
            return cls(label, len(data), None, data)
        path = Path(file)
        label = name or path.name or str(path)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UnreadableFileError(
                f"{path}: cannot be opened ({reason}). Check the path and its permissions."
            ) from error
        # A pipe or a device would block, or never end.
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise UnreadableFileError(f"{path}: is {kind}; expected a file.")
        if status.st_size == 0:
            raise UnreadableFileError(
                f"{label}: the file is empty (0 bytes). Export or download it again."
            )
        return cls(label, status.st_size, path, None)

    def check_size(self, limit: int) -> None:
        """Refuse a source larger than `limit` bytes.

        Args:
            limit: Bytes allowed.

        Raises:
            UnreadableFileError: If it is larger.
        """
        if self.size > limit:
            raise UnreadableFileError(
                f"{self.name}: has {human_size(self.size)}; at most {human_size(limit)} are read. "
                "Split the file, or raise the limit if you trust it."
            )

    def open(self) -> BinaryIO:
        """Open it for reading from the start.

        Returns:
            A seekable binary stream; the caller closes it.

        Raises:
            UnreadableFileError: If the operating system refuses.
        """
        if self.data is not None:
            return BytesIO(self.data)
        assert self.path is not None  # noqa: S101 - the constructor sets one of the two
        try:
            return self.path.open("rb")
        except OSError as error:
            raise UnreadableFileError(
                f"{self.path}: cannot be opened ({error.strerror}). Check its permissions."
            ) from error

    def head(self, count: int) -> bytes:
        """Return the first bytes, fewer if it is shorter."""
        if self.data is not None:
            return self.data[:count]
        with self.open() as stream:
            return stream.read(count)

    def tail(self, count: int) -> bytes:
        """Return the last bytes, fewer if it is shorter."""
        with self.open() as stream:
            stream.seek(max(0, self.size - count))
            return stream.read(count)

    def read(self, limit: int) -> bytes:
        """Return all bytes.

        Args:
            limit: Bytes allowed; checked against the size and against what is read,
                because a file may grow in between.

        Returns:
            The contents.

        Raises:
            UnreadableFileError: If it is larger than `limit`, or cannot be read.
        """
        self.check_size(limit)
        if self.data is not None:
            return self.data
        with self.open() as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise UnreadableFileError(
                f"{self.name}: grew beyond {human_size(limit)} while it was read. Try again."
            )
        return data
