"""The columns of a table of facts, encoded when first asked for; and masks, kept packed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deepsearch.filters.columns import (
    ManyTexts,
    NumberColumn,
    Rows,
    TextColumn,
)
from deepsearch.filters.fields import Field, FieldKind
from deepsearch.filters.nested import flatten_attributes, flatten_lists
from deepsearch.schema import BoolArray

__all__ = ["Column", "FactStore", "MaskCache"]

Column: TypeAlias = NumberColumn | TextColumn | ManyTexts


class FactStore:
    """Encoded columns of one table; safe to share between threads."""

    def __init__(self, facts: pa.Table, canonical: Callable[[str], str | None]) -> None:
        """Take a table.

        Args:
            facts: Flat columns.
            canonical: Gives the one form of a unit.
        """
        self.facts = facts
        self._canonical = canonical
        self._columns: dict[str, Column] = {}
        self._pairs: dict[str, dict[str, tuple[Rows, pa.Array]]] = {}
        self._lock = threading.RLock()

    def column(self, field: Field) -> Column:
        """Encode the column of a field's values, or return it encoded before."""
        with self._lock:
            if field.name not in self._columns:
                self._columns[field.name] = self._encode(field)
            return self._columns[field.name]

    def texts(self, name: str) -> TextColumn:
        """Encode a text column by its own name: units, currencies."""
        column = self.column(Field(name=name, kind=FieldKind.TEXT, column=name))
        if not isinstance(column, TextColumn):
            raise TypeError(f"Column '{name}' holds no texts.")
        return column

    def named_values(self, column: str) -> dict[str, tuple[Rows, pa.Array]]:
        """Folded name → row and text of every value, of a column of named values."""
        with self._lock:
            if column not in self._pairs:
                self._pairs[column] = flatten_attributes(self.facts.column(column))
            return self._pairs[column]

    def known(self, field: Field) -> BoolArray:
        """Rows where a field's value is known; of money, its currency too."""
        known = self.column(field).known()
        if field.kind is FieldKind.MONEY and field.unit_column is not None:
            known &= self.texts(field.unit_column).known()
        return known

    def has_unit(self, field: Field, unit: str) -> BoolArray:
        """Rows whose value is in a unit or currency."""
        if field.unit_column is None:
            raise TypeError(f"Field '{field.name}' has no unit.")
        column = self.texts(field.unit_column)
        wanted = self._canonical(unit)
        same = [self._canonical(form) == wanted for form in column.words.forms()]
        return column.rows(np.array(same, dtype=np.bool_))

    def _encode(self, field: Field) -> Column:
        if field.attribute is not None:
            rows, texts = self.named_values(field.column)[field.attribute]
            return ManyTexts(rows, texts, length=self.facts.num_rows)
        column = self.facts.column(field.column)
        if field.kind is FieldKind.LIST:
            return ManyTexts(*flatten_lists(column), length=self.facts.num_rows)
        if field.kind in (FieldKind.TEXT, FieldKind.IDENTIFIER):
            return TextColumn(column, exact=field.kind is FieldKind.IDENTIFIER)
        return NumberColumn(column)


class MaskCache:
    """The masks used last, a bit a row, within a bound; safe to share between threads."""

    def __init__(self, bytes_allowed: int) -> None:
        """Start empty.

        Args:
            bytes_allowed: Memory the masks may take together; 0 keeps none.
        """
        self._allowed = bytes_allowed
        self._used = 0
        self._masks: OrderedDict[Hashable, tuple[npt.NDArray[np.uint8], int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Masks kept."""
        return len(self._masks)

    @property
    def nbytes(self) -> int:
        """Memory in use."""
        return self._used

    def get(self, key: Hashable) -> BoolArray | None:
        """Return a fresh copy of a mask, or None."""
        with self._lock:
            found = self._masks.get(key)
            if found is None:
                return None
            self._masks.move_to_end(key)
        packed, length, _ = found
        mask: BoolArray = np.unpackbits(packed, count=length).view(np.bool_)
        return mask

    def put(self, key: Hashable, mask: BoolArray, *, key_bytes: int = 0) -> None:
        """Keep a mask, dropping those used longest ago.

        Args:
            key: What it is the mask of.
            mask: (rows,) mask; copied.
            key_bytes: Memory the key itself takes.
        """
        packed = np.packbits(mask)
        size = packed.nbytes + key_bytes + 256  # an entry's own overhead, roughly
        if size > self._allowed:
            return
        with self._lock:
            old = self._masks.pop(key, None)
            self._used += size - (old[2] if old else 0)
            self._masks[key] = (packed, len(mask), size)
            while self._used > self._allowed:
                self._used -= self._masks.popitem(last=False)[1][2]
