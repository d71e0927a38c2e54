"""schema.org out and in."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deepsearch.catalogue import from_json_ld, to_json_ld
from deepsearch.errors import InvalidInputError
from deepsearch.schema import (
    Claim,
    LeadTime,
    Listing,
    Media,
    Offer,
    PriceTier,
    Quantity,
    Supplier,
)

LISTING = Listing(
    id="GP-40",
    title="Gear pump",
    description="For oil.",
    category="Pumps",
    brand="Acme",
    model="GP-40",
    url="https://shop.example/gp-40",
    origin="DE",
    attributes={"Voltage": "220 V"},
    identifiers={"gtin": "4006381333931", "hs": "841360"},
    media=(Media(uri="https://shop.example/gp.jpg"),),
    offer=Offer(
        currency="EUR",
        price_unit="piece",
        price_tiers=(
            PriceTier(low=2.1, high=2.1, min_quantity=100, max_quantity=499),
            PriceTier(low=1.85, high=1.9, min_quantity=500),
        ),
        min_order_quantity=Quantity(value=100, unit="piece"),
        lead_times=(LeadTime(days=30),),
        stock=Quantity(value=40, unit="piece"),
        payment_terms=("T/T",),
        warranty_months=24,
    ),
    supplier=Supplier(
        id="acme", name="Acme GmbH", country="DE", city="Bonn", rating=4.5, rating_count=12
    ),
    claims=(Claim(dimension="certification", value="CE", source="hasCertification"),),
)


@pytest.mark.parametrize(
    "listing",
    [
        LISTING,
        Listing(id="a", title="Bare"),
        replace(
            LISTING,
            offer=Offer(
                currency="USD",
                price_tiers=(PriceTier(low=2, high=3),),
                min_order_quantity=Quantity(value=5, unit="kg"),
            ),
        ),
        replace(LISTING, supplier=None),
    ],
)
def test_out_and_in_again(listing: Listing) -> None:
    assert from_json_ld(json.loads(json.dumps(to_json_ld(listing)))) == listing


def test_the_words_are_schema_org_s() -> None:
    product = to_json_ld(LISTING)
    assert product["@type"] == "Product"
    assert [offer["@type"] for offer in product["offers"]] == ["Offer", "Offer"]
    assert product["offers"][0]["eligibleQuantity"] == {
        "@type": "QuantitativeValue",
        "minValue": 100,
        "maxValue": 499,
        "unitCode": "C62",
    }
    assert product["offers"][0]["seller"]["@type"] == "Organization"
    assert product["offers"][0]["deliveryLeadTime"]["unitCode"] == "DAY"


def test_a_product_as_shops_embed_it() -> None:
    listing = from_json_ld(
        {
            "@context": "https://schema.org/",
            "@graph": [
                {"@type": "BreadcrumbList"},
                {
                    "@type": ["Product", "Thing"],
                    "name": "Cup",
                    "sku": 17,
                    "brand": "Acme",
                    "image": {"@type": "ImageObject", "url": "https://x.example/cup.jpg"},
                    "offers": {
                        "@type": "AggregateOffer",
                        "lowPrice": "1,234.50",
                        "highPrice": 2000,
                        "priceCurrency": "EUR",
                        "seller": {"name": "Cups Ltd", "address": {"addressCountry": "Germany"}},
                    },
                },
            ],
        }
    )
    assert listing.id == "17"
    assert (listing.offer.price_min, listing.offer.price_max) == (1234.5, 2000)
    assert listing.media == (Media(uri="https://x.example/cup.jpg"),)
    assert listing.supplier == Supplier(id="cups ltd", name="Cups Ltd", country="DE")


@pytest.mark.parametrize(
    "node", [{}, {"@type": "Offer"}, {"@type": "Product"}, {"@type": "Product", "name": "a"}]
)
def test_what_is_no_product_is_refused(node: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        from_json_ld(node)
