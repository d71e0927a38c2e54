"""Listings to Arrow rows and back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from types import NoneType
from typing import Any

import pyarrow as pa

from deepsearch.catalogue.columns import assemble
from deepsearch.errors import InvalidInputError
from deepsearch.schema import (
    Claim,
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

__all__ = ["check_listing", "listings_from_table", "listings_to_table"]

_OWN_FIELDS = (
    "id", "source", "title", "description", "category", "brand", "model", "url", "origin",
)  # fmt: skip
_OFFER_FIELDS = {
    "price.min": "price_min",
    "price.max": "price_max",
    "price.currency": "currency",
    "price.unit": "price_unit",
    "sample.days": "sample_days",
    "dispatch_days": "dispatch_days",
    "warranty_months": "warranty_months",
    "ship_from": "ship_from",
    "incoterm_place": "incoterm_place",
}
_SUPPLIER_FIELDS = tuple(
    field.name
    for field in fields(Supplier)
    if field.name not in ("annual_revenue", "main_markets", "claims")
)


def _plain_range(offer: Offer) -> bool:
    """Whether `price` alone says all that the tiers say."""
    tiers = offer.price_tiers
    return len(tiers) == 1 and tiers[0].min_quantity is None and tiers[0].max_quantity is None


def _claim_row(claim: Claim) -> dict[str, Any]:
    value = claim.value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {
        "dimension": claim.dimension,
        "number": float(value) if is_number else None,
        "high": claim.high,
        "unit": claim.unit,
        "text": value if isinstance(value, str) else None,
        "flag": value if isinstance(value, bool) else None,
        "scope": claim.scope,
        "evidence": str(claim.evidence),
        "source": claim.source,
        "quote": claim.quote,
        "stated_on": claim.stated_on,
        "expires_on": claim.expires_on,
        "certificate_number": claim.number,
        "min_quantity": claim.min_quantity,
    }


def _claim(row: Mapping[str, Any]) -> Claim:
    value: str | float | bool
    if row["flag"] is not None:
        value = row["flag"]
    elif row["number"] is not None:
        value = row["number"]
    else:
        value = row["text"] or ""
    return Claim(
        dimension=row["dimension"],
        value=value,
        unit=row["unit"],
        high=row["high"],
        scope=row["scope"],
        evidence=EvidenceGrade(row["evidence"]),
        source=row["source"],
        quote=row["quote"],
        stated_on=row["stated_on"],
        expires_on=row["expires_on"],
        number=row["certificate_number"],
        min_quantity=row["min_quantity"],
    )


def _numbers(value: object) -> Iterable[float]:
    """Yield the numbers that must be finite and not negative."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, (int, float)):
        yield float(value)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, (PriceTier, LeadTime, Quantity, Money)):
        for field in fields(value):
            yield from _numbers(getattr(value, field.name))


_KINDS: Mapping[str, tuple[type, ...]] = {
    "title": (str,), "description": (str, NoneType), "category": (str, NoneType),
    "brand": (str, NoneType), "model": (str, NoneType), "attributes": (Mapping,),
    "identifiers": (Mapping,), "origin": (str, NoneType), "url": (str, NoneType),
    "source": (str, NoneType), "offer": (Offer,), "supplier": (Supplier, NoneType),
}  # fmt: skip
_KINDS_OF_EACH: Mapping[str, type] = {"media": Media, "claims": Claim}


def _check_kinds(listing: Listing) -> None:
    for name, kinds in _KINDS.items():
        if not isinstance(value := getattr(listing, name), kinds):
            expected = " or ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)
            raise InvalidInputError(
                f"Listing {listing.id!r} has {name} {value!r:.60}; expected {expected}."
            )
    for name, kind in _KINDS_OF_EACH.items():
        for item in getattr(listing, name):
            if not isinstance(item, kind):
                raise InvalidInputError(
                    f"Listing {listing.id!r} has {item!r:.60} among its {name}; expected "
                    f"{kind.__name__}."
                )


def check_listing(listing: Listing) -> None:
    """Refuse what is no valid listing.

    Args:
        listing: What was given as one.

    Raises:
        InvalidInputError: If it is none, lacks id or title, or holds a value of another kind,
            or a number that is not finite or negative.
    """
    if not isinstance(listing, Listing):
        raise InvalidInputError(
            f"A listing is of type {type(listing).__name__}; expected Listing(id=..., title=...). "
            "Records are read from a file of JSON lines by `index`."
        )
    if listing.id is not None and not isinstance(listing.id, str):
        raise InvalidInputError(f"A listing has the id {listing.id!r:.60}; expected a text.")
    if not listing.id or not listing.id.strip():
        raise InvalidInputError(
            f"The listing titled {listing.title!r} has no id. Give every listing a non-empty id."
        )
    _check_kinds(listing)
    if not listing.title.strip():
        raise InvalidInputError(f"Listing {listing.id!r} has no title. Give it one.")
    if listing.supplier is not None and not listing.supplier.id:
        raise InvalidInputError(f"The supplier of listing {listing.id!r} has no id. Give it one.")
    _check_numbers(listing)


def _check_numbers(listing: Listing) -> None:
    for tier in listing.offer.price_tiers:
        if isinstance(tier.low, int | float) and tier.low > tier.high:
            raise InvalidInputError(
                f"Listing {listing.id!r} has a price tier from {tier.low} down to {tier.high}; "
                "`low` is the lower end of the range, or equal to `high`."
            )
    for record in (listing.offer, listing.supplier):
        if record is None:
            continue
        for field in fields(record):
            for number in _numbers(getattr(record, field.name)):
                if not math.isfinite(number) or number < 0:
                    raise InvalidInputError(
                        f"Listing {listing.id!r} has {field.name} {number}; a finite number, not "
                        f"negative, is expected. Use None where it is not known."
                    )


def longest_lead_time(lead_times: Sequence[LeadTime]) -> float | None:
    """Give the lead time that holds whatever the quantity: the longest stated.

    Args:
        lead_times: The stated ones.

    Returns:
        Days, or None if none is stated.
    """
    return max((lead.days for lead in lead_times), default=None)


def _own_columns(listings: Sequence[Listing]) -> dict[str, Sequence[Any]]:
    """What a listing says of itself."""
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(listing, name) for listing in listings] for name in _OWN_FIELDS
    }
    for name in ("attributes", "identifiers"):
        columns[name] = [list(getattr(item, name).items()) or None for item in listings]
    columns["media"] = [
        [{"uri": m.uri, "kind": m.kind, "content_hash": m.content_hash} for m in item.media] or None
        for item in listings
    ]
    columns["claims"] = [[_claim_row(c) for c in item.claims] or None for item in listings]
    return columns


def _offer_columns(offers: Sequence[Offer]) -> dict[str, Sequence[Any]]:
    """What the offers say; `lead_time_days` is the longest stated."""
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(offer, field) for offer in offers] for name, field in _OFFER_FIELDS.items()
    }
    for name in ("payment_terms", "incoterms"):
        columns[name] = [list(getattr(offer, name)) or None for offer in offers]
    for name in ("min_order_quantity", "monthly_capacity", "stock"):
        columns |= _pair(name, [getattr(offer, name) for offer in offers], "value", "unit")
    samples = _pair("sample", [offer.sample_price for offer in offers], "amount", "currency")
    columns["sample.price"] = samples["sample.amount"]
    columns["sample.currency"] = samples["sample.currency"]
    columns["lead_time_days"] = [longest_lead_time(offer.lead_times) for offer in offers]
    columns["price_tiers"] = [
        None if _plain_range(offer) else [_tier_row(tier) for tier in offer.price_tiers] or None
        for offer in offers
    ]
    columns["lead_times"] = [
        [{"days": lead.days, "max_quantity": lead.max_quantity} for lead in offer.lead_times]
        or None
        for offer in offers
    ]
    return columns


def _supplier_columns(suppliers: Sequence[Supplier | None]) -> dict[str, Sequence[Any]]:
    """What is said of who sells; null throughout where nobody is named."""
    columns: dict[str, Sequence[Any]] = {
        f"supplier.{name}": [None if s is None else getattr(s, name) for s in suppliers]
        for name in _SUPPLIER_FIELDS
    }
    revenues = [None if s is None else s.annual_revenue for s in suppliers]
    columns |= _pair("supplier.annual_revenue", revenues, "amount", "currency")
    columns["supplier.main_markets"] = [
        None if s is None else list(s.main_markets) or None for s in suppliers
    ]
    columns["supplier_claims"] = [
        None if s is None else [_claim_row(claim) for claim in s.claims] or None for s in suppliers
    ]
    return columns


def _pair(
    name: str, values: Sequence[Quantity | Money | None], number: str, word: str
) -> dict[str, Sequence[Any]]:
    """Numbers with a unit or currency as two columns."""
    return {
        f"{name}.{number}": [None if v is None else getattr(v, number) for v in values],
        f"{name}.{word}": [None if v is None else getattr(v, word) or None for v in values],
    }


def _tier_row(tier: PriceTier) -> dict[str, float | None]:
    return {
        "low": tier.low,
        "high": tier.high,
        "min_quantity": tier.min_quantity,
        "max_quantity": tier.max_quantity,
    }


def listings_to_table(listings: Sequence[Listing]) -> pa.Table:
    """Write listings as rows of the catalogue's schema.

    Args:
        listings: Any number.

    Returns:
        A table of `LISTING_SCHEMA`; key and hashes are null.

    Raises:
        InvalidInputError: If a listing has no id or title, or a number is negative or
            not finite, naming the listing and the field.
    """
    for listing in listings:
        check_listing(listing)

    columns: dict[str, Sequence[Any]] = {
        **_own_columns(listings),
        **_offer_columns([listing.offer for listing in listings]),
        **_supplier_columns([listing.supplier for listing in listings]),
    }
    try:
        return assemble(columns, len(listings))
    except (pa.ArrowException, UnicodeEncodeError, OverflowError) as error:
        if len(listings) == 1:
            raise InvalidInputError(
                f"Listing {listings[0].id!r} holds a value of the wrong type: {error}."
            ) from error
        for listing in listings:
            listings_to_table([listing])  # names the one that does not fit
        raise


# ---------------------------------------------------------------- rows → listings


def _quantity(value: float | None, unit: str | None) -> Quantity | None:
    return None if value is None else Quantity(value=value, unit=unit or "")


def _money(amount: float | None, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else Money(amount=amount, currency=currency)


def _supplier(row: Mapping[str, Any]) -> Supplier | None:
    if row["supplier.id"] is None:
        return None
    return Supplier(
        **{name: row[f"supplier.{name}"] for name in _SUPPLIER_FIELDS},
        annual_revenue=_money(
            row["supplier.annual_revenue.amount"], row["supplier.annual_revenue.currency"]
        ),
        main_markets=tuple(row["supplier.main_markets"] or ()),
        claims=tuple(_claim(claim) for claim in row["supplier_claims"] or ()),
    )


def _offer(row: Mapping[str, Any]) -> Offer:
    tiers = tuple(PriceTier(**tier) for tier in row["price_tiers"] or ())
    if not tiers and row["price.min"] is not None:
        tiers = (PriceTier(low=row["price.min"], high=row["price.max"]),)
    leads = tuple(LeadTime(**lead) for lead in row["lead_times"] or ())
    if not leads and row["lead_time_days"] is not None:
        leads = (LeadTime(days=row["lead_time_days"]),)
    return Offer(
        currency=row["price.currency"],
        price_unit=row["price.unit"],
        price_tiers=tiers,
        min_order_quantity=_quantity(
            row["min_order_quantity.value"], row["min_order_quantity.unit"]
        ),
        sample_price=_money(row["sample.price"], row["sample.currency"]),
        sample_days=row["sample.days"],
        payment_terms=tuple(row["payment_terms"] or ()),
        incoterms=tuple(row["incoterms"] or ()),
        incoterm_place=row["incoterm_place"],
        lead_times=leads,
        dispatch_days=row["dispatch_days"],
        monthly_capacity=_quantity(row["monthly_capacity.value"], row["monthly_capacity.unit"]),
        stock=_quantity(row["stock.value"], row["stock.unit"]),
        warranty_months=row["warranty_months"],
        ship_from=row["ship_from"],
    )


def listings_from_table(table: pa.Table) -> list[Listing]:
    """Read listings back from flattened rows.

    Args:
        table: The fact and detail columns, flattened to dotted names.

    Returns:
        One listing a row, in order.
    """
    columns = {name: table[name].to_pylist() for name in table.column_names}
    names = list(columns)
    listings = []
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(names, values, strict=True))
        listings.append(
            Listing(
                id=row["id"],
                title=row["title"],
                description=row["description"],
                category=row["category"],
                brand=row["brand"],
                model=row["model"],
                attributes=dict(row["attributes"] or ()),
                identifiers=dict(row["identifiers"] or ()),
                origin=row["origin"],
                url=row["url"],
                source=row["source"],
                media=tuple(Media(**media) for media in row["media"] or ()),
                offer=_offer(row),
                supplier=_supplier(row),
                claims=tuple(_claim(claim) for claim in row["claims"] or ()),
            )
        )
    return listings
