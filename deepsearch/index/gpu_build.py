"""Builds an HNSW graph with matrix products, and searches exactly, on a GPU (extra `clip`).

Inserting a row into HNSW finds its neighbours among the rows inserted before it. All of
that can be done at once: shuffle the rows; for each row take the exact best candidates
among the *earlier* ones; thin them by the diversity rule; add the links back; thin the
lists that grew too long. What follows is written in hnswlib's own format, so that
hnswlib searches it, on any machine, and goes on adding rows to it.

The same code runs on a CPU, which is what the tests do.

Source of the diversity rule and the level draw: Malkov and Yashunin, TPAMI 2018.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError
from deepsearch.extras import require
from deepsearch.index._hnswlib_file import HnswlibHeader, node_dtype
from deepsearch.index._torch import device_of, distances, squares, top, upload
from deepsearch.index.exact import ExactIndex
from deepsearch.index.gpu_exact import TorchExactIndex
from deepsearch.index.hnsw import HnswConfig, HnswIndex
from deepsearch.schema import EmbeddingSpace, FloatArray, Metric

__all__ = ["GpuBuildConfig", "Graph", "TorchExactIndex", "build_graph", "build_hnsw", "write_graph"]

# Rows whose candidates are compared with each other at a time: on a GPU enough that the
# steps of the loop over candidates, not their launches, take the time.
_THINNED = {"cpu": 512, "cuda": 8_192}


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuBuildConfig:
    """Options of the construction.

    Attributes:
        M: Links a node gets on each level; twice that are kept on the lowest.
        candidates: Nearest earlier rows weighed for a node.
        seed: Seed of shuffle and levels.
        device: "cuda", "cuda:1", "cpu" ...; None: a GPU if there is one.
        block: Rows whose candidates are found together.
        columns: Earlier rows compared with a block at a time.
        half: True computes candidates in float16 (unit vectors only), accumulating in
            float32; None does so for cosine on a GPU.
    """

    M: int = 16
    candidates: int = 96
    seed: int = 100
    device: str | None = None
    block: int = 8_192
    columns: int = 65_536
    half: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            InvalidInputError: If a value is out of range.
        """
        if not 2 <= self.M <= 256 or self.candidates < self.M or min(self.block, self.columns) < 1:
            raise InvalidInputError(
                f"{self} is out of range: M 2..256, candidates >= M, block and columns >= 1."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """An HNSW graph over n rows; node i is the i-th inserted.

    Attributes:
        order: (n,) int64 position of each node.
        levels: (n,) int32 top level of each node.
        links: For each level, the lowest first: the nodes on it, ascending, and their
            (m, width) int32 links, -1 beyond the last.
        M: Links a node keeps on upper levels; twice that on the lowest.
    """

    order: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int32]
    links: tuple[tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]], ...]
    M: int


def build_hnsw(
    vectors: FloatArray,
    space: EmbeddingSpace,
    *,
    config: GpuBuildConfig | None = None,
    search: HnswConfig | None = None,
    progress: Callable[[float], None] | None = None,
) -> HnswIndex:
    """Build an `HnswIndex` with matrix products instead of insertions.

    Args:
        vectors: (n, dim) float32, finite, unit length in a cosine space; n >= 1.
        space: Their space.
        config: Options of the construction.
        search: Options of the index; its M must be the construction's.
        progress: Called with the share done, 0..1.

    Returns:
        The index, as `HnswIndex.build` would return it.

    Raises:
        InvalidInputError: If there is no vector, or the two M differ.
    """
    options = config or GpuBuildConfig()
    searching = search or HnswConfig(M=options.M)
    if searching.M != options.M:
        raise InvalidInputError(
            f"The graph is built with M = {options.M}, the index asks for {searching.M}."
        )
    exact = ExactIndex(vectors, space)
    graph = build_graph(exact.vectors, space.metric, options, progress=progress)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph"
        write_graph(graph, exact.vectors, path, ef_construction=searching.ef_construction)
        return HnswIndex.restore(exact, {"config": _as_dict(searching)}, {"graph": path})


def build_graph(
    vectors: FloatArray,
    metric: Metric,
    config: GpuBuildConfig,
    *,
    progress: Callable[[float], None] | None = None,
) -> Graph:
    """Link the rows; see the module's description.

    Args:
        vectors: (n, dim) float32, checked.
        metric: How the space compares.
        config: Options.
        progress: Called with the share done, 0..1.

    Returns:
        The graph.

    Raises:
        InvalidInputError: If there is no vector.
    """
    count = vectors.shape[0]
    if count == 0:
        raise InvalidInputError("There is no vector to build a graph of.")
    torch = require("torch", extra="clip")
    device = device_of(torch, config.device)
    generator = np.random.default_rng(config.seed)
    order = generator.permutation(count)
    draw = generator.random(count)
    levels = np.floor(-np.log(1.0 - draw) / math.log(config.M)).astype(np.int32)
    # hnswlib starts from the first node of the top level, whatever its number.
    half = (
        config.half if config.half is not None else (metric == "cosine" and device.type == "cuda")
    )
    rows = upload(torch, vectors, order, device, half)
    links = []
    done = 0.0
    for level in range(int(levels.max()) + 1):
        nodes = np.flatnonzero(levels >= level)
        at = rows if level == 0 else rows[torch.from_numpy(nodes).to(device)]

        def tell(share: float, before: float = done, size: int = nodes.shape[0]) -> None:
            if progress is not None:
                progress(before + share * (0.9 if size == count else 0.05))

        width = 2 * config.M if level == 0 else config.M
        local = _Linker(torch, at, metric, config).link(width, tell)
        links.append((nodes, _numbered(local.cpu().numpy(), nodes)))
        done = 0.9
    if progress is not None:
        progress(1.0)
    return Graph(order=order, levels=levels, links=tuple(links), M=config.M)


def write_graph(graph: Graph, vectors: FloatArray, path: Path, *, ef_construction: int) -> None:
    """Write a graph in hnswlib's format; labels are positions.

    Args:
        graph: The graph.
        vectors: (n, dim) float32 by position.
        path: The file, overwritten.
        ef_construction: What hnswlib uses for rows added later.
    """
    count, dim = vectors.shape
    layout = node_dtype(2 * graph.M, dim)
    header = HnswlibHeader(
        offset_level0=0,
        max_elements=count,
        count=count,
        node_bytes=layout.itemsize,
        label_offset=layout.itemsize - 8,
        vector_offset=4 + 8 * graph.M,
        max_level=int(graph.levels.max()),
        entry=int(graph.levels.argmax()),
        max_m=graph.M,
        max_m0=2 * graph.M,
        m=graph.M,
        mult=1.0 / math.log(graph.M),
        ef_construction=ef_construction,
    )
    with path.open("wb") as stream:
        stream.write(header.pack())
        _, lowest = graph.links[0]
        step = 65_536
        for start in range(0, count, step):
            order, links = graph.order[start : start + step], lowest[start : start + step]
            block = np.zeros(order.shape[0], dtype=layout)
            block["size"] = (links >= 0).sum(axis=1)
            block["links"] = np.maximum(links, 0)
            block["vector"] = vectors[order]
            block["label"] = order
            stream.write(block.data)
        for chunk in _upper_levels(graph):
            stream.write(chunk)


def _upper_levels(graph: Graph) -> Iterator[bytes]:
    # Level lists of a node lie together: collect the words of all nodes, then cut.
    count, words = graph.levels.shape[0], graph.M + 1
    lengths = graph.levels.astype(np.int64) * words
    starts = np.arange(count, dtype=np.int64) + np.concatenate(([0], np.cumsum(lengths)[:-1]))
    out = np.zeros(count + int(lengths.sum()), dtype="<u4")
    out[starts] = 4 * lengths
    for level, (nodes, links) in enumerate(graph.links[1:]):
        first = starts[nodes] + 1 + level * words
        out[first] = (links >= 0).sum(axis=1)
        out[first[:, None] + 1 + np.arange(graph.M)] = np.maximum(links, 0)
    yield out.tobytes()


# ---------------------------------------------------------------- linking


@dataclass(frozen=True, slots=True)
class _Linker:
    # The rows of one level on the device, in order of insertion.
    torch: ModuleType
    rows: Any
    metric: Metric
    config: GpuBuildConfig

    @property
    def step(self) -> int:
        """Rows thinned at a time."""
        return _THINNED.get(self.rows.device.type, 1_024)

    def link(self, width: int, tell: Callable[[float], None]) -> Any:
        """Return (count, width) int32 links, -1 beyond the last."""
        torch, rows, config = self.torch, self.rows, self.config
        count = rows.shape[0]
        links = torch.full((count, config.M), -1, dtype=torch.int32, device=rows.device)
        near = torch.zeros((count, config.M), dtype=torch.float32, device=rows.device)
        norms = squares(rows) if self.metric == "l2" else None
        for start in range(0, count, config.block):
            stop = min(count, start + config.block)
            found = self._best_earlier(norms, start, stop)
            for low in range(start, stop, self.step):
                high = min(stop, low + self.step)
                links[low:high], near[low:high] = self.diverse(
                    rows[low:high], found[low - start : high - start], config.M
                )
            # The work grows with the square of the rows done.
            tell((stop / count) ** 2)
        return self._both_ways(links, near, width)

    def _best_earlier(self, norms: Any, start: int, stop: int) -> Any:
        # (stop - start, candidates) int64 rows before each row, best first, -1 where none.
        torch, rows, depth = self.torch, self.rows, self.config.candidates
        device = rows.device
        block = rows[start:stop]
        best = torch.full((stop - start, depth), -math.inf, dtype=torch.float32, device=device)
        at = torch.full((stop - start, depth), -1, dtype=torch.int64, device=device)
        own = torch.arange(start, stop, device=device)[:, None]
        for low in range(0, stop, self.config.columns):
            high = min(stop, low + self.config.columns)
            scores = block @ rows[low:high].T
            if norms is not None:
                scores = 2.0 * scores - norms[low:high]
            if high > start:
                late = torch.arange(low, high, device=device) >= own
                scores.masked_fill_(late, -math.inf)
            values, columns = top(torch, scores, depth)
            best, keep = torch.cat((best, values.float()), dim=1).topk(depth, dim=1)
            at = torch.cat((at, columns + low), dim=1).gather(1, keep)
        return torch.where(torch.isneginf(best), -1, at)

    def diverse(self, centres: Any, found: Any, keep: int) -> tuple[Any, Any]:
        """Thin candidates by the diversity rule.

        Of each row's candidates, nearest first, one is kept only if it is nearer to the
        row than to any kept before it.

        Args:
            centres: (m, dim) the rows.
            found: (m, c) int64 their candidates, -1 where there is none.
            keep: Most to keep of a row.

        Returns:
            (m, keep) int32 candidates kept, nearest first, -1 beyond; their distances.
        """
        torch = self.torch
        absent = found < 0
        near = self.rows[found.clamp(min=0)].float()
        gap = distances(centres.float()[:, None, :], near, self.metric)[:, 0, :]
        gap = gap.masked_fill(absent, math.inf)
        gap, by_gap = gap.sort(dim=1, stable=True)
        found = found.gather(1, by_gap)
        near = near.gather(1, by_gap[:, :, None].expand_as(near))
        between = distances(near, near, self.metric)
        closest = torch.full_like(gap, math.inf)
        chosen = torch.zeros_like(absent)
        count = torch.zeros(gap.shape[0], dtype=torch.int64, device=gap.device)
        for at in range(gap.shape[1]):
            take = (gap[:, at] < closest[:, at]) & (count < keep) & torch.isfinite(gap[:, at])
            chosen[:, at] = take
            count += take
            closest = torch.where(take[:, None], torch.minimum(closest, between[:, at]), closest)
        # Kept ones first, in order of distance.
        place = torch.argsort((~chosen).to(torch.int8), dim=1, stable=True)[:, :keep]
        there = torch.arange(place.shape[1], device=gap.device) < count[:, None]
        links = torch.where(there, found.gather(1, place), -1).to(torch.int32)
        gaps = torch.where(there, gap.gather(1, place), 0.0)
        missing = keep - links.shape[1]
        if missing > 0:
            links = torch.nn.functional.pad(links, (0, missing), value=-1)
            gaps = torch.nn.functional.pad(gaps, (0, missing))
        return links, gaps

    def _both_ways(self, links: Any, near: Any, width: int) -> Any:
        # Every link also the other way; lists longer than `width` are thinned.
        torch = self.torch
        count, own = links.shape
        device = links.device
        source = torch.arange(count, device=device, dtype=torch.int64)[:, None].expand(-1, own)
        there = links >= 0
        a, b, gap = source[there], links[there].long(), near[there]
        # One sort orders by node, then by distance: the bits of a float >= 0 order as it
        # does.
        bits = gap.clamp(min=0).contiguous().view(torch.int32).long()
        keys = torch.cat(((a << 32) | bits, (b << 32) | bits))
        other = torch.cat((b, a))
        del a, b, gap, bits, there, source
        keys, by_key = keys.sort()
        node, other = keys >> 32, other[by_key]
        del by_key, keys
        sizes = torch.bincount(node, minlength=count)
        starts = torch.cumsum(sizes, 0) - sizes
        rank = torch.arange(node.shape[0], device=device) - starts[node]
        # Many more than this come back to few nodes, and the nearest of them matter.
        room = 3 * width
        kept = rank < room
        table = torch.full((count, room), -1, dtype=torch.int32, device=device)
        table[node[kept], rank[kept]] = other[kept].to(torch.int32)
        out = table[:, :width].clone()
        crowded = torch.nonzero(sizes > width)[:, 0]
        for start in range(0, crowded.shape[0], self.step):
            nodes = crowded[start : start + self.step]
            out[nodes] = self.diverse(self.rows[nodes], table[nodes].long(), width)[0]
        return out


def _numbered(local: npt.NDArray[np.int32], nodes: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    # From numbers within a level to numbers of nodes.
    return np.where(local >= 0, nodes[np.maximum(local, 0)], -1).astype(np.int32)


def _as_dict(config: HnswConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in config.__dataclass_fields__}
