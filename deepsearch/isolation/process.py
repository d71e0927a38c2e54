"""Runs a reader that hostile files can crash in a process of its own.

Native code may abort, exhaust memory or never end on a damaged file, and nothing in the
same process can prevent it. In a process of its own it takes nothing with it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deepsearch.errors import UnreadableFileError

__all__ = ["NOT_INSTALLED", "WorkerMissingError", "run_isolated"]

NOT_INSTALLED = 3
"""Exit code by which a worker says that its library is missing."""

T = TypeVar("T")


class WorkerMissingError(Exception):
    """The worker's library cannot be imported."""


def run_isolated(
    file: Path | bytes,
    worker: Path,
    read: Callable[[Path, str], T],
    *,
    name: str,
    arguments: tuple[str, ...] = (),
    what: str,
    seconds: float = 60.0,
) -> T:
    """Hand a file to a worker program and read what it makes of it.

    The worker is called with the file, a path for its result, and the arguments. It
    exits with 0, having printed a line, or with another code, having printed a reason.

    Args:
        file: The file, or its contents.
        worker: The program.
        read: Takes the path of the result and the line printed.
        name: What to call the file in messages.
        arguments: Further arguments.
        what: The file's kind, e.g. "a STEP model".
        seconds: Time allowed.

    Returns:
        What `read` returns.

    Raises:
        WorkerMissingError: If the worker's library is not installed.
        UnreadableFileError: If the worker fails, crashes, or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="deepsearch-") as folder:
        given, result = Path(folder, "given"), Path(folder, "result")
        if isinstance(file, Path):
            given = file.absolute()
        else:
            given.write_bytes(file)
        command = [sys.executable, "-I", str(worker), str(given), str(result), *arguments]
        try:
            # The command is this library's own, and no shell reads it.
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableFileError(
                f"{name}: takes more than {seconds:.0f} s to read. Simplify the file, or "
                "export it again."
            ) from error
        lines = done.stdout.strip().splitlines()
        if done.returncode == NOT_INSTALLED:
            raise WorkerMissingError
        if done.returncode == 0 and lines:
            return read(result, lines[-1])
        reason = lines[-1][:200] if lines else "it crashes the reader, or takes too much memory"
        raise UnreadableFileError(
            f"{name} cannot be read as {what}: {reason}. It is damaged, protected by a password, "
            "or something else; open it in the program that made it and export it again."
        )
