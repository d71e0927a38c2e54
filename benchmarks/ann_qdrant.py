"""Qdrant in this process: its own engine, with ACORN and without, and its client's local mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.ann_data import Filter
from benchmarks.ann_stored import BATCH, Stored

FloatArray = npt.NDArray[np.float32]

__all__ = ["QdrantAcorn", "QdrantEdge", "QdrantLocal"]


class QdrantEdge(Stored):
    """Qdrant's own engine in this process: HNSW with links a payload value, one segment."""

    efforts = (16, 32, 64, 128, 256, 512)
    acorn = False

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        """Write the rows, the filters' columns indexed before them."""
        super().__init__()
        import qdrant_edge as edge

        self.edge = edge
        config = edge.EdgeConfig(
            vectors=edge.EdgeVectorParams(size=rows.shape[1], distance=edge.Distance.Dot),
            hnsw_config=edge.HnswIndexConfig(m=16, ef_construct=200, full_scan_threshold=10_000),
            optimizers=edge.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=1),
            max_search_threads=threads,
        )
        self.shard = edge.EdgeShard.create(self.folder, config)
        operation = edge.UpdateOperation
        for given in filters:  # before the points: links a value are made with the graph
            # A bool reaches this version as a number and matches nothing: words do.
            self.shard.update(
                operation.create_field_index(given.name, edge.PayloadSchemaType.Keyword)
            )
        for start in range(0, len(rows), BATCH):
            points = [
                edge.Point(
                    id=at,
                    vector=rows[at].tolist(),
                    payload={given.name: "yes" for given in filters if given.mask[at]},
                )
                for at in range(start, min(start + BATCH, len(rows)))
            ]
            self.shard.update(operation.upsert_points(points))
        self.shard.optimize()

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        """Return the ids found for one query."""
        edge = self.edge
        kept = None
        if given is not None:
            kept = edge.Filter(
                must=[edge.FieldCondition(key=given.name, match=edge.MatchValue(value="yes"))]
            )
        asked = edge.QueryRequest(
            query=edge.Query.Nearest(query.tolist()),
            limit=k,
            filter=kept,
            params=edge.SearchParams(
                hnsw_ef=effort, acorn=edge.AcornSearchParams(enable=self.acorn)
            ),
            with_payload=False,
        )
        return [point.id for point in self.shard.query(asked)]


class QdrantAcorn(QdrantEdge):
    """The same with ACORN, which its documentation advises under several or weak filters."""

    acorn = True


class QdrantLocal(Stored):
    """qdrant-client's local mode: numpy over all points, meant for trying things out."""

    def __init__(self, rows: FloatArray, threads: int, filters: Sequence[Filter]) -> None:
        """Write the rows."""
        del threads
        super().__init__()
        from qdrant_client import QdrantClient, models

        self.models = models
        self.client = QdrantClient(":memory:")
        self.client.create_collection(
            "rows",
            vectors_config=models.VectorParams(size=rows.shape[1], distance=models.Distance.DOT),
        )
        for start in range(0, len(rows), BATCH):
            ids = range(start, min(start + BATCH, len(rows)))
            payloads = [{given.name: True for given in filters if given.mask[at]} for at in ids]
            self.client.upsert(
                "rows",
                models.Batch(ids=list(ids), vectors=rows[start : ids.stop], payloads=payloads),
            )

    def one(self, query: FloatArray, k: int, effort: int, given: Filter | None) -> Sequence[int]:
        """Return the ids found for one query."""
        del effort
        models = self.models
        kept = None
        if given is not None:
            wanted = models.FieldCondition(key=given.name, match=models.MatchValue(value=True))
            kept = models.Filter(must=[wanted])
        found = self.client.query_points(
            "rows", query=query, limit=k, query_filter=kept, with_payload=False
        )
        return [point.id for point in found.points]
