"""Quantity, price, budget and time of every row, at the quantity asked."""

from __future__ import annotations

import numpy as np

from deepsearch.ranking.atoms import (
    TRANSPORT_DAYS,
    Ask,
    combine_arrays,
    days_until,
    largest_wanted,
    number_atoms,
)
from deepsearch.ranking.column_kinds import Codes, Factors
from deepsearch.ranking.columnar.common import (
    kept_by_unit,
    own_unit_factors,
    row_unit_factors,
    unknown,
)
from deepsearch.ranking.columnar.ladders import ladder_interval
from deepsearch.ranking.compare import Array, StatusArray, relation_array
from deepsearch.ranking.tables import FactTable
from deepsearch.ranking.units import order_unit_factor
from deepsearch.schema import Operator, Requirement

__all__ = [
    "budget",
    "days_interval",
    "delivery_date",
    "lead_time",
    "order_quantity",
    "unit_price",
    "unit_price_interval",
]


def unit_price_interval(table: FactTable, ask: Ask) -> tuple[Array, Array]:
    """Return the unit price each row states at the quantity asked, in its own currency.

    Args:
        table: Facts with `price.min`, `price.max` and, where kept, `price_tiers`.
        ask: Holds the order quantity; None takes the whole ladder.

    Returns:
        (low, high), (n,) each, NaN where no price holds at that quantity.
    """
    low, stated = table.numbers("price.min"), table.numbers("price.max")
    high = table.kept(("price", "high"), lambda: np.where(np.isnan(stated), low, stated))
    tiers = ladder_interval(table, ask, "price_tiers", ("low", "high"))
    if tiers is None:
        return low, high
    tier_low, tier_high, laddered = tiers
    if table.kept(("price", "all in ladders"), lambda: not (~laddered & ~np.isnan(low)).any()):
        return tier_low, tier_high
    return np.where(laddered, tier_low, low), np.where(laddered, tier_high, high)


def _currency_factors(table: FactTable, currency: str | None, ask: Ask) -> Factors:
    """What turns each row's prices into the buyer's currency; incomparable without a rate."""
    currencies = table.texts("price.currency")

    def factor(own: str) -> float | None:
        if currency is None:
            return None
        if own == currency:
            return 1.0
        return None if ask.rates is None else ask.rates.factor(own, currency)

    if ask.rates is None and currency in currencies.values:
        return table.kept(("only in", currency), lambda: currencies.factors(factor, None))
    return currencies.factors(factor, None)


def unit_price(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge the unit price of every row."""
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return unknown(table)
    low, high = unit_price_interval(table, ask)
    conversions = [_currency_factors(table, requirement.unit, ask)]
    if ask.order_quantity is not None:
        asked = ask.order_quantity.unit

        def factors() -> Factors:
            units = table.texts("price.unit")
            return units.factors(lambda unit: order_unit_factor(asked, unit), 1.0)

        # a price a tonne says nothing of a price a piece; a kilogram's follows from it
        conversions.append(kept_by_unit(table, "price.unit from", asked, factors))
    for conversion in conversions:
        low, high = conversion.apply(low), conversion.apply(high)
    statuses = [relation_array(atom.op, atom.wanted, low, high) for atom in atoms]
    status = combine_arrays(requirement.op, statuses)
    for conversion in conversions:
        status = conversion.judge(status)
    return status


def budget(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge the price of the order of every row."""
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return unknown(table)
    low, high = unit_price_interval(table, ask)
    conversion = _currency_factors(table, requirement.unit, ask)
    count = _items_to_pay(table, ask)
    low, high = conversion.apply(low) * count, conversion.apply(high) * count
    statuses = [relation_array(atom.op, atom.wanted, low, high) for atom in atoms]
    return conversion.judge(combine_arrays(requirement.op, statuses))


def _items_to_pay(table: FactTable, ask: Ask) -> Array:
    """Items in each row's price unit: those asked, else the smallest order; NaN if unlike."""
    if ask.order_quantity is None:
        return table.kept(("budget", "smallest order"), lambda: _smallest_orders(table))
    asked = ask.order_quantity

    def factors() -> Array:
        price = table.texts("price.unit")
        by_price = price.map_number(lambda unit: order_unit_factor(asked.unit, unit), np.nan)
        return np.where(price.codes >= 0, by_price, row_unit_factors(table, ask))

    return asked.value * kept_by_unit(table, "budget", asked.unit, factors)


def _smallest_orders(table: FactTable) -> Array:
    least = table.numbers("min_order_quantity.value")
    count = np.where(np.isnan(least), 1.0, np.maximum(least, 1.0))
    # the smallest order counts in its own unit: a price in another one does not fit it
    price_units, order_units = table.texts("price.unit"), table.texts("min_order_quantity.unit")
    return np.asarray(count * _pairwise_factors(order_units, price_units))


def _pairwise_factors(of: Codes, into: Codes) -> Array:
    """How many `into` one `of` is, row by row; 1 where either is unsaid."""
    table = np.ones((len(of.values) + 1, len(into.values) + 1))
    for i, a in enumerate(of.values):
        for j, b in enumerate(into.values):
            factor = order_unit_factor(a, b)
            table[i, j] = np.nan if factor is None else factor
    return np.asarray(table[of.codes, into.codes])


def order_quantity(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge every row's minimum order."""
    del ask  # the requirement itself says how many
    most = largest_wanted(requirement)
    if most is None:
        return unknown(table)
    conversion = own_unit_factors(table, "min_order_quantity.unit", requirement.unit)
    least = conversion.apply(table.numbers("min_order_quantity.value"))
    if np.isinf(most):
        floor = min(atom.wanted[0] for atom in number_atoms(requirement) or [])
        status = np.maximum(relation_array(Operator.LE, (floor, floor), least, least), 0)
    else:
        status = relation_array(Operator.LE, (most, most), least, least)
    return conversion.judge(status)


def days_interval(table: FactTable, ask: Ask) -> tuple[Array, Array]:
    """Return the days each row states from order to shipment, at the quantity asked.

    The lead time of the smallest stated quantity that covers the order; without lead
    times, the dispatch time of stock goods.

    Args:
        table: Facts with `lead_times` or `lead_time_days`, and `dispatch_days`.
        ask: Holds the order quantity.

    Returns:
        (low, high) in days, NaN where nothing is stated for that quantity.
    """
    dispatch = table.numbers("dispatch_days")
    longest = table.numbers("lead_time_days")
    steps = ladder_interval(table, ask, "lead_times", ("days", "days"), shortest=True)
    if steps is None and table.ladder("lead_times", "days", "days") is None:
        # only the longest is known: a smaller order may be quicker
        unsaid = table.kept(("days", "unsaid"), lambda: np.isnan(longest))
        low = table.kept(("days", "low"), lambda: np.where(unsaid, dispatch, 0.0))
        return low, table.kept(("days", "high"), lambda: np.where(unsaid, dispatch, longest))
    other = table.kept(("days", "other"), lambda: np.where(np.isnan(longest), dispatch, longest))
    if steps is None:
        return other, other
    low, high, staged = steps
    return np.where(staged, low, other), np.where(staged, high, other)


def lead_time(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge the days from order to shipment of every row."""
    atoms = number_atoms(requirement, better=-1)
    if atoms is None or requirement.unit not in (None, "day"):
        return unknown(table)
    low, high = days_interval(table, ask)
    # a promise in between or below a wanted span is no fault: only its end binds
    statuses = [
        relation_array(Operator.LE, (atom.wanted[1],) * 2, low, high)
        if atom.op is Operator.BETWEEN
        else relation_array(atom.op, atom.wanted, low, high)
        for atom in atoms
    ]
    return combine_arrays(requirement.op, statuses)


def delivery_date(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge by a date of delivery."""
    days = days_until(requirement, ask.today)
    if days is None:
        return unknown(table)
    low, high = days_interval(table, ask)
    met, late = high + TRANSPORT_DAYS <= days, low > days
    return np.asarray(met.astype(np.int8) - late.astype(np.int8), dtype=np.int8)
