"""Gathers a document's texts, tables and pictures within its limits."""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.pictures import load_picture
from deepsearch.inputs.records import CellValue, ColumnRole, LoadedFile, Table, cell_text
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.grid import Grid, Merge
from deepsearch.inputs.tables.reader import tables_of
from deepsearch.schema import Modality, QueryPart

__all__ = ["Collector"]

# Smaller ones are bullets, logos and rules.
_MIN_SIDE = 64
# Texts of one place are joined up to this length; a search encodes far less anyway.
_PART_CHARS = 4_000
# A page of words around a list of items is its covering letter; a longer text describes one
# thing, of which the list names accessories or deliveries.
_LETTER_CHARS = 3_000


@dataclass(slots=True, kw_only=True)
class _Text:
    """Words of one place.

    Attributes:
        place: Where they stand.
        of_items: Whether they are the rows of a list of items.
        pieces: Paragraphs, tables.
    """

    place: str
    of_items: bool
    pieces: list[str] = field(default_factory=list)


class Collector:
    """What was found in one document so far."""

    def __init__(self, source: Source, kind: str, limits: InputLimits) -> None:
        """Start empty.

        Args:
            source: The document.
            kind: Its format.
            limits: Bounds.
        """
        self._source = source
        self._kind = kind
        self._limits = limits
        self._texts: list[_Text] = []
        self._chars = 0
        self._pictures: dict[str, tuple[int, str, bytes]] = {}
        self._tables: list[Table] = []
        self._notes: list[str] = []
        self._started = time.monotonic()
        self.facts: dict[str, str | float] = {}

    @property
    def full(self) -> bool:
        """Whether no more text is taken."""
        return self._chars >= self._limits.document.max_chars

    @property
    def out_of_time(self) -> bool:
        """Whether the time for one document is spent."""
        return time.monotonic() - self._started > self._limits.document.max_seconds

    def note(self, text: str) -> None:
        """Add a note, once."""
        line = f"{self._source.name}: {text}"
        if line not in self._notes:
            self._notes.append(line)

    def text(self, text: str, place: str) -> None:
        """Add a text.

        Args:
            text: Words; blank ones are skipped.
            place: Where it stands, e.g. "p. 3"; "" for the document as a whole.
        """
        self._add(text, place, of_items=False)

    def _add(self, text: str, place: str, *, of_items: bool) -> None:
        text = text.strip()
        if not text:
            return
        room = self._limits.document.max_chars - self._chars
        if len(text) > room:
            self.note(
                f"holds more than {self._limits.document.max_chars:,} characters of text; the rest "
                "was left out."
            )
            text = text[: max(0, room)]
            if not text:
                return
        self._chars += len(text)
        if self._texts and (self._texts[-1].place, self._texts[-1].of_items) == (place, of_items):
            pieces = self._texts[-1].pieces
            if sum(map(len, pieces)) + len(text) <= _PART_CHARS:
                pieces.append(text)
                return
        self._texts.append(_Text(place=place, of_items=of_items, pieces=[text]))

    def table(
        self,
        rows: Sequence[Sequence[str | None]],
        place: str,
        *,
        merges: Sequence[Merge] = (),
    ) -> None:
        """Add a table: its items as rows, its contents as text.

        Args:
            rows: Cells; of a merged range the first holds the text.
            place: Where it stands.
            merges: Merged ranges.
        """
        lines = [[(cell or "").strip() or None for cell in row] for row in rows]
        kept = [number for number, row in enumerate(lines) if any(row)]
        cleaned = [lines[number] for number in kept]
        if not cleaned:
            return
        width = max(map(len, cleaned))
        cells: list[list[CellValue]] = [[*row, *[None] * (width - len(row))] for row in cleaned]
        moved = tuple(
            (bisect_left(kept, top), left, bisect_right(kept, bottom) - 1, right)
            for top, left, bottom, right in merges
            if top in kept
        )
        grid = Grid(sheet=place or "table", rows=cells, merges=moved)
        tables = tables_of(grid, self._source.name) if len(cells) > 1 and width > 1 else []
        if width == 2 and all(table.header_row is None for table in tables):
            # Labels and what they say: the rows are properties of one thing.
            tables = []
            rows_text = [": ".join(cell_text(cell) for cell in row if cell) for row in cells]
        elif tables:
            rows_text = [row.text.replace("\n", "; ") for table in tables for row in table.rows]
        else:
            rows_text = ["; ".join(cell_text(cell) for cell in row if cell) for row in cells]
        self._tables += tables
        of_items = bool(tables) and all(map(_lists_items, tables))
        self._add("\n".join(rows_text), place, of_items=of_items)

    def picture(self, data: bytes, place: str) -> None:
        """Add a picture, unless it is tiny, seen already, or cannot be decoded.

        Args:
            data: Encoded picture.
            place: Where it stands.
        """
        if len(data) > self._limits.document.max_picture_bytes:
            self.note(f"a picture at {place or 'some place'} is too large and was left out.")
            return
        key = hashlib.sha256(data).hexdigest()
        if key in self._pictures:
            return
        try:
            image = load_picture(data, min_side=_MIN_SIDE, limits=self._limits.picture)
        except UnreadableFileError:
            self.note(f"a picture at {place or 'some place'} cannot be decoded and was left out.")
            return
        if min(image.size) >= _MIN_SIDE:
            self._pictures[key] = (len(data), place, data)

    def finish(self, *, empty: str) -> LoadedFile:
        """Build the result.

        Args:
            empty: What to say where nothing was found.

        Returns:
            The loaded file. Texts together weigh as much as one text, pictures as one. A
            list of several items with at most a page of words around it becomes item rows.

        Raises:
            UnreadableFileError: If there is neither text nor picture.
        """
        name = self._source.name
        chosen = self._chosen_pictures()
        if not self._texts and not chosen:
            raise UnreadableFileError(f"{name}: {empty} {' '.join(self._notes)}".strip())
        rows = [row for table in self._tables if _lists_items(table) for row in table.rows]
        letter = [text for text in self._texts if not text.of_items]
        if len(rows) > 1 and sum(len(p) for text in letter for p in text.pieces) <= _LETTER_CHARS:
            if chosen:
                self.note("its pictures were left out: which of its items they show is not said.")
            chosen = []
        else:
            rows, letter = [], self._texts
        texts = [
            QueryPart(
                kind=Modality.TEXT,
                text="\n".join(text.pieces),
                weight=1.0 / len(letter),
                source=f"{name} {text.place}".strip(),
            )
            for text in letter
        ]
        pictures = [
            QueryPart(
                kind=Modality.PICTURE,
                picture=data,
                weight=1.0 / len(chosen),
                source=f"{name} {place}".strip(),
            )
            for _, place, data in chosen
        ]
        return LoadedFile(
            name=name,
            family="document",
            kind=self._kind,
            parts=(*texts, *pictures),
            rows=tuple(rows),
            tables=tuple(self._tables),
            notes=tuple(self._notes),
            facts=self.facts,
        )

    def _chosen_pictures(self) -> list[tuple[int, str, bytes]]:
        """The largest pictures, in the order in which they stand."""
        ranked = sorted(self._pictures.values(), key=lambda item: -item[0])
        kept = ranked[: self._limits.document.max_pictures]
        if len(ranked) > len(kept):
            self.note(f"{len(ranked) - len(kept)} smaller pictures were left out.")
        return [item for item in self._pictures.values() if item in kept]


def _lists_items(table: Table) -> bool:
    """Whether a table says, under a header, of what how much is wanted."""
    roles = {column.role for column in table.columns}
    return (
        table.header_row is not None
        and roles >= {ColumnRole.DESCRIPTION, ColumnRole.QUANTITY}
        and any(row.quantity is not None for row in table.rows)
    )
