"""What numba has no word for: population counts of vectors, prefetches, raw addresses.

Written as LLVM's portable vectors; each processor gets the best it has for them.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - an intrinsic's parameters are those of the function it types
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from deepsearch.index.kernels.ir_parts import declared, load, shuffled, spread, times_plus

__all__ = [
    "between_64",
    "first_bit",
    "lanes_above",
    "ones",
    "pointer",
    "prefetch",
    "share_2",
    "share_4",
    "share_8",
    "upper_8",
]

_BYTE, _INT32, _INT64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)


def _typed_prefetch(typing_context: Any, address: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        pointer_type = _BYTE.as_pointer()
        function = declared(
            builder,
            "llvm.prefetch.p0",
            ir.VoidType(),
            [pointer_type, _INT32, _INT32, _INT32],
        )
        # to read; to keep in all levels; of the data cache
        where = builder.inttoptr(args[0], pointer_type)
        builder.call(function, [where, _INT32(0), _INT32(3), _INT32(1)])
        return context.get_dummy_value()

    return types.void(types.int64), generate


def _typed_pointer(typing_context: Any, address: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.inttoptr(args[0], _BYTE.as_pointer())

    return types.voidptr(types.int64), generate


def _row_addresses(builder: Any, rows: Any, first: Any, stride: Any) -> list[Any]:
    addresses = []
    for lane in range(8):
        row = load(builder, builder.add(rows, _INT64(4 * lane)), _INT32, 4)
        addresses.append(builder.add(first, builder.mul(builder.sext(row, _INT64), stride)))
    return addresses


def _sums(builder: Any, vectors: list[Any]) -> Any:
    # Of eight vectors of eight lanes, the vector of their sums.
    steps = (
        ([0, 8, 2, 10, 4, 12, 6, 14], [1, 9, 3, 11, 5, 13, 7, 15]),
        ([0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]),
        ([0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]),
    )
    for left, right in steps:
        pairs = zip(vectors[::2], vectors[1::2], strict=True)
        vectors = [
            builder.add(shuffled(builder, a, b, left), shuffled(builder, a, b, right))
            for a, b in pairs
        ]
    return vectors[0]


def _sharing(words: int) -> Callable[..., Any]:
    # Adds to eight counts, of eight rows each, c0 + 2 c1 - 4 c2 over `words` words of their
    # records, where c are the bits shared with three planes.
    def typed(
        typing_context: Any,  # noqa: ARG001
        rows: Any,  # noqa: ARG001
        first: Any,  # noqa: ARG001
        record_bytes: Any,  # noqa: ARG001
        planes: Any,  # noqa: ARG001
        plane_bytes: Any,  # noqa: ARG001
        counts: Any,  # noqa: ARG001
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
            rows, first, record_bytes, planes, plane_bytes, counts = args
            narrow, wide = ir.VectorType(_INT64, words), ir.VectorType(_INT64, 8)
            count = declared(builder, f"llvm.ctpop.v{words}i64", narrow, [narrow])
            one = ir.Constant(narrow, [1] * words)
            none = ir.Constant(narrow, [0] * words)
            plane = []
            for _ in range(3):
                plane.append(load(builder, planes, narrow, 8))
                planes = builder.add(planes, plane_bytes)
            shared = []
            for address in _row_addresses(builder, rows, first, record_bytes):
                bits = load(builder, address, narrow, 8)
                c0, c1, c2 = (builder.call(count, [builder.and_(bits, each)]) for each in plane)
                high = builder.sub(c1, builder.shl(c2, one))
                total = builder.add(c0, builder.shl(high, one))
                lanes = [*range(words), *([words] * (8 - words))]
                shared.append(shuffled(builder, total, none, lanes) if words < 8 else total)
            before = load(builder, counts, wide, 8)
            after = builder.add(before, _sums(builder, shared))
            builder.store(after, builder.inttoptr(counts, wide.as_pointer()), align=8)
            return context.get_dummy_value()

        return types.void(*([types.int64] * 6)), generate

    return typed


def _typed_upper_8(
    typing_context: Any,  # noqa: ARG001
    rows: Any,  # noqa: ARG001
    first: Any,  # noqa: ARG001
    record_bytes: Any,  # noqa: ARG001
    counts: Any,  # noqa: ARG001
    factors: Any,  # noqa: ARG001
    bases: Any,  # noqa: ARG001
    uppers: Any,  # noqa: ARG001
    limit: Any,  # noqa: ARG001
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        rows, first, record_bytes, counts, factors, bases, uppers, limit = args
        real = ir.FloatType()
        four, eight = ir.VectorType(real, 4), ir.VectorType(real, 8)

        def factor(which: int) -> Any:
            return spread(
                builder, load(builder, builder.add(factors, _INT64(4 * which)), real, 4), 8
            )

        numbers = [
            load(builder, address, four, 4)
            for address in _row_addresses(builder, rows, first, record_bytes)
        ]
        # Rows become columns: lanes 0-3 of rows 0-3, lanes 4-7 of rows 4-7.
        both = [shuffled(builder, numbers[at], numbers[at + 4], list(range(8))) for at in range(4)]
        low, high = [0, 8, 1, 9, 4, 12, 5, 13], [2, 10, 3, 11, 6, 14, 7, 15]
        near = [shuffled(builder, both[0], both[1], half) for half in (low, high)]
        far = [shuffled(builder, both[2], both[3], half) for half in (low, high)]
        left, right = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]
        scale, plain = (shuffled(builder, near[0], far[0], part) for part in (left, right))
        error, added = (shuffled(builder, near[1], far[1], part) for part in (left, right))
        shared = builder.trunc(
            load(builder, counts, ir.VectorType(_INT64, 8), 8), ir.VectorType(_INT32, 8)
        )
        value = times_plus(builder, builder.sitofp(shared, eight), factor(0), factor(1))
        total = load(builder, bases, eight, 4)
        for a, b in ((scale, value), (plain, factor(2)), (error, factor(3))):
            total = times_plus(builder, a, b, total)
        total = builder.fadd(total, added, flags=("contract",))
        builder.store(total, builder.inttoptr(uppers, eight.as_pointer()), align=4)
        above = builder.fcmp_ordered(">", total, spread(builder, limit, 8))
        return builder.zext(builder.bitcast(above, _BYTE), _INT64)

    given = [*([types.int64] * 7), types.float32]
    return types.int64(*given), generate


def _typed_first_bit(typing_context: Any, bits: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.cttz(args[0], ir.IntType(1)(0))

    return types.int64(types.int64), generate


def _typed_ones(typing_context: Any, bits: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        return builder.ctpop(args[0])

    return types.int64(types.int64), generate


def _typed_lanes_above(typing_context: Any, levels: Any, bit: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        vector = ir.VectorType(_BYTE, 64)
        values = load(builder, args[0], vector, 1)
        bit = spread(builder, builder.trunc(args[1], _BYTE), 64)
        chosen = builder.icmp_unsigned(
            "!=", builder.and_(values, bit), ir.Constant(vector, [0] * 64)
        )
        return builder.bitcast(chosen, _INT64)

    return types.uint64(types.int64, types.int64), generate


def _typed_between_64(typing_context: Any, address: Any, low: Any, high: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        address, low, high = args
        vector = ir.VectorType(ir.FloatType(), 64)
        values = load(builder, address, vector, 4)
        low, high = (spread(builder, bound, 64) for bound in (low, high))
        inside = builder.and_(
            builder.fcmp_ordered(">=", values, low), builder.fcmp_ordered("<", values, high)
        )
        return builder.bitcast(inside, _INT64)

    return types.int64(types.int64, types.float32, types.float32), generate


prefetch: Any = intrinsic(_typed_prefetch)
"""(address): ask for the cache line at an address."""

pointer: Any = intrinsic(_typed_pointer)
"""(address): the address as a pointer that `numba.carray` takes."""

share_8: Any = intrinsic(_sharing(8))
"""(rows, first, record bytes, planes, plane bytes, counts), all addresses or sizes: add to
the eight counts what eight rows share with the planes in 8 words; `estimate` says of what."""

share_4: Any = intrinsic(_sharing(4))
"""The same in 4 words."""

share_2: Any = intrinsic(_sharing(2))
"""The same in 2 words."""

upper_8: Any = intrinsic(_typed_upper_8)
"""(rows, first, record bytes, counts, factors, bases, uppers, limit): write how far the
scores of eight rows may reach, and return which exceed the limit, as bits."""

first_bit: Any = intrinsic(_typed_first_bit)
"""(bits): place of the lowest bit set."""

ones: Any = intrinsic(_typed_ones)
"""(bits): how many are set."""

lanes_above: Any = intrinsic(_typed_lanes_above)
"""(address, bit): which of the 64 bytes at an address have `bit` set, as 64 bits."""

between_64: Any = intrinsic(_typed_between_64)
"""(address, low, high): which of the 64 float32 values there are at least `low` and less
than `high`, as 64 bits."""
