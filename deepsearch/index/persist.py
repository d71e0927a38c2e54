"""Saving and loading any index of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.errors import IndexFormatError, InvalidInputError, UnsupportedOperationError
from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.calibrate import Calibration
from deepsearch.index.clustered import ClusteredIndex
from deepsearch.index.exact import ExactIndex
from deepsearch.index.faiss_hnsw import FaissHnswIndex
from deepsearch.index.files import (
    Header,
    Verify,
    array_writer,
    block_hashes,
    check_blocks,
    load_array,
    read_header,
    write_index,
)
from deepsearch.index.hnsw import HnswIndex
from deepsearch.index.ivfpq import IvfPqIndex
from deepsearch.index.live import LiveIndex
from deepsearch.index.planner import PlannedIndex
from deepsearch.index.snapshot import Snapshot
from deepsearch.schema import EmbeddingSpace, FloatArray

__all__ = ["AnyIndex", "load_index", "save_index"]

AnyIndex: TypeAlias = ExactIndex | ApproximateIndex | PlannedIndex | LiveIndex

_VECTORS = "vectors"
# Only mapped as numbers, never read by a C++ library: checked by blocks.
_MAPPED = frozenset({"vectors", "records", "blocks", "codes"})
_LIVE_ARRAYS = ("base_positions", "base_live", "tail", "where")
_BASES: dict[str, type[ClusteredIndex | HnswIndex | FaissHnswIndex | IvfPqIndex]] = {
    ClusteredIndex.kind: ClusteredIndex,
    HnswIndex.kind: HnswIndex,
    FaissHnswIndex.kind: FaissHnswIndex,
    IvfPqIndex.kind: IvfPqIndex,
}


def save_index(index: AnyIndex, path: Path | str, *, include_vectors: bool = True) -> None:
    """Save an index to a folder; a crash leaves the older one whole.

    Args:
        index: Any index of this package.
        path: The folder, made if absent; what it held before is replaced.
        include_vectors: False leaves the float32 vectors out, for callers that keep
            them elsewhere and hand them to `load_index`.

    Raises:
        UnsupportedOperationError: If the index is of another package.
    """
    if isinstance(index, LiveIndex):
        state = index.snapshot
        inner: ExactIndex | ApproximateIndex | PlannedIndex = state.base
        live_parts = {name: array_writer(getattr(state, name)) for name in _LIVE_ARRAYS}
    else:
        inner, live_parts = index, {}
    described: dict[str, Any]
    if isinstance(inner, ExactIndex):
        exact, kind, described = inner, "exact", {}
        own: Mapping[str, Callable[[Path], None]] = {}
    elif isinstance(inner, ApproximateIndex | PlannedIndex):
        exact, kind, described, own = inner.exact, inner.kind, inner.describe(), inner.parts()
    else:
        raise UnsupportedOperationError(
            f"{type(index).__name__} cannot be saved here; expected an index of deepsearch.index."
        )
    parts = {**own, **live_parts}
    if include_vectors:
        parts[_VECTORS] = _raw_writer(exact.vectors)
    if live_parts:
        kind, described = LiveIndex.kind, {"base": described}
    write_index(
        Path(path),
        kind=kind,
        space=exact.space,
        count=len(exact),
        described=described,
        parts=parts,
        vector_blocks=block_hashes(exact.vectors),
    )


def load_index(
    path: Path | str,
    *,
    space: EmbeddingSpace | None = None,
    vectors: FloatArray | None = None,
    verify: Verify = "quick",
) -> AnyIndex:
    """Load an index that `save_index` wrote.

    Args:
        path: The folder.
        space: The space expected; None takes the file's word.
        vectors: The vectors it was built from, where the caller holds them; None maps
            the folder's own copy into memory.
        verify: "quick" checks every size, the hash of every file that a C++ library
            reads, and some blocks of the vectors; "full" hashes every byte.

    Returns:
        The index, of the class that was saved.

    Raises:
        IndexFormatError: If a file is absent, damaged, truncated, older or foreign, or
            the vectors are not those it was built from. Rebuild then.
        SpaceMismatchError: If it is of another space.
        InvalidInputError: If the folder holds no vectors and none were given.
    """
    header = read_header(Path(path), space=space, mapped=_MAPPED, verify=verify)
    exact = ExactIndex(_vectors(header, vectors, verify), header.space, check_values=False)
    try:
        return _restore(header, exact)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexFormatError(
            f"The header in '{path}' does not describe a '{header.kind}' index this library "
            f"can read ({error}). Rebuild the index from its vectors."
        ) from error


def _restore(header: Header, exact: ExactIndex) -> AnyIndex:
    if header.kind == "exact":
        return exact
    if header.kind == PlannedIndex.kind:
        return _restore_planned(header, exact, header.described)
    if header.kind == LiveIndex.kind:
        base = _restore_planned(header, exact, header.described["base"])
        return LiveIndex.from_snapshot(_restore_snapshot(header, base))
    return _base(header.kind).restore(exact, header.described, header.files)


def _restore_planned(
    header: Header, exact: ExactIndex, described: Mapping[str, Any]
) -> PlannedIndex:
    kind = described["base"]
    base = (
        None
        if kind is None
        else _base(kind).restore(exact, described["base_described"], header.files)
    )
    kept = described["calibration"]
    return PlannedIndex(
        exact,
        base,
        target_recall=float(described["target_recall"]),
        calibration=None if kept is None else Calibration.from_json(kept),
    )


def _restore_snapshot(header: Header, base: PlannedIndex) -> Snapshot:
    loaded = {name: load_array(header.files[name]) for name in _LIVE_ARRAYS}
    positions, live = loaded["base_positions"], loaded["base_live"]
    tail, where = loaded["tail"], loaded["where"]
    count, dim = len(base), base.space.dim
    fits = (
        positions.dtype == where.dtype == np.int64
        and live.dtype == np.bool_
        and tail.dtype == np.float32
        and positions.shape == live.shape == (count,)
        and tail.ndim == 2
        and tail.shape[1] == dim
        and where.ndim == 1
        and (where < count).all()
        and (where >= -1 - tail.shape[0]).all()
        and (count == 0 or (positions.min() >= 0 and positions.max() < where.shape[0]))
        and (np.diff(positions) > 0).all()
    )
    if not fits:
        raise IndexFormatError(
            "The arrays of the live index do not fit each other. Rebuild it from its vectors."
        )
    tail_positions = np.flatnonzero(where < -1)
    return Snapshot(
        base=base,
        base_positions=positions,
        base_live=live,
        tail=tail,
        tail_rows=-2 - where[tail_positions],
        tail_positions=tail_positions,
        where=where,
    )


def _base(kind: str) -> type[ClusteredIndex | HnswIndex | FaissHnswIndex | IvfPqIndex]:
    if kind not in _BASES:
        raise IndexFormatError(
            f"The index is of kind '{kind}'; this library reads exact, planned, live and "
            f"{', '.join(_BASES)}. Rebuild the index from its vectors."
        )
    return _BASES[kind]


def _vectors(header: Header, given: FloatArray | None, verify: Verify) -> FloatArray:
    shape = (header.count, header.space.dim)
    if given is not None:
        array = np.ascontiguousarray(given, dtype=np.float32)
        if array.shape != shape or not check_blocks(array, header.blocks, verify=verify):
            raise IndexFormatError(
                f"The vectors given (shape {given.shape}) are not the {shape} this index was "
                "built from. Rebuild the index from them."
            )
        return array
    if _VECTORS not in header.files:
        raise InvalidInputError(
            "This index was saved without its vectors; pass vectors=... to load_index."
        )
    path = header.files[_VECTORS]
    if path.stat().st_size != 4 * shape[0] * shape[1]:
        raise IndexFormatError(
            f"'{path}' does not hold {shape} float32 values. Rebuild the index from its vectors."
        )
    if 0 in shape:
        return np.empty(shape, dtype=np.float32)
    return np.memmap(path, dtype=np.float32, mode="r", shape=shape)


def _raw_writer(array: npt.NDArray[Any]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as stream:
            step = max(1, 64 * 1024 * 1024 // max(1, array[:1].nbytes))
            for start in range(0, array.shape[0], step):
                stream.write(np.ascontiguousarray(array[start : start + step]).data)

    return write
