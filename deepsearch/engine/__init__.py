"""One call from what a buyer hands over to ranked, explained hits."""

from deepsearch.engine.candidates import FusionConfig
from deepsearch.engine.core import SearchEngine
from deepsearch.engine.encoding import EncodeReport, Progress
from deepsearch.engine.indexing import IndexReport
from deepsearch.engine.inquiry import build_queries, load_query
from deepsearch.engine.options import SearchOptions
from deepsearch.engine.suppliers import SupplierResult
from deepsearch.engine.training import CrossValidation, TrainedRanker, train_on_judgements

__all__ = [
    "CrossValidation",
    "EncodeReport",
    "FusionConfig",
    "IndexReport",
    "Progress",
    "SearchEngine",
    "SearchOptions",
    "SupplierResult",
    "TrainedRanker",
    "build_queries",
    "load_query",
    "train_on_judgements",
]
