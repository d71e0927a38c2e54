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


@pytest.mark.parametrize(("op", "stated"), [(Operator.NE, "steel"), (Operator.NE, "brass")])
def test_what_is_unwanted_is_not_shown_by_a_mention(op: Operator, stated: str) -> None:
    unwanted = Requirement(field="material", op=op, value="steel")
    claim = Claim(dimension="material", value=stated, source="description")
    assert judge(unwanted, Listing(id="a", title="t", claims=(claim,))).status is Status.UNKNOWN
    claims = pa.table(
        {"row": [0], "dimension": ["material"], "text": [stated], "source": ["description"]}
    )
    assert RequirementMatcher(pa.table({"id": ["a"]}), claims).status(unwanted).tolist() == [0]


def test_a_mention_does_not_outweigh_what_is_stated() -> None:
    claims = (
        Claim(dimension="length", value=500.0, unit="mm", source="title"),
        Claim(dimension="length", value=50.0, unit="mm", source="description"),
    )
    judged = judge(LENGTH, Listing(id="a", title="t", claims=claims))
    assert judged.status is Status.UNKNOWN
    assert judged.reason == (
        "length 50 mm is mentioned, but length 500 mm, which is not what is needed"
    )
    firm = (*claims, Claim(dimension="length", value=80.0, unit="mm", source="attributes.Length"))
    assert judge(LENGTH, Listing(id="a", title="t", claims=firm)).status is Status.MET
