"""What every benchmark needs: facts about the machine, timing, tables, results as JSON.

```python
from benchmarks.common import arguments, interleave, print_table, write_results

options = arguments(__doc__)
timings = interleave({"ours": ours, "peer": peer}, repeat=200)
rows = [{"engine": name, **timing.row()} for name, timing in timings.items()]
print_table(rows)
write_results("filter_masks", tables={"main": rows}, parameters={"n": n}, seed=options.seed)
```

Run as a program it rewrites the tables of Markdown files from the results: whatever stands
between `<!-- results: NAME.TABLE -->` and `<!-- /results -->` is replaced; `--check` only
says whether anything would change.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import importlib.metadata
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

__all__ = [
    "RESULTS",
    "ROOT",
    "Options",
    "Row",
    "Timing",
    "arguments",
    "data_hash",
    "interleave",
    "markdown_table",
    "peak_memory_mb",
    "pin_threads",
    "print_table",
    "render_docs",
    "shared_data",
    "summarise",
    "system_facts",
    "time_calls",
    "turn",
    "write_results",
]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# What is measured is encoded, not looked up.
os.environ.setdefault("DEEPSEARCH_CACHE", "off")
CORE_PACKAGES = ("numpy", "pyarrow", "deepsearch")

Row: TypeAlias = Mapping[str, Any]
_TURNS: list[str] = []  # the turn this process holds


# ---------------------------------------------------------------- the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every benchmark's command line takes.

    Attributes:
        small: A quick run on little data, to see that it works; results are not kept.
        seed: Of everything drawn at random.
        out: Where the results go; None: `benchmarks/results/NAME.json`.
    """

    small: bool
    seed: int
    out: Path | None


def arguments(doc: str | None) -> Options:
    """Read `--small`, `--seed` and `--out` from the command line; show `doc` as the help."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="little data, nothing kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None, help="write the results here")
    given = parser.parse_args()
    return Options(small=given.small, seed=given.seed, out=given.out)


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


def shared_data() -> Path:
    """Folder of real data kept outside the project.

    Returns:
        The folder in DEEPSEARCH_SHARED_DATA, else `../shared/data` beside the repository.

    Raises:
        SystemExit: If it is absent.
    """
    folder = Path(os.environ.get("DEEPSEARCH_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        raise SystemExit(f"No data at {folder}; set DEEPSEARCH_SHARED_DATA to its folder.")
    return folder


# ---------------------------------------------------------------- timing


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall time of repeated calls, in milliseconds."""

    p50: float
    p95: float
    p99: float
    mean: float
    calls: int

    def row(self) -> dict[str, float]:
        """Return the figures as table columns, four significant digits."""
        return {
            "p50 ms": _round(self.p50),
            "p95 ms": _round(self.p95),
            "p99 ms": _round(self.p99),
        }


def summarise(seconds: Iterable[float]) -> Timing:
    """Percentiles (linear interpolation) of measured seconds."""
    values = np.fromiter(seconds, dtype=np.float64) * 1000
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return Timing(
        p50=float(p50),
        p95=float(p95),
        p99=float(p99),
        mean=float(values.mean()),
        calls=len(values),
    )


def time_calls(call: Callable[[int], object], *, repeat: int, warmup: int = 3) -> Timing:
    """Time `call(0)`, `call(1)` ... one by one, garbage collection off.

    Args:
        call: Given the number of the call, so that inputs can vary.
        repeat: Calls measured.
        warmup: Calls made before, not measured.

    Returns:
        Percentiles of the wall time of a call.
    """
    return interleave({"": call}, repeat=repeat, warmup=warmup)[""]


def interleave(
    calls: Mapping[str, Callable[[int], object]], *, repeat: int, warmup: int = 3
) -> dict[str, Timing]:
    """Time several candidates turn by turn, so that the machine's moods hit all alike.

    Args:
        calls: Name → call, given the number of the round.
        repeat: Rounds measured.
        warmup: Rounds made before, not measured.

    Returns:
        Name → percentiles of its wall time.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(-warmup, repeat):
            for name, call in calls.items():
                start = time.perf_counter()
                call(max(turn, 0))
                took = time.perf_counter() - start
                if turn >= 0:
                    seconds[name].append(took)
    finally:
        if collecting:
            gc.enable()
    return {name: summarise(values) for name, values in seconds.items()}


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far, in MB (10^6 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024  # Linux counts in KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


# ---------------------------------------------------------------- facts


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
        "memory_gb": _round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in (*CORE_PACKAGES, *packages)},
        "commit": _commit(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def data_hash(*paths: Path) -> str:
    """SHA-256 over the contents of files, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


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


# ---------------------------------------------------------------- tables, files


def write_results(
    name: str,
    *,
    tables: Mapping[str, Sequence[Row]],
    parameters: Mapping[str, Any],
    seed: int,
    data: Mapping[str, str] | None = None,
    packages: Sequence[str] = (),
    extra: Mapping[str, Any] | None = None,
    out: Path | None = None,
    commit: str | None = None,
) -> Path:
    """Write a benchmark's results beside the facts needed to judge them.

    Args:
        name: The benchmark, as its module is called.
        tables: Table name → rows; each a mapping column → figure.
        parameters: What was varied or fixed.
        seed: Of everything drawn at random.
        data: Data set → SHA-256 or description.
        packages: Distributions whose versions matter.
        extra: Anything else worth keeping: per-query values, curves.
        out: File to write; None: `benchmarks/results/NAME.json`.
        commit: Of the code measured, where that is not the code that writes.

    Returns:
        The file written.
    """
    path = out or RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "benchmark": name,
        "tables": tables,
        "parameters": parameters,
        "seed": seed,
        "data": data or {},
        "machine": system_facts(packages) | ({"commit": commit} if commit else {}),
        "extra": extra or {},
    }
    text = json.dumps(record, indent=1, ensure_ascii=False, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def print_table(rows: Sequence[Row], *, title: str = "") -> None:
    """Print rows as an aligned table."""
    if title:
        print(f"\n{title}")
    print(markdown_table(rows))


def markdown_table(rows: Sequence[Row]) -> str:
    """Format rows as a Markdown table; numbers to the right, missing cells empty."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    numeric = [
        all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns
    ]
    widths = [
        max([len(column), 3, *(len(line[i]) for line in cells)]) for i, column in enumerate(columns)
    ]

    def line(words: Sequence[str]) -> str:
        padded = [
            word.rjust(width) if right else word.ljust(width)
            for word, width, right in zip(words, widths, numeric, strict=True)
        ]
        return "| " + " | ".join(padded) + " |"

    rule = [
        "-" * (width - 1) + ":" if right else "-" * width
        for width, right in zip(widths, numeric, strict=True)
    ]
    return "\n".join([line(columns), line(rule), *(line(row) for row in cells)])


def render_docs(text: str, *, results: Path = RESULTS) -> str:
    """Fill the result tables of a Markdown text.

    Args:
        text: Markdown holding `<!-- results: NAME.TABLE -->` ... `<!-- /results -->`.
        results: Folder of the results.

    Returns:
        The text with every such table renewed.

    Raises:
        FileNotFoundError: If a text names results that do not exist.
        KeyError: If the results lack the table.
    """

    def fill(match: re.Match[str]) -> str:
        name, table = match["name"], match["table"]
        record = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        machine = record["machine"]
        note = (
            f"{machine['cpu']}, {machine['cores']} cores, threads {machine['threads']}; "
            f"commit {machine['commit']}, {machine['date']}; `python -m benchmarks.{name}`"
        )
        filled = markdown_table(record["tables"][table])
        return f"{match['open']}\n{filled}\n\n<sub>{note}</sub>\n<!-- /results -->"

    pattern = (
        r"(?P<open><!-- results: (?P<name>[\w-]+)\.(?P<table>[\w-]+) -->)"
        r".*?<!-- /results -->"
    )
    return re.sub(pattern, fill, text, flags=re.DOTALL)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{_round(value):g}"
    return str(value)


def _round(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def _plain(value: object) -> object:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return value.name
    raise TypeError(f"Cannot write {type(value).__name__} as JSON")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill the result tables of Markdown files.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if stale")
    given = parser.parse_args()
    stale = []
    for path in given.files:
        old = path.read_text(encoding="utf-8")
        new = render_docs(old)
        if new != old:
            stale.append(path)
            if not given.check:
                path.write_text(new, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'stale' if given.check else 'written'}")
    if given.check and stale:
        sys.exit(1)


if __name__ == "__main__":
    main()
