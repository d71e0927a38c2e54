"""Vectors stored under the hash of what they encode, shared by listings of equal content."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.frames import frame_parts
from deepsearch.catalogue.manifest import TableRef
from deepsearch.catalogue.tables import compact, open_table, read_table
from deepsearch.errors import DimensionMismatchError, InvalidInputError
from deepsearch.schema import EmbeddingSpace, FloatArray, IntArray, Modality

__all__ = ["Parts", "PendingItem", "VectorTable"]

# A float32 encoder normalises to about 1e-7, a bfloat16 one to about 4e-3.
_NORM_TOLERANCE = 1e-2
# A put is a fragment, and every fragment a file to open: merge them now and then. What was
# merged is left alone, so that neither time nor memory of a merge grows with the table.
_FRAGMENTS = 32
_MERGED_ROWS = 16_384
# Above this share of a table, reading it through is quicker than fetching rows one by one.
_READ_WHOLE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingItem:
    """Something to encode.

    Attributes:
        content_hash: Key its vector is stored under.
        row: A row that holds it.
        part: Which of the row's pictures it is; 0 for a text.
    """

    content_hash: str
    row: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorTable:
    """Vectors and whose they are; the vectors themselves are read when asked for.

    Attributes:
        rows: (n,) int64 positions of listings, ascending; several a listing are legal.
        parts: (n,) int32: which picture of the listing, or which frame of which video
            (`medium_of`); 0 for its text.
        dim: Width of a vector.
        read: Reads those at ascending positions of the vector table: (m,) → (m, dim).
        positions: (n,) int64 place of each in the vector table.
    """

    rows: IntArray
    parts: npt.NDArray[np.int32]
    dim: int
    read: Callable[[IntArray], FloatArray]
    positions: IntArray

    @property
    def vectors(self) -> FloatArray:
        """All vectors: (n, dim) float32, C-contiguous; read anew at each call."""
        return self.take(np.arange(len(self.rows)))

    def take(self, at: IntArray) -> FloatArray:
        """Read some of the vectors.

        Args:
            at: (m,) which of the n.

        Returns:
            (m, dim) float32, C-contiguous.
        """
        if not len(at):
            return np.empty((0, self.dim), np.float32)
        distinct, inverse = np.unique(self.positions[at], return_inverse=True)
        return np.ascontiguousarray(self.read(distinct)[inverse])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a catalogue version has to encode: (hash, row, part), by row and part."""

    hashes: pa.Array
    rows: IntArray
    parts: npt.NDArray[np.int32]

    def of(self, rows: IntArray | None) -> Parts:
        """Keep what some listings hold; None: all of it."""
        if rows is None:
            return self
        kept = np.isin(self.rows, rows)
        return Parts(
            hashes=self.hashes.filter(pa.array(kept)), rows=self.rows[kept], parts=self.parts[kept]
        )


def parts_of(table: pa.Table, modality: Modality, *, kind: str = "picture") -> Parts:
    """List what the listings hold of a modality.

    Args:
        table: Column "text_hash" for texts, "media" for pictures, in row order.
        modality: Which of the two.
        kind: "picture", or "video" for videos instead of pictures.

    Returns:
        Every text, or every picture or video whose content is known.
    """
    if modality == Modality.TEXT:
        hashes = table["text_hash"].combine_chunks()
        rows = np.arange(len(hashes), dtype=np.int64)
        return Parts(hashes=hashes, rows=rows, parts=np.zeros(len(hashes), np.int32))
    media = table["media"].combine_chunks()
    rows = pc.list_parent_indices(media).to_numpy().astype(np.int64)
    first = np.zeros(len(media), np.int64)
    lengths = pc.fill_null(pc.list_value_length(media), 0).to_numpy()
    first[1:] = np.cumsum(lengths)[:-1]
    parts = (np.arange(len(rows)) - first[rows]).astype(np.int32)
    values = pc.list_flatten(media)
    hashes = values.field("content_hash")
    usable = pc.and_(pc.is_valid(hashes), pc.equal(values.field("kind"), kind))
    mask = pc.fill_null(usable, False).to_numpy(zero_copy_only=False)
    return Parts(hashes=hashes.filter(pa.array(mask)), rows=rows[mask], parts=parts[mask])


def stored_hashes(path: Path, ref: TableRef | None) -> pa.Array:
    """Read which contents have a vector.

    Args:
        path: The catalogue folder.
        ref: The vector table, or None where there is none yet.

    Returns:
        Their hashes.
    """
    if ref is None:
        return pa.array([], pa.string())
    return read_table(path, ref, ["hash"])["hash"].combine_chunks()


def pending(parts: Parts, done: pa.Array) -> list[PendingItem]:
    """List the contents without a vector, each once.

    Args:
        parts: What there is to encode.
        done: Hashes that have a vector.

    Returns:
        The first place of each, in row order.
    """
    todo = pc.invert(pc.is_in(parts.hashes, value_set=done)).to_numpy(zero_copy_only=False)
    rows, numbers = parts.rows.tolist(), parts.parts.tolist()
    first: dict[str, int] = {}
    hashes = parts.hashes.filter(pa.array(todo)).to_pylist()
    for i, content_hash in zip(np.flatnonzero(todo).tolist(), hashes, strict=True):
        first.setdefault(content_hash, i)
    return [
        PendingItem(content_hash=content_hash, row=rows[i], part=numbers[i])
        for content_hash, i in first.items()
    ]


def check_vectors(space: EmbeddingSpace, hashes: Sequence[str], vectors: FloatArray) -> FloatArray:
    """Check vectors before they are stored.

    Args:
        space: The space they are said to belong to.
        hashes: One a vector.
        vectors: (n, dim).

    Returns:
        The same as contiguous float32.

    Raises:
        DimensionMismatchError: If the width is not the space's.
        InvalidInputError: If counts differ, a value is not finite, or a norm is not 1.
    """
    given = np.ascontiguousarray(vectors, np.float32)
    if given.ndim != 2 or given.shape[1] != space.dim:
        raise DimensionMismatchError(
            f"Vectors of shape {given.shape} were given; space '{space.name}' needs (n, "
            f"{space.dim}). Encode with the encoder of that space."
        )
    if len(given) != len(hashes):
        raise InvalidInputError(f"{len(hashes)} hashes were given for {len(given)} vectors.")
    if not np.isfinite(given).all():
        bad = int(np.flatnonzero(~np.isfinite(given).all(axis=1))[0])
        raise InvalidInputError(f"Vector {bad} holds NaN or infinity; nothing was stored.")
    if space.metric == "cosine" and len(given):
        norms = np.linalg.norm(given, axis=1)
        worst = int(np.argmax(np.abs(norms - 1)))
        if abs(norms[worst] - 1) > _NORM_TOLERANCE:
            raise InvalidInputError(
                f"Vector {worst} has length {norms[worst]:.4g}; space '{space.name}' is cosine, "
                f"so vectors of length 1 are expected. Normalise them."
            )
    return given


def new_positions(hashes: Sequence[str], done: pa.Array) -> list[int]:
    """Find which of the given contents have no vector yet.

    Args:
        hashes: Given ones; a repeat counts once.
        done: Hashes that have a vector.

    Returns:
        Positions in `hashes`, ascending.
    """
    wanted = pa.array(list(hashes), pa.string())
    absent = pc.invert(pc.is_in(wanted, value_set=done)).to_pylist()
    first: dict[str, int] = {}
    for i, content_hash in enumerate(hashes):
        if absent[i]:
            first.setdefault(content_hash, i)
    return list(first.values())


def vector_batch(
    space: EmbeddingSpace, hashes: Sequence[str], vectors: FloatArray, positions: Sequence[int]
) -> pa.RecordBatch:
    """Lay out vectors as rows of a vector table.

    Args:
        space: Their space.
        hashes: Content hashes.
        vectors: (len(hashes), dim) float32.
        positions: Which of them to take.

    Returns:
        Columns "hash" and "vector".
    """
    taken = vectors[np.asarray(positions, np.int64)].reshape(-1)
    return pa.record_batch(
        {
            "hash": pa.array([hashes[i] for i in positions], pa.string()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(taken), space.dim),
        }
    )


def compacted(path: Path, ref: TableRef) -> TableRef:
    """Merge the small files of many puts once there are many.

    Args:
        path: The catalogue folder.
        ref: A vector table.

    Returns:
        Its reference, after the merge if there was one.
    """
    fragments = open_table(path, ref).get_fragments()
    if sum(fragment.metadata.num_rows < _MERGED_ROWS for fragment in fragments) < _FRAGMENTS:
        return ref
    return compact(path, ref, rows=_MERGED_ROWS)


def join(
    path: Path,
    ref: TableRef | None,
    space: EmbeddingSpace,
    parts: Parts,
    *,
    videos: Parts | None = None,
) -> VectorTable:
    """Bring stored vectors to the listings that share their content.

    Args:
        path: The catalogue folder.
        ref: The vector table, or None.
        space: Its space.
        parts: What the listings hold.
        videos: Their videos, where frames are wanted as well.

    Returns:
        One vector for every part that has one, and for every frame of a video.
    """
    if ref is None:
        return VectorTable(
            rows=np.empty(0, np.int64),
            parts=np.empty(0, np.int32),
            dim=space.dim,
            read=lambda at: np.empty((len(at), space.dim), np.float32),
            positions=np.empty(0, np.int64),
        )
    held = read_table(path, ref, ["hash"])["hash"].combine_chunks()
    found = pc.index_in(parts.hashes, value_set=held)
    present = found.is_valid().to_numpy(zero_copy_only=False)
    positions = found.filter(pa.array(present)).to_numpy().astype(np.int64)
    rows, numbers = parts.rows[present], parts.parts[present]
    if videos is not None and len(videos.rows):
        of, frames, frame_numbers = frame_parts(videos.hashes, videos.parts, held)
        rows = np.concatenate((rows, videos.rows[of]))
        numbers = np.concatenate((numbers, frame_numbers))
        order = np.lexsort((numbers, rows))
        positions = np.concatenate((positions, frames))[order]
        rows, numbers = rows[order], numbers[order]

    stored_count = len(held)  # the hashes themselves need not stay for as long as this is read

    def read(at: IntArray) -> FloatArray:
        whole = len(at) > _READ_WHOLE * stored_count
        table = read_table(path, ref, ["vector"], None if whole else at.tolist())
        stored = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=True)
        vectors: FloatArray = stored.reshape(-1, space.dim)
        return vectors[at] if whole and len(at) < len(vectors) else vectors

    return VectorTable(rows=rows, parts=numbers, dim=space.dim, read=read, positions=positions)


def space_meta(space: EmbeddingSpace, modality: Modality) -> dict[str, Any]:
    """Describe a vector table in the manifest.

    Args:
        space: Its space.
        modality: What it was made from.

    Returns:
        A JSON object that `space_of` reads.
    """
    return {
        "name": space.name,
        "revision": space.revision,
        "dim": space.dim,
        "metric": space.metric,
        "modality": str(modality),
    }


def space_of(meta: Mapping[str, Any]) -> tuple[EmbeddingSpace, Modality]:
    """Read the description of a vector table.

    Args:
        meta: As written by `space_meta`.

    Returns:
        Its space and modality.
    """
    space = EmbeddingSpace(
        name=meta["name"], revision=meta["revision"], dim=meta["dim"], metric=meta["metric"]
    )
    return space, Modality(meta["modality"])
