"""HTML pages, read as they lie: nothing they link to is fetched."""

from __future__ import annotations

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import NamedTuple

from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.encodings import decode_text
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.grid import Merge

__all__ = ["read_markup", "read_web"]

_SILENT = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "head", "nav", "footer", "aside"}
)
_MAIN = re.compile(r"<main[\s>].*</main\s*>", re.I | re.S)
_TAG = re.compile(r"<[^>]{0,2000}>")
_ENOUGH_CHARS = 80
_WIDEST = 100  # columns or rows that one cell may fill
_MAX_WIDENED = 100_000  # cells that the wide ones of a table may add to it
_BLOCKS = frozenset(
    {"p", "div", "li", "br", "tr", "section", "article", "header", "footer", "ul", "ol", "dl", "dt",
     "dd", "blockquote", "pre", "figure", "figcaption", "main", "form", "hr", "td", "th", "table"}
)  # fmt: skip
_HEADING = re.compile(r"^h([1-6])$")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,20})""", re.I)


def read_web(source: Source, *, limits: InputLimits) -> LoadedFile:
    """Read an HTML page: text under headings, tables, pictures embedded in it.

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        Texts named after the heading they stand under, tables, pictures.

    Raises:
        UnreadableFileError: If it is no text, or holds none.
    """
    data = source.read(limits.document.max_bytes)
    found = Collector(source, "html", limits)
    read_markup(found, _decode(source, data))
    return found.finish(empty="holds neither text nor embedded pictures.")


def _decode(source: Source, data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared:
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(source, data)[0]


def read_markup(found: Collector, markup: str) -> None:
    """Read HTML into a collector.

    Args:
        found: What takes the texts, tables and pictures.
        markup: The page.
    """
    reader = _Reader(found)
    reader.feed(_main(markup))
    reader.close()
    reader.end()


def _main(markup: str) -> str:
    """What a page marks as its own contents, without what every page of its site shows."""
    main = _MAIN.search(markup)
    if main is None or len(_TAG.sub("", main.group()).strip()) < _ENOUGH_CHARS:
        return markup
    return main.group()


class _Cell(NamedTuple):
    """A cell, and how many rows and columns it fills."""

    text: str
    height: int
    width: int


def _span(said: str | None) -> int:
    """How many rows or columns a cell fills, within reason."""
    number = int(said) if said and said.isascii() and said.isdigit() and len(said) < 9 else 1
    return min(max(number, 1), _WIDEST)


def _laid_out(table: list[list[_Cell]]) -> tuple[list[list[str | None]], list[Merge]]:
    """Put cells where they are shown: below those of upper rows, right of wide ones."""
    rows: list[list[str | None]] = []
    merges: list[Merge] = []
    room = _MAX_WIDENED
    free: dict[int, int] = {}  # column -> first row in which no upper cell fills it
    for top, cells in enumerate(table):
        line: list[str | None] = []
        for cell in cells:
            while free.get(len(line), 0) > top:
                line.append(None)
            left, below = len(line), min(top + cell.height, len(table))
            width = min(cell.width, 1 + room)
            room -= width - 1
            line += [cell.text, *[None] * (width - 1)]
            free.update(dict.fromkeys(range(left, len(line)), below))
            if width > 1 or below - top > 1:
                merges.append((top, left, below - 1, len(line) - 1))
        rows.append(line)
    return rows, merges


class _Reader(HTMLParser):
    """Collects text by block, tables by row."""

    def __init__(self, found: Collector) -> None:
        super().__init__(convert_charrefs=True)
        self._found = found
        self._silent: list[str] = []
        self._words: list[str] = []
        self._heading = 0
        self._section = ""
        # One list of rows an open table; inner tables are read before outer ones.
        self._tables: list[list[list[_Cell]]] = []
        self._cell_open = False
        self._span = (1, 1)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Read "<![...": one of unknown keyword, which the parser asserts on, is a comment."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i, False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
            return
        if self._silent or self._found.full:
            return
        heading = _HEADING.match(tag)
        if self._cell_open and tag in ("td", "th", "tr"):
            self._cell()  # its end need not be marked
        if heading or tag in _BLOCKS:
            self.flush()
        if heading:
            self._heading = int(heading[1])
        elif tag == "table" and len(self._tables) < 20:
            self._tables.append([])
            self._cell_open = False
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in ("td", "th") and self._tables:
            self._cell_open = True
            said = dict(attrs)
            self._span = _span(said.get("rowspan")), _span(said.get("colspan"))
        elif tag == "img":
            self._image(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if self._tables and (tag in ("td", "th") or (self._cell_open and tag in ("tr", "table"))):
            self._cell()
        elif tag in _BLOCKS or _HEADING.match(tag):
            self.flush()
        if tag == "table" and self._tables:
            self._table()

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._found.full:
            self._words.append(data)

    def _take(self) -> str:
        text = " ".join("".join(self._words).split())
        self._words.clear()
        return text

    def _cell(self) -> None:
        rows = self._tables[-1]
        if not rows:
            rows.append([])
        rows[-1].append(_Cell(self._take(), *self._span))
        self._cell_open, self._span = False, (1, 1)

    def _table(self) -> None:
        rows, merges = _laid_out(self._tables.pop())
        self._found.table(rows, self._section, merges=merges)

    def flush(self) -> None:
        """End the current block of text."""
        if self._tables:
            # Blocks inside a cell are one cell's words.
            if self._words and self._tables[-1] and self._words[-1] != " ":
                self._words.append(" ")
            return
        text = self._take()
        if not text:
            return
        if self._heading:
            self._section = text[:80]
            text = "#" * self._heading + " " + text
            self._heading = 0
        self._found.text(text, self._section)

    def end(self) -> None:
        """Read what was left open at the end of the page."""
        while self._tables:
            self._cell()
            self._table()
        self.flush()

    def _image(self, attributes: dict[str, str | None]) -> None:
        match = re.match(
            r"data:image/[\w.+-]+;base64,(.*)", attributes.get("src") or "", re.I | re.S
        )
        if match:
            try:
                self._found.picture(base64.b64decode("".join(match[1].split())), self._section)
            except (binascii.Error, ValueError):
                self._found.note("an embedded picture is damaged and was left out.")
        if attributes.get("alt"):
            self._words.append(f" {attributes['alt']} ")
