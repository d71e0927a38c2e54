"""Compiled inner loops over two-level codes; imported only where an index needs them.

Each row has a record of one bit a dimension (with a scale and a bias) and a row of
8-bit codes. The bits give an estimate of the score with a known error; only rows whose
estimate, plus that error, could still reach the best so far are scored by their 8-bit
codes, and only the best of those by their float32 vectors. So a scattered row costs two
cache lines of memory instead of eight, or thirty-two.

The functions hold no lock of the interpreter and touch no shared state. They are
compiled when first called and cached on disk after that.

Source of the bit estimate and its error: Gao and Long, "RaBitQ", SIGMOD 2024.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - compiled functions are called by position
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["Tables", "encode_rows", "score_ids", "search"]

_BLOCK = 256
# Query codes of 15 bits and a sign times row codes of 8 bits must sum within int32.
_QUERY_TOP = 32_767.0
_INT32_TOP = 2.0**31 - 1.0


class Tables(NamedTuple):
    """The arrays of an index, all read-only.

    Attributes:
        records: (n, words + 2) uint64: signs, then four float32: scale and error of the
            sign estimate, what is added to it, what is added to the 8-bit score.
        floats: `records` seen as float32.
        codes: (n, dim) int8.
        order: (n,) int32 position of each row.
        starts: (lists + 1,) int64 first row of each list.
        centres: (lists, dim) int8 codes of the list centres.
        centre_bias: (lists,) float32 added to a centre's product to rank the lists.
        step: (dim,) float32 step of the 8-bit codes.
        middle: (dim,) float32 value of code 0.
        signs: (rounds, 64 * words) float32, +1 or -1: the random part of the rotation.
        mean: (dim,) float32 mean of all rows, which the sign estimate leaves out of queries.
        vectors: (n, dim) float32 by position.
    """

    records: Any
    floats: Any
    codes: Any
    order: Any
    starts: Any
    centres: Any
    centre_bias: Any
    step: Any
    middle: Any
    signs: Any
    mean: Any
    vectors: Any


def _compiled(function: Callable[..., Any]) -> Any:
    # Infinities mark empty places, so of the fast-math flags only reordering is allowed.
    flags: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "boundscheck": False,
        "fastmath": {"reassoc", "contract", "nsz"},
    }
    try:
        return njit(function, cache=True, **flags)
    except RuntimeError:  # no folder to cache in: compiled anew in each process
        logging.getLogger(__name__).info("No place to cache compiled code for %s.", function)
        return njit(function, **flags)


def _typed_popcount(typing_context: Any, word: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.ctpop(args[0])

    return types.int64(types.uint64), generate


def _typed_prefetch(typing_context: Any, address: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        byte_pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        name = "llvm.prefetch.p0"
        function = builder.module.globals.get(name) or ir.Function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [byte_pointer, number, number, number]),
            name,
        )
        # to read; to keep in all levels; of the data cache
        builder.call(
            function,
            [builder.inttoptr(args[0], byte_pointer), number(0), number(3), number(1)],
        )
        return context.get_dummy_value()

    return types.void(types.int64), generate


_popcount: Any = intrinsic(_typed_popcount)
_prefetch: Any = intrinsic(_typed_prefetch)


# ---------------------------------------------------------------- rotation


@_compiled
def _hadamard(values: Any, start: int, size: int) -> None:
    half = 1
    while half < size:
        for left in range(start, start + size, 2 * half):
            for i in range(left, left + half):
                a, b = values[i], values[i + half]
                values[i] = a + b
                values[i + half] = a - b
        half *= 2
    scale = np.float32(1.0 / np.sqrt(size))
    for i in range(start, start + size):
        values[i] *= scale


@_compiled
def _rotate(values: Any, signs: Any) -> None:
    # Orthogonal and as good as random: rounds of random signs and Hadamard transforms
    # over the first and the last 2^p values, which overlap where the length is no power.
    width = values.shape[0]
    size = 1
    while 2 * size <= width:
        size *= 2
    for turn in range(signs.shape[0]):
        for i in range(width):
            values[i] *= signs[turn, i]
        _hadamard(values, 0, size)
        if size < width:
            _hadamard(values, width - size, size)


# ---------------------------------------------------------------- writing


@_compiled
def encode_rows(
    vectors: Any,
    assigned: Any,
    seen: Any,
    order: Any,
    step: Any,
    middle: Any,
    signs: Any,
    mean: Any,
    squared: bool,
    start: int,
    stop: int,
    records: Any,
    floats: Any,
    codes: Any,
) -> None:
    """Write the records and codes of rows start..stop.

    Args:
        vectors: (n, dim) float32 by position.
        assigned: (n,) int32 list of each position.
        seen: (lists, dim) float32 centres as their codes give them back.
        order: As in `Tables`.
        step: As in `Tables`.
        middle: As in `Tables`.
        signs: As in `Tables`.
        mean: As in `Tables`.
        squared: True where the metric is l2.
        start: First row.
        stop: Row after the last.
        records: As in `Tables`; written, zero before.
        floats: `records` seen as float32; written.
        codes: As in `Tables`; written.
    """
    dim, width = vectors.shape[1], signs.shape[1]
    words = width // 64
    rotated = np.empty(width, np.float32)
    for row in range(start, stop):
        at = order[row]
        centre = assigned[at]
        norm, along = 0.0, 0.0
        for j in range(dim):
            value = vectors[at, j]
            norm += np.float64(value) * np.float64(value)
            along += np.float64(value - seen[centre, j]) * np.float64(mean[j])
            code = np.rint((value - middle[j]) / step[j])
            codes[row, j] = np.int8(min(127.0, max(-127.0, code)))
            rotated[j] = value - seen[centre, j]
        for j in range(dim, width):
            rotated[j] = 0.0
        _rotate(rotated, signs)
        squares, absolute = 0.0, 0.0
        for word in range(words):
            bits = np.uint64(0)
            for j in range(64):
                value = rotated[64 * word + j]
                squares += np.float64(value) * np.float64(value)
                absolute += abs(np.float64(value))
                if value > 0:
                    bits |= np.uint64(1) << np.uint64(j)
            records[row, word] = bits
        # The estimate is unbiased if scaled by |o| / (sqrt(width) * cos(o, signs)); what
        # the signs say nothing of is spread evenly over the other directions.
        scale = squares / absolute if absolute > 0 else 0.0
        rest = max(0.0, scale * scale * width - squares)
        bias = -norm / 2 if squared else 0.0
        floats[row, 2 * words] = scale
        floats[row, 2 * words + 1] = np.sqrt(rest / max(1, width - 1))
        floats[row, 2 * words + 2] = bias + along
        floats[row, 2 * words + 3] = bias


# ---------------------------------------------------------------- reading


@_compiled
def _dot(row: Any, query: Any) -> Any:
    # Casts keep the sum in 32 bits, for which processors have a multiply-add.
    total = np.int32(0)
    for j in range(query.shape[0]):
        total = np.int32(total + np.int32(np.int32(row[j]) * np.int32(query[j])))
    return np.float32(total)


@_compiled
def _prepare(
    query: Any, tables: Any, sigmas: Any, planes: Any, numbers: Any, codes: Any, rotated: Any
) -> None:
    # planes: 4 bits a dimension of the rotated query, the mean taken off. numbers: step
    # and offset of the sign estimate, its error per unit of a row's scale and per unit of
    # a row's error, scale and offset of the 8-bit score.
    dim, width = query.shape[0], rotated.shape[0]
    largest, offset = 0.0, 0.0
    for j in range(dim):
        rotated[j] = query[j] - tables.mean[j]
        largest = max(largest, abs(np.float64(query[j]) * np.float64(tables.step[j])))
        offset += np.float64(query[j]) * np.float64(tables.middle[j])
    for j in range(dim, width):
        rotated[j] = 0.0
    unit = max(largest, 1e-30) / min(_QUERY_TOP, np.floor(_INT32_TOP / (127.0 * dim)))
    for j in range(dim):
        codes[j] = np.int16(np.rint(np.float64(query[j]) * np.float64(tables.step[j]) / unit))
    _rotate(rotated, tables.signs)
    norm = 0.0
    for j in range(width):
        norm += np.float64(rotated[j]) * np.float64(rotated[j])
    # 16 levels over +-3 standard deviations; what lies beyond is cut.
    delta = max(np.sqrt(norm / width) * 0.4, 1e-30)
    total = np.int64(0)
    for word in range(width // 64):
        p0, p1, p2, p3 = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
        for j in range(64):
            nearest = np.int64(np.rint(rotated[64 * word + j] / delta + 7.5))
            level = np.int64(min(np.int64(15), max(np.int64(0), nearest)))
            total += level
            value, shift = np.uint64(level), np.uint64(j)
            one = np.uint64(1)
            p0 |= (value & one) << shift
            p1 |= ((value >> one) & one) << shift
            p2 |= ((value >> np.uint64(2)) & one) << shift
            p3 |= ((value >> np.uint64(3)) & one) << shift
        planes[0, word], planes[1, word], planes[2, word], planes[3, word] = p0, p1, p2, p3
    numbers[0] = delta
    numbers[1] = -delta * (total - 7.5 * width)
    numbers[2] = sigmas * delta * np.sqrt(width / 12.0)  # the rounding to levels
    numbers[3] = sigmas * np.sqrt(norm)
    numbers[4] = unit
    numbers[5] = offset


@_compiled
def _push(scores: Any, rows: Any, score: Any, row: Any) -> None:
    # Replace the worst of a full min-heap.
    at = 0
    size = scores.shape[0]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and scores[child + 1] < scores[child]:
            child += 1
        if scores[child] >= score:
            break
        scores[at] = scores[child]
        rows[at] = rows[child]
        at = child
    scores[at] = score
    rows[at] = row


@_compiled
def _block(
    tables: Any,
    rows: Any,
    bases: Any,
    count: int,
    planes: Any,
    numbers: Any,
    query: Any,
    best: Any,
    best_rows: Any,
    passed: Any,
    uppers: Any,
) -> None:
    records, floats, codes = tables.records, tables.floats, tables.codes
    words = planes.shape[1]
    step, offset, spread = numbers[0], numbers[1] + numbers[2], numbers[3]
    dim = query.shape[0]
    address = codes.ctypes.data
    limit = best[0]
    kept = 0
    for i in range(count):
        row = rows[i]
        plain = np.int64(0)
        weighted = np.int64(0)
        for j in range(words):
            word = records[row, j]
            plain += _popcount(word)
            weighted += (
                _popcount(word & planes[0, j])
                + 2 * _popcount(word & planes[1, j])
                + 4 * _popcount(word & planes[2, j])
                + 8 * _popcount(word & planes[3, j])
            )
        upper = floats[row, 2 * words] * (step * np.float32(2 * weighted - 15 * plain) + offset)
        upper += floats[row, 2 * words + 1] * spread + floats[row, 2 * words + 2] + bases[i]
        if upper > limit:
            start = address + np.int64(row) * dim
            for line in range(0, dim, 64):
                _prefetch(start + line)
            passed[kept] = row
            uppers[kept] = upper
            kept += 1
    for i in range(kept):
        if uppers[i] > best[0]:
            row = passed[i]
            score = numbers[4] * _dot(codes[row], query) + numbers[5]
            score += floats[row, 2 * words + 3]
            if score > best[0]:
                _push(best, best_rows, np.float32(score), row)


@_compiled
def _exact_score(vectors: Any, at: int, query: Any, squared: bool) -> Any:
    total = 0.0
    if squared:
        for j in range(query.shape[0]):
            gap = np.float64(vectors[at, j]) - np.float64(query[j])
            total -= gap * gap
    else:
        for j in range(query.shape[0]):
            total += np.float64(vectors[at, j]) * np.float64(query[j])
    return np.float32(total)


@_compiled
def _finish(tables: Any, query: Any, squared: bool, best_rows: Any, ids: Any, scores: Any) -> int:
    # Score the heap's rows by their float32 vectors and insert them in order, ties by
    # position, into (k,) ids and scores; return how many there are.
    wanted = ids.shape[0]
    found = 0
    place = tables.vectors.ctypes.data
    row_bytes = 4 * query.shape[0]
    for i in range(best_rows.shape[0]):
        if best_rows[i] >= 0:
            start = place + np.int64(tables.order[best_rows[i]]) * row_bytes
            for line in range(0, row_bytes, 64):
                _prefetch(start + line)
    for i in range(best_rows.shape[0]):
        if best_rows[i] < 0:
            continue
        at = np.int64(tables.order[best_rows[i]])
        score = _exact_score(tables.vectors, at, query, squared)
        slot = min(found, wanted)
        while slot > 0 and (
            score > scores[slot - 1] or (score == scores[slot - 1] and at < ids[slot - 1])
        ):
            if slot < wanted:
                scores[slot] = scores[slot - 1]
                ids[slot] = ids[slot - 1]
            slot -= 1
        if slot < wanted:
            scores[slot] = score
            ids[slot] = at
            found = min(found + 1, wanted)
    return found


@_compiled
def _sink(keys: Any, heap: Any, at: int, size: int) -> None:
    item = heap[at]
    key = keys[item]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and keys[heap[child + 1]] > keys[heap[child]]:
            child += 1
        if keys[heap[child]] <= key:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = item


@_compiled
def _probe(
    tables: Any,
    mask: Any,
    share: float,
    budget: int,
    far: int,
    planes: Any,
    numbers: Any,
    query: Any,
    best: Any,
    best_rows: Any,
    space: Any,
) -> None:
    # Visit the lists of one query from the nearest on; `space` is working memory.
    base, keys, heap, chosen, bases, passed, uppers = space
    lists = tables.centres.shape[0]
    masked = mask.shape[0] > 0
    for c in range(lists):
        base[c] = numbers[4] * _dot(tables.centres[c], query) + numbers[5]
        keys[c] = base[c] + tables.centre_bias[c]
        heap[c] = c
    for at in range(lists // 2 - 1, -1, -1):
        _sink(keys, heap, at, lists)
    left = lists
    scored = 0
    visited = 0
    filled = 0
    # Where the near lists allow much less than all lists do, the filter leads away from
    # the query, and its best rows are spread over more lists.
    while left > 0 and (scored < budget or (scored < far and scored < 0.5 * share * visited)):
        near = heap[0]
        left -= 1
        heap[0] = heap[left]
        _sink(keys, heap, 0, left)
        visited += tables.starts[near + 1] - tables.starts[near]
        for row in range(tables.starts[near], tables.starts[near + 1]):
            if masked and not mask[tables.order[row]]:
                continue
            chosen[filled] = row
            bases[filled] = base[near]
            filled += 1
            scored += 1
            if filled == _BLOCK:
                _block(
                    tables, chosen, bases, filled, planes, numbers, query,
                    best, best_rows, passed, uppers,
                )  # fmt: skip
                filled = 0
    if filled > 0:
        _block(
            tables, chosen, bases, filled, planes, numbers, query,
            best, best_rows, passed, uppers,
        )  # fmt: skip


@_compiled
def _scan(
    tables: Any,
    rows: Any,
    planes: Any,
    numbers: Any,
    query: Any,
    best: Any,
    best_rows: Any,
    space: Any,
) -> None:
    _, _, _, chosen, bases, passed, uppers = space
    everything = rows.shape[0] == 0
    total = tables.codes.shape[0] if everything else rows.shape[0]
    record_bytes = tables.records.shape[1] * 8
    address = tables.records.ctypes.data
    current = -1
    stop = np.int64(0)
    base = np.float32(0)
    for start in range(0, total, _BLOCK):
        count = min(_BLOCK, total - start)
        for i in range(count):
            row = np.int32(start + i) if everything else rows[start + i]
            chosen[i] = row
            if not everything:
                place = address + np.int64(row) * record_bytes
                _prefetch(place)
                _prefetch(place + record_bytes - 1)
            if row >= stop:
                while row >= tables.starts[current + 1]:
                    current += 1
                stop = tables.starts[current + 1]
                base = numbers[4] * _dot(tables.centres[current], query) + numbers[5]
            bases[i] = base
        _block(
            tables, chosen, bases, count, planes, numbers, query,
            best, best_rows, passed, uppers,
        )  # fmt: skip


@_compiled
def search(
    tables: Any,
    everything: bool,
    rows: Any,
    mask: Any,
    share: float,
    budget: int,
    far: int,
    queries: Any,
    squared: bool,
    sigmas: float,
    room: int,
    ids: Any,
    scores: Any,
    counts: Any,
) -> None:
    """Search the lists nearest to each query, or score every allowed row.

    Lists are visited from the nearest on until `budget` allowed rows were scored.
    Counting allowed rows, not lists, is what keeps the promise under a filter: where
    the near lists hold nothing allowed, the search goes on to those that do.

    Args:
        tables: The index.
        everything: True to score every allowed row; the visit then only finds the score
            that a row must reach, so that most rows need not be scored twice.
        rows: (m,) int32 ascending allowed rows; empty where all are. Used if `everything`.
        mask: (n,) bool by position; empty allows all.
        share: Share of the rows that the mask allows.
        budget: Allowed rows to score a query, at least.
        far: The same where the lists visited allow less than half of that share.
        queries: (queries, dim) float32.
        squared: True where the metric is l2.
        sigmas: Standard errors of the bit estimate a row is given the benefit of.
        room: Rows kept for scoring in float32.
        ids: (queries, k) int64, -1; positions are written to it.
        scores: (queries, k) float32, -inf; scores are written to it.
        counts: (queries,) int64; the numbers of matches are written to it.
    """
    lists = tables.centres.shape[0]
    width = tables.signs.shape[1]
    space = (
        np.empty(lists, np.float32),
        np.empty(lists, np.float32),
        np.empty(lists, np.int32),
        np.empty(_BLOCK, np.int32),
        np.empty(_BLOCK, np.float32),
        np.empty(_BLOCK, np.int32),
        np.empty(_BLOCK, np.float32),
    )
    planes = np.empty((4, width // 64), np.uint64)
    numbers = np.empty(6, np.float32)
    codes = np.empty(queries.shape[1], np.int16)
    rotated = np.empty(width, np.float32)
    best = np.empty(room, np.float32)
    best_rows = np.empty(room, np.int32)
    for q in range(queries.shape[0]):
        query = queries[q]
        _prepare(query, tables, sigmas, planes, numbers, codes, rotated)
        best[:] = -np.inf
        best_rows[:] = -1
        if budget > 0:
            _probe(
                tables, mask, share, budget, far, planes, numbers, codes,
                best, best_rows, space,
            )  # fmt: skip
        if everything:
            # Just below the worst kept, so that the rows found are found again.
            floor = best[0]
            best[:] = floor - abs(floor) * np.float32(1e-6) - np.float32(1e-12)
            best_rows[:] = -1
            _scan(tables, rows, planes, numbers, codes, best, best_rows, space)
        counts[q] = _finish(tables, query, squared, best_rows, ids[q], scores[q])


@_compiled
def score_ids(vectors: Any, queries: Any, ids: Any, squared: bool, scores: Any) -> None:
    """Score candidates by their float32 vectors, summed in float64.

    Args:
        vectors: (n, dim) float32.
        queries: (queries, dim) float32.
        ids: (queries, m) int64 positions, -1 where there is none.
        squared: True for minus the squared distance, False for the inner product.
        scores: (queries, m) float32, written; -inf where the id is -1.
    """
    row_bytes = 4 * vectors.shape[1]
    address = vectors.ctypes.data
    for q in range(ids.shape[0]):
        for i in range(ids.shape[1]):
            if ids[q, i] >= 0:
                for line in range(0, row_bytes, 64):
                    _prefetch(address + ids[q, i] * row_bytes + line)
        for i in range(ids.shape[1]):
            if ids[q, i] < 0:
                scores[q, i] = -np.inf
            else:
                scores[q, i] = _exact_score(vectors, ids[q, i], queries[q], squared)
