"""Copies of facts and claims to be mapped into memory, so that a large catalogue opens at once.

Derived: it names the table version it was made from and is made again where it is
missing, of another version, or not what it should be. Small catalogues go without.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

import pyarrow as pa

from deepsearch.catalogue.manifest import TableRef

__all__ = ["Derived", "drop_derived", "load_derived", "store_derived"]

Derived: TypeAlias = Literal["facts", "claims"]
"""What is stored: a row a listing, or a row a claim."""

log = logging.getLogger(__name__)

# With fewer listings a read of the table takes no longer than a person notices.
_WORTH_ROWS = 20_000
_MARK = b"deepsearch-%s-1"


def _file(path: Path, ref: TableRef, kind: Derived) -> Path:
    return path / "derived" / f"{kind}-{ref.version}.arrow"


def _made_by(kind: Derived) -> bytes:
    return _MARK % kind.encode()


def load_derived(path: Path, ref: TableRef, kind: Derived) -> pa.Table | None:
    """Map what is stored of a table version.

    Args:
        path: The catalogue folder.
        ref: The listings table.
        kind: What of it.

    Returns:
        The table, or None where there is none to trust.
    """
    file = _file(path, ref, kind)
    try:
        with pa.memory_map(str(file)) as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate()
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException) as error:
        log.warning("%s cannot be used (%s); it is made again", file, error)
        return None
    said = table.schema.metadata or {}
    named = said.get(b"version") == str(ref.version).encode()
    whole = kind != "facts" or len(table) == ref.rows
    if said.get(b"made_by") != _made_by(kind) or not named or not whole:
        log.warning("%s is of another version; it is made again", file)
        return None
    return table.replace_schema_metadata(None)


def drop_derived(path: Path, ref: TableRef, kind: Derived) -> None:
    """Delete what is stored of a table version; it is made again when asked for.

    Args:
        path: The catalogue folder.
        ref: The listings table.
        kind: What of it.
    """
    _file(path, ref, kind).unlink(missing_ok=True)


def store_derived(path: Path, ref: TableRef, kind: Derived, table: pa.Table) -> pa.Table:
    """Store what was made of a table version, where that is worth it and possible.

    Args:
        path: The catalogue folder; if it cannot be written to, nothing happens.
        ref: The listings table.
        kind: What of it.
        table: The facts or claims.

    Returns:
        The same, mapped where it was stored, so that it takes no memory of its own.
    """
    if ref.rows < _WORTH_ROWS:
        return table
    file = _file(path, ref, kind)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    marked = table.replace_schema_metadata(
        {b"made_by": _made_by(kind), b"version": str(ref.version).encode()}
    )
    try:
        file.parent.mkdir(exist_ok=True)
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, marked.schema) as out:
            out.write_table(marked)
        temporary.replace(file)
    except (OSError, pa.ArrowException) as error:
        log.info("%s are not kept in %s: %s", kind, file, error)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return table
    for older in file.parent.glob(f"{kind}-*"):
        if older != file:
            with suppress(OSError):  # another system may keep a mapped file from going
                older.unlink()
    stored = load_derived(path, ref, kind)
    return table if stored is None else stored
