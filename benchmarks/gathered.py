"""Results that grow run by run: a later run of an engine takes its earlier one's place."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.ann_data import DataSet, fingerprint

__all__ = ["Writer", "add_run", "earlier", "join_runs", "replaced"]

Rows: TypeAlias = list[dict[str, Any]]
Writer: TypeAlias = Callable[
    [Rows, Mapping[str, str], Sequence[str], argparse.Namespace, Path], None
]
"""Writes a file: its rows, the fingerprints of their data, what did not run, options, file."""


def earlier(path: Path) -> Rows:
    """Return the rows of a results file."""
    return list(json.loads(path.read_text(encoding="utf-8"))["extra"].get("rows", []))


def replaced(rows: Rows, found: Rows) -> Rows:
    """Return rows, those of the runs found anew in the place of older ones."""
    new = {_run(row) for row in found}
    return [row for row in rows if _run(row) not in new] + found


def add_run(
    rows: Rows,
    given: DataSet,
    missing: Sequence[str],
    options: argparse.Namespace,
    out: Path,
    write: Writer,
) -> None:
    """Write rows and what they were measured on; what the file holds of other data stays.

    Args:
        rows: All rows.
        given: The data of the run at hand.
        missing: Engines that did not run.
        options: With `fresh`, which forgets what the file says of other data; unset here.
        out: The file.
        write: Writes it.
    """
    kept = {}
    if out.is_file() and not options.fresh:
        kept = json.loads(out.read_text(encoding="utf-8")).get("data", {})
    data = {**kept, f"{given.kind} {len(given.rows)}": fingerprint(given.rows)}
    write(rows, data, missing, options, out)
    options.fresh = False


def join_runs(paths: Iterable[Path], options: argparse.Namespace, out: Path, write: Writer) -> None:
    """Put runs that wrote files of their own together; later files win.

    Args:
        paths: Their files.
        options: Handed on.
        out: The file written.
        write: Writes it.
    """
    rows: Rows = []
    data: dict[str, str] = {}
    missing: list[str] = []
    for path in paths:
        rows = replaced(rows, earlier(path))
        record = json.loads(path.read_text(encoding="utf-8"))
        data |= record["data"]
        missing += record["extra"]["not run"]
    write(rows, data, missing, options, out)


def _run(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["data"], row["rows"], row["engine"]
