"""Filters as data: frozen trees, built in Python with `F` or parsed from text.

A tree says nothing about a catalogue; `FilterEngine` checks it against one and applies it.
`str(tree)` is the text that `parse_filter` reads back into an equal tree.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol, TypeAlias, runtime_checkable

from deepsearch.errors import FilterError
from deepsearch.schema import Operator

__all__ = [
    "KEYWORDS",
    "MAX_DEPTH",
    "And",
    "AnyOf",
    "Between",
    "Compare",
    "Contains",
    "Filter",
    "Leaf",
    "Not",
    "Or",
    "Presence",
    "ReadsAsFilter",
    "Scalar",
]

Scalar: TypeAlias = float | str | bool

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


@runtime_checkable
class ReadsAsFilter(Protocol):
    """What stands for a filter where one is expected: `F` of a bool field."""

    def as_filter(self) -> Filter:
        """Return the filter meant."""
        ...


class Filter:
    """Base of every node. Combine with `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: Filter | ReadsAsFilter) -> Filter:
        """Both hold."""
        return And((self, _as_filter(other)))

    def __or__(self, other: Filter | ReadsAsFilter) -> Filter:
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


# ---------------------------------------------------------------- checks


def _as_filter(node: Filter | ReadsAsFilter) -> Filter:
    if isinstance(node, Filter):
        return node
    if isinstance(node, ReadsAsFilter):
        return node.as_filter()
    raise FilterError(f"Expected a filter or F(...), got {node!r}.")


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
