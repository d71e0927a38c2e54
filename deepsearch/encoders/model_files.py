"""Files of a model: found, hashed, loaded without running what they bring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.extras import require

__all__ = [
    "find_weights",
    "hash_files",
    "load_pretrained",
    "local_folder",
    "read_json",
    "space_name",
]

WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth")
CHUNK = 1 << 20


def local_folder(model: str, *, local_files_only: bool) -> Path:
    """Find the folder of a model: one given, one in the hub's cache, or one downloaded.

    Args:
        model: A folder, or a hub id such as "org/name".
        local_files_only: True never touches the network.

    Returns:
        The folder.

    Raises:
        InvalidInputError: If it is neither a folder nor in the cache and may not be fetched.
        MissingExtraError: If huggingface_hub is not installed.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    hub = require("huggingface_hub", extra="clip")
    try:
        return Path(hub.snapshot_download(model, local_files_only=local_files_only))
    except (OSError, ValueError) as error:
        advice = (
            "pass local_files_only=False to download it"
            if local_files_only
            else "check the name and the network"
        )
        raise InvalidInputError(
            f"{model!r} is no folder and not in the hub's cache; {advice}. ({error})"
        ) from error


def find_weights(folder: Path) -> list[Path]:
    """List a model folder's weight files; safetensors where there are any.

    Args:
        folder: As `save_pretrained` leaves it.

    Returns:
        The files, by name.

    Raises:
        InvalidInputError: If there are none.
    """
    for suffix in WEIGHT_SUFFIXES:
        found = sorted(folder.glob(f"*{suffix}"))
        if found:
            return found
    raise InvalidInputError(
        f"The folder {folder} holds no weights ({', '.join(WEIGHT_SUFFIXES)}); "
        "give the folder of a saved model."
    )


def hash_files(paths: Iterable[Path]) -> str:
    """Return the SHA-256 over the contents of files, in the order given.

    Args:
        paths: Files.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def space_name(name: str) -> str:
    """Make a space's name, [a-z0-9-]+, of a model's.

    Args:
        name: E.g. "ViT-B-32" or a folder's name.

    Returns:
        E.g. "vit-b-32".
    """
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return "-".join(part for part in plain.split("-") if part) or "model"


def load_pretrained(loader: Any, folder: Path) -> Any:
    """Load from a folder; never code that the folder brings, never the network.

    Args:
        loader: A class of transformers with `from_pretrained`.
        folder: The model's folder.

    Returns:
        What the loader makes of it.

    Raises:
        UnreadableFileError: If it cannot be loaded.
    """
    try:
        return loader.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise UnreadableFileError(
            f"transformers cannot load {folder} as {loader.__name__}: {error}"
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object that may be absent.

    Args:
        path: The file.

    Returns:
        The object; {} where there is no file, or it holds something else.

    Raises:
        UnreadableFileError: If it is no JSON.
    """
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnreadableFileError(f"{path} is no JSON: {error}") from error
    return found if isinstance(found, dict) else {}
