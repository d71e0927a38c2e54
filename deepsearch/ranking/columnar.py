"""Requirements judged against every row at once: the columnar twin of `judging`.

Each function takes a table, a requirement and what is asked, and returns (n,) int8:
1 met, 0 unknown, -1 violated. A property test holds it equal to `judge`, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.ranking.atoms import (
    TRANSPORT_DAYS,
    Ask,
    combine_arrays,
    days_until,
    flag_wanted,
    largest_wanted,
    number_atoms,
    text_atoms,
)
from deepsearch.ranking.compare import Array, StatusArray, relation_array
from deepsearch.ranking.fields import (
    CANONICAL_UNITS,
    CUSTOMISABLE,
    FACTS,
    LISTS,
    OPEN_LISTS,
    Fact,
    Kind,
    kind_of,
    sense_of,
    tolerance_of,
)
from deepsearch.ranking.tables import ClaimColumn, Codes, FactTable, Ladder, TextRows
from deepsearch.ranking.units import order_unit_factor
from deepsearch.ranking.vocabulary import (
    canonical_certificate,
    flag_of_text,
    is_system_certificate,
    normal_text,
    text_relation,
)
from deepsearch.schema import Operator, Requirement

__all__ = ["days_interval", "status_of_rows", "unit_price_interval"]

_EPOCH_ORDINAL = 719163  # date(1970, 1, 1).toordinal()


def status_of_rows(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    """Judge every row.

    Args:
        table: Facts and claims.
        requirement: What is needed.
        ask: Order quantity, day and exchange rates.

    Returns:
        (len(table),) int8: 1 met, 0 unknown, -1 violated.
    """
    return _RULES[kind_of(requirement)](table, requirement, ask)


def _unknown(table: FactTable) -> StatusArray:
    return np.zeros(len(table), dtype=np.int8)


def _any_entry(n: int, rows: npt.NDArray[np.int64], statuses: StatusArray) -> StatusArray:
    """OR the statuses of each row's entries; rows without an entry are unknown."""
    out = np.zeros(n, dtype=np.int8)
    out[rows] = -1
    out[rows[statuses == 0]] = 0
    out[rows[statuses == 1]] = 1
    return out


# ---------------------------------------------------------------- quantity and price


def _row_unit_factors(table: FactTable, ask: Ask) -> Array:
    """How many of each row's sales unit one of the asked unit is; NaN if incomparable."""
    asked = None if ask.order_quantity is None else ask.order_quantity.unit
    order = table.texts("min_order_quantity.unit")
    price = table.texts("price.unit")
    by_order = order.map_number(lambda unit: order_unit_factor(asked, unit), 1.0)
    by_price = price.map_number(lambda unit: order_unit_factor(asked, unit), 1.0)
    return np.where(order.codes >= 0, by_order, by_price)


def _asked(table: FactTable, ask: Ask) -> Array:
    """The order quantity in each row's sales unit; NaN where unsaid or incomparable."""
    if ask.order_quantity is None:
        return np.full(len(table), np.nan)
    return ask.order_quantity.value * _row_unit_factors(table, ask)


def _at_quantity(n: int, ladder: Ladder, asked: Array) -> tuple[Array, Array]:
    """The interval a price ladder gives at each row's quantity; NaN where it gives none.

    The tier with the largest `min_quantity` not above the quantity holds; where the
    quantity is unknown, all tiers do.
    """
    quantity = asked[ladder.rows]
    start = np.where(np.isnan(ladder.min_quantity), -np.inf, ladder.min_quantity)
    end = np.where(np.isnan(ladder.max_quantity), np.inf, ladder.max_quantity)
    free = np.isnan(quantity)
    holds = free | ((start <= quantity) & (quantity <= end))
    best = np.full(n, -np.inf)
    np.maximum.at(best, ladder.rows[holds], start[holds])
    holds &= free | (start == best[ladder.rows])
    return _spread(n, ladder, holds)


def _spread(n: int, ladder: Ladder, holds: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """Lowest and highest value of the entries that hold, NaN for rows with none."""
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, ladder.rows[holds], ladder.low[holds])
    np.maximum.at(high, ladder.rows[holds], ladder.high[holds])
    none = np.isinf(low)
    low[none] = np.nan
    high[none] = np.nan
    return low, high


def unit_price_interval(table: FactTable, ask: Ask) -> tuple[Array, Array]:
    """Return the unit price each row states at the quantity asked, in its own currency.

    Args:
        table: Facts with `price.min`, `price.max` and, where kept, `price_tiers`.
        ask: Holds the order quantity; None takes the whole ladder.

    Returns:
        (low, high), (n,) each, NaN where no price holds at that quantity.
    """
    low, high = table.numbers("price.min"), table.numbers("price.max")
    high = np.where(np.isnan(high), low, high)
    ladder = table.ladder("price_tiers", "low", "high")
    if ladder is None or not len(ladder.rows):
        return low, high
    tier_low, tier_high = _at_quantity(len(table), ladder, _asked(table, ask))
    laddered = np.zeros(len(table), dtype=np.bool_)
    laddered[ladder.rows] = True
    return np.where(laddered, tier_low, low), np.where(laddered, tier_high, high)


def _in_currency(
    table: FactTable, low: Array, high: Array, currency: str | None, ask: Ask
) -> tuple[Array, Array]:
    """Convert prices where a rate is given; NaN where currencies are incomparable."""
    if currency is None:
        return np.full(len(low), np.nan), np.full(len(high), np.nan)

    def factor(own: str) -> float | None:
        if own == currency:
            return 1.0
        return None if ask.rates is None else ask.rates.factor(own, currency)

    factors = table.texts("price.currency").map_number(factor, np.nan)
    return low * factors, high * factors


def _unit_price(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return _unknown(table)
    low, high = _in_currency(table, *unit_price_interval(table, ask), requirement.unit, ask)
    if ask.order_quantity is not None:
        asked = ask.order_quantity.unit
        # a price a tonne says nothing of a price a piece; a kilogram's follows from it
        factors = table.texts("price.unit").map_number(
            lambda unit: order_unit_factor(asked, unit), 1.0
        )
        low, high = low * factors, high * factors
    statuses = [relation_array(atom.op, atom.wanted, low, high) for atom in atoms]
    return combine_arrays(requirement.op, statuses)


def _budget(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return _unknown(table)
    low, high = _in_currency(table, *unit_price_interval(table, ask), requirement.unit, ask)
    if ask.order_quantity is None:
        least = table.numbers("min_order_quantity.value")
        known = ~np.isnan(least)
        count = np.where(known, np.maximum(least, 1.0), 1.0)
        # the smallest order counts in its own unit: a price in another one does not fit it
        price_units, order_units = table.texts("price.unit"), table.texts("min_order_quantity.unit")
        count = count * _pairwise_factors(order_units, price_units)
    else:
        asked = ask.order_quantity
        factors = table.texts("price.unit").map_number(
            lambda unit: order_unit_factor(asked.unit, unit), np.nan
        )
        priced = table.texts("price.unit").codes >= 0
        count = asked.value * np.where(priced, factors, _row_unit_factors(table, ask))
    statuses = [relation_array(atom.op, atom.wanted, low * count, high * count) for atom in atoms]
    return combine_arrays(requirement.op, statuses)


def _pairwise_factors(of: Codes, into: Codes) -> Array:
    """How many `into` one `of` is, row by row; 1 where either is unsaid."""
    table = np.ones((len(of.values) + 1, len(into.values) + 1))
    for i, a in enumerate(of.values):
        for j, b in enumerate(into.values):
            factor = order_unit_factor(a, b)
            table[i, j] = np.nan if factor is None else factor
    return np.asarray(table[of.codes, into.codes])


def _order_quantity(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    del ask  # the requirement itself says how many
    most = largest_wanted(requirement)
    if most is None:
        return _unknown(table)
    units = table.texts("min_order_quantity.unit")
    factors = units.map_number(lambda unit: order_unit_factor(unit, requirement.unit), 1.0)
    least = table.numbers("min_order_quantity.value") * factors
    if np.isinf(most):
        floor = min(atom.wanted[0] for atom in number_atoms(requirement) or [])
        return np.maximum(relation_array(Operator.LE, (floor, floor), least, least), 0)
    return relation_array(Operator.LE, (most, most), least, least)


# ---------------------------------------------------------------- time


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
    n = len(table)
    dispatch = table.numbers("dispatch_days")
    longest = table.numbers("lead_time_days")
    ladder = table.ladder("lead_times", "days", "days")
    if ladder is None:
        # only the longest is known: a smaller order may be quicker
        low = np.where(np.isnan(longest), dispatch, 0.0)
        return low, np.where(np.isnan(longest), dispatch, longest)
    asked = _asked(table, ask)[ladder.rows]
    end = np.where(np.isnan(ladder.max_quantity), np.inf, ladder.max_quantity)
    free = np.isnan(asked)
    holds = free | (asked <= end)
    best = np.full(n, np.inf)
    np.minimum.at(best, ladder.rows[holds], end[holds])
    holds &= free | (end == best[ladder.rows])
    low, high = _spread(n, ladder, holds)
    staged = np.zeros(n, dtype=np.bool_)
    staged[ladder.rows] = True
    other = np.where(np.isnan(longest), dispatch, longest)
    return np.where(staged, low, other), np.where(staged, high, other)


def _lead_time(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    atoms = number_atoms(requirement, better=-1)
    if atoms is None or requirement.unit not in (None, "day"):
        return _unknown(table)
    low, high = days_interval(table, ask)
    # a promise in between or below a wanted span is no fault: only its end binds
    statuses = [
        relation_array(Operator.LE, (atom.wanted[1],) * 2, low, high)
        if atom.op is Operator.BETWEEN
        else relation_array(atom.op, atom.wanted, low, high)
        for atom in atoms
    ]
    return combine_arrays(requirement.op, statuses)


def _delivery_date(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    days = days_until(requirement, ask.today)
    if days is None:
        return _unknown(table)
    low, high = days_interval(table, ask)
    met, late = high + TRANSPORT_DAYS <= days, low > days
    return np.asarray(met.astype(np.int8) - late.astype(np.int8), dtype=np.int8)


# ---------------------------------------------------------------- numbers, texts, flags


def _number(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    del ask
    fact = FACTS.get(requirement.field)
    atoms = number_atoms(requirement, better=0 if fact is None else fact.better)
    if atoms is None:
        return _unknown(table)
    sense, tolerance = sense_of(requirement.field), tolerance_of(requirement.field)
    claims = table.claim_column(requirement.field)
    low, high = _comparable_claims(claims, requirement)
    statuses = []
    for atom in atoms:
        compared = relation_array(atom.op, atom.wanted, low, high, sense=sense, tolerance=tolerance)
        known = ~np.isnan(low)
        status = _any_entry(len(table), claims.rows[known], compared[known])
        if fact is not None:
            value = _fact_numbers(table, fact, requirement)
            by_fact = relation_array(
                atom.op, atom.wanted, value, value, sense=sense, tolerance=tolerance
            )
            status = np.where(_fact_known(table, fact), by_fact, status).astype(np.int8)
        statuses.append(status)
    combined = combine_arrays(requirement.op, statuses)
    return _if_customisable(table, requirement, combined)


def _comparable_claims(claims: ClaimColumn, requirement: Requirement) -> tuple[Array, Array]:
    """Claim intervals in the requirement's unit; NaN where units differ."""
    wanted = requirement.unit or CANONICAL_UNITS.get(requirement.field)
    if wanted is None:
        same = claims.unit.codes < 0
    else:
        same = claims.unit.map(lambda unit: unit == wanted) == 1
    return np.where(same, claims.number, np.nan), np.where(same, claims.high, np.nan)


def _fact_known(table: FactTable, fact: Fact) -> npt.NDArray[np.bool_]:
    return ~np.isnan(_first_known(table, fact))


def _first_known(table: FactTable, fact: Fact) -> Array:
    value = np.full(len(table), np.nan)
    for column in fact.columns:
        if table.is_numeric(column):
            value = np.where(np.isnan(value), table.numbers(column), value)
    return value


def _fact_numbers(table: FactTable, fact: Fact, requirement: Requirement) -> Array:
    value = _first_known(table, fact)
    if fact.unit_column is not None:
        units = table.texts(fact.unit_column)
        return value * units.map_number(lambda u: order_unit_factor(u, requirement.unit), 1.0)
    comparable = requirement.unit in (None, fact.unit)
    return value if comparable else np.full(len(table), np.nan)


def _text(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return _unknown(table)
    field = requirement.field
    statuses = []
    for wanted in atoms:
        rule = partial(text_relation, field, wanted)
        status = _any_text(table, _text_sources(table, field), rule)
        fact = FACTS.get(field)
        if fact is not None and table.is_text(fact.columns[0]):
            column = table.texts(fact.columns[0])
            status = np.where(column.codes >= 0, column.map(rule), status).astype(np.int8)
        if field in OPEN_LISTS:
            status = _open(table, field, status, rule)
        statuses.append(status)
    combined = combine_arrays(requirement.op, statuses)
    return _if_customisable(table, requirement, combined)


def _text_sources(table: FactTable, field: str) -> list[TextRows]:
    claims = table.claim_column(field)
    sources = [TextRows(claims.rows, claims.text)]
    if field in LISTS:
        sources.append(table.lists(LISTS[field][0]))
    elif field == "hs_code":
        sources.append(table.identifiers("hs"))
    elif field not in FACTS:
        sources.append(table.attribute_texts(field))
    return sources


def _any_text(
    table: FactTable, sources: Sequence[TextRows], rule: Callable[[str], int]
) -> StatusArray:
    """OR a rule over all texts of each row."""
    rows, statuses = [], []
    for source in sources:
        found = source.texts.codes >= 0
        rows.append(source.rows[found])
        statuses.append(source.texts.map(rule)[found])
    return _any_entry(len(table), np.concatenate(rows), np.concatenate(statuses))


def _open(
    table: FactTable, field: str, status: StatusArray, rule: Callable[[str], int]
) -> StatusArray:
    """Silence is unknown; only a "no_<field>" claim denies what is not stated."""
    denials = table.claim_column(f"no_{field}")
    denied = np.zeros(len(table), dtype=np.bool_)
    denied[denials.rows[denials.text.map(rule) == 1]] = True
    status = np.maximum(status, 0)
    status[denied & (status == 0)] = -1
    return status


def _if_customisable(
    table: FactTable, requirement: Requirement, status: StatusArray
) -> StatusArray:
    """A maker of custom designs is not ruled out by his standard size or colour."""
    if requirement.field not in CUSTOMISABLE:
        return status
    claims = table.claim_column("custom_design")
    custom = np.zeros(len(table), dtype=np.bool_)
    custom[claims.rows[claims.flag == 1]] = True
    return np.where(custom & (status == -1), 0, status).astype(np.int8)


def _claim_flags(claims: ClaimColumn) -> StatusArray:
    """Yes and no of claims, whether kept as a flag or as a word."""
    return np.where(claims.flag != 0, claims.flag, claims.text.map(flag_of_text)).astype(np.int8)


def _flag(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    del ask
    wanted = flag_wanted(requirement)
    if wanted is None:
        return _unknown(table)
    sign = np.int8(1 if wanted else -1)
    claims = table.claim_column(requirement.field)
    flags = _claim_flags(claims) * sign
    said = flags != 0
    rows, statuses = [claims.rows[said]], [flags[said]]
    if requirement.field not in FACTS:
        attributes = table.attribute_texts(requirement.field)
        words = attributes.texts.map(flag_of_text) * sign
        rows.append(attributes.rows[words != 0])
        statuses.append(words[words != 0])
    status = _any_entry(len(table), np.concatenate(rows), np.concatenate(statuses))
    fact = FACTS.get(requirement.field)
    if fact is not None and table.is_flag(fact.columns[0]):
        own = table.flags(fact.columns[0])
        status = np.where(own != 0, own * sign, status).astype(np.int8)
    return status


def _capability(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    wanted = flag_wanted(requirement)
    if wanted is None:
        return _unknown(table)
    if not wanted:  # nobody is made to print a logo
        return np.ones(len(table), dtype=np.int8)
    claims = table.claim_column(requirement.field)
    status = _claim_flags(claims)
    if ask.order_quantity is not None:
        asked = _asked(table, ask)[claims.rows]
        bounded = (status == 1) & ~np.isnan(claims.min_quantity)
        status = np.where(bounded & np.isnan(asked), 0, status)
        status = np.where(bounded & (claims.min_quantity > asked), -1, status).astype(np.int8)
    return _any_entry(len(table), claims.rows, status)


# ---------------------------------------------------------------- certificates, places


def _certificate(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    atoms = text_atoms(requirement)
    if atoms is None:
        return _unknown(table)
    claims = table.claim_column("certification")
    denials = table.claim_column("no_certification")
    valid = claims.expires >= ask.today.toordinal() - _EPOCH_ORDINAL
    of_company = claims.scope.map(lambda scope: scope in ("company", "system")) == 1
    statuses = []
    for name in atoms:
        wanted = canonical_certificate(name)

        def names(stated: str, w: str = wanted) -> int:
            return int(canonical_certificate(stated) == w)

        counts = (claims.text.map(names) == 1) & valid
        if not is_system_certificate(name):
            counts &= ~of_company  # of some product of theirs, not surely of this one
        status = _unknown(table)
        status[denials.rows[denials.text.map(names) == 1]] = -1
        status[claims.rows[counts]] = 1
        statuses.append(status)
    return combine_arrays(requirement.op, statuses)


def _sample(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    del ask
    wanted = flag_wanted(requirement)
    if wanted is None:
        return _unknown(table)
    if not wanted:
        return np.ones(len(table), dtype=np.int8)
    claims = table.claim_column("sample")
    status = _any_entry(len(table), claims.rows, _claim_flags(claims))
    offered = (
        ~np.isnan(table.numbers("sample.price"))
        | ~np.isnan(table.numbers("sample.days"))
        | (table.numbers("min_order_quantity.value") <= 1)
    )
    status[offered] = 1
    return status


def _destination(table: FactTable, requirement: Requirement, ask: Ask) -> StatusArray:
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return _unknown(table)
    claims = table.claim_column("destination")
    sources = [TextRows(claims.rows, claims.text), table.lists("supplier.main_markets")]
    statuses = []
    for name in atoms:
        wanted = normal_text(name)

        def same(stated: str, w: str = wanted) -> int:
            return int(normal_text(stated) == w)

        status = _any_text(table, sources, same)
        for column in ("supplier.country", "ship_from"):
            status = np.maximum(status, table.texts(column).map(same))
        statuses.append(_open(table, "destination", status, same))
    return combine_arrays(requirement.op, statuses)


_Rule: TypeAlias = Callable[[FactTable, Requirement, Ask], StatusArray]

_RULES: Mapping[Kind, _Rule] = MappingProxyType(
    {
        Kind.NUMBER: _number,
        Kind.TEXT: _text,
        Kind.FLAG: _flag,
        Kind.CAPABILITY: _capability,
        Kind.CERTIFICATE: _certificate,
        Kind.ORDER_QUANTITY: _order_quantity,
        Kind.UNIT_PRICE: _unit_price,
        Kind.BUDGET: _budget,
        Kind.LEAD_TIME: _lead_time,
        Kind.DELIVERY_DATE: _delivery_date,
        Kind.SAMPLE: _sample,
        Kind.DESTINATION: _destination,
    }
)
