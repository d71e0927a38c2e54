"""Failures of the storage, as errors that say what became of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from deepsearch.errors import CatalogueError, DeepSearchError

__all__ = ["reading", "remedy", "writing"]


@contextmanager
def writing(what: str, path: Path, version: int) -> Iterator[None]:
    """Turn a failure of the storage into one clear error.

    Args:
        what: What is being done, for the message.
        path: The catalogue folder.
        version: The version it stays at.

    Yields:
        Nothing.

    Raises:
        CatalogueError: If the storage fails; nothing is committed then.
    """
    try:
        yield
    except DeepSearchError:
        raise
    except (OSError, RuntimeError, ValueError, pa.ArrowException) as error:
        detail = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        raise CatalogueError(
            f"Could not {what} in {path}: {detail}. The catalogue is unchanged, at version "
            f"{version}. Check that the disk has room and the folder may be written to, then "
            f"retry."
        ) from error
    except BaseException as error:
        # Lance is native code; where it gives up it raises this, which is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise CatalogueError(
            f"Could not {what} in {path}: {error}. The catalogue is unchanged, at version "
            f"{version}."
        ) from error


@contextmanager
def reading(path: Path, folder: str) -> Iterator[None]:
    """Turn a failure to read a table into one clear error.

    Args:
        path: The catalogue folder.
        folder: The table's folder name.

    Yields:
        Nothing.

    Raises:
        CatalogueError: If the table's files are missing or damaged.
    """
    try:
        yield
    except DeepSearchError:
        raise
    except BaseException as error:
        # Lance is native code; where it gives up it raises a PanicException
        native = type(error).__name__ == "PanicException"
        if not native and not isinstance(error, (OSError, RuntimeError, ValueError)):
            raise
        detail = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        raise CatalogueError(
            f"Table '{folder}' of the catalogue {path} cannot be read: {detail}. A file of it is "
            f"missing or damaged. {remedy(folder)}"
        ) from error


def remedy(folder: str) -> str:
    """Say what to do about a table that cannot be read.

    Args:
        folder: The table's folder name.

    Returns:
        A sentence.
    """
    if folder.startswith("vectors_"):
        return (
            "Vectors can be made again: `deepsearch check DIR --repair` drops what cannot be used "
            "(Catalogue.open(path, verify=False).check(repair=True)) and encodes it anew."
        )
    return (
        "Restore the folder from a copy, open an earlier version "
        "(Catalogue.open(path, version=...)), or index the sources again into a new folder."
    )
