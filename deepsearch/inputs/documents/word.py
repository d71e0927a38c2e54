"""Word documents."""

from __future__ import annotations

from typing import Any

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.package import open_package
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["read_word"]


def read_word(source: Source, *, limits: InputLimits) -> LoadedFile:
    """Read a docx: paragraphs under their headings, tables, pictures in the text.

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        Texts named after the heading they stand under, tables, pictures.

    Raises:
        UnreadableFileError: If it is damaged, hostile, beyond the limits, or empty.
    """
    source.check_size(limits.document.max_bytes)
    found = Collector(source, "docx", limits)
    with open_package(source, budget=limits.document.max_unpacked_bytes) as package:
        package.check_inflated_size()
        try:
            document = _open(source)
            section = ""
            for block in document.iter_inner_content():
                if found.full or found.out_of_time:
                    found.note("was read in part only.")
                    break
                section = _block(found, block, section)
        except UnreadableFileError:
            raise
        # The reader meets unexpected contents with whatever error its code runs into.
        except Exception as error:
            raise UnreadableFileError(
                f"{source.name}: is a Word document but damaged ({error}). "
                "Open it in Word and save it again."
            ) from error
        for name in sorted(package.names):
            if name.startswith("word/media/"):
                found.picture(package.read(name), name.rpartition("/")[2])
    return found.finish(empty="holds neither text nor pictures.")


def _open(source: Source) -> Any:
    import docx

    with source.open() as stream:
        return docx.Document(stream)


def _block(found: Collector, block: Any, section: str) -> str:
    """Add a paragraph or table; return the heading that now holds."""
    if hasattr(block, "rows"):
        found.table(_cells(block), section)
        return section
    text = block.text.strip()
    if not text:
        return section
    level = _level(block)
    if level:
        section = text[:80]
        found.text("#" * level + " " + text, section)
    else:
        found.text(text, section)
    return section


def _level(paragraph: Any) -> int:
    """Heading level of a paragraph, 0 for none; style ids are English in every language."""
    style = paragraph.style
    key = (getattr(style, "style_id", "") or "").lower()
    if key == "title":
        return 1
    if key.startswith("heading") and key[7:8].isdigit():
        return int(key[7])
    return 0


def _cells(table: Any) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for row in table.rows:
        line: list[str | None] = []
        previous = None
        for cell in row.cells:
            # A cell merged over columns comes once for each of them.
            line.append(None if cell._tc is previous else cell.text)
            previous = cell._tc
        rows.append(line)
    return rows
