"""Values of one version, read once; and writes of one object, one at a time.

A catalogue object moves from version to version while threads read it. What is read is kept
with the version it was read of: a value of an older one, kept by a slow reader after a
write, would lead the next write to the wrong rows.
"""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

__all__ = ["Keeper", "kept", "one_at_a_time"]

V = TypeVar("V")
P = ParamSpec("P")
K = TypeVar("K", bound="Keeper")


class Keeper:
    """Holds what was read of the version shown, and the locks of reading and writing."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: dict[str, Any] = {}
        self._moving = threading.RLock()
        self._writing = threading.RLock()
        self._in_turn = False

    def _copy(self) -> Self:
        """Make an object of the same version, which shares what was read so far."""
        with self._moving:
            other = copy.copy(self)
            other._held = dict(self._held)
        other._moving = threading.RLock()
        other._writing = threading.RLock()
        other._in_turn = False
        return other


class kept(Generic[V]):  # noqa: N801 (used like a property)
    """A property that is made once a version."""

    def __init__(self, make: Callable[[Any], V]) -> None:
        """Take what makes the value of the object's present version."""
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, keeper: None, owner: type) -> Self: ...
    @overload
    def __get__(self, keeper: Keeper, owner: type) -> V: ...
    def __get__(self, keeper: Keeper | None, owner: type) -> Self | V:
        """Return the value, making it where the version has none yet."""
        if keeper is None:
            return self
        held = keeper._held
        if self._name not in held:
            with keeper._moving:
                held = keeper._held
                if self._name not in held:
                    held[self._name] = self._make(keeper)
        value: V = held[self._name]
        return value


def one_at_a_time(
    method: Callable[Concatenate[K, P], V],
) -> Callable[Concatenate[K, P], V]:
    """Let threads that write through one object wait for each other.

    Args:
        method: Reads the version shown, and commits a change of it.

    Returns:
        The same, begun when no other thread's write through the object is at work.
    """

    @functools.wraps(method)
    def alone(self: K, /, *args: P.args, **kwargs: P.kwargs) -> V:
        with self._writing:
            return method(self, *args, **kwargs)

    return alone
