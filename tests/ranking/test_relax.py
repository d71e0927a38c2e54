"""Relaxation: smallest sets, exact counts, honest bounds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.ranking import relax
from deepsearch.schema import Quantity, Requirement, Supplier
from tests.ranking.builders import TODAY, claim, listing, matcher, need


def market(n: int) -> list:
    return [
        listing(
            f"l{i}",
            claims=(claim("certification", "CE"),) if i % 3 == 0 else (),
            min_order_quantity=Quantity(value=[10, 50, 100, 400, 500][i % 5], unit="piece"),
            supplier=Supplier(id=f"s{i}", years=float(i % 12)),
        )
        for i in range(n)
    ]


NEEDS = [
    need("certification", "eq", "CE"),
    need("order_quantity", "eq", 20, "piece"),
    need("min_order_quantity", "le", 100, "piece"),
    need("supplier_years", "ge", 9, "year"),
]


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(1, 60),
    needs=st.lists(st.sampled_from(NEEDS), min_size=1, unique_by=lambda r: r.field),
    unknown=st.sampled_from(["keep", "exclude"]),
    base=st.randoms(),
)
def test_counts_are_exact_and_sets_minimal(n, needs, unknown, base) -> None:  # type: ignore[no-untyped-def]
    rows = matcher(market(n))
    allowed = np.array([base.random() < 0.8 for _ in range(n)])

    def count(requirements: list[Requirement]) -> int:
        return int((allowed & rows.allowed(requirements, unknown=unknown, today=TODAY)).sum())

    now = count(needs)
    ways = relax(rows, needs, allowed, unknown=unknown, today=TODAY, limit=100)
    dropped = set()
    for way in ways:
        assert way.count > now
        after = list(needs)
        for change in way.changes:
            position = after.index(change.requirement)
            after[position : position + 1] = [] if change.to is None else [change.to]
        assert way.count == count(after), way.sentence
        assert way.sentence.endswith(f": {way.count:,}")
        if all(change.to is None for change in way.changes):
            dropped.add(frozenset(needs.index(c.requirement) for c in way.changes))
    for size in (1, 2, 3):
        for chosen in combinations(range(len(needs)), size):
            helps = count([r for i, r in enumerate(needs) if i not in chosen]) > now
            smaller = any(part < set(chosen) for part in dropped)
            assert (frozenset(chosen) in dropped) == (helps and not smaller)


def test_a_bound_is_loosened_only_as_far_as_needed() -> None:
    rows = matcher(market(60))
    needs = [need("min_order_quantity", "le", 20, "piece")]  # 12 of 60 sell from 10
    told = [w.sentence for w in relax(rows, needs, today=TODAY, wanted=20)]
    assert told == [
        "Without minimum order at most 20 pieces: 60",
        "Minimum order at most 50 instead of 20 pieces: 24",
    ]


def test_wishes_and_satisfied_needs_are_not_given_up() -> None:
    rows = matcher(market(10))
    assert relax(rows, [need("supplier_years", "ge", 0, "year")], today=TODAY) == []
    assert relax(rows, [need("supplier_years", "ge", 9, "year", hard=False)], today=TODAY) == []
    assert relax(rows, [], today=TODAY) == []


def test_two_at_once_where_neither_alone_helps() -> None:
    rows = matcher([listing("a", supplier=Supplier(id="s", years=1, verified=False))])
    needs = [need("supplier_years", "ge", 5, "year"), need("supplier_verified", "eq", True)]
    ways = relax(rows, needs, today=TODAY)
    assert [w.sentence for w in ways] == [
        "Without years in business at least 5 years and without verified supplier: 1"
    ]
