"""Indexes: which vectors are nearest, which words match; exact under any filter.

Importing this loads numpy alone; faiss, hnswlib and the like come with the first index
that needs them.
"""

from __future__ import annotations

from deepsearch.index.approximate import ApproximateIndex
from deepsearch.index.build import EXACT_UP_TO, IndexConfig, build_index
from deepsearch.index.calibrate import Band, Calibration, calibrate
from deepsearch.index.clustered import ClusteredConfig, ClusteredIndex
from deepsearch.index.exact import ExactIndex
from deepsearch.index.faiss_hnsw import FaissHnswConfig, FaissHnswIndex
from deepsearch.index.glossary import Glossary, Translation, translated
from deepsearch.index.hnsw import HnswConfig, HnswIndex
from deepsearch.index.ivfpq import IvfPqConfig, IvfPqIndex
from deepsearch.index.lexical import LexicalConfig, LexicalIndex
from deepsearch.index.live import LiveIndex
from deepsearch.index.persist import AnyIndex, load_index, save_index
from deepsearch.index.planner import Plan, PlannedIndex
from deepsearch.index.prepared import PreparedFilter

__all__ = [
    "EXACT_UP_TO",
    "AnyIndex",
    "ApproximateIndex",
    "Band",
    "Calibration",
    "ClusteredConfig",
    "ClusteredIndex",
    "ExactIndex",
    "FaissHnswConfig",
    "FaissHnswIndex",
    "Glossary",
    "HnswConfig",
    "HnswIndex",
    "IndexConfig",
    "IvfPqConfig",
    "IvfPqIndex",
    "LexicalConfig",
    "LexicalIndex",
    "LiveIndex",
    "Plan",
    "PlannedIndex",
    "PreparedFilter",
    "Translation",
    "build_index",
    "calibrate",
    "load_index",
    "save_index",
    "translated",
]
