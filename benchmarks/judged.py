"""Judged queries: the shared ones, and two halves of our own, one of them held out."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepsearch.evaluation import Qrels, read_qrels

__all__ = ["OWN", "SPLITS", "Judged", "load_judged", "passes", "strict", "violates", "where"]

OWN = Path(__file__).parent / "data" / "relevance"
SPLITS = ("shared", "tuned", "held out")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "in": lambda value, wanted: value in wanted,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Listings as read, queries and their judgements.

    Attributes:
        listings: Id → listing.
        queries: Id → query: "text", "kind", "split", and "filter" where it has one.
        qrels: Query → listing → grade 0..3.
    """

    listings: Mapping[str, Mapping[str, Any]]
    queries: Mapping[str, Mapping[str, Any]]
    qrels: Qrels

    def of(self, split: str) -> list[str]:
        """Ids of a split's queries."""
        return [key for key, query in self.queries.items() if query["split"] == split]


def load_judged(folder: Path, *, small: bool) -> Judged:
    """Read all three splits; `small` keeps every eighth query, their judged listings, 200 more."""
    listings = {row["id"]: row for row in _rows(folder / "listings" / "catalog.jsonl")}
    queries = {row["id"]: row for row in _rows(OWN / "queries.jsonl")}
    shared = _rows(folder / "relevance" / "queries_dev.jsonl")
    queries = {row["id"]: row | {"split": "shared"} for row in shared} | queries
    qrels = dict(read_qrels(folder / "relevance" / "qrels_dev.tsv")) | dict(
        read_qrels(OWN / "qrels.tsv")
    )
    if small:
        queries = dict(list(queries.items())[::8])
        kept = {document for query in queries for document in qrels[query]}
        kept |= set(list(listings)[:200])
        listings = {key: listing for key, listing in listings.items() if key in kept}
    return Judged(
        listings=listings, queries=queries, qrels={query: qrels[query] for query in queries}
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _value(listing: Mapping[str, Any], field: str) -> Any:
    value: Any = listing
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def passes(listing: Mapping[str, Any], conditions: list[dict[str, Any]]) -> bool:
    """Whether a listing states what a query's filter asks, and satisfies it."""
    for condition in conditions:
        value = _value(listing, condition["field"])
        if value is None or not _COMPARE[condition["op"]](value, condition["value"]):
            return False
    return True


def violates(listing: Mapping[str, Any], conditions: list[dict[str, Any]]) -> bool:
    """Whether a listing states something that fails a query's filter.

    A price in another currency than the one the filter names is not comparable, and no
    violation.
    """
    currency = next((c["value"] for c in conditions if c["field"] == "price.currency"), None)
    stated = _value(listing, "price.currency")
    for condition in conditions:
        field = condition["field"]
        if field.startswith("price.") and currency is not None and stated != currency:
            continue
        value = _value(listing, field)
        if value is not None and not _COMPARE[condition["op"]](value, condition["value"]):
            return True
    return False


def where(conditions: list[dict[str, Any]]) -> str:
    """A query's filter as a filter expression."""
    return " and ".join(f"{c['field']} {c['op']} {_literal(c['value'])}" for c in conditions)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(_literal(item) for item in value)})"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)


def strict(judged: Judged) -> Qrels:
    """The grades of what the query's filter lets through; 0 for the rest."""
    return {
        query: {
            document: grade
            if passes(judged.listings[document], judged.queries[query].get("filter", []))
            else 0
            for document, grade in grades.items()
        }
        for query, grades in judged.qrels.items()
    }
