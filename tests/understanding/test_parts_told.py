"""What is said of a part, of what the goods serve, or of a choice with a member nobody knows."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field", "value", "gone"),
    [
        ("ski goggles with blue mirrored lens", "lens_colour", "blue", "colour"),
        ("canvas tote with thick jute rope, brass small buckle", "buckle_material", "brass", None),
        ("school backpacks with adjustable straps", "adjustable_straps", True, "adjustable"),
        ("lunch boxes, removable tray", "removable_tray", True, "removable"),
        ("tissue paper, the text of our brand is in gold", "text_colour", "gold", "colour"),
        ("a folding chair, removable", "removable", True, None),
    ],
)
def test_a_part_has_its_own_name(text: str, field: str, value: object, gone: str | None) -> None:
    read = _read(text)
    assert read[field] == value
    assert gone not in read


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("diesel engine spare parts for tractors", "power_source"),
        ("solar panel mounting brackets, 200 sets", "power_source"),
        ("camisetas de cuello redondo, 50 piezas", "shape"),
        ("tornillos con cabeza hexagonal", "shape"),
        ("funda para ordenador portátil, 40 piezas", "portable"),
        ("Reusable soft liquid pouch 5 l", "form"),
        ("kitchen worktops in plyboard/MDF please", "material"),
        ("brake pads of ceramic or organometallic compounds", "material"),
        ("Material: high quality and strong", "material"),
        ("toys that make the sound of animals", "brand"),
    ],
)
def test_what_is_another_things_is_not_read(text: str, field: str) -> None:
    assert field not in _read(text)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("diesel generators 20 kVA", "power_source", "diesel"),
        ("solar light kit for camping", "power_source", "solar"),
        ("solar street lights", "power_source", "solar"),
        ("mesas redondas de madera", "shape", "round"),
        ("boxes of wood or similar", "material", "wood"),
        ("caps in golden brown", "colour", "brown"),
        ("phosphated drywall screws", "finish", "phosphated"),
        ("cricket bats of willow", "material", "willow"),
    ],
)
def test_what_is_the_goods_own_stays(text: str, field: str, value: object) -> None:
    assert _read(text)[field] == value


def test_steels_side_by_side_are_a_choice() -> None:
    (material,) = (
        r
        for r in parse("Screws. Material: carbon steel, stainless steel").requirements
        if r.field == "material"
    )
    assert material.op.value == "any_of"
