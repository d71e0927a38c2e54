"""Titles and sheets copied into requests: whose word counts, where a key begins, what praises."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (
            "Soft Double Layer Tissue Paper Roll 4ply\nPlease quote toilet paper, 3ply",
            "layers",
            3,
        ),
        (
            "Large Rechargeable Battery Pack 24V 36V 48V Electric\nI need one battery of 48V",
            "voltage",
            48,
        ),
        (
            "Handtuch Weich Baumwolle Rot Hotel Großhandel\n200 Handtücher in blau bitte",
            "colour",
            "blue",
        ),
        (
            "Guante De Limpieza Rosa Doble Cara Para Llantas\nQuiero 20 guantes rojos, ¿precio?",
            "colour",
            "red",
        ),
    ],
)
def test_the_request_knows_better_than_the_title(text: str, field: str, value: object) -> None:
    read = [r.value for r in parse(text).requirements if r.field == field]
    assert read == [value]


def test_a_title_that_is_not_contradicted_is_believed() -> None:
    read = _read("Large Rechargeable Battery Pack 24V Electric Scooter Quality\nI need one, red")
    assert (read["voltage"], read["colour"]) == (24, "red")


def test_optional_is_the_value_of_its_own_key_only() -> None:
    parsed = parse("Length:6m Engine:Optional Color:Optional Weight:300kg")
    assert {(r.field, r.hard) for r in parsed.requirements} == {("length", True), ("weight", True)}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("plug type: EU\nplug type: UK\nColor: red", "plug_type", ("EU", "UK")),
        ("Usage: garden\nUsage: balcony\nColor: red", "application", ("garden", "balcony")),
    ],
)
def test_a_key_given_again_names_alternatives(
    text: str, field: str, value: tuple[str, ...]
) -> None:
    (found,) = [r for r in parse(text).requirements if r.field == field]
    assert found.op.value == "any_of"
    assert found.value == value


def test_of_a_key_given_again_no_single_value_is_read() -> None:
    # where the second ends none can tell
    read = _read("grade:DIY grade:Industrial min cutting height:1in power:900W")
    assert "grade" not in read


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Product Type:Toys Usage:Party Festival Function:Gifts Color:Red", "function", "gifts"),
        ("Screen:7 inch Smart Door Panel OS:Android 12 Color:Red", "os", "android 12"),
        ("We want tents. Product specifications: Pole Shape:Cone Color:Red", "pole_shape", "cone"),
        ("Weight:330 pounds Assembly Required:yes Color:Red", "assembly_required", True),
    ],
)
def test_where_a_key_begins(text: str, field: str, value: object) -> None:
    assert _read(text).get(field, value) == value  # in doubt it is left out
    assert not {f for f in _read(text) if f.endswith(f"_{field}")}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Material: premium quality\nColor: red", "material"),
        ("Material:ECO-Friendly Color:red", "material"),
        ("Standard:High Standard Color:red", "standard"),
        ("Usage: more than 20 years\nColor: red", "application"),
        ("Company history: 12 years of making lamps\nColor: red", "supplier_years"),
        ("Fabric Type:knitted\nColor: red", "material"),
        ("coin diameter:20-26mm coin thickness:1.7-2.1mm Color:red", "thickness"),
        ("Movement: quartz\nDial Window Material Type: Acrylic", "material"),
        ("Diaphragm: PTFE\nColor: red", "material"),
        ("envío a la calle Robles 25, código postal 5505, 20 lámparas", "codigo_postal"),
    ],
)
def test_what_says_nothing_of_the_goods_is_not_read(text: str, field: str) -> None:
    assert field not in _read(text)


def test_what_makes_a_part_is_not_who_makes_the_goods() -> None:
    read = _read("product: mountain bike\nSpeed change system: Shimano\nColor: red")
    assert "brand" not in read


def test_keys_behind_a_sentence_about_the_buyer_are_asked_for() -> None:
    parsed = parse("We were looking at your grinder, we use two. Voltage:220V Power:500W")
    assert {(r.field, r.hard) for r in parsed.requirements if r.span} >= {
        ("voltage", True),
        ("power", True),
    }


def test_a_count_before_a_colon_is_no_key() -> None:
    read = _read("We need 240 towers: 120 pieces: 1L, 120 pieces: 2 L")
    assert "pieces" not in read


def test_a_dash_in_a_protection_class() -> None:
    assert _read("speaker, IPX-6")["ip_rating"] == "IPX6"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("toner cartridges for the KX760 printer, 20 pcs", "compatible_with", "KX760"),
        (
            "TX310 TX410 Fuser Roller For DCX-L2520 L2540 C612 Printer\nPlease quote",
            "compatible_with",
            ("DCX-L2520", "L2540", "C612"),
        ),
        ("TX310 TX410 Fuser Roller\nPlease quote fuser rollers", "model", ("TX310", "TX410")),
        ("please quote AX-3300/AX-4200 pumps", "model", ("AX-3300", "AX-4200")),
        ("coupler DMW-DCC11, the DCC11", "model", "DMW-DCC11"),
        (
            "Silla Plegable Para Auto Compatible Con Mercedes Benz e220 Negro\nPrecio",
            "compatible_with",
            "Mercedes Benz e220",
        ),
        ("mini digger, Kubota/Yanmar EPA engine", "engine_brand", ("Kubota", "Yanmar")),
        ("cold room, refrigerant: R22,R404,R507", "refrigerant", ("R22", "R404", "R507")),
        ("Phone 12+256GB memory, black", "storage", 256),
        ("Thermal Imager\nResolution:640*512/384*288", "resolution", ("640x512", "384x288")),
        ("electrode, range 0-12 pH", "ph", (0, 12)),
        ("the quantity minimum is 500 pieces", "min_order_quantity", 500),
        ("Stainless Steel Mesh Band Classic Watch Men\nprice?", "band_material", "stainless steel"),
        ("Usage: Home . Office . Hotel\nColor: red", "application", ("home", "office", "hotel")),
    ],
)
def test_lists_and_parts_are_read_whole(text: str, field: str, value: object) -> None:
    assert _read(text)[field] == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("wheelchair with adjustable footrests, 20 pcs", "adjustable"),
        ("tent, single sided back wall, 20 pcs", "single_sided"),
        ("Scooter Motor Folding Seat Electric Moped Open Body\nprice please", "foldable"),
        ("Frequency: 200-300 Hz (adjustable)", "adjustable"),
        ("robot, RAM: 4G or 8G", "connectivity"),
        ("TV box, WiFi 2.4G 5G, black", "connectivity"),
        ("Cotton Embroidered Skirts For Women Dance\nprice please", "logo_method"),
        ("chairs, I need ones that look good with sofas", "sofas"),
        ("sell with this item in my shop, 20 pcs", "item_in_my_shop"),
        ("pens with smooth writing", "finish"),
        ("Mountain Bike Carbon Frame Pro FS M10 Original\nprice please", "size"),
        ("Carbon Fiber S-Class A4 wheel", "grade"),
        ("Gift Paper Packaging Box Printed Custom Logo Drawer\nprice please", "custom_packaging"),
        ("Age: 0-6 months, 12-18 months", "age_range"),
        ("product: tube\nLength: 12m...", "length"),
        ("Color: red\nSize: L\nWaterproof Gra...", "waterproof"),
        ("22 ft bay boat\nI want a bay boat. Length:22 ft", "order_quantity"),
        ("Does one set include all 5 bands?", "order_quantity"),
        ("Will both of them cost me 700 USD?", "unit_price"),
        ("looking for 1/2 NPT threaded sensors", "order_quantity"),
    ],
)
def test_what_is_of_something_else_is_not_read(text: str, field: str) -> None:
    assert field not in _read(text)


def test_what_is_optional_by_its_key_is_a_wish() -> None:
    (finish,) = [
        r for r in parse("Finish (optional): matte\nColor: red").requirements if r.field == "finish"
    ]
    assert not finish.hard


def test_so_many_of_each_are_no_second_order() -> None:
    read = [r.value for r in parse("We want 300 cups, 100 of each colour").requirements]
    assert read == [300]


def test_goods_that_fold_are_foldable() -> None:
    assert _read("foldable chair with removable seat")["foldable"] is True
    assert "removable" not in _read("foldable chair with removable seat")


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("LED strip RGBW, 24V", "light_colour", "RGBW"),
        ("power source:Battery power source:usb Color:red", "power_source", ("battery", "USB")),
        ("Payment: TT/Western Union/Paypal", "payment_terms", ("T/T", "Western Union", "paypal")),
        ("workstation 64ram y 2tb, cpu i9, quiero 3", "storage", 2000),
        (
            "Smartphone Pro Max Refurbished Grade 99% New Phone\nI want a black one",
            "colour",
            "black",
        ),
        ("Коробки для подарков\nНужны 1000 коробок, размер 25*25*7", "height", 70),
        ("snap buttons, 6 mm long pin, 20 pcs", "pin_length", 6),
    ],
)
def test_what_sheets_and_letters_say_in_short(text: str, field: str, value: object) -> None:
    assert _read(text)[field] == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("liquid nitrogen generator, 10 kW", "form"),
        ("Smartphone Pro Max Refurbished Grade 99% New Phone\nI want one", "grade"),
        ("Used dresses brand Dresses womens, 20 kg", "brand"),
        ("gear system: Shimano/ltwo/Microshift", "brand"),
        ("M2 Display White Beauty Shop Counter Desk\nprice please", "size"),
        ("Fiber Laser Cutter 3000W Stainless Steel Carbon Steel Plate\nI want a laser", "material"),
        ("a laser cutter machine that cuts 50 mm in steel", "length"),
        ("a laser cutter machine that cuts 50 mm in steel", "material"),
        ("una cortadora laser que corta 20 mm en acero", "material"),
    ],
)
def test_what_is_of_other_things_is_not_read(text: str, field: str) -> None:
    assert field not in _read(text)


def test_the_buyers_sentence_knows_better_than_the_copied_sheet() -> None:
    title = "Industrial Air Filter Electrostatic Fume Control System"
    read = [
        r.value
        for r in parse(
            f"{title}\nI need a filter for 7000 m3/h to Peru Material:Steel Air flow:50000 m3/h"
        ).requirements
        if r.field == "flow_rate"
    ]
    assert len(read) == 1
    assert isinstance(read[0], float)
    assert read[0] < 200_000


@pytest.mark.parametrize(
    ("text", "words", "field"),
    [
        (
            "Industrial Air Filter Electrostatic Fume Control System\n"
            "I need a filter for 7000 m3/h to Peru Material:Steel Air flow:50000 m3/h",
            "50000 m3/h",
            "flow rate",
        ),
        ("3 Layer Soft Toilet Paper Tissue Roll\nWe want toilet paper of 2 layers", "3", "layers"),
    ],
)
def test_what_the_request_corrects_is_told(text: str, words: str, field: str) -> None:
    (note,) = parse(text).notes
    assert words in note
    assert field in note


def test_one_of_a_titles_choices_is_the_buyers() -> None:
    text = "Custom Spiral Notebook Planner Diary A4/A5/A6 Printing\nI need 100 of size A5"
    assert [r.value for r in parse(text).requirements if r.field == "size"] == ["A5"]


@pytest.mark.parametrize("text", ["PO", "powder", "adjustable", "brand", "for AB12", "steel mesh"])
def test_a_text_that_ends_where_more_is_looked_for(text: str) -> None:
    assert parse(text).text == text


def test_a_line_above_a_letter_that_asks_for_nothing_names_the_goods() -> None:
    assert parse("Rubber boots for rain\nFurther requirements: none so far").product
    assert not parse(
        "Dear Mr Chen, it was a pleasure to meet you at the fair. See you soon."
    ).product
