"""Prices and times that depend on the quantity, for every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepsearch.ranking.atoms import Ask
from deepsearch.ranking.column_kinds import Ladder
from deepsearch.ranking.columnar.common import asked_at
from deepsearch.ranking.compare import Array
from deepsearch.ranking.tables import FactTable
from deepsearch.schema import BoolArray, IntArray

__all__ = ["ladder_interval"]


@dataclass(frozen=True, slots=True)
class _Steps:
    """A ladder column, apart by whether the quantity matters.

    Attributes:
        low: (n,) lower value of rows with the same steps at any quantity; NaN elsewhere.
        high: (n,) their upper value.
        laddered: (n,) rows with steps at all.
        rows: (m,) the other rows with steps, ascending.
        owner: (e,) which of `rows` each of their entries belongs to.
        entries: (e,) lower value, upper value, first and last quantity, and what decides
            between entries that hold: the largest of a row.
    """

    low: Array
    high: Array
    laddered: BoolArray
    rows: IntArray
    owner: IntArray
    entries: tuple[Array, Array, Array, Array, Array]


def ladder_interval(
    table: FactTable, ask: Ask, name: str, values: tuple[str, str], *, shortest: bool = False
) -> tuple[Array, Array, BoolArray] | None:
    """Return what a ladder column gives at each row's quantity.

    Of the entries whose span holds the quantity, the one that begins last counts, or, with
    `shortest`, the one that ends first. Where the quantity is unknown, all entries do.

    Args:
        table: The facts.
        ask: Holds the order quantity.
        name: Column, e.g. "price_tiers".
        values: Struct fields of the lower and the upper value.
        shortest: Which of several entries counts.

    Returns:
        (low, high, laddered), (n,) each: NaN where no entry holds, and which rows have any;
        not to be written to. None where there is no such column, or it holds nothing.
    """
    ladder = table.ladder(name, *values)
    if ladder is None or not len(ladder.rows):
        return None
    steps = table.kept(("steps", name), lambda: _steps(len(table), ladder, shortest))
    if not len(steps.rows):
        return steps.low, steps.high, steps.laddered
    low, high, start, end, decides = steps.entries
    quantity = asked_at(table, ask, steps.rows)[steps.owner]
    free = np.isnan(quantity)
    holds = free | ((start <= quantity) & (quantity <= end))
    best = np.full(len(steps.rows), -np.inf)
    np.maximum.at(best, steps.owner[holds], decides[holds])
    holds &= free | (decides == best[steps.owner])
    lowest, highest = _spread(len(steps.rows), steps.owner[holds], low[holds], high[holds])
    whole_low, whole_high = steps.low.copy(), steps.high.copy()
    whole_low[steps.rows], whole_high[steps.rows] = lowest, highest
    return whole_low, whole_high, steps.laddered


def _steps(n: int, ladder: Ladder, shortest: bool) -> _Steps:
    start = np.where(np.isnan(ladder.min_quantity), -np.inf, ladder.min_quantity)
    if shortest:
        start = np.full(len(start), -np.inf)
    end = np.where(np.isnan(ladder.max_quantity), np.inf, ladder.max_quantity)
    laddered, varies = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    laddered[ladder.rows] = True
    varies[ladder.rows[np.isfinite(start) | np.isfinite(end)]] = True
    moving = varies[ladder.rows]
    low, high = _spread(n, ladder.rows[~moving], ladder.low[~moving], ladder.high[~moving])
    rows = np.flatnonzero(varies)
    return _Steps(
        low=low,
        high=high,
        laddered=laddered,
        rows=rows,
        owner=np.searchsorted(rows, ladder.rows[moving]),
        entries=(
            ladder.low[moving],
            ladder.high[moving],
            start[moving],
            end[moving],
            (-end if shortest else start)[moving],
        ),
    )


def _spread(n: int, owner: IntArray, low: Array, high: Array) -> tuple[Array, Array]:
    """Lowest and highest value of each owner's entries, NaN for those with none."""
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(lowest, owner, low)
    np.maximum.at(highest, owner, high)
    none = np.isinf(lowest)
    lowest[none] = np.nan
    highest[none] = np.nan
    return lowest, highest
