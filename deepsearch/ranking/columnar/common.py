"""What the columnar rules share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.column_kinds import ClaimColumn, Factors, TextRows
from deepsearch.ranking.compare import Array, StatusArray, in_passing_array
from deepsearch.ranking.tables import FactTable
from deepsearch.ranking.units import canonical_order_unit, order_unit_factor
from deepsearch.ranking.vocabulary import flag_of_text
from deepsearch.schema import BoolArray, IntArray

T = TypeVar("T")
__all__ = [
    "any_entry",
    "any_text",
    "asked_at",
    "claim_flags",
    "kept_by_unit",
    "open_lists",
    "own_unit_factors",
    "row_unit_factors",
    "unknown",
]


def unknown(table: FactTable) -> StatusArray:
    """Return a column of unknowns."""
    return np.zeros(len(table), dtype=np.int8)


def any_entry(
    n: int,
    rows: npt.NDArray[np.int64],
    statuses: StatusArray,
    passing: BoolArray | None = None,
) -> StatusArray:
    """OR the statuses of each row's entries; rows without an entry are unknown.

    Where the entries that were not mentioned in passing all say no, a mention cannot make
    it a yes: unknown.
    """
    out = np.zeros(n, dtype=np.int8)
    out[rows] = -1
    out[rows[statuses == 0]] = 0
    met = statuses == 1
    out[rows[met]] = 1
    if passing is not None and (mentioned := rows[met & passing]).size:
        in_question = np.zeros(n, dtype=np.bool_)
        in_question[mentioned] = True
        firm = in_question[rows] & ~passing
        stated = any_entry(n, rows[firm], statuses[firm])
        out[mentioned[stated[mentioned] == -1]] = 0
    return out


def row_unit_factors(table: FactTable, ask: Ask) -> Array:
    """How many of each row's sales unit one of the asked unit is; NaN if incomparable."""
    asked = None if ask.order_quantity is None else ask.order_quantity.unit

    def build() -> Array:
        order = table.texts("min_order_quantity.unit")
        price = table.texts("price.unit")
        by_order = order.map_number(lambda unit: order_unit_factor(asked, unit), 1.0)
        by_price = price.map_number(lambda unit: order_unit_factor(asked, unit), 1.0)
        return np.where(order.codes >= 0, by_order, by_price)

    return kept_by_unit(table, "sales unit", asked, build)


def own_unit_factors(table: FactTable, column: str, unit: str | None) -> Factors:
    """How many of a unit one of each row's own is; a row that names none counts in it."""

    def build() -> Factors:
        return table.texts(column).factors(lambda own: order_unit_factor(own, unit), 1.0)

    return kept_by_unit(table, f"{column} into", unit, build)


def kept_by_unit(table: FactTable, what: str, unit: str | None, build: Callable[[], T]) -> T:
    """Keep a column a unit, for units that something here is sold in or can be turned into.

    Those are few; a unit that nothing compares with is computed each time, so that odd
    requests do not fill the memory.
    """
    own = [*table.texts("min_order_quantity.unit").values, *table.texts("price.unit").values]
    if all(order_unit_factor(unit, other) is None for other in own):
        return build()
    return table.kept((what, "" if unit is None else canonical_order_unit(unit)), build)


def asked_at(table: FactTable, ask: Ask, rows: IntArray) -> Array:
    """The order quantity in the sales unit of some rows; NaN where unsaid or incomparable."""
    if ask.order_quantity is None:
        return np.full(len(rows), np.nan)
    return ask.order_quantity.value * row_unit_factors(table, ask)[rows]


def any_text(
    table: FactTable,
    sources: Sequence[TextRows],
    rule: Callable[[str], int],
    *,
    binding: bool = True,
) -> StatusArray:
    """OR a rule over all texts of each row; `binding` as in `in_passing`."""
    rows, statuses, passing = [], [], []
    for source in sources:
        compared = source.texts.map(rule)
        mentioned = np.zeros(len(compared), np.bool_) if source.passing is None else source.passing
        compared = in_passing_array(compared, mentioned, binding=binding)
        found = source.texts.codes >= 0
        said = slice(None) if found.all() else found
        rows.append(source.rows[said])
        statuses.append(compared[said])
        passing.append(mentioned[said])
    if not rows:
        return unknown(table)
    if len(rows) == 1:
        return any_entry(len(table), rows[0], statuses[0], passing[0])
    return any_entry(
        len(table), np.concatenate(rows), np.concatenate(statuses), np.concatenate(passing)
    )


def open_lists(
    table: FactTable, field: str, status: StatusArray, rule: Callable[[str], int]
) -> StatusArray:
    """Silence is unknown; only a "no_<field>" claim denies what is not stated."""
    denials = table.claim_column(f"no_{field}")
    denied = np.zeros(len(table), dtype=np.bool_)
    denied[denials.rows[denials.text.map(rule) == 1]] = True
    status = np.maximum(status, 0)
    status[denied & (status == 0)] = -1
    return status


def claim_flags(claims: ClaimColumn) -> StatusArray:
    """Yes and no of claims, whether kept as a flag or as a word."""
    return np.where(claims.flag != 0, claims.flag, claims.text.map(flag_of_text)).astype(np.int8)
