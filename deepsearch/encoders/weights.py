"""Weight files shipped with the package: read whole, checked against a pinned hash."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from importlib import resources

import numpy as np

from deepsearch.errors import EncodingError

__all__ = ["PINNED", "read_arrays", "read_weights", "revision_of"]

# Name → SHA-256. `python -m tools.pin_weights` prints these lines after an export.
PINNED: Mapping[str, str] = {
    "mini_picture_0.onnx": "b5e3086dfa743e5ff84c3f5a464229e49eb35f4677fc98b968c69074dceb72e1",
    "mini_picture_2.onnx": "8c446358c06f3a258c8afbb98db63e05571498f1c5da6a069c7cde8e04fc30fc",
    "mini_shared.npz": "f8c1d72f19c0424f2efd2563b157c2af10fa7502f3ec370787211bcf3f74bfa1",
    "mini_text.onnx": "afe634802ba39cef45dd09d79624a90933fb8d3f77463f6d2142e8680140fd48",
    "mini_tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "multilingual_map.npz": "5da5d22edb843c22f23391799be252893afa95e6da1fffc6256b298a2255a9b8",
}


def read_weights(name: str) -> bytes:
    """Read a shipped weight file and check that it is the one that was exported.

    Args:
        name: File name, a key of `PINNED`.

    Returns:
        The file's bytes.

    Raises:
        EncodingError: If the file is missing or its SHA-256 is not the pinned one.
    """
    expected = PINNED.get(name)
    if expected is None:
        raise EncodingError(f"No weight file {name!r}; known are {sorted(PINNED)}.")
    try:
        content = resources.files(__package__).joinpath("weights", name).read_bytes()
    except FileNotFoundError as error:
        raise EncodingError(
            f"The weight file {name!r} is missing from the installed package. Reinstall deepsearch."
        ) from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise EncodingError(
            f"The weight file {name!r} is not the one this version was built with: SHA-256 "
            f"{actual[:12]}…, expected {expected[:12]}…. It is damaged or was replaced; "
            "reinstall deepsearch."
        )
    return content


def read_arrays(name: str) -> dict[str, np.ndarray]:
    """Read a shipped `.npz`, checked like `read_weights`; no pickled objects.

    Args:
        name: File name, a key of `PINNED`.

    Returns:
        Array name → array.

    Raises:
        EncodingError: As `read_weights`.
    """
    with np.load(io.BytesIO(read_weights(name)), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def revision_of(*names: str, recipe: str) -> str:
    """Name what decides a vector: the weights and how they are used.

    Args:
        *names: Weight files the encoder reads.
        recipe: Version of everything around them: preprocessing, pooling, tuning constants.

    Returns:
        12 hexadecimal digits; any change of weights or recipe changes them.
    """
    digest = hashlib.sha256(recipe.encode())
    for name in names:
        digest.update(PINNED.get(name, "").encode())
    return digest.hexdigest()[:12]
