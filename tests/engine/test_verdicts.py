"""What is said of a listing by a requirement, from its words on: verdicts read by eye once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from deepsearch.catalogue.claims import explode
from deepsearch.catalogue.columns import flatten
from deepsearch.catalogue.records import listings_to_table
from deepsearch.ranking import RequirementMatcher, judge
from deepsearch.schema import Listing, Operator, Requirement, Status
from deepsearch.understanding import extract_claims

TODAY = date(2026, 6, 1)


def listed(title: str, description: str = "", **attributes: str) -> Listing:
    bare = Listing(
        id="a",
        title=title,
        description=description or None,
        attributes={name.replace("_", " "): value for name, value in attributes.items()},
    )
    return Listing(
        id=bare.id,
        title=bare.title,
        description=bare.description,
        attributes=bare.attributes,
        claims=extract_claims(bare),
    )


def need(field: str, op: str, value: object, unit: str | None = None) -> Requirement:
    return Requirement(field=field, op=Operator(op), value=value, unit=unit)  # type: ignore[arg-type]


CASES: Mapping[str, tuple[Requirement, Listing, Status]] = {
    "a mass a press can take is not its weight": (
        need("weight", "le", 3000.0, "kg"),
        listed("Detergent sieving machine", Capacity="100 - 200 kg"),
        Status.UNKNOWN,
    ),
    "but it is what it can take": (
        need("load_capacity", "ge", 150.0, "kg"),
        listed("Detergent sieving machine", Capacity="100 - 200 kg"),
        Status.MET,
    ),
    "its weight is": (
        need("weight", "le", 3000.0, "kg"),
        listed("Container machine", Weight="2000 kg"),
        Status.MET,
    ),
    "a material in an attribute's name is of what is worked on": (
        need("material", "eq", "aluminium"),
        listed("Foil rewinding machine", Aluminium_Foil_Web_Width="300 mm"),
        Status.UNKNOWN,
    ),
    "a material as an attribute's value is the goods'": (
        need("material", "eq", "aluminium"),
        listed("Tripod head", Material="aluminium alloy"),
        Status.MET,
    ),
    "a brand in running text is often of what it fits": (
        need("brand", "eq", "Sony"),
        listed("Hot shoe cover", "Works with Sony, Canon and Nikon cameras."),
        Status.UNKNOWN,
    ),
    "imitation leather is not leather": (
        need("material", "eq", "leather"),
        listed("Camera strap", Material="PU leather"),
        Status.VIOLATED,
    ),
    "genuine leather is": (
        need("material", "eq", "leather"),
        listed("Camera strap", Material="genuine leather"),
        Status.MET,
    ),
    "a semi-automatic machine is not automatic, whatever its text mentions": (
        need("automatic", "eq", True),
        listed("Semi Automatic Foil Machine", "Automatic lubrication, easy to run."),
        Status.UNKNOWN,
    ),
    "a semi-automatic machine is not automatic": (
        need("automatic", "eq", True),
        listed("Semi Automatic Foil Machine"),
        Status.VIOLATED,
    ),
    "an automatic one is": (
        need("automatic", "eq", True),
        listed("Foil Machine", Automation_Grade="Automatic"),
        Status.MET,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(name: str) -> None:
    requirement, listing, expected = CASES[name]
    judged = judge(requirement, listing, today=TODAY)
    assert judged.status is expected, (judged.reason, listing.claims)
    table = listings_to_table([listing])
    facts = flatten(
        table.drop_columns(
            ["media", "claims", "supplier_claims", "key", "content_hash", "text_hash"]
        )
    )
    matcher = RequirementMatcher(facts, explode(table.select(["claims", "supplier_claims"])))
    word = {1: Status.MET, 0: Status.UNKNOWN, -1: Status.VIOLATED}
    assert word[int(matcher.status(requirement, today=TODAY)[0])] is expected


def test_what_is_unwanted_and_not_there_is_said_so() -> None:
    judged = judge(need("condition", "ne", "used"), listed("Lens", Condition="new"), today=TODAY)
    assert judged.status is Status.MET
    assert judged.reason == "condition new"
