"""Vectors and filters for the index benchmarks.

A: clustered. Rows about n/100 centres, as near-duplicate listings are.
C: smooth. Rows on a bent 16-dimensional sheet with some noise: no clusters to exploit.
R: real. Texts of listings, requests and package summaries under the default text encoder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

__all__ = [
    "ann_recall",
    "correlated_mask",
    "data_set",
    "fingerprint",
    "made",
    "random_mask",
    "real",
]


def data_set(
    kind: str, count: int, dim: int, queries: int, *, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return unit rows (count, dim) and unit queries of the same making, apart from them."""
    if kind == "R":
        return real(count, queries, seed=seed)
    return made(kind, count, dim, queries, seed=seed)


def made(
    kind: str, count: int, dim: int, queries: int, *, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return rows and queries of kind "A" or "C"."""
    generator = np.random.default_rng(seed)
    if kind == "A":
        centres = generator.standard_normal((max(20, count // 100), dim), dtype=np.float32)
    elif kind == "C":
        first = generator.standard_normal((16, 64), dtype=np.float32) * np.float32(0.375)
        second = generator.standard_normal((64, dim), dtype=np.float32) / np.float32(8)
    else:
        raise SystemExit(f"Data set {kind!r}: expected A, C or R.")

    def draw(rows: int) -> FloatArray:
        out = np.empty((rows, dim), dtype=np.float32)
        for start in range(0, rows, 65_536):
            m = min(65_536, rows - start)
            noise = generator.standard_normal((m, dim), dtype=np.float32)
            if kind == "A":
                block = centres[generator.integers(0, len(centres), m)] + noise
            else:
                sheet = generator.standard_normal((m, 16), dtype=np.float32)
                block = np.tanh(sheet @ first) @ second + np.float32(0.05) * noise
            out[start : start + m] = block / np.linalg.norm(block, axis=1, keepdims=True)
        return out

    return draw(count), draw(queries)


def real(count: int, queries: int, *, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return rows of the float16 .npy file that DEEPSEARCH_REAL_VECTORS names.

    Raises:
        SystemExit: If there is no such file, or it holds too few rows.
    """
    import os

    path = Path(os.environ.get("DEEPSEARCH_REAL_VECTORS", ""))
    if not path.is_file():
        raise SystemExit(
            "Data set R needs the file of float16 unit vectors named by DEEPSEARCH_REAL_VECTORS "
            "(a .npy); make one with any encoder."
        )
    rows = np.load(path, mmap_mode="r", allow_pickle=False)
    if rows.shape[0] < count + queries:
        raise SystemExit(f"{path} holds {rows.shape[0]} rows; {count + queries} are needed.")
    chosen = np.random.default_rng(seed).permutation(rows.shape[0])[: count + queries]
    vectors = np.asarray(rows[np.sort(chosen)], dtype=np.float32)
    vectors = vectors[np.random.default_rng(seed + 1).permutation(count + queries)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(vectors[:count]), np.ascontiguousarray(vectors[count:])


def random_mask(count: int, share: float, *, seed: int) -> BoolArray:
    """Return a mask that allows each row with probability `share`."""
    return np.random.default_rng(seed).random(count) < share


def correlated_mask(rows: FloatArray, share: float, *, seed: int) -> BoolArray:
    """Return a mask that allows the `share` of rows most like one row drawn at random.

    Most queries lie far from what it allows.
    """
    anchor = rows[np.random.default_rng(seed).integers(len(rows))]
    scores = np.asarray(rows @ anchor)
    last = min(len(rows) - 1, len(rows) - round(share * len(rows)))
    mask: BoolArray = scores >= np.partition(scores, last)[last]
    return mask


def ann_recall(found: npt.NDArray[np.int64], truth: npt.NDArray[np.int64]) -> float:
    """Return the mean share of the true neighbours that were found, -1 being none."""
    shares = []
    for a, b in zip(found, truth, strict=True):
        wanted = b[b >= 0]
        shares.append(np.intersect1d(a, wanted).size / wanted.size if wanted.size else 1.0)
    return float(np.mean(shares))


def fingerprint(rows: FloatArray) -> str:
    """Return a SHA-256 over the rows' shape and a sample of them."""
    sample = np.ascontiguousarray(rows[:: max(1, len(rows) // 1_000)])
    return hashlib.sha256(str(rows.shape).encode() + sample.tobytes()).hexdigest()
