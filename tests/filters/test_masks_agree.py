"""Filters as masks, held to a plain predicate on rows and trees made at random."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.filters import (
    And,
    AnyOf,
    Between,
    Compare,
    Contains,
    F,
    Filter,
    FilterEngine,
    Not,
    Or,
    Presence,
)
from deepsearch.filters.columns import fold
from deepsearch.schema import Operator
from tests.filters.trees import trees

COUNTRIES = ["CN", "cn", "DE", "Straße", "STRASSE", "x y"]
facts_rows = st.lists(
    st.fixed_dictionaries(
        {
            "years": st.none() | st.integers(0, 9) | st.floats(-3, 3),
            "country": st.none() | st.sampled_from(COUNTRIES),
            "verified": st.none() | st.booleans(),
            "tags": st.none() | st.lists(st.none() | st.sampled_from(COUNTRIES), max_size=3),
            "price.min": st.none() | st.integers(0, 9),
            "price.currency": st.none() | st.sampled_from(["USD", "EUR"]),
        }
    ),
    max_size=20,
)
OPS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
small = st.integers(-1, 10) | st.floats(-3, 3)
equality = st.sampled_from([Operator.EQ, Operator.NE])
word = st.sampled_from([*COUNTRIES, "s", "none"])
leaf_filters = st.one_of(
    st.builds(Compare, st.just("years"), st.sampled_from(list(OPS)), small),
    st.builds(lambda a, b: Between("years", min(a, b), max(a, b)), small, small),
    st.builds(
        lambda values: AnyOf("years", tuple(values)), st.lists(small, min_size=1, max_size=3)
    ),
    st.builds(Compare, st.just("country"), equality, word),
    st.builds(
        lambda values: AnyOf("country", tuple(values)), st.lists(word, min_size=1, max_size=3)
    ),
    st.builds(Contains, st.just("country") | st.just("tags"), word),
    st.builds(lambda values: AnyOf("tags", tuple(values)), st.lists(word, min_size=1, max_size=3)),
    st.builds(Compare, st.just("verified"), equality, st.booleans()),
    st.builds(
        Compare,
        st.just("price"),
        st.sampled_from(list(OPS)),
        small,
        st.sampled_from(["USD", "eur"]),
    ),
    st.builds(
        Presence, st.sampled_from(["years", "country", "verified", "tags", "price"]), st.booleans()
    ),
)
tree_filters = trees(leaf_filters, max_leaves=6)


def truth(node: Filter, row: dict[str, Any]) -> bool | None:
    """What a filter says of one row: Kleene's logic, written plainly."""
    if isinstance(node, Not):
        inner = truth(node.part, row)
        return None if inner is None else not inner
    if isinstance(node, And | Or):
        parts = [truth(part, row) for part in node.parts]
        decisive = isinstance(node, Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    value: Any = row["price.min"] if node.field == "price" else row[node.field]
    if node.field == "price" and row["price.currency"] is None:
        value = None
    if isinstance(value, list):
        value = [fold(element) for element in value if element is not None] or None
    elif isinstance(value, str):
        value = fold(value)
    if isinstance(node, Presence):
        return (value is not None) == node.known
    if value is None:
        return None
    return known_truth(node, value, row)


def known_truth(node: Filter, value: Any, row: dict[str, Any]) -> bool | None:
    if isinstance(node, Contains):
        return fold(node.text) in value  # element of a list, part of a text
    if isinstance(node, Between):
        return bool(node.low <= value <= node.high)
    if isinstance(node, AnyOf):
        wanted = {fold(v) if isinstance(v, str) else v for v in node.values}
        return bool(wanted & set(value)) if isinstance(value, list) else value in wanted
    assert isinstance(node, Compare)
    if node.unit is not None and node.unit.upper() != row["price.currency"]:
        return None
    wanted_value = fold(node.value) if isinstance(node.value, str) else node.value
    return OPS[node.op](value, wanted_value)


@settings(max_examples=300)
@given(facts_rows, st.lists(tree_filters, min_size=1, max_size=4))
def test_masks_agree_with_a_plain_predicate(
    rows: list[dict[str, Any]], asked: list[Filter]
) -> None:
    schema = pa.schema(
        {
            "years": pa.float64(),
            "country": pa.string(),
            "verified": pa.bool_(),
            "tags": pa.list_(pa.string()),
            "price.min": pa.float64(),
            "price.currency": pa.string(),
        }
    )
    engine = FilterEngine(pa.Table.from_pylist(rows, schema=schema), cache_bytes=2000)
    for node in asked:  # several, so that kept masks of shared parts are used
        said = [truth(node, row) for row in rows]
        assert engine.mask(node).tolist() == [answer is True for answer in said]
        assert engine.mask(node, unknown="keep").tolist() == [a is not False for a in said]


def test_many_distinct_numbers_are_kept_as_they_are() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=70_000)
    values[::7] = np.nan
    engine = FilterEngine(pa.table({"x": values}))
    known = ~np.isnan(values)
    for node, expected in [
        (F("x") <= 0.5, values <= 0.5),
        (F("x") > values[1], values > values[1]),
        (F("x") == values[1], values == values[1]),
        (F("x") != values[1], known & (values != values[1])),
        (~(F("x") <= 0.5), values > 0.5),
        (F("x").between(-1, 1), (values >= -1) & (values <= 1)),
        (F("x").is_in([values[1], values[2]]), np.isin(values, values[1:3])),
        (F("x").is_unknown(), ~known),
    ]:
        np.testing.assert_array_equal(engine.mask(node), expected)


def test_many_scattered_words() -> None:
    words = [f"w{n:04d}" for n in range(3000)]
    rows = words * 3
    engine = FilterEngine(pa.table({"w": rows, "many": [[w, "all"] for w in rows]}))
    chosen = words[::7]
    expected = np.isin(rows, chosen)
    np.testing.assert_array_equal(engine.mask(F("w").is_in(chosen)), expected)
    np.testing.assert_array_equal(engine.mask(F("many").is_in(chosen)), expected)
    np.testing.assert_array_equal(
        engine.mask(F("w").contains("99")), np.char.find(np.array(rows), "99") >= 0
    )
