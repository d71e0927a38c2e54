"""A requirement taken apart into single comparisons, and put together again.

Three-valued logic (Kleene): met 1, unknown 0, violated -1; OR is max, AND is min, NOT
changes the sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from deepsearch.ranking.compare import StatusArray
from deepsearch.ranking.units import Rates
from deepsearch.schema import Operator, Quantity, Requirement

__all__ = [
    "CERTAIN",
    "TRANSPORT_DAYS",
    "Ask",
    "NumberAtom",
    "combine",
    "combine_arrays",
    "days_until",
    "flag_wanted",
    "is_negated",
    "is_sample_order",
    "largest_wanted",
    "number_atoms",
    "settle",
    "text_atoms",
]

TRANSPORT_DAYS = 45.0
"""Days that cover sea freight; goods ready that long before a delivery date make it."""

_MANY = (Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a listing is judged at.

    Attributes:
        order_quantity: How many are asked for; None: not said.
        today: The day certificates must be valid on and dates count from.
        rates: Exchange rates; None: other currencies are incomparable.
        countries: Place, as a requirement names it → ISO 3166-1 code of the country it is
            surely in.
    """

    order_quantity: Quantity | None = None
    today: date
    rates: Rates | None = None
    countries: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        order_quantity: Quantity | None,
        today: date | None,
        rates: Rates | None,
        countries: Mapping[str, str] | None,
    ) -> Ask:
        """Fill in what a caller left out.

        Args:
            order_quantity: How many are asked for; None: not said.
            today: The day; None: the current one.
            rates: Exchange rates; None: other currencies are incomparable.
            countries: Place → country it is in; None: none is sure.

        Returns:
            What listings are judged at.
        """
        return cls(
            order_quantity=order_quantity,
            today=today or date.today(),
            rates=rates,
            countries=countries or {},
        )


@dataclass(frozen=True, slots=True)
class NumberAtom:
    """One comparison: an operator and its bound, (value, value) but for BETWEEN."""

    op: Operator
    wanted: tuple[float, float]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_negated(op: Operator) -> bool:
    """Tell whether an operator asks for what is not there: NE, NONE_OF."""
    return op is Operator.NE or op is Operator.NONE_OF


def number_atoms(requirement: Requirement, better: int = 0) -> list[NumberAtom] | None:
    """Take a numeric requirement apart; NE and NONE_OF become EQ, for `combine` to turn.

    Args:
        requirement: Any requirement.
        better: +1 reads `eq` as "at least", -1 as "at most", 0 as it stands.

    Returns:
        Its comparisons, or None if its value is not numeric or misses a bound.
    """
    op, value = requirement.op, requirement.value
    if not isinstance(value, tuple):
        if op is Operator.BETWEEN or not _is_number(value):
            return None
        number = float(value)
        return [NumberAtom(_single(op, better), (number, number))]
    many = op in _MANY and len(value) > 0
    fits = many or len(value) == (2 if op is Operator.BETWEEN else 1)
    if not fits or not all(_is_number(v) for v in value):
        return None
    numbers = [float(v) for v in value]
    if op is Operator.BETWEEN:
        return [NumberAtom(op, (min(numbers), max(numbers)))]
    single = _single(op, better)
    return [NumberAtom(single, (number, number)) for number in numbers]


def _single(op: Operator, better: int) -> Operator:
    """The operator of one comparison."""
    if is_negated(op):
        return Operator.EQ
    if op is Operator.EQ or op in _MANY:
        if better == 0:
            return Operator.EQ
        return Operator.GE if better > 0 else Operator.LE
    return op


def text_atoms(requirement: Requirement) -> list[str] | None:
    """Return the texts a requirement names, or None if it names none."""
    value = requirement.value
    values = value if isinstance(value, tuple) else (value,)
    texts = [v for v in values if isinstance(v, str) and v.strip()]
    if not texts or len(texts) < len(values) or requirement.op in _ORDERED:
        return None
    return texts


_ORDERED = (Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.BETWEEN)


def flag_wanted(requirement: Requirement) -> bool | None:
    """Return the yes or no that is wanted, or None if it is neither."""
    if not isinstance(requirement.value, bool):
        return None
    if requirement.op is Operator.EQ:
        return requirement.value
    return not requirement.value if requirement.op is Operator.NE else None


def combine(op: Operator, statuses: Sequence[int]) -> int:
    """Put the statuses of a requirement's comparisons together; NE and NONE_OF turn round.

    Args:
        op: The requirement's operator.
        statuses: One a comparison, not empty.

    Returns:
        1, 0 or -1.
    """
    status = min(statuses) if op is Operator.ALL_OF else max(statuses)
    return -status if is_negated(op) else status


def combine_arrays(op: Operator, statuses: Sequence[StatusArray]) -> StatusArray:
    """Put columns of statuses together, as `combine` does single ones.

    Args:
        op: The requirement's operator.
        statuses: (n,) each, at least one.

    Returns:
        (n,) int8.
    """
    join: Callable[[StatusArray, StatusArray], StatusArray] = (
        np.minimum if op is Operator.ALL_OF else np.maximum
    )
    status = statuses[0]
    for other in statuses[1:]:
        status = join(status, other)
    return -status if is_negated(op) else status


def largest_wanted(requirement: Requirement) -> float | None:
    """Return the largest quantity an order requirement allows; infinite for "at least"."""
    atoms = number_atoms(requirement)
    if atoms is None or requirement.op in (Operator.NE, Operator.NONE_OF):
        return None
    if requirement.op in (Operator.GE, Operator.GT):
        return float("inf")
    return max(atom.wanted[1] for atom in atoms)


def is_sample_order(requirement: Requirement, requirements: Sequence[Requirement]) -> bool:
    """Tell whether an order quantity counts samples: "4 sample pieces".

    Args:
        requirement: Any requirement.
        requirements: All of the query's.

    Returns:
        True for an `order_quantity` whose words overlap those of a wanted sample.
    """
    if requirement.field != "order_quantity" or requirement.span is None:
        return False
    start, end = requirement.span
    return any(
        other.field == "sample"
        and other.value is True
        and other.span is not None
        and other.span[0] < end
        and start < other.span[1]
        for other in requirements
    )


CERTAIN = 0.7
"""A requirement understood with less confidence than this never excludes a listing."""


def settle(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """Return the requirements as they bind: what is doubtful, or of samples, only wishes.

    Minimum orders do not apply to samples, so a number of samples is no order; and what
    was not understood with some certainty must not exclude anything.

    Args:
        requirements: As parsed.

    Returns:
        The same, in order, some not `hard` any more, `why` saying so.
    """
    given = tuple(requirements)
    return tuple(_settled(requirement, given) for requirement in given)


def _settled(requirement: Requirement, given: Sequence[Requirement]) -> Requirement:
    if not requirement.hard:
        return requirement
    if is_sample_order(requirement, given):
        why = "Samples are not bound by the minimum order."
    elif requirement.confidence < CERTAIN:
        why = "Not understood with certainty, so it excludes nothing."
    else:
        return requirement
    return replace(requirement, hard=False, why=requirement.why or why)


def days_until(requirement: Requirement, today: date) -> float | None:
    """Return the days from `today` to a required delivery date, the last that will do.

    Args:
        requirement: A `delivery_date` requirement with an ISO 8601 value.
        today: The day to count from.

    Returns:
        Days, less one for `lt`; None where the value is no date or sets no latest day.
    """
    value = requirement.value
    if isinstance(value, tuple):
        value = value[-1]
    if not isinstance(value, str) or requirement.op in (
        Operator.GE, Operator.GT, Operator.NE, Operator.NONE_OF, Operator.ALL_OF,
    ):  # fmt: skip
        return None
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    if requirement.op is Operator.LT:
        day -= timedelta(days=1)
    return float((day - today).days)
