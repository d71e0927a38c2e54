"""A town has a country: who is known to be in another one is not in that town."""

from __future__ import annotations

import pytest

from deepsearch.ranking import judge
from deepsearch.schema import Status, Supplier
from tests.ranking.builders import TODAY, listing, matcher, need

COUNTRIES = {"Chennai": "IN", "Madras": "IN", "Shanghai": "CN"}
SIGN = {Status.MET: 1, Status.UNKNOWN: 0, Status.VIOLATED: -1}

CASES = [
    ("another country", "eq", "Chennai", {"country": "CN"}, -1),
    ("the same country", "eq", "Chennai", {"country": "IN"}, 0),
    ("the town in another spelling", "eq", "Madras", {"country": "IN", "city": "Chennai"}, 1),
    ("the town, whatever the country", "eq", "Chennai", {"country": "CN", "city": "Chennai"}, 1),
    ("another town of another country", "eq", "Chennai", {"country": "CN", "city": "Ningbo"}, -1),
    ("a town whose country nobody knows", "eq", "Erewhon", {"country": "CN"}, 0),
    ("no country", "eq", "Chennai", {}, 0),
    ("one of the towns could be his", "any_of", ("Chennai", "Shanghai"), {"country": "CN"}, 0),
    ("none of the towns could be", "any_of", ("Chennai", "Shanghai"), {"country": "VN"}, -1),
    ("not wanted there, and not there", "ne", "Chennai", {"country": "CN"}, 1),
]


@pytest.mark.parametrize(
    ("op", "value", "record", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_town_rules_out_other_countries(
    op: str, value: str | tuple[str, ...], record: dict[str, str], expected: int
) -> None:
    wanted = need("supplier_city", op, value)
    item = listing(supplier=Supplier(id="s", **record))
    judged = judge(wanted, item, today=TODAY, countries=COUNTRIES)
    assert SIGN[judged.status] == expected
    column = matcher([item]).status(wanted, today=TODAY, countries=COUNTRIES)
    assert column.tolist() == [expected]


def test_the_reason_names_both_countries() -> None:
    item = listing(supplier=Supplier(id="s", country="CN"))
    judged = judge(need("supplier_city", "eq", "Chennai"), item, countries=COUNTRIES)
    assert "CN" in judged.reason
    assert "Chennai is in IN" in judged.reason
    assert judged.evidence is not None
    assert judged.evidence.field == "supplier.country"
