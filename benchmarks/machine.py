"""The machine a benchmark runs on: its facts, its threads, and whose turn it is."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.tables import significant

__all__ = ["ROOT", "peak_memory_mb", "peak_memory_of", "pin_threads", "system_facts", "turn"]

ROOT = Path(__file__).resolve().parent.parent
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CORE_PACKAGES = ("numpy", "pyarrow", "deepsearch")
_TURNS: list[str] = []  # the turn this process holds


def pin_threads(threads: int) -> None:
    """Restart this program with its numeric libraries held to `threads` threads.

    They read the variables when they are first imported, so nothing less is sure to work.
    Call it first in `main`; it returns at once in the restarted program.
    """
    wanted = dict.fromkeys(THREAD_VARIABLES, str(threads))
    if all(os.environ.get(name) == value for name, value in wanted.items()):
        return
    sys.stdout.flush()
    os.execve(sys.executable, sys.orig_argv, {**os.environ, **wanted})


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Wait for the machine's turn, so that no two benchmarks time at once.

    The turn is a lock on the file that DEEPSEARCH_BENCH_LOCK names; without it, or where the
    system has no such locks, nothing is waited for. A turn within a turn is the same one.
    """
    path = os.environ.get("DEEPSEARCH_BENCH_LOCK")
    if not path or sys.platform == "win32" or _TURNS:
        yield
        return
    import fcntl

    with Path(path).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _TURNS.append(path)
        try:
            yield
        finally:
            _TURNS.pop()


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far, in MB (10^6 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024  # Linux counts in KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def peak_memory_of(code: str, *arguments: object) -> float:
    """Run code in a process of its own.

    Args:
        code: Python, which finds the arguments in `sys.argv[1:]`.
        arguments: Its arguments.

    Returns:
        Largest resident memory of that process, in MB (10^6 bytes).
    """
    whole = f"{code}\nfrom benchmarks.machine import peak_memory_mb\nprint(peak_memory_mb())"
    command = [sys.executable, "-c", whole, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(done.stdout)


def system_facts(packages: Sequence[str] = ()) -> dict[str, Any]:
    """What a reader needs to know about the machine and the code.

    Args:
        packages: Distributions whose versions matter beside `CORE_PACKAGES`.

    Returns:
        cpu, cores, threads, memory, python, package versions, commit, date.
    """
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS", "not pinned"),
        "memory_gb": significant(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in (*CORE_PACKAGES, *packages)},
        "commit": _commit(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _cpu_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or "unknown"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    # The results themselves change while benchmarks run; they are no change of the code.
    changed = git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results"
    )
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" + changes" if changed else "")
