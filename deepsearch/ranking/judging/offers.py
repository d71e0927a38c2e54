"""Quantity, price, budget and time, at the quantity asked."""

from __future__ import annotations

from deepsearch.ranking.atoms import TRANSPORT_DAYS, Ask, days_until, largest_wanted, number_atoms
from deepsearch.ranking.compare import relation
from deepsearch.ranking.judging.findings import (
    Finding,
    decide,
    interval_text,
    listed,
    quantity_text,
    unreadable,
)
from deepsearch.ranking.judging.view import ListingView
from deepsearch.ranking.units import money_text, number_text, order_unit_factor
from deepsearch.schema import Evidence, Operator, Requirement

__all__ = [
    "budget",
    "delivery_date",
    "lead_time",
    "order_quantity",
    "stated_days",
    "stated_prices",
    "unit_price",
]


def stated_prices(view: ListingView, ask: Ask) -> tuple[float, float] | None:
    """Return the unit price stated at the quantity asked, in the listing's own currency.

    Args:
        view: The listing.
        ask: Holds the order quantity; None takes the whole ladder.

    Returns:
        (low, high), or None where no price holds at that quantity.
    """
    return view.prices(ask)


def _converted(
    view: ListingView, requirement: Requirement, ask: Ask
) -> tuple[float, float, Evidence] | Finding:
    """The unit price in the buyer's currency, or why there is none."""
    prices = stated_prices(view, ask)
    if prices is None:
        if not view.offer.price_tiers:
            return Finding(0, "the listing states no price")
        return Finding(0, "no price is stated for that quantity")
    own, wanted = view.offer.currency, requirement.unit
    evidence = listed("price", money_text(*prices, own))
    if own is None or wanted is None:
        missing = "listing" if own is None else "request"
        return Finding(0, f"the {missing} names no currency", evidence)
    factor = 1.0 if own == wanted else (ask.rates.factor(own, wanted) if ask.rates else None)
    if factor is None:
        return Finding(
            0, f"{evidence.value} is incomparable with {wanted} without an exchange rate", evidence
        )
    return prices[0] * factor, prices[1] * factor, evidence


def unit_price(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge the unit price, in the buyer's currency, at the quantity asked."""
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return unreadable(requirement)
    price = _converted(view, requirement, ask)
    if isinstance(price, Finding):
        return price
    low, high, evidence = price
    if ask.order_quantity is not None:
        factor = order_unit_factor(ask.order_quantity.unit, view.offer.price_unit)
        if factor is None:
            return Finding(
                0,
                f"a price per {view.offer.price_unit} cannot be compared with an order in "
                f"{ask.order_quantity.unit}",
                evidence,
            )
        low, high = low * factor, high * factor
    at = "" if ask.order_quantity is None else f" at {quantity_text(ask.order_quantity)}"
    words = {1: "fits", 0: "may or may not fit, depending on quantity or variant",
             -1: "does not fit"}  # fmt: skip
    findings = []
    for atom in atoms:
        status = relation(atom.op, atom.wanted, low, high)
        findings.append(Finding(status, f"{evidence.value}{at} {words[status]}", evidence))
    return decide(requirement.op, findings)


def budget(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge the price of all items asked, or of the smallest order where none are."""
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return unreadable(requirement)
    price = _converted(view, requirement, ask)
    if isinstance(price, Finding):
        return price
    low, high, evidence = price
    count, words = _budget_count(view, ask)
    if count is None:
        return Finding(0, "price and order count in different units", evidence)
    total = money_text(low * count, high * count, requirement.unit)
    findings = []
    for atom in atoms:
        status = relation(atom.op, atom.wanted, low * count, high * count)
        verdict = {1: "fits the budget", 0: "may exceed the budget", -1: "exceeds the budget"}
        findings.append(Finding(status, f"{total} for {words} {verdict[status]}", evidence))
    return decide(requirement.op, findings)


def _budget_count(view: ListingView, ask: Ask) -> tuple[float | None, str]:
    """Items to pay for, in the price's unit: those asked, else the smallest order."""
    least, unit = view.offer.min_order_quantity, view.offer.price_unit
    if ask.order_quantity is None:
        value = 1.0 if least is None else max(least.value, 1.0)
        factor = order_unit_factor(None if least is None else least.unit, unit)
        count = None if factor is None else value * factor
        return count, f"the smallest order of {number_text(value)}"
    factor = order_unit_factor(ask.order_quantity.unit, unit or view.sales_unit())
    count = None if factor is None else ask.order_quantity.value * factor
    return count, quantity_text(ask.order_quantity)


def order_quantity(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge whether as many can be ordered: the minimum order must not be above."""
    del ask  # the requirement itself says how many
    most, least = largest_wanted(requirement), view.offer.min_order_quantity
    if most is None:
        return unreadable(requirement)
    if least is None:
        return Finding(0, "the listing states no minimum order")
    evidence = listed("min_order_quantity", quantity_text(least))
    factor = order_unit_factor(least.unit, requirement.unit)
    if factor is None:
        return Finding(
            0, f"a minimum order in {least.unit} cannot be compared with {requirement.unit}",
            evidence,
        )  # fmt: skip
    status = relation(Operator.LE, (most, most), least.value * factor, least.value * factor)
    if most == float("inf"):
        floor = min(atom.wanted[0] for atom in number_atoms(requirement) or [])
        status = max(0, relation(Operator.LE, (floor, floor), *(least.value * factor,) * 2))
    words = {1: "can be ordered: minimum order", 0: "may be too few: minimum order",
             -1: "is below the minimum order of"}  # fmt: skip
    wanted = number_text(most) if most < float("inf") else "the quantity"
    return Finding(status, f"{wanted} {words[status]} {evidence.value}", evidence)


def _days(view: ListingView, ask: Ask) -> tuple[float, float, Evidence] | Finding:
    """Days from order to shipment at the quantity asked, or why they are unknown."""
    leads = view.offer.lead_times
    if not leads:
        days = view.offer.dispatch_days
        if days is None:
            return Finding(0, "the listing states no lead time")
        return days, days, listed("dispatch_days", f"dispatched in {number_text(days)} days")
    asked = view.asked(ask)
    holding = list(leads)
    if asked is not None:
        ends = [float("inf") if lead.max_quantity is None else lead.max_quantity for lead in leads]
        nearest = min((end for end in ends if asked <= end), default=None)
        holding = [lead for lead, end in zip(leads, ends, strict=True) if end == nearest]
    if not holding:
        return Finding(0, "no lead time is stated for that many")
    low, high = min(lead.days for lead in holding), max(lead.days for lead in holding)
    return low, high, listed("lead_times", interval_text(low, high, "days"))


def stated_days(view: ListingView, ask: Ask) -> tuple[float, float] | None:
    """Return the days from order to shipment stated at the quantity asked.

    Args:
        view: The listing.
        ask: Holds the order quantity.

    Returns:
        (low, high) in days, or None where nothing is stated for that many.
    """
    days = _days(view, ask)
    return None if isinstance(days, Finding) else days[:2]


def lead_time(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge the days from order to shipment."""
    atoms = number_atoms(requirement, better=-1)
    if atoms is None or requirement.unit not in (None, "day"):
        return unreadable(requirement)
    days = _days(view, ask)
    if isinstance(days, Finding):
        return days
    low, high, evidence = days
    words = {1: "in time", 0: "in time for some quantities only", -1: "too late"}
    findings = []
    for atom in atoms:
        if atom.op is Operator.BETWEEN:  # earlier than the wanted span is no fault
            status = relation(Operator.LE, (atom.wanted[1],) * 2, low, high)
        else:
            status = relation(atom.op, atom.wanted, low, high)
        findings.append(Finding(status, f"{evidence.value}: {words[status]}", evidence))
    return decide(requirement.op, findings)


def delivery_date(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge whether goods can be ready, and surely shipped, by a date."""
    left = days_until(requirement, ask.today)
    if left is None:
        return unreadable(requirement)
    days = _days(view, ask)
    if isinstance(days, Finding):
        return days
    low, high, evidence = days
    if high + TRANSPORT_DAYS <= left:
        return Finding(
            1, f"ready {number_text(left - high)} days before, enough for sea freight", evidence
        )
    if low > left:
        return Finding(
            -1, f"{evidence.value}, but only {number_text(max(left, 0))} are left", evidence
        )
    return Finding(0, f"ready in time; transport has {number_text(left - high)} days", evidence)
