"""How inner loops are compiled: without the interpreter's lock, kept on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit

__all__ = ["compiled"]

_LOGGER = logging.getLogger(__name__)
# Infinities mark empty places, so of the fast-math flags only reordering is allowed.
_FLAGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "fastmath": {"reassoc", "contract", "nsz"},
}


def compiled(*signatures: str) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function: with signatures at once, else where another one calls it.

    What Python calls has its signature written down, so that an array of an unforeseen
    kind is an error and not another compilation of several seconds.

    Args:
        *signatures: numba signatures; none for a function only compiled ones call.

    Returns:
        A decorator.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            made = njit(function, cache=True, forceinline=not signatures, **_FLAGS)
        except RuntimeError:  # no folder to keep it in: compiled anew in each process
            _LOGGER.info("No place to keep compiled code for %s.", function)
            made = njit(function, forceinline=not signatures, **_FLAGS)
        else:
            _depend_on_all_sources(made)
        for signature in signatures:
            made.compile(signature)
        return made

    return decorate


def _depend_on_all_sources(dispatcher: Any) -> None:
    # numba asks only a function's own file whether kept code is still good; the functions
    # it calls lie in other files of this folder.
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if file is None:
        return
    file._source_stamp = (file._source_stamp, _all_sources())
    load = file._load_index

    def load_what_fits() -> Any:
        # What an older version of this package kept may name classes that are gone.
        try:
            return load()
        except Exception:
            _LOGGER.info("Compiled code of another version is left out.", exc_info=True)
            return {}

    file._load_index = load_what_fits


@cache
def _all_sources() -> str:
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
