"""The vector engines that the index benchmarks compare, behind one small face.

An engine is built from unit rows and the filters it will be asked with (databases store them
as columns), and asked with an effort; larger finds more. All run in this process, built on
all cores and searched on one thread where they take a number. What is not installed is left
out, and the benchmark says so. Databases are in `benchmarks.ann_databases`.

Libraries, deepsearch too, get a filter in the form they take fastest, made once a filter and
not timed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.ann_data import Filter

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

__all__ = [
    "ENGINES",
    "GRAPH_EFFORTS",
    "OURS",
    "Engine",
    "Entry",
    "Once",
    "about",
    "available",
    "compiled",
]

OURS = "deepsearch planned"
GRAPH_EFFORTS = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


class Engine(Protocol):
    """A built index."""

    efforts: tuple[int, ...]

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        """Return (n, k) ids, -1 where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the benchmarks know of an engine.

    Attributes:
        package: Distribution it comes with.
        modules: Modules it needs.
        build: Rows, threads, filters → engine.
        filtering: How it filters, as its documentation says to; "" where it cannot.
        slow: Whether a search takes so long that fewer queries must do.
    """

    package: str
    modules: tuple[str, ...]
    build: Callable[[FloatArray, int, Sequence[Filter]], Any]
    filtering: str
    slow: bool = False


class Once:
    """Keeps what was last made of a filter, so that no search is timed making it."""

    def __init__(self, make: Callable[[Filter], Any]) -> None:
        """Make nothing yet.

        Args:
            make: Makes of a filter what an engine takes.
        """
        self._make = make
        self._given: Filter | None = None
        self._made: Any = None

    def __call__(self, given: Filter) -> Any:
        """Return what is made of a filter."""
        if given is not self._given:
            self._made, self._given = self._make(given), given
        return self._made


class Clustered:
    """deepsearch, ClusteredIndex; effort: hundredths of a deviation lists are credited with."""

    def __init__(
        self, rows: FloatArray, threads: int, filters: Sequence[Filter], *, built: Any = None
    ) -> None:
        del filters
        from deepsearch.index import ClusteredConfig, ClusteredIndex

        config = ClusteredConfig(threads=threads)
        self.index = built or ClusteredIndex.build(rows, _space(rows), config=config)
        self.efforts = self.index.efforts()
        self.filters = Once(lambda given: self.index.prepare(given.mask))

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        among = None if given is None else self.filters(given)
        return self.index.search_with(queries, k=k, among=among, effort=effort).ids


class Planned:
    """deepsearch, build_index: the planner picks the effort."""

    efforts = (0,)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del filters
        from deepsearch.index import ClusteredConfig, build_index

        self.index = build_index(rows, _space(rows), config=ClusteredConfig(threads=threads))
        self.filters = Once(lambda given: self.index.prepare(given.mask))

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        del effort
        allowed = None if given is None else self.filters(given)
        return self.index.search(queries, k=k, allowed=allowed).ids


class Numpy:
    """numpy: the allowed rows gathered and multiplied; what needs no index at all."""

    efforts = (0,)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del threads, filters
        self.rows = rows
        self.ids = Once(lambda given: np.flatnonzero(given.mask))

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        del effort
        ids = None if given is None else self.ids(given)
        out = np.full((len(queries), k), -1, dtype=np.int64)
        for row, query in enumerate(queries):
            scores = (self.rows if ids is None else self.rows[ids]) @ query
            best = np.argpartition(scores, -k)[-k:] if len(scores) > k else np.arange(len(scores))
            best = best[np.argsort(-scores[best])]
            out[row, : len(best)] = best if ids is None else ids[best]
        return out


class Hnswlib:
    """hnswlib, M 16, ef_construction 200; a filter is a Python callback."""

    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del filters
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=rows.shape[1])
        self.index.init_index(max_elements=len(rows), M=16, ef_construction=200)
        self.index.add_items(rows, np.arange(len(rows)), num_threads=os.cpu_count() or 1)
        self.index.set_num_threads(threads)

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        self.index.set_ef(max(effort, k))
        if given is None:
            labels, _ = self.index.knn_query(queries, k=k)
            return np.asarray(labels, dtype=np.int64)
        allowed = given.mask.data.__getitem__
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

    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del filters
        self.faiss = _faiss(os.cpu_count() or 1)
        self.selector = Once(lambda given: _selector(self.faiss, given))
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

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        asked = self.faiss.SearchParametersHNSW(efSearch=effort)
        if given is not None:
            asked.sel = self.selector(given)[1]
        return np.asarray(self.index.search(queries, k, params=asked)[1])


class FaissIvfPq:
    """faiss IVF, PQ(dim/2)x4 fast scan, float16 refine, IDSelectorBitmap; effort: nprobe."""

    efforts = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del filters
        self.faiss = _faiss(os.cpu_count() or 1)
        self.selector = Once(lambda given: _selector(self.faiss, given))
        lists = round(4 * len(rows) ** 0.5)
        made = f"IVF{lists},PQ{rows.shape[1] // 2}x4fs,Refine(SQfp16)"
        self.index = self.faiss.index_factory(rows.shape[1], made, self.faiss.METRIC_INNER_PRODUCT)
        self.index.train(rows)
        self.index.add(rows)
        self.faiss.omp_set_num_threads(threads)

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        inner = self.faiss.SearchParametersIVF(nprobe=effort)
        if given is not None:
            inner.sel = self.selector(given)[1]
        asked = self.faiss.IndexRefineSearchParameters(k_factor=10, base_index_params=inner)
        return np.asarray(self.index.search(queries, k, params=asked)[1])


class FaissFlat:
    """faiss 8-bit codes, every allowed row scored; float32 re-score of 50.

    What its documentation advises where a selector leaves few rows.
    """

    efforts = (50,)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del filters
        self.faiss = _faiss(os.cpu_count() or 1)
        self.selector = Once(lambda given: _selector(self.faiss, given))
        self.index = self.faiss.index_factory(
            rows.shape[1], "SQ8,Refine(Flat)", self.faiss.METRIC_INNER_PRODUCT
        )
        self.index.train(rows[:20_000])
        self.index.add(rows)
        self.faiss.omp_set_num_threads(threads)

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        inner = self.faiss.SearchParameters()
        if given is not None:
            inner.sel = self.selector(given)[1]
        asked = self.faiss.IndexRefineSearchParameters(k_factor=effort / k, base_index_params=inner)
        return np.asarray(self.index.search(queries, k, params=asked)[1])


class Usearch:
    """usearch, bf16. Its Python takes no filter: under one, `effort` rows are fetched and cut."""

    efforts: tuple[int, ...] = GRAPH_EFFORTS
    fetched = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        from usearch.index import Index

        self.threads = threads
        self.index = Index(
            ndim=rows.shape[1], metric="ip", dtype="bf16", connectivity=16, expansion_add=200
        )
        self.index.add(np.arange(len(rows)), rows, threads=os.cpu_count() or 1)
        if filters:
            self.efforts = self.fetched  # put back by what then searches without one

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        self.index.expansion_search = effort
        depth = k if given is None else effort
        found = self.index.search(queries, depth, threads=self.threads)
        keys = np.asarray(found.keys, dtype=np.int64).reshape(len(queries), -1)
        if given is None:
            return keys
        out = np.full((len(queries), k), -1, dtype=np.int64)
        for row, line in enumerate(keys):
            kept = line[given.mask[line]][:k]
            out[row, : len(kept)] = kept
        return out


class Svs:
    """Intel SVS Vamana over float16; takes no filter."""

    efforts = GRAPH_EFFORTS

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del filters
        import svs

        built = svs.VamanaBuildParameters(graph_max_degree=32, window_size=128, alpha=0.95)
        self.index = svs.Vamana.build(
            built, rows.astype(np.float16), svs.DistanceType.MIP, num_threads=os.cpu_count() or 1
        )
        self.index.num_threads = threads

    def search(self, queries: FloatArray, k: int, effort: int, given: Filter | None) -> IntArray:
        assert given is None
        self.index.search_window_size = max(effort, k)
        ids, _ = self.index.search(queries, k)
        return np.asarray(ids, dtype=np.int64)


ENGINES: dict[str, Entry] = {
    "deepsearch clustered": Entry(
        package="deepsearch", modules=("numba",), build=Clustered, filtering="mask, made ready"
    ),
    OURS: Entry(
        package="deepsearch", modules=("numba",), build=Planned, filtering="mask, made ready"
    ),
    "numpy": Entry(
        package="numpy", modules=("numpy",), build=Numpy, filtering="allowed rows gathered, exact"
    ),
    "hnswlib": Entry(
        package="hnswlib",
        modules=("hnswlib",),
        build=Hnswlib,
        filtering="Python callback at each step of the graph",
        slow=True,
    ),
    "faiss HNSW bf16": Entry(
        package="faiss-cpu", modules=("faiss",), build=FaissHnsw, filtering="IDSelectorBitmap"
    ),
    "faiss IVF-PQ4fs+fp16": Entry(
        package="faiss-cpu", modules=("faiss",), build=FaissIvfPq, filtering="IDSelectorBitmap"
    ),
    "faiss SQ8 flat": Entry(
        package="faiss-cpu",
        modules=("faiss",),
        build=FaissFlat,
        filtering="IDSelectorBitmap, every allowed row",
        slow=True,
    ),
    "usearch bf16": Entry(
        package="usearch",
        modules=("usearch",),
        build=Usearch,
        filtering="none in Python: more rows fetched, cut afterwards",
    ),
    "svs Vamana f16": Entry(package="scalable-vs", modules=("svs",), build=Svs, filtering=""),
}
"""Libraries by the name the tables use."""


def compiled(rows: FloatArray, queries: FloatArray) -> None:
    """Have deepsearch compile what it compiles once an installation, so no build is timed so."""
    ours = Planned(rows[:2_000], os.cpu_count() or 1, ())
    ours.index.search(queries[:1], k=10)


def available(wanted: Mapping[str, Entry]) -> tuple[list[str], list[str]]:
    """Return the engines that can run here, and those that cannot."""

    def there(entry: Entry) -> bool:
        return all(importlib.util.find_spec(module) is not None for module in entry.modules)

    return (
        [name for name, entry in wanted.items() if there(entry)],
        [name for name, entry in wanted.items() if not there(entry)],
    )


def about(entries: Mapping[str, Entry]) -> list[dict[str, str]]:
    """Return a row an engine: its version and how it filters."""

    def version(package: str) -> str:
        if package == "deepsearch":
            return "of this commit"
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    return [
        {
            "engine": name,
            "package": f"{entry.package} {version(entry.package)}",
            "filters by": entry.filtering or "cannot",
        }
        for name, entry in entries.items()
    ]


def _selector(faiss: Any, given: Filter) -> tuple[Any, Any]:
    bits = np.packbits(given.mask, bitorder="little")
    return bits, faiss.IDSelectorBitmap(bits)  # the selector holds no reference to the bits


def _space(rows: FloatArray) -> Any:
    from deepsearch.schema import EmbeddingSpace

    return EmbeddingSpace(name="bench", revision="1", dim=rows.shape[1])


def _faiss(threads: int) -> Any:
    import faiss

    faiss.omp_set_num_threads(threads)
    return faiss
