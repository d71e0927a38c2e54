"""What a reader hands on: columns of one chunk of a source, and the rows that failed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.columns import LISTING_SCHEMA, assemble, flatten
from deepsearch.catalogue.report import Reject
from deepsearch.schema import IntArray

__all__ = ["MAX_CELL", "Chunk", "Column", "Failures", "as_array", "as_list", "checked_table"]

Column: TypeAlias = "pa.Array | Sequence[Any]"
"""Values of one column of a chunk, one a row."""

MAX_CELL = 1_000_000
"""Characters of one value; a longer one is no product data."""
_ORIGINAL = 4_000


@dataclass(slots=True)
class Chunk:
    """Some rows of a source in the catalogue's dotted columns.

    Attributes:
        columns: Values by dotted path, each as long as `lines`.
        lines: (rows,) int64, where each row stands in the source.
        originals: Gives row i as it stood, for the rejects.
    """

    columns: dict[str, Column]
    lines: IntArray
    originals: Callable[[int], str]


def as_array(column: Column | None, n: int, kind: pa.DataType) -> pa.Array:
    """Give a column as an Arrow array, whichever form the reader made it in.

    Args:
        column: The column, or None for an absent one.
        n: Rows.
        kind: Its type.

    Returns:
        n values; nulls where it is absent.
    """
    if column is None:
        return pa.nulls(n, kind)
    return column if isinstance(column, pa.Array) else pa.array(column, kind)


def as_list(column: Column | None, n: int) -> list[Any]:
    """Give a column as a list, whichever form the reader made it in.

    Args:
        column: The column, or None for an absent one.
        n: Rows.

    Returns:
        n values; None where it is absent.
    """
    if column is None:
        return [None] * n
    return column.to_pylist() if isinstance(column, pa.Array) else list(column)


@dataclass(slots=True)
class Failures:
    """Rows that did not go in, collected on the way."""

    rejects: list[Reject] = field(default_factory=list)

    def add(self, line: int, reason: str, original: str) -> None:
        """Keep a failed row.

        Args:
            line: Where it stands.
            reason: What is wrong.
            original: The row; shortened if it is huge.
        """
        if len(original) > _ORIGINAL:
            original = f"{original[:_ORIGINAL]}... ({len(original):,} characters)"
        clean = original.encode("utf-8", "replace").decode()
        self.rejects.append(Reject(line=line, reason=reason, original=clean))


def _number_columns() -> list[str]:
    flat = flatten(LISTING_SCHEMA.empty_table())
    return [f.name for f in flat.schema if pa.types.is_floating(f.type)]


_NUMBERS = _number_columns()
_TEXTS = ("id", "title", "description", "category", "brand", "model", "url", "supplier.name")


def _bad_rows(flat: pa.Table) -> dict[int, str]:
    bad: dict[int, str] = {}
    for name in _NUMBERS:
        column = flat[name]
        if column.null_count == len(column):
            continue
        wrong = pc.or_(pc.less(column, 0.0), pc.invert(pc.is_finite(column)))
        if pc.any(wrong).as_py():
            for i in pc.indices_nonzero(pc.fill_null(wrong, False)).to_pylist():
                value = column[i].as_py()
                what = "negative" if math.isfinite(value) else "not finite"
                bad.setdefault(i, f"{name} is {value:g}: {what}")
    for name in _TEXTS:
        column = flat[name]
        if column.null_count == len(column):
            continue
        length = pc.utf8_length(column)
        if (pc.max(length).as_py() or 0) > MAX_CELL:
            for i in pc.indices_nonzero(
                pc.fill_null(pc.greater(length, MAX_CELL), False)
            ).to_pylist():
                bad.setdefault(
                    i, f"{name} holds {length[i].as_py():,} characters; at most {MAX_CELL:,}"
                )
    for name, what in (("title", "no title"), ("id", "no id")):
        empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(flat[name]), ""), True)
        for i in pc.indices_nonzero(empty).to_pylist():
            bad.setdefault(i, what)
    return bad


def checked_table(chunk: Chunk, failures: Failures) -> tuple[pa.Table, IntArray]:
    """Build the Arrow rows of a chunk, leaving out those that must not go in.

    Args:
        chunk: Columns whose values fit their types.
        failures: Takes the rows without a title, with negative numbers, with huge values.

    Returns:
        The good rows, and their lines.
    """
    table = assemble(chunk.columns, len(chunk.lines))
    bad = _bad_rows(flatten(table))
    if not bad:
        return table, chunk.lines
    for i, reason in sorted(bad.items()):
        failures.add(int(chunk.lines[i]), reason, chunk.originals(i))
    good = np.setdiff1d(np.arange(len(chunk.lines)), list(bad))
    return table.take(pa.array(good)), chunk.lines[good]
