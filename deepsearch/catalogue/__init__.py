"""The catalogue: listings with their claims and vectors, typed, versioned, never half-written."""

from __future__ import annotations

from deepsearch.catalogue.catalogue import Catalogue, VersionInfo
from deepsearch.catalogue.merge import UpsertReport
from deepsearch.catalogue.vectors import PendingItem, VectorTable

__all__ = ["Catalogue", "PendingItem", "UpsertReport", "VectorTable", "VersionInfo"]
