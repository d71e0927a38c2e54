"""What is said of a part is not said of the goods, in the languages people order in."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

_PARSER = RuleParser(implied=False, questions=False)


def _read(text: str) -> dict[str, tuple[str, object, str | None]]:
    found = _PARSER.parse(text).requirements
    return {r.field: (r.op.value, r.value, r.unit) for r in found}


@pytest.mark.parametrize(
    ("text", "named", "side", "of_the_goods"),
    [
        ("40 floor lamps, base weight 4 kg, weight 7 kg", "base_weight", 4, ("weight", 7)),
        ("Ladders, closed height 2.2 m, height 4 m", "closed_height", 2200, ("height", 4000)),
        ("Roller shutters, slat thickness 2 mm, overall width 3 m", "slat_thickness", 2, ("width", 3000)),  # noqa: E501
        ("Sillas, ancho del respaldo 40 cm, altura total 110 cm", "backrest_width", 400, ("height", 1100)),  # noqa: E501
        ("Chaises, largeur du dossier 40 cm, largeur 55 cm", "backrest_width", 400, ("width", 550)),
        ("Mesas, espessura do tampo 25 mm, largura 80 cm", "top_thickness", 25, ("width", 800)),
        ("Sedie, altezza della seduta 45 cm, altezza 90 cm", "seat_height", 450, ("height", 900)),
        ("Насос, диаметр вала 14 мм, диаметр 200 мм", "shaft_diameter", 14, ("diameter", 200)),
    ],
)  # fmt: skip
def test_the_side_of_a_part_is_its_own(text, named, side, of_the_goods):
    read = _read(text)
    assert read[named][1] == side
    field, value = of_the_goods
    assert read[field][1] == value


@pytest.mark.parametrize(
    "text",
    ["Steel pipes, wall thickness 3 mm", "Труба, толщина стенки 3 мм", "Tubos, espesor de pared 3 mm"],  # noqa: E501
)  # fmt: skip
def test_the_wall_is_all_a_tube_has(text):
    assert _read(text)["thickness"][1] == 3


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Glass jars, lid black, 500 pcs", "lid_colour", "black"),
        ("Ballpoint pens, clip of metal, 500 pcs", "clip_material", "metal"),
        ("3.1 The chairs shall be stackable. 3.2 The seat shall be of polypropylene.", "seat_material", "polypropylene"),  # noqa: E501
        ("Mochilas, hebillas de metal, 300 unidades", "buckles_material", "metal"),
        ("Armoires en pin, pieds noirs, 20 pièces", "legs_colour", "black"),
        ("Borse in pelle, fodera rossa, 40 pezzi", "lining_colour", "red"),
        ("Mesas brancas, pernas de metal, 30 unidades", "legs_material", "metal"),
        ("Стулья, ножки из металла, 40 шт", "legs_material", "metal"),
        ("Stühle, Gestell aus Stahl, 40 Stück", "frame_material", "steel"),
    ],
)  # fmt: skip
def test_the_colour_and_material_of_a_part_are_its_own(text, field, value):
    read = _read(text)
    assert read[field] == ("eq", value, None)
    assert read.get(field.rpartition("_")[2], ("", "", None))[1] != value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Sanding discs, grit 120, diameter 125 mm", "grit", 120),
        ("Tyres 205/55R16, load index 91, 40 pcs", "load_index", 91),
        ("Disques abrasifs, grain 120, 10000 pièces", "grain", 120),
        ("Dischi abrasivi, grana 120, 10000 pezzi", "grana", 120),
        ("Lijas, grano 120, 10000 unidades", "grano", 120),
        ("Lixas, grão 120, 10000 peças", "grao", 120),
        ("Клей обойный, клейкость не ниже 40, 200 шт", "kleykost", 40),
    ],
)
def test_a_number_on_a_scale_is_named_by_its_noun(text, field, value):
    assert _read(text)[field][1:] == (value, None)


@pytest.mark.parametrize(
    "text", ["Our address: Harbour Road, building 12", "Estamos en la calle Mayor, oficina 12"]
)
def test_rooms_and_streets_are_no_scale(text):
    assert _read(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Tablet press, 12000 tablets per hour",
        "Forno, 12000 pizzas por hora",
        "Cerchiamo un forno, 12000 pizze l'ora",
        "Tablettenpresse, 12000 Tabletten pro Stunde",
    ],
)
def test_things_a_time_are_a_throughput_whatever_they_are(text):
    assert _read(text) == {"throughput": ("eq", 12000, "piece/h")}


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("25 off gate valve DN100", "gate valve", {"order_quantity": ("eq", 25, "piece")}),
        ("6 nos. globe valve DN80", "globe valve", {"order_quantity": ("eq", 6, "piece")}),
        ("40 ea. elbow DN50", "elbow", {"order_quantity": ("eq", 40, "piece")}),
        ("1) 20 x bearing 6204-2RS", "bearing", {"order_quantity": ("eq", 20, "piece"), "model": ("eq", "6204-2RS", None)}),  # noqa: E501
        ("10 pcs hex bolt M12x60 8.8 DIN 933", "hex bolt", {"grade": ("eq", "8.8", None)}),
        ("10 pcs washer M12 A2", "washer", {"grade": ("eq", "A2", None)}),
        ("Qty 8 - Contactor 24VDC, P/N LC1D32BD", "Contactor", {"model": ("eq", "LC1D32BD", None)}),
    ],
)  # fmt: skip
def test_lines_of_parts_lists_need_no_headers(text, name, wanted):
    parsed = _PARSER.parse(text)
    assert parsed.product == name
    read = _read(text)
    assert {field: read.get(field) for field in wanted} == wanted
    assert "payment_terms" not in read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("need 40 tarpaulins heavy duty blue", "tarpaulins"),
        ("20 water pumps petrol 3 inch", "water pumps"),
        ("We need a welder giving at least 250 A", "welder"),
        ("Nous cherchons une tente de réception blanche dix mètres sur vingt", "tente de réception"),  # noqa: E501
        ("cerco 40 sedie da giardino impilabili bianche", "sedie da giardino"),
        ("busco 40 mesas de jardín plegables blancas", "mesas de jardín"),
        ("Camisetas hechas de algodón, 300 unidades", "Camisetas"),
        ("500 Kabelbinder schwarz UV-beständig", "Kabelbinder"),
    ],
)  # fmt: skip
def test_what_a_thing_is_like_is_no_part_of_its_name(text, name):
    assert _PARSER.parse(text).product == name


@pytest.mark.parametrize("name", ["orange juice", "red wine", "copy paper", "inflatable boats"])
def test_a_name_keeps_what_it_is_told_by(name):
    assert _PARSER.parse(f"We want to buy {name}, 200 pcs").product == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hello brother, for mosque carpet I need, wool not acrylic", "mosque carpet"),
        ("Gostava de receber proposta para um drone agrícola com depósito de 30 litros", "drone agrícola"),  # noqa: E501
        ("Notre boulangerie souhaite un four à pain, 3 étages", "four à pain"),
        ("Нужны для санатория гидромассажные ванны, 4 шт", "гидромассажные ванны"),
        ("那个我说一下啊，要三百二十套学生校服", "学生校服"),
        ("大家好，看看有没有做竹牙刷的厂家，要5000支", "竹牙刷"),
    ],
)  # fmt: skip
def test_what_goes_before_a_name_is_no_part_of_it(text, name):
    assert _PARSER.parse(text).product == name
