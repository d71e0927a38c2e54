"""Filters as data: frozen trees, built in Python with `F` or parsed from text.

```python
(F("price") <= Money(amount=5, currency="USD")) & F("supplier.verified") & ~F("brand").contains("x")
```

A tree says nothing about a catalogue; `FilterEngine` checks it against one and applies it.
`str(tree)` is the text that `parse_filter` reads back into an equal tree.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from deepsearch.errors import FilterError
from deepsearch.schema import Money, Operator, Quantity

__all__ = [
    "KEYWORDS",
    "MAX_DEPTH",
    "And",
    "AnyOf",
    "Between",
    "Compare",
    "Contains",
    "F",
    "Filter",
    "Leaf",
    "Not",
    "Or",
    "Presence",
    "Scalar",
]

Scalar: TypeAlias = float | str | bool
Given: TypeAlias = float | str | bool | Money | Quantity
"""What Python code may compare a field with."""

KEYWORDS = frozenset(
    "and or not in between contains is known unknown true false".split()  # noqa: SIM905
)
MAX_DEPTH = 64
"""Levels of nesting a tree may have: far above need, far below Python's recursion limit."""

SYMBOLS: Mapping[Operator, str] = {
    Operator.EQ: "=",
    Operator.NE: "!=",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.GT: ">",
    Operator.GE: ">=",
}

_PLAIN_WORD = re.compile(r"[^\W\d]\w*\Z")


class Filter:
    """Base of every node. Combine with `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: Filter | F) -> Filter:
        """Both hold."""
        return And((self, _as_filter(other)))

    def __or__(self, other: Filter | F) -> Filter:
        """At least one holds."""
        return Or((self, _as_filter(other)))

    def __invert__(self) -> Filter:
        """It is known not to hold."""
        return Not(self)

    def __bool__(self) -> NoReturn:
        """Refuse: `and`, `or`, `not` and chained comparisons would drop half of a filter."""
        raise FilterError(
            "A filter has no truth value of its own. Combine filters with & | ~ (each side in "
            "parentheses) instead of and/or/not, and write F(x).between(a, b) for a <= x <= b."
        )

    @property
    def depth(self) -> int:
        """Levels of nesting; a leaf has 1."""
        return 1


# ---------------------------------------------------------------- leaves


@dataclass(frozen=True, slots=True)
class Compare(Filter):
    """A field against one value.

    Attributes:
        field: Name of the field, e.g. "supplier.years".
        op: EQ, NE, LT, LE, GT or GE.
        value: Finite number, text or bool. A date is its ISO text.
        unit: Unit or currency of a number, or None.
        at: Offset in the text it was parsed from; no part of its identity.
    """

    field: str
    op: Operator
    value: Scalar
    unit: str | None = None
    at: int | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check the value, and make a whole number a float."""
        if self.op not in SYMBOLS:
            raise FilterError(f"{self.op!r} does not compare with one value.")
        object.__setattr__(self, "value", _scalar(self.field, self.value, self.unit))

    def __str__(self) -> str:
        """Write it as text."""
        if self.value is True and self.op is Operator.EQ:
            return _field_text(self.field)
        value = _value_text(self.value, self.unit)
        return f"{_field_text(self.field)} {SYMBOLS[self.op]} {value}"


@dataclass(frozen=True, slots=True)
class Between(Filter):
    """A number or date from `low` to `high`, both included.

    Attributes:
        field: Name of the field.
        low: Least value.
        high: Largest value, >= low.
        unit: Unit or currency of both, or None.
        at: Offset in the text it was parsed from; no part of its identity.
    """

    field: str
    low: float | str
    high: float | str
    unit: str | None = None
    at: int | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check both ends."""
        for name in ("low", "high"):
            value = _scalar(self.field, getattr(self, name), self.unit)
            if isinstance(value, bool):
                raise FilterError(f"'{self.field}' between: expected numbers or dates, got a bool.")
            object.__setattr__(self, name, value)
        low, high = self.low, self.high
        if isinstance(low, str) != isinstance(high, str):
            raise FilterError(
                f"'{self.field}' between: {low!r} and {high!r} are of different kinds."
            )
        if low > high:  # type: ignore[operator]
            raise FilterError(
                f"'{self.field}' between {low} and {high} can never hold; "
                "the smaller value comes first."
            )

    def __str__(self) -> str:
        """Write it as text."""
        low, high = _value_text(self.low, None), _value_text(self.high, self.unit)
        return f"{_field_text(self.field)} between {low} and {high}"


@dataclass(frozen=True, slots=True)
class AnyOf(Filter):
    """A field equal to one of several values; for a list field, an element that is.

    Attributes:
        field: Name of the field.
        values: At least one; all of one kind.
        unit: Unit or currency of all of them, or None.
        at: Offset in the text it was parsed from; no part of its identity.
    """

    field: str
    values: tuple[Scalar, ...]
    unit: str | None = None
    at: int | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check the values."""
        if not self.values:
            raise FilterError(f"'{self.field}' in (): give at least one value.")
        values = tuple(_scalar(self.field, value, self.unit) for value in self.values)
        if len({type(value) for value in values}) > 1:
            raise FilterError(f"'{self.field}' in (...): the values are of different kinds.")
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """Write it as text."""
        values = ", ".join(_value_text(value, self.unit) for value in self.values)
        return f"{_field_text(self.field)} in ({values})"


@dataclass(frozen=True, slots=True)
class Contains(Filter):
    """A text that holds another, in any case; for a list field, an element equal to it.

    Attributes:
        field: Name of the field.
        text: What it must hold; not empty.
        at: Offset in the text it was parsed from; no part of its identity.
    """

    field: str
    text: str
    at: int | None = dataclasses.field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check the text."""
        if not isinstance(self.text, str) or not self.text:
            raise FilterError(f"'{self.field}' contains: expected a text, got {self.text!r}.")
        _scalar(self.field, self.text, None)

    def __str__(self) -> str:
        """Write it as text."""
        return f"{_field_text(self.field)} contains {_quote(self.text)}"


@dataclass(frozen=True, slots=True)
class Presence(Filter):
    """Whether a field's value is known.

    Attributes:
        field: Name of the field.
        known: True: the value is known. False: it is missing.
        at: Offset in the text it was parsed from; no part of its identity.
    """

    field: str
    known: bool
    at: int | None = dataclasses.field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Write it as text."""
        return f"{_field_text(self.field)} is {'known' if self.known else 'unknown'}"


Leaf: TypeAlias = Compare | Between | AnyOf | Contains | Presence


# ---------------------------------------------------------------- branches


@dataclass(frozen=True, slots=True)
class Not(Filter):
    """The part is known not to hold: of an unknown value nothing is known, so neither is this."""

    part: Filter
    depth: int = dataclasses.field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check the nesting."""
        object.__setattr__(self, "depth", _depth((self.part,)))

    def __str__(self) -> str:
        """Write it as text."""
        return f"not {_wrap(self.part, And, Or)}"


@dataclass(frozen=True, slots=True)
class And(Filter):
    """All parts hold; at least two, never an And again."""

    parts: tuple[Filter, ...]
    depth: int = dataclasses.field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Flatten nested Ands and check the parts."""
        object.__setattr__(self, "parts", _flatten(self.parts, And))
        object.__setattr__(self, "depth", _depth(self.parts))

    def __str__(self) -> str:
        """Write it as text."""
        return " and ".join(_wrap(part, Or) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or(Filter):
    """At least one part holds; at least two parts, never an Or again."""

    parts: tuple[Filter, ...]
    depth: int = dataclasses.field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Flatten nested Ors and check the parts."""
        object.__setattr__(self, "parts", _flatten(self.parts, Or))
        object.__setattr__(self, "depth", _depth(self.parts))

    def __str__(self) -> str:
        """Write it as text."""
        return " or ".join(_wrap(part) for part in self.parts)


# ---------------------------------------------------------------- building in Python


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

    def __and__(self, other: Filter | F) -> Filter:
        """Both hold; this is a bool field."""
        return _as_filter(self) & other

    def __or__(self, other: Filter | F) -> Filter:
        """At least one holds; this is a bool field."""
        return _as_filter(self) | other

    def __invert__(self) -> Filter:
        """Known to be false; this is a bool field."""
        return ~_as_filter(self)

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


def _as_filter(node: Filter | F) -> Filter:
    if isinstance(node, F):
        return Compare(node.name, Operator.EQ, value=True)
    if isinstance(node, Filter):
        return node
    raise FilterError(f"Expected a filter or F(...), got {node!r}.")


# ---------------------------------------------------------------- checks


def _scalar(name: str, value: object, unit: str | None) -> Scalar:
    if isinstance(value, bool):
        result: Scalar = value
    elif isinstance(value, int | float):
        try:
            result = float(value)
        except OverflowError:
            result = math.inf
        if not math.isfinite(result):
            raise FilterError(f"'{name}': {value!r} is no finite number.")
        result += 0.0  # -0.0 becomes 0.0: they are equal, and must print alike
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise FilterError(f"'{name}': {value!r} is no valid text ({error.reason}).") from None
        result = value
    else:
        raise FilterError(
            f"'{name}': expected a number, text, bool, Money or Quantity, got {value!r}."
        )
    if unit is not None and (not unit or isinstance(result, bool | str)):
        raise FilterError(f"'{name}': only a number has a unit; got {value!r} with {unit!r}.")
    return result


def _depth(parts: Iterable[Filter]) -> int:
    depth = 1 + max(part.depth for part in parts)
    if depth > MAX_DEPTH:
        raise FilterError(f"The filter nests more than {MAX_DEPTH} levels deep; simplify it.")
    return depth


def _flatten(parts: Iterable[Filter], kind: type[And] | type[Or]) -> tuple[Filter, ...]:
    flat: list[Filter] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (_as_filter(part),))
    if len(flat) < 2:
        raise FilterError(f"{kind.__name__} joins at least two filters, got {len(flat)}.")
    return tuple(flat)


# ---------------------------------------------------------------- printing


def _wrap(part: Filter, *looser: type[Filter]) -> str:
    return f"({part})" if isinstance(part, looser) else str(part)


def _field_text(name: str) -> str:
    return ".".join(_word(segment) for segment in name.split("."))


def _value_text(value: Scalar, unit: str | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quote(value)
    number = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return f"{number} {_word(unit)}" if unit else number


def _word(word: str) -> str:
    if _PLAIN_WORD.match(word) and word.lower() not in KEYWORDS:
        return word
    return _quote(word)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
