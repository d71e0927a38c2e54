"""The few calls into faiss that its adapters share."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deepsearch.errors import IndexFormatError
from deepsearch.schema import BoolArray, EmbeddingSpace, Metric

__all__ = ["check_loaded", "faiss_metric", "load_faiss", "read_faiss", "selector", "write_faiss"]


def load_faiss() -> Any:
    """Import faiss on first use; untyped, because its stubs miss half of what it has.

    Returns:
        The module.
    """
    return importlib.import_module("faiss")


def faiss_metric(metric: Metric) -> int:
    """Return faiss's constant for a metric (cosine: inner product of unit vectors).

    Args:
        metric: How the space compares.

    Returns:
        METRIC_L2 or METRIC_INNER_PRODUCT.
    """
    return int(load_faiss().METRIC_L2 if metric == "l2" else load_faiss().METRIC_INNER_PRODUCT)


def selector(mask: BoolArray | None) -> tuple[Any, npt.NDArray[np.uint8] | None]:
    """Turn a mask into a faiss selector.

    Args:
        mask: (n,) bool, or None.

    Returns:
        The selector (None without a mask) and the bits it points into, which the
        caller must keep alive as long as the selector.
    """
    if mask is None:
        return None, None
    bits = np.packbits(mask, bitorder="little")
    return load_faiss().IDSelectorBitmap(bits), bits


def write_faiss(index: Any, path: Path) -> None:
    """Write a faiss index to a file.

    Args:
        index: Any faiss index.
        path: The file, overwritten.
    """
    load_faiss().write_index(index, str(path))


def read_faiss(path: Path, *, mapped: bool = False) -> Any:
    """Read a faiss index from a file whose hash was verified.

    Args:
        path: The file.
        mapped: True maps what faiss can map instead of reading it.

    Returns:
        The index, downcast to its class.

    Raises:
        IndexFormatError: If faiss cannot read it.
    """
    flags = load_faiss().IO_FLAG_MMAP_IFC if mapped else 0
    try:
        owner = load_faiss().read_index(str(path), flags)
    except RuntimeError as error:
        raise IndexFormatError(
            f"faiss cannot read '{path}' ({str(error).splitlines()[0]}); it may be of another "
            "faiss version. Rebuild the index from its vectors."
        ) from error
    index = load_faiss().downcast_index(owner)
    if index is not owner:
        # The downcast is a view: without this the C++ object dies with `owner`.
        owner.this.disown()
        index.this.acquire()
    return index


def check_loaded(index: Any, kind: str, count: int, space: EmbeddingSpace) -> None:
    """Compare a loaded faiss index with what the header promises.

    Args:
        index: A downcast faiss index.
        kind: Class expected.
        count: Vectors expected.
        space: Space expected.

    Raises:
        IndexFormatError: If any differs.
    """
    found = (type(index).__name__, int(index.ntotal), int(index.d), int(index.metric_type))
    expected = (kind, count, space.dim, faiss_metric(space.metric))
    if found != expected:
        raise IndexFormatError(
            f"The faiss file holds (class, vectors, dimensions, metric) {found}; its header "
            f"promises {expected}. Rebuild the index from its vectors."
        )
