"""The capability dimensions: what suppliers are compared by, once the product is right."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from deepsearch.ranking.dimensions.base import Dimension, Scene, Score, trusted
from deepsearch.ranking.dimensions.capability import CAPABILITY, COMPLIANCE
from deepsearch.ranking.dimensions.commercial import COMMERCIAL
from deepsearch.ranking.dimensions.logistics import LOGISTICS
from deepsearch.ranking.dimensions.timing import TIMING
from deepsearch.ranking.dimensions.trust import TRUST

__all__ = ["DIMENSIONS", "Dimension", "Scene", "Score", "trusted"]

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        dimension.name: dimension
        for dimension in (*COMMERCIAL, *TIMING, *TRUST, *COMPLIANCE, *CAPABILITY, *LOGISTICS)
    }
)
"""All dimensions by name."""
