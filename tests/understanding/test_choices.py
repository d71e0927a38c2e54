"""Several values of one field: choices, what is cut off, one place said twice, what is borne."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

_PLAIN = RuleParser(implied=False, questions=False)


def _all(text: str) -> list[tuple[str, str, object]]:
    return [(r.field, r.op.value, r.value) for r in _PLAIN.parse(text).requirements]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("50 lamps, ship to Ghana or to Togo", ("destination", "any_of", ("GH", "TG"))),
        ("50 Lampen, Lieferung nach Polen oder Schweden", ("destination", "any_of", ("PL", "SE"))),
        ("50 lámparas, envío a Chile o Perú", ("destination", "any_of", ("CL", "PE"))),
        ("50 lampes, livraison à Lyon ou à Nantes", ("destination", "any_of", ("Lyon", "Nantes"))),
        ("50 lampade, spedizione in Grecia o Malta", ("destination", "any_of", ("GR", "MT"))),
        (
            "We need pumps QX-204, QX-205, QX-207 for our plant",
            ("model", "any_of", ("QX-204", "QX-205", "QX-207")),
        ),
        ("security monitor 2k 4k", ("resolution", "any_of", ("2K", "4K"))),
        ("Garden light\nSolar cell: thin or thick", ("solar_cell", "any_of", ("thin", "thick"))),
        (
            "Mop\nUsage: Kitchen . Garage . School\nColor: red",
            ("application", "any_of", ("kitchen", "garage", "school")),
        ),
        ("Door bell\nColor:White Black Gold", ("colour", "any_of", ("white", "black", "gold"))),
        ("charging cables for Oppo Samsung", ("compatible_with", "any_of", ("Oppo", "Samsung"))),
        (
            "Compatible Replacement Ink Cartridge for Zetto QX760 QX770 Printer\nprice?",
            ("compatible_with", "any_of", ("QX760", "QX770")),
        ),
        ("Table, shape round or oval", ("shape", "any_of", ("round", "oval"))),
        ("Runder oder ovaler Tisch", ("shape", "any_of", ("round", "oval"))),
        ("圆形或方形的桌子", ("shape", "any_of", ("round", "square"))),
        ("Garden shed, 2 doors or 3 doors", ("doors", "any_of", (2, 3))),
        ("Drill\nBrand: Bosch/Makita", ("brand", "any_of", ("Bosch", "Makita"))),
        ("sillas, marca Ikea o Philips", ("brand", "any_of", ("Ikea", "Philips"))),
        (
            "Smart Television 8K Frameless Voice Control 2K Monitor Wall Mounted\nprice?",
            ("resolution", "any_of", ("8K", "2K")),
        ),
        ("Tuner\nModel: QB120, QB140", ("model", "any_of", ("QB120", "QB140"))),
    ],
)
def test_what_is_listed_is_a_choice(text: str, wanted: tuple[str, str, object]) -> None:
    assert wanted in _all(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("SKF seals QX-204,QX-205,QX-2...", "model"),
        ("Wig\nColor: Brown,Red,27 Honey ...", "colour"),
        ("Mixer\nApplication:cosmetic;paint.glue Material:steel", "application"),
    ],
)
def test_a_list_that_is_not_all_there_is_not_read(text: str, field: str) -> None:
    assert field not in {name for name, *_ in _all(text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("What do 3 trucks cost delivered to the Kenyan highlands?", "KE"),
        ("40 chairs, shipping to Oregon (us) please", "US"),
        ("40 chairs, shipping to Natal - Brazil", "BR"),
        ("40 chairs, shipped to Tampa, Florida", "US"),
        ("40 sillas, envío a Monterrey, México", "MX"),
        ("40 chaises, livraison à Oran - Algérie", "DZ"),
        ("40 Stühle, Lieferung nach Graz (Österreich)", "AT"),
        ("Chairs for delivery in Kinshasa. Is there a ship to DRC?", "CD"),
        ("40 chairs shipped to the port of Mariel in Havana", "CU"),
    ],
)
def test_a_destination_is_its_country_and_said_once(text: str, value: str) -> None:
    assert [said for name, _, said in _all(text) if name == "destination"] == [value]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Cargo bike\nMax speed: 36 km/h", ("speed", "ge", 10)),
        ("Lastenrad, Höchstgeschwindigkeit 36 km/h", ("speed", "ge", 10)),
        ("Bicicleta de carga, velocidad máxima 36 km/h", ("speed", "ge", 10)),
        ("Vélo cargo, vitesse maximale 36 km/h", ("speed", "ge", 10)),
        ("Bicicleta de carga, velocidade máxima 36 km/h", ("speed", "ge", 10)),
        ("Bici da carico, velocità massima 36 km/h", ("speed", "ge", 10)),
        ("Грузовой велосипед, максимальная скорость 36 км/ч", ("speed", "ge", 10)),
        ("载货自行车，最高时速36km/h", ("speed", "ge", 10)),
        ("カーゴバイク、最高速度36km/h", ("speed", "ge", 10)),
        ("دراجة شحن، السرعة القصوى 36 كم/س", ("speed", "ge", 10)),
        ("Probe\nPressure Resistance: up to 0.8 MPa", ("pressure", "ge", 8)),
        ("Probe\nPressure resistance: 0.8 MPa", ("pressure", "ge", 8)),
        ("Torch, battery life up to 2 minutes", ("battery_life", "ge", 120)),
        ("Pump\nHead (min.): 30 m", ("head", "ge", 30000)),
        ("Gloves\nTemperature resistant: 480 Celsius", ("temperature", "ge", 480)),
    ],
)
def test_what_a_thing_can_do_or_bears_is_a_floor(
    text: str, wanted: tuple[str, str, object]
) -> None:
    assert wanted in _all(text)


@pytest.mark.parametrize(
    "text", ["Crate\nWeight (max): 5 kg", "Kiste\nGewicht (max.): 5 kg", "Caja\nPeso (máx.): 5 kg"]
)
def test_a_bound_may_stand_in_brackets(text: str) -> None:
    assert ("weight", "le", 5) in _all(text)


@pytest.mark.parametrize(
    "text",
    ["Leggings\nMaterial: nylon/spandex", "Leggings\nMaterial: polyester/spandex/tencel mix"],
)
def test_a_cloth_with_spandex_is_a_blend(text: str) -> None:
    assert [(op, "spandex" in value) for field, op, value in _all(text) if field == "material"] == [
        ("all_of", True)
    ]


def test_of_two_features_of_which_one_will_do_neither_is_a_must() -> None:
    fields = {field for field, *_ in _all("20 garden poles, foldable or telescopic")}
    assert not fields & {"foldable", "telescopic"}
    (note,) = RuleParser().parse("20 garden poles, foldable or telescopic").notes
    assert "foldable or telescopic" in note


@pytest.mark.parametrize(
    "text", ["Cups: 60 pieces equals 60 boxes", "60 Stück sind 60 Kartons", "60件即60箱"]
)
def test_an_order_said_in_another_unit_is_one(text: str) -> None:
    assert [field for field, *_ in _all(text)].count("order_quantity") == 1


def test_a_material_said_more_narrowly_is_said_once() -> None:
    text = "borosilicate glass bottles, 200 pcs\nProduct name: glass bottle"
    assert [value for name, _, value in _all(text) if name == "material"] == ["borosilicate glass"]
