"""What one pack holds, what a sign bounds, and numbers that do not fit their key."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("spoon gift, is this 5 items as a set? thanks", 5),
        ("herbal capsules\nSpecification: 90 pieces\nColor: green", 90),
        ("pencil kits\nWeight: 60 g\nQTY/CTN: 240 sets", 240),
    ],
)
def test_what_a_pack_holds_is_not_ordered(text: str, count: int) -> None:
    read = _read(text)
    assert read["pack_size"] == count
    assert "order_quantity" not in read


def test_a_blank_nobody_filled_in_orders_nothing() -> None:
    assert "order_quantity" not in _read("leaf springs. Best price for[quantity] 5.Lead time")


def test_a_sign_bounds_the_number_behind_it() -> None:
    (warranty,) = (
        r
        for r in parse("battery\nLife:>2000 times Warranty time:2 years").requirements
        if r.field == "warranty"
    )
    assert (warranty.op.value, warranty.value) == ("eq", 24)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("mini perfume 25 ml mini spray bottle", "volume", 0.025),
        ("e-scooter 48v15ah/20ah/25ah", "battery_capacity", (15000, 20000, 25000)),
        ("potassium lauryl sulfate 60%, 20 drums", "concentration", 60),
        ("plotter with two heads and 1.8 m width", "heads", 2),
        ("perforatrice avec fil", "corded", True),
        ("scooter\nTyre size: 3.0-12 inch\nBrake: drum", "tyre_size", "3.0-12 inch"),
        ("radio\nFM:: 87-108MHz\nAM:: 530-1600KHz", "fm", (87e6, 108e6)),
    ],
)
def test_numbers_are_read_for_what_they_are(text: str, field: str, value: object) -> None:
    assert _read(text)[field] == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("speaker\nStorage: 1500W\nColor: black", "power"),
        ("egg tray line\nWorkers required: 4-5 people Fuel: coal", "seating"),
        ("Mountain Bike Conversion Kit Battery Optional 60v Wheel Hub\nplease quote", "voltage"),
    ],
)
def test_what_does_not_fit_is_not_believed(text: str, field: str) -> None:
    read = {r.field: r for r in parse(text).requirements}
    assert field not in read or read[field].hard


def test_a_carton_and_what_it_weighs() -> None:
    read = _read("toy cars, 24 pcs/ctn, MEAS: 56*53*41cm/28kg")
    assert read["carton_weight"] == 28
    assert "weight" not in read


def test_a_key_behind_a_number_of_prose_keeps_its_first_word() -> None:
    read = _read("please ship it to Dallas 75201 Open type:Sliding Frame:oak")
    assert read["open_type"] == "sliding"


def test_a_word_of_another_sense_makes_a_choice_unread() -> None:
    assert "material" not in _read("bar counters in ply/MDF/glass please")


def test_the_most_a_thing_may_weigh_is_a_ceiling_without_its_unit_too() -> None:
    (weight,) = (
        r
        for r in parse("e-bike\nMax weight (kg): 24\nColor: red").requirements
        if r.field == "weight"
    )
    assert (weight.op.value, weight.value) == ("le", 24)
