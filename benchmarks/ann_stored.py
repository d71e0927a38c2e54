"""What the embedded databases of the index benchmarks have in common."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.ann_data import Filter

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

__all__ = ["BATCH", "Stored"]

BATCH = 5_000
"""Rows written in one call."""


class Stored:
    """A folder of its own, removed with the database, and the loop over single queries."""

    efforts: tuple[int, ...] = (0,)

    def __init__(self) -> None:
        """Make the folder."""
        self.folder = tempfile.mkdtemp(prefix="bench-")

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        """Return the ids found for one query."""
        raise NotImplementedError

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        """Return (n, k) ids, -1 where there is none."""
        out = np.full((len(queries), k), -1, dtype=np.int64)
        for row, query in enumerate(queries):
            found = self.one(query, k, effort, given)
            out[row, : len(found)] = found
        return out

    def __del__(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)
