"""What is searched among: listings, their offers and suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from deepsearch.schema.claims import Claim, Money, Quantity

__all__ = [
    "LeadTime",
    "Listing",
    "ListingId",
    "Media",
    "Offer",
    "PriceTier",
    "Supplier",
]

ListingId: TypeAlias = str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """A unit price, or the range it lies in, from `min_quantity` up.

    Attributes:
        low: Lowest unit price of the tier.
        high: Highest; equals `low` where one price is stated.
        min_quantity: Pieces (or `Offer.price_unit`) from which it holds; None: not said.
        max_quantity: Last quantity it holds for; None: open.
    """

    low: float
    high: float
    min_quantity: float | None = None
    max_quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """Days from order to shipment, up to a quantity (None: any)."""

    days: float
    max_quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The commercial side of a listing. None means the source does not say."""

    currency: str | None = None
    price_unit: str | None = None
    price_tiers: tuple[PriceTier, ...] = ()
    min_order_quantity: Quantity | None = None
    sample_price: Money | None = None
    sample_days: float | None = None
    payment_terms: tuple[str, ...] = ()
    incoterms: tuple[str, ...] = ()
    incoterm_place: str | None = None
    lead_times: tuple[LeadTime, ...] = ()
    dispatch_days: float | None = None
    monthly_capacity: Quantity | None = None
    stock: Quantity | None = None
    warranty_months: float | None = None
    ship_from: str | None = None

    @property
    def price_min(self) -> float | None:
        """Lowest unit price stated, in `currency`."""
        return min((tier.low for tier in self.price_tiers), default=None)

    @property
    def price_max(self) -> float | None:
        """Highest unit price stated, in `currency`."""
        return max((tier.high for tier in self.price_tiers), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """Who sells. Rates are ratios 0..1, times in the unit named; None: not known."""

    id: str
    name: str | None = None
    type: str | None = None
    """"manufacturer" or "trading_company"."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    state: str | None = None
    city: str | None = None
    url: str | None = None
    years: float | None = None
    verified: bool | None = None
    verified_by: str | None = None
    verified_on: date | None = None
    trade_assurance: bool | None = None
    rating: float | None = None
    """Out of 5, as the source's overall rating."""
    rating_count: float | None = None
    review_score: float | None = None
    """Out of 5, of the store's reviews."""
    store_reviews: float | None = None
    reorder_rate: float | None = None
    on_time_rate: float | None = None
    dispute_rate: float | None = None
    response_rate: float | None = None
    response_time_hours: float | None = None
    orders: float | None = None
    employees: float | None = None
    floor_area_m2: float | None = None
    annual_revenue: Money | None = None
    main_markets: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or video of a listing.

    Attributes:
        uri: Path relative to the catalogue's media root, absolute path, or URL.
        kind: "picture" or "video".
        content_hash: SHA-256 hex of the bytes once read; None for what was not read.
    """

    uri: str
    kind: Literal["picture", "video"] = "picture"
    content_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One product as one supplier offers it: the unit that is retrieved."""

    id: ListingId
    title: str
    description: str | None = None
    category: str | None = None
    brand: str | None = None
    model: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """Scheme → code: "gtin", "hs", "unspsc", "etim", "mpn", "sku"."""
    origin: str | None = None
    """Country of origin, ISO 3166-1 alpha-2."""
    url: str | None = None
    source: str | None = None
    """Name of the source it was read from."""
    media: tuple[Media, ...] = ()
    offer: Offer = field(default_factory=Offer)
    supplier: Supplier | None = None
    claims: tuple[Claim, ...] = ()
