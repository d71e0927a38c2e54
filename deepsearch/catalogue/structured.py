"""JSON of any form, Parquet and tables in memory, read as tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

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

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowTable", "read_arrow", "read_json", "read_parquet"]


@runtime_checkable
class ArrowTable(Protocol):
    """What hands its rows on as Arrow: a pandas or polars frame, an Arrow table, DuckDB's result.

    Source: the Arrow PyCapsule interface.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule of an Arrow stream."""
        ...


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
    names = file.schema_arrow.names
    batches = file.iter_batches(batch_size=CHUNK)
    return _arrow_table(str(path), names, batches, failures, total=total, progress=progress)


def read_arrow(
    table: ArrowTable, failures: Failures, *, progress: Progress | None = None
) -> RawTable:
    """Read a table in memory, streaming.

    Args:
        table: A dataframe, Arrow table or query result.
        failures: Takes the rows that do not fit.
        progress: Called with rows done.

    Returns:
        The table; nested values are JSON. An index without a name is left out.

    Raises:
        UnreadableFileError: If a column's values are of kinds that do not go together.
    """
    import pyarrow as pa

    try:
        reader = pa.RecordBatchReader.from_stream(table)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise UnreadableFileError(
            f"The table cannot be read: {error}. Give each column values of one kind, "
            'as by df["name"].astype(str).'
        ) from error
    # So pandas hands on the row numbers that are left after rows were dropped.
    kept = [
        i for i, name in enumerate(reader.schema.names) if not name.startswith("__index_level_")
    ]
    names = [reader.schema.names[i] for i in kept]
    batches = (
        batch.select(kept).slice(start, CHUNK)
        for batch in reader
        for start in range(0, len(batch), CHUNK)
    )
    return _arrow_table("The table", names, batches, failures, total=None, progress=progress)


def _arrow_table(
    what: str,
    names: Sequence[str],
    batches: Iterable[pa.RecordBatch],
    failures: Failures,
    *,
    total: int | None,
    progress: Progress | None,
) -> RawTable:
    import pyarrow as pa

    def rows() -> Iterator[tuple[int, list[str]]]:
        done = 0
        try:
            for batch in batches:
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    done += 1
                    yield done, [_arrow_text(value) for value in row]
                if progress:
                    progress(done, total)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFileError(f"{what} is damaged at row {done + 1}: {error}.") from error

    header = unique_names(names)
    return RawTable(header=header, chunks=chunked([], rows(), header, failures))


def _arrow_text(value: Any) -> str:
    if isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return cell_text(value)
