"""A live index: writes, compactions, plans, tails, and what other threads see of them."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from deepsearch.errors import DimensionMismatchError, InvalidInputError, UnknownIdError
from deepsearch.index import (
    ClusteredConfig,
    ExactIndex,
    LiveIndex,
    build_index,
    load_index,
    save_index,
)
from deepsearch.index.planner import PlannedIndex
from deepsearch.schema import EmbeddingSpace, FloatArray, IntArray

DIM = 24
SPACE = EmbeddingSpace(name="live", revision="1", dim=DIM)


def rows(count: int, seed: int) -> FloatArray:
    made = np.random.default_rng(seed).standard_normal((count, DIM))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def live(count: int = 100) -> LiveIndex:
    return LiveIndex(build_index(rows(count, 0), SPACE))


def test_given_positions_are_scored_as_a_search_scores_them() -> None:
    index = LiveIndex(build_index(rows(40, 1), SPACE))
    index.add(rows(5, 2))
    index.remove(np.array([3, 41]))
    query = rows(1, 3)
    found = index.search(query, k=50)
    wanted = found.ids[0, :43][::-1].copy()
    np.testing.assert_array_equal(index.scores(query[0], wanted), found.scores[0, :43][::-1])
    with pytest.raises(UnknownIdError, match="Position 41 was removed"):
        index.scores(query[0], np.array([0, 41]))
    with pytest.raises(DimensionMismatchError):
        index.scores(query[0, 1:], np.array([0]))


def test_a_write_shows_in_the_next_search() -> None:
    index, query = live(), rows(1, 50)
    position = index.add(query)
    assert index.search(query, k=1).ids.tolist() == [position.tolist()]
    index.remove(position)
    assert index.search(query, k=1).ids[0, 0] != position[0]
    index.replace(np.array([7]), query)
    assert index.search(query, k=1).ids.tolist() == [[7]]


def test_a_removed_position_comes_back_when_replaced_and_is_never_given_again() -> None:
    index = live()
    index.remove(np.array([99]))
    assert index.add(rows(1, 3)).tolist() == [100]
    index.replace(np.array([99]), rows(1, 4))
    assert index.live_count == 101


@pytest.mark.parametrize("positions", [[1, 1], [0.5], [[1]], ["a"]])
def test_positions_that_cannot_be_written(positions: list[object]) -> None:
    with pytest.raises(InvalidInputError):
        live().remove(np.array(positions))


def test_counts_must_agree() -> None:
    with pytest.raises(InvalidInputError, match="one vector a position"):
        live().replace(np.array([1, 2]), rows(1, 0))
    with pytest.raises(DimensionMismatchError):
        live().add(np.zeros((1, DIM + 1), np.float32))


def test_writes_during_a_compaction_are_kept() -> None:
    building, go_on = threading.Event(), threading.Event()

    def slow(vectors: FloatArray, space: EmbeddingSpace) -> PlannedIndex:
        building.set()
        assert go_on.wait(20)
        return build_index(vectors, space)

    index = LiveIndex(build_index(rows(50, 0), SPACE), build=slow)
    index.add(rows(10, 1))
    index.remove(np.array([5]))
    thread = index.compact_in_background()
    assert building.wait(20)
    # Meanwhile: searches go on, and writes to base, old tail and new tail.
    fresh = rows(4, 2)
    assert index.search(fresh, k=3).counts.tolist() == [3] * 4
    added = index.add(fresh[:1])
    index.replace(np.array([3]), fresh[1:2])
    index.replace(np.array([55]), fresh[2:3])
    index.remove(np.array([10, 52]))
    index.replace(np.array([5]), fresh[3:4])
    go_on.set()
    thread.join(20)
    assert index.search(fresh, k=1).ids[:, 0].tolist() == [int(added[0]), 3, 55, 5]
    assert index.live_count == 50 + 10 + 1 - 2
    everything = index.search(fresh[:1], k=100)
    assert not {10, 52} & set(everything.ids[0].tolist())
    assert everything.counts[0] == index.live_count
    index.compact()
    assert index.search(fresh, k=1).ids[:, 0].tolist() == [int(added[0]), 3, 55, 5]
    assert index.tail_count == 0


def test_searching_while_others_write() -> None:
    index = live(400)
    stop = threading.Event()
    errors: list[BaseException] = []

    def search() -> None:
        queries = rows(3, 77)
        try:
            while not stop.is_set():
                found = index.search(queries, k=5)
                assert (found.counts == 5).all()
                assert (np.diff(found.scores, axis=1) <= 0).all()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for step in range(30):
        positions = index.add(rows(20, step))
        index.remove(positions[::2])
        index.replace(positions[1::2], rows(10, step + 500))
        if step % 10 == 9:
            index.compact()
    stop.set()
    for thread in threads:
        thread.join(20)
    assert errors == []
    assert index.live_count == 400 + 30 * 10


def test_a_failed_compaction_changes_nothing_and_is_told() -> None:
    def fail(vectors: FloatArray, space: EmbeddingSpace) -> PlannedIndex:
        raise MemoryError("no room")

    index = LiveIndex(build_index(rows(50, 0), SPACE), build=fail)
    index.add(rows(5, 1))
    before = index.snapshot
    told: list[BaseException | None] = []
    index.compact_in_background(done=told.append).join(20)
    assert isinstance(told[0], MemoryError)
    assert index.snapshot is before
    with pytest.raises(MemoryError):
        index.compact()


def test_when_compaction_is_due() -> None:
    index = live(100)
    assert not index.needs_compaction(least=5)
    index.add(rows(11, 1))
    assert index.needs_compaction(least=5)
    index.compact()
    assert not index.needs_compaction(least=5)
    index.remove(np.arange(20))
    assert index.needs_compaction(least=5)


def test_the_plan_tells_of_fresh_rows() -> None:
    index = live(100)
    index.add(rows(3, 1))
    _, plan = index.search_planned(rows(1, 2), k=2)
    assert plan.allowed_count == 103
    assert "3 fresh rows" in plan.reason


def test_indexes_continued_from_one_snapshot_stay_apart() -> None:
    index = live(50)
    index.add(rows(3, 1))
    first, second = (LiveIndex.from_snapshot(index.snapshot) for _ in range(2))
    a, b, c = rows(1, 11), rows(1, 12), rows(1, 13)
    for each, vector in ((first, a), (second, b), (index, c)):
        assert each.add(vector).tolist() == [53]
    for each, vector in ((first, a), (second, b), (index, c)):
        found = each.search(np.concatenate((a, b, c)), k=1)
        assert each.search(vector, k=1).ids.tolist() == [[53]]
        assert (found.ids[:, 0] == 53).sum() == 1
    first.remove(np.array([0, 51, 53]))
    assert [each.live_count for each in (first, second, index)] == [51, 54, 54]


def test_recall_after_churn_equals_a_fresh_build(tmp_path: Path) -> None:
    count = 4_000
    generator = np.random.default_rng(1)
    centres = generator.standard_normal((60, DIM))

    def clustered(n: int) -> FloatArray:
        made = centres[generator.integers(0, 60, n)] + 0.5 * generator.standard_normal((n, DIM))
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)

    def recall(index: LiveIndex, current: dict[int, np.ndarray], queries: FloatArray) -> float:
        keys = np.array(sorted(current))
        exact = ExactIndex(np.stack([current[key] for key in keys.tolist()]), SPACE)
        truth: IntArray = keys[exact.search(queries, k=10).ids]
        found = index.search(queries, k=10).ids
        shared = [len(set(a) & set(b)) / 10 for a, b in zip(found, truth, strict=True)]
        return float(np.mean(shared))

    first, queries = clustered(count), clustered(100)
    config = ClusteredConfig()
    index = LiveIndex(build_index(first, SPACE, config=config))
    current = dict(enumerate(first))
    for _ in range(4):
        gone = generator.choice(sorted(current), count // 8, replace=False)
        index.remove(gone)
        for key in gone.tolist():
            current.pop(key)
        fresh = clustered(count // 8)
        current.update(zip(index.add(fresh).tolist(), fresh, strict=True))
    churned = recall(index, current, queries)
    index.compact()
    rebuilt = recall(index, current, queries)
    assert churned >= rebuilt - 0.005
    assert rebuilt >= 0.93


def coded_tail() -> tuple[LiveIndex, FloatArray, np.ndarray]:
    """A live index with a tail long enough for codes, and what is where in it."""
    vectors = rows(5_600, 31)
    index = LiveIndex(build_index(vectors[:1_500], SPACE, config=ClusteredConfig()))
    for start in range(1_500, 5_000, 700):
        index.add(vectors[start : start + 700])
    held = vectors[:5_000].copy()
    moved = np.arange(1_200, 1_800)  # of the base and of the tail
    index.replace(moved, vectors[5_000:])
    held[moved] = vectors[5_000:]
    gone = np.arange(0, 5_000, 9)
    index.remove(gone)
    live = np.ones(5_000, dtype=np.bool_)
    live[gone] = False
    return index, held, live


def test_a_long_tail_under_codes_finds_what_float32_finds(tmp_path: Path) -> None:
    index, held, live = coded_tail()
    assert index.snapshot.segments
    assert index.snapshot.segments[-1].stop <= index.snapshot.tail.shape[0]
    save_index(index, tmp_path)
    loaded = load_index(tmp_path, space=SPACE)
    assert isinstance(loaded, LiveIndex)
    assert loaded.snapshot.segments
    copy = LiveIndex.from_snapshot(index.snapshot)
    exact, queries = ExactIndex(held, SPACE), rows(60, 32)
    for mask in (None, np.arange(5_000) >= 1_500, np.random.default_rng(2).random(5_000) < 0.1):
        allowed = live if mask is None else live & mask
        fresh = allowed & (index.snapshot.where < -1)
        truth = exact.search(queries, k=10, allowed=fresh).ids
        for each in (index, loaded, copy):
            found = each.search(queries, k=10, allowed=fresh)
            assert (found.counts == 10).all()
            assert fresh[found.ids].all()
            shared = (found.ids[:, :, None] == truth[:, None, :]).any(axis=1).mean()
            assert shared >= 0.999


def test_a_segment_takes_in_smaller_ones_and_follows_its_tail() -> None:
    index, _, _ = coded_tail()
    segments = index.snapshot.segments
    sizes = [segment.stop - segment.start for segment in segments]
    assert sizes == sorted(sizes, reverse=True)
    assert [segment.start for segment in segments] == [0, *(s.stop for s in segments[:-1])]
    tail = index.snapshot.tail
    for segment in segments:
        rows_held = segment.index.exact.vectors
        assert np.shares_memory(rows_held, tail)
        assert (rows_held == tail[segment.start : segment.stop]).all()
