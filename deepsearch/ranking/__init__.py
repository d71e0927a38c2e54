"""Matching and ranking: what must hold holds, every point explained."""

from __future__ import annotations

from deepsearch.ranking.cross_encoder import (
    CrossEncoderReranker,
    PairScorer,
    RerankConfig,
)
from deepsearch.ranking.dimensions import DIMENSIONS, Dimension
from deepsearch.ranking.html import to_html
from deepsearch.ranking.json_types import AnswerJson, HitJson, ParsedJson, SupplierHitJson
from deepsearch.ranking.judging import judge
from deepsearch.ranking.learned import (
    FEATURES,
    LearnConfig,
    LearnedRanker,
    TrainingQuery,
    train_ranker,
)
from deepsearch.ranking.matcher import RequirementMatcher
from deepsearch.ranking.pair_models import OnnxPairs, TransformersPairs
from deepsearch.ranking.profiles import PROFILES, Profile
from deepsearch.ranking.ranking import Candidate, RankingConfig, order_quantity_of, rank
from deepsearch.ranking.relax import Change, Relaxation, relax
from deepsearch.ranking.report import parsed_to_json, suppliers_to_json, to_json, to_rows
from deepsearch.ranking.rerankers import load_reranker
from deepsearch.ranking.suppliers import SupplierHit, rank_suppliers
from deepsearch.ranking.tables import FactTable
from deepsearch.ranking.units import Rates

__all__ = [
    "DIMENSIONS",
    "FEATURES",
    "PROFILES",
    "AnswerJson",
    "Candidate",
    "Change",
    "CrossEncoderReranker",
    "Dimension",
    "FactTable",
    "HitJson",
    "LearnConfig",
    "LearnedRanker",
    "OnnxPairs",
    "PairScorer",
    "ParsedJson",
    "Profile",
    "RankingConfig",
    "Rates",
    "Relaxation",
    "RequirementMatcher",
    "RerankConfig",
    "SupplierHit",
    "SupplierHitJson",
    "TrainingQuery",
    "TransformersPairs",
    "judge",
    "load_reranker",
    "order_quantity_of",
    "parsed_to_json",
    "rank",
    "rank_suppliers",
    "relax",
    "suppliers_to_json",
    "to_html",
    "to_json",
    "to_rows",
    "train_ranker",
]
