"""One call from what a buyer hands over to ranked, explained hits."""

from deepsearch.engine.candidates import FusionConfig
from deepsearch.engine.core import IndexReport, SearchEngine
from deepsearch.engine.encoding import EncodeReport, Progress
from deepsearch.engine.inquiry import build_queries
from deepsearch.engine.search import SearchOptions

__all__ = [
    "EncodeReport",
    "FusionConfig",
    "IndexReport",
    "Progress",
    "SearchEngine",
    "SearchOptions",
    "build_queries",
]
