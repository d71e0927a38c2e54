"""Multimodal product search for B2B buyers.

The public names are imported when first used, so that `import deepsearch` loads
neither a model nor a heavy dependency.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from deepsearch.catalogue import Catalogue as Catalogue
    from deepsearch.demo import data_folder as data_folder
    from deepsearch.encoders import load_suite as load_suite
    from deepsearch.engine import IndexReport as IndexReport
    from deepsearch.engine import SearchEngine as SearchEngine
    from deepsearch.engine import SearchOptions as SearchOptions
    from deepsearch.engine import build_queries as build_queries
    from deepsearch.engine import load_query as load_query
    from deepsearch.errors import DeepSearchError as DeepSearchError
    from deepsearch.errors import FilterError as FilterError
    from deepsearch.errors import InvalidInputError as InvalidInputError
    from deepsearch.errors import UnreadableFileError as UnreadableFileError
    from deepsearch.filters import F as F
    from deepsearch.filters import parse_filter as parse_filter
    from deepsearch.schema import Hit as Hit
    from deepsearch.schema import Listing as Listing
    from deepsearch.schema import ParsedQuery as ParsedQuery
    from deepsearch.schema import Query as Query
    from deepsearch.schema import QueryPart as QueryPart
    from deepsearch.schema import Requirement as Requirement
    from deepsearch.schema import SearchResult as SearchResult
    from deepsearch.schema import Supplier as Supplier
    from deepsearch.understanding import parse as parse

_MODULE_OF = {
    "Catalogue": "catalogue",
    "DeepSearchError": "errors",
    "F": "filters",
    "FilterError": "errors",
    "Hit": "schema",
    "IndexReport": "engine",
    "InvalidInputError": "errors",
    "Listing": "schema",
    "ParsedQuery": "schema",
    "Query": "schema",
    "QueryPart": "schema",
    "Requirement": "schema",
    "SearchEngine": "engine",
    "SearchOptions": "engine",
    "SearchResult": "schema",
    "Supplier": "schema",
    "UnreadableFileError": "errors",
    "build_queries": "engine",
    "data_folder": "demo",
    "load_query": "engine",
    "load_suite": "encoders",
    "parse": "understanding",
    "parse_filter": "filters",
}

__all__ = [
    "Catalogue",
    "DeepSearchError",
    "F",
    "FilterError",
    "Hit",
    "IndexReport",
    "InvalidInputError",
    "Listing",
    "ParsedQuery",
    "Query",
    "QueryPart",
    "Requirement",
    "SearchEngine",
    "SearchOptions",
    "SearchResult",
    "Supplier",
    "UnreadableFileError",
    "__version__",
    "build_queries",
    "data_folder",
    "load_query",
    "load_suite",
    "parse",
    "parse_filter",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'deepsearch' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"deepsearch.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
