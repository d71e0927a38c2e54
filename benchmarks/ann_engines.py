"""The vector engines that the index benchmarks compare, behind one small face.

An engine is built from unit rows and asked with an effort; larger finds more. `filtered`
says whether it takes a mask; engines that cannot are left out of filtered tables. All run
in this process, built on all cores and searched on `threads`; what is not installed is left
out, and the benchmark says so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

__all__ = ["ENGINES", "Engine", "available"]


class Engine(Protocol):
    """A built index."""

    efforts: tuple[int, ...]
    filtered: bool

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        """Return (n, k) ids, -1 where there is none."""
        ...


GRAPH_EFFORTS = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


class Clustered:
    """deepsearch, ClusteredIndex; effort: rows scored."""

    filtered = True

    def __init__(self, rows: FloatArray, threads: int) -> None:
        from deepsearch.index import ClusteredConfig, ClusteredIndex

        self.index = ClusteredIndex.build(
            rows, _space(rows), config=ClusteredConfig(threads=threads)
        )
        self.efforts = self.index.efforts()

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        count = len(self.index) if mask is None else int(mask.sum())
        return self.index.search_with(queries, k=k, mask=mask, count=count, effort=effort).ids


class Planned:
    """deepsearch, build_index: the planner picks the effort."""

    filtered = True
    efforts = (0,)

    def __init__(self, rows: FloatArray, threads: int) -> None:
        from deepsearch.index import ClusteredConfig, build_index

        self.index = build_index(rows, _space(rows), config=ClusteredConfig(threads=threads))

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        del effort
        return self.index.search(queries, k=k, allowed=mask).ids


class Hnswlib:
    """hnswlib 0.8, M 16, ef_construction 200; a filter is a Python callback."""

    filtered = True
    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int) -> None:
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=rows.shape[1])
        self.index.init_index(max_elements=len(rows), M=16, ef_construction=200)
        self.index.add_items(rows, np.arange(len(rows)), num_threads=os.cpu_count() or 1)
        self.index.set_num_threads(threads)

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        self.index.set_ef(max(effort, k))
        if mask is None:
            labels, _ = self.index.knn_query(queries, k=k)
            return np.asarray(labels, dtype=np.int64)
        allowed = mask.data.__getitem__
        out = np.full((len(queries), k), -1, dtype=np.int64)
        for row in range(len(queries)):
            try:
                labels, _ = self.index.knn_query(
                    queries[row : row + 1], k=k, num_threads=1, filter=allowed
                )
            except RuntimeError:  # it found fewer than k
                continue
            out[row] = labels[0]
        return out


class FaissHnsw:
    """faiss HNSW over bfloat16, IDSelectorBitmap."""

    filtered = True
    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int) -> None:
        self.faiss = _faiss(os.cpu_count() or 1)
        self.index = self.faiss.IndexHNSWSQ(
            rows.shape[1],
            self.faiss.ScalarQuantizer.QT_bf16,
            16,
            self.faiss.METRIC_INNER_PRODUCT,
        )
        self.index.hnsw.efConstruction = 200
        self.index.train(rows[:1_000])
        self.index.add(rows)
        self.faiss.omp_set_num_threads(threads)

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        if mask is None:
            given = self.faiss.SearchParametersHNSW(efSearch=effort)
            return np.asarray(self.index.search(queries, k, params=given)[1])
        bits = np.packbits(mask, bitorder="little")
        selector = self.faiss.IDSelectorBitmap(bits)
        given = self.faiss.SearchParametersHNSW(efSearch=effort, sel=selector)
        return np.asarray(self.index.search(queries, k, params=given)[1])


class FaissIvfPq:
    """faiss IVF, PQ(dim/2)x4 fast scan, float16 refine, IDSelectorBitmap."""

    filtered = True
    efforts = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

    def __init__(self, rows: FloatArray, threads: int) -> None:
        self.faiss = _faiss(os.cpu_count() or 1)
        lists = round(4 * len(rows) ** 0.5)
        made = f"IVF{lists},PQ{rows.shape[1] // 2}x4fs,Refine(SQfp16)"
        self.index = self.faiss.index_factory(rows.shape[1], made, self.faiss.METRIC_INNER_PRODUCT)
        self.index.train(rows)
        self.index.add(rows)
        self.faiss.omp_set_num_threads(threads)

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        keep = None
        inner = self.faiss.SearchParametersIVF(nprobe=effort)
        if mask is not None:
            bits = np.packbits(mask, bitorder="little")
            keep = (bits, self.faiss.IDSelectorBitmap(bits))
            inner = self.faiss.SearchParametersIVF(nprobe=effort, sel=keep[1])
        given = self.faiss.IndexRefineSearchParameters(k_factor=10, base_index_params=inner)
        found = np.asarray(self.index.search(queries, k, params=given)[1])
        del keep
        return found


class Usearch:
    """usearch, bf16; takes no mask from Python."""

    filtered = False
    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int) -> None:
        from usearch.index import Index

        self.threads = threads
        self.index = Index(
            ndim=rows.shape[1], metric="ip", dtype="bf16", connectivity=16, expansion_add=200
        )
        self.index.add(np.arange(len(rows)), rows, threads=os.cpu_count() or 1)

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        assert mask is None
        self.index.expansion_search = effort
        found = self.index.search(queries, k, threads=self.threads)
        return np.asarray(found.keys, dtype=np.int64).reshape(len(queries), k)


class Svs:
    """Intel SVS Vamana over float16; takes no mask."""

    filtered = False
    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int) -> None:
        import svs

        built = svs.VamanaBuildParameters(graph_max_degree=32, window_size=128, alpha=0.95)
        self.index = svs.Vamana.build(
            built, rows.astype(np.float16), svs.DistanceType.MIP, num_threads=os.cpu_count() or 1
        )
        self.index.num_threads = threads

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        assert mask is None
        self.index.search_window_size = max(effort, k)
        ids, _ = self.index.search(queries, k)
        return np.asarray(ids, dtype=np.int64)


class LanceDb:
    """lancedb IVF_PQ with refinement, prefiltered; a search goes through its Python API."""

    filtered = True
    efforts = (4, 16, 64, 256)

    def __init__(self, rows: FloatArray, threads: int) -> None:
        del threads  # it takes no number of threads
        import lancedb
        import pyarrow as pa

        self.folder = tempfile.mkdtemp(prefix="lancedb-")
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        table = pa.table({"id": pa.array(np.arange(len(rows))), "vector": vectors})
        self.table = lancedb.connect(self.folder).create_table("rows", table)
        self.table.create_index(
            metric="dot", num_partitions=round(len(rows) ** 0.5), num_sub_vectors=rows.shape[1] // 8
        )
        self.allowed: BoolArray | None = None

    def search(self, queries: FloatArray, k: int, effort: int, mask: BoolArray | None) -> IntArray:
        import pyarrow as pa

        if mask is not None and mask is not self.allowed:
            # A filter is a column here: it is written before it is asked for.
            if self.allowed is not None:
                self.table.drop_columns(["allowed"])
            flags = pa.table({"id": np.arange(len(mask)), "allowed": mask})
            self.table.to_lance().merge(flags, "id")
            self.table.checkout_latest()
            self.allowed = mask
        out = np.full((len(queries), k), -1, dtype=np.int64)
        for row, query in enumerate(queries):
            asked = self.table.search(query).limit(k).nprobes(effort).refine_factor(10)
            asked = asked.select(["id"])
            if mask is not None:
                asked = asked.where("allowed", prefilter=True)
            found = asked.to_arrow()["id"].to_numpy()
            out[row, : len(found)] = found
        return out

    def __del__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


ENGINES: dict[str, tuple[str, Callable[[FloatArray, int], Any]]] = {
    "deepsearch clustered": ("numba", Clustered),
    "deepsearch planned": ("numba", Planned),
    "hnswlib": ("hnswlib", Hnswlib),
    "faiss HNSW bf16": ("faiss", FaissHnsw),
    "faiss IVF-PQ4fs+fp16": ("faiss", FaissIvfPq),
    "usearch bf16": ("usearch", Usearch),
    "svs Vamana f16": ("svs", Svs),
    "lancedb IVF_PQ": ("lancedb", LanceDb),
}
"""Name → module it needs, constructor."""


def available(names: list[str] | None = None) -> tuple[list[str], list[str]]:
    """Return the engines that can run here, of those asked for, and those that cannot."""
    wanted = names or list(ENGINES)
    there = [name for name in wanted if importlib.util.find_spec(ENGINES[name][0]) is not None]
    return there, [name for name in wanted if name not in there]


def _space(rows: FloatArray) -> Any:
    from deepsearch.schema import EmbeddingSpace

    return EmbeddingSpace(name="bench", revision="1", dim=rows.shape[1])


def _faiss(threads: int) -> Any:
    import faiss

    faiss.omp_set_num_threads(threads)
    return faiss
