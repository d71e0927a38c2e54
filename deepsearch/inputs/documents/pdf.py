"""PDF: texts with headings, tables, pictures; scanned pages by OCR."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from deepsearch.errors import MissingExtraError, UnreadableFileError
from deepsearch.inputs.documents.aligned import aligned_tables
from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.documents.columns import text_columns
from deepsearch.inputs.documents.pieces import Piece, Rect, page_pieces
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.pictures import encode_picture
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["read_pdf"]

logger = logging.getLogger(__name__)

# PDFium keeps global state and is not safe in threads.
_LOCK = threading.Lock()
_PASSWORD = 4
_IMAGE_OBJECT = 3
_PATH_OBJECT = 2
_MIN_SIDE = 64
_RENDER_SIDE = 1600
# A page with fewer characters and a picture on it is taken for a scan.
_SCAN_CHARS = 30
_MAX_OCR_PAGES = 10
_MAX_OBJECTS = 20_000
# Finding tables costs about 0.2 s a page, so it is done only where lines are drawn.
# On a page with thousands, as drawings have, it would take minutes.
_MIN_LINES_FOR_TABLE = 6
_MAX_LINES_FOR_TABLE = 2_000
_MAX_CHARS_FOR_TABLE = 20_000
_MAX_TABLE_PAGES = 40
_HEADING_RATIO = 1.15
_MAX_HEADING_CHARS = 120


def read_pdf(source: Source, *, limits: InputLimits) -> LoadedFile:
    """Read a PDF.

    Text comes page by page, lines in a larger type as headings; tables drawn with lines,
    or aligned below the names of their columns, become tables; pictures of 64 pixels and
    more are kept. A page without text is rendered, and read by OCR where the extra `ocr` is
    installed.

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        Texts, tables and pictures, each with its page.

    Raises:
        UnreadableFileError: If it is damaged, protected by a password, or holds nothing.
    """
    data = source.read(limits.document.max_bytes)
    found = Collector(source, "pdf", limits)
    with _LOCK:
        document = _open(source, data)
        try:
            pages = len(document)
            found.facts["pages"] = float(pages)
            state = _State()
            for number in range(1, pages + 1):
                if number > limits.document.max_pages or found.full or found.out_of_time:
                    found.note(f"pages {number}-{pages} were left out.")
                    break
                _page(found, document, number, limits, state)
        finally:
            document.close()
    return found.finish(empty="holds neither text nor pictures that can be read.")


class _State:
    """Counts over the pages of one document."""

    def __init__(self) -> None:
        self.table_pages = 0
        self.ocr_pages = 0


def _open(source: Source, data: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
            raise UnreadableFileError(
                f"{source.name}: is protected by a password. Save a copy without one."
            ) from error
        raise UnreadableFileError(
            f"{source.name}: is a PDF but damaged or cut short ({error}). Fetch or export it again."
        ) from error


def _page(found: Collector, document: Any, number: int, limits: InputLimits, state: _State) -> None:
    import pypdfium2

    place = f"p. {number}"
    try:
        page = document.get_page(number - 1)
    except (pypdfium2.PdfiumError, IndexError):
        found.note(f"page {number} is damaged and was left out.")
        return
    try:
        text = page.get_textpage()
        objects = _objects(page)
        images = [item for item in objects if item.type == _IMAGE_OBJECT]
        lines = sum(item.type == _PATH_OBJECT for item in objects)
        if text.count_chars() < _SCAN_CHARS and images:
            _scan(found, page, place, state)
            return
        tables: list[tuple[Rect, list[list[str | None]]]] = []
        ruled = _MIN_LINES_FOR_TABLE <= lines <= _MAX_LINES_FOR_TABLE
        short = text.count_chars() <= _MAX_CHARS_FOR_TABLE
        if ruled and short and state.table_pages < _MAX_TABLE_PAGES:
            state.table_pages += 1
            tables = _tables(found, document, number)
        pieces = page_pieces(text, page.get_height()) if short else []
        if not tables:
            tables = aligned_tables(pieces)
        rects = [rect for rect, _ in tables]
        _text(found, page, text, place, tables=rects, pieces=pieces)
        for _, cells in tables:
            found.table(cells, place)
        for item in images:
            _image(found, item, place, limits)
        if number == 1 and not images and not tables and lines > 200:
            # A drawing or a catalogue page made of lines: nothing shows it but itself.
            found.picture(encode_picture(_render(page)), place)
    except (pypdfium2.PdfiumError, ValueError, OSError, RuntimeError) as error:
        logger.debug("%s %s: %s", found, place, error)
        found.note(f"page {number} can be read in part only.")
    finally:
        page.close()


def _objects(page: Any) -> list[Any]:
    objects = []
    for item in page.get_objects(max_depth=4):
        objects.append(item)
        if len(objects) >= _MAX_OBJECTS:
            break
    return objects


def _render(page: Any) -> Image:
    scale = _RENDER_SIDE / max(page.get_width(), page.get_height(), 1.0)
    image: Image = page.render(scale=min(scale, 4.0)).to_pil().convert("RGB")
    return image


def _scan(found: Collector, page: Any, place: str, state: _State) -> None:
    image = _render(page)
    found.picture(encode_picture(image), place)
    if state.ocr_pages >= _MAX_OCR_PAGES:
        found.note(f"more than {_MAX_OCR_PAGES} scanned pages; the text of the rest was not read.")
        return
    state.ocr_pages += 1
    try:
        from deepsearch.inputs.documents.ocr import read_text

        found.text(read_text(image), place)
    except MissingExtraError:
        found.note(
            "has scanned pages, whose text was not read. "
            'Install the reader with: pip install "deepsearch[ocr]"'
        )


def _image(found: Collector, item: Any, place: str, limits: InputLimits) -> None:
    width, height = item.get_px_size()
    if min(width, height) < _MIN_SIDE or width * height > limits.picture.max_pixels:
        return
    if item.get_filters() == ["DCTDecode"]:
        found.picture(bytes(item.get_data(decode_simple=False)), place)
        return
    bitmap = item.get_bitmap(render=False)
    found.picture(encode_picture(bitmap.to_pil().convert("RGB")), place)


def _tables(
    found: Collector, document: Any, number: int
) -> list[tuple[Rect, list[list[str | None]]]]:
    """Find tables drawn with lines.

    The page is first written by PDFium into a document of its own: the reader of tables
    then meets neither the loops nor the damage that the whole file may hold.
    """
    import pdfplumber
    import pypdfium2

    single = pypdfium2.PdfDocument.new()
    try:
        single.import_pages(document, pages=[number - 1])
        buffer = BytesIO()
        single.save(buffer)
    finally:
        single.close()
    try:
        with pdfplumber.open(buffer) as copy:
            return [
                (table.bbox, table.extract())
                for table in copy.pages[0].find_tables()
                if len(table.rows) > 1 and len(table.columns) > 1
            ]
    except Exception as error:
        logger.debug("tables of page %d: %s", number, error)
        found.note(f"tables on page {number} could not be told from its text.")
        return []


def _text(
    found: Collector,
    page: Any,
    text: Any,
    place: str,
    *,
    tables: list[Rect],
    pieces: Sequence[Piece],
) -> None:
    """Add a page's lines, those in a larger type as headings, those of tables left out."""
    lines = []
    for words, first in _in_reading_order(text, _outside(pieces, tables)):
        left, _, _, top = text.get_charbox(first) if first < text.count_chars() else (0, 0, 0, 0)
        if not any(_inside(left, page.get_height() - top, rect) for rect in tables):
            lines.append((words, _size(text, first)))
    sizes = sorted(size for words, size in lines for _ in range(len(words)))
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    written = []
    for words, size in lines:
        heading = usual and size > _HEADING_RATIO * usual and len(words) <= _MAX_HEADING_CHARS
        written.append(f"# {words}" if heading else words)
    found.text("\n".join(written), place)


def _in_reading_order(text: Any, pieces: Sequence[Piece]) -> Iterator[tuple[str, int]]:
    """Lines with the place of their first character; of columns one after the other."""
    columns = {line: block for block in text_columns(pieces) for line in block.lines}
    written: set[int] = set()
    start = 0
    for number, line in enumerate(text.get_text_range().splitlines(keepends=True)):
        words = line.strip()
        block = columns.get(number)
        if block is not None and id(block) not in written:
            written.add(id(block))
            yield from ((piece.text, piece.first) for piece in block.pieces)
        elif block is None and words:
            yield words, start + len(line) - len(line.lstrip())
        start += len(line)


def _outside(pieces: Sequence[Piece], tables: Sequence[Rect]) -> list[Piece]:
    return [
        piece
        for piece in pieces
        if not any(_inside(piece.box[0], piece.box[1], rect) for rect in tables)
    ]


def _size(text: Any, at: int) -> float:
    from pypdfium2 import raw

    return float(raw.FPDFText_GetFontSize(text.raw, at))


def _inside(x: float, y: float, rect: Rect) -> bool:
    return rect[0] - 1 <= x <= rect[2] + 1 and rect[1] - 2 <= y <= rect[3] + 2
