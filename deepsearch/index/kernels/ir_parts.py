"""Pieces of LLVM code that intrinsics are put together from."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

__all__ = ["declared", "load", "shuffled", "spread", "times_plus"]

_INT32 = ir.IntType(32)


def declared(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """Return one of LLVM's own functions.

    Args:
        builder: Where code is written.
        name: LLVM's name for it.
        result: Its type.
        arguments: Theirs.

    Returns:
        The function.
    """
    known = builder.module.globals.get(name)
    return known or ir.Function(builder.module, ir.FunctionType(result, arguments), name)


def load(builder: Any, address: Any, kind: Any, align: int) -> Any:
    """Load a value.

    Args:
        builder: Where code is written.
        address: An int64.
        kind: Type of the value.
        align: Bytes that divide the address.

    Returns:
        The value.
    """
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=align)


def shuffled(builder: Any, first: Any, second: Any, lanes: list[int]) -> Any:
    """Choose lanes of two vectors.

    Args:
        builder: Where code is written.
        first: A vector.
        second: Another of its type; its lanes are counted on.
        lanes: Which.

    Returns:
        A vector of those.
    """
    mask = ir.Constant(ir.VectorType(_INT32, len(lanes)), lanes)
    return builder.shuffle_vector(first, second, mask)


def spread(builder: Any, value: Any, count: int) -> Any:
    """Repeat a value.

    Args:
        builder: Where code is written.
        value: A number.
        count: How often.

    Returns:
        A vector of that many.
    """
    nothing = ir.Constant(ir.VectorType(value.type, count), ir.Undefined)
    single = builder.insert_element(nothing, value, _INT32(0))
    return shuffled(builder, single, nothing, [0] * count)


def times_plus(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a * b + c of floats or vectors of them, rounded once where a processor can.

    Args:
        builder: Where code is written.
        a: A factor.
        b: The other.
        c: What is added.

    Returns:
        The value.
    """
    return builder.fadd(builder.fmul(a, b, flags=("contract",)), c, flags=("contract",))
