"""Tell what a file is by its contents; its name only decides among plain texts."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.kinds import KINDS, FileKind, expected
from deepsearch.inputs.records import Family
from deepsearch.inputs.source import FileLike, Source

__all__ = ["kind_of", "require_family", "sniff", "wrong_extension"]

_HEAD = 8192


# (offset, bytes, kind), most specific first.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"II+\x00", "tiff"),
    (0, b"MM\x00+", "tiff"),
    (0, b"\x00\x00\x00\x0cjP  ", "jpeg2000"),
    (0, b"\xff\x4f\xff\x51", "jpeg2000"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"FLV\x01", "flv"),
    (0, b"OggS", "ogg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpeg"),
    (0, b"{\\rtf", "rtf"),
    (0, b"\x7fELF", "elf"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x1f\x8b", "gzip"),
    (257, b"ustar", "tar"),
    (0, b"AC10", "dwg"),
    (0, b"8BPS", "psd"),
    (0, b"%!PS", "postscript"),
    (0, b"ID3", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"SQLite format 3\x00", "sqlite"),
    (0, b"AutoCAD Binary DXF\r\n\x1a\x00", "dxf"),
)

_FTYP = {
    b"avif": "avif", b"avis": "avif",
    b"heic": "heic", b"heix": "heic", b"hevc": "heic", b"mif1": "heic", b"msf1": "heic",
    b"heim": "heic", b"heis": "heic",
    b"M4A ": "audio", b"M4B ": "audio",
}  # fmt: skip
_RIFF = {b"WEBP": "webp", b"AVI ": "avi", b"WAVE": "audio"}
# ISO media atoms a QuickTime file may start with when it has no "ftyp".
_ATOMS = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})


def sniff(source: Source) -> FileKind:
    """Recognise a file by its contents.

    Args:
        source: The file.

    Returns:
        Its kind; "unknown" where nothing fits.

    Raises:
        UnreadableFileError: If it cannot be opened.
    """
    head = source.head(_HEAD)
    name = _by_magic(head)
    if name is None and head[:2] == b"PK":
        name = _in_zip(source)
    if name is None and head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        name = _in_ole(source)
    if name is None:
        name = _by_text(head, source)
    return KINDS[name]


def kind_of(file: FileLike) -> FileKind:
    """Recognise a file by its contents.

    Args:
        file: Path or contents.

    Returns:
        Its kind; "unknown" where nothing fits.

    Raises:
        UnreadableFileError: If it is not there, empty, or cannot be opened.
    """
    return sniff(Source.of(file))


def _by_magic(head: bytes) -> str | None:
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "mp4")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    return next((name for name, fits in _SHAPES if fits(head)), None)


# Formats whose mark is too short, or too far in, to stand alone.
_SHAPES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("mp4", lambda head: head[4:8] in _ATOMS),
    ("exe", lambda head: head[:2] == b"MZ"),
    ("bmp", lambda head: head[:2] == b"BM" and head[6:10] == bytes(4) and len(head) > 30),
    ("mpegts", lambda head: len(head) > 376 and head[:377:188] == b"GGG"),
    ("pdf", lambda head: b"%PDF-" in head[:1024]),
)


_BROKEN_ZIP = (
    zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error
)  # fmt: skip


_ZIPPED = ("xlsx", "xlsb", "ods", "docx", "pptx")


def _in_zip(source: Source) -> str:
    """Tell Office files from plain archives by the members' names."""
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                mimetype = archive.open("mimetype").read(80)
                if b"opendocument.spreadsheet" in mimetype:
                    return "ods"
                if b"opendocument" in mimetype:
                    return "odt"
    except _BROKEN_ZIP:
        # Its members cannot be listed: the ending says whose loader is to name the damage.
        extension = _extension(source.name)
        return next((name for name in _ZIPPED if extension in KINDS[name].extensions), "zip")
    for member, name in (
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "docx"),
        ("ppt/presentation.xml", "pptx"),
    ):
        if member in names:
            return name
    if "[Content_Types].xml" in names:
        for folder, name in (("xl/", "xlsx"), ("word/", "docx"), ("ppt/", "pptx")):
            if any(member.startswith(folder) for member in names):
                return name
    return "zip"


def _in_ole(source: Source) -> str:
    """Tell the old Office formats apart by the stream names in their directory."""
    data = source.head(4 * 1024 * 1024) + source.tail(1024 * 1024)
    for stream, name in (
        ("EncryptedPackage", "encrypted-office"),
        ("Workbook", "xls"),
        ("WordDocument", "doc"),
        ("PowerPoint Document", "ppt"),
        ("__substg1.0_", "msg"),
        ("Book", "xls"),
    ):
        if stream.encode("utf-16-le") in data:
            return name
    return "unknown"


_MAIL = re.compile(r"\A(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}", re.ASCII)
_MAIL_FIELDS = re.compile(
    r"^(?:from|to|subject|date|mime-version|received|message-id):", re.I | re.M
)
_OBJ = re.compile(r"^(?:v|vn|vt|f|o|g|mtllib|usemtl)\s", re.M)


def _by_text(head: bytes, source: Source) -> str:
    if not head.strip(b"\x00"):
        return "zeros"
    text = _decode(head)
    if text is None:
        # A binary STL has no magic: 80 free bytes, a count, 50 bytes a triangle.
        triangles = int.from_bytes(head[80:84], "little") if len(head) >= 84 else 0
        return "stl" if triangles and source.size == 84 + 50 * triangles else "unknown"
    start = text.lstrip("\ufeff \t\r\n")
    for name, fits in _TEXT_SHAPES:
        if fits.search(start[:2048]):
            return name
    extension = _extension(source.name)
    if extension not in _TEXT_ENDINGS and _MAIL.match(start) and _MAIL_FIELDS.search(start):
        return "eml"
    return _plain_text(extension, start)


_TEXT_SHAPES = tuple(
    (name, re.compile(pattern, re.I | re.S))
    for name, pattern in (
        ("step", r"\AISO-10303-21"),
        ("stl", r"\Asolid\b.*\bfacet\b"),
        ("dxf", r"\A(?:999\s*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\b"),
        ("svg", r"\A<(?:\?xml|svg|!--|!doctype).*<svg[\s>]|\A<svg[\s>]"),
        ("html", r"\A<(?:.*<)?(?:!doctype html|html|head|body)[\s>]"),
        ("xml", r"\A<\?xml"),
    )
)
_TEXT_ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".psv": "csv",
    ".md": "md", ".markdown": "md", ".txt": "txt", ".text": "txt", ".log": "txt",
    ".htm": "html", ".html": "html", ".json": "json", ".jsonl": "json",
}  # fmt: skip


def _plain_text(extension: str, start: str) -> str:
    # What Excel saves as "Unicode text" is a table, too.
    if extension == ".txt" and _delimited(start, "\t"):
        return "csv"
    if extension in _TEXT_ENDINGS:
        return _TEXT_ENDINGS[extension]
    if extension == ".eml" and _MAIL_FIELDS.search(start[:2048]):
        return "eml"
    if extension == ".obj" and _OBJ.search(start):
        return "obj"
    if re.match(r".{72}S\s{0,6}\d+\s*$", start[:81], re.M):
        return "iges"
    return "csv" if any(_delimited(start, delimiter) for delimiter in "\t;,") else "txt"


def _delimited(start: str, delimiter: str) -> bool:
    """Whether the first lines have equally many cells."""
    lines = [line for line in start.splitlines()[:8] if line.strip()]
    counts = {line.count(delimiter) for line in lines[:-1]}
    return len(lines) > 2 and len(counts) == 1 and counts.pop() >= 1


def _decode(head: bytes) -> str | None:
    """Decode a text's start in some way, or None for what is no text."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) & ~1].decode("utf-16", errors="replace")
    nulls = head.count(0)
    if nulls:
        # UTF-16 without a mark: every other byte of Latin text is zero.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 0.3 * len(head) / 2 and min(even, odd) < 0.05 * len(head) / 2:
            codec = "utf-16-le" if odd > even else "utf-16-be"
            return head[: len(head) & ~1].decode(codec, errors="replace")
        return None
    control = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13, 27))
    if control > 0.02 * len(head):
        return None
    return head.decode("utf-8", errors="replace")


def _extension(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def wrong_extension(source: Source, kind: FileKind) -> str | None:
    """Say so where a file's ending belongs to another kind.

    Args:
        source: The file.
        kind: What its contents are.

    Returns:
        A sentence for the notes, or None where the ending fits or says nothing.
    """
    extension = _extension(source.name)
    if not extension or not kind.extensions or extension in kind.extensions:
        return None
    named = next((other for other in KINDS.values() if extension in other.extensions), None)
    if named is None or named is kind or {named.name, kind.name} <= {"txt", "md", "csv"}:
        return None
    return f"{source.name}: ends in {extension}, but its contents are {kind.label}; read as that."


_CHECK = "Check that it is the right file."


def require_family(source: Source, family: Family, *, what: str) -> FileKind:
    """Recognise a file and refuse it unless it is of the family.

    Args:
        source: The file.
        family: The family expected.
        what: The family in words, e.g. "a picture".

    Returns:
        Its kind.

    Raises:
        UnreadableFileError: If it is of another kind; the message says which.
    """
    kind = sniff(source)
    if kind.family != family:
        raise UnreadableFileError(
            f"{source.name}: expected {what} ({expected(family)}), but the file is {kind.label}. "
            + (kind.advice or (f"Hand it in as a {kind.family}." if kind.family else _CHECK))
        )
    return kind
