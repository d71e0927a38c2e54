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
import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import (
    ROOT,
    peak_memory_mb,
    peak_memory_of,
    pin_threads,
    system_facts,
    turn,
)
from benchmarks.tables import Row, markdown_table, print_table
from benchmarks.timing import Timing, interleave, summarise, time_calls

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
    "parser",
    "peak_memory_mb",
    "peak_memory_of",
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

RESULTS = Path(__file__).resolve().parent / "results"
# What is measured is encoded, not looked up.
os.environ.setdefault("DEEPSEARCH_CACHE", "off")


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
    given = parser(doc, small="little data, nothing kept").parse_args()
    return Options(small=given.small, seed=given.seed, out=given.out)


def parser(doc: str | None, *, small: str) -> argparse.ArgumentParser:
    """Make a parser of what every benchmark takes, for those that take more.

    Args:
        doc: The help.
        small: What `--small` does.

    Returns:
        The parser.
    """
    made = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--small", action="store_true", help=small)
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--out", type=Path, default=None, help="write the results here")
    return made


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


# ---------------------------------------------------------------- facts


def data_hash(*paths: Path) -> str:
    """SHA-256 over the contents of files, in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


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
