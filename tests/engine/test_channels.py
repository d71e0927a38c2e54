"""Indexes follow the catalogue: kept, caught up, never trusted when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue
from deepsearch.engine import SearchEngine, channels
from deepsearch.engine.channels import Channel, open_channel
from deepsearch.engine.retrieval import channel_scores
from deepsearch.engine.snapshot import sample_queries
from deepsearch.index import build_index
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Modality, Role

SPACE = EmbeddingSpace(name="test", revision="1", dim=16)


@pytest.fixture(autouse=True)
def _keep_small_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat a few hundred vectors as many, so that files are written at all."""
    monkeypatch.setattr(channels, "EXACT_UP_TO", 50)


def vector_of(number: int) -> FloatArray:
    drawn = np.random.default_rng(number).standard_normal(SPACE.dim).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


def add(catalogue: Catalogue, numbers: range, *, version: str = "") -> None:
    """Upsert listings whose vector is that of their number."""
    catalogue.upsert(Listing(id=f"{n:05}", title=f"listing {n}{version}") for n in numbers)
    pending = catalogue.pending(SPACE, Modality.TEXT)
    if pending:
        ids = [catalogue.listing_ids[item.row] for item in pending]
        vectors = np.stack([vector_of(int(i) + (len(version) * 10**6)) for i in ids])
        hashes = [item.content_hash for item in pending]
        catalogue.put_vectors(SPACE, Modality.TEXT, hashes, vectors)


def opened(folder: Path, catalogue: Catalogue, previous: Channel | None = None) -> Channel:
    channel = open_channel(folder, catalogue, SPACE, Modality.TEXT, previous=previous)
    assert channel is not None
    return channel


def nearest(channel: Channel, catalogue: Catalogue, vector: FloatArray) -> str:
    matches = channel.index.search(vector[None, :], k=1)
    return catalogue.listing_ids[int(channel.rows[matches.ids[0, 0]])]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue.create(tmp_path / "catalogue")
    add(made, range(300))
    return made


def test_no_vectors_no_channel(tmp_path: Path) -> None:
    empty = Catalogue.create(tmp_path / "catalogue")
    assert open_channel(tmp_path / "x", empty, SPACE, Modality.TEXT) is None


def test_a_kept_index_is_loaded_and_caught_up(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    first = opened(folder, catalogue)
    assert first.index.tail_count == 0
    add(catalogue, range(300, 320))
    add(catalogue, range(5), version=" b")
    catalogue.remove(["00007"])
    again = opened(folder, catalogue)
    assert again.index.tail_count == 25
    assert again.index.live_count == 319
    for number, version in [(100, 0), (310, 0), (3, 1), (299, 0)]:
        wanted = vector_of(number + 2 * version * 10**6)
        assert nearest(again, catalogue, wanted) == f"{number:05}"
    everything = again.index.search(vector_of(7)[None, :], k=400).ids[0]
    rows = again.rows[everything[everything >= 0]]
    assert sorted(rows.tolist()) == list(range(319))


def test_a_new_index_is_calibrated_with_what_buyers_ask(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[FloatArray | None] = []

    def building(vectors: FloatArray, space: EmbeddingSpace, **how: FloatArray | None) -> object:
        given.append(how["sample_queries"])
        return build_index(vectors, space)

    monkeypatch.setattr(channels, "build_index", building)
    asked = np.stack([vector_of(7), vector_of(8)])
    open_channel(tmp_path / "x", catalogue, SPACE, Modality.TEXT, asked=lambda _: asked)
    assert given[0] is asked


def test_the_ends_of_titles_stand_for_what_buyers_ask(tmp_path: Path) -> None:
    engine = SearchEngine.create(tmp_path / "engine")
    engine.upsert([Listing(id="a", title="green steel bottle"), Listing(id="b", title="mug")])
    space, other = engine.suite.spaces[Modality.TEXT][0], engine.suite.spaces[Modality.PICTURE][0]
    vectors = sample_queries(engine.catalogue, engine.suite, space)
    wanted = engine.suite.encode_texts(["steel bottle", "mug"], role=Role.QUERY)[space.name]
    np.testing.assert_array_equal(vectors, wanted)
    assert sample_queries(engine.catalogue, engine.suite, other) is None


def test_an_open_channel_stays_as_it_was(catalogue: Catalogue, tmp_path: Path) -> None:
    before = opened(tmp_path / "index", catalogue)
    add(catalogue, range(300, 305))
    after = opened(tmp_path / "index", catalogue, before)
    assert (before.index.live_count, after.index.live_count) == (300, 305)


def test_caught_up_equals_built_anew(catalogue: Catalogue, tmp_path: Path) -> None:
    channel = opened(tmp_path / "index", catalogue)
    rng = np.random.default_rng(0)
    for step in range(5):
        add(catalogue, range(300 + 10 * step, 310 + 10 * step))
        alive = catalogue.listing_ids
        catalogue.remove([alive[i] for i in rng.choice(len(alive), 15, replace=False)])
        channel = opened(tmp_path / "index", catalogue, channel)
    fresh = opened(tmp_path / "other", catalogue)
    queries = np.stack([vector_of(n) for n in range(500, 540)])
    allowed = rng.random(len(catalogue)) < 0.5
    one = channel.index.search(queries, k=10, allowed=channel.mask(allowed))
    two = fresh.index.search(queries, k=10, allowed=fresh.mask(allowed))
    np.testing.assert_array_equal(channel.rows[one.ids], fresh.rows[two.ids])


def test_listings_are_scored_as_the_search_scores_them(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    whole = opened(tmp_path / "index", catalogue)
    assert whole.aligned
    catalogue.remove(["00003", "00250"])
    add(catalogue, range(3), version=" b")
    add(catalogue, range(300, 310))
    catalogue.upsert([Listing(id="x", title="not encoded")])
    channel = opened(tmp_path / "index", catalogue, whole)
    assert not channel.aligned
    query, total = vector_of(999), len(catalogue)
    found = channel.index.search(query[None, :], k=total)
    count = int(found.counts[0])
    expected = np.full(total, np.nan, dtype=np.float32)
    expected[channel.rows[found.ids[0, :count]]] = found.scores[0, :count]
    assert np.isnan(expected).sum() == 1
    rows = np.random.default_rng(3).permutation(total)
    np.testing.assert_array_equal(channel_scores(channel, query, rows), expected[rows])
    np.testing.assert_array_equal(channel_scores(channel, query, rows[:0]), [])


@pytest.mark.parametrize("name", ["owners.npz", "header.json"])
def test_damaged_files_are_rebuilt(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "index"
    opened(folder, catalogue)
    (damaged,) = folder.rglob(name)
    damaged.write_bytes(damaged.read_bytes()[:40])
    again = opened(folder, catalogue)
    assert nearest(again, catalogue, vector_of(42)) == "00042"


def test_a_folder_that_cannot_be_written_is_searched_all_the_same(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "index").write_text("a file in the way", encoding="utf-8")
    channel = opened(tmp_path / "index", catalogue)
    assert nearest(channel, catalogue, vector_of(42)) == "00042"
