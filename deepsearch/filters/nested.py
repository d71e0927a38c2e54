"""Columns of lists, maps and pairs, flattened to one text a line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.filters.columns import Rows, Words, as_mask, one_chunk
from deepsearch.schema import BoolArray

__all__ = ["flatten_attributes", "flatten_lists"]


def flatten_lists(column: pa.ChunkedArray) -> tuple[Rows, pa.Array]:
    """Flatten a list column.

    Args:
        column: Of a list of texts (or of what casts to text).

    Returns:
        Row and text of every element that is not null.
    """
    rows, child, used = _children(one_chunk(column), lambda lists: lists.values)
    texts = child.cast(pa.large_string())
    keep = used & as_mask(texts.is_valid())
    return rows[keep], texts.filter(pa.array(keep))


def flatten_attributes(column: pa.ChunkedArray) -> dict[str, tuple[Rows, pa.Array]]:
    """Flatten a column of name-value pairs.

    Args:
        column: Of a map, or of a list of structs whose first two fields are name and value.

    Returns:
        Folded name → row and text of every value that is not null.
    """
    array = one_chunk(column)
    if pa.types.is_map(array.type):
        rows, names, used = _children(array, lambda maps: maps.keys)
        _, values, _ = _children(array, lambda maps: maps.items)
    else:
        rows, pairs, used = _children(array, lambda lists: lists.values)
        names, values = pairs.flatten()[:2]
    values = values.cast(pa.large_string())
    keep = used & as_mask(names.is_valid()) & as_mask(values.is_valid())
    rows, values = rows[keep], values.filter(pa.array(keep))
    encoded = pc.dictionary_encode(names.cast(pa.large_string()).filter(pa.array(keep)))
    words = Words(encoded.dictionary.to_pylist())
    codes = words.codes[encoded.indices.to_numpy(zero_copy_only=False)]
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(words) + 1))
    found = {}
    for code, name in enumerate(words.forms()):
        members = order[starts[code] : starts[code + 1]]
        found[name] = (rows[members], values.take(pa.array(members)))
    return found


def _children(
    array: pa.Array, child_of: Callable[[pa.Array], pa.Array]
) -> tuple[Rows, pa.Array, BoolArray]:
    """Flatten a nested array.

    Args:
        array: Of lists or maps, possibly a slice.
        child_of: Takes the array to its unsliced child.

    Returns:
        Row of each child, the children, and which belong to a row that is not null.
    """
    if not isinstance(array, pa.MapArray | pa.ListArray | pa.LargeListArray):
        array = array.cast(pa.large_list(array.type.value_type))  # views, fixed-size lists
    offsets = array.offsets.to_numpy(zero_copy_only=False)
    sizes = np.diff(offsets)
    rows = np.repeat(np.arange(len(array), dtype=np.int32), sizes)
    child = child_of(array).slice(offsets[0], offsets[-1] - offsets[0]) if len(array) else None
    if child is None:
        child = child_of(array).slice(0, 0)
    return rows, child, np.repeat(as_mask(array.is_valid()), sizes)
