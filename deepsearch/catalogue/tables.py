"""Lance tables at the versions a manifest names.

Every write starts from the version the manifest names, whatever a killed writer left
behind it, and returns the reference for the next manifest. Nothing here is visible to
readers until that manifest is committed.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from deepsearch.catalogue.columns import conform, flatten
from deepsearch.catalogue.failures import reading, remedy
from deepsearch.catalogue.manifest import TableRef, sync_folder
from deepsearch.errors import CatalogueError

__all__ = [
    "append",
    "clean_up",
    "compact",
    "create_table",
    "delete_keys",
    "delete_where",
    "evolved",
    "open_table",
    "overwrite",
    "read_table",
]

log = logging.getLogger(__name__)

# Deletes name their rows in an SQL list; a longer one costs more to parse than two scans.
_DELETE_BATCH = 50_000
# Lance holds what belongs to a file in memory until the file is full.
_FILE_ROWS = 131_072


def read_table(
    path: Path,
    ref: TableRef,
    columns: Sequence[str] | None = None,
    rows: Sequence[int] | None = None,
    opened: Any = None,
) -> pa.Table:
    """Read a table, or some of it, at the version the manifest names.

    Args:
        path: The catalogue folder.
        ref: The table's reference.
        columns: Those wanted, where they exist; None for all.
        rows: Positions, ascending and distinct; None for all.
        opened: The table as opened before; opening it takes longer than a hundred rows.

    Returns:
        The rows in table order.

    Raises:
        CatalogueError: If its files are missing or damaged.
    """
    with reading(path, ref.folder):
        dataset = open_table(path, ref) if opened is None else opened
        have = None if columns is None else [c for c in columns if c in dataset.schema.names]
        if rows is None:
            return dataset.to_table(columns=have)
        return dataset.take(list(rows), columns=have)


def _folder(path: Path, ref: TableRef) -> str:
    return str(path / "tables" / ref.folder)


def open_table(path: Path, ref: TableRef) -> Any:
    """Open a table as it was when the manifest was committed.

    Args:
        path: The catalogue folder.
        ref: The table's reference.

    Returns:
        The `lance.LanceDataset` at that version.

    Raises:
        CatalogueError: If the table, or the version, is missing or damaged.
    """
    import lance

    try:
        return lance.dataset(_folder(path, ref), version=ref.version)
    except (OSError, ValueError, RuntimeError) as error:
        there = Path(_folder(path, ref)).is_dir()
        what = f"version {ref.version} of it cannot be read" if there else "its folder is missing"
        raise CatalogueError(
            f"Table '{ref.folder}' of the catalogue {path} cannot be opened: {what}. "
            f"{remedy(ref.folder)}"
        ) from error


def _settled(path: Path, ref: TableRef) -> Any:
    """Open a table for writing, first undoing what a killed writer left after `ref`."""
    dataset = open_table(path, ref)
    if dataset.latest_version != ref.version:
        log.info("table %s: undoing uncommitted versions after %d", ref.folder, ref.version)
        dataset.restore()
    return dataset


def _synced(path: Path, ref: TableRef, dataset: Any, started: float) -> TableRef:
    """Make the files written since `started` durable, and name the new version."""
    root = Path(_folder(path, ref))
    for folder, _, names in os.walk(root):
        fresh = False
        for name in names:
            file = Path(folder, name)
            # one second of slack: file times may be coarser than the clock
            if file.stat().st_mtime >= started - 1:
                fresh = True
                handle = os.open(file, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
        if fresh:
            sync_folder(Path(folder))
    return TableRef(
        folder=ref.folder, version=dataset.version, rows=dataset.count_rows(), meta=ref.meta
    )


def create_table(
    path: Path, folder: str, schema: pa.Schema, meta: Mapping[str, Any] | None = None
) -> TableRef:
    """Create an empty table, over whatever an uncommitted attempt left there.

    A table of that name that only older versions refer to keeps what they show.

    Args:
        path: The catalogue folder.
        folder: Folder name below `tables/`.
        schema: Its columns.
        meta: What to remember of it in the manifest.

    Returns:
        Its reference.
    """
    import lance

    started = time.time()
    ref = TableRef(folder=folder, version=0, rows=0, meta=meta or {})
    root = Path(_folder(path, ref))
    root.parent.mkdir(exist_ok=True)
    mode = "create"
    if root.exists():
        try:
            lance.dataset(str(root))
            mode = "overwrite"
        except (OSError, ValueError, RuntimeError):
            shutil.rmtree(root)
    dataset = lance.write_dataset(schema.empty_table(), str(root), mode=mode)
    return _synced(path, ref, dataset, started)


def overwrite(path: Path, ref: TableRef, table: pa.Table) -> TableRef:
    """Replace the rows of a small table; older versions keep theirs.

    Args:
        path: The catalogue folder.
        ref: The table as it is.
        table: Its new rows.

    Returns:
        The reference after it.
    """
    import lance

    started = time.time()
    _settled(path, ref)
    dataset = lance.write_dataset(table, _folder(path, ref), mode="overwrite")
    return _synced(path, ref, dataset, started)


def append(
    path: Path, ref: TableRef, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> TableRef:
    """Append batches, streaming: one version however many there are.

    Args:
        path: The catalogue folder.
        ref: The table as it is.
        schema: The batches' schema, the table's own.
        batches: Read once; an exception from it passes through and nothing is appended.

    Returns:
        The reference after the append; `ref` itself if there was nothing to append.
    """
    import lance

    started = time.time()
    failure: list[BaseException] = []
    source = iter(batches)
    first = next(source, None)
    if first is None:
        return ref

    def guarded() -> Iterator[pa.RecordBatch]:
        # Lance reports an exception of its source as text; keep the real one
        try:
            yield first
            yield from source
        except BaseException as error:
            failure.append(error)
            raise

    _settled(path, ref)
    reader = pa.RecordBatchReader.from_batches(schema, guarded())
    try:
        dataset = lance.write_dataset(
            reader, _folder(path, ref), mode="append", max_rows_per_file=_FILE_ROWS
        )
    except BaseException:
        if failure:
            raise failure[0] from None
        raise
    return _synced(path, ref, dataset, started)


def evolved(path: Path, ref: TableRef, schema: pa.Schema) -> TableRef:
    """Rewrite a table that an older deepsearch wrote with fewer columns.

    Args:
        path: The catalogue folder.
        ref: The table as it is.
        schema: Today's; what the table lacks becomes null.

    Returns:
        The reference after it; `ref` itself if there was nothing to do.
    """
    import lance

    started = time.time()
    old = open_table(path, ref)
    # strings may come back under another name of the same type; names decide
    if flatten(old.schema.empty_table()).schema.names == flatten(schema.empty_table()).schema.names:
        return ref
    log.info("table %s: rewritten with today's columns", ref.folder)
    batches = (
        batch
        for old_batch in old.to_batches()
        for batch in conform(pa.Table.from_batches([old_batch]), schema).to_batches()
    )
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    dataset = lance.write_dataset(reader, _folder(path, ref), mode="overwrite")
    return _synced(path, ref, dataset, started)


def delete_where(path: Path, ref: TableRef, condition: str) -> TableRef:
    """Delete the rows an SQL condition holds for.

    Args:
        path: The catalogue folder.
        ref: The table as it is.
        condition: Written by this package only, never from outside.

    Returns:
        The reference after the deletion.
    """
    started = time.time()
    dataset = _settled(path, ref)
    dataset.delete(condition)
    return _synced(path, ref, dataset, started)


def delete_keys(path: Path, ref: TableRef, keys: Sequence[int]) -> TableRef:
    """Delete rows by their integer key.

    Args:
        path: The catalogue folder.
        ref: The table as it is.
        keys: Values of column "key"; may be empty.

    Returns:
        The reference after the deletion.
    """
    for start in range(0, len(keys), _DELETE_BATCH):
        some = ",".join(map(str, sorted(keys[start : start + _DELETE_BATCH])))
        ref = delete_where(path, ref, f"key IN ({some})")
    return ref


def compact(path: Path, ref: TableRef, *, rows: int | None = None) -> TableRef:
    """Merge a table's small files, and drop the deleted rows from them.

    Args:
        path: The catalogue folder.
        ref: The table as it is.
        rows: A file of so many is no longer small; None: a million.

    Returns:
        The reference after it; rows keep their order.
    """
    started = time.time()
    dataset = _settled(path, ref)
    dataset.optimize.compact_files(**({} if rows is None else {"target_rows_per_fragment": rows}))
    return _synced(path, ref, dataset, started)


def clean_up(path: Path, ref: TableRef, versions: Iterable[int]) -> int:
    """Delete the files of a table that none of some versions refers to.

    Args:
        path: The catalogue folder.
        ref: Its newest reference.
        versions: Lance versions that stay.

    Returns:
        Bytes freed.
    """
    dataset = _settled(path, ref)
    wanted = {f"kept-{version}": version for version in versions}
    tagged = dataset.tags.list()
    for name in tagged.keys() - wanted.keys():
        dataset.tags.delete(name)
    for name in wanted.keys() - tagged.keys():
        dataset.tags.create(name, wanted[name])
    # The write lock is held: no other writer has files there that are not committed yet.
    done = dataset.cleanup_old_versions(
        older_than=timedelta(0), delete_unverified=True, error_if_tagged_old_versions=False
    )
    return int(done.bytes_removed)
