"""Specifications copied from sellers' pages: lists, counts, parts and cuts under their keys."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Vases\nColor: smoky,blue,red,amber etc.", "colour", ("smoky", "blue", "red", "amber")),
        ("Shirts\nMaterial:Polyester/Cotton Pattern:Striped", "material", ("polyester", "cotton")),
        ("Rings\nMaterial: Brass,jade,moonstone", "material", ("brass", "jade", "moonstone")),
    ],
)
def test_a_list_under_a_key_is_read_whole(text: str, field: str, value: tuple[str, ...]) -> None:
    assert _read(text)[field] == value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Tissue\nSheets per Roll:120 sheets Ply:2", "sheets_per_roll", 120),
        ("Pillows\nPackaging Details:50*40*30cm/6pcs Weight:1kg", "pack_size", 6),
    ],
)
def test_a_count_of_what_one_holds_is_not_ordered(text: str, field: str, value: float) -> None:
    read = _read(text)
    assert read[field] == value
    assert "order_quantity" not in read


@pytest.mark.parametrize(
    ("text", "field", "absent"),
    [
        ("Watch\nColor box size:9*9*8cm", "carton_size", "length"),
        ("Polo shirts\nFabric Weight:210 grams", "areal_weight", "weight"),
        ("Pit bike\nEngine Oil Capacity (L): 0.9", "engine_oil_capacity", "volume"),
        ("Lathe\nLead screw diameter: 22mm", "lead_screw_diameter", "diameter"),
        ("Mini Loader Backhoe Tractor Perkins Engine Farm Digger\nprice?", "engine_brand", "brand"),
        ("Skirt\nFabric Type:pleated and we need it by May", "delivery_date", "material"),
    ],
)
def test_what_is_of_a_part_or_a_box_is_not_of_the_goods(text: str, field: str, absent: str) -> None:
    read = _read(text)
    assert field in read
    assert absent not in read


def test_the_asked_for_engine_keeps_its_brand() -> None:
    assert _read("I need a Kubota engine")["brand"] == "Kubota"


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Bath mats\nSize:50*80cm/60*90cm/70...", "length"),
        ("Orders go to via Roma 3, 35100 Padova (LC) Italy, thanks for the quote", "payment_terms"),
        ("Media player 2G 16G Android box\nprice?", "connectivity"),
    ],
)
def test_what_cannot_be_told_is_left_out(text: str, absent: str) -> None:
    assert absent not in _read(text)


@pytest.mark.parametrize(
    ("title", "value"),
    [
        (
            "Replacement Rear Bumper Guard Cover for Toyota Hilux Revo N80 Pickup",
            "Toyota Hilux Revo N80",
        ),
        ("Replacement Rear Bumper Guard Cover for Toyota Pickup Truck", "Toyota"),
        (
            "Replacement Rear Starter Guard Cover for Toyota Nissan Honda",
            ("Toyota", "Nissan", "Honda"),
        ),
    ],
)
def test_a_title_tells_what_goods_fit_by_codes_and_brands(title: str, value: object) -> None:
    assert _read(f"{title}\nWhat is the price?")["compatible_with"] == value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("gate 9 ft wide x 6 ft tall panel, steel", "height", 1828.8),
        ("Pump motor, 1ph/3ph", "phases", (1, 3)),
        ("galaxy note, iphone 14 pro max 20 pcs", "model", "14 pro max"),
        ("pickup truck, 3.2L diesel", "displacement", 3.2),
        ("I want to buy 15 kg of incense. Weight: 15 kg", "order_quantity", 15),
    ],
)
def test_what_buyers_write_of_sides_engines_and_models(
    text: str, field: str, value: object
) -> None:
    read = _read(text)
    assert read[field] == (pytest.approx(value) if isinstance(value, float) else value)
    assert not {"weight", "volume", "length"} & set(read)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Paper bags 20 cm/30 cm", "length"),
        ("Bag\nBrand name: new", "brand"),
        ("Bottles, blue, red or customized", "custom_design"),
        ("handlebar kit for my 650F motorcycle", "temperature"),
        ("Folding Glass Window Aluminium Frame Windows Sliding\nprice?", "window_material"),
    ],
)
def test_what_no_word_says_is_not_asserted(text: str, absent: str) -> None:
    assert absent not in _read(text)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Lithium pack\nMaximum charging voltage: 29V", "maximum_charging_voltage", 29),
        ("Home battery\n10 kWh battery for the garage", "energy", 10000),
        ("Coffee cups\nMateiral: bamboo", "material", "bamboo"),
        ("Smart ring\nCPU: RTL8762", "cpu", "RTL8762"),
        ("Rims\nSize: 17x7.5/8/9", "size", "17x7.5/8/9"),
        (
            "Mats\nMaterial: PE film+pulp+nonwoven",
            "material",
            ("PE film", "pulp", "non-woven fabric"),
        ),
    ],
)
def test_a_key_names_what_its_value_is_of(text: str, field: str, value: object) -> None:
    assert _read(text)[field] == value


def test_how_many_fill_a_container_is_not_ordered() -> None:
    assert "order_quantity" not in _read("Scooters\n40ft container loading quantity:120PCS")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Table\nMaterial: Marble+solid oak+Brass", "material", ("marble", "solid oak", "brass")),
        ("Doors\nMaterial: Plywood\\PVC\\MDF", "material", ("plywood", "PVC", "MDF")),
        ("Blanket\nFabric: 100% Cotton/minky/bamboo", "material", ("cotton", "minky", "bamboo")),
        ("Used vans, gasoline & diesel", "power_source", ("petrol", "diesel")),
        ("Cable reel\nConnector color: black", "connector_colour", "black"),
        ("Grille\nCar Fitment: Ford Model: Ranger", "model", None),
        ("Solar roof tiles, monocrystalline silicon", "material", None),
        ("Siren with PA system speaker", "material", None),
        ("Tubes\nOuter Diameter: 4/6/8MM", "diameter", None),
        ("Hats\nColor: Brown,black,blon...", "colour", None),
        ("Scooter, fuel consumption 1.9L/100KM", "range", None),
        ("Lamps, ship by August 3,2027", "delivery_date", "2027-08-03"),
        (
            "Compatible Replacement Toner Cartridge for Zetto QX760 QX770 Printer\nprice?",
            "compatible_with",
            ("QX760", "QX770"),
        ),
        ("Perfume\nModel: latest style for women", "model", None),
        ("Magnesium complex capsules", "material", None),
        ("ZORVIX PET lamp for terrarium", "material", None),
        ("Shelf, packing: plywood pallet", "material", None),
        ("Flyers A5/A6", "size", ("A5", "A6")),
        ("Liquid soap filling machine", "form", None),
        ("Tote bag with black ink", "ink_colour", "black"),
        ("Wireless Handheld Stage Receiver 20M Mobile Unit High Power\nprice?", "height", None),
    ],
)
def test_lists_parts_and_what_is_none_of_the_goods(text: str, field: str, value: object) -> None:
    assert _read(text).get(field) == value
