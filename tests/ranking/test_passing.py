"""What running text mentions can meet a need, but not violate it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from deepsearch.ranking import RequirementMatcher, judge
from deepsearch.schema import Claim, Listing, Operator, Requirement, Status

LENGTH = Requirement(field="length", op=Operator.LE, value=100.0, unit="mm")
MATERIAL = Requirement(field="material", op=Operator.EQ, value="plastic")


@pytest.mark.parametrize(
    ("source", "length", "expected"),
    [
        ("description", 50.0, Status.MET),
        ("description", 500.0, Status.UNKNOWN),
        ("title", 500.0, Status.VIOLATED),
        ("attributes.Length", 500.0, Status.VIOLATED),
    ],
)
def test_a_number_in_a_description(source: str, length: float, expected: Status) -> None:
    claim = Claim(dimension="length", value=length, unit="mm", source=source)
    listing = Listing(id="a", title="t", claims=(claim,))
    assert judge(LENGTH, listing).status is expected
    claims = pa.table(
        {
            "row": [0],
            "dimension": ["length"],
            "number": [length],
            "unit": ["mm"],
            "source": [source],
        }
    )
    matcher = RequirementMatcher(pa.table({"id": ["a"]}), claims)
    word = {1: Status.MET, 0: Status.UNKNOWN, -1: Status.VIOLATED}
    assert word[int(matcher.status(LENGTH)[0])] is expected


@pytest.mark.parametrize(
    ("source", "expected"), [("description", Status.UNKNOWN), ("title", Status.VIOLATED)]
)
def test_a_material_in_a_description(source: str, expected: Status) -> None:
    claim = Claim(dimension="material", value="steel", source=source)
    judgement = judge(MATERIAL, Listing(id="a", title="t", claims=(claim,)))
    assert judgement.status is expected
    assert judgement.evidence is not None
    claims = pa.table(
        {"row": [0], "dimension": ["material"], "text": ["steel"], "source": [source]}
    )
    status = RequirementMatcher(pa.table({"id": ["a"]}), claims).status(MATERIAL)
    assert status.tolist() == [0 if expected is Status.UNKNOWN else -1]
