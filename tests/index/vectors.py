"""Vectors about centres, their space, and what share of the truth was found."""

from __future__ import annotations

import numpy as np

from deepsearch.schema import EmbeddingSpace, FloatArray

__all__ = ["ann_recall", "rows", "space"]


def space(dim: int, metric: str = "cosine") -> EmbeddingSpace:
    return EmbeddingSpace(name="codes", revision="1", dim=dim, metric=metric)  # type: ignore[arg-type]


def rows(count: int, dim: int, seed: int, *, unit: bool = True, offset: float = 0.0) -> FloatArray:
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(3).standard_normal((count // 50 + 2, dim))
    made = centres[generator.integers(0, len(centres), count)]
    made = made + generator.standard_normal((count, dim)) + offset
    if unit:
        made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def ann_recall(found: np.ndarray, truth: np.ndarray) -> float:
    pairs = zip(found, truth, strict=True)
    return float(np.mean([np.intersect1d(a, b[b >= 0]).size / (b >= 0).sum() for a, b in pairs]))
