"""Sums of looked-up bytes over the signs of sixteen rows, in each processor's own shuffles.

Four signs are a number of four bits, so what they make of a query stands in a table of
sixteen; a byte shuffle looks up as many rows at once as a register has bytes.

Source of the technique: Andre, Kermarrec and Le Scouarnec, "Cache locality is not enough",
VLDB 2015.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - an intrinsic's parameters are those of the function it types
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from deepsearch.index.kernels.ir_parts import declared, load, shuffled, spread, times_plus

__all__ = ["ROWS", "shuffles_of", "uppers_by", "uppers_of"]

ROWS = 16
"""Rows of a block: the entries of a table, and the bytes of the narrowest register."""

# Blocks for which a table is loaded once.
_TOGETHER = 2

_BYTE, _HALF, _INT32, _INT64 = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64)
_REAL = ir.FloatType()
_MANY_REAL = ir.VectorType(_REAL, ROWS)

_SHUFFLES = {
    "avx512bw": ("llvm.x86.avx512.pshuf.b.512", 4),
    "avx2": ("llvm.x86.avx2.pshuf.b", 2),
    "ssse3": ("llvm.x86.ssse3.pshuf.b.128", 1),
    "neon": ("llvm.aarch64.neon.tbl1.v16i8", 1),
}
# Of each shuffle: LLVM's name, and how many tables of sixteen it looks up in at once.


def shuffles_of(triple: str, features: str) -> str:
    """Return the widest byte shuffle of a processor.

    Args:
        triple: As LLVM names the machine.
        features: As LLVM lists what its processor has: "+ssse3,-avx2".

    Returns:
        "avx512bw", "avx2", "ssse3", "neon", or "" if it has none that is known.
    """
    if triple.startswith(("aarch64", "arm64")):
        return "neon"
    there = set(features.split(","))
    return next((name for name in ("avx512bw", "avx2", "ssse3") if f"+{name}" in there), "")


def _variable(builder: Any, value: Any) -> Any:
    return cgutils.alloca_once_value(builder, value)  # type: ignore[no-untyped-call]


def _looked_up(builder: Any, shuffle: str, table: Any, places: Any) -> Any:
    # Sixteen table entries for sixteen places, in each 16 bytes apart.
    if shuffle:
        name, _ = _SHUFFLES[shuffle]
        function = declared(builder, name, places.type, [places.type, places.type])
        return builder.call(function, [table, places])
    out = ir.Constant(places.type, ir.Undefined)
    for lane in range(ROWS):
        place = builder.zext(builder.extract_element(places, _INT32(lane)), _INT32)
        entry = builder.extract_element(table, place)
        out = builder.insert_element(out, entry, _INT32(lane))
    return out


def _sums(builder: Any, shuffle: str, blocks: list[Any], tables: Any, code_bytes: Any) -> list[Any]:
    # Of each block the sums of its rows as 16-bit numbers. Bytes are added in pairs: those
    # of even rows spoil the lower halves of the sums, by what the upper halves tell.
    many = _SHUFFLES[shuffle][1] if shuffle else 1
    bytes_at_once = ir.VectorType(_BYTE, ROWS * many)
    pairs = ir.VectorType(_HALF, ROWS * many // 2)
    low = ir.Constant(bytes_at_once, [15] * ROWS * many)
    four = ir.Constant(bytes_at_once, [4] * ROWS * many)
    eight = ir.Constant(pairs, [8] * (ROWS * many // 2))
    nothing = ir.Constant(pairs, [0] * (ROWS * many // 2))
    totals = [[_variable(builder, nothing) for _ in range(2)] for _ in blocks]
    upper_tables = builder.add(tables, builder.mul(code_bytes, _INT64(ROWS)))
    steps = builder.udiv(code_bytes, _INT64(many))
    with cgutils.for_range(builder, steps) as loop:
        offset = builder.mul(loop.index, _INT64(ROWS * many))
        lower, upper = (
            load(builder, builder.add(table, offset), bytes_at_once, 1)
            for table in (tables, upper_tables)
        )
        for block, (both, odd) in zip(blocks, totals, strict=True):
            signs = load(builder, builder.add(block, offset), bytes_at_once, 16)
            added = builder.add(
                _looked_up(builder, shuffle, lower, builder.and_(signs, low)),
                _looked_up(builder, shuffle, upper, builder.lshr(signs, four)),
            )
            two = builder.bitcast(added, pairs)
            builder.store(builder.add(builder.load(both), two), both)
            builder.store(builder.add(builder.load(odd), builder.lshr(two, eight)), odd)
    sums = []
    for both, odd in totals:
        odds = builder.load(odd)
        evens = builder.sub(builder.load(both), builder.shl(odds, eight))
        width = many
        while width > 1:
            width //= 2
            first, second = list(range(8 * width)), list(range(8 * width, 16 * width))
            evens, odds = (
                builder.add(shuffled(builder, v, v, first), shuffled(builder, v, v, second))
                for v in (evens, odds)
            )
        order = [lane for i in range(8) for lane in (i, 8 + i)]
        sums.append(shuffled(builder, evens, odds, order))
    return sums


def uppers_by(shuffle: str | None) -> Callable[..., Any]:
    """Return what types and generates `uppers_of`.

    Args:
        shuffle: As `shuffles_of` returns it; None: of the processor compiled for.

    Returns:
        What `intrinsic` takes.
    """

    def typed(
        typing_context: Any,  # noqa: ARG001
        blocks: Any,  # noqa: ARG001
        count: Any,  # noqa: ARG001
        code_bytes: Any,  # noqa: ARG001
        tables: Any,  # noqa: ARG001
        factors: Any,  # noqa: ARG001
        base: Any,  # noqa: ARG001
        limit: Any,  # noqa: ARG001
        uppers: Any,  # noqa: ARG001
        above: Any,  # noqa: ARG001
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
            blocks, count, code_bytes, tables, factors, base, limit, uppers, above = args
            chosen = shuffle
            if chosen is None:
                triple, _, features = context.codegen().magic_tuple()[:3]
                chosen = shuffles_of(triple, features)
            step, offset, sigmas = (
                spread(builder, load(builder, builder.add(factors, _INT64(4 * i)), _REAL, 4), ROWS)
                for i in range(3)
            )
            base, limit = spread(builder, base, ROWS), spread(builder, limit, ROWS)
            signs_bytes = builder.mul(code_bytes, _INT64(ROWS))
            block_bytes = builder.add(signs_bytes, _INT64(3 * 4 * ROWS))

            def estimate(which: list[Any]) -> None:
                starts = [builder.add(blocks, builder.mul(index, block_bytes)) for index in which]
                sums = _sums(builder, chosen, starts, tables, code_bytes)
                for index, start, total in zip(which, starts, sums, strict=True):
                    numbers = builder.add(start, signs_bytes)
                    scale, error, added = (
                        load(builder, builder.add(numbers, _INT64(4 * ROWS * i)), _MANY_REAL, 16)
                        for i in range(3)
                    )
                    whole = builder.zext(total, ir.VectorType(_INT32, ROWS))
                    value = times_plus(builder, builder.sitofp(whole, _MANY_REAL), step, offset)
                    reach = times_plus(builder, error, sigmas, builder.fadd(added, base))
                    reach = times_plus(builder, scale, value, reach)
                    out = builder.add(uppers, builder.mul(index, _INT64(4 * ROWS)))
                    builder.store(reach, builder.inttoptr(out, _MANY_REAL.as_pointer()), align=4)
                    bits = builder.bitcast(builder.fcmp_ordered(">", reach, limit), _HALF)
                    out = builder.add(above, builder.mul(index, _INT64(2)))
                    builder.store(bits, builder.inttoptr(out, _HALF.as_pointer()), align=2)

            rounds = builder.udiv(count, _INT64(_TOGETHER))
            with cgutils.for_range(builder, rounds) as loop:
                first = builder.mul(loop.index, _INT64(_TOGETHER))
                estimate([builder.add(first, _INT64(i)) for i in range(_TOGETHER)])
            done = builder.mul(rounds, _INT64(_TOGETHER))
            with cgutils.for_range(builder, builder.sub(count, done)) as loop:
                estimate([builder.add(done, loop.index)])
            return context.get_dummy_value()

        given = [*([types.int64] * 5), types.float32, types.float32, types.int64, types.int64]
        return types.void(*given), generate

    return typed


uppers_of: Any = intrinsic(uppers_by(None))
"""(blocks, their count, sign bytes of a row, tables, factors, base, limit, uppers, above), all
but the counts, base and limit addresses: write how far the scores of the blocks' rows may
reach, sixteen float32 a block, and which of them exceed the limit, sixteen bits a block."""
