"""A search result as plain data, for JSON and for tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from deepsearch.ranking.json_types import (
    AnswerJson,
    EvidenceJson,
    HitJson,
    JudgementJson,
    ParsedJson,
    PartJson,
    PriceJson,
    RequirementJson,
    SupplierHitJson,
    SupplierJson,
)
from deepsearch.ranking.suppliers import SupplierHit
from deepsearch.schema import (
    Evidence,
    Explanation,
    Hit,
    Judgement,
    Offer,
    ParsedQuery,
    Requirement,
    SearchResult,
    Supplier,
)

__all__ = ["parsed_to_json", "suppliers_to_json", "to_json", "to_rows"]


def to_json(result: SearchResult) -> AnswerJson:
    """Turn a result into what the command line prints with --json.

    Args:
        result: An answer.

    Returns:
        Dicts, lists, texts, finite numbers, bools and None only. What is not known is null.
    """
    return {
        "id": result.query.id,
        "hits": [_hit(hit) for hit in result.hits],
        "parsed": parsed_to_json(result.parsed),
        "notes": [{"stage": note.stage, "text": note.text} for note in result.notes],
        "timings_ms": {name: round(float(ms), 3) for name, ms in result.timings_ms.items()},
        "facts": {str(name): _plain(value) for name, value in result.facts.items()},
    }


def suppliers_to_json(hits: Iterable[SupplierHit]) -> list[SupplierHitJson]:
    """Turn ranked suppliers into plain data, as `to_json` does with listings.

    Args:
        hits: Suppliers, such as `SearchEngine.search_suppliers` returns.

    Returns:
        Dicts, lists, texts, finite numbers, bools and None only. What is not known is null.
    """
    return [
        {
            "rank": hit.rank,
            "score": hit.score,
            "supplier": _supplier(hit.supplier),
            "requirements": [_judgement(judgement) for judgement in hit.judgements],
            "explanation": _parts(hit.explanation),
            "listings": [_hit(listing) for listing in hit.listings],
        }
        for hit in hits
    ]


def _parts(explanation: Explanation) -> list[PartJson]:
    return [
        {"name": part.name, "value": part.value, "sentence": part.sentence}
        for part in explanation.contributions
    ]


def _plain(value: object) -> object:
    """Numbers of numpy and tuples as plain ones; what else there is as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _plain(value.item()) if isinstance(value, np.generic) else str(value)


def _hit(hit: Hit) -> HitJson:
    least, seller = hit.listing.offer.min_order_quantity, hit.listing.supplier
    data: HitJson = {
        "rank": hit.rank,
        "listing_id": hit.listing.id,
        "score": hit.score,
        "title": hit.listing.title,
        "url": hit.listing.url,
        "price": _price(hit.listing.offer),
        "min_order_quantity": None if least is None else {"value": least.value, "unit": least.unit},
        "images": [medium.uri for medium in hit.listing.media if medium.kind == "picture"],
        "supplier": None if seller is None else _supplier(seller),
        "requirements": [_judgement(judgement) for judgement in hit.judgements],
        "explanation": _parts(hit.explanation),
    }
    if hit.media is not None:
        data["media"] = {
            "uri": hit.media.uri,
            "query_source": hit.media.query_source,
            "score": hit.media.score,
            "seconds": hit.media.seconds,
        }
    return data


def _price(offer: Offer) -> PriceJson | None:
    if offer.price_min is None or offer.price_max is None:
        return None
    return {
        "min": offer.price_min,
        "max": offer.price_max,
        "currency": offer.currency,
        "unit": offer.price_unit,
    }


def _supplier(supplier: Supplier) -> SupplierJson:
    return {
        "id": supplier.id,
        "name": supplier.name,
        "type": supplier.type,
        "country": supplier.country,
        "city": supplier.city,
        "years": supplier.years,
        "verified": supplier.verified,
    }


def _judgement(judgement: Judgement) -> JudgementJson:
    return {
        **_requirement(judgement.requirement),
        "status": str(judgement.status),
        "reason": judgement.reason,
        "evidence": _evidence(judgement.evidence),
    }


def _evidence(evidence: Evidence | None) -> EvidenceJson | None:
    if evidence is None:
        return None
    return {
        "field": evidence.field,
        "value": evidence.value,
        "source": evidence.source,
        "grade": None if evidence.grade is None else str(evidence.grade),
        "stated_on": None if evidence.stated_on is None else evidence.stated_on.isoformat(),
    }


def _requirement(requirement: Requirement) -> RequirementJson:
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
        "source": requirement.source,
    }


def parsed_to_json(parsed: ParsedQuery) -> ParsedJson:
    """Turn what was understood into plain data, every key of it always there.

    Args:
        parsed: A parsed query.

    Returns:
        It as JSON, which `deepsearch.understanding.from_json` reads back.
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
