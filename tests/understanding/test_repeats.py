"""What a text says twice, of a title and of the request below it among others."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> list[tuple[str, object]]:
    return [(r.field, r.value) for r in parse(text).requirements if r.implied_by is None]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (
            "Automatic Noodle Making Line 200-300kg/h Stainless Steel\nWe need capacity 500 kg/h",
            "throughput",
            500,
        ),
        (
            "Mini Dirt Bike 50cc Petrol Engine Pit Motorcycle\nEngine displacement: 125cc",
            "displacement",
            0.125,
        ),
        ("Elegant Wedding Dinner Plate White Bone China\nWe want them in black", "colour", "black"),
    ],
)
def test_what_the_request_measures_is_not_what_the_copied_title_says(
    text: str, field: str, value: float | str
) -> None:
    said = [v for f, v in _read(text) if f == field]
    assert said == [pytest.approx(value) if isinstance(value, float) else value]


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("tote bags with screen printing, with a print of our dog", "printing", 1),
        ("200 pieces please. Do 200 pieces mean 200 packs or 200 pieces?", "order_quantity", 1),
        ("cable for Bosch, yes for Bosch GSB 18, 20 m", "compatible_with", 1),
        ("LiFePO4 battery 48V, lithium, 100 Ah", "battery_chemistry", 1),
    ],
)
def test_what_is_said_again_is_one_demand(text: str, field: str, values: int) -> None:
    assert len([v for f, v in _read(text) if f == field]) == values


def test_two_things_that_differ_stay_two_demands() -> None:
    read = _read("fleece jackets, waterproof, model AX-210 and model AX-2100")
    assert [v for f, v in read if f == "model"] == ["AX-210", "AX-2100"]


def test_a_wider_style_is_said_again_by_the_fuller_one() -> None:
    read = _read("oak nightstand, modern design\nStyle: Modern Nordic\nColor: white")
    assert [v for f, v in read if f == "style"] == ["modern nordic"]


def test_a_name_begins_behind_the_code_before_it() -> None:
    assert parse("4-oxo-2mq capsules, purity 98%").product == "capsules"
