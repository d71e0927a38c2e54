"""The catalogue: listings with their claims and vectors, typed, versioned, never half-written."""

from __future__ import annotations

from deepsearch.catalogue.catalogue import Catalogue
from deepsearch.catalogue.frames import frame_key, medium_of, pooled_key
from deepsearch.catalogue.info import CatalogueInfo, SpaceInfo
from deepsearch.catalogue.ingest import ingest
from deepsearch.catalogue.jsonld import from_json_ld, to_json_ld
from deepsearch.catalogue.linking import Link, suggest_links
from deepsearch.catalogue.links import StoredLink, groups
from deepsearch.catalogue.mapping import FIELDS, ColumnMapping, MappedColumn
from deepsearch.catalogue.merge import UpsertReport
from deepsearch.catalogue.report import IngestReport, Reject
from deepsearch.catalogue.structured import ArrowTable
from deepsearch.catalogue.tableview import VersionInfo
from deepsearch.catalogue.upkeep import Problem
from deepsearch.catalogue.vectors import PendingItem, VectorTable

__all__ = [
    "FIELDS",
    "ArrowTable",
    "Catalogue",
    "CatalogueInfo",
    "ColumnMapping",
    "IngestReport",
    "Link",
    "MappedColumn",
    "PendingItem",
    "Problem",
    "Reject",
    "SpaceInfo",
    "StoredLink",
    "UpsertReport",
    "VectorTable",
    "VersionInfo",
    "frame_key",
    "from_json_ld",
    "groups",
    "ingest",
    "medium_of",
    "pooled_key",
    "suggest_links",
    "to_json_ld",
]
