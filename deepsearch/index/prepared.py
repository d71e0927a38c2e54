"""Filters made ready for an index, for searches that come again with the same one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deepsearch.schema import BoolArray, IntArray

__all__ = ["PreparedFilter", "RowFilter"]


class RowFilter(NamedTuple):
    """A filter in the order of a clustered index's rows.

    Attributes:
        bits: (n / 64, rounded up) int64: a bit for each row, lowest first.
        firsts: (lists + 1,) int32: rows allowed before each list; all of them.
        few: (allowed,) int32: the rows, ascending; empty where they are many.
    """

    bits: IntArray
    firsts: npt.NDArray[np.int32]
    few: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedFilter:
    """A mask over an index's positions, read and counted once for many searches.

    An index's `prepare` makes it, and its `search` takes it as `allowed`. Given to another
    index of the same length it is only a mask.

    Attributes:
        mask: (n,) bool.
        count: Positions it allows.
        made_for: What it was made ready for; None for nothing.
        by_row: The filter in the order of that index's rows; None where rows have none.
        base: What a live index searches its base with.
    """

    mask: BoolArray
    count: int
    made_for: object | None = None
    by_row: RowFilter | None = None
    base: PreparedFilter | None = None
