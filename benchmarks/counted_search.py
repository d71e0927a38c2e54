"""The compiled search of `ClusteredIndex`, compiled once more so that it counts and keeps time.

The sources are those of `deepsearch.index.kernels`, imported a second time with another
decorator: functions named in `_STAGES` note the processor's clock when they begin and end, and
those that read a row note which. What the library compiled for itself stays as it is, so
searches pay nothing for this; `Counted.search` returns what the library's own search returns,
to the bit, and `benchmarks.effort_curves` checks that.

`touched` then reads the same rows again, in the order in which the search read them, with as
many requests under way, and does nothing with them: what memory alone takes for that search.
"""

from __future__ import annotations

import copy
import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

from deepsearch.index import ClusteredIndex
from deepsearch.index.kernels.compiled import _FLAGS
from deepsearch.index.kernels.vector import pointer, prefetch

__all__ = ["STAGES", "Counted", "Read", "touched"]

_PACKAGE = "deepsearch.index.kernels"
# Where the time of a function goes, the functions it calls left out.
_STAGES = {
    "prepare_codes": "query",
    "prepare_rotated": "query",
    "prepare_lookups": "query",
    "prepare_planes": "query",
    "ranked": "rank",
    "next_round": "choose",
    "score_list": "choose",
    "_visit_lists": "walk",
    "visit_list": "walk",
    "visit_prepared": "walk",
    "_gather": "walk",
    "prepare_filter": "mask",
    "allowed_positions": "mask",
    "block_reaches": "bits",
    "_estimate": "bits",
    "score_passed": "codes",
    "_score_all": "codes",
    "_finish": "float32",
    "search": "rest",
}
STAGES = tuple(dict.fromkeys(_STAGES.values()))
"""What a search does: makes the query ready; ranks all lists; chooses the next one, by the codes
of its centre; walks its rows, looking up in the mask those that pass; meets the allowed ones one
by one where they are few; estimates rows, and lists to rank them, by bits; scores rows by 8-bit
codes and by float32; and the rest."""

# The cells that compiled code writes: time inside calls made by the function at hand; a stage's
# time, each; then rows seen by bits, by codes (centres too), by float32, places used of the trace.
_INSIDE, _FIRST_STAGE = 0, 1
_BITS = _FIRST_STAGE + len(STAGES)
_CODES, _FLOATS, _TRACED, _ROOM = range(_BITS + 1, _BITS + 5)
_CELLS = _ROOM + 1
# Rows asked of memory ahead of the one that is read; the search has some 16 to 64 under way.
_AHEAD = 24
_LINE = 64


def _fast(*signatures: str) -> Callable[[Callable[..., Any]], Any]:
    # As `compiled` does it: what only compiled functions call becomes part of them.
    flags = {**_FLAGS, "forceinline": not signatures}
    decorator: Callable[[Callable[..., Any]], Any] = njit(*signatures, **flags)  # type: ignore[call-overload]
    return decorator


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one search read.

    Attributes:
        bits: (m,) rows estimated by bits one by one, in order; rows as the lists order them.
        blocks: (m,) blocks of sixteen rows estimated by bits.
        centres: Centres scored by 8-bit codes.
        codes: (m,) rows scored by 8-bit codes.
        floats: (m,) positions scored by float32 vectors.
    """

    bits: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.int64]
    centres: int
    codes: npt.NDArray[np.int64]
    floats: npt.NDArray[np.int64]


class Counted:
    """An index whose searches count and keep time; slower than the index itself."""

    def __init__(self, index: ClusteredIndex) -> None:
        """Compile the kernels once more, for all indexes of a size; it takes half a minute.

        Args:
            index: The index; it stays as it is.
        """
        self.index = copy.copy(index)
        self.index._kernels, self._cells, self._trace = _counting(4 * len(index) + 4_096)
        tables = index._tables
        self._codes = tables.codes.__array_interface__["data"][0]
        self._dim = tables.codes.shape[1]
        self._rows = tables.codes.shape[0]
        self._blocks = tables.blocks.__array_interface__["data"][0]
        self._block_bytes = tables.blocks.strides[0]
        self._block_count = len(tables.blocks)

    def read(self, search: Callable[[ClusteredIndex], object]) -> Read:
        """Note what a search reads.

        Args:
            search: Searches the index that it is given, for one query.

        Returns:
            What was read.

        Raises:
            RuntimeError: If it was more than the trace holds.
        """
        self._cells[:] = 0
        self._cells[_ROOM] = len(self._trace)
        search(self.index)
        if self._cells[_TRACED] > len(self._trace):
            raise RuntimeError(f"{self._cells[_TRACED]} rows were read: more than a trace holds.")
        trace = self._trace[: self._cells[_TRACED]].copy()
        kinds, values = trace & 3, trace >> 2
        offsets = values[kinds == 1] - self._codes
        rows = offsets // self._dim
        own = (offsets >= 0) & (rows < self._rows)  # the others are centres
        blocks = (values[kinds == 3] - self._blocks) // self._block_bytes
        return Read(
            bits=values[kinds == 0],
            blocks=blocks[(blocks >= 0) & (blocks < self._block_count)],  # the others are lists'
            centres=int((~own).sum()),
            codes=rows[own],
            floats=values[kinds == 2],
        )

    def times(self, search: Callable[[ClusteredIndex], object]) -> dict[str, float]:
        """Note where the time of a search goes.

        Args:
            search: Searches the index that it is given, for one query.

        Returns:
            Microseconds a stage.
        """
        self._cells[:] = 0
        search(self.index)
        spent = self._cells[_FIRST_STAGE : _FIRST_STAGE + len(STAGES)] / _ticks_a_microsecond()
        return dict(zip(STAGES, (float(value) for value in spent), strict=True))


@_fast("int64(int64[::1], int64[::1])")
def touched(places: Any, sizes: Any) -> Any:
    """Read a word of each cache line of pieces of memory, in their order.

    Args:
        places: (m,) int64 addresses.
        sizes: (m,) int64 bytes.

    Returns:
        A number, so that no compiler leaves the reading out.
    """
    total = np.int64(0)
    count = places.shape[0]
    for ahead in range(count + _AHEAD):
        if ahead < count:
            for line in range(places[ahead] & -_LINE, places[ahead] + sizes[ahead], _LINE):
                prefetch(np.int64(line))
        if ahead >= _AHEAD:
            start = places[ahead - _AHEAD]
            for line in range(start & -_LINE, start + sizes[ahead - _AHEAD], _LINE):
                total += carray(pointer(np.int64(line)), (1,), np.int64)[0]
    return total


def _typed_ticks(typing_context: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        kind = ir.FunctionType(ir.IntType(64), [])
        name = "llvm.readcyclecounter"
        known = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        return builder.call(known, [])

    return types.int64(), generate


_ticks: Any = intrinsic(_typed_ticks)


@_fast("int64()")
def _now() -> Any:
    return _ticks()


@cache
def _ticks_a_microsecond() -> float:
    start, began = time.perf_counter(), _now()
    while time.perf_counter() - start < 0.05:
        pass
    return float((_now() - began) / (time.perf_counter() - start) / 1e6)


@cache
def _counting(room: int) -> tuple[ModuleType, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    # Kernels that count, the cells they write, and a trace with room for so many rows.
    cells, trace = np.zeros(_CELLS, dtype=np.int64), np.empty(room, dtype=np.int64)
    return _compiled_again(cells, trace), cells, trace


def _compiled_again(cells: Any, trace: Any) -> ModuleType:
    """Import the kernels a second time, compiled by a decorator that counts."""
    seen: set[str] = set()

    def compiled(*signatures: str) -> Callable[[Callable[..., Any]], Any]:
        def decorate(function: Callable[..., Any]) -> Any:
            made = _fast()(function)
            name = function.__name__
            if name in _READS:
                made = _READS[name](made, cells.ctypes.data, trace.ctypes.data)
                seen.add(name)
            if name in _STAGES:
                made = _timed(made, cells.ctypes.data, STAGES.index(_STAGES[name]))
                seen.add(name)
            if name not in _STAGES:
                for signature in signatures:
                    made.compile(signature)
            return made

        return decorate

    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    stand_in: Any = ModuleType(f"{_PACKAGE}.compiled")
    stand_in.compiled = compiled
    sys.modules[stand_in.__name__] = stand_in
    try:
        again = importlib.import_module(_PACKAGE)
    finally:
        for name in list(sys.modules):
            if _is_ours(name):
                del sys.modules[name]
        sys.modules |= kept
        importlib.import_module("deepsearch.index").kernels = kept[_PACKAGE]  # type: ignore[attr-defined]
    if missing := (set(_STAGES) | set(_READS)) - seen:
        raise RuntimeError(f"The kernels have no functions {sorted(missing)}: name them anew.")
    return again


def _is_ours(name: str) -> bool:
    return name == _PACKAGE or name.startswith(f"{_PACKAGE}.")


def _timed(inner: Any, cells: int, stage: int) -> Any:
    cell = _FIRST_STAGE + stage

    @_fast()
    def timed(*args: Any) -> Any:
        counts = carray(pointer(cells), (_CELLS,), np.int64)
        outer = counts[_INSIDE]
        counts[_INSIDE] = 0
        start = _ticks()
        result = inner(*args)
        spent = _ticks() - start
        counts[cell] += spent - counts[_INSIDE]
        counts[_INSIDE] = outer + spent
        return result

    return timed


def _notes(cells: int, trace: int) -> Any:
    """Compile what notes that a row of some kind was read, where that is asked for."""

    @_fast()
    def note(value: Any, kind: Any) -> None:
        counts = carray(pointer(cells), (_CELLS,), np.int64)
        room = counts[_ROOM]
        if room > 0:
            if counts[_TRACED] < room:
                places = carray(pointer(trace), (room,), np.int64)
                places[counts[_TRACED]] = (np.int64(value) << 2) | kind
            counts[_TRACED] += 1

    return note


def _reads_bits(inner: Any, cells: int, trace: int) -> Any:
    note = _notes(cells, trace)

    @_fast()
    def estimate(packed: Any, chosen: Any, bases: Any, count: Any, ready: Any, kept: Any) -> Any:
        for i in range(count):
            note(chosen[i], 0)
        return inner(packed, chosen, bases, count, ready, kept)

    return estimate


def _reads_blocks(inner: Any, cells: int, trace: int) -> Any:
    note = _notes(cells, trace)

    @_fast()
    def block_reaches(
        blocks: Any,
        start: Any,
        count: Any,
        base: Any,
        limit: Any,
        ready: Any,
        uppers: Any,
        above: Any,
    ) -> Any:
        for i in range(count):
            note(np.int64(blocks.ctypes.data) + (start + i) * blocks.shape[1], 3)
        return inner(blocks, start, count, base, limit, ready, uppers, above)

    return block_reaches


def _reads_codes(inner: Any, cells: int, trace: int) -> Any:
    note = _notes(cells, trace)

    @_fast()
    def code_score(row: Any, ready: Any) -> Any:
        note(row.ctypes.data, 1)
        return inner(row, ready)

    return code_score


def _reads_floats(inner: Any, cells: int, trace: int) -> Any:
    note = _notes(cells, trace)

    @_fast()
    def exact_score(vectors: Any, at: Any, query: Any, squared: Any) -> Any:
        note(at, 2)
        return inner(vectors, at, query, squared)

    return exact_score


_READS: dict[str, Callable[[Any, int, int], Any]] = {
    "_estimate": _reads_bits,
    "block_reaches": _reads_blocks,
    "code_score": _reads_codes,
    "exact_score": _reads_floats,
}
