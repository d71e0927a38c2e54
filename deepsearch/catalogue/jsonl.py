"""JSON lines in the catalogue's own form (that of `catalog.jsonl`, and of an export)."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.batches import Chunk, Column, Failures, as_list
from deepsearch.catalogue.identity import supplier_id
from deepsearch.catalogue.jsonfields import FIELDS, BadValueError, convert_column
from deepsearch.errors import UnreadableFileError

__all__ = ["is_native", "read_native"]

_CHUNK = 8192
# Records are taken apart while they are still in the processor's cache: four times faster.
_PARSED = 512
_MAX_LINE = 16_000_000
_RENAMED = {"supplier.claims": "supplier_claims"}
_PICTURES = ("images", "image_urls", "videos")
_TOP = {path.split(".")[0] for path in FIELDS}
_SUPPLIER_NAMES = ("id", "name", "url")
_OBJECTS = ("price", "min_order_quantity", "supplier")


def is_native(path: Path) -> bool:
    """Tell whether a JSON lines file is in the catalogue's own form.

    Args:
        path: The file.

    Returns:
        True if its first readable records have the text keys "id" and "title", and what
        they say of price, minimum order and supplier is in objects.
    """
    native = other = 0
    with path.open("rb") as lines:
        for line in islice(lines, 200):
            if len(line) > _MAX_LINE:
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                nested = all(
                    isinstance(record.get(key), (dict, type(None)))
                    for key in ("price", "min_order_quantity", "supplier", "attributes")
                )
                fits = nested and isinstance(record.get("id"), str) and "title" in record
                native += fits
                other += not fits
    # a broken record among them is for the reader to reject
    return native > other


@dataclass(slots=True)
class _Records:
    """Records taken apart: raw values by path, and what was no object where one must be."""

    numbers: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    no_objects: list[tuple[int, str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def add(
        self, records: Sequence[dict[str, Any]], numbers: list[int], lines: list[bytes]
    ) -> None:
        """Take some more records apart."""
        done = len(self.numbers)
        self.numbers += numbers
        self.lines += lines
        taken = {"": _by_key(records)}
        self.keys |= taken[""].keys()
        for path in FIELDS:
            parent, _, key = path.rpartition(".")
            if parent not in taken:
                top, _, name = parent.rpartition(".")
                values = taken[top].get(name)
                # where nobody says anything there is nothing to look into
                inner = [] if values is None else self._objects(parent, values, done)
                taken[parent] = _by_key(inner)
            raw = taken[parent].get(key)
            if raw is not None:
                column = self.values.setdefault(path, [])
                column += [None] * (done - len(column))
                column += raw

    def _objects(self, path: str, values: Sequence[Any], done: int) -> list[dict[str, Any]]:
        if path in _OBJECTS:
            self.no_objects += [
                (done + i, path, value)
                for i, value in enumerate(values)
                if not (value is None or isinstance(value, dict))
            ]
        return [value if isinstance(value, dict) else {} for value in values]

    def raw(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the paths of which something is said, with their values, one a record."""
        n = len(self.numbers)
        for path in FIELDS:
            column = self.values.get(path)
            if column is not None and any(value is not None for value in column):
                yield path, column + [None] * (n - len(column))


def _by_key(records: Sequence[dict[str, Any]]) -> dict[str, Sequence[Any]]:
    """Turn records into columns: key → values, None where a record lacks it."""
    shapes = set(map(tuple, records))
    if len(shapes) == 1:  # what a program wrote has the same keys in the same order
        return dict(zip(shapes.pop(), zip(*map(dict.values, records), strict=True), strict=True))
    keys = set().union(*shapes)
    return {key: [record.get(key) for record in records] for key in keys}


def _parse_lines(
    lines: Sequence[tuple[int, bytes]], failures: Failures
) -> tuple[list[dict[str, Any]], list[int], list[bytes]]:
    try:
        # one call for all is faster by a third; only a wrong line needs its own
        together = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
    except (ValueError, RecursionError):
        together = []
    if len(together) == len(lines) and all(record.__class__ is dict for record in together):
        return together, [number for number, _ in lines], [line for _, line in lines]
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    kept: list[bytes] = []
    for number, line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = str(error) if isinstance(error, ValueError) else "nested too deeply"
            failures.add(number, f"no valid JSON: {what}", line.decode("utf-8", "replace"))
            continue
        if not isinstance(record, dict):
            failures.add(number, "no JSON object", line.decode("utf-8", "replace"))
            continue
        records.append(record)
        numbers.append(number)
        kept.append(line)
    return records, numbers, kept


def _media(columns: dict[str, Any], n: int) -> list[Any] | None:
    given: list[list[Any] | None] = columns.pop("media", [None] * n)
    lists = {name: columns.pop(name, None) for name in _PICTURES}
    if not any(lists.values()) and not any(given):
        return None
    merged: list[Any] = []
    for i in range(n):
        row = list(given[i] or ())
        known = {item["uri"] for item in row}
        for name, column in lists.items():
            for uri in (column[i] or ()) if column else ():
                if uri not in known:
                    kind = "video" if name == "videos" else "picture"
                    row.append({"uri": uri, "kind": kind, "content_hash": None})
        merged.append(row or None)
    return merged


def _columns(records: _Records) -> tuple[dict[str, Column], dict[int, str]]:
    """Turn records into columns; a record with a value of the wrong kind is named as bad."""
    columns: dict[str, Column] = {}
    bad: dict[int, str] = {}
    for path, raw in records.raw():
        convert = FIELDS[path]
        column: Column | None = convert_column(convert, raw)
        if column is None:
            column = []
            for i, value in enumerate(raw):
                try:
                    column.append(None if value is None else convert(value))
                except BadValueError as error:
                    bad.setdefault(i, f"{path} is {_shown(value)}; {error} is expected")
                    column.append(None)
        columns[_RENAMED.get(path, path)] = column
    for name in _OBJECTS:
        for i, where, value in records.no_objects:
            if where == name:
                bad.setdefault(i, f"{name} is {_shown(value)}; an object is expected")
    media = _media(columns, len(records.numbers))
    if media is not None:
        columns["media"] = media
    _order_prices(columns)
    _name_suppliers(columns, len(records.numbers))
    return columns, bad


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)[:80]


def _name_suppliers(columns: dict[str, Column], n: int) -> None:
    """Give a supplier without an id one from its page or name: without one it is nobody's."""
    if not any(name.startswith("supplier.") for name in columns):
        return
    given = columns.get("supplier.id")
    if isinstance(given, pa.Array) and not given.null_count:
        return
    ids, names, urls = (as_list(columns.get(f"supplier.{part}"), n) for part in _SUPPLIER_NAMES)
    columns["supplier.id"] = [
        own or supplier_id(name, url) for own, name, url in zip(ids, names, urls, strict=True)
    ]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking records: they hold no cycles, and are many."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _chunk(
    lines: Sequence[tuple[int, bytes]], failures: Failures, unmapped: dict[str, str]
) -> Chunk:
    records = _Records()
    with _uncollected():
        for start in range(0, len(lines), _PARSED):
            records.add(*_parse_lines(lines[start : start + _PARSED], failures))
    for key in records.keys - _TOP:
        unmapped.setdefault(key, "no field of that name")
    columns, bad = _columns(records)
    numbers, kept = np.array(records.numbers, np.int64), records.lines
    if bad:
        for i, reason in sorted(bad.items()):
            failures.add(int(numbers[i]), reason, kept[i].decode("utf-8", "replace"))
        good = np.setdiff1d(np.arange(len(numbers)), list(bad))
        columns = {
            name: values.take(pa.array(good))
            if isinstance(values, pa.Array)
            else [values[i] for i in good.tolist()]
            for name, values in columns.items()
        }
        numbers = numbers[good]
        kept = [kept[i] for i in good.tolist()]
    return Chunk(
        columns=columns,
        lines=numbers,
        originals=lambda i: kept[i].decode("utf-8", "replace"),
    )


def _order_prices(columns: dict[str, Column]) -> None:
    """One price given is both ends; two are put in order."""
    ends = [columns[name] for name in ("price.min", "price.max") if name in columns]
    if not ends:
        return
    low, high = pa.array(ends[0], pa.float64()), pa.array(ends[-1], pa.float64())
    columns["price.min"] = pc.min_element_wise(low, high)
    columns["price.max"] = pc.max_element_wise(low, high)


def read_native(
    path: Path,
    failures: Failures,
    unmapped: dict[str, str],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Chunk]:
    """Read a JSON lines file in the catalogue's own form, streaming.

    Args:
        path: The file, UTF-8.
        failures: Takes the lines that cannot be read.
        unmapped: Takes the keys that have no field.
        progress: Called with the bytes read so far.

    Yields:
        Chunks in the order of the lines.

    Raises:
        UnreadableFileError: If the file cannot be read at all.
    """
    try:
        with path.open("rb") as file:
            done = 0
            block: list[tuple[int, bytes]] = []
            number = 0
            while line := file.readline(_MAX_LINE):
                number += 1
                done += len(line)
                if len(line) >= _MAX_LINE and not line.endswith(b"\n"):
                    done += _skip_line(file)
                    failures.add(
                        number,
                        f"longer than {_MAX_LINE:,} bytes",
                        line[:5000].decode("utf-8", "replace"),
                    )
                    continue
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    block.append((number, line))
                if len(block) >= _CHUNK:
                    yield _chunk(block, failures, unmapped)
                    block = []
                    if progress:
                        progress(done)
            if block:
                yield _chunk(block, failures, unmapped)
            if progress:
                progress(done)
    except OSError as error:
        raise UnreadableFileError(f"Cannot read {path}: {error}.") from error


def _skip_line(file: Any) -> int:
    skipped = 0
    while rest := file.readline(_MAX_LINE):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
