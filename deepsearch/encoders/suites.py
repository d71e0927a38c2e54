"""Encoder suites by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deepsearch.errors import InvalidInputError
from deepsearch.protocols import EncoderSuite

__all__ = ["load_suite", "suite_names"]


def load_suite(name: str = "mini", *, threads: int | None = None) -> EncoderSuite:
    """Load the encoders a catalogue names.

    Args:
        name: One of `suite_names()`.
        threads: Threads of the runtime, >= 1; None: one a physical core.

    Returns:
        The suite, its models loaded.

    Raises:
        InvalidInputError: If there is no suite of that name, or threads < 1.
        EncodingError: If weights are missing or damaged.
        MissingExtraError: If the suite needs an extra that is not installed.
    """
    load = _SUITES.get(name)
    if load is None:
        raise InvalidInputError(
            f"No encoder suite is called {name!r}; there are: {', '.join(suite_names())}."
        )
    return load(threads)


def suite_names() -> tuple[str, ...]:
    """Return the names `load_suite` takes, the default first."""
    return tuple(_SUITES)


def _mini(threads: int | None) -> EncoderSuite:
    from deepsearch.encoders.mini import MiniSuite

    return MiniSuite(threads=threads)


def _multilingual(threads: int | None) -> EncoderSuite:
    from deepsearch.encoders.multilingual import MultilingualSuite

    return MultilingualSuite(threads=threads)


_SUITES: Mapping[str, Callable[[int | None], EncoderSuite]] = {
    "mini": _mini,
    "multilingual": _multilingual,
}
