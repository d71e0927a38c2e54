"""A seller's title copied above a request: what it says of the goods, and what it does not."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("12 Inch Chrome Plated Bathroom Shower Head With Filter", "length"),
        ("Heavy Duty 8kg Adjustable Dumbbell Rack Home Gym", "weight"),
        ("6 Pack Scented Soy Candle Gift Collection Wholesale", "order_quantity"),
        ("Hotel Bathroom Slippers Factory Price OEM Disposable Washable", "oem"),
    ],
)
def test_a_title_orders_nothing_and_a_lone_measure_in_it_is_of_something_unknown(
    title: str, field: str
) -> None:
    assert field not in _read(f"{title}\nPlease quote, delivery to Oslo")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("We need 12 inch shower heads\nPlease quote by Friday", "length", 304.8),
        ("Heavy Duty Dumbbell Rack Weight 8kg Home Gym Quality\nHow much?", "weight", 8),
        ("Quality Woven Cotton Beach Towel 70x140cm Striped\nHow much?", "width", 1400),
        ("Luxury Bamboo Fibre Serving Tray Breakfast\nWe want 6 packs", "order_quantity", 6),
    ],
)
def test_what_the_request_or_a_named_measure_says_is_kept(
    text: str, field: str, value: float
) -> None:
    assert _read(text)[field] == pytest.approx(value)


def test_a_sentence_that_repeats_the_title_says_no_more_than_it() -> None:
    title = "Twin 10 Inch Powered Outdoor Stage Monitor Cabinet"
    assert "length" not in _read(f"{title}\nI'm looking for {title}.\nBlack please")


def test_numbers_said_again_without_their_unit_keep_it() -> None:
    read = _read("Big Party Marquee Tent 10x30ft\nHow much for a 10x30 tent with walls")
    assert (read["length"], read["width"]) == (pytest.approx(3048), pytest.approx(9144))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("walking stick with leather strap and brass handle", "handle_material", "brass"),
        ("office chairs, black frame", "frame_colour", "black"),
        ("birthday cards with gold lettering", "lettering_colour", "gold"),
        ("Frame material: titanium", "frame_material", "titanium"),
        ("Chemise, boots with rubber soles", "sole_material", "rubber"),
    ],
)
def test_what_stands_before_a_part_is_the_parts(text: str, field: str, value: str) -> None:
    read = _read(text)
    assert read[field] == value
    assert read.get(field.split("_")[1]) != value


def test_goods_named_like_a_part_are_the_goods() -> None:
    assert _read("I want 300 silicone covers")["material"] == "silicone"


@pytest.mark.parametrize(
    "text",
    [
        "Oven gloves\nColor:Red Use:Baking,grilling ...",
        "Oven gloves\nColor:Red Pattern:Large white dots on ...",
        "Oven gloves\nColor:Red Pattern:Flor...",
    ],
)
def test_a_value_the_page_cut_off_is_not_believed(text: str) -> None:
    assert set(_read(text)) == {"colour"}


def test_a_whole_word_before_the_dots_is_believed() -> None:
    assert _read("Oven gloves\nColor:Red Pattern:Flowers ...")["pattern"] == "flowers"


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Carbon Road Racing Bicycle with Disc Brake Pad Wholesale\nprice?", "brakes"),
        ("Portable Folding Picnic Table Garden Quality Made in China\nprice?", "origin"),
        (
            "Bandeja de madera para servir desayuno en la cama con patas plegables, 12 uds por caja"
            "\nprecio para Chile",
            "order_quantity",
        ),
        ("Blank Cotton Round Neck Shirt Short Sleeve Summer\nprice?", "shape"),
        ("KOLVEX GREEN 12V pump, quiet", "colour"),
        ("Meter with white LED backlight", "colour"),
    ],
)
def test_a_name_a_boast_and_a_part_of_a_title_are_not_the_goods(text: str, absent: str) -> None:
    assert absent not in _read(text)
