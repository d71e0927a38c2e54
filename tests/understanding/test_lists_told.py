"""Lists of which a part owns a member, numbers of parts, and measures of the buyer's own thing."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


def test_a_part_owns_the_last_member_of_a_list() -> None:
    read = _read("beach flags. Material: nylon+steel pole\nColor: red")
    assert (read["material"], read["pole_material"]) == ("nylon", "steel")
    read = _read("soft play set\nMaterial: PU leather, wood frame, foam\nColor: blue")
    assert (read["frame_material"], read["material"]) == ("wood", "foam")


def test_a_list_the_page_cut_off_is_not_read_in_half() -> None:
    assert "material" not in _read("engine block, new\nMaterial: Aluminium & Ste...")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Anzahl der Speichen: 5", "spokes", 5),
        ("Cantidad de puertas: 4", "doors", 4),
        ("Nombre de tiroirs: 3", "drawers", 3),
    ],
)
def test_numbers_of_parts_order_nothing(line: str, field: str, value: int) -> None:
    read = _read(f"Guten Tag, Preis bitte\n{line}\nMaterial: PVC")
    assert read[field] == value
    assert "order_quantity" not in read


def test_numbers_of_goods_do() -> None:
    assert _read("Guten Tag\nAnzahl: 500\nMaterial: Leder")["order_quantity"] == 500
    assert _read("Hola\nCantidad de piezas: 500\nMaterial: PVC")["order_quantity"] == 500


@pytest.mark.parametrize(
    ("text", "field", "there"),
    [
        ("I need a new throttle for my Kestrel 36V 250 W scooter.", "voltage", False),
        ("I need a 36V battery for my scooter", "voltage", True),
        ("curtains for our hall, length 3 m", "length", True),
        ("do you have it in a brown/copper tone", "material", False),
        ("watch\nWater resistance depth: 5 bar Band colour: black", "pressure", False),
        ("pcb core: 60 mm", "power", False),
    ],
)
def test_whose_measure_it_is(text: str, field: str, there: bool) -> None:
    assert (field in _read(text)) is there


def test_a_code_ends_before_the_next_key() -> None:
    read = _read("Hello\nModel:BZ4410QX21 Pixel Pitch:0.25mm Configuration:RGB Stripe Weight:2kg")
    assert read["model"] == "BZ4410QX21"
    assert "light_colour" not in read


def test_doers_are_not_what_is_done() -> None:
    assert "ventilated" not in _read("necesito un ventilador centrífugo, 3 piezas")
    assert _read("necesito 20 armarios metálicos ventilados")["ventilated"] is True
