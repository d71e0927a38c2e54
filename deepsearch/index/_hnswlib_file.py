"""The file hnswlib saves: read to be checked before its C++ loader sees it.

Layout (little-endian, as hnswlib 0.8 writes on 64-bit machines): eight-byte fields
offset_level0, max_elements, count, node_bytes, label_offset, vector_offset; int32
max_level; uint32 entry; eight-byte max_m, max_m0, m; float64 mult; eight-byte
ef_construction; then `count` nodes of node_bytes (uint16 link count, two bytes unused,
max_m0 uint32 links, vector, eight-byte label); then for each node a uint32 byte length
and that many bytes of upper-level links (max_m + 1 uint32 a level).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from deepsearch.errors import IndexFormatError

__all__ = ["HEADER", "HnswlibHeader", "check_hnswlib_file", "node_dtype"]

HEADER = struct.Struct("<6QiI3QdQ")
_BLOCK_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class HnswlibHeader:
    """The fixed fields at the start of the file, in file order."""

    offset_level0: int
    max_elements: int
    count: int
    node_bytes: int
    label_offset: int
    vector_offset: int
    max_level: int
    entry: int
    max_m: int
    max_m0: int
    m: int
    mult: float
    ef_construction: int

    def pack(self) -> bytes:
        """Return the header's bytes."""
        return HEADER.pack(
            self.offset_level0,
            self.max_elements,
            self.count,
            self.node_bytes,
            self.label_offset,
            self.vector_offset,
            self.max_level,
            self.entry,
            self.max_m,
            self.max_m0,
            self.m,
            self.mult,
            self.ef_construction,
        )

    @classmethod
    def unpack(cls, raw: bytes) -> HnswlibHeader:
        """Read a header.

        Args:
            raw: The first HEADER.size bytes of a file.

        Returns:
            Its fields, unchecked.
        """
        names = cls.__dataclass_fields__
        return cls(**dict(zip(names, HEADER.unpack(raw), strict=True)))


def node_dtype(max_m0: int, dim: int) -> np.dtype[np.void]:
    """Return the layout of a node of the lowest level.

    Args:
        max_m0: Links a node may have there.
        dim: Length of a vector.

    Returns:
        A packed record: size, unused, links, vector, label.
    """
    return np.dtype(
        [
            ("size", "<u2"),
            ("unused", "<u2"),
            ("links", "<u4", (max_m0,)),
            ("vector", "<f4", (dim,)),
            ("label", "<u8"),
        ]
    )


def check_hnswlib_file(path: Path, *, count: int, dim: int) -> HnswlibHeader:
    """Check sizes, ids and counts of an hnswlib file without loading it.

    Args:
        path: The file.
        count: Vectors it must hold, labelled 0..count-1.
        dim: Their length.

    Returns:
        The header.

    Raises:
        IndexFormatError: If anything would send the loader or a search out of bounds.
    """
    size = path.stat().st_size
    if size < HEADER.size:
        raise _damaged(path, f"it has {size} bytes, less than a header")
    with path.open("rb") as stream:
        header = HnswlibHeader.unpack(stream.read(HEADER.size))
    layout = node_dtype(header.max_m0, dim) if header.max_m0 <= 4096 else None
    if (
        layout is None
        or header.count != count
        or header.max_elements < count
        or header.max_elements > max(1, 64 * count)
        or header.offset_level0 != 0
        or header.node_bytes != layout.itemsize
        or header.vector_offset != 4 + 4 * header.max_m0
        or header.label_offset != header.vector_offset + 4 * dim
        or not 0 < header.max_m <= header.max_m0
        or not -1 <= header.max_level < 64
    ):
        raise _damaged(path, f"its header {header} does not fit {count} vectors of {dim}")
    if count and not (header.entry < count and header.max_level >= 0):
        raise _damaged(path, f"its entry point is {header.entry} of {count} nodes")
    end = HEADER.size + count * header.node_bytes
    if size < end + 4 * count:
        raise _damaged(path, f"it has {size} bytes; {count} nodes need {end + 4 * count}")
    if count:
        nodes = np.memmap(path, dtype=layout, mode="r", offset=HEADER.size, shape=(count,))
        _check_nodes(path, nodes, header)
        _check_upper(path, header, end, size)
    return header


def _check_nodes(path: Path, nodes: npt.NDArray[np.void], header: HnswlibHeader) -> None:
    seen = np.zeros(header.count, dtype=np.bool_)
    column = np.arange(header.max_m0)
    for start in range(0, header.count, _BLOCK_ROWS):
        block = nodes[start : start + _BLOCK_ROWS]
        sizes = block["size"]
        if (sizes > header.max_m0).any():
            raise _damaged(path, "a node has more links than its header allows")
        used = column < sizes[:, None]
        if (block["links"][used] >= header.count).any():
            raise _damaged(path, "a link leads out of the file")
        labels = block["label"]
        if (labels >= header.count).any():
            raise _damaged(path, "a label is no position")
        seen[labels.astype(np.int64)] = True
    if not seen.all():
        raise _damaged(path, "a label occurs twice")


def _check_upper(path: Path, header: HnswlibHeader, start: int, size: int) -> None:
    level_bytes = 4 * (header.max_m + 1)
    raw = np.fromfile(path, dtype="<u4", offset=start)
    if (size - start) % 4:
        raise _damaged(path, "its upper levels end within a number")
    at, entry_levels = 0, -1
    words = raw.shape[0]
    # One number a node, mostly zero: walk from one non-zero length to the next.
    for node in range(header.count):
        if at >= words:
            raise _damaged(path, "its upper levels are cut off")
        length = int(raw[at])
        levels, rest = divmod(length, level_bytes)
        if rest or levels > header.max_level or at + 1 + length // 4 > words:
            raise _damaged(path, f"node {node} has upper links of {length} bytes")
        for level in range(levels):
            links = raw[at + 1 + level * (header.max_m + 1) :][: header.max_m + 1]
            used = int(links[0]) & 0xFFFF
            if used > header.max_m or (links[1 : 1 + used] >= header.count).any():
                raise _damaged(path, f"an upper link of node {node} leads out of the file")
        if node == header.entry:
            entry_levels = levels
        at += 1 + length // 4
    if at != words:
        raise _damaged(path, f"{4 * (words - at)} bytes follow its end")
    if entry_levels != header.max_level:
        raise _damaged(path, "its entry point is not on the top level")


def _damaged(path: Path, what: str) -> IndexFormatError:
    return IndexFormatError(
        f"'{path}' is no usable HNSW graph: {what}. Rebuild the index from its vectors."
    )
