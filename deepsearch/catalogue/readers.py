"""Tables as they lie in files: a header, and rows of cells as text."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.values import format_number
from deepsearch.errors import UnreadableFileError

__all__ = [
    "RawChunk",
    "RawTable",
    "file_kind",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_workbook",
]

Progress = Callable[[int, int | None], None]

_CHUNK = 8192
_SAMPLE = 1 << 20
_MAX_FIELD = 16_000_000
_MAX_UNZIPPED = 2_000_000_000
_HEADER_ROWS = 30


@dataclass(slots=True)
class RawChunk:
    """Rows as columns of text; an empty cell is "".

    Attributes:
        lines: Where each row stands, from 1.
        columns: One list a header column, each as long as `lines`.
    """

    lines: list[int]
    columns: list[list[str]]


@dataclass(slots=True)
class RawTable:
    """A table ready to be read once.

    Attributes:
        header: Column names, repeated ones numbered " 2", " 3".
        chunks: Its rows.
        notes: How it was read, where that is worth saying.
    """

    header: list[str]
    chunks: Iterator[RawChunk]
    notes: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- what a file is

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


# ---------------------------------------------------------------- headers


def unique_names(cells: Sequence[str]) -> list[str]:
    """Name the columns: empty headers by their place, repeated ones by their count.

    Args:
        cells: The header row.

    Returns:
        Distinct names, in order.
    """
    seen: Counter[str] = Counter()
    names: list[str] = []
    taken = {" ".join(cell.split()) for cell in cells}
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] += 1
        while seen[name] > 1 and f"{name} {seen[name]}" in taken:
            seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def _looks_like_data(cell: str) -> bool:
    return bool(re.match(r"https?://|[-+$€£¥₹]?\s*\d[\d.,]*\s*%?$", cell.strip())) or len(cell) > 80


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Find the header among the first rows, under titles and notes.

    Args:
        rows: The first rows of a table.

    Returns:
        Its index; None where the first row is data already.
    """
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    if not widths or not max(widths):
        return 0
    body = sorted(widths[1:] or widths)
    typical = body[len(body) // 2]
    for i, row in enumerate(rows):
        cells = [cell for cell in row if cell.strip()]
        if widths[i] < max(0.6 * typical, 1) or (widths[i] == 1 and typical > 1):
            continue
        if sum(map(_looks_like_data, cells)) > 0.34 * len(cells):
            return None if i == 0 else i - 1 if widths[i - 1] >= 0.5 * widths[i] else None
        return i
    return 0


def _table(
    rows: Iterator[tuple[int, list[str]]], failures: Failures, header_row: int | None
) -> RawTable:
    head = list(islice(rows, header_row or _HEADER_ROWS))
    notes: list[str] = []
    if header_row is not None:
        place: int | None = min(header_row, len(head)) - 1
    else:
        place = find_header([cells for _, cells in head])
    if place is None:
        width = max(len(cells) for _, cells in head)
        header = [f"column {i}" for i in range(1, width + 1)]
        notes.append("The first row is data, not names: columns are numbered.")
        rest = head
    else:
        header = unique_names(head[place][1]) if head else []
        if place > 0:
            notes.append(f"The header was found in row {head[place][0]}.")
        rest = head[place + 1 :]
    return RawTable(header=header, chunks=_chunks(rest, rows, header, failures), notes=notes)


def _chunks(
    first: list[tuple[int, list[str]]],
    rows: Iterator[tuple[int, list[str]]],
    header: list[str],
    failures: Failures,
) -> Iterator[RawChunk]:
    width = len(header)
    lines: list[int] = []
    block: list[list[str]] = []

    def chunk() -> RawChunk:
        columns = [list(column) for column in zip(*block, strict=True)]
        return RawChunk(lines=lines, columns=columns or [[] for _ in header])

    def everything() -> Iterator[tuple[int, list[str]]]:
        yield from first
        yield from rows

    for line, given in everything():
        if len(given) > width and any(cell.strip() for cell in given[width:]):
            reason = f"{len(given)} cells where the header has {width}"
            failures.add(line, reason, json.dumps(given, ensure_ascii=False))
            continue
        if not any(given):
            continue
        missing = width - len(given)
        lines.append(line)
        block.append(given if not missing else [*given[:width], *[""] * missing])
        if len(block) >= _CHUNK:
            yield chunk()
            lines, block = [], []
    if block:
        yield chunk()


# ---------------------------------------------------------------- text files


def guess_delimiter(text: str) -> str:
    """Guess what separates the cells.

    Args:
        text: The file's beginning.

    Returns:
        "," ";" tab or "|": the one that cuts most lines into the same number of cells.
    """
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        return stated[1]
    best, best_score = ",", 0.0
    for delimiter in ",;\t|":
        try:
            rows = list(islice(csv.reader(io.StringIO(text), delimiter=delimiter), 60))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows[:-1] or rows if row)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        score = count / max(sum(widths.values()), 1) * (1 + min(width, 20) / 40)
        if rows and len(rows[0]) != width:
            score /= 2  # what cuts the rows and not the header stands within the cells
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def read_csv(
    path: Path,
    failures: Failures,
    *,
    header_row: int | None = None,
    progress: Progress | None = None,
) -> RawTable:
    """Read a delimited text file, streaming, in whatever encoding and with whatever delimiter.

    Args:
        path: The file.
        failures: Takes the rows that do not fit the header.
        header_row: Row of the header, from 1; None finds it.
        progress: Called with bytes done and their total.

    Returns:
        The table.

    Raises:
        UnreadableFileError: If a quote is never closed, or the file is no text.
    """
    encoding = guess_encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        delimiter = guess_delimiter(file.read(64_000))
    table = _table(_csv_rows(path, encoding, delimiter, progress), failures, header_row)
    plain = encoding in ("utf-8-sig", "cp1252") and delimiter in ",\t"
    if not plain or encoding == "cp1252":
        shown = {"\t": "tab"}.get(delimiter, delimiter)
        table.notes.append(f"Read as {encoding} with cells separated by '{shown}'.")
    return table


def _csv_rows(
    path: Path, encoding: str, delimiter: str, progress: Progress | None
) -> Iterator[tuple[int, list[str]]]:
    total = path.stat().st_size
    # the limit is the csv module's own, for the whole process; it is only ever raised
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD))
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        start = 1
        try:
            for number, row in enumerate(reader):
                if not (number == 0 and len(row) <= 2 and row and row[0].startswith("sep=")):
                    yield start, row
                start = reader.line_num + 1
                if progress and number % _CHUNK == 0:
                    progress(file.buffer.tell(), total)  # type: ignore[attr-defined,unused-ignore]
        except csv.Error as error:
            raise UnreadableFileError(
                f"{path}, line {start}: {error}. A cell of more than {_MAX_FIELD:,} characters "
                f"starts there, most likely a quote that is never closed."
            ) from error
    if progress:
        progress(total, total)


# ---------------------------------------------------------------- JSON lines of any form


def _flatten_record(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{prefix}{key}"
        if value is None:
            continue
        if isinstance(value, dict) and len(value) <= 40 and not prefix.count("."):
            plain = all(isinstance(item, (str, int, float, type(None))) for item in value.values())
            if plain and key.lower() in ("attributes", "specs", "specifications", "properties"):
                yield name, json.dumps(value, ensure_ascii=False)
            else:
                yield from _flatten_record(value, f"{name}.")
        elif isinstance(value, (dict, list)):
            yield name, json.dumps(value, ensure_ascii=False)
        elif isinstance(value, float):
            yield name, "" if math.isnan(value) else format_number(value)
        else:
            yield name, str(value)


def read_json(path: Path, failures: Failures, *, progress: Progress | None = None) -> RawTable:
    """Read JSON lines of any form, or one JSON array of objects, as a table.

    Args:
        path: The file, UTF-8.
        failures: Takes the lines that are no JSON object.
        progress: Called with bytes done and their total.

    Returns:
        The table; nested keys are joined by points. Its columns are those of the first
        1,000 records.

    Raises:
        UnreadableFileError: If nothing in it can be read.
    """
    total = path.stat().st_size

    def records() -> Iterator[tuple[int, dict[str, str]]]:
        done = 0
        with path.open("rb") as file:
            if file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
                yield from _array(path, failures)
                return
            file.seek(0)
            for number, line in enumerate(file, 1):
                done += len(line)
                if not line.strip():
                    continue
                try:
                    record = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
                except (ValueError, RecursionError) as error:
                    failures.add(number, f"no valid JSON: {error}", line.decode("utf-8", "replace"))
                    continue
                if not isinstance(record, dict):
                    failures.add(number, "no JSON object", line.decode("utf-8", "replace"))
                    continue
                yield number, dict(_flatten_record(record))
                if progress and number % _CHUNK == 0:
                    progress(done, total)

    source = records()
    head = list(islice(source, 1000))
    if not head:
        raise UnreadableFileError(f"{path} holds no JSON object; one a line is expected.")
    header = list(dict.fromkeys(name for _, record in head for name in record))

    def rows() -> Iterator[tuple[int, list[str]]]:
        for part in (head, source):
            for number, record in part:
                yield number, [record.get(name, "") for name in header]

    return RawTable(header=header, chunks=_chunks([], rows(), header, failures))


def _array(path: Path, failures: Failures) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        items = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(f"{path} is no valid JSON: {error}.") from error
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield number, dict(_flatten_record(item))
        else:
            failures.add(number, "no JSON object", json.dumps(item)[:1000])


# ---------------------------------------------------------------- workbooks, parquet


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return format_number(value)
    return "" if value is None else str(value)


def read_workbook(
    path: Path,
    failures: Failures,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    progress: Progress | None = None,
) -> RawTable:
    """Read a sheet of an .xlsx, .xls, .xlsb or .ods file.

    Args:
        path: The file.
        failures: Takes the rows that do not fit the header.
        sheet: Its name; None takes the one with most rows.
        header_row: Row of the header, from 1; None finds it.
        progress: Called with rows done and their total.

    Returns:
        The table.

    Raises:
        UnreadableFileError: If it is damaged, protected, too large, or holds no rows.
    """
    import python_calamine

    _refuse_bomb(path)
    try:
        book = python_calamine.load_workbook(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise UnreadableFileError(
                f"{path} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}."
            )
        sheets = {name: book.get_sheet_by_name(name) for name in ([sheet] if sheet else names)}
        chosen = max(sheets, key=lambda name: sheets[name].total_height)
        rows = [
            [_cell(cell) for cell in row] for row in sheets[chosen].to_python(skip_empty_area=False)
        ]
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a workbook: {error}. It is damaged, protected by a "
            f"password, or no workbook; open it and save it again as .xlsx."
        ) from error
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if not filled:
        raise UnreadableFileError(f"Sheet {chosen!r} of {path} is empty.")

    def reported() -> Iterator[tuple[int, list[str]]]:
        for done, item in enumerate(filled, 1):
            yield item
            if progress and (done % _CHUNK == 0 or done == len(filled)):
                progress(done, len(filled))

    if header_row is not None:
        header_row = next((i for i, (n, _) in enumerate(filled, 1) if n >= header_row), 1)
    table = _table(reported(), failures, header_row)
    if len(names) > 1:
        table.notes.append(f"Sheet {chosen!r} was read, of {', '.join(map(repr, names))}.")
    return table


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    if size > _MAX_UNZIPPED:
        raise UnreadableFileError(
            f"{path} unpacks to {size:,} bytes; at most {_MAX_UNZIPPED:,} are read. Split it, or "
            f"save it as .csv."
        )


def read_parquet(path: Path, failures: Failures, *, progress: Progress | None = None) -> RawTable:
    """Read a Parquet file, streaming.

    Args:
        path: The file.
        failures: Takes the rows that do not fit.
        progress: Called with rows done and their total.

    Returns:
        The table; nested values are JSON.

    Raises:
        UnreadableFileError: If it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(f"{path} cannot be read as Parquet: {error}.") from error
    total = file.metadata.num_rows
    names = unique_names(file.schema_arrow.names)

    def text(value: Any) -> str:
        if isinstance(value, float) and math.isnan(value):
            return ""
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False, default=str)
        return _cell(value)

    def rows() -> Iterator[tuple[int, list[str]]]:
        done = 0
        try:
            for batch in file.iter_batches(batch_size=_CHUNK):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    done += 1
                    yield done, [text(value) for value in row]
                if progress:
                    progress(done, total)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFileError(f"{path} is damaged at row {done + 1}: {error}.") from error

    return RawTable(header=names, chunks=_chunks([], rows(), names, failures))
