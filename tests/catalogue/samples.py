"""Listings the catalogue's tests share."""

from __future__ import annotations

from datetime import date

import numpy as np

from deepsearch.schema import (
    Claim,
    EmbeddingSpace,
    EvidenceGrade,
    LeadTime,
    Listing,
    Media,
    Money,
    Offer,
    PriceTier,
    Quantity,
    Supplier,
)

SPACE = EmbeddingSpace(name="toy", revision="1", dim=4)


def listing(number: int, title: str | None = None, **fields: object) -> Listing:
    return Listing(id=f"x{number}", title=title or f"Pump {number}", **fields)  # type: ignore[arg-type]


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


FULL = Listing(
    id="full",
    title="Gear pump",
    description="For oil.",
    category="Pumps > Gear",
    brand="Acme",
    model="GP-40",
    attributes={"Voltage": "220 V", "Material": "cast iron"},
    identifiers={"hs": "841360", "gtin": "4006381333931"},
    origin="DE",
    url="https://shop.example/gp-40",
    source="shop",
    media=(Media(uri="gp.jpg", content_hash="ab" * 32), Media(uri="gp.mp4", kind="video")),
    offer=Offer(
        currency="EUR",
        price_unit="piece",
        price_tiers=(
            PriceTier(low=2.1, high=2.1, min_quantity=100, max_quantity=499),
            PriceTier(low=1.85, high=1.9, min_quantity=500),
        ),
        min_order_quantity=Quantity(value=100, unit="piece"),
        sample_price=Money(amount=5, currency="EUR"),
        sample_days=3,
        payment_terms=("T/T", "L/C"),
        incoterms=("FOB",),
        incoterm_place="Hamburg",
        lead_times=(LeadTime(days=15, max_quantity=1000), LeadTime(days=30)),
        dispatch_days=2,
        monthly_capacity=Quantity(value=5000, unit="piece"),
        stock=Quantity(value=0, unit="piece"),
        warranty_months=24,
        ship_from="Hamburg",
    ),
    supplier=Supplier(
        id="acme",
        name="Acme GmbH",
        type="manufacturer",
        country="DE",
        years=18,
        verified=False,
        verified_on=date(2025, 1, 2),
        reorder_rate=0.33,
        annual_revenue=Money(amount=1e6, currency="EUR"),
        main_markets=("US", "FR"),
        claims=(
            Claim(
                dimension="certification",
                value="ISO 9001",
                scope="company",
                evidence=EvidenceGrade.AUDITED,
                expires_on=date(2027, 6, 1),
                number="Q-1",
            ),
        ),
    ),
    claims=(
        Claim(dimension="certification", value="CE", source="title", quote="CE"),
        Claim(dimension="voltage", value=220.0, high=240.0, unit="V"),
        Claim(dimension="custom_logo", value=True, min_quantity=500),
    ),
)
