"""Vectors and filters for the index benchmarks.

A: clustered. Rows about n/100 centres, as near-duplicate listings are.
C: smooth. Rows on a bent 16-dimensional sheet with some noise: no clusters to exploit.
R: real. Listings, customs headings and dictionary glosses under the default text encoder
   (384 dimensions, up to 126,000 rows); queries are other such texts, kept out of the rows.
RQ: the same rows; queries are real requests for quotation, longer and noisier than the rows.

`benchmarks.ann_real` makes the folder of R and RQ, which DEEPSEARCH_REAL_VECTORS names, and
says where the texts are had. A and C are made here.

Filters, at each share of allowed rows: "random" ones; "correlated" ones, which allow the
rows most like one drawn at random, so that most queries lie far away; and for R and RQ
"attribute" ones, which are real properties of the texts (their kind, their length).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

__all__ = [
    "KINDS",
    "SHARES",
    "DataSet",
    "Filter",
    "ann_recall",
    "correlated_mask",
    "data_set",
    "fingerprint",
    "made",
    "random_mask",
    "real",
]

KINDS = ("A", "C", "R", "RQ")
SHARES = (0.5, 0.2, 0.1, 0.05, 0.01, 0.001)

# Attributes whose share of the rows of R is nearest to each of SHARES; None: more words
# than the median.
_ATTRIBUTES: dict[float, tuple[str, ...] | None] = {
    0.5: None,
    0.2: ("noun.animal", "noun.plant", "noun.person"),
    0.1: ("noun.artifact",),
    0.05: ("noun.animal",),
    0.01: ("listing.alibaba",),
    0.001: ("customs.XX",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A mask over the rows, and what it stands for.

    Attributes:
        name: Short and a word, for engines that store it as a column.
        how: "random", "correlated" or "attribute".
        share: The share of rows it is meant to allow; `mask` has the true one.
        mask: (rows,) bool.
    """

    name: str
    how: str
    share: float
    mask: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Unit rows, unit queries that are none of them, and filters.

    Attributes:
        kind: One of KINDS.
        rows: (n, dim) float32.
        queries: (m, dim) float32.
        filters: One a share and way.
    """

    kind: str
    rows: FloatArray
    queries: FloatArray
    filters: tuple[Filter, ...]


def data_set(kind: str, count: int, dim: int, queries: int, *, seed: int) -> DataSet:
    """Make or read a data set.

    Args:
        kind: One of KINDS.
        count: Rows.
        dim: Their dimensions; those of R and RQ have 384 whatever is asked.
        queries: Queries.
        seed: Of what is drawn at random.

    Returns:
        The data set.

    Raises:
        SystemExit: If the kind is unknown, or the real vectors are missing or too few.
    """
    attributes: dict[float, BoolArray] = {}
    if kind in ("R", "RQ"):
        rows, asked, attributes = real(kind, count, queries, seed=seed)
    else:
        rows, asked = made(kind, count, dim, queries, seed=seed)
    filters = []
    for number, share in enumerate(SHARES):
        masks = {
            "random": random_mask(count, share, seed=7),
            "correlated": correlated_mask(rows, share, seed=11),
        }
        if share in attributes:
            masks["attribute"] = attributes[share]
        filters += [
            Filter(name=f"{how}{number}", how=how, share=share, mask=mask)
            for how, mask in masks.items()
        ]
    return DataSet(kind=kind, rows=rows, queries=asked, filters=tuple(filters))


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


def real(
    kind: str, count: int, queries: int, *, seed: int
) -> tuple[FloatArray, FloatArray, dict[float, BoolArray]]:
    """Read the vectors that `benchmarks.ann_real` wrote.

    Args:
        kind: "R": queries are texts left out of the rows; "RQ": requests for quotation.
        count: Rows, drawn at random.
        queries: Queries; of RQ as many as there are, at most.
        seed: Of the draw.

    Returns:
        Rows, queries, and a mask of real attributes for each share.

    Raises:
        SystemExit: If there is no such folder, or it holds too few rows.
    """
    folder = Path(os.environ.get("DEEPSEARCH_REAL_VECTORS", ""))
    if not (folder / "about.json").is_file():
        raise SystemExit(
            "Data sets R and RQ need the folder named by DEEPSEARCH_REAL_VECTORS; "
            "`python -m benchmarks.ann_real --help` says how to make it."
        )
    every = np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False)
    if len(every) < count + queries:
        raise SystemExit(f"{folder} holds {len(every)} rows; {count + queries} are needed.")
    chosen = np.random.default_rng(seed).permutation(len(every))[: count + queries]
    rows = np.ascontiguousarray(every[chosen[:count]], dtype=np.float32)
    asked = np.asarray(every[chosen[count:]])
    if kind == "RQ":
        requests = np.load(folder / "queries.npy", allow_pickle=False)
        order = np.random.default_rng(seed).permutation(len(requests))
        asked = requests[order[:queries]]
    names = json.loads((folder / "about.json").read_text(encoding="utf-8"))["groups"]
    groups = np.load(folder / "groups.npy", allow_pickle=False)[chosen[:count]]
    words = np.load(folder / "words.npy", allow_pickle=False)[chosen[:count]]
    masks = {
        share: words > np.median(words)
        if wanted is None
        else np.isin(groups, [names.index(name) for name in wanted])
        for share, wanted in _ATTRIBUTES.items()
    }
    return rows, np.ascontiguousarray(asked, dtype=np.float32), masks


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
