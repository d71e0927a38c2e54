"""Running the command line as a user runs it, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from unittest import mock

from deepsearch.cli import main


def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `deepsearch` here, where what was imported and loaded for one call serves the next."""
    words = ["deepsearch", *map(str, args)]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", words),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def run_alone(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `deepsearch` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "deepsearch", *map(str, args)],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        encoding="utf-8",
    )
