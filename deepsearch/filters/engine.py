"""From filter to mask: exact, three-valued, over all rows.

A predicate on a missing value is neither true nor false but unknown (Kleene's logic), as
is one that cannot be compared: an amount in another currency, a quantity in another unit.
A filter lets through the rows of which it is true, so neither `x <= 5` nor `not x <= 5`
lets a row without x through; `x is unknown` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa

from deepsearch.errors import FilterError, InvalidInputError
from deepsearch.filters.columns import NumberColumn
from deepsearch.filters.expressions import (
    And,
    AnyOf,
    Between,
    Compare,
    Contains,
    Filter,
    Leaf,
    Not,
    Or,
    Presence,
)
from deepsearch.filters.fields import (
    Field,
    FieldKind,
    Fields,
    canonical_unit,
    check_leaf,
    number_of,
)
from deepsearch.filters.store import FactStore, MaskCache
from deepsearch.schema import BoolArray, Operator

__all__ = ["CACHE_BYTES", "FilterEngine"]

Unknown: TypeAlias = Literal["exclude", "keep"]

CACHE_BYTES = 64 * 2**20
_UNITS_SHOWN = 12


class FilterEngine:
    """Applies filters to one table of facts; safe to share between threads.

    Columns are encoded when first asked for, in a form made for filtering. Masks of
    filters and of their parts are kept, packed, up to a bound.

    Example:
        >>> from deepsearch.filters import F
        >>> facts = pa.table({"id": ["a", "b", "c"], "supplier.years": [5, None, 1]})
        >>> FilterEngine(facts).mask(F("supplier.years") >= 3).tolist()
        [True, False, False]
    """

    def __init__(
        self,
        facts: pa.Table,
        *,
        cache_bytes: int = CACHE_BYTES,
        canonical: Callable[[str], str | None] = canonical_unit,
    ) -> None:
        """Prepare a table.

        Args:
            facts: One row a listing; flat columns with dotted names ("supplier.years").
                Attributes and the like are maps, or lists of name-value structs. Structs
                are flattened.
            cache_bytes: Memory that kept masks may take; 0 keeps none.
            canonical: Gives the one form of a unit or currency, of the table's and of a
                filter's; a catalogue's own knows more words than the default.
        """
        while any(pa.types.is_struct(column.type) for column in facts.schema):
            facts = facts.flatten()
        self._fields = Fields(facts.schema)
        self._store = FactStore(facts, canonical)
        self._cache = MaskCache(cache_bytes)

    def __len__(self) -> int:
        """Rows."""
        return int(self._store.facts.num_rows)

    @property
    def fields(self) -> Mapping[str, FieldKind]:
        """Name → kind of every field that can be filtered by, named values (attributes) aside."""
        return {field.name: field.kind for field in self._fields}

    def check(self, filter: Filter) -> None:  # noqa: A002 - the word of this library
        """Check that a filter fits the fields.

        Args:
            filter: Any filter.

        Raises:
            FilterError: If a name is no field, or a field does not take what is asked; the
                message names it, the nearest real one, and what the field takes.
        """
        for leaf in _leaves(filter):
            field = self._resolve(leaf)
            check_leaf(leaf, field)
            if field.kind is FieldKind.MONEY and not isinstance(leaf, Presence | Contains):
                self._check_currency(leaf, field)

    def mask(self, filter: Filter, *, unknown: Unknown = "exclude") -> BoolArray:  # noqa: A002
        """Find the rows a filter lets through.

        Args:
            filter: Any filter.
            unknown: Whether rows of which the filter is unknown are let through.

        Returns:
            (len(self),) mask, the caller's to change.

        Raises:
            FilterError: As `check`.
            InvalidInputError: If `unknown` is neither "exclude" nor "keep".
        """
        if unknown not in ("exclude", "keep"):
            raise InvalidInputError(f'unknown must be "exclude" or "keep", got {unknown!r}.')
        self.check(filter)
        if unknown == "keep":
            return ~self._rows(filter, truth=False)
        return self._rows(filter, truth=True)

    # -- logic

    def _rows(self, node: Filter, *, truth: bool) -> BoolArray:
        """Rows of which a filter is known to be true, or known to be false."""
        while isinstance(node, Not):
            node, truth = node.part, not truth
        key = (node, truth)
        mask = self._cache.get(key)
        if mask is None:
            if isinstance(node, And | Or):
                mask = self._combined_rows(node, truth=truth)
            else:
                mask = self._leaf_rows(_leaf(node), truth=truth)
            self._cache.put(key, mask, key_bytes=_size(node))
        return mask

    def _combined_rows(self, node: And | Or, *, truth: bool) -> BoolArray:
        # De Morgan's laws hold in Kleene's logic: an And is false where any part is.
        every = isinstance(node, And) == truth
        combine = np.logical_and if every else np.logical_or
        mask = self._rows(node.parts[0], truth=truth)
        for part in node.parts[1:]:
            combine(mask, self._rows(part, truth=truth), out=mask)
        return mask

    def _leaf_rows(self, leaf: Leaf, *, truth: bool) -> BoolArray:
        field = self._resolve(leaf)
        if isinstance(leaf, Presence):
            known = self._store.known(field)
            return known if leaf.known == truth else ~known
        mask = self._holds(leaf, field)
        # Of NE the column tells where it does not hold.
        if truth == (isinstance(leaf, Compare) and leaf.op is Operator.NE):
            np.logical_and(self._store.known(field), ~mask, out=mask)
        if not isinstance(leaf, Contains) and leaf.unit is not None:
            mask &= self._store.has_unit(field, leaf.unit)
        elif field.kind is FieldKind.MONEY:
            mask &= self._store.known(field)
        return mask

    def _holds(self, leaf: Leaf, field: Field) -> BoolArray:
        """Rows whose value meets a leaf, of NE its opposite, units aside."""
        column = self._store.column(field)
        if isinstance(column, NumberColumn):
            return _number_rows(column, leaf, field)
        if isinstance(leaf, Contains) and field.kind is not FieldKind.LIST:
            return column.rows(column.words.contains(leaf.text))
        return column.rows(column.words.any_of(_texts(leaf)))

    # -- fields

    def _resolve(self, leaf: Leaf) -> Field:
        found = self._fields.find(leaf.field)
        if found is not None:
            return found
        named = self._fields.named_value(leaf.field)
        if named is not None:
            column, name = named
            if name in self._store.named_values(column):
                return Field(
                    name=f"{column}.{name}", kind=FieldKind.TEXT, column=column, attribute=name
                )
        columns = self._fields.named.values()
        inner = {column: self._store.named_values(column) for column in columns}
        raise self._fields.unknown(leaf.field, inner, leaf.at)

    def foreign_units(self, filter: Filter) -> list[str]:  # noqa: A002
        """Tell of the units and currencies in a filter that no row's value is in.

        Such a predicate lets nothing through, which looks as if nothing were cheap enough.

        Args:
            filter: One that passes `check`.

        Returns:
            A sentence each, with the units there are.
        """
        told = []
        for leaf in _leaves(filter):
            field = self._resolve(leaf)
            unit = None if isinstance(leaf, Presence | Contains) else leaf.unit
            if unit is None or field.unit_column is None or self._store.has_unit(field, unit).any():
                continue
            units = self._units(field)
            told.append(
                f"No listing's {leaf.field} is in {unit}, and nothing is converted; "
                + (f"it is stated in {_some(units)}." if units else "none states one at all.")
            )
        return told

    def _units(self, field: Field) -> list[str]:
        if field.unit_column is None:
            return []
        forms = sorted(self._store.texts(field.unit_column).words.forms())
        return [form.upper() for form in forms] if field.kind is FieldKind.MONEY else forms

    def _check_currency(self, leaf: Compare | Between | AnyOf, field: Field) -> None:
        if field.unit_column is None:
            return
        currencies = self._units(field)
        if leaf.unit is not None:
            if not _is_currency(leaf.unit) and not self._store.has_unit(field, leaf.unit).any():
                known = f"; the catalogue has {_some(currencies)}" if currencies else ""
                raise FilterError(
                    f"'{leaf.unit}' is no currency in '{leaf}'. Give an ISO 4217 code such as "
                    f"EUR{known}."
                )
        elif len(currencies) > 1:
            raise FilterError(
                f"Field '{leaf.field}' holds money in several currencies "
                f"({', '.join(currencies)}); say which, "
                f"as in '{leaf.field} <= 5 {currencies[-1]}', "
                f"or compare the plain number with '{field.column}'."
            )


def _is_currency(code: str) -> bool:
    from babel.numbers import is_currency

    return is_currency(code.upper())


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _UNITS_SHOWN} more" if len(names) > _UNITS_SHOWN else ""
    return ", ".join(names[:_UNITS_SHOWN]) + more


def _leaves(node: Filter) -> Iterator[Leaf]:
    if isinstance(node, Not):
        yield from _leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield _leaf(node)


def _leaf(node: Filter) -> Leaf:
    if isinstance(node, Compare | Between | AnyOf | Contains | Presence):
        return node
    raise FilterError(f"Expected a filter, built with F(...) or parse_filter, got {node!r}.")


def _size(node: Filter) -> int:
    """Memory a filter takes as a key, roughly; long lists of values are what counts."""
    if isinstance(node, AnyOf):
        return sum(64 + len(value) if isinstance(value, str) else 32 for value in node.values)
    return 0


def _number_rows(column: NumberColumn, leaf: Leaf, field: Field) -> BoolArray:
    if isinstance(leaf, Between):
        return column.between(number_of(leaf.low), number_of(leaf.high))
    if isinstance(leaf, AnyOf):
        return column.any_of([number_of(value) for value in leaf.values])
    if isinstance(leaf, Compare):
        op = Operator.EQ if leaf.op is Operator.NE else leaf.op
        return column.holds(op, number_of(leaf.value))
    raise FilterError(f"Field '{field.name}' holds numbers; it does not take {leaf}.")


def _texts(leaf: Leaf) -> list[str]:
    if isinstance(leaf, AnyOf):
        return [str(value) for value in leaf.values]
    return [str(leaf.text if isinstance(leaf, Contains) else getattr(leaf, "value", ""))]
