"""Compiled inner loops over vectors and two-level codes; imported only where one is needed.

They hold no lock of the interpreter and touch no shared state. What is called from
Python is compiled for one signature and kept on disk; importing this loads it.
"""

from __future__ import annotations

from deepsearch.index.kernels.encode import encode_rows
from deepsearch.index.kernels.exact import score_ids
from deepsearch.index.kernels.masks import count_allowed
from deepsearch.index.kernels.prepared import prepare_filter
from deepsearch.index.kernels.tables import Tables, packed
from deepsearch.index.kernels.visit import ALL_ROWS, BY_BITS, BY_CODES, BY_MASK, search
from deepsearch.index.kernels.words import add_postings

__all__ = [
    "ALL_ROWS",
    "BY_BITS",
    "BY_CODES",
    "BY_MASK",
    "Tables",
    "add_postings",
    "count_allowed",
    "encode_rows",
    "packed",
    "prepare_filter",
    "score_ids",
    "search",
]
