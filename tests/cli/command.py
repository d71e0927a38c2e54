"""Running the command line as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `deepsearch` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "deepsearch", *map(str, args)],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        encoding="utf-8",
    )
