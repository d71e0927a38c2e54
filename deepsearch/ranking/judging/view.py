"""A listing looked at often: its claims sorted, its price at the quantity found once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.tables import attribute_dimension
from deepsearch.ranking.units import order_unit_factor
from deepsearch.schema import Claim, Listing, PriceTier

__all__ = ["ListingView"]

T = TypeVar("T")


class ListingView:
    """A listing with its claims sorted by dimension, for judging and scoring it often."""

    def __init__(self, listing: Listing) -> None:
        """Wrap a listing.

        Args:
            listing: The listing; its supplier's claims count as its own.
        """
        self.listing = listing
        self.offer = listing.offer
        self.supplier = listing.supplier
        self._asked: tuple[Ask, float | None] | None = None
        self._prices: tuple[Ask, tuple[float, float] | None] | None = None
        self._kept: dict[str, object] = {}

    @cached_property
    def claims(self) -> Mapping[str, Sequence[Claim]]:
        """Claims of the listing and its supplier, by dimension."""
        found: dict[str, list[Claim]] = {}
        for claim in self.listing.claims:
            found.setdefault(claim.dimension, []).append(claim)
        if self.supplier is not None:
            for claim in self.supplier.claims:
                found.setdefault(claim.dimension, []).append(claim)
        return found

    @cached_property
    def attributes(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Attributes by field name: (name as written, value)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, value in self.listing.attributes.items():
            if value is not None:
                found.setdefault(attribute_dimension(name), []).append((name, value))
        return found

    def of(self, dimension: str) -> Sequence[Claim]:
        """Return the claims of a dimension."""
        return self.claims.get(dimension, ())

    def attribute_texts(self, dimension: str) -> Sequence[tuple[str, str]]:
        """Return attributes of that name, where no claim was read from them."""
        return () if self.of(dimension) else self.attributes.get(dimension, ())

    def kept(self, field: str, find: Callable[[str, ListingView], T]) -> T:
        """Return what is found of a field, looked for once."""
        if field not in self._kept:
            self._kept[field] = find(field, self)
        return self._kept[field]  # type: ignore[return-value]

    def sales_unit(self) -> str | None:
        """Return the unit the listing is sold in, or None where it does not say."""
        least = self.offer.min_order_quantity
        return self.offer.price_unit if least is None else least.unit

    def asked(self, ask: Ask) -> float | None:
        """Return the order quantity in the sales unit; None if unsaid or incomparable."""
        if ask.order_quantity is None:
            return None
        if self._asked is None or self._asked[0] is not ask:
            factor = order_unit_factor(ask.order_quantity.unit, self.sales_unit())
            self._asked = (ask, None if factor is None else ask.order_quantity.value * factor)
        return self._asked[1]

    def prices(self, ask: Ask) -> tuple[float, float] | None:
        """Return the unit price at the quantity asked, as `stated_prices`."""
        if self._prices is None or self._prices[0] is not ask:
            self._prices = (ask, prices_at(self.offer.price_tiers, self.asked(ask)))
        return self._prices[1]


def prices_at(tiers: Sequence[PriceTier], asked: float | None) -> tuple[float, float] | None:
    """The tier with the largest `min_quantity` not above the quantity; all where it is unsaid."""
    holding = list(tiers)
    if asked is not None:
        holding = [
            tier
            for tier in tiers
            if (tier.min_quantity is None or tier.min_quantity <= asked)
            and (tier.max_quantity is None or asked <= tier.max_quantity)
        ]
        top = max((_start(tier.min_quantity) for tier in holding), default=0.0)
        holding = [tier for tier in holding if _start(tier.min_quantity) == top]
    if not holding:
        return None
    return min(tier.low for tier in holding), max(tier.high for tier in holding)


def _start(quantity: float | None) -> float:
    return float("-inf") if quantity is None else quantity
