"""Filters as text: what is read, what is refused and where, and that printing reads back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.errors import FilterError
from deepsearch.filters import (
    And,
    AnyOf,
    Between,
    Compare,
    Contains,
    F,
    Filter,
    Not,
    Or,
    Presence,
    parse_filter,
)
from deepsearch.filters.expressions import MAX_DEPTH
from deepsearch.filters.parser import MAX_LENGTH
from deepsearch.schema import Money, Operator, Quantity
from tests.filters.trees import trees

SAME = [
    ("supplier.years >= 3", F("supplier.years") >= 3),
    ("supplier.years>=3", F("supplier.years") >= 3),
    ("price <= 5 USD", F("price") <= Money(amount=5, currency="USD")),
    ("price<=5USD", F("price") <= Money(amount=5, currency="USD")),
    ("moq <= 100 pieces", F("moq") <= Quantity(value=100, unit="pieces")),
    ("x = -1.5e3", F("x") == -1500),
    ("x == 1", F("x") == 1),
    ("x != 'a'", F("x") != "a"),
    ("supplier.country = CN", F("supplier.country") == "CN"),
    (
        "supplier.country = IN or supplier.state in (OR, is)",
        (F("supplier.country") == "IN") | F("supplier.state").is_in(["OR", "is"]),
    ),
    ("supplier.country in (CN, 'DE')", F("supplier.country").is_in(["CN", "DE"])),
    ("x not in (1, 2)", ~F("x").is_in([1, 2])),
    ("x between 1 and 5 USD", Between("x", 1, 5, "USD")),
    ("x between 1 USD and 5", Between("x", 1, 5, "USD")),
    ("x not between 1 and 5", ~F("x").between(1, 5)),
    ("supplier.verified_on >= 2025-01-31", F("supplier.verified_on") >= "2025-01-31"),
    ('title contains "say \\"hi\\""', F("title").contains('say "hi"')),
    ("title contains steel", F("title").contains("steel")),
    ("title not contains 440", ~F("title").contains("440")),
    ("x is known", F("x").is_known()),
    ("x IS Unknown", F("x").is_unknown()),
    ("supplier.verified", Compare("supplier.verified", Operator.EQ, True)),
    ("supplier.verified = true", F("supplier.verified") == True),  # noqa: E712
    ("not supplier.verified", ~F("supplier.verified")),
    ("a and b or not c", (F("a") & F("b")) | ~F("c")),
    ("a and (b or c)", F("a") & (F("b") | F("c"))),
    ("((a))", Compare("a", Operator.EQ, True)),
    ("not not a", Not(Not(Compare("a", Operator.EQ, True)))),
    ('attributes."Machine Material" = x', F("attributes.Machine Material") == "x"),
    ("attributes.in = x", F("attributes.in") == "x"),
    ('"odd name" is known', F("odd name").is_known()),
    ("größe > 3", F("größe") > 3),
]


@pytest.mark.parametrize(("text", "built"), SAME, ids=[text for text, _ in SAME])
def test_text_and_python_mean_the_same(text: str, built: Filter) -> None:
    assert parse_filter(text) == built
    assert parse_filter(str(built)) == built


def test_and_binds_tighter_than_or_and_not_tightest() -> None:
    a, b, c = (Compare(name, Operator.EQ, True) for name in "abc")
    assert parse_filter("a or b and c") == Or((a, And((b, c))))
    assert parse_filter("not a and b") == And((Not(a), b))


def test_printed_text_has_no_needless_parentheses() -> None:
    text = "a and not (b or c) and d in (1, 2) or e = 5 kg"
    assert str(parse_filter(text)) == text


REFUSED = [
    ("", "empty"),
    ("   ", "empty"),
    ("a <=", "character 5: expected a value"),
    ("<= 5", "character 1: expected the name of a field"),
    ("a b", "character 3: expected an operator after the field 'a'"),
    ("a = x b", "character 7: expected 'and', 'or' or the end"),
    ("(a", "character 3: expected ')'"),
    ("a)", "character 2"),
    ("a and", "character 6"),
    ("a & b", "write 'and'"),
    ("a || b", "write 'or'"),
    ("a ≤ 5", "write '<='"),
    ("a = 'x", "never closed"),
    ("a in 5", "expected '('"),
    ("a in ()", "expected a value"),
    ("a in (1, 'x')", "different kinds"),
    ("a in (1 USD, 2 EUR)", "different units"),
    ("a between 5 and 1", "can never hold"),
    ("a between 1 or 5", "expected 'and'"),
    ("a between 1 USD and 5 EUR", "different units"),
    ("a is nice", "expected 'known' or 'unknown'"),
    ("a not 5", "after 'not'"),
    ("a contains ''", "expected a text"),
    ("a. = 5", "expected the name of a field"),
    ("a = 1e999", "too large"),
    ("a = $5", "'$' is not understood"),
    ("__import__('os')", "expected 'and', 'or' or the end"),
    ("a = b.c", "expected 'and', 'or' or the end"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_a_wrong_text_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(FilterError, match=r"(?s).+") as caught:
        parse_filter(text)
    assert message in str(caught.value)


def test_length_and_depth_are_bounded() -> None:
    with pytest.raises(FilterError, match="characters"):
        parse_filter("a" * (MAX_LENGTH + 1))
    with pytest.raises(FilterError, match="levels deep"):
        parse_filter("(" * 5000 + "a" + ")" * 5000)
    with pytest.raises(FilterError, match="levels deep"):
        parse_filter("not " * 3000 + "a")
    deep: Filter = F("a") == 1
    for _ in range(MAX_DEPTH - 1):
        deep = ~deep
    assert parse_filter(str(deep)) == deep
    with pytest.raises(FilterError, match="levels deep"):
        _ = ~deep


def test_many_parts_side_by_side_are_not_deep() -> None:
    found = parse_filter(" or ".join(f"a = {n}" for n in range(1000)))
    assert isinstance(found, Or)
    assert len(found.parts) == 1000


def test_a_filter_has_no_truth_value() -> None:
    with pytest.raises(FilterError, match=r"& [|] ~"):
        bool((F("a") <= 5) and (F("b") <= 5))
    with pytest.raises(FilterError, match="between"):
        1 <= F("a") <= 5  # noqa: B015


@pytest.mark.parametrize(
    "build",
    [
        lambda: F(""),
        lambda: Compare("a", Operator.LE, math.nan),
        lambda: F("a") <= 10**400,
        lambda: F("a") == None,  # noqa: E711
        lambda: F("a") == "\ud800",
        lambda: F("a").is_in([]),
        lambda: F("a").is_in("CN"),
        lambda: F("a").is_in([1, "x"]),
        lambda: F("a").between(5, 1),
        lambda: F("a").between(1, "x"),
        lambda: F("a").between(Money(amount=1, currency="USD"), Money(amount=2, currency="EUR")),
        lambda: F("a").contains(""),
        lambda: And((F("a") == 1,)),
        lambda: (F("a") == 1) & "b",
    ],
)
def test_what_cannot_be_a_filter_is_refused_when_built(build: object) -> None:
    with pytest.raises(FilterError):
        build()  # type: ignore[operator]


# ---------------------------------------------------------------- printing reads back

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
names = st.one_of(
    st.sampled_from(["price", "supplier.years", "attributes.Machine Material", "not", "a.in.b"]),
    texts,
)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20)
units = st.none() | texts
compares = st.builds(
    Compare,
    names,
    st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]).map(Operator),
    numbers,
    units,
) | st.builds(Compare, names, st.sampled_from([Operator.EQ, Operator.NE]), texts | st.booleans())
ranges = st.builds(
    lambda name, ends, unit: Between(name, min(ends), max(ends), unit),
    names,
    st.tuples(numbers, numbers),
    units,
)
lists = st.builds(
    AnyOf, names, st.lists(numbers, min_size=1, max_size=4).map(tuple), units
) | st.builds(AnyOf, names, st.lists(texts, min_size=1, max_size=4).map(tuple))
leaves = (
    compares
    | ranges
    | lists
    | st.builds(Contains, names, texts)
    | st.builds(Presence, names, st.booleans())
)
filters = trees(leaves, max_leaves=8)


@given(filters)
def test_every_filter_prints_as_text_that_reads_back(built: Filter) -> None:
    again = parse_filter(str(built))
    assert again == built
    assert str(again) == str(built)
    assert hash(again) == hash(built)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_filter_error(text: str) -> None:
    try:
        found = parse_filter(text)
    except FilterError:
        return
    assert parse_filter(str(found)) == found
