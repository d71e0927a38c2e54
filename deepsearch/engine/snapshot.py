"""Everything one version of a catalogue is searched with."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from deepsearch.catalogue import Catalogue, VectorTable
from deepsearch.errors import IndexFormatError
from deepsearch.filters import FilterEngine
from deepsearch.index import LexicalIndex, PlannedIndex, build_index, load_index, save_index
from deepsearch.protocols import EncoderSuite
from deepsearch.ranking import RequirementMatcher
from deepsearch.schema import EmbeddingSpace, FloatArray, IntArray, Modality

__all__ = ["Channel", "Snapshot", "open_snapshot"]

_LOGGER = logging.getLogger(__name__)
Index = TypeVar("Index")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An index over one kind of vector, and the listing each vector belongs to.

    Attributes:
        space: The vectors' space.
        modality: What they were made from.
        index: The index; a position is a row of `vectors`.
        vectors: (n, dim) float32.
        rows: (n,) listing row of each vector.
        parts: (n,) number of the listing's picture; 0 for its text.
    """

    space: EmbeddingSpace
    modality: Modality
    index: PlannedIndex
    vectors: FloatArray
    rows: IntArray
    parts: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of a catalogue with its indexes; never changed, only replaced."""

    catalogue: Catalogue
    filters: FilterEngine
    matcher: RequirementMatcher
    lexical: LexicalIndex
    channels: Mapping[tuple[str, Modality], Channel]


def open_snapshot(catalogue: Catalogue, suite: EncoderSuite) -> Snapshot:
    """Open a catalogue's indexes, building what is missing, older or damaged.

    Args:
        catalogue: The catalogue, at the version to search.
        suite: The encoders its vectors were made with.

    Returns:
        The snapshot.
    """
    folder = catalogue.path / "indexes"
    channels = {}
    for modality, spaces in suite.spaces.items():
        for space in spaces:
            table = catalogue.vectors(space, modality)
            if len(table.rows):
                channels[space.name, modality] = Channel(
                    space=space,
                    modality=modality,
                    index=_vector_index(folder, catalogue, space, modality, table),
                    vectors=table.vectors,
                    rows=table.rows,
                    parts=table.parts.astype(np.int64),
                )
    return Snapshot(
        catalogue=catalogue,
        filters=FilterEngine(catalogue.facts),
        matcher=RequirementMatcher(catalogue.facts, catalogue.claims),
        lexical=_lexical_index(folder, catalogue),
        channels=channels,
    )


def _vector_index(
    folder: Path,
    catalogue: Catalogue,
    space: EmbeddingSpace,
    modality: Modality,
    table: VectorTable,
) -> PlannedIndex:
    return _load_or_build(
        folder / f"{space.name}-{modality}",
        {"covers": catalogue.version, "count": len(table.rows), "revision": space.revision},
        load=lambda path: _load_planned(path, space, table),
        build=lambda: build_index(table.vectors, space),
        # The catalogue holds the vectors; a second copy would only grow stale.
        save=lambda index, path: save_index(index, path, include_vectors=False),
    )


def _load_planned(path: Path, space: EmbeddingSpace, table: VectorTable) -> PlannedIndex:
    index = load_index(path, space=space, vectors=table.vectors)
    if not isinstance(index, PlannedIndex):
        raise IndexFormatError(
            f"'{path}' holds a {type(index).__name__}; expected a PlannedIndex. It is rebuilt."
        )
    return index


def _lexical_index(folder: Path, catalogue: Catalogue) -> LexicalIndex:
    return _load_or_build(
        folder / "words",
        {"covers": catalogue.version, "count": len(catalogue)},
        load=LexicalIndex.load,
        build=lambda: LexicalIndex.build(catalogue.texts()),
        save=lambda index, path: index.save(path),
    )


def _load_or_build(
    folder: Path,
    covers: Mapping[str, object],
    *,
    load: Callable[[Path], Index],
    build: Callable[[], Index],
    save: Callable[[Index, Path], None],
) -> Index:
    """Load an index that covers exactly this version, else build it and try to keep it.

    Index files are derived: one that is missing, older, damaged or of another build is
    replaced, never trusted; a catalogue that cannot be written to is searched all the same.
    """
    note = folder / "covers.json"
    try:
        if json.loads(note.read_text(encoding="utf-8")) == covers:
            return load(folder / "index")
    except FileNotFoundError:
        pass
    except (ValueError, OSError, IndexFormatError) as error:
        _LOGGER.warning("Index %s is rebuilt: %s", folder, error)
    index = build()
    try:
        note.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        save(index, folder / "index")
        # Written last and renamed into place: it vouches for the files beside it.
        temporary = note.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(covers), encoding="utf-8")
        temporary.replace(note)
    except OSError as error:
        _LOGGER.warning("Index %s is not kept: %s", folder, error)
    return index
