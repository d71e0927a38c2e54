"""A copy of the facts that can be mapped into memory, so that a large catalogue opens at once.

Derived: it names the table version it was made from and is made again where it is
missing, of another version, or not what it should be. Small catalogues go without.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from deepsearch.catalogue.manifest import TableRef

__all__ = ["drop_facts", "load_facts", "store_facts"]

log = logging.getLogger(__name__)

# Below this a read of the table takes no longer than a person notices.
_WORTH_ROWS = 20_000
_MARK = b"deepsearch-facts-1"


def _file(path: Path, ref: TableRef) -> Path:
    return path / "derived" / f"facts-{ref.version}.arrow"


def load_facts(path: Path, ref: TableRef) -> pa.Table | None:
    """Map the stored facts of a table version.

    Args:
        path: The catalogue folder.
        ref: The listings table.

    Returns:
        The facts, or None where there are none to trust.
    """
    file = _file(path, ref)
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
    named = said.get(b"version") == str(ref.version).encode() and len(table) == ref.rows
    if said.get(b"made_by") != _MARK or not named:
        log.warning("%s is of another version; it is made again", file)
        return None
    return table.replace_schema_metadata(None)


def drop_facts(path: Path, ref: TableRef) -> None:
    """Delete the stored facts of a table version; they are made again when asked for.

    Args:
        path: The catalogue folder.
        ref: The listings table.
    """
    _file(path, ref).unlink(missing_ok=True)


def store_facts(path: Path, ref: TableRef, facts: pa.Table) -> None:
    """Store the facts of a table version, where that is worth it and possible.

    Args:
        path: The catalogue folder; if it cannot be written to, nothing happens.
        ref: The listings table.
        facts: Its facts.
    """
    if len(facts) < _WORTH_ROWS:
        return
    file = _file(path, ref)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    marked = facts.replace_schema_metadata(
        {b"made_by": _MARK, b"version": str(ref.version).encode()}
    )
    try:
        file.parent.mkdir(exist_ok=True)
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, marked.schema) as out:
            out.write_table(marked)
        temporary.replace(file)
    except (OSError, pa.ArrowException) as error:
        log.info("facts are not kept in %s: %s", file, error)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return
    for older in file.parent.glob("facts-*"):
        if older != file:
            with suppress(OSError):  # another system may keep a mapped file from going
                older.unlink()
