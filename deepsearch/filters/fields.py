"""What the names in a filter mean in a table of facts, and what may be asked of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import pyarrow as pa

from deepsearch.errors import FilterError
from deepsearch.filters.columns import day_number, fold
from deepsearch.filters.expressions import (
    SYMBOLS,
    AnyOf,
    Between,
    Compare,
    Contains,
    Leaf,
    Presence,
    Scalar,
)

__all__ = ["Field", "FieldKind", "Fields", "canonical_unit", "check_leaf", "number_of"]


class FieldKind(StrEnum):
    """What a field holds, in words that error messages use."""

    NUMBER = "numbers"
    DATE = "dates"
    BOOL = "true or false"
    TEXT = "text"
    IDENTIFIER = "identifiers"
    LIST = "a list of texts"
    QUANTITY = "numbers with a unit"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the facts.

    Attributes:
        name: Its full name.
        kind: What it holds.
        column: Column of its values.
        unit_column: Column of the unit or currency, if it has one.
        attribute: Folded name within the column, if that is one of named values.
    """

    name: str
    kind: FieldKind
    column: str
    unit_column: str | None = None
    attribute: str | None = None


_PRESENCE = ("is known", "is unknown")
_ORDER = (*SYMBOLS.values(), "between", "in", *_PRESENCE)
OPERATORS: Mapping[FieldKind, tuple[str, ...]] = {
    FieldKind.NUMBER: _ORDER,
    FieldKind.QUANTITY: _ORDER,
    FieldKind.MONEY: _ORDER,
    FieldKind.DATE: _ORDER,
    FieldKind.BOOL: ("=", "!=", "in", *_PRESENCE),
    FieldKind.TEXT: ("=", "!=", "in", "contains", *_PRESENCE),
    FieldKind.IDENTIFIER: ("=", "!=", "in", "contains", *_PRESENCE),
    FieldKind.LIST: ("contains", "in", *_PRESENCE),
}

IDENTIFIERS = frozenset({"id", "supplier.id", "url", "supplier.url"})
"""Text columns in which case tells values apart."""

ALIASES: Mapping[str, str] = {"moq": "min_order_quantity"}
OWNER = "supplier."
"""A name that is no field is looked up here: `country` means `supplier.country`."""

# Logical fields: the ends of two columns' names that make one value with its unit.
_COMPOSITES = (
    (".value", ".unit", FieldKind.QUANTITY),
    (".amount", ".currency", FieldKind.MONEY),
    (".min", ".currency", FieldKind.MONEY),
    (".price", ".currency", FieldKind.MONEY),
)

_UNITS: Mapping[str, str] = {
    "pc": "piece",
    "pce": "piece",
    "unit": "piece",
    "each": "piece",
    "ea": "piece",
    "no": "piece",
    "kilogram": "kg",
    "kilogramme": "kg",
    "kilo": "kg",
    "gram": "g",
    "tonne": "t",
    "ton": "t",
    "metric ton": "t",
    "meter": "m",
    "metre": "m",
    "kilometer": "km",
    "kilometre": "km",
    "liter": "l",
    "litre": "l",
    "square meter": "m2",
    "square metre": "m2",
    "m²": "m2",
    "sqm": "m2",
    "cubic meter": "m3",
    "cubic metre": "m3",
    "m³": "m3",
    "cbm": "m3",
}


def canonical_unit(unit: str) -> str:
    """Return the form in which units of quantity are compared.

    Case, singular and plural are alike; a few names have one form ("pcs", "units" and
    "pieces" are "piece"). A currency comes out folded.

    Args:
        unit: As written: "Pieces", "kgs", "USD".

    Returns:
        The compared form.
    """
    word = " ".join(unit.casefold().replace("_", " ").split()).rstrip(".")
    return _UNITS.get(word) or _UNITS.get(_singular(word)) or fold(_singular(word))


def _singular(word: str) -> str:
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 2:
        return word[:-1]
    return word


class Fields:
    """The fields of a table of facts."""

    def __init__(self, schema: pa.Schema) -> None:
        """Read the fields off a schema; columns of other types cannot be filtered by.

        Args:
            schema: Flat, dotted names.
        """
        self._fields: dict[str, Field] = {}
        self.named: dict[str, str] = {}
        """Folded name → name of each column of named values: attributes, identifiers."""
        for column in schema:
            if _is_pairs(column.type):
                self.named[fold(column.name)] = column.name
                continue
            kind = _kind(column.name, column.type)
            if kind is not None:
                self._fields[column.name] = Field(name=column.name, kind=kind, column=column.name)
        for value_end, unit_end, kind in _COMPOSITES:
            for name in [name for name in self._fields if name.endswith(value_end)]:
                self._add_composite(name, name.removesuffix(value_end), unit_end, kind)
        self._by_fold = {fold(name): field for name, field in self._fields.items()}

    def _add_composite(self, column: str, stem: str, unit_end: str, kind: FieldKind) -> None:
        unit = self._fields.get(stem + unit_end)
        whole = (
            unit is not None
            and unit.kind is FieldKind.TEXT
            and self._fields[column].kind is FieldKind.NUMBER
        )
        if whole and stem not in self._fields:
            self._fields[stem] = Field(
                name=stem, kind=kind, column=column, unit_column=stem + unit_end
            )

    def __iter__(self) -> Iterator[Field]:
        """Every field but the named values."""
        return iter(self._fields.values())

    def find(self, name: str) -> Field | None:
        """Look a name up: as it is, in another case, as an alias, as the supplier's.

        Args:
            name: Any name but that of an attribute.

        Returns:
            The field, or None.
        """
        if name in self._fields:
            return self._fields[name]
        key = fold(name)
        for candidate in (key, ALIASES.get(key), OWNER + key):
            if candidate in self._by_fold:
                return self._by_fold[candidate]
        return None

    def named_value(self, name: str) -> tuple[str, str] | None:
        """Read a name such as "attributes.Voltage".

        Args:
            name: Any name.

        Returns:
            The column of named values and the folded name within it, or None.
        """
        prefix, _, rest = fold(name).partition(".")
        return (self.named[prefix], rest) if prefix in self.named and rest else None

    def unknown(self, name: str, named: Mapping[str, Iterable[str]], at: int | None) -> FilterError:
        """Build the error that says a name is no field, and which one may be meant.

        Args:
            name: The name.
            named: Column of named values → the names in it.
            at: Offset of the name in the filter's text.

        Returns:
            The error, to be raised.
        """
        choices = {fold(real): real for real in self._fields}
        for column, inner in named.items():
            choices |= {f"{fold(column)}.{real}": f"{column}.{real}" for real in inner}
        for real in list(self._fields):  # a forgotten prefix is near too
            choices.setdefault(real.rsplit(".", 1)[-1], real)
        near = difflib.get_close_matches(fold(name), list(choices), n=1, cutoff=0.6)
        if near:
            advice = f"The nearest is '{choices[near[0]]}'."
        else:
            known = [*sorted(self._fields), *(f"{column}.NAME" for column in named)]
            advice = f"There are: {', '.join(known)}."
        return FilterError(f"No field '{name}'{_place(at)}. {advice}")


def check_leaf(leaf: Leaf, field: Field) -> None:
    """Check that a predicate fits its field.

    Args:
        leaf: The predicate.
        field: What its name means.

    Raises:
        FilterError: If the field does not take the operator, the kind of value, or a unit.
    """
    operator = _operator(leaf)
    allowed = OPERATORS[field.kind]
    if operator not in allowed:
        raise FilterError(
            f"Field '{leaf.field}'{_place(leaf.at)} holds {field.kind}; it does not take "
            f"'{operator}'. It takes: {', '.join(allowed)}."
        )
    for value in _values(leaf):
        _check_value(leaf, field, value)
    unit = None if isinstance(leaf, Contains | Presence) else leaf.unit
    if unit is not None and field.unit_column is None:
        raise FilterError(
            f"Field '{leaf.field}'{_place(leaf.at)} holds {field.kind} without a unit of its own; "
            f"write the number without '{unit}'."
        )


def number_of(value: Scalar) -> float:
    """A checked value of a number, bool or date field as the number its column holds."""
    if isinstance(value, str):
        return day_number(_parse_date(value))
    return float(value)


def _check_value(leaf: Leaf, field: Field, value: Scalar) -> None:
    expected: str
    if field.kind is FieldKind.BOOL:
        fits, expected = isinstance(value, bool), "true or false"
    elif field.kind is FieldKind.DATE:
        fits, expected = isinstance(value, str) and _is_date(value), "a date such as 2026-01-31"
    elif field.kind in (FieldKind.NUMBER, FieldKind.QUANTITY, FieldKind.MONEY):
        fits, expected = isinstance(value, float) and not isinstance(value, bool), "a number"
    else:
        fits, expected = isinstance(value, str), "a text (quote it)"
    if not fits:
        shown = str(value).lower() if isinstance(value, bool) else repr(value)
        raise FilterError(
            f"Field '{leaf.field}'{_place(leaf.at)} holds {field.kind}; expected {expected}, "
            f"got {shown}. It takes: {', '.join(OPERATORS[field.kind])}."
        )


def _operator(leaf: Leaf) -> str:
    if isinstance(leaf, Compare):
        return SYMBOLS[leaf.op]
    if isinstance(leaf, Presence):
        return "is known" if leaf.known else "is unknown"
    names: dict[type[Leaf], str] = {Between: "between", AnyOf: "in", Contains: "contains"}
    return names[type(leaf)]


def _values(leaf: Leaf) -> tuple[Scalar, ...]:
    if isinstance(leaf, Compare):
        return (leaf.value,)
    if isinstance(leaf, Between):
        return (leaf.low, leaf.high)
    if isinstance(leaf, AnyOf):
        return leaf.values
    return (leaf.text,) if isinstance(leaf, Contains) else ()


def _place(at: int | None) -> str:
    return "" if at is None else f" (character {at + 1})"


def _is_date(text: str) -> bool:
    try:
        _parse_date(text)
    except ValueError:
        return False
    return True


def _parse_date(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _kind(name: str, kind: pa.DataType) -> FieldKind | None:
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_boolean(kind):
        return FieldKind.BOOL
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return FieldKind.NUMBER
    if types.is_date(kind) or types.is_timestamp(kind):
        return FieldKind.DATE
    if _is_text(kind):
        return FieldKind.IDENTIFIER if name in IDENTIFIERS else FieldKind.TEXT
    if _is_list(kind) and _is_text(kind.value_type):
        return FieldKind.LIST
    return None


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_list(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_list_view(kind)
        or types.is_large_list_view(kind)
    )


def _is_pairs(kind: pa.DataType) -> bool:
    if pa.types.is_map(kind):
        return True
    return bool(
        _is_list(kind) and pa.types.is_struct(kind.value_type) and kind.value_type.num_fields >= 2
    )
