"""The folder an index is kept in: a header that names, sizes and hashes every part.

```
folder/
  header.json            format, version, space, count, library versions, parts, own hash
  <part>-<hash>.bin      the parts; the name carries the start of their SHA-256
```

Parts are written first, each to a temporary name, fsynced and renamed; the header
follows the same way and is the commit: a crash before it leaves the older index whole.
Parts that no header names any more are removed last.

Opening checks the header's own hash, every part's size, and the hash of every part
that a C++ loader will read. Parts that are only memory-mapped as arrays of numbers
(vectors, codes) are hashed in blocks; opening checks the first, the last and a few
blocks between, `verify="full"` all of them. A wrong number there can give a wrong
score; it cannot send a search out of bounds.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from deepsearch.errors import IndexFormatError, SpaceMismatchError
from deepsearch.schema import EmbeddingSpace

__all__ = [
    "FORMAT_VERSION",
    "Header",
    "Verify",
    "array_writer",
    "block_hashes",
    "check_blocks",
    "load_array",
    "read_header",
    "write_index",
]

FORMAT_VERSION = 3
_FORMAT = "deepsearch-index"
_HEADER = "header.json"
_BLOCK_BYTES = 16 * 1024 * 1024
_SAMPLED_BLOCKS = 8
_LIBRARIES = ("numpy", "faiss-cpu", "hnswlib", "numba")

Verify = Literal["quick", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a verified header says.

    Attributes:
        kind: Kind of the index.
        space: The space of its vectors.
        count: Vectors held.
        libraries: Versions of the libraries it was written with.
        described: What the index's `describe` returned.
        files: Path of each part.
        blocks: Block hashes of the vectors it was built from.
    """

    kind: str
    space: EmbeddingSpace
    count: int
    libraries: Mapping[str, str]
    described: Mapping[str, Any]
    files: Mapping[str, Path]
    blocks: tuple[str, ...]


def write_index(
    folder: Path,
    *,
    kind: str,
    space: EmbeddingSpace,
    count: int,
    described: Mapping[str, Any],
    parts: Mapping[str, Callable[[Path], None]],
    vector_blocks: tuple[str, ...],
) -> None:
    """Write an index so that the folder holds the old one or the new one, never a mix.

    Args:
        folder: Made if absent.
        kind: Kind of the index.
        space: The space of its vectors.
        count: Vectors held.
        described: JSON values.
        parts: A writer for each part.
        vector_blocks: Block hashes of the vectors it was built from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recorded: dict[str, dict[str, Any]] = {}
    for name, write in parts.items():
        draft = folder / f".{name}.{secrets.token_hex(6)}.tmp"
        try:
            write(draft)
            whole, blocks = _hash_file(draft)
            size = draft.stat().st_size
            _sync(draft)
            final = f"{name}-{whole[:16]}.bin"
            draft.replace(folder / final)
        finally:
            draft.unlink(missing_ok=True)
        recorded[name] = {"file": final, "bytes": size, "sha256": whole, "blocks": blocks}
    body = {
        "format": _FORMAT,
        "version": FORMAT_VERSION,
        "kind": kind,
        "space": asdict(space),
        "count": count,
        "libraries": dict(_versions()),
        "described": dict(described),
        "vector_blocks": list(vector_blocks),
        "parts": recorded,
    }
    text = json.dumps(body | {"sha256": _body_hash(body)}, indent=1)
    draft = folder / f".header.{secrets.token_hex(6)}.tmp"
    try:
        draft.write_text(text, encoding="utf-8")
        _sync(draft)
        draft.replace(folder / _HEADER)
    finally:
        draft.unlink(missing_ok=True)
    _sync(folder)
    wanted = {entry["file"] for entry in recorded.values()}
    for stray in folder.glob("*-*.bin"):
        if stray.name not in wanted:
            # An open memory map may hold it on some systems; the next save tries again.
            with suppress(OSError):
                stray.unlink()


def read_header(
    folder: Path,
    *,
    space: EmbeddingSpace | None,
    mapped: frozenset[str],
    verify: Verify = "quick",
) -> Header:
    """Read and verify a folder's header and the parts it names.

    Args:
        folder: As written by `write_index`.
        space: Space expected; None takes the file's word.
        mapped: Parts that will only be mapped as numbers, checked by blocks.
        verify: "full" hashes every byte of those too.

    Returns:
        The header.

    Raises:
        IndexFormatError: If anything is absent, damaged, older or foreign.
        SpaceMismatchError: If the index is of another space.
    """
    body = _read_body(folder)
    try:
        found = EmbeddingSpace(**body["space"])
        header = Header(
            kind=str(body["kind"]),
            space=found,
            count=int(body["count"]),
            libraries=dict(body["libraries"]),
            described=dict(body["described"]),
            files={
                str(name): folder / Path(entry["file"]).name
                for name, entry in body["parts"].items()
            },
            blocks=tuple(body["vector_blocks"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexFormatError(
            f"'{folder / _HEADER}' lacks what version {FORMAT_VERSION} records ({error}). "
            "Rebuild the index from its vectors."
        ) from error
    if space is not None and found != space:
        raise SpaceMismatchError(
            f"The index in '{folder}' is of space {found}; {space} was expected. "
            "Rebuild it with the encoder in use."
        )
    for name, entry in body["parts"].items():
        _check_part(header.files[name], entry, by_block=name in mapped and verify == "quick")
    return header


def block_hashes(array: npt.NDArray[Any]) -> tuple[str, ...]:
    """Hash an array's bytes in blocks.

    Args:
        array: C-contiguous.

    Returns:
        SHA-256 hex of each block of 16 MiB, the last one shorter.
    """
    return tuple(hashlib.sha256(block.data).hexdigest() for block in _array_blocks(array))


def check_blocks(array: npt.NDArray[Any], expected: tuple[str, ...], *, verify: Verify) -> bool:
    """Tell whether an array is the one whose block hashes were recorded.

    Args:
        array: C-contiguous.
        expected: What `block_hashes` returned for it.
        verify: "quick" checks some blocks, the first and last among them; "full" all.

    Returns:
        True if nothing checked differs.
    """
    blocks = list(_array_blocks(array))
    if len(blocks) != len(expected):
        return False
    chosen = range(len(blocks)) if verify == "full" else _sampled(len(blocks))
    return all(hashlib.sha256(blocks[at].data).hexdigest() == expected[at] for at in chosen)


def array_writer(array: npt.NDArray[Any]) -> Callable[[Path], None]:
    """Return a writer of an array in numpy's own format, without pickle.

    Args:
        array: The array.

    Returns:
        A function that writes it to a path.
    """

    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.save(stream, array, allow_pickle=False)

    return write


def load_array(path: Path, *, mapped: bool = False) -> npt.NDArray[Any]:
    """Read what `array_writer` wrote.

    Args:
        path: The file.
        mapped: True maps it into memory instead.

    Returns:
        The array, read-only where mapped.

    Raises:
        IndexFormatError: If it is no such file.
    """
    try:
        if mapped:
            array: npt.NDArray[Any] = np.lib.format.open_memmap(path, mode="r")
            # A plain view: compiled kernels and their callers see one array type.
            return np.asarray(array).view(np.ndarray)
        with path.open("rb") as stream:
            array = np.load(stream, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise IndexFormatError(
            f"'{path}' holds no numpy array ({error}). Rebuild the index from its vectors."
        ) from error
    return array


def _array_blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.uint8]]:
    raw = array.reshape(-1).view(np.uint8)
    for start in range(0, raw.shape[0], _BLOCK_BYTES):
        yield raw[start : start + _BLOCK_BYTES]


def _sampled(blocks: int) -> list[int]:
    return sorted({int(at) for at in np.linspace(0, blocks - 1, _SAMPLED_BLOCKS)} if blocks else ())


def _read_body(folder: Path) -> dict[str, Any]:
    path = folder / _HEADER
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexFormatError(
            f"'{folder}' holds no index: '{_HEADER}' is absent. Build and save one there."
        ) from error
    except (OSError, ValueError) as error:
        raise IndexFormatError(
            f"'{path}' cannot be read as an index header ({error}). "
            "Rebuild the index from its vectors."
        ) from error
    if not isinstance(body, dict) or body.get("format") != _FORMAT:
        raise IndexFormatError(
            f"'{path}' is no {_FORMAT} header. Rebuild the index from its vectors."
        )
    if body.get("version") != FORMAT_VERSION:
        raise IndexFormatError(
            f"'{path}' is of format version {body.get('version')}; this library reads version "
            f"{FORMAT_VERSION}. Rebuild the index from its vectors."
        )
    stated = body.pop("sha256", None)
    if stated != _body_hash(body):
        raise IndexFormatError(
            f"'{path}' does not match its own hash: it is damaged or was edited. "
            "Rebuild the index from its vectors."
        )
    return body


def _check_part(path: Path, entry: Mapping[str, Any], *, by_block: bool) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise IndexFormatError(
            f"'{path}' is absent though the header names it. Rebuild the index from its vectors."
        ) from error
    if size != entry["bytes"]:
        raise IndexFormatError(
            f"'{path}' has {size} bytes; the header records {entry['bytes']}. "
            "Rebuild the index from its vectors."
        )
    if by_block:
        raw = np.memmap(path, dtype=np.uint8, mode="r") if size else np.empty(0, np.uint8)
        intact = check_blocks(raw, tuple(entry["blocks"]), verify="quick")
    else:
        with path.open("rb") as stream:
            intact = hashlib.file_digest(stream, "sha256").hexdigest() == entry["sha256"]
    if not intact:
        raise IndexFormatError(
            f"'{path}' does not match the SHA-256 its header records: it is damaged. "
            "Rebuild the index from its vectors."
        )


def _hash_file(path: Path) -> tuple[str, list[str]]:
    whole, blocks = hashlib.sha256(), []
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            whole.update(block)
            blocks.append(hashlib.sha256(block).hexdigest())
    return whole.hexdigest(), blocks


def _body_hash(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        with suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(name)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder to sync it.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
