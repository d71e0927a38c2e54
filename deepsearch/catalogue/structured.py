"""JSON of any form and Parquet, read as tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.readers import (
    CHUNK,
    Progress,
    RawTable,
    cell_text,
    chunked,
    unique_names,
)
from deepsearch.catalogue.values import format_number
from deepsearch.errors import UnreadableFileError

__all__ = ["read_json", "read_parquet"]


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
                if progress and number % CHUNK == 0:
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

    return RawTable(header=header, chunks=chunked([], rows(), header, failures))


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
        return cell_text(value)

    def rows() -> Iterator[tuple[int, list[str]]]:
        done = 0
        try:
            for batch in file.iter_batches(batch_size=CHUNK):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    done += 1
                    yield done, [text(value) for value in row]
                if progress:
                    progress(done, total)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFileError(f"{path} is damaged at row {done + 1}: {error}.") from error

    return RawTable(header=names, chunks=chunked([], rows(), names, failures))
