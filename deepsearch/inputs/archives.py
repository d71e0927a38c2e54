"""Archives and folders: each file in turn, within limits, never written to disk."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from deepsearch.errors import DeepSearchError, UnreadableFileError
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.reading import Reading
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source, human_size

__all__ = ["read_archive", "read_folder", "read_members"]

# What operating systems and editors leave in folders and archives.
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)", re.I)
_CHUNK = 1 << 20


def read_folder(folder: Path, reading: Reading) -> LoadedFile:
    """Read the files of a folder and its subfolders, in order of their names.

    Links are not followed. A file that cannot be read is named in the notes.

    Args:
        folder: The folder.
        reading: Bounds and reader; the bounds of archives hold for the folder as a whole.

    Returns:
        The parts and rows of all files.

    Raises:
        UnreadableFileError: If it holds no file that can be read, or too many.
    """

    def files() -> Iterator[Source]:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file() or _JUNK.search(name):
                continue
            yield Source.of(path, name=name)

    return read_members(files(), folder.name or str(folder), "folder", reading)


def read_archive(source: Source, reading: Reading) -> LoadedFile:
    """Read the files of a ZIP archive in memory, in order of their names.

    Args:
        source: The archive.
        reading: Bounds, reader, and how deep the archive lies in others.

    Returns:
        The parts and rows of all files.

    Raises:
        UnreadableFileError: If it is damaged, a bomb, nested too deep, or holds no file
            that can be read.
    """
    limits = reading.limits
    if reading.depth >= limits.archive.max_depth:
        raise UnreadableFileError(
            f"{source.name}: is an archive inside {reading.depth} others; at most "
            f"{limits.archive.max_depth} are opened. Unpack it first."
        )
    source.check_size(limits.archive.max_bytes)
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            members = _members(source, archive, limits)
            return read_members(members, source.name, "zip", reading.deeper())
    except (
        zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error, NotImplementedError,
        RuntimeError,
    ) as error:  # fmt: skip
        if isinstance(error, DeepSearchError):
            raise
        raise UnreadableFileError(
            f"{source.name}: is a ZIP archive but damaged or cut short ({error}). "
            "Fetch or pack it again."
        ) from error


def _members(source: Source, archive: zipfile.ZipFile, limits: InputLimits) -> Iterator[Source]:
    # A nameless member, as damage makes one, has no last letter for `is_dir` to look at.
    infos = [info for info in archive.infolist() if info.filename and not info.is_dir()]
    declared = sum(info.file_size for info in infos)
    if declared > limits.archive.max_unpacked_bytes:
        _refuse_size(source, declared, limits)
    left = limits.archive.max_unpacked_bytes
    for info in sorted(infos, key=lambda item: item.filename):
        name = info.filename.replace("\\", "/")
        # Nothing is written, so such a name harms nothing here; it is still no honest one.
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise UnreadableFileError(
                f"{source.name}: its member {info.filename!r} points outside the archive, as "
                "attacks do. It is not read; pack the files again."
            )
        if _JUNK.search(name):
            continue
        if info.flag_bits & 1:
            raise UnreadableFileError(
                f"{source.name}: its member {name!r} is protected by a password. Pack the files "
                "again without one."
            )
        data = _inflate(source, archive, info, left, limits)
        left -= len(data)
        if data:
            yield Source(f"{source.name}/{posixpath.normpath(name)}", len(data), None, data)


def _inflate(
    source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, limits: InputLimits
) -> bytes:
    parts: list[bytes] = []
    total = 0
    try:
        with archive.open(info) as member:
            while chunk := member.read(_CHUNK):
                total += len(chunk)
                if total > left:
                    _refuse_size(source, total, limits)
                parts.append(chunk)
    except NotImplementedError as error:
        raise UnreadableFileError(
            f"{source.name}: its member {info.filename!r} is packed by a method that is not read "
            f"({error}). Pack the files again as an ordinary ZIP."
        ) from error
    return b"".join(parts)


def _refuse_size(source: Source, size: int, limits: InputLimits) -> None:
    raise UnreadableFileError(
        f"{source.name}: unpacks to {human_size(size)} or more; at most "
        f"{human_size(limits.archive.max_unpacked_bytes)} are read. It may be a zip bomb; if you "
        "trust it, raise the limit."
    )


def read_members(files: Iterator[Source], name: str, kind: str, reading: Reading) -> LoadedFile:
    """Read several sources as one file.

    A bomb or a name that points outside spoils the whole; a member that merely cannot
    be read is left out and named in the notes.

    Args:
        files: The sources, in the order wanted.
        name: Name of the whole.
        kind: "folder", "zip" or "eml".
        reading: Bounds, reader, and how deep the members lie.

    Returns:
        Their parts, rows and notes together.

    Raises:
        UnreadableFileError: If there are too many, or none can be read.
    """
    loaded: list[LoadedFile] = []
    notes: list[str] = []
    for count, source in enumerate(files):
        if count >= reading.limits.archive.max_files:
            raise UnreadableFileError(
                f"{name}: holds more than {reading.limits.archive.max_files:,} files. "
                "Hand in fewer."
            )
        try:
            loaded.append(reading.load(source, reading))
        except UnreadableFileError as error:
            notes.append(f"Left out: {error}")
    if not loaded:
        raise UnreadableFileError(f"{name}: holds no file that can be read. " + " ".join(notes[:5]))
    return LoadedFile(
        name=name,
        family="archive",
        kind=kind,
        parts=tuple(part for file in loaded for part in file.parts),
        rows=tuple(row for file in loaded for row in file.rows),
        tables=tuple(table for file in loaded for table in file.tables),
        notes=(*(note for file in loaded for note in file.notes), *notes),
        facts={"files": float(len(loaded))},
    )
