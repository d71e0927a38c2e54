"""Filters on facts of listings and suppliers: as Python, as text, as masks.

```python
engine = FilterEngine(facts)                     # a pyarrow table, one row a listing
engine.mask(F("supplier.years") >= 3)
engine.mask(parse_filter("price <= 5 USD and supplier.verified"))
```
"""

from __future__ import annotations

from deepsearch.filters.builder import F
from deepsearch.filters.engine import FilterEngine
from deepsearch.filters.expressions import (
    And,
    AnyOf,
    Between,
    Compare,
    Contains,
    Filter,
    Not,
    Or,
    Presence,
)
from deepsearch.filters.fields import FieldKind, canonical_unit
from deepsearch.filters.parser import parse_filter

__all__ = [
    "And",
    "AnyOf",
    "Between",
    "Compare",
    "Contains",
    "F",
    "FieldKind",
    "Filter",
    "FilterEngine",
    "Not",
    "Or",
    "Presence",
    "canonical_unit",
    "parse_filter",
]
