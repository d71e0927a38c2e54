"""What every vector index must do, run over each of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepsearch.errors import DimensionMismatchError, InvalidInputError
from deepsearch.index import (
    ClusteredConfig,
    ClusteredIndex,
    ExactIndex,
    FaissHnswIndex,
    HnswIndex,
    IvfPqConfig,
    IvfPqIndex,
    LiveIndex,
    build_index,
)
from deepsearch.protocols import VectorIndex
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, Matches

COUNT, DIM = 1_200, 40
SPACES = {
    metric: EmbeddingSpace(name="test", revision="1", dim=DIM, metric=metric)
    for metric in ("cosine", "ip", "l2")
}


def make_vectors(count: int, seed: int, metric: str = "cosine") -> FloatArray:
    """Rows about a few dozen centres, with exact duplicates at the start."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((30, DIM))
    rows = centres[generator.integers(0, 30, count)] + 0.6 * generator.standard_normal((count, DIM))
    if count > 20:
        rows[10:20] = rows[0:1]
    if metric == "cosine":
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def live(vectors: FloatArray, space: EmbeddingSpace) -> LiveIndex:
    """A live index whose rows lie in base and tail, some of them replaced."""
    half = len(vectors) // 2
    index = LiveIndex(build_index(vectors[:half], space))
    index.add(vectors[half:])
    if half > 4:
        index.replace(np.array([3, 1]), vectors[[3, 1]])
        index.remove(np.array([0]))
        index.replace(np.array([0]), vectors[:1])
    return index


BUILDERS: dict[str, Callable[[FloatArray, EmbeddingSpace], VectorIndex]] = {
    "exact": ExactIndex,
    "hnsw": HnswIndex.build,
    "faiss-hnsw": FaissHnswIndex.build,
    "ivfpq": IvfPqIndex.build,
    "clustered": lambda v, s: ClusteredIndex.build(v, s, config=ClusteredConfig(reach=4.0)),
    "planned-small": build_index,
    "planned-clustered": lambda v, s: build_index(v, s, config=ClusteredConfig()),
    "planned-ivfpq": lambda v, s: build_index(v, s, config=IvfPqConfig(lists=16)),
    "live": live,
}
# ann_recall@10 under the default effort, over queries near the rows; a 4-bit product code
# of 40 dimensions is coarse on purpose-made near ties.
FLOORS = {"ivfpq": 0.85}
NEEDS = {"hnsw": "hnswlib"}
_built: dict[tuple[str, str], VectorIndex] = {}


@pytest.fixture(params=BUILDERS)
def name(request: pytest.FixtureRequest) -> str:
    chosen = str(request.param)
    module = NEEDS.get(chosen)
    if module is not None and importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed (extra 'hnsw')")
    return chosen


def built(name: str, metric: str = "cosine") -> VectorIndex:
    if (name, metric) not in _built:
        vectors = make_vectors(COUNT, 1, metric)
        _built[name, metric] = BUILDERS[name](vectors, SPACES[metric])
    return _built[name, metric]


def oracle(queries: FloatArray, k: int, mask: BoolArray | None, metric: str) -> list[list[int]]:
    """Best positions by float64 arithmetic, ties by position."""
    vectors = make_vectors(COUNT, 1, metric).astype(np.float64)
    wide = queries.astype(np.float64)
    if metric == "l2":
        scores = -((wide[:, None] - vectors[None]) ** 2).sum(axis=2)
    else:
        scores = wide @ vectors.T
    allowed = np.arange(COUNT) if mask is None else np.flatnonzero(mask)
    # Duplicates differ in the last bits of a matrix product; they must tie here.
    rounded = np.round(scores, 9)
    return [[int(i) for i in allowed[np.lexsort((allowed, -row[allowed]))][:k]] for row in rounded]


def ann_recall(found: np.ndarray, truth: list[list[int]]) -> float:
    pairs = zip(found, truth, strict=True)
    return float(np.mean([len(set(a.tolist()) & set(b)) / max(1, len(b)) for a, b in pairs]))


def check_answer(index: Any, queries: FloatArray, k: int, mask: BoolArray | None) -> None:
    check_matches(index.search(queries, k=k, allowed=mask), index, queries, k, mask)
    if mask is not None:
        found = index.search(queries, k=k, allowed=index.prepare(mask))
        check_matches(found, index, queries, k, mask)


def check_matches(
    found: Matches, index: VectorIndex, queries: FloatArray, k: int, mask: BoolArray | None
) -> None:
    expected = len(index) if mask is None else int(mask.sum())
    assert found.ids.shape == found.scores.shape == (len(queries), k)
    assert found.ids.dtype == np.int64
    assert found.scores.dtype == np.float32
    for ids, scores, count in zip(found.ids, found.scores, found.counts, strict=True):
        assert count == min(k, expected)
        present, values = ids[:count], scores[:count]
        assert len(set(present.tolist())) == count
        assert (ids[count:] == -1).all()
        assert np.isneginf(scores[count:]).all()
        assert mask is None or mask[present].all()
        gaps = np.diff(values)
        assert (gaps <= 0).all()
        ties = gaps == 0
        assert (np.diff(present)[ties] > 0).all()


@pytest.mark.parametrize("metric", SPACES)
def test_agrees_with_exact_arithmetic(name: str, metric: str) -> None:
    index = built(name, metric)
    queries = make_vectors(30, 2, metric)
    found = index.search(queries, k=10)
    assert ann_recall(found.ids, oracle(queries, 10, None, metric)) >= FLOORS.get(name, 0.93)
    vectors = make_vectors(COUNT, 1, metric).astype(np.float64)
    row = vectors[found.ids[0]]
    query = queries[0].astype(np.float64)
    exact = -((row - query) ** 2).sum(axis=1) if metric == "l2" else row @ query
    np.testing.assert_allclose(found.scores[0], exact, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("metric", SPACES)
@pytest.mark.parametrize("share", [0.5, 0.2, 0.1, 0.05, 0.01])
def test_a_random_filter_keeps_recall(name: str, share: float, metric: str) -> None:
    mask = np.random.default_rng(3).random(COUNT) < share
    queries = make_vectors(30, 4, metric)
    check_answer(built(name, metric), queries, 10, mask)
    found = built(name, metric).search(queries, k=10, allowed=mask)
    truth = oracle(queries, 10, mask, metric)
    assert ann_recall(found.ids, truth) >= FLOORS.get(name, 0.93)


@pytest.mark.parametrize("share", [0.5, 0.2, 0.05])
def test_a_filter_far_from_the_query_holds(name: str, share: float) -> None:
    vectors = make_vectors(COUNT, 1)
    scores = vectors @ vectors[55]
    mask = scores <= np.quantile(scores, share)
    queries = make_vectors(20, 5)
    index = built(name)
    check_answer(index, queries, 10, mask)
    if name.startswith("planned"):
        found = index.search(queries, k=10, allowed=mask)
        assert ann_recall(found.ids, oracle(queries, 10, mask, "cosine")) >= 0.9


@pytest.mark.parametrize("allowed", [0, 1, 9, 10, 11])
def test_a_filter_leaving_about_k(name: str, allowed: int) -> None:
    mask = np.zeros(COUNT, dtype=np.bool_)
    mask[np.random.default_rng(allowed).choice(COUNT, allowed, replace=False)] = True
    check_answer(built(name), make_vectors(3, 6), 10, mask)


@pytest.mark.parametrize("k", [1, COUNT - 1, COUNT, COUNT + 5])
def test_k_up_to_and_beyond_the_rows(name: str, k: int) -> None:
    check_answer(built(name), make_vectors(2, 7), k, None)


def test_equal_vectors_tie_by_position(name: str) -> None:
    # Rows 0 and 10..19 are one vector.
    query = make_vectors(COUNT, 1)[:1]
    found = built(name).search(query, k=5)
    assert found.ids[0].tolist() == [0, 10, 11, 12, 13]
    assert len(set(found.scores[0].tolist())) == 1


def test_a_batch_answers_as_its_queries_do(name: str) -> None:
    index, queries = built(name), make_vectors(33, 8)
    mask = np.random.default_rng(9).random(COUNT) < 0.3
    for allowed in (None, mask):
        together = index.search(queries, k=7, allowed=allowed)
        for row in range(len(queries)):
            alone = index.search(queries[row : row + 1], k=7, allowed=allowed)
            assert alone.ids[0].tolist() == together.ids[row].tolist()
            assert alone.scores[0].tolist() == together.scores[row].tolist()


def test_no_queries(name: str) -> None:
    found = built(name).search(np.empty((0, DIM), np.float32), k=3)
    assert found.ids.shape == (0, 3)
    assert found.counts.shape == (0,)


def test_a_zero_query_is_answered(name: str) -> None:
    check_answer(built(name), np.zeros((1, DIM), np.float32), 5, None)


def test_the_space_is_told(name: str) -> None:
    index = built(name)
    assert isinstance(index, VectorIndex)
    assert index.space == SPACES["cosine"]
    assert len(index) == COUNT


@pytest.mark.parametrize("width", [DIM - 1, DIM + 1, 1])
def test_wrong_dimension(name: str, width: int) -> None:
    with pytest.raises(DimensionMismatchError, match=f"{width} dimensions.*has {DIM}"):
        built(name).search(np.zeros((1, width), np.float32), k=1)


def test_a_single_vector_is_refused_with_advice(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"query\[None, :\]"):
        built(name).search(np.zeros(DIM, np.float32), k=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_query_that_is_not_finite(name: str, bad: float) -> None:
    queries = make_vectors(3, 10)
    queries[1, 5] = bad
    with pytest.raises(InvalidInputError, match="Query 1 holds NaN or infinity"):
        built(name).search(queries, k=1)


@pytest.mark.parametrize("k", [0, -1, True, 2.5, None])
def test_a_k_that_is_none(name: str, k: object) -> None:
    with pytest.raises(InvalidInputError, match="k is"):
        built(name).search(make_vectors(1, 11), k=k)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "mask",
    [
        np.ones(COUNT - 1, np.bool_),
        np.ones(COUNT + 1, np.bool_),
        np.ones((1, COUNT), np.bool_),
        np.array([1, 2, 3]),
        np.ones(COUNT, np.int8),
    ],
)
def test_a_mask_that_does_not_fit(name: str, mask: np.ndarray) -> None:
    with pytest.raises(InvalidInputError, match="The mask"):
        built(name).search(make_vectors(1, 12), k=1, allowed=mask)


@pytest.mark.parametrize("flaw", ["nan", "zero", "long", "width", "flat"])
def test_vectors_that_cannot_be_indexed(name: str, flaw: str) -> None:
    vectors = make_vectors(100, 13)
    error: type[Exception] = InvalidInputError
    if flaw == "nan":
        vectors[42, 3] = np.nan
    elif flaw == "zero":
        vectors[42] = 0
    elif flaw == "long":
        vectors[42] *= 2
    elif flaw == "width":
        vectors, error = vectors[:, :-1], DimensionMismatchError
    else:
        vectors = vectors[0]
    with pytest.raises(error):
        BUILDERS[name](vectors, SPACES["cosine"])


def test_few_vectors(name: str) -> None:
    if name == "ivfpq":
        with pytest.raises(InvalidInputError, match="too few"):
            BUILDERS[name](make_vectors(5, 14), SPACES["cosine"])
        return
    vectors = make_vectors(5, 14)
    if name == "planned-ivfpq":
        with pytest.raises(InvalidInputError, match="too few"):
            BUILDERS[name](vectors, SPACES["cosine"])
        return
    index = BUILDERS[name](vectors, SPACES["cosine"])
    check_answer(index, make_vectors(2, 15), 8, None)
    found = index.search(vectors, k=1)
    assert found.ids[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_the_callers_arrays_stay_as_they_were(name: str) -> None:
    vectors, queries = make_vectors(300, 16), make_vectors(4, 17)
    mask = np.random.default_rng(18).random(300) < 0.5
    kept = vectors.copy(), queries.copy(), mask.copy()
    BUILDERS[name](vectors, SPACES["cosine"]).search(queries, k=5, allowed=mask)
    assert (vectors == kept[0]).all()
    assert (queries == kept[1]).all()
    assert (mask == kept[2]).all()
    assert vectors.flags.writeable
    assert queries.flags.writeable
    assert mask.flags.writeable


def test_queries_of_other_layouts(name: str) -> None:
    index, queries = built(name), make_vectors(6, 19)
    expected = index.search(queries, k=4).ids.tolist()
    assert index.search(np.asfortranarray(queries), k=4).ids.tolist() == expected
    assert index.search(queries.astype(np.float64), k=4).ids.tolist() == expected
    wide = np.zeros((6, 2 * DIM), np.float32)
    wide[:, ::2] = queries
    assert index.search(wide[:, ::2], k=4).ids.tolist() == expected


def test_eight_threads_at_once(name: str) -> None:
    index, queries = built(name), make_vectors(64, 20)
    masks = [None, np.random.default_rng(21).random(COUNT) < 0.4]
    expected = [
        index.search(queries[i : i + 1], k=1 + i % 9, allowed=masks[i % 2]).ids.tolist()
        for i in range(64)
    ]

    def ask(i: int) -> bool:
        found = index.search(queries[i : i + 1], k=1 + i % 9, allowed=masks[i % 2])
        return bool(found.ids.tolist() == expected[i])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, [*range(64), *range(64)]))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.0, 0.001, 0.01, 0.06, 0.3, 0.9, 1.0]),
    k=st.integers(1, 40),
    metric=st.sampled_from(sorted(SPACES)),
)
def test_any_mask_is_honoured(name: str, seed: int, share: float, k: int, metric: str) -> None:
    mask = np.random.default_rng(seed).random(COUNT) < share
    check_answer(built(name, metric), make_vectors(3, seed, metric), k, mask)


def test_a_filter_made_ready_keeps_what_it_was_made_of(name: str) -> None:
    index: Any = built(name)
    queries = make_vectors(5, 77)
    mask = np.random.default_rng(78).random(COUNT) < 0.2
    wanted = index.search(queries, k=10, allowed=mask).ids
    ready = index.prepare(mask)
    assert ready.count == int(mask.sum())
    mask[:] = True
    assert index.search(queries, k=10, allowed=ready).ids.tolist() == wanted.tolist()
    # To another index of the same length it is only a mask.
    other = ClusteredIndex.build(make_vectors(COUNT, 79), SPACES["cosine"])
    found = other.search(queries, k=10, allowed=ready)
    assert ready.mask[found.ids].all()


def test_a_filter_that_cannot_be_made_ready(name: str) -> None:
    index: Any = built(name)
    long = np.ones(COUNT + 1, bool)
    for wrong, said in ((None, "None"), (long, "shape"), (np.ones(COUNT), "bool")):
        with pytest.raises(InvalidInputError, match=said):
            index.prepare(wrong)
    shorter = ExactIndex(make_vectors(COUNT - 1, 3), SPACES["cosine"])
    ready = shorter.prepare(np.ones(COUNT - 1, bool))
    with pytest.raises(InvalidInputError, match="shape"):
        index.search(make_vectors(1, 2), k=3, allowed=ready)
