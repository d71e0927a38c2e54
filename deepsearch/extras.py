"""Optional dependencies, imported where they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from deepsearch.errors import MissingExtraError

__all__ = ["require"]


def require(module: str, *, extra: str | None) -> ModuleType:
    """Import an optional module, or say which extra installs it.

    Args:
        module: Dotted module name, e.g. "torch".
        extra: The deepsearch extra that brings it, e.g. "clip"; None: it is installed by
            its own name.

    Returns:
        The imported module.

    Raises:
        MissingExtraError: If the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        name = module if extra is None else f'"deepsearch[{extra}]"'
        raise MissingExtraError(
            f"This needs the package '{module}', which is not installed. "
            f"Install it with: pip install {name}"
        ) from error
