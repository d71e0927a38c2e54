"""What machines work on, what sellers price, and features of parts with a word between."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    "text",
    [
        "Trituradora de jardín a gasolina, trituradora de madera de 15 HP",
        "Automatic Paper Pulp Fruit Tray Making Line High Speed\nPrice and photos please",
    ],
)
def test_what_a_machine_works_on_is_not_its_material(text: str) -> None:
    assert "material" not in _read(text)


def test_a_list_with_a_slash_keeps_its_wide_members() -> None:
    read = _read("desk lamp. Material: Metal/Iron/Brass")
    assert read["material"] == ("metal", "iron", "brass")


def test_best_price_in_a_long_title_is_the_sellers() -> None:
    title = "Best Quality Lowest Price for QX 5000 Perimeter Wire Free Robot Lawn Mower "
    title += "With Charging Station"
    assert "order_quantity" not in _read(f"{title}\nHello, how much is it to Oslo?")
    assert _read("Best price for 500 mugs\nShip to Oslo")["order_quantity"] == 500


def test_features_of_inner_and_outer_parts() -> None:
    assert _read("rice cooker with removable inner lid")["removable_inner_lid"] is True


def test_the_number_of_a_shade_counts_nothing() -> None:
    assert "blonde" not in _read("wigs. Hair colour: black, brown, 613 blonde and others")
