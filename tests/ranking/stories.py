"""The invented catalogues of tests/ranking/data, and what a buyer asks of them."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from deepsearch.ranking import Candidate
from deepsearch.schema import (
    Claim,
    EvidenceGrade,
    LeadTime,
    Listing,
    Offer,
    ParsedQuery,
    PriceTier,
    Quantity,
    Requirement,
    Supplier,
)
from tests.ranking.builders import need

FOLDER = Path(__file__).parent / "data"


def load(name: str) -> list[Listing]:
    records = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert all(record["invented"] is True for record in records)
    return [_listing(record) for record in records]


def _listing(record: dict[str, Any]) -> Listing:
    offer = dict(record["offer"])
    tiers = tuple(
        PriceTier(low=price, high=price, min_quantity=start)
        for start, price in offer.pop("price_tiers")
    )
    leads = tuple(
        LeadTime(days=days, max_quantity=end) for end, days in offer.pop("lead_times", [])
    )
    value, unit = offer.pop("min_order_quantity")
    return Listing(
        id=record["id"],
        title=record["title"],
        offer=Offer(
            price_tiers=tiers,
            lead_times=leads,
            min_order_quantity=Quantity(value=value, unit=unit),
            **offer,
        ),
        supplier=Supplier(**record["supplier"]),
        claims=tuple(_claim(*claim) for claim in record["claims"]),
    )


def _claim(dimension: str, value: Any, more: dict[str, Any]) -> Claim:
    more = dict(more)
    if "evidence" in more:
        more["evidence"] = EvidenceGrade(more["evidence"])
    if "expires_on" in more:
        more["expires_on"] = date.fromisoformat(more["expires_on"])
    return Claim(dimension=dimension, value=value, **more)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def candidates(listings: list[Listing], product: str) -> list[Candidate]:
    """Each listing with the share of the product's words its title holds."""
    wanted = words(product)
    return [
        Candidate(listing=item, relevance=len(wanted & words(item.title)) / len(wanted))
        for item in listings
    ]


def asked(product: str, *requirements: Requirement) -> ParsedQuery:
    return ParsedQuery(text=product, language="en", product=product, requirements=requirements)


BIKE = "aluminium mountain bike"
BIKE_NEEDS = {
    "quantity": need("order_quantity", "eq", 60, "piece"),
    "weight": need("weight", "le", 14, "kg"),
    "ce": need("certification", "eq", "CE"),
    "logo": need("custom_logo", "eq", True),
    "packaging": need("custom_packaging", "eq", True),
    "price": need("unit_price", "le", 260, "USD"),
}
MACHINE = "electric wheel loader lithium battery"
HEATER_WHY = "Lithium cells must not be charged below 0 °C: a battery heater is needed at -30 °C."
OIL_WHY = "Hydraulic oil thickens in frost: at -30 °C an oil of low-temperature grade is needed."
MACHINE_NEEDS = {
    "cold": need("operating_temperature", "le", -30, "degC"),
    "heater": need("battery_heater", "eq", True, hard=False, implied_by="cold-battery",
                   why=HEATER_WHY),
    "oil": need("hydraulic_oil", "eq", "low temperature", hard=False,
                implied_by="cold-hydraulics", why=OIL_WHY),
}  # fmt: skip
