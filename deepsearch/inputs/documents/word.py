"""Word documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.package import open_package
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.grid import Merge

__all__ = ["read_word"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _TABLE = f"{_W}p", f"{_W}tbl"
# What may stand around paragraphs and tables.
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
# What a change took away, stops of tabulators, and what is there for older programs.
_GONE = frozenset({
    f"{_W}del", f"{_W}moveFrom", f"{_W}tabs", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
})  # fmt: skip
_CHARACTERS = {
    f"{_W}t": "", f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"
}  # fmt: skip


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
            for block in _blocks(document.element.body):
                if found.full or found.out_of_time:
                    found.note("was read in part only.")
                    break
                section = _block(found, document, block, section)
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


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, those in content controls and the like among them."""
    for child in parent.iterchildren():
        if child.tag in (_P, _TABLE):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _block(found: Collector, document: Any, block: Any, section: str) -> str:
    """Add a paragraph or table; return the heading that now holds."""
    if block.tag == _TABLE:
        cells, merges = _cells(document, block)
        found.table(cells, section, merges=merges)
        return section
    text = _words(block).strip()
    if not text:
        return section
    level = _level(document, block)
    if level:
        section = text[:80]
        found.text("#" * level + " " + text, section)
    else:
        found.text(text, section)
    return section


def _words(element: Any) -> str:
    """The words of an element's paragraphs as they stand once all changes are accepted.

    Text boxes hang in the paragraph they are anchored in; their paragraphs come after it.
    """
    lines: dict[Any, list[str]] = {}
    for node in element.iter(*_CHARACTERS):
        paragraph = _paragraph_of(node, element)
        if paragraph is not None:
            lines.setdefault(paragraph, []).append(_CHARACTERS[node.tag] or node.text or "")
    return "\n".join("".join(pieces) for pieces in lines.values())


def _paragraph_of(node: Any, top: Any) -> Any:
    """The paragraph a piece of text belongs to; None where it was deleted, or is said twice."""
    paragraph = None
    for above in node.iterancestors():
        if above.tag in _GONE:
            return None
        if paragraph is None and above.tag == _P:
            paragraph = above
        if above is top:
            break
    return paragraph


def _level(document: Any, paragraph: Any) -> int:
    """Heading level of a paragraph, 0 for none; style ids are English in every language."""
    from docx.text.paragraph import Paragraph

    style = Paragraph(paragraph, document).style
    key = (getattr(style, "style_id", "") or "").lower()
    if key == "title":
        return 1
    if key.startswith("heading") and key[7:8].isdecimal():
        return int(key[7])
    return 0


def _cells(document: Any, element: Any) -> tuple[list[list[str | None]], list[Merge]]:
    """The rows of a table, and the ranges that are merged in it."""
    from docx.table import Table

    rows: list[list[str | None]] = []
    ranges: dict[Any, Merge] = {}
    for row in Table(element, document).rows:
        if row._tr.find(f"{_W}trPr/{_W}del") is not None:
            continue
        line: list[str | None] = []
        for column, cell in enumerate(row.cells):
            # A merged cell comes once for each place that it fills.
            known = ranges.get(cell._tc)
            top, left = known[:2] if known else (len(rows), column)
            right = max(known[3], column) if known else column
            ranges[cell._tc] = (top, left, len(rows), right)
            line.append(None if known else _words(cell._tc))
        rows.append(line)
    return rows, [spread for spread in ranges.values() if spread[:2] != spread[2:]]
