"""What a source file is, by what it holds and whatever it is called."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from deepsearch.errors import UnreadableFileError

__all__ = ["file_kind", "guess_encoding"]

_SAMPLE = 1 << 20

_MAGIC = {b"PAR1": "parquet", b"PK\x03\x04": "workbook", b"\xd0\xcf\x11\xe0": "workbook"}
_FOREIGN = {
    b"MZ": "a Windows program",
    b"\x7fELF": "a program",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive (unpack it first)",
    b"Rar!": "an archive",
}


def file_kind(path: Path) -> str:
    """Tell what a file is by its first bytes, whatever it is called.

    Args:
        path: An existing, non-empty file.

    Returns:
        "workbook", "parquet", "json" or "csv".

    Raises:
        UnreadableFileError: If it is something else.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UnreadableFileError(f"Cannot read {path}: {error}.") from error
    known = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if known is not None:
        return known
    for magic, what in _FOREIGN.items():
        # two letters may also begin a table's first header
        if head.startswith(magic) and (len(magic) > 2 or b"\0" in head):
            raise UnreadableFileError(
                f"{path} is {what}, whatever its name says; .jsonl, .csv, .tsv, .xlsx, .xls, "
                f".ods or .parquet is expected."
            )
    return _text_kind(path, head)


def _text_kind(path: Path, head: bytes) -> str:
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or _utf16_without_mark(head)
    if b"\0" in head and not utf16:
        raise UnreadableFileError(f"{path} is no text file (it holds zero bytes), and no workbook.")
    suffix = path.suffix.lower()
    # exports named .xls are often CSV, or HTML, inside
    if suffix in (".xlsx", ".xls", ".xlsb", ".ods") and head.lstrip()[:1] == b"<":
        raise UnreadableFileError(
            f"{path} holds HTML or XML, not a workbook. Open it and save it as .xlsx or .csv."
        )
    return "json" if not utf16 and suffix in (".jsonl", ".ndjson", ".json") else "csv"


def _utf16_without_mark(head: bytes) -> bool:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return len(head) >= 4 and max(even, odd) > 0.4 * len(head) / 2 > 10 * min(even, odd)


def _telling_block(path: Path) -> tuple[bytes, int]:
    """Read the first block of a file that is not all ASCII; it may start within a character."""
    with path.open("rb") as file:
        start = 0
        block = file.read(_SAMPLE)
        while block and block.isascii():
            start += len(block)
            block = file.read(_SAMPLE)
    return block, start


def _is_utf8(block: bytes, start: int) -> bool:
    for skip in range(4 if start else 1):
        try:
            # not final: the block may also end within a character
            codecs.getincrementaldecoder("utf-8")().decode(block[skip:])
        except UnicodeDecodeError:
            continue
        return True
    return False


def guess_encoding(path: Path) -> str:
    """Guess how a text file is encoded.

    Args:
        path: The file.

    Returns:
        "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030" or "cp1252".
    """
    with path.open("rb") as file:
        first = file.read(4096)
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if _utf16_without_mark(first):
        return "utf-16-be" if first[:1] == b"\0" else "utf-16-le"
    head, start = _telling_block(path)
    if _is_utf8(head, start):
        return "utf-8-sig"
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", head)]
    chinese = head.decode("gb18030", "replace")
    wide = [c for c in chinese if ord(c) > 0x7F]
    common = sum(
        "\u4e00" <= c <= "\u9fa5" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef"
        for c in wide
    )
    # in GBK bytes above 127 come in pairs; in Western text they stand alone among letters
    if wide and common > 0.8 * len(wide) and sum(n % 2 == 0 for n in runs) > 0.6 * len(runs):
        return "gb18030"
    return "cp1252"
