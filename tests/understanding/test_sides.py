"""Adjectives of sides, letters that are no units, and streets that are no places."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


def test_an_adjective_behind_a_number_is_of_that_number() -> None:
    read = _read("garden signs 30 cm tall and 12 cm wide for 3 mm or 4 mm cardboard inserts")
    assert (read["height"], read["width"]) == (300, 120)
    assert "material" not in read


def test_ultra_wide_is_a_kind_and_no_width() -> None:
    assert "width" not in _read("Ultra-wide 34 inch office monitors, 20 pieces")
    assert _read("wide 34 cm, long 2 m")["width"] == 340


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Deliver to: The Blue Barn 4711 N.Lincoln Ave, Chicago", "force"),
        ("dash bezel 91-96 W/AC W/RADIO for pickups", "power"),
        ("3-methyl-2kg standard, purity 98%", "weight"),
    ],
)
def test_letters_of_addresses_and_names_are_no_units(text: str, field: str) -> None:
    assert field not in _read(text)


def test_a_load_by_the_square_metre_is_a_pressure() -> None:
    read = _read("carport\nSnow load: 2 kN/m2\nWind speed: 40 m/s")
    assert read["snow_load"] == pytest.approx(0.02)
    assert "force" not in read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Shipping cost to Texas, USA? 200 mugs", "US"),
        ("200 mugs, ship to Guinea Ecuatorial", "GQ"),
        ("Ceramic Coffee Mug Gift Set For Sale In Yiwu China\nPrice for 200, ship to Peru", "PE"),
    ],
)
def test_the_country_is_told_where_it_is_certain(text: str, value: str) -> None:
    assert _read(text)["destination"] == value


def test_a_house_and_its_street_are_no_place() -> None:
    assert "destination" not in _read("200 mugs. Ship to: The Tall Oak 118 Mill Road")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("floor mats for my 2019 Audi Q5", "compatible_with", "Audi Q5"),
        ("Funda De Silicona Suave Antigolpes para Xiaomi 13\nHow much?", "brand", None),
        ("stage lights, mode DMX512, 90 W", "model", None),
        ("phone charger QC30 PD65W, 300 pcs", "model", None),
        ("range per charge: 40-60 km e-bike", "range", (40, 60)),
    ],
)
def test_what_goods_fit_and_how_they_speak_is_no_model(
    text: str, field: str, value: object
) -> None:
    assert _read(text).get(field) == value
