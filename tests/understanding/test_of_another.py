"""What is said of a part, of what is worked on or of another thing is not said of the goods."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

_PARSER = RuleParser(implied=False, questions=False)


def said(text: str) -> set[tuple[str, object]]:
    """Fields and values read from a text."""
    return {(r.field, r.value) for r in _PARSER.parse(text).requirements}


def fields(text: str) -> set[str]:
    """Fields read from a text."""
    return {field for field, _ in said(text)}


@pytest.mark.parametrize(
    "text",
    [
        "We need 200 pcs quartz watch for men",
        "Busco 50 relojes de cuarzo para hombre",
        "Nous cherchons 30 montres à quartz",
        "Wir suchen 40 Armbanduhren Quarz",
        "Cerchiamo 60 orologi al quarzo",
        "Precisamos de 25 relógios de quartzo",
    ],
)
def test_a_watch_goes_by_its_quartz(text: str) -> None:
    found = said(text)
    assert ("movement", "quartz") in found
    assert ("material", "quartz") not in found


def test_quartz_of_other_goods_is_their_material() -> None:
    assert ("material", "quartz") in said("We need 20 worktops made of quartz")


@pytest.mark.parametrize(
    "text",
    [
        "I want 300 phone grips, soft as rubber",
        "Quiero 300 llaveros, suaves como goma",
        "Je veux 300 coussins, doux comme le coton",
        "手机壳，像橡胶一样软，300个",
        "Ich möchte 300 Griffe, weich wie Gummi",
        "Voglio 300 cuscini, morbidi come cotone",
        "Quero 300 chaveiros, macios como borracha",
    ],
)
def test_what_it_is_like_is_not_what_it_is_made_of(text: str) -> None:
    assert "material" not in fields(text)


def test_examples_of_a_material_are() -> None:
    assert ("material", "steel") in said("We need brackets in materials such as steel")


@pytest.mark.parametrize(
    "text",
    [
        "Busco una máquina para la fabricación de tubos de cobre",
        "Je cherche une machine de fabrication de blocs de béton",
        "Cerco una macchina per la produzione di tubi di rame",
        "Procuro uma máquina para produção de blocos de concreto",
        "I want a machine for the production of pipes of copper",
    ],
)
def test_what_a_machine_makes_is_of_that_material(text: str) -> None:
    assert "material" not in fields(text)


def test_what_is_welded_has_its_own_name() -> None:
    text = "Robot welding machine\nWelding Material: Carbon Steel\nColor: Blue"
    assert ("welding_material", "carbon steel") in said(text)
    assert "material" not in fields(text)


def test_the_goods_own_noun_is_no_part() -> None:
    text = "Inflatable air mattress\nWe want one air mattress.\nMattress Material: PVC"
    assert ("material", "PVC") in said(text)


def test_a_part_whose_key_begins_behind_a_material_has_its_size() -> None:
    text = "Electric bike\nI need electric bikes. Frame Material:Steel Wheel Size:26 Gears:7 Speed"
    found = said(text)
    assert ("frame_material", "steel") in found or ("material", "steel") in found
    assert ("size", "26") not in found
    assert "wheel_material" not in fields(text)


def test_no_number_of_something_else_stands_under_a_count() -> None:
    text = "Tote bags\nLining: cotton\nNumber of handles: Single Phase\nMaterial: canvas"
    assert "phases" not in fields(text)
    assert ("phases", 1.0) in said("Motor 2 kW, single phase")


@pytest.mark.parametrize(
    "text",
    [
        "The order includes items like belts and straps",
        "Incluye artículos como correas",
    ],
)
def test_examples_are_no_parts(text: str) -> None:
    assert "straps" not in fields(text)


def test_a_bag_has_no_screen() -> None:
    assert "screen_size" not in fields("We need 200 laptop backpacks 15.6 inch, waterproof")
    assert ("screen_size", 15.6) in said("We need 200 laptops 15.6 inch")


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("We need baby diapers, weight 9 to 14 kg", 9.0),
        ("Wir suchen Windeln, Gewicht 9 bis 14 kg", 9.0),
        ("Buscamos pañales, peso 9 a 14 kg", 9.0),
        ("Nous cherchons 500 couches bébé, poids 9 à 14 kg", 9.0),
    ],
)
def test_nappies_are_for_wearers_of_that_weight(text: str, low: float) -> None:
    assert ("wearer_weight", (low, 14.0)) in said(text)
    assert "weight" not in fields(text)


def test_the_capacity_a_compressor_is_applied_to_is_the_fridges() -> None:
    text = "Compressor for refrigerators\nApplied capacity: 50L-150L\nVoltage: 12V"
    assert "volume" not in fields(text)


def test_a_custom_cover_makes_no_custom_goods() -> None:
    assert "custom_design" not in fields("We need 300 tumblers with custom leather cover")
    assert ("custom_design", True) in said("We need 300 custom leather wallets")


def test_a_feature_of_what_comes_with_the_goods_is_not_theirs() -> None:
    text = "We need wall switches with flame retardant PC bottom case"
    assert "flame_retardant" not in fields(text)


def test_marks_beside_certificates_are_no_parts() -> None:
    assert "epi" not in fields("We need masks with EPI & CE certificates")


def test_a_strip_behind_a_television_is_not_backlit() -> None:
    assert "backlit" not in fields("Need 20 m LED strip for TV backlit, 12V")
    assert ("backlit", True) in said("Need 20 backlit keyboards")


@pytest.mark.parametrize(
    "text",
    [
        "Quiero una lámpara con lámparas de vidrio, 20 lámparas",
        "Busco mochilas con espacio grande y bolsillo",
    ],
)
def test_no_vague_or_repeated_name_is_a_part(text: str) -> None:
    assert not {name for name in fields(text) if name.startswith(("lamparas", "espacio"))}


def test_keys_of_other_languages_without_an_english_name_make_no_field() -> None:
    text = "Chaqueta de lana\nTipo de tela: Lana\nFuga sin costuras: Sí\nBolsillos: Sí"
    assert "fuga_sin_costuras" not in fields(text)


def test_a_value_that_repeats_its_key_says_nothing() -> None:
    assert "interior" not in fields("Leather bags\nInterior: Interior\nClosure: zipper")


def test_perfume_is_no_brand() -> None:
    text = "Perfume Árabe Longa Duração Homens Fragrância Marca Perfume\nquero saber o valor"
    assert "brand" not in fields(text)
    assert ("brand", "Bosch") in said("Quero 10 furadeiras marca Bosch")


def test_a_brand_key_behind_a_value_is_a_key() -> None:
    text = "Used phones\nWe need phones. SIM Card:1 SIM brand name:Other version:US"
    assert not {name for name in fields(text) if name.endswith("brand")}


@pytest.mark.parametrize(
    "text",
    [
        "Wir brauchen Laptoptaschen 15,6 Zoll, 300 Stück",
        "Nous cherchons 300 housses pour ordinateur 15,6 pouces",
        "Buscamos 300 fundas para portátil de 14 pulgadas",
        "需要300个电脑背包，15.6寸，防水",
    ],
)
def test_inches_of_what_a_bag_holds_are_no_side_of_it(text: str) -> None:
    assert not {"length", "screen_size"} & fields(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dog harness for dogs 20-30 kg, nylon", "wearer_weight"),
        ("Hundegeschirr für Hunde von 20-30 kg, Nylon", "wearer_weight"),
        ("Arneses para perros de 20-30 kg, nailon", "wearer_weight"),
        ("Life jackets for children up to 30 kg, 200 pcs", "wearer_weight"),
        ("Trajes para niños de 90-110 cm, 50 unidades", "wearer_height"),
    ],
)
def test_whom_goods_are_for_has_its_own_measures(text: str, name: str) -> None:
    assert name in fields(text)
    assert not {"weight", "length", "height"} & fields(text)


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("iPhone 15 case 500 pcs TPU", "iPhone 15"),
        ("20 pcs MacBook Pro 2015 keyboard", "MacBook Pro 2015"),
        ("iPhone 13 screens OLED 100 pcs", "iPhone 13"),
    ],
)
def test_what_is_made_for_a_device_is_none(text: str, device: str) -> None:
    found = said(text)
    assert ("compatible_with", device) in found
    assert "model" not in fields(text)


def test_a_device_with_its_charger_is_one() -> None:
    assert ("brand", "Apple") in said("50 used iPhone 12, with charger")


def test_a_packing_machine_is_not_of_what_it_packs() -> None:
    text = "Packing machine for tea bags, paper and plastic film, stainless steel body"
    assert {v for f, v in said(text) if f == "material"} == {"stainless steel"}


@pytest.mark.parametrize(
    "text",
    [
        "Maschine zur Herstellung von Pflastersteinen aus Beton",
        "станок для производства блоков из бетона, 1 шт",
    ],
)
def test_stones_of_concrete_make_no_machine_of_it(text: str) -> None:
    assert "material" not in fields(text)


def test_a_box_beside_the_goods_is_packaging() -> None:
    text = "Glass bottle 500 ml with bamboo lid, box of kraft paper"
    assert ("packaging_material", "kraft paper") in said(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kreissäge, Gehäuse aus Aluminium", "housing_material"),
        ("Fahrrad, Radgröße 26 Zoll", "wheel_size"),
        ("Sillas, ancho del respaldo 40 cm", "backrest_width"),
        ("Chaises, largeur du dossier 40 cm", "backrest_width"),
        ("Mesas, espessura do tampo 25 mm", "top_thickness"),
    ],
)
def test_parts_have_english_names(text: str, name: str) -> None:
    assert name in fields(text)


def test_a_blend_is_of_both() -> None:
    found = _PARSER.parse("Polo shirts, cotton blend. Material: Cotton/Polyester").requirements
    assert any(r.field == "material" and r.op.value == "all_of" for r in found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5 dump trucks\nEngine Model: WP12.400\nGears: 10", ("engine_model", "WP12.400")),
        ("Excavator\nPump model: K3V112\nBrand: Sany", ("pump_model", "K3V112")),
        ("Diesel engine\nEngine model: WP10.340E32", ("model", "WP10.340E32")),
    ],
)
def test_the_model_of_what_goods_work_with_is_its_own(text: str, wanted: tuple[str, str]) -> None:
    assert wanted in said(text)
    assert len({"model", "engine_model", "pump_model"} & fields(text)) == 1
