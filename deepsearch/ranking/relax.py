"""What to give up when too little is found: the smallest sets, with exact counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Literal

import numpy as np

from deepsearch.ranking.atoms import settle
from deepsearch.ranking.fields import field_words
from deepsearch.ranking.matcher import RequirementMatcher
from deepsearch.ranking.units import Rates
from deepsearch.ranking.wording import requirement_words, unit_after, value_words
from deepsearch.schema import BoolArray, IntArray, Operator, Quantity, Requirement

__all__ = ["Change", "Relaxation", "relax"]

_MOST_REQUIREMENTS = 62  # one bit each in an int64


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One requirement dropped (`to` is None) or loosened."""

    requirement: Requirement
    to: Requirement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A way to find more.

    Attributes:
        changes: What is dropped or loosened, all of it together.
        count: Listings allowed then.
        sentence: "Without CE: 14", "Min order quantity at most 500 instead of 100 piece: 9".
    """

    changes: tuple[Change, ...]
    count: int
    sentence: str


def relax(
    matcher: RequirementMatcher,
    requirements: Sequence[Requirement],
    base_allowed: BoolArray | None = None,
    *,
    unknown: Literal["keep", "exclude"] = "keep",
    order_quantity: Quantity | None = None,
    today: date | None = None,
    rates: Rates | None = None,
    countries: Mapping[str, str] | None = None,
    wanted: int = 10,
    most_changes: int = 3,
    limit: int = 6,
) -> list[Relaxation]:
    """Find the smallest sets of hard requirements whose dropping or loosening finds more.

    A set is named only if no part of it alone would help. Counts are exact over
    `base_allowed`, which should hold the rows that are relevant at all (say, the
    candidates of the query without its requirements), else the whole catalogue counts.

    Args:
        matcher: Judges the rows.
        requirements: All of the query's; wishes are passed over.
        base_allowed: (n,) rows that count; None: all.
        unknown: As in `RequirementMatcher.allowed`.
        order_quantity: How many are asked for.
        today: Day certificates must be valid on.
        rates: Exchange rates.
        countries: As `judge`.
        wanted: Listings a loosened bound should reach; the bound stops there.
        most_changes: Largest set tried.
        limit: Ways returned at most.

    Returns:
        Ways ordered by number of changes, then count, largest first. Empty where there is
        no hard requirement or nothing helps.
    """
    hard = [requirement for requirement in settle(requirements) if requirement.hard]
    hard = hard[:_MOST_REQUIREMENTS]
    if not hard:
        return []
    options = _Options(
        matcher=matcher,
        unknown=unknown,
        order_quantity=order_quantity,
        today=today,
        rates=rates,
        countries=countries,
    )
    base = np.ones(len(matcher), dtype=np.bool_) if base_allowed is None else base_allowed
    failing = np.zeros(len(matcher), dtype=np.int64)
    for bit, requirement in enumerate(hard):
        failing |= np.where(options.allows(requirement), 0, np.int64(1) << bit)
    patterns, counts = np.unique(failing[base], return_counts=True)
    found = _droppable(hard, patterns, counts, most_changes)
    found += _loosened(options, hard, failing, base, wanted)
    found.sort(key=lambda way: (len(way.changes), -way.count, way.sentence))
    return found[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    matcher: RequirementMatcher
    unknown: Literal["keep", "exclude"]
    order_quantity: Quantity | None
    today: date | None
    rates: Rates | None
    countries: Mapping[str, str] | None

    def allows(self, requirement: Requirement) -> BoolArray:
        quantity = self.order_quantity
        status = self.matcher.status(
            requirement,
            order_quantity=quantity,
            today=self.today,
            rates=self.rates,
            countries=self.countries,
        )
        return np.asarray(status >= (0 if self.unknown == "keep" else 1))


def _droppable(
    hard: Sequence[Requirement], patterns: IntArray, counts: IntArray, most_changes: int
) -> list[Relaxation]:
    """Minimal sets of requirements without which more rows are allowed."""
    now = int(counts[patterns == 0].sum())
    helpful: list[int] = []
    found = []
    for size in range(1, min(most_changes, len(hard)) + 1):
        for chosen in combinations(range(len(hard)), size):
            mask = sum(1 << bit for bit in chosen)
            if any(smaller & mask == smaller for smaller in helpful):
                continue
            count = int(counts[(patterns & ~np.int64(mask)) == 0].sum())
            if count > now:
                helpful.append(mask)
                changes = tuple(Change(requirement=hard[bit]) for bit in chosen)
                found.append(Relaxation(changes=changes, count=count,
                                        sentence=_sentence(changes, count)))  # fmt: skip
    return found


_LOOSER = {Operator.LE: 1, Operator.LT: 1, Operator.EQ: 1, Operator.GE: -1, Operator.GT: -1}
_EQ_IS_AT_MOST = frozenset({"min_order_quantity", "unit_price", "budget", "lead_time"})


def _loosened(
    options: _Options,
    hard: Sequence[Requirement],
    failing: IntArray,
    base: BoolArray,
    wanted: int,
) -> list[Relaxation]:
    """For each numeric bound, the nearest round one at which enough more rows are allowed."""
    found = []
    now = int((base & (failing == 0)).sum())
    for bit, requirement in enumerate(hard):
        others = base & ((failing & ~(np.int64(1) << bit)) == 0)
        missing = int(others.sum()) - now
        if missing == 0 or not _loosenable(requirement):
            continue
        target = min(max(wanted, now + 1), now + missing)
        best = _nearest_bound(options, requirement, others, target)
        if best is None:
            continue
        looser, count = best
        if count > now:
            changes = (Change(requirement=requirement, to=looser),)
            found.append(
                Relaxation(changes=changes, count=count, sentence=_sentence(changes, count))
            )
    return found


def _loosenable(requirement: Requirement) -> bool:
    value, op = requirement.value, requirement.op
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return False
    if op is Operator.EQ:
        return requirement.field in _EQ_IS_AT_MOST
    return op in _LOOSER


_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_WHOLE = frozenset({"piece", "set", "pair", "box", "day", "hour", "month", "year"})


def _round_bounds(value: float, direction: int, *, whole: bool) -> list[float]:
    """Round numbers looser than a bound, nearest first: 100 → 120, 150, 200, 250 ...

    Up to a thousand times the bound, or down to a hundredth of it.
    """
    decade = math.floor(math.log10(value))
    decades = range(decade, decade + 4) if direction > 0 else range(decade - 2, decade + 1)
    bounds = {mantissa * 10.0**power for power in decades for mantissa in _ROUND}
    if whole:
        bounds = {bound for bound in bounds if bound == round(bound)}
    looser = [bound for bound in bounds if (bound - value) * direction > 1e-9 * value]
    return sorted(looser, reverse=direction < 0)


def _nearest_bound(
    options: _Options, requirement: Requirement, others: BoolArray, target: int
) -> tuple[Requirement, int] | None:
    """Bisect the round bounds for the nearest that reaches the target, else the best one.

    Counts rise with the bound, so bisection finds the nearest.
    """
    value = requirement.value
    if not isinstance(value, int | float):
        return None
    whole = requirement.unit in _WHOLE
    bounds = _round_bounds(float(value), _LOOSER[requirement.op], whole=whole)
    if not bounds:
        return None
    counts: dict[int, int] = {}

    def count(position: int) -> int:
        if position not in counts:
            looser = replace(requirement, value=bounds[position])
            counts[position] = int((others & options.allows(looser)).sum())
        return counts[position]

    low, high = 0, len(bounds) - 1
    goal = min(target, count(high))
    while low < high:
        middle = (low + high) // 2
        if count(middle) >= goal:
            high = middle
        else:
            low = middle + 1
    return replace(requirement, value=bounds[low]), count(low)


def _sentence(changes: Sequence[Change], count: int) -> str:
    parts = []
    for change in changes:
        if change.to is None:
            parts.append(f"without {requirement_words(change.requirement)}")
            continue
        side = "at most" if _LOOSER[change.requirement.op] > 0 else "at least"
        unit = unit_after(change.requirement)
        parts.append(
            f"{field_words(change.requirement.field)} {side} {value_words(change.to.value)} "
            f"instead of {value_words(change.requirement.value)}{unit}"
        )
    text = " and ".join(parts)
    return f"{text[:1].upper()}{text[1:]}: {count:,}"
