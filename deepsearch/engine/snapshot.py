"""Everything one version of a catalogue is searched with."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from deepsearch.catalogue import Catalogue
from deepsearch.catalogue.units import canonical_unit
from deepsearch.engine.channels import Channel, open_channel
from deepsearch.engine.hydration import ListingCache
from deepsearch.engine.keeping import keep, load_kept
from deepsearch.errors import IndexFormatError
from deepsearch.filters import FilterEngine
from deepsearch.index import LexicalIndex
from deepsearch.protocols import EncoderSuite
from deepsearch.ranking import RequirementMatcher
from deepsearch.schema import EmbeddingSpace, FloatArray, Modality, Role

__all__ = ["Snapshot", "open_snapshot", "sample_queries"]

_LOGGER = logging.getLogger(__name__)
_SAMPLE_QUERIES = 96
_WORDS_ASKED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of a catalogue with its indexes; never changed, only replaced."""

    catalogue: Catalogue
    listings: ListingCache
    filters: FilterEngine
    matcher: RequirementMatcher
    lexical: LexicalIndex
    channels: Mapping[tuple[str, Modality], Channel]


def open_snapshot(
    catalogue: Catalogue, suite: EncoderSuite, *, previous: Snapshot | None = None
) -> Snapshot:
    """Open a catalogue's indexes, building what is missing, older or damaged.

    Args:
        catalogue: The catalogue, at the version to search.
        suite: The encoders its vectors were made with.
        previous: The snapshot of an earlier version; what it holds is taken over.

    Returns:
        The snapshot.
    """
    folder = catalogue.path / "indexes"
    # Rows are positions within one version; the engine's own catalogue moves on.
    catalogue = catalogue.at_version()
    channels = {}
    for modality, spaces in suite.spaces.items():
        for space in spaces:
            key = (space.name, modality)
            channel = open_channel(
                folder / f"{space.name}-{modality}",
                catalogue,
                space,
                modality,
                previous=previous.channels.get(key) if previous is not None else None,
                asked=partial(sample_queries, catalogue, suite),
            )
            if channel is not None:
                channels[key] = channel
    return Snapshot(
        catalogue=catalogue,
        listings=ListingCache(catalogue),
        filters=FilterEngine(catalogue.facts, canonical=canonical_unit),
        matcher=RequirementMatcher(_with_ladders(catalogue), catalogue.claims),
        lexical=_lexical_index(folder / "words", catalogue, previous),
        channels=channels,
    )


def sample_queries(
    catalogue: Catalogue, suite: EncoderSuite, space: EmbeddingSpace
) -> FloatArray | None:
    """Encode short requests for what is listed: the last words of some titles.

    An index calibrated with its own rows finds too little of what buyers ask: a few words
    lie farther from every listing than listings do from each other.

    Args:
        catalogue: The listings.
        suite: Their encoders.
        space: The space wanted.

    Returns:
        (n, dim) vectors; None if texts are not encoded into the space, or there are none.
    """
    if space not in suite.spaces[Modality.TEXT]:
        return None
    rows = np.unique(np.linspace(0, len(catalogue) - 1, _SAMPLE_QUERIES).astype(np.int64))
    titles = catalogue.facts["title"].take(rows).to_pylist()
    texts = {" ".join((title or "").split()[-_WORDS_ASKED:]): None for title in titles}
    texts.pop("", None)
    return suite.encode_texts([*texts], role=Role.QUERY)[space.name] if texts else None


def _with_ladders(catalogue: Catalogue) -> pa.Table:
    """The facts, and what holds by quantity: prices and lead times are judged at the order's."""
    table = catalogue.facts
    for name in catalogue.ladders.column_names:
        table = table.append_column(name, catalogue.ladders[name])
    return table


def _lexical_index(folder: Path, catalogue: Catalogue, previous: Snapshot | None) -> LexicalIndex:
    """Load the index of words if it covers exactly this version, else make and keep it."""
    covers = {"version": catalogue.version, "listings": len(catalogue)}
    note = folder / "covers.json"

    def load() -> LexicalIndex | None:
        if json.loads(note.read_text(encoding="utf-8")) != covers:
            return None
        return LexicalIndex.load(folder / "index")

    try:
        if (kept := load_kept(note, load)) is not None:
            return kept
    except FileNotFoundError:
        pass
    except (ValueError, OSError, IndexFormatError) as error:
        _LOGGER.warning("The index of words in %s is rebuilt: %s", folder, error)
    index = _made_index(catalogue, previous)
    keep(
        folder,
        note.name,
        write=index.save,
        vouch=lambda path: _write_json(path, covers),
    )
    return index


def _write_json(path: Path, value: Mapping[str, int]) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def _made_index(catalogue: Catalogue, previous: Snapshot | None) -> LexicalIndex:
    """Index the words of a version; of what an open one holds only the new ones are read."""
    if previous is None or not previous.lexical.renewable or not len(previous.catalogue):
        return LexicalIndex.build(catalogue.texts())
    held, keys = previous.catalogue.keys, catalogue.keys
    at = np.minimum(np.searchsorted(held, keys), len(held) - 1)
    places = np.where(held[at] == keys, at, -1)
    return previous.lexical.renewed(places, catalogue.texts(np.flatnonzero(places < 0)))
