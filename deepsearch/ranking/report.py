"""A search result as plain data, for JSON and for tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepsearch.schema import (
    Evidence,
    Hit,
    Judgement,
    ParsedQuery,
    Requirement,
    SearchResult,
    Supplier,
)

__all__ = ["parsed_to_json", "to_json", "to_rows"]


def to_json(result: SearchResult) -> dict[str, Any]:
    """Turn a result into what the command line prints with --json.

    Args:
        result: An answer.

    Returns:
        {"hits", "parsed", "notes", "timings_ms"}, of dicts, lists, texts, numbers, bools
        and None only. What is not known is null.
    """
    return {
        "hits": [_hit(hit) for hit in result.hits],
        "parsed": parsed_to_json(result.parsed),
        "notes": [{"stage": note.stage, "text": note.text} for note in result.notes],
        "timings_ms": {name: round(float(ms), 3) for name, ms in result.timings_ms.items()},
        "facts": _plain(result.facts),
    }


def _plain(value: Any) -> Any:
    """Numbers of numpy and tuples as plain ones; what else there is as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    item = getattr(value, "item", None)
    return item() if callable(item) else str(value)


def _hit(hit: Hit) -> dict[str, Any]:
    data: dict[str, Any] = {
        "rank": hit.rank,
        "listing_id": hit.listing.id,
        "score": hit.score,
        "title": hit.listing.title,
        "url": hit.listing.url,
        "supplier": _supplier(hit.listing.supplier),
        "requirements": [_judgement(judgement) for judgement in hit.judgements],
        "explanation": [
            {"name": part.name, "value": part.value, "sentence": part.sentence}
            for part in hit.explanation.contributions
        ],
    }
    if hit.media is not None:
        data["media"] = {
            "uri": hit.media.uri,
            "query_source": hit.media.query_source,
            "score": hit.media.score,
            "seconds": hit.media.seconds,
        }
    return data


def _supplier(supplier: Supplier | None) -> dict[str, Any] | None:
    if supplier is None:
        return None
    return {
        "id": supplier.id,
        "name": supplier.name,
        "type": supplier.type,
        "country": supplier.country,
        "city": supplier.city,
        "years": supplier.years,
        "verified": supplier.verified,
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        **_requirement(judgement.requirement),
        "status": str(judgement.status),
        "reason": judgement.reason,
        "evidence": _evidence(judgement.evidence),
    }


def _evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {
        "field": evidence.field,
        "value": evidence.value,
        "source": evidence.source,
        "grade": None if evidence.grade is None else str(evidence.grade),
        "stated_on": None if evidence.stated_on is None else evidence.stated_on.isoformat(),
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    value = requirement.value
    return {
        "field": requirement.field,
        "op": str(requirement.op),
        "value": list(value) if isinstance(value, tuple) else value,
        "unit": requirement.unit,
        "hard": requirement.hard,
        "span": None if requirement.span is None else list(requirement.span),
        "implied_by": requirement.implied_by,
        "why": requirement.why,
        "confidence": requirement.confidence,
    }


def parsed_to_json(parsed: ParsedQuery) -> dict[str, Any]:
    """Turn what was understood into plain data, as `deepsearch parse --json` prints it.

    Args:
        parsed: A parsed query.

    Returns:
        {"text", "language", "product", "requirements", "questions", "notes"}.
    """
    return {
        "text": parsed.text,
        "language": parsed.language,
        "product": parsed.product,
        "requirements": [_requirement(requirement) for requirement in parsed.requirements],
        "questions": [{"field": q.field, "text": q.text, "why": q.why} for q in parsed.questions],
        "notes": list(parsed.notes),
    }


def to_rows(result: SearchResult) -> list[dict[str, Any]]:
    """Turn a result into flat rows, one a hit, for `pandas.DataFrame(to_rows(result))`.

    Args:
        result: An answer.

    Returns:
        Rows of equal keys: rank, listing_id, title, supplier, score, price and minimum
        order as stated, then one column a requirement with its status.
    """
    rows = []
    for hit in result.hits:
        offer, supplier = hit.listing.offer, hit.listing.supplier
        least = offer.min_order_quantity
        row: dict[str, Any] = {
            "rank": hit.rank,
            "listing_id": hit.listing.id,
            "title": hit.listing.title,
            "supplier": None if supplier is None else supplier.name or supplier.id,
            "score": hit.score,
            "price_min": offer.price_min,
            "price_max": offer.price_max,
            "currency": offer.currency,
            "min_order_quantity": None if least is None else least.value,
            "url": hit.listing.url,
        }
        for number, judgement in enumerate(hit.judgements):
            field = judgement.requirement.field
            name = field if field not in row else f"{field}_{number}"
            row[name] = str(judgement.status)
        rows.append(row)
    return rows
