"""Exact search of batches by torch."""

from __future__ import annotations

import numpy as np

from deepsearch.extras import require
from deepsearch.index._checks import as_mask, as_queries, as_vectors, check_k
from deepsearch.index._torch import device_of, squares, top, upload
from deepsearch.schema import BoolArray, EmbeddingSpace, FloatArray, Matches

__all__ = ["TorchExactIndex"]


class TorchExactIndex:
    """Exact search of batches on a GPU (or CPU) by torch; holds the vectors there."""

    def __init__(
        self, vectors: FloatArray, space: EmbeddingSpace, *, device: str | None = None
    ) -> None:
        """Copy vectors to the device.

        Args:
            vectors: (n, dim) float32, finite, unit length in a cosine space.
            space: Their space.
            device: "cuda", "cpu" ...; None: a GPU if there is one.
        """
        self._torch = require("torch", extra="clip")
        checked = as_vectors(vectors, space)
        self._space = space
        where = device_of(self._torch, device)
        self._rows = upload(self._torch, checked, np.arange(checked.shape[0]), where, half=False)
        self._norms = squares(self._rows) if space.metric == "l2" else None

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors held."""
        return self._space

    def __len__(self) -> int:
        """Vectors held."""
        return int(self._rows.shape[0])

    def search(self, queries: FloatArray, *, k: int, allowed: BoolArray | None = None) -> Matches:
        """Find the k best vectors for each query, as `ExactIndex.search`.

        Args:
            queries: (n, dim) float32, finite.
            k: Matches wanted a query, >= 1.
            allowed: (len(self),) bool mask over positions; None allows all.

        Returns:
            Positions and scores, larger is better, ties by position (among the scores
            as the device rounds them).
        """
        torch = self._torch
        batch = as_queries(queries, self._space)
        k = check_k(k)
        mask = as_mask(allowed, len(self))
        ids = np.full((batch.shape[0], k), -1, dtype=np.int64)
        scores = np.full((batch.shape[0], k), -np.inf, dtype=np.float32)
        columns = None
        if mask is not None:
            columns = torch.from_numpy(np.flatnonzero(mask)).to(self._rows.device)
        rows = self._rows if columns is None else self._rows[columns]
        norms = self._norms if columns is None or self._norms is None else self._norms[columns]
        wanted = min(k, int(rows.shape[0]))
        step = max(1, min(1_024, 2**28 // max(1, int(rows.shape[0]))))
        for start in range(0, batch.shape[0] if wanted else 0, step):
            block = torch.from_numpy(batch[start : start + step]).to(self._rows.device)
            products = block @ rows.T
            if norms is not None:
                products = 2.0 * products - norms - squares(block)[:, None]
            values, at = top(torch, products, wanted)
            if columns is not None:
                at = columns[at]
            part = slice(start, start + block.shape[0])
            values, at = values.cpu().numpy(), at.cpu().numpy()
            order = np.lexsort((at, -values), axis=1)
            ids[part, :wanted] = np.take_along_axis(at, order, axis=1)
            scores[part, :wanted] = np.take_along_axis(values, order, axis=1)
        counts = np.full(batch.shape[0], wanted, dtype=np.int64)
        return Matches(ids=ids, scores=scores, counts=counts)
