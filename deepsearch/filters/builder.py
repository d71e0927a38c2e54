"""`F`: filters written as Python.

```python
(F("price") <= Money(amount=5, currency="USD")) & F("supplier.verified") & ~F("brand").contains("x")
```
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from deepsearch.errors import FilterError
from deepsearch.filters.expressions import (
    AnyOf,
    Between,
    Compare,
    Contains,
    Filter,
    Presence,
    ReadsAsFilter,
    Scalar,
)
from deepsearch.schema import Money, Operator, Quantity

__all__ = ["F"]

Given: TypeAlias = float | str | bool | Money | Quantity
"""What a field may be compared with."""


class F:
    """A field by name; comparing it makes a filter.

    Numbers of a field with a unit or currency take `Quantity` or `Money`.
    Used bare, beside `&`, `|` or after `~`, it stands for a bool field being true.

    Example:
        >>> str((F("supplier.years") >= 3) & F("supplier.verified"))
        'supplier.years >= 3 and supplier.verified'
        >>> str(F("price") <= Money(amount=5, currency="USD"))
        'price <= 5 USD'
    """

    __slots__ = ("name",)
    __hash__ = None  # type: ignore[assignment]  # == makes a filter

    def __init__(self, name: str) -> None:
        """Name a field.

        Args:
            name: Dotted name, e.g. "supplier.country" or "attributes.Machine Material".

        Raises:
            FilterError: If the name is empty.
        """
        if not isinstance(name, str) or not name:
            raise FilterError(f"A field is named by a text such as 'supplier.years', not {name!r}.")
        self.name = name

    def __eq__(self, value: Given) -> Filter:  # type: ignore[override]
        """Equal to the value."""
        return self._compare(Operator.EQ, value)

    def __ne__(self, value: Given) -> Filter:  # type: ignore[override]
        """Known to be another value."""
        return self._compare(Operator.NE, value)

    def __lt__(self, value: Given) -> Filter:
        """Below the value."""
        return self._compare(Operator.LT, value)

    def __le__(self, value: Given) -> Filter:
        """At most the value."""
        return self._compare(Operator.LE, value)

    def __gt__(self, value: Given) -> Filter:
        """Above the value."""
        return self._compare(Operator.GT, value)

    def __ge__(self, value: Given) -> Filter:
        """At least the value."""
        return self._compare(Operator.GE, value)

    def between(self, low: Given, high: Given) -> Filter:
        """From `low` to `high`, both included."""
        (low_value, unit), (high_value, other) = _split(low), _split(high)
        _same_unit(self.name, {unit, other})
        return Between(self.name, low_value, high_value, unit)

    def is_in(self, values: Iterable[Given]) -> Filter:
        """Equal to one of the values; for a list field, holding one of them."""
        if isinstance(values, str):
            raise FilterError(
                f"'{self.name}' is_in takes a list of values, not the text {values!r}."
            )
        pairs = [_split(value) for value in values]
        _same_unit(self.name, {unit for _, unit in pairs})
        return AnyOf(self.name, tuple(value for value, _ in pairs), pairs[0][1] if pairs else None)

    def contains(self, text: str) -> Filter:
        """Holding the text, in any case; for a list field, an element equal to it."""
        return Contains(self.name, text)

    def is_known(self) -> Filter:
        """With a value."""
        return Presence(self.name, known=True)

    def is_unknown(self) -> Filter:
        """Without a value."""
        return Presence(self.name, known=False)

    def __and__(self, other: Filter | ReadsAsFilter) -> Filter:
        """Both hold; this is a bool field."""
        return self.as_filter() & other

    def __or__(self, other: Filter | ReadsAsFilter) -> Filter:
        """At least one holds; this is a bool field."""
        return self.as_filter() | other

    def __invert__(self) -> Filter:
        """Known to be false; this is a bool field."""
        return ~self.as_filter()

    def as_filter(self) -> Filter:
        """Return the filter of a bool field that is true."""
        return Compare(self.name, Operator.EQ, value=True)

    def __repr__(self) -> str:
        """Show the field's name."""
        return f"F({self.name!r})"

    def _compare(self, op: Operator, given: Given) -> Filter:
        value, unit = _split(given)
        return Compare(self.name, op, value, unit)


def _split(given: Given) -> tuple[Scalar, str | None]:
    if isinstance(given, Money):
        return given.amount, given.currency
    if isinstance(given, Quantity):
        return given.value, given.unit
    return given, None


def _same_unit(name: str, units: set[str | None]) -> None:
    if len(units) > 1:
        shown = ", ".join(sorted(str(unit) for unit in units))
        raise FilterError(f"'{name}': the values are in different units ({shown}). Use one.")
