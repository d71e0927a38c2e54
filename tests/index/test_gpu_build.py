"""The matrix-product construction of HNSW, run on the CPU by the same code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.index import ExactIndex, HnswConfig, HnswIndex, load_index, save_index
from deepsearch.schema import EmbeddingSpace, FloatArray

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'clip')")
hnswlib = pytest.importorskip("hnswlib", reason="hnswlib is not installed (extra 'hnsw')")

from deepsearch.index._hnswlib_file import check_hnswlib_file  # noqa: E402
from deepsearch.index._torch import top  # noqa: E402
from deepsearch.index.gpu_build import (  # noqa: E402
    GpuBuildConfig,
    TorchExactIndex,
    _Linker,
    build_graph,
    build_hnsw,
    write_graph,
)

DIM = 48
SPACES = {
    metric: EmbeddingSpace(name="gpu", revision="1", dim=DIM, metric=metric)
    for metric in ("cosine", "ip", "l2")
}
CONFIG = GpuBuildConfig(M=12, candidates=48, block=512, columns=2_048, device="cpu")


def rows(count: int, seed: int, metric: str) -> FloatArray:
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(5).standard_normal((40, DIM))
    made = centres[generator.integers(0, 40, count)] + 0.8 * generator.standard_normal((count, DIM))
    if metric == "cosine":
        made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def ann_recall(found: np.ndarray, truth: np.ndarray) -> float:
    pairs = zip(found, truth, strict=True)
    return float(np.mean([np.intersect1d(a, b).size / b.size for a, b in pairs]))


@pytest.mark.parametrize("metric", ["cosine", "l2"])
def test_the_graph_searches_as_well_as_hnswlibs_own(metric: str) -> None:
    space = SPACES[metric]
    vectors, queries = rows(5_000, 1, metric), rows(200, 2, metric)
    truth = ExactIndex(vectors, space).search(queries, k=10).ids
    searching = HnswConfig(M=12, ef_construction=100)
    ours = build_hnsw(vectors, space, config=CONFIG, search=searching)
    theirs = HnswIndex.build(vectors, space, config=searching)
    for ef in (16, 32, 64):
        a, b = (
            ann_recall(index.search_with(queries, k=10, among=None, effort=ef).ids, truth)
            for index in (ours, theirs)
        )
        assert a >= b - 0.015, (ef, a, b)


@pytest.mark.parametrize("metric", SPACES)
def test_hnswlib_loads_it_and_goes_on_adding(metric: str, tmp_path: Path) -> None:
    vectors = rows(1_500, 3, metric)
    graph = build_graph(vectors, metric, CONFIG)  # type: ignore[arg-type]
    path = tmp_path / "graph"
    write_graph(graph, vectors, path, ef_construction=100)
    check_hnswlib_file(path, count=1_500, dim=DIM)
    index = hnswlib.Index(space="l2" if metric == "l2" else "ip", dim=DIM)
    index.load_index(str(path), max_elements=2_000)
    assert index.get_current_count() == 1_500
    np.testing.assert_array_equal(
        np.asarray(index.get_items([0, 7, 1_499])), vectors[[0, 7, 1_499]]
    )
    fresh = rows(500, 4, metric)
    index.add_items(fresh, np.arange(1_500, 2_000))
    index.set_ef(128)
    everything = np.concatenate((vectors, fresh))
    truth = ExactIndex(everything, SPACES[metric]).search(fresh, k=10).ids
    labels, _ = index.knn_query(fresh, k=10)
    assert ann_recall(labels.astype(np.int64), truth) >= (0.8 if metric == "ip" else 0.95)


@pytest.mark.parametrize("count", [1, 2, 3, 33, 100])
def test_few_rows(count: int) -> None:
    vectors = rows(count, 6, "cosine")
    index = build_hnsw(
        vectors, SPACES["cosine"], config=GpuBuildConfig(device="cpu"), search=HnswConfig()
    )
    found = index.search(vectors, k=1)
    assert found.ids[:, 0].tolist() == list(range(count))


def test_the_same_seed_gives_the_same_graph_and_blocks_do_not_matter() -> None:
    vectors = rows(900, 7, "cosine")
    first = build_graph(vectors, "cosine", CONFIG)
    again = build_graph(vectors, "cosine", CONFIG)
    other = GpuBuildConfig(M=12, candidates=48, block=100, columns=333, device="cpu")
    blocked = build_graph(vectors, "cosine", other)
    for (_, a), (_, b), (_, c) in zip(first.links, again.links, blocked.links, strict=True):
        assert (a == b).all()
        # Another blocking may round a product differently, and a tie fall otherwise.
        assert (a == c).mean() > 0.98


def test_links_respect_the_limits_and_lead_both_ways_where_there_is_room() -> None:
    graph = build_graph(rows(1_200, 8, "cosine"), "cosine", CONFIG)
    _, lowest = graph.links[0]
    assert lowest.shape == (1_200, 24)
    assert (np.sort(lowest[lowest >= 0]) < 1_200).all()
    assert not (lowest == np.arange(1_200)[:, None]).any()
    sizes = (lowest >= 0).sum(axis=1)
    assert sizes.min() >= 1
    links = {
        (node, other) for node in range(1_200) for other in lowest[node, : sizes[node]].tolist()
    }
    assert len(links) == sizes.sum()
    # A list that grew too long is thinned, and its links then lead one way only.
    mutual = sum((other, node) in links for node, other in links)
    assert mutual / len(links) > 0.7


def test_the_diversity_rule_against_a_plain_loop() -> None:
    made = torch.from_numpy(rows(60, 9, "l2"))
    found = torch.arange(1, 60)[None, :]
    kept, gaps = _Linker(torch, made, "l2", CONFIG).diverse(made[:1], found, 8)
    points = made.double().numpy()
    order = sorted(range(1, 60), key=lambda i: ((points[0] - points[i]) ** 2).sum())
    expected: list[int] = []
    for i in order:
        mine = ((points[0] - points[i]) ** 2).sum()
        if len(expected) < 8 and all(((points[j] - points[i]) ** 2).sum() > mine for j in expected):
            expected.append(i)
    assert [i for i in kept[0].tolist() if i >= 0] == expected
    assert (np.diff(gaps[0, : len(expected)].numpy()) >= 0).all()


@pytest.mark.parametrize("width", [5, 100, 1_000, 4_096, 4_109])
def test_selection_by_groups_finds_the_largest(width: int) -> None:
    scores = torch.from_numpy(np.random.default_rng(width).standard_normal((7, width)))
    values, columns = top(torch, scores, 20)
    expected = scores.topk(min(20, width), dim=1).values
    assert torch.equal(values, expected)
    assert torch.equal(scores.gather(1, columns), expected)


def test_it_is_saved_and_loaded_as_any_hnsw_index(tmp_path: Path) -> None:
    vectors = rows(800, 10, "cosine")
    index = build_hnsw(
        vectors, SPACES["cosine"], config=CONFIG, search=HnswConfig(M=12, ef_construction=100)
    )
    save_index(index, tmp_path)
    loaded = load_index(tmp_path, space=SPACES["cosine"])
    queries = rows(5, 11, "cosine")
    assert loaded.search(queries, k=5).ids.tolist() == index.search(queries, k=5).ids.tolist()


def test_options_that_cannot_work() -> None:
    with pytest.raises(InvalidInputError, match="candidates >= M"):
        GpuBuildConfig(M=16, candidates=8)
    with pytest.raises(InvalidInputError, match="no vector"):
        build_graph(np.empty((0, DIM), np.float32), "cosine", CONFIG)
    with pytest.raises(InvalidInputError, match="M = 12"):
        build_hnsw(rows(10, 1, "cosine"), SPACES["cosine"], config=CONFIG, search=HnswConfig(M=16))


def test_half_precision_as_a_gpu_uses_costs_no_recall() -> None:
    vectors, queries = rows(1_200, 16, "cosine"), rows(200, 17, "cosine")
    space = SPACES["cosine"]
    truth = ExactIndex(vectors, space).search(queries, k=10).ids
    graphs, recalls = [], []
    for half in (False, True):
        config = replace(CONFIG, half=half)
        graphs.append(build_graph(vectors, "cosine", config))
        index = build_hnsw(vectors, space, config=config, search=HnswConfig(M=12))
        found = index.search_with(queries, k=10, among=None, effort=48)
        recalls.append(ann_recall(found.ids, truth))
    assert abs(recalls[0] - recalls[1]) <= 0.01
    # It did round: some row has another neighbour.
    full, rounded = (graph.links[0][1] for graph in graphs)
    assert not np.array_equal(full, rounded)


@pytest.mark.parametrize("metric", SPACES)
@pytest.mark.parametrize("share", [None, 0.5, 0.003, 0.0])
def test_exact_search_by_torch_agrees(metric: str, share: float | None) -> None:
    vectors, queries = rows(3_000, 12, metric), rows(20, 13, metric)
    mask = None if share is None else np.random.default_rng(1).random(3_000) < share
    expected = ExactIndex(vectors, SPACES[metric]).search(queries, k=10, allowed=mask)
    index = TorchExactIndex(vectors, SPACES[metric], device="cpu")
    found = index.search(queries, k=10, allowed=mask)
    assert found.counts.tolist() == expected.counts.tolist()
    assert (found.ids == expected.ids).mean() > 0.99
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-4, atol=1e-4)
    assert mask is None or mask[found.ids[found.ids >= 0]].all()


@pytest.mark.gpu
def test_a_gpu_builds_the_same_quality() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    vectors, queries = rows(20_000, 14, "cosine"), rows(200, 15, "cosine")
    space = SPACES["cosine"]
    truth = ExactIndex(vectors, space).search(queries, k=10).ids
    recalls = [
        ann_recall(
            build_hnsw(vectors, space, config=GpuBuildConfig(device=device), search=HnswConfig())
            .search_with(queries, k=10, among=None, effort=64)
            .ids,
            truth,
        )
        for device in ("cpu", "cuda")
    ]
    assert abs(recalls[0] - recalls[1]) <= 0.01
