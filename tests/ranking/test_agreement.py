"""The columnar matcher answers exactly as `judge` does, whatever the data."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.ranking import Rates, judge
from deepsearch.ranking.compare import Sense, relation, relation_array
from deepsearch.schema import Listing, Offer, Operator, PriceTier, Quantity, Status, Supplier
from tests.ranking.builders import (
    FOCUS,
    NUMBERS,
    QUANTITIES,
    TODAY,
    listings,
    matcher,
    maybe,
    need,
    requirements,
)

SIGN = {Status.MET: 1, Status.UNKNOWN: 0, Status.VIOLATED: -1}
RATES = Rates(on=date(2026, 5, 1), pairs={("INR", "USD"): 0.012, ("EUR", "USD"): 1.1})
COUNTRIES = {"Shanghai": "CN", "steel": "DE"}
PLAIN_OPS = [Operator.EQ, Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.BETWEEN]


@given(
    op=st.sampled_from(PLAIN_OPS),
    wanted=st.tuples(NUMBERS, NUMBERS).map(sorted),
    stated=st.lists(st.tuples(NUMBERS, NUMBERS).map(sorted), min_size=1, max_size=8),
    sense=st.sampled_from(list(Sense)),
    tolerance=st.sampled_from([0.0, 0.01, 0.05]),
)
def test_one_comparison_and_a_column_agree(
    op: Operator,
    wanted: list[float],
    stated: list[list[float]],
    sense: Sense,
    tolerance: float,
) -> None:
    bound = (wanted[0], wanted[1]) if op is Operator.BETWEEN else (wanted[0], wanted[0])
    low, high = np.array(stated).T
    column = relation_array(op, bound, low, high, sense=sense, tolerance=tolerance)
    single = [relation(op, bound, a, b, sense=sense, tolerance=tolerance) for a, b in stated]
    assert column.tolist() == single


@pytest.mark.parametrize("focus", sorted(FOCUS))
@settings(max_examples=12, deadline=None)
@given(data=st.data(), quantity=maybe(QUANTITIES), rates=st.sampled_from([None, RATES]))
def test_matcher_agrees_with_judge(
    focus: str, data: st.DataObject, quantity: Quantity | None, rates: Rates | None
) -> None:
    found = data.draw(st.lists(listings(focus=focus), min_size=4, max_size=6))
    rows = matcher(found)
    for requirement in data.draw(st.lists(requirements(focus), min_size=6, max_size=6)):
        ask: Any = {
            "order_quantity": quantity, "today": TODAY, "rates": rates, "countries": COUNTRIES
        }  # fmt: skip
        column = rows.status(requirement, **ask)
        single = [SIGN[judge(requirement, item, **ask).status] for item in found]
        assert column.tolist() == single, requirement


@pytest.mark.parametrize("focus", ["unit_price", "budget", "lead_time", "delivery_date"])
@settings(max_examples=12, deadline=None)
@given(data=st.data(), quantity=maybe(QUANTITIES))
def test_without_ladder_columns_nothing_met_is_lost(
    focus: str, data: st.DataObject, quantity: Quantity | None
) -> None:
    """Where only the price range is known, a met requirement is never called violated."""
    found = data.draw(st.lists(listings(focus=focus), min_size=4, max_size=6))
    rows = matcher(found, ladders=False)
    for requirement in data.draw(st.lists(requirements(focus), min_size=6, max_size=6)):
        if requirement.op in (Operator.NE, Operator.NONE_OF):
            continue
        column = rows.status(requirement, order_quantity=quantity, today=TODAY)
        for status, item in zip(column, found, strict=True):
            judged = judge(requirement, item, order_quantity=quantity, today=TODAY).status
            assert not (status == -1 and judged is Status.MET), requirement


def test_agrees_on_real_listings(shared_data: Path) -> None:
    found = []
    with (shared_data / "listings" / "catalog.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            price, least, supplier = (
                row.get(name) or {} for name in ("price", "min_order_quantity", "supplier")
            )
            found.append(
                Listing(
                    id=row["id"],
                    title=row["title"],
                    attributes={k: str(v) for k, v in (row.get("attributes") or {}).items()},
                    offer=Offer(
                        currency=price.get("currency"),
                        price_unit=price.get("unit"),
                        price_tiers=(PriceTier(low=price["min"], high=price["max"]),)
                        if price
                        else (),
                        min_order_quantity=Quantity(**least) if least else None,
                        dispatch_days=row.get("dispatch_days"),
                    ),
                    supplier=Supplier(**supplier) if supplier.get("id") else None,
                )
            )
    rows = matcher(found)
    order = Quantity(value=50, unit="piece")
    expected_met = {"order_quantity": 1169, "supplier_years": 930, "response_time": 811}
    for requirement in (
        need("order_quantity", "eq", 50, "piece"),
        need("unit_price", "le", 5, "USD"),
        need("supplier_years", "ge", 3, "year"),
        need("response_time", "le", 3, "hour"),
        need("material", "eq", "stainless steel"),
        need("automation_grade", "eq", "automatic"),
        need("budget", "le", 500, "USD"),
    ):
        column = rows.status(requirement, order_quantity=order, today=TODAY)
        single = [
            SIGN[judge(requirement, item, order_quantity=order, today=TODAY).status]
            for item in found
        ]
        assert column.tolist() == single
        if requirement.field in expected_met:
            assert int((column == 1).sum()) == expected_met[requirement.field]


@settings(max_examples=15, deadline=None)
@given(data=st.data(), quantity=maybe(QUANTITIES))
def test_some_rows_alone_are_judged_as_among_all(
    data: st.DataObject, quantity: Quantity | None
) -> None:
    focus = data.draw(st.sampled_from(sorted(FOCUS)))
    found = data.draw(st.lists(listings(focus=focus), min_size=3, max_size=6))
    rows = np.array(sorted(data.draw(st.sets(st.sampled_from(range(len(found)))))), dtype=np.int64)
    whole = matcher(found)
    some = whole.among(rows)
    assert len(some) == len(rows)
    for requirement in data.draw(st.lists(requirements(focus), min_size=4, max_size=4)):
        of_all = whole.status(requirement, order_quantity=quantity, today=TODAY)
        of_some = some.status(requirement, order_quantity=quantity, today=TODAY)
        assert of_some.tolist() == of_all[rows].tolist(), requirement
