"""What a stated number says about a wanted one: met (1), unknown (0), violated (-1).

A listing states an interval (a point is an interval of no width). The same rules are
written twice, for one pair of floats and for columns; a property test holds them equal.

Three senses of an interval:

`PLAIN`     it is somewhere in there: a price, a weight "13-15 kg". Wholly inside what is
            wanted is met, wholly outside violated, straddling unknown. A range that
            covers the whole wanted range (an adjustable stand) is met too.
`CAPACITY`  it goes up to there: load, throughput. The upper end decides `ge`; a
            capacity above an `eq` or a `between` is unknown, not violated: the buyer may
            like it.
`ENVELOPE`  it works from here to there: operating temperature. The wanted range must be
            covered; `le` asks how low it goes, `ge` how high. A single number below or
            at zero is a cold limit, above zero a hot one, and says nothing of the other.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.schema import BoolArray, Operator

__all__ = [
    "Array",
    "Sense",
    "StatusArray",
    "in_passing",
    "in_passing_array",
    "mentioned_in_passing",
    "relation",
    "relation_array",
]

Array: TypeAlias = npt.NDArray[np.float64]
StatusArray: TypeAlias = npt.NDArray[np.int8]

_ROUNDING = 1e-6  # relative slack for numbers that went through a unit conversion


class Sense(IntEnum):
    """How a stated interval is to be read."""

    PLAIN = 0
    CAPACITY = 1
    ENVELOPE = 2


def relation(
    op: Operator,
    wanted: tuple[float, float],
    low: float,
    high: float,
    *,
    sense: Sense = Sense.PLAIN,
    tolerance: float = 0.0,
) -> int:
    """Compare one stated interval with one bound.

    Args:
        op: EQ, LT, LE, GT, GE or BETWEEN.
        wanted: (value, value), or (low, high) for BETWEEN.
        low: Lower end stated.
        high: Upper end stated, >= `low`.
        sense: How the interval is to be read.
        tolerance: Relative slack of EQ, e.g. 0.01.

    Returns:
        1 met, 0 unknown, -1 violated.
    """
    a = wanted[0]
    if sense is Sense.ENVELOPE:
        return _envelope(op, wanted, (low, high), max(tolerance, _ROUNDING))
    if op is Operator.BETWEEN:
        return _between(wanted, (low, high), sense)
    if op is Operator.EQ:
        slack = max(tolerance, _ROUNDING) * abs(a)
        if low - slack <= a <= high + slack:
            return 1
        return 0 if sense is Sense.CAPACITY and low > a else -1
    return _bound(op, a, (low, high), sense)


def _between(wanted: tuple[float, float], stated: tuple[float, float], sense: Sense) -> int:
    (a, b), (low, high) = wanted, stated
    slack_a, slack_b = _ROUNDING * abs(a), _ROUNDING * abs(b)
    inside = low >= a - slack_a and high <= b + slack_b
    if inside or (low <= a + slack_a and high >= b - slack_b):
        return 1
    if high < a - slack_a:
        return -1
    return -1 if low > b + slack_b and sense is not Sense.CAPACITY else 0


def _bound(op: Operator, a: float, stated: tuple[float, float], sense: Sense) -> int:
    """LE, LT, GE, GT of an interval that lies somewhere."""
    (low, high), slack = stated, _ROUNDING * abs(a)
    if op is Operator.LE:
        return 1 if high <= a + slack else (-1 if low > a + slack else 0)
    if op is Operator.LT:
        return 1 if high < a - slack else (-1 if low >= a - slack else 0)
    if sense is Sense.CAPACITY:
        low = high
    if op is Operator.GE:
        return 1 if low >= a - slack else (-1 if high < a - slack else 0)
    return 1 if low > a + slack else (-1 if high <= a + slack else 0)


def _envelope(
    op: Operator, wanted: tuple[float, float], stated: tuple[float, float], tolerance: float
) -> int:
    (a, b), (low, high) = wanted, stated
    slack_a, slack_b = tolerance * abs(a), tolerance * abs(b)
    point = low == high
    if op in (Operator.LE, Operator.LT):
        if low <= a + slack_a:
            return 1
        return -1 if not point or low <= 0 else 0
    if op in (Operator.GE, Operator.GT):
        if high >= a - slack_a:
            return 1
        return -1 if not point or high > 0 else 0
    if low <= a + slack_a and high >= b - slack_b:  # EQ has a == b
        return 1
    return 0 if point else -1


def relation_array(
    op: Operator,
    wanted: tuple[float, float],
    low: Array,
    high: Array,
    *,
    sense: Sense = Sense.PLAIN,
    tolerance: float = 0.0,
) -> StatusArray:
    """Compare stated intervals with one bound: `relation`, a column at a time.

    Args:
        op: EQ, LT, LE, GT, GE or BETWEEN.
        wanted: (value, value), or (low, high) for BETWEEN.
        low: (n,) lower ends, NaN where nothing is stated.
        high: (n,) upper ends.
        sense: How the intervals are to be read.
        tolerance: Relative slack of EQ.

    Returns:
        (n,) int8: 1 met, 0 unknown (also where NaN), -1 violated.
    """
    a, b = wanted
    slack_a, slack_b = _ROUNDING * abs(a), _ROUNDING * abs(b)
    if sense is Sense.ENVELOPE:
        met, violated = _envelope_arrays(op, wanted, (low, high), max(tolerance, _ROUNDING))
    elif op is Operator.BETWEEN:
        met = ((low >= a - slack_a) & (high <= b + slack_b)) | (
            (low <= a + slack_a) & (high >= b - slack_b)
        )
        violated = high < a - slack_a
        if sense is not Sense.CAPACITY:
            violated |= low > b + slack_b
    elif op is Operator.EQ:
        slack = max(tolerance, _ROUNDING) * abs(a)
        met = (low - slack <= a) & (a <= high + slack)
        known = low == low  # noqa: PLR0124 (NaN differs from itself)
        violated = known & ~met
        if sense is Sense.CAPACITY:
            violated &= low <= a
    elif op is Operator.LE:
        met, violated = high <= a + slack_a, low > a + slack_a
    elif op is Operator.LT:
        met, violated = high < a - slack_a, low >= a - slack_a
    else:
        floor = high if sense is Sense.CAPACITY else low
        if op is Operator.GE:
            met, violated = floor >= a - slack_a, high < a - slack_a
        else:
            met, violated = floor > a + slack_a, high <= a + slack_a
    status: StatusArray = met.view(np.int8) - (violated & ~met).view(np.int8)
    return status


def _envelope_arrays(
    op: Operator, wanted: tuple[float, float], stated: tuple[Array, Array], tolerance: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    (a, b), (low, high) = wanted, stated
    slack_a, slack_b = tolerance * abs(a), tolerance * abs(b)
    wide = low < high
    if op in (Operator.LE, Operator.LT):
        return low <= a + slack_a, wide | (low <= 0)
    if op in (Operator.GE, Operator.GT):
        return high >= a - slack_a, wide | (high > 0)
    return (low <= a + slack_a) & (high >= b - slack_b), wide


def mentioned_in_passing(source: str | None) -> bool:
    """Tell whether a claim was read from running text rather than stated of the product.

    "Motor 5 kW" in a description may be of a part, an option or another model: it can
    show that a need is met, but not that it is violated.

    Args:
        source: `Claim.source`.

    Returns:
        True for a description; titles, attributes and record fields are about the product.
    """
    return source == "description"


def in_passing(status: int, *, binding: bool) -> int:
    """What a comparison with something mentioned in passing shows.

    Args:
        status: What it would show if it were stated of the product.
        binding: Whether a mention can meet the need at all: not where something is unwanted,
            and not of a brand, which descriptions name for what the goods fit.

    Returns:
        1 or 0; never -1.
    """
    return max(status, 0) if binding else 0


def in_passing_array(statuses: StatusArray, passing: BoolArray, *, binding: bool) -> StatusArray:
    """Apply `in_passing` to the entries of a column that were mentioned in passing.

    Args:
        statuses: (m,) what each entry shows.
        passing: (m,) whether it was mentioned in passing.
        binding: As in `in_passing`.

    Returns:
        (m,) int8.
    """
    given = statuses.astype(np.int8)
    if binding:
        np.maximum(given, 0, out=given, where=passing)
    else:
        given[passing] = 0
    return given
