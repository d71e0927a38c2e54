"""Embedded vector databases for the index benchmarks, each filtering as its documentation says.

A filter is a boolean column, written with the rows and indexed where the database indexes
columns, before the vector index is built. Nothing here runs a server. Searches go through
each database's Python API with vectors of ours; their number of threads cannot be set where
it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.ann_data import Filter
from benchmarks.ann_engines import Entry
from benchmarks.ann_qdrant import QdrantAcorn, QdrantEdge, QdrantLocal
from benchmarks.ann_stored import BATCH, Stored

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

__all__ = ["DATABASES"]


class LanceDb(Stored):
    """lancedb IVF_PQ with refinement; bitmap indexes over the columns; prefilter."""

    efforts = (4, 16, 64, 256)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del threads
        super().__init__()
        import lancedb
        import pyarrow as pa

        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        columns = {given.name: pa.array(given.mask) for given in filters}
        table = pa.table({"id": pa.array(np.arange(len(rows))), "vector": vectors, **columns})
        self.table = lancedb.connect(self.folder).create_table("rows", table)
        for name in columns:
            self.table.create_scalar_index(name, index_type="BITMAP")
        self.table.create_index(
            metric="dot", num_partitions=round(len(rows) ** 0.5), num_sub_vectors=rows.shape[1] // 8
        )

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        asked = self.table.search(query).limit(k).nprobes(effort).refine_factor(10)
        asked = asked.select(["id", "_distance"])
        if given is not None:
            asked = asked.where(given.name, prefilter=True)
        return asked.to_arrow()["id"].to_pylist()  # type: ignore[no-any-return]


class Chroma(Stored):
    """chroma, one process: HNSW; `where` selects ids in SQLite first."""

    efforts = (16, 32, 64, 128, 256, 512)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        super().__init__()
        import chromadb

        client = chromadb.PersistentClient(
            path=self.folder, settings=chromadb.Settings(anonymized_telemetry=False)
        )
        made = {
            "space": "ip",
            "max_neighbors": 16,
            "ef_construction": 200,
            "num_threads": threads,
        }
        self.rows = client.create_collection(
            "rows", configuration={"hnsw": made}, embedding_function=None
        )
        step = min(BATCH, client.get_max_batch_size())
        for start in range(0, len(rows), step):
            ids = range(start, min(start + step, len(rows)))
            facts = [
                {"all": True, **{given.name: True for given in filters if given.mask[at]}}
                for at in ids
            ]
            self.rows.add([str(at) for at in ids], rows[start : ids.stop], facts)
        self.effort = 0

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        if effort != self.effort:  # it is a property of the collection
            self.rows.modify(configuration={"hnsw": {"ef_search": effort}})
            self.effort = effort
        kept = None if given is None else {given.name: True}
        found = self.rows.query(query_embeddings=query[None], n_results=k, where=kept, include=[])
        return [int(word) for word in found["ids"][0]]


class MilvusLite(Stored):
    """milvus-lite: faiss HNSW a segment, `filter` evaluated to a bitmap first."""

    efforts = (16, 32, 64, 128, 256, 512)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del threads
        super().__init__()
        from pymilvus import DataType, MilvusClient

        self.client = MilvusClient(str(Path(self.folder) / "rows.db"))
        schema = self.client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=rows.shape[1])
        for given in filters:
            schema.add_field(given.name, DataType.BOOL)
        self.client.create_collection("rows", schema=schema)
        for start in range(0, len(rows), BATCH):
            self.client.insert(
                "rows",
                [
                    {
                        "id": at,
                        "vector": rows[at],
                        **{given.name: bool(given.mask[at]) for given in filters},
                    }
                    for at in range(start, min(start + BATCH, len(rows)))
                ],
            )
        self.client.flush("rows")
        wanted = self.client.prepare_index_params()
        wanted.add_index(
            "vector", index_type="HNSW", metric_type="IP", params={"M": 16, "efConstruction": 200}
        )
        for given in filters:
            wanted.add_index(given.name, index_type="INVERTED")
        self.client.create_index("rows", wanted)
        self.client.load_collection("rows")

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        found = self.client.search(
            "rows",
            [query],
            limit=k,
            filter="" if given is None else f"{given.name} == true",
            search_params={"metric_type": "IP", "params": {"ef": effort}},
        )
        return [hit["id"] for hit in found[0]]


class Txtai(Stored):
    """txtai: faiss, then SQL over the candidates found; effort: candidates."""

    efforts = (100, 300, 1_000, 3_000, 10_000, 30_000)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        del threads
        super().__init__()
        from txtai import Embeddings

        self.query: FloatArray | None = None

        def vectors(texts: list[str]) -> FloatArray:
            # A row is its number as text, the query is what `one` was given.
            wanted = [self.query if text == "?" else rows[int(text)] for text in texts]
            return np.asarray(wanted, dtype=np.float32)

        self.index = Embeddings(
            method="external",
            transform=vectors,
            content=True,
            columns={"text": "text"},
            backend="hnsw",
            hnsw={"m": 16, "efconstruction": 200, "efsearch": 200},
        )
        self.index.index(
            (at, {"text": str(at), **{given.name: int(given.mask[at]) for given in filters}}, None)
            for at in range(len(rows))
        )

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        self.query = query
        kept = "" if given is None else f" and {given.name} = 1"
        found = self.index.search(
            f"select id from txtai where similar('?', {effort}){kept} limit {k}"
        )
        return [int(hit["id"]) for hit in found]


class DuckDb(Stored):
    """duckdb: HNSW of its extension `vss`; effort under a filter: rows fetched, then cut.

    With a WHERE beside the ORDER BY it cuts the k rows its graph gave and returns what is left.
    """

    efforts = (16, 32, 64, 128, 256, 512, 2_000, 10_000)

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        super().__init__()
        import duckdb
        import pyarrow as pa
        from duckdb_extensions import import_extension

        import_extension("vss")
        self.db = duckdb.connect()
        self.db.execute("load vss")
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        columns = {given.name: pa.array(given.mask) for given in filters}
        given_rows = pa.table({"id": np.arange(len(rows)), "vector": vectors, **columns})
        self.db.register("given_rows", given_rows)
        self.db.execute("create table rows as select * from given_rows")
        self.db.execute(
            "create index near on rows using hnsw (vector) "
            "with (metric = 'ip', M = 16, ef_construction = 200)"
        )
        self.db.execute(f"set threads = {threads}")
        self.kind = f"float[{rows.shape[1]}]"
        self.effort = 0

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        if effort != self.effort:
            self.db.execute(f"set hnsw_ef_search = {effort}")
            self.effort = effort
        depth = k if given is None else effort
        near = (
            f"from rows order by array_negative_inner_product(vector, ?::{self.kind}) limit {depth}"
        )
        asked = f"select id {near}"
        if given is not None:
            asked = f"select id from (select id, {given.name} {near}) where {given.name} limit {k}"
        return [line[0] for line in self.db.execute(asked, [query]).fetchall()]


DATABASES: dict[str, Entry] = {
    "lancedb IVF_PQ": Entry(
        package="lancedb",
        modules=("lancedb",),
        build=LanceDb,
        filtering="bitmap-indexed column, prefilter",
        slow=True,
    ),
    "qdrant": Entry(
        package="qdrant-edge-py",
        modules=("qdrant_edge",),
        build=QdrantEdge,
        filtering="indexed payload: links for each value, exact scan below 10 MB",
        slow=True,
    ),
    "qdrant ACORN": Entry(
        package="qdrant-edge-py",
        modules=("qdrant_edge",),
        build=QdrantAcorn,
        filtering="as qdrant, and ACORN",
        slow=True,
    ),
    "qdrant-client local": Entry(
        package="qdrant-client",
        modules=("qdrant_client",),
        build=QdrantLocal,
        filtering="numpy over all points, payloads read one by one",
        slow=True,
    ),
    "chroma": Entry(
        package="chromadb",
        modules=("chromadb",),
        build=Chroma,
        filtering="`where` to ids by SQLite, HNSW among them",
        slow=True,
    ),
    "milvus-lite": Entry(
        package="milvus-lite",
        modules=("pymilvus", "milvus_lite"),
        build=MilvusLite,
        filtering="expression to a bitmap, faiss HNSW a segment",
        slow=True,
    ),
    "txtai": Entry(
        package="txtai",
        modules=("txtai", "hnswlib"),
        build=Txtai,
        filtering="SQL over the candidates an HNSW search gave",
        slow=True,
    ),
    "duckdb vss": Entry(
        package="duckdb",
        modules=("duckdb", "duckdb_extensions", "duckdb_extension_vss"),
        build=DuckDb,
        filtering="WHERE over the rows its HNSW gave; more fetched",
        slow=True,
    ),
}
"""Databases by the name the tables use."""
