"""Index files in a folder that several processes keep theirs in."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deepsearch.catalogue.manifest import write_lock
from deepsearch.errors import CatalogueError, ConflictError, IndexFormatError

__all__ = ["keep", "load_kept"]

_LOGGER = logging.getLogger(__name__)

Loaded = TypeVar("Loaded")


def keep(
    folder: Path, note: str, *, write: Callable[[Path], None], vouch: Callable[[Path], None]
) -> None:
    """Write an index, and then the note that says what it covers; what fails is not kept.

    Of two processes at it at once one's note would vouch for the other's files, so the one
    that comes second keeps nothing.

    Args:
        folder: Made if absent.
        note: The note's name.
        write: Writes the index to a path.
        vouch: Writes the note to a path.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with write_lock(folder):
            (folder / note).unlink(missing_ok=True)
            write(folder / "index")
            temporary = folder / f"{os.getpid()}.tmp.{note}"
            vouch(temporary)
            temporary.replace(folder / note)
    except ConflictError:
        _LOGGER.debug("Another process keeps its index in %s.", folder)
    except (OSError, CatalogueError) as error:
        _LOGGER.warning("The index in %s is not kept: %s", folder, error)


def load_kept(note: Path, load: Callable[[], Loaded]) -> Loaded:
    """Load a note with its index, refusing a mixture of an older and a newer one.

    Args:
        note: The note, written after its index and removed before the next.
        load: Reads the note, then the index.

    Returns:
        What was loaded.

    Raises:
        IndexFormatError: If another process replaced them meanwhile.
    """
    before = note.stat()
    loaded = load()
    after = note.stat()
    if (before.st_ino, before.st_mtime_ns) != (after.st_ino, after.st_mtime_ns):
        raise IndexFormatError("another process replaced it while it was read")
    return loaded
