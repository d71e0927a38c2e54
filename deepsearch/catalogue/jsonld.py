"""Listings as schema.org Product, Offer and Organization, and back.

What schema.org has no word for is written as `additionalProperty` where it is an
attribute, and left out otherwise: this is a form of exchange, not of storage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deepsearch.catalogue.identity import clean_url, supplier_id
from deepsearch.catalogue.places import country_code
from deepsearch.catalogue.units import canonical_unit
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

__all__ = ["from_json_ld", "to_json_ld"]

# UN/CEFACT codes, which schema.org's unitCode takes, and the units they mean
_CODES = {
    "piece": "C62",
    "set": "SET",
    "pair": "PR",
    "kg": "KGM",
    "g": "GRM",
    "t": "TNE",
    "m": "MTR",
    "m2": "MTK",
    "m3": "MTQ",
    "l": "LTR",
    "dozen": "DZN",
}
_UNITS = {code: unit for unit, code in _CODES.items()} | {"H87": "piece", "EA": "piece"}
_DAYS = {"DAY": 1.0, "WEE": 7.0, "MON": 30.0, "HUR": 1 / 24, "ANN": 365.0}
_MONTHS = {"MON": 1.0, "ANN": 12.0, "DAY": 1 / 30, "WEE": 7 / 30}
_CODE_NAMES = ("gtin", "sku", "mpn")


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, [], {}, "")}


def _quantity(low: float | None, high: float | None, unit: str | None) -> dict[str, Any]:
    code = _CODES.get(unit or "")
    return _filled(
        **{"@type": "QuantitativeValue"},
        minValue=low,
        maxValue=high,
        unitCode=code,
        unitText=unit if unit and not code else None,
    )


def _organization(supplier: Supplier) -> dict[str, Any]:
    rating = _filled(
        **{"@type": "AggregateRating"},
        ratingValue=supplier.rating,
        bestRating=5,
        ratingCount=supplier.rating_count,
    )
    address = _filled(
        addressLocality=supplier.city,
        addressRegion=supplier.state,
        addressCountry=supplier.country,
    )
    return _filled(
        **{"@type": "Organization"},
        identifier=supplier.id,
        name=supplier.name,
        url=supplier.url,
        address={"@type": "PostalAddress", **address} if address else None,
        aggregateRating=rating if supplier.rating is not None else None,
        numberOfEmployees=_quantity(supplier.employees, None, None)
        if supplier.employees is not None
        else None,
    )


def _offer(listing: Listing, tier: PriceTier | None) -> dict[str, Any]:
    offer = listing.offer
    order = offer.min_order_quantity
    low = tier.min_quantity if tier else None
    high = tier.max_quantity if tier else None
    unit = offer.price_unit or (order.unit if order else None)
    if low is None and order is not None:
        low, unit = order.value, order.unit
    price = None
    if tier is not None:
        price = _filled(
            **{"@type": "UnitPriceSpecification"},
            minPrice=tier.low,
            maxPrice=tier.high,
            priceCurrency=offer.currency,
            unitText=offer.price_unit,
        )
    days = max((lead.days for lead in offer.lead_times), default=None)
    stock = offer.stock
    return _filled(
        **{"@type": "Offer"},
        price=tier.low if tier and tier.low == tier.high else None,
        priceCurrency=offer.currency,
        priceSpecification=price,
        eligibleQuantity=_quantity(low, high, unit) if (low, high) != (None, None) else None,
        deliveryLeadTime={"@type": "QuantitativeValue", "maxValue": days, "unitCode": "DAY"}
        if days is not None
        else None,
        inventoryLevel={**_quantity(None, None, stock.unit), "value": stock.value}
        if stock is not None
        else None,
        acceptedPaymentMethod=list(offer.payment_terms),
        warranty={
            "@type": "WarrantyPromise",
            "durationOfWarranty": {
                "@type": "QuantitativeValue",
                "value": offer.warranty_months,
                "unitCode": "MON",
            },
        }
        if offer.warranty_months is not None
        else None,
        seller=_organization(listing.supplier) if listing.supplier else None,
    )


def to_json_ld(listing: Listing) -> dict[str, Any]:
    """Write a listing as a schema.org Product.

    Args:
        listing: Any listing.

    Returns:
        A JSON object with "@context"; a price ladder becomes one Offer a tier.
    """
    tiers: Sequence[PriceTier | None] = listing.offer.price_tiers or (None,)
    offers = [_offer(listing, tier) for tier in tiers]
    codes = dict(listing.identifiers)
    certificates = [
        {"@type": "Certification", "name": claim.value}
        | _filled(
            certificationIdentification=claim.number,
            expires=claim.expires_on.isoformat() if claim.expires_on else None,
        )
        for claim in listing.claims
        if claim.dimension == "certification"
    ]
    return _filled(
        **{"@context": "https://schema.org", "@type": "Product"},
        productID=listing.id,
        name=listing.title,
        description=listing.description,
        category=listing.category,
        brand={"@type": "Brand", "name": listing.brand} if listing.brand else None,
        model=listing.model,
        url=listing.url,
        countryOfOrigin=listing.origin,
        image=[media.uri for media in listing.media if media.kind == "picture"],
        **{name: codes.pop(name) for name in _CODE_NAMES if name in codes},
        additionalProperty=[
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in listing.attributes.items()
        ]
        + [
            {"@type": "PropertyValue", "propertyID": scheme, "value": code}
            for scheme, code in codes.items()
        ],
        hasCertification=certificates,
        offers=offers if any(len(offer) > 1 for offer in offers) else None,
    )


# ---------------------------------------------------------------- reading


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _name(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("@id")
    return str(value).strip() or None if value is not None else None


def _number(value: Any) -> float | None:
    if isinstance(value, Mapping):
        value = value.get("value", value.get("maxValue", value.get("minValue")))
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(str(value).replace(",", ""))
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _unit(value: Mapping[str, Any]) -> str | None:
    code = value.get("unitCode")
    return _UNITS.get(str(code)) if code else canonical_unit(_name(value.get("unitText")))


def _scaled(value: Any, scale: Mapping[str, float], default: str) -> float | None:
    number = _number(value)
    code = value.get("unitCode", default) if isinstance(value, Mapping) else default
    return None if number is None or str(code) not in scale else number * scale[str(code)]


def _read_supplier(value: Any) -> Supplier | None:
    if not isinstance(value, Mapping):
        value = {"name": value} if value else {}
    name, url = _name(value.get("name")), _name(value.get("url"))
    own = _name(value.get("identifier")) or supplier_id(name, clean_url(url) if url else None)
    if own is None:
        return None
    address = value.get("address")
    place = address if isinstance(address, Mapping) else {}
    country = _name(place.get("addressCountry"))
    rating = value.get("aggregateRating")
    rated = rating if isinstance(rating, Mapping) else {}
    best = _number(rated.get("bestRating")) or 5.0
    score = _number(rated.get("ratingValue"))
    return Supplier(
        id=own,
        name=name,
        url=url,
        country=country_code(country) if country else None,
        state=_name(place.get("addressRegion")),
        city=_name(place.get("addressLocality")),
        rating=None if score is None else score / best * 5,
        rating_count=_number(rated.get("ratingCount")),
        employees=_number(value.get("numberOfEmployees")),
    )


def _specification(offer: Mapping[str, Any]) -> Mapping[str, Any]:
    first = next(iter(_items(offer.get("priceSpecification"))), None)
    return first if isinstance(first, Mapping) else {}


def _read_tier(offer: Mapping[str, Any]) -> PriceTier | None:
    stated = {**offer, **_specification(offer)}
    given = (
        _number(stated.get("minPrice", stated.get("lowPrice"))),
        _number(stated.get("maxPrice", stated.get("highPrice"))),
    )
    ends = [end for end in given if end is not None]
    single = _number(stated.get("price"))
    if not ends and single is not None:
        ends = [single]
    if not ends:
        return None
    quantity = offer.get("eligibleQuantity")
    bounds = quantity if isinstance(quantity, Mapping) else {}
    return PriceTier(
        low=min(ends),
        high=max(ends),
        min_quantity=_number(bounds.get("minValue")),
        max_quantity=_number(bounds.get("maxValue")),
    )


def _read_offer(offers: Sequence[Mapping[str, Any]]) -> Offer:
    tiers = [tier for offer in offers if (tier := _read_tier(offer)) is not None]
    first: Mapping[str, Any] = offers[0] if offers else {}
    stated = _specification(first)
    bounds = first.get("eligibleQuantity")
    least = None
    if isinstance(bounds, Mapping) and (number := _number(bounds.get("minValue"))) is not None:
        least = Quantity(value=number, unit=_unit(bounds) or "")
    # one price from a quantity up is a price with a minimum order, not a ladder
    if len(tiers) == 1 and tiers[0].max_quantity is None:
        tiers = [PriceTier(low=tiers[0].low, high=tiers[0].high)]
    days = _scaled(first.get("deliveryLeadTime"), _DAYS, "DAY")
    level = first.get("inventoryLevel")
    stock = _number(level)
    promise = first.get("warranty")
    duration = promise.get("durationOfWarranty") if isinstance(promise, Mapping) else None
    return Offer(
        currency=_name(first.get("priceCurrency") or stated.get("priceCurrency")),
        price_unit=canonical_unit(_name(stated.get("unitText"))),
        price_tiers=tuple(tiers),
        min_order_quantity=least,
        lead_times=() if days is None else (LeadTime(days=days),),
        stock=None
        if stock is None
        else Quantity(value=stock, unit=(_unit(level) if isinstance(level, Mapping) else "") or ""),
        payment_terms=tuple(
            name for item in _items(first.get("acceptedPaymentMethod")) if (name := _name(item))
        ),
        warranty_months=_scaled(duration, _MONTHS, "MON"),
    )


def _is_product(node: Any) -> bool:
    return isinstance(node, Mapping) and "Product" in _items(node.get("@type"))


def from_json_ld(node: Mapping[str, Any]) -> Listing:
    """Read a schema.org Product as a listing.

    Args:
        node: A Product, or an object whose "@graph" or "mainEntity" holds one.

    Returns:
        The listing. Its id is the productID, sku, mpn, gtin or url, the first there is.

    Raises:
        InvalidInputError: If there is no Product, or it has no name or nothing to
            identify it by.
    """
    candidates = [node, *_items(node.get("@graph")), *_items(node.get("mainEntity"))]
    product = next((item for item in candidates if _is_product(item)), None)
    if product is None:
        raise InvalidInputError("The JSON-LD holds no node of @type Product.")
    title = _name(product.get("name"))
    keys = ("productID", "sku", "mpn", "gtin", "gtin13", "url")
    own = next((text for key in keys if (text := _name(product.get(key)))), None)
    if title is None or own is None:
        raise InvalidInputError(
            "The Product needs a name, and a productID, sku, mpn, gtin or url to tell it by."
        )
    offers = [item for item in _items(product.get("offers")) if isinstance(item, Mapping)]
    codes = {name: text for name in _CODE_NAMES if (text := _name(product.get(name)))}
    attributes: dict[str, str] = {}
    for item in _items(product.get("additionalProperty")):
        if not isinstance(item, Mapping) or (value := _name(item.get("value"))) is None:
            continue
        if name := _name(item.get("name")):
            unit = _name(item.get("unitText"))
            attributes[name] = f"{value} {unit}" if unit else value
        elif scheme := _name(item.get("propertyID")):
            codes[scheme] = value
    origin = _name(product.get("countryOfOrigin"))
    seller = next((o["seller"] for o in offers if o.get("seller")), product.get("manufacturer"))
    images = [
        item.get("contentUrl") or item.get("url") if isinstance(item, Mapping) else item
        for item in _items(product.get("image"))
    ]
    return Listing(
        id=own,
        title=title,
        description=_name(product.get("description")),
        category=_name(product.get("category")),
        brand=_name(product.get("brand")),
        model=_name(product.get("model")),
        url=_name(product.get("url")),
        origin=country_code(origin) if origin else None,
        attributes=attributes,
        identifiers=codes,
        media=tuple(Media(uri=str(uri)) for uri in images if uri),
        offer=_read_offer(offers),
        supplier=_read_supplier(seller),
        claims=tuple(
            Claim(dimension="certification", value=name, source="hasCertification")
            for item in _items(product.get("hasCertification"))
            if (name := _name(item))
        ),
    )
