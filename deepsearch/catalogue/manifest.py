"""Which version of every table belongs together, and how a new set becomes the truth.

A catalogue folder holds Lance tables and `versions/00000007.json`, one manifest a
catalogue version. A manifest names, for each table, the Lance version that belongs to
it; the highest manifest is the current state. A writer writes its tables first, then
the manifest under a temporary name, syncs it, and links it to its final name: that link
is the commit. Whatever a killed writer left in the tables is no part of any manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from deepsearch.errors import CatalogueError, ConflictError

__all__ = [
    "FORMAT_VERSION",
    "Manifest",
    "TableRef",
    "list_versions",
    "read_head",
    "read_manifest",
    "write_lock",
    "write_manifest",
]

FORMAT = "deepsearch-catalogue"
FORMAT_VERSION = 1
_LOOK_AGAIN_S = 0.01
_FILE = re.compile(r"(\d{8})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRef:
    """One table as it belongs to a catalogue version.

    Attributes:
        folder: Folder name of the Lance table, below the catalogue.
        version: Its Lance version.
        rows: Rows it holds at that version.
        meta: What else is known of it, e.g. the embedding space of a vector table.
    """

    folder: str
    version: int
    rows: int
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One committed state of a catalogue.

    Attributes:
        version: Number of this state, from 1.
        created: UTC time of the commit, ISO 8601.
        operation: What made it: "create", "upsert", "remove", "ingest", "vectors" ...
        summary: Counts of what was done, for people.
        next_key: First row key not yet given out.
        tables: Table name → its reference.
        sources: Source name → what is known of it (media root, file name, time).
    """

    version: int
    created: str
    operation: str
    summary: Mapping[str, Any]
    next_key: int
    tables: Mapping[str, TableRef]
    sources: Mapping[str, Mapping[str, Any]]


def _payload(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": manifest.version,
        "created": manifest.created,
        "operation": manifest.operation,
        "summary": dict(manifest.summary),
        "next_key": manifest.next_key,
        "tables": {
            name: {
                "folder": ref.folder,
                "version": ref.version,
                "rows": ref.rows,
                "meta": dict(ref.meta),
            }
            for name, ref in manifest.tables.items()
        },
        "sources": {name: dict(about) for name, about in manifest.sources.items()},
    }


def _checksum(payload: Mapping[str, Any]) -> str:
    canonical = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def list_versions(path: Path) -> list[int]:
    """List the committed versions of a catalogue folder.

    Args:
        path: The catalogue folder; need not exist.

    Returns:
        Version numbers, ascending; empty if there is no catalogue.

    Raises:
        CatalogueError: If the folder cannot be listed.
    """
    try:
        names = [item.name for item in (path / "versions").iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CatalogueError(f"Cannot read the catalogue folder {path}: {error}.") from error
    return sorted(int(match[1]) for name in names if (match := _FILE.fullmatch(name)))


def read_manifest(path: Path, version: int) -> Manifest:
    """Read one committed state.

    Args:
        path: The catalogue folder.
        version: Its version number.

    Returns:
        The manifest.

    Raises:
        CatalogueError: If the version is absent, damaged, or of another format.
    """
    file = path / "versions" / f"{version:08d}.json"
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        known = list_versions(path)
        has = f"it has versions {known[0]} to {known[-1]}" if known else "it has none"
        raise CatalogueError(f"Catalogue {path} has no version {version}; {has}.") from None
    except OSError as error:
        raise CatalogueError(f"Cannot read {file}: {error}.") from error
    try:
        payload = json.loads(raw)
        format_version = payload["format_version"]
        if payload["format"] != FORMAT:
            raise ValueError(f"format is {payload['format']!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogueError(
            f"{file} is no readable manifest ({error}). The catalogue's earlier versions are "
            f"unharmed: open one with Catalogue.open(path, version=...)."
        ) from error
    if format_version != FORMAT_VERSION:
        newer = isinstance(format_version, int) and format_version > FORMAT_VERSION
        todo = (
            "upgrade deepsearch to open it"
            if newer
            else "index its sources again into a new folder"
        )
        raise CatalogueError(
            f"Catalogue {path} is of format {format_version!r}; this deepsearch reads format "
            f"{FORMAT_VERSION}. Please {todo}."
        )
    checksum = payload.pop("checksum", None)
    if checksum != _checksum(payload):
        raise CatalogueError(
            f"{file} was changed after it was written (its checksum differs). The earlier "
            f"versions are unharmed: open one with Catalogue.open(path, version=...)."
        )
    return Manifest(
        version=payload["version"],
        created=payload["created"],
        operation=payload["operation"],
        summary=payload["summary"],
        next_key=payload["next_key"],
        tables={name: TableRef(**ref) for name, ref in payload["tables"].items()},
        sources=payload["sources"],
    )


def read_head(path: Path) -> Manifest:
    """Read the current state of a catalogue folder.

    Args:
        path: The catalogue folder.

    Returns:
        The manifest with the highest version.

    Raises:
        CatalogueError: If there is no catalogue, or its manifest cannot be used.
    """
    versions = list_versions(path)
    if versions:
        return read_manifest(path, versions[-1])
    if not path.exists():
        raise CatalogueError(
            f"There is no catalogue at {path}. Make one with `deepsearch index SOURCE --to "
            f"{path}` or Catalogue.create."
        )
    if not path.is_dir():
        raise CatalogueError(f"{path} is a file; a catalogue is a folder.")
    what = "is empty" if not any(path.iterdir()) else "holds no catalogue (no versions/*.json)"
    raise CatalogueError(f"The folder {path} {what}. Name the folder given to --to.")


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Commit: make `manifest` the current state.

    Args:
        path: The catalogue folder.
        manifest: The new state, its version one above the current.

    Raises:
        ConflictError: If that version exists already.
        CatalogueError: If it cannot be written; the current state stays as it was.
    """
    folder = path / "versions"
    final = folder / f"{manifest.version:08d}.json"
    temporary = folder / f".{manifest.version:08d}.{os.getpid()}.tmp"
    payload = _payload(manifest)
    payload["checksum"] = _checksum(payload)
    try:
        folder.mkdir(exist_ok=True)
        with temporary.open("w", encoding="utf-8", errors="surrogatepass") as out:
            json.dump(payload, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        # A link fails where the name exists, a rename would replace it: the second of
        # two writers must lose even where the lock does not work (some network folders).
        try:
            os.link(temporary, final)
        except FileExistsError:
            raise ConflictError(
                f"Another writer committed version {manifest.version} of {path} first. Nothing "
                f"was written; open the catalogue again and retry."
            ) from None
        except OSError:
            if final.exists():
                raise
            temporary.rename(final)
        sync_folder(folder)
    except OSError as error:
        raise CatalogueError(
            f"Could not commit to the catalogue {path}: {error}. It stays at version "
            f"{manifest.version - 1}."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable, where the system can.

    Args:
        folder: An existing folder.
    """
    with suppress(OSError):  # Windows cannot open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock_file(handle: IO[bytes]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def write_lock(path: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the one writer's place of a catalogue; the system frees it if we are killed.

    Args:
        path: The catalogue folder.
        wait_s: Seconds to wait for another writer, >= 0.

    Yields:
        Nothing; the lock is held inside the block.

    Raises:
        ConflictError: If another writer still holds it then.
        CatalogueError: If the folder cannot be written to.
    """
    try:
        handle = (path / "lock").open("ab")
    except OSError as error:
        raise CatalogueError(
            f"Cannot write to the catalogue {path}: {error}. It is unchanged; give a folder "
            f"you may write to."
        ) from error
    with handle:
        last = time.monotonic() + wait_s
        while True:
            try:
                _lock_file(handle)
                break
            except OSError as error:
                if time.monotonic() >= last:
                    raise ConflictError(
                        f"Another writer is at work on {path}. Nothing was written; try again "
                        "when it is done."
                    ) from error
            # The system's own waiting could neither end nor be interrupted on every platform.
            time.sleep(_LOOK_AGAIN_S)
        yield
