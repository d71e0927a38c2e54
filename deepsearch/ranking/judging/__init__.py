"""One requirement against one listing: met, violated or unknown, with the evidence.

The rules are those of `columnar`, which judges whole columns; here each answer also
says what it rests on, in a sentence. Unknown is never no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.fields import Kind, kind_of
from deepsearch.ranking.judging.findings import Finding
from deepsearch.ranking.judging.offers import (
    budget,
    delivery_date,
    lead_time,
    order_quantity,
    stated_days,
    stated_prices,
    unit_price,
)
from deepsearch.ranking.judging.product import capability, flag, number, place, text
from deepsearch.ranking.judging.standing import certificate, destination, sample
from deepsearch.ranking.judging.view import ListingView
from deepsearch.ranking.units import Rates
from deepsearch.schema import Judgement, Listing, Quantity, Requirement, Status

__all__ = ["ListingView", "judge", "judge_view", "stated_days", "stated_prices"]


_STATUS = {1: Status.MET, 0: Status.UNKNOWN, -1: Status.VIOLATED}


def judge(
    requirement: Requirement,
    listing: Listing,
    *,
    order_quantity: Quantity | None = None,
    today: date | None = None,
    rates: Rates | None = None,
    countries: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge one requirement against one listing.

    Args:
        requirement: What is needed.
        listing: The candidate, with its supplier.
        order_quantity: How many are asked for: picks the tier of price ladders and lead
            times, and decides whether a logo's own minimum order is reached.
        today: Day certificates must be valid on; None: the current day.
        rates: Exchange rates; without them, other currencies are incomparable: unknown.
        countries: Place, as the requirement names it → ISO 3166-1 code of its country: a
            supplier elsewhere is not in that place.

    Returns:
        The status with its evidence and the reason in words.
    """
    ask = Ask.of(order_quantity=order_quantity, today=today, rates=rates, countries=countries)
    return judge_view(requirement, ListingView(listing), ask)


def judge_view(requirement: Requirement, view: ListingView, ask: Ask) -> Judgement:
    """Judge one requirement against a listing that is looked at several times.

    Args:
        requirement: What is needed.
        view: The candidate.
        ask: Order quantity, day and exchange rates.

    Returns:
        The judgement, as `judge`.
    """
    finding = _RULES[kind_of(requirement)](requirement, view, ask)
    return Judgement(
        requirement=requirement,
        status=_STATUS[finding.status],
        evidence=finding.evidence,
        reason=finding.reason,
    )


_Rule: TypeAlias = Callable[[Requirement, ListingView, Ask], Finding]

_RULES: Mapping[Kind, _Rule] = MappingProxyType(
    {
        Kind.NUMBER: number,
        Kind.TEXT: text,
        Kind.FLAG: flag,
        Kind.CAPABILITY: capability,
        Kind.CERTIFICATE: certificate,
        Kind.ORDER_QUANTITY: order_quantity,
        Kind.UNIT_PRICE: unit_price,
        Kind.BUDGET: budget,
        Kind.LEAD_TIME: lead_time,
        Kind.DELIVERY_DATE: delivery_date,
        Kind.SAMPLE: sample,
        Kind.DESTINATION: destination,
        Kind.PLACE: place,
    }
)
