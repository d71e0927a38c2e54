"""Vector indexes of a catalogue: opened, caught up with its changes, kept."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepsearch.catalogue import Catalogue, VectorTable
from deepsearch.engine.keeping import keep, load_kept
from deepsearch.errors import DeepSearchError, IndexFormatError
from deepsearch.index import EXACT_UP_TO, LiveIndex, build_index, load_index, save_index
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, IntArray, Modality

__all__ = ["Channel", "open_channel"]

_LOGGER = logging.getLogger(__name__)
_OWNERS = "owners.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An index over one kind of vector, and the listing each position belongs to.

    A listing's key stays with it while its content is unchanged, so (key, part) names a
    vector for good: what two versions share is never indexed twice.

    Attributes:
        space: The vectors' space.
        modality: What they were made from.
        index: The index; positions once given stay, removed ones are never found.
        keys: (n,) key of the listing at each position.
        parts: (n,) number of the listing's picture or video frame; 0 for its text.
        rows: (n,) listing row of each position in this version; -1 where removed.
        by_row: (m,) positions not removed, ascending by row, then position.
        sorted_rows: (m,) their rows.
        aligned: Whether every position is its own listing's row, so that masks over the
            one are masks over the other.
    """

    space: EmbeddingSpace
    modality: Modality
    index: LiveIndex
    keys: IntArray
    parts: IntArray
    rows: IntArray
    by_row: IntArray
    sorted_rows: IntArray
    aligned: bool

    def mask(self, allowed: BoolArray) -> BoolArray:
        """Turn a mask over listings into one over positions.

        Args:
            allowed: (listings,) mask.

        Returns:
            (n,) mask.
        """
        if self.aligned and len(allowed) == len(self.rows):
            return allowed
        mask: BoolArray = allowed[self.rows] & (self.rows >= 0)
        return mask

    def positions_of(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Find all vectors of some listings, without looking at the others.

        Args:
            rows: (m,) distinct listing rows.

        Returns:
            (p,) positions, and for each which of `rows` it belongs to.
        """
        first = np.searchsorted(self.sorted_rows, rows, side="left")
        counts = np.searchsorted(self.sorted_rows, rows, side="right") - first
        owners = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.by_row[first[owners] + within], owners


def open_channel(
    folder: Path,
    catalogue: Catalogue,
    space: EmbeddingSpace,
    modality: Modality,
    *,
    previous: Channel | None = None,
    asked: Callable[[EmbeddingSpace], FloatArray | None] = lambda _: None,
) -> Channel | None:
    """Open the index of a space, bringing it to the catalogue's version.

    What is missing, damaged or of another build is rebuilt from the catalogue's vectors;
    what is older is caught up: removed vectors are masked, new ones scanned exactly until
    there are enough of them to build anew.

    Args:
        folder: Where it is kept; a folder that cannot be written costs only the keeping.
        catalogue: The catalogue, at the version to search.
        space: The vectors' space.
        modality: What they were made from.
        previous: The channel of an earlier version, where one is open.
        asked: Makes (n, dim) vectors of queries such as buyers ask, which a new index is
            calibrated with; None where it knows of none.

    Returns:
        The channel; None if the catalogue holds no such vectors.
    """
    table = catalogue.vectors(space, modality)
    if len(table.rows) == 0:
        return None
    keys = catalogue.keys[table.rows]
    wanted = _Owners(keys=keys, parts=table.parts.astype(np.int64))
    # Up to this many nothing is built that a file could save.
    small = len(table.rows) <= EXACT_UP_TO
    known = None
    if previous is not None:
        known = previous.index, _Owners(keys=previous.keys, parts=previous.parts)
    elif not small:
        known = _load(folder, space)
    if known is not None:
        index, owners = _caught_up(*known, table, wanted)
        if not index.needs_compaction():
            return _channel(space, modality, index, owners, wanted=wanted, rows=table.rows)
    queries = None if small else asked(space)
    index = LiveIndex(build_index(table.vectors, space, sample_queries=queries))
    if not small:
        _keep(folder, index, wanted)
    return _channel(space, modality, index, wanted, wanted=wanted, rows=table.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owners:
    """The listing key and part of each position."""

    keys: IntArray
    parts: IntArray

    @property
    def pairs(self) -> IntArray:
        """Both joined to one number each: a part is below 2**31, a key far below 2**32."""
        joined: IntArray = self.keys * np.int64(1 << 31) + self.parts
        return joined


def _channel(
    space: EmbeddingSpace,
    modality: Modality,
    index: LiveIndex,
    owners: _Owners,
    *,
    wanted: _Owners,
    rows: IntArray,
) -> Channel:
    held, present = owners.pairs, wanted.pairs
    at = _places(held, present)
    row_of = np.where((present[at] == held) & index.live, rows[at], np.int64(-1))
    aligned = bool((row_of == np.arange(len(row_of))).all())
    by_row = np.argsort(row_of, kind="stable")
    by_row = by_row[np.searchsorted(row_of[by_row], 0) :]
    return Channel(
        space=space,
        modality=modality,
        index=index,
        keys=owners.keys,
        parts=owners.parts,
        rows=row_of,
        by_row=by_row,
        sorted_rows=row_of[by_row],
        aligned=aligned,
    )


def _places(held: IntArray, present: IntArray) -> IntArray:
    """Where each pair stands, if at all, among those present, ascending by row, then part."""
    places: IntArray = np.minimum(np.searchsorted(present, held), len(present) - 1)
    return places


def _caught_up(
    index: LiveIndex, owners: _Owners, table: VectorTable, wanted: _Owners
) -> tuple[LiveIndex, _Owners]:
    """Add what is new and remove what is gone, in an index of its own.

    The older index goes on answering searches that started before.
    """
    updated = LiveIndex.from_snapshot(index.snapshot)
    live = index.live
    held, present = owners.pairs, wanted.pairs
    at = _places(held, present)
    kept = live & (present[at] == held)
    gone = np.flatnonzero(live & ~kept)
    if len(gone):
        updated.remove(gone)
    # A pair stands once on either side: what is kept tells whether anything is new.
    if np.count_nonzero(kept) == len(present):
        return updated, owners
    missing = np.ones(len(present), dtype=np.bool_)
    missing[at[kept]] = False
    new = np.flatnonzero(missing)
    updated.add(table.take(new))
    return updated, _Owners(
        keys=np.concatenate((owners.keys, wanted.keys[new])),
        parts=np.concatenate((owners.parts, wanted.parts[new])),
    )


def _load(folder: Path, space: EmbeddingSpace) -> tuple[LiveIndex, _Owners] | None:
    """Load a kept index with its owners, or None if there is none to be trusted."""

    def load() -> tuple[LiveIndex, _Owners]:
        with np.load(folder / _OWNERS, allow_pickle=False) as file:
            owners = _Owners(keys=file["keys"], parts=file["parts"])
        index = load_index(folder / "index", space=space)
        if not isinstance(index, LiveIndex) or owners.pairs.shape != (len(index),):
            raise IndexFormatError(f"'{folder}' does not hold a live index with its owners.")
        return index, owners

    try:
        return load_kept(folder / _OWNERS, load)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, OSError, zipfile.BadZipFile, DeepSearchError) as error:
        _LOGGER.warning("The index in %s is rebuilt: %s", folder, error)
        return None


def _keep(folder: Path, index: LiveIndex, owners: _Owners) -> None:
    """Save a freshly built index; its owners vouch for it."""
    keep(
        folder,
        _OWNERS,
        write=lambda path: save_index(index, path),
        vouch=lambda path: np.savez(path, keys=owners.keys, parts=owners.parts),
    )
