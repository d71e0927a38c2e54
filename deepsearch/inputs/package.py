"""Checks on zipped XML packages (xlsx, ods, docx, pptx) before a library opens them.

The libraries that read these trust them: they inflate whatever a member inflates to,
and allocate the rectangle that the outermost cells span. Both are bounded here.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.source import Source, human_size

__all__ = ["Package", "open_package"]

_MAX_MEMBERS = 20_000
# Deflate cannot exceed this ratio, so a small file needs no trial inflation.
_DEFLATE_RATIO = 1032
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error, NotImplementedError,
           RuntimeError, MemoryError)  # fmt: skip
# A DTD is what entity expansion and external entities need; Office files have none.
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.I)


class Package:
    """An opened zip whose members are read within a budget of bytes."""

    def __init__(self, source: Source, archive: zipfile.ZipFile, budget: int) -> None:
        """Wrap an opened archive.

        Args:
            source: The file, for messages.
            archive: The opened zip.
            budget: Bytes all members may have together once inflated.
        """
        self._source = source
        self._archive = archive
        self._budget = budget
        self._counted: set[str] = set()
        self._infos = {info.filename.lstrip("/"): info for info in archive.infolist()}

    @property
    def source_name(self) -> str:
        """File name, for messages."""
        return self._source.name

    @property
    def names(self) -> frozenset[str]:
        """Member names."""
        return frozenset(self._infos)

    def check_declared_size(self) -> None:
        """Refuse a zip bomb by the sizes in its directory.

        Raises:
            UnreadableFileError: If the members together exceed the budget.
        """
        declared = sum(info.file_size for info in self._infos.values())
        if declared > self._budget:
            self._refuse(declared)

    def check_inflated_size(self) -> None:
        """Refuse a zip bomb that lies about its sizes.

        Members that were not read whole yet are inflated in chunks and counted, if the
        package is large enough to exceed the budget at all.

        Raises:
            UnreadableFileError: If the members together exceed the budget.
        """
        packed = sum(info.compress_size for info in self._infos.values())
        if packed * _DEFLATE_RATIO <= self._budget:
            return
        total = 0
        for name in self._infos.keys() - self._counted:
            for chunk in self.chunks(name):
                total += len(chunk)
                if total > self._budget:
                    self._refuse(total)

    def _refuse(self, size: int, limit: int | None = None) -> None:
        limit = self._budget if limit is None else limit
        raise UnreadableFileError(
            f"{self._source.name}: unpacks to {human_size(size)} or more; at most "
            f"{human_size(limit)} are read. It may be a zip bomb; if you trust it, raise "
            "the limit."
        )

    def chunks(self, name: str) -> Iterator[bytes]:
        """Inflate a member piece by piece.

        Args:
            name: Member name.

        Yields:
            Up to 1 MB each.

        Raises:
            UnreadableFileError: If it is encrypted or damaged.
        """
        info = self._infos[name]
        if info.flag_bits & 1:
            raise UnreadableFileError(
                f"{self._source.name}: its part {name} is encrypted. Remove the password and "
                "save it again."
            )
        try:
            with self._archive.open(info) as member:
                while chunk := member.read(_CHUNK):
                    yield chunk
        except _BROKEN as error:
            raise UnreadableFileError(
                f"{self._source.name}: its part {name} is damaged ({error}). "
                "Fetch or export it again."
            ) from error

    def read(self, name: str, *, limit: int | None = None) -> bytes:
        """Inflate a member whole.

        Args:
            name: Member name.
            limit: Bytes allowed; None: the package's budget.

        Returns:
            Its contents.

        Raises:
            UnreadableFileError: If it is damaged or exceeds the limit.
        """
        limit = self._budget if limit is None else min(limit, self._budget)
        parts: list[bytes] = []
        total = 0
        for chunk in self.chunks(name):
            total += len(chunk)
            if total > limit:
                self._refuse(total, limit)
            parts.append(chunk)
        self._counted.add(name)
        return b"".join(parts)

    def read_xml(self, name: str) -> bytes:
        """Inflate an XML member and refuse one that declares a document type.

        Args:
            name: Member name.

        Returns:
            Its contents, UTF-8.

        Raises:
            UnreadableFileError: If it is damaged, too large, in another encoding, or
                declares entities.
        """
        data = self.read(name)
        self.check_xml(name, data[:4096])
        return data

    def check_xml(self, name: str, start: bytes) -> None:
        """Refuse XML that declares a document type, or hides it in UTF-16.

        Args:
            name: Member name, for the message.
            start: The member's first bytes.

        Raises:
            UnreadableFileError: If it does.
        """
        if _DOCTYPE.search(start) or start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start:
            raise UnreadableFileError(
                f"{self._source.name}: its part {name} declares XML entities or an unusual "
                "encoding, as attacks do and Office never does. It is not read; export it again "
                "from the program that made it."
            )


@contextmanager
def open_package(source: Source, *, budget: int) -> Iterator[Package]:
    """Open a zipped package and check its size and its XML.

    Args:
        source: The file.
        budget: Bytes all members may have together once inflated.

    Yields:
        The package.

    Raises:
        UnreadableFileError: If it is no zip, damaged, encrypted, has too many
            members, is a bomb, or declares XML entities.
    """
    try:
        stream = source.open()
        archive = zipfile.ZipFile(stream)
    except _BROKEN as error:
        raise UnreadableFileError(
            f"{source.name}: is packed like an Office file but damaged or cut short ({error}). "
            "Fetch or export it again."
        ) from error
    with stream, archive:
        if len(archive.infolist()) > _MAX_MEMBERS:
            raise UnreadableFileError(
                f"{source.name}: has {len(archive.infolist()):,} parts; at most {_MAX_MEMBERS:,} "
                "are read."
            )
        package = Package(source, archive, budget)
        package.check_declared_size()
        for name in sorted(package.names):
            if name.endswith((".xml", ".rels")):
                start = next(package.chunks(name), b"")
                package.check_xml(name, start[:4096])
        yield package
