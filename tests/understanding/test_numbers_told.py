"""Numbers that are of something else than their unit says at first sight."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

_PARSER = RuleParser(implied=False, questions=False)


def said(text: str) -> set[tuple[str, object, str | None]]:
    """Field, value and unit of what is read."""
    return {(r.field, r.value, r.unit) for r in _PARSER.parse(text).requirements}


def fields(text: str) -> set[str]:
    """Fields read from a text."""
    return {field for field, _, _ in said(text)}


@pytest.mark.parametrize(
    "text",
    [
        "We need 200 cylinders of refrigerant 134a",
        "Wir brauchen 200 Flaschen Kältemittel 134a",
        "Necesitamos 200 cilindros de gas 134a",
        "Нам нужно 200 баллонов, хладагент 134a",
    ],
)
def test_a_refrigerants_number_is_no_current(text: str) -> None:
    assert ("refrigerant", "R134a", None) in said(text)
    assert "current" not in fields(text)


def test_a_gas_beside_a_current_stays_one() -> None:
    assert ("current", 16.0, "A") in said("gas valve 16A")
    assert "refrigerant" not in fields("heater, gas 600 W, 20 pcs")


def test_letters_glued_to_a_second_number_make_no_range() -> None:
    assert "voltage" not in {
        r.field
        for r in _PARSER.parse("need 20 relays kx-b-24vdc-2c").requirements
        if r.op.value == "between"
    }
    assert ("voltage", (5.0, 12.0), "V") in said("LED strip, voltage 5v-12v")


def test_the_next_keys_name_labels_no_side() -> None:
    found = said("Fire blanket\nWe need blankets. Size:2m*1m Thickness:0.5mm Color:White")
    assert ("thickness", 0.5, "mm") in found
    assert ("length", 2000.0, "mm") in found
    assert ("width", 1000.0, "mm") in found


def test_grams_before_a_square_metre_are_all_by_it() -> None:
    found = said("Tarpaulin fabric 550g/650g/sqm, blue")
    assert ("areal_weight", (550.0, 650.0), "g/m2") in found
    assert not {"weight", "pack_weight"} & fields("Tarpaulin fabric 550g/650g/sqm, blue")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("LED strip\nPower: 14W/M", "power_per_metre", 14.0),
        ("We need LED strip, 14 W per metre, IP65", "power_per_metre", 14.0),
        ("Wir suchen LED-Streifen, 14 Watt pro Meter", "power_per_metre", 14.0),
        ("Touch switch 3 gang\nRated power: 300W/gang", "power_per_gang", 300.0),
    ],
)
def test_a_share_of_power_is_not_the_power(text: str, name: str, value: float) -> None:
    assert (name, value, "W") in said(text)
    assert "power" not in fields(text)


def test_dots_an_inch_of_a_screen_are_its_density() -> None:
    found = said("LCD panel 15 inch, 120PPI, 1024x768")
    assert ("pixel_density", 120.0, "ppi") in found
    assert not any(name == "resolution" and unit for name, _, unit in found)


def test_a_share_of_a_filling_is_of_its_words() -> None:
    found = said("Seat cushion\nFilling: 100% Memory Foam\nColor: grey")
    assert ("filling", 100.0, "%") not in found


def test_memory_cards_store() -> None:
    assert ("storage", 0.128, "GB") in said("We want 100 memory sticks of 128mb with our logo")


def test_a_hole_has_its_own_diameter() -> None:
    text = "Crystal beads\nWe need beads. Special Effects:Color Play Hole Diameter:2mm Color:Green"
    assert "diameter" not in fields(text)


@pytest.mark.parametrize(
    "text",
    [
        "Natural straw bags, 200 pieces",
        "200 perruques naturelles pour femme",
        "200 cesti di fibra naturale",
    ],
)
def test_natural_is_no_colour_by_itself(text: str) -> None:
    assert "colour" not in fields(text)


def test_natural_under_its_name_is_a_colour() -> None:
    assert ("colour", "natural", None) in said("100 chaises, couleur: naturel")


def test_cream_of_a_cream_is_no_colour() -> None:
    text = "Scar Removal Gel Skin Repair Cream\nWe want 500 pcs face cream, private label"
    assert "colour" not in fields(text)
    assert ("colour", "off-white", None) in said("We want 20 sofas in cream")


@pytest.mark.parametrize("text", ["LED灯带 每米14W 500米", "LED-Streifen, je Meter 14 W"])
def test_a_share_may_stand_behind_its_measure(text: str) -> None:
    assert ("power_per_metre", 14.0, "W") in said(text)


def test_plural_nouns_are_on_no_scale() -> None:
    text = "Nous cherchons une presse avec des moules, briques 20, pavés 12"
    assert not {"briques", "paves"} & fields(text)


def test_brackets_at_the_end_are_no_label() -> None:
    assert _PARSER.parse("0(A").requirements == ()
