"""Parts no lexicon knows, forms written in other ways than lines with colons, parts lists."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

_PARSER = RuleParser(implied=False, questions=False)


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in _PARSER.parse(text).requirements}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Telehandler with pallet fork and bucket, without air conditioning", {"pallet_fork": True, "bucket": True, "air_conditioning": False}),  # noqa: E501
        ("Teleskoplader mit Palettengabel und Schaufel, jedoch ohne Klimaanlage", {"palettengabel": True, "schaufel": True, "klimaanlage": False}),  # noqa: E501
        ("Cargadora con horquillas y luces de trabajo, sin aire acondicionado", {"horquillas": True, "luces_de_trabajo": True, "aire_acondicionado": False}),  # noqa: E501
        ("Chargeur avec fourches et godet, sans climatisation", {"fourches": True, "godet": True, "climatisation": False}),  # noqa: E501
        ("Pala con forche e benna, senza aria condizionata", {"forche": True, "benna": True, "aria_condizionata": False}),  # noqa: E501
        ("Carregadeira com garfos e caçamba, sem ar condicionado", {"garfos": True, "cacamba": True, "ar_condicionado": False}),  # noqa: E501
        ("Погрузчик с вилами и ковшом, без кондиционера", {"vilami": True, "kovshom": True, "konditsionera": False}),  # noqa: E501
        ("Pump, check valve included, pressure gauge required", {"check_valve": True, "pressure_gauge": True}),  # noqa: E501
        ("Pump, check valve included, foot strainer not included", {"check_valve": True, "foot_strainer": False}),  # noqa: E501
        ("Drone agrícola, RTK incluído", {"rtk": True}),
        ("Yarn, mulesing-free and AZO-free", {"mulesing_free": True, "azo_free": True}),
    ],
)  # fmt: skip
def test_parts_are_told_by_the_words_beside_them(text, wanted):
    read = _read(text)
    assert {field: read.get(field) for field in wanted} == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Please ship the pump without delay and without obligation",
        "200 pumps, VAT included",
        "200 pumps, samples required",
        "Lo consulto con mi socio y les aviso",
        "A hassle-free delivery of 200 pumps, please",
        "Chairs required, 200 pcs",
        "Nous travaillons avec Amazon et Cdiscount, 200 chaises",
        "Ich arbeite mit Herrn Meier zusammen, 200 Stühle",
    ],
)
def test_the_deal_has_no_parts(text):
    assert set(_read(text)) <= {"order_quantity", "sample"}


@pytest.mark.parametrize(
    ("text", "product", "wanted"),
    [
        ("Item name: tote bag /// Fabric: canvas /// Straps: yes /// Liner: not needed /// Qty: 1.5k", "tote bag",  # noqa: E501
         {"material": "canvas", "straps": True, "liner": False, "order_quantity": 1500}),
        ("Conveyor belt: EP 400/3 | Width: 650 mm | Edge: cut | Colour: black", "Conveyor belt",
         {"width": 650, "edge": "cut", "colour": "black"}),
        ("WANTED\nArticle - dried mango, sliced\nMoisture - 15 pct max\nSugar added - none\nDestination - Rotterdam", "dried mango",  # noqa: E501
         {"moisture_content": 15, "sugar_added": False, "destination": "Rotterdam"}),
        ("Product: ice packs\nFill weight: 150 g ±5 g", "ice packs", {"fill_weight": (0.145, 0.155)}),  # noqa: E501
        ("Produit : barrière\nNombre de faisceaux : 4\nAlimentation : 12-24 Vcc", "barrière",
         {"nombre_de_faisceaux": 4, "voltage": (12, 24)}),
        ("Наименование: Стеллаж\nГабариты (ВхШхГ): 2200х1000х400 мм", "Стеллаж", {"height": 2200, "width": 1000, "depth": 400}),  # noqa: E501
        ("Cabinet, size (WxDxH) 800x400x1800 mm", "Cabinet", {"height": 1800, "width": 800, "depth": 400}),  # noqa: E501
        ("المنتج: أكياس قهوة\nالسحاب: نعم\nالنافذة: بدون", "أكياس قهوة", {"zipper": True, "window": False}),  # noqa: E501
    ],
)  # fmt: skip
def test_forms_are_written_in_many_ways(text, product, wanted):
    parsed = _PARSER.parse(text)
    assert parsed.product == product
    read = {r.field: r.value for r in parsed.requirements}
    assert {field: read.get(field) for field in wanted} == wanted


def test_an_address_is_no_border_of_cells():
    read = _PARSER.parse("Pump as on https://example.org/pumps, Power: 3 kW").requirements
    assert [(r.field, r.value) for r in read] == [("power", 3000)]


@pytest.mark.parametrize(
    ("text", "product", "orders"),
    [
        ("10 m garden hose\n6x hose clamp 20 mm\n6x ball valve\n2 rolls tape", "garden hose",
         [(10, "m"), (6, "piece"), (6, "piece"), (2, "roll")]),
        ("4 pr safety boots S3\n2 pr same, UK 11\n10 hi-vis vest, yellow", "safety boots", [(4, "pair"), (2, "pair"), (10, "piece")]),  # noqa: E501
        ("50 x Kabelverschraubung M20\n50 x Gegenmutter\n100 m Schutzschlauch", "Kabelverschraubung",  # noqa: E501
         [(50, "piece"), (50, "piece"), (100, "m")]),
    ],
)  # fmt: skip
def test_every_line_of_a_list_is_an_order(text, product, orders):
    parsed = _PARSER.parse(text)
    read = [(r.value, r.unit) for r in parsed.requirements if r.field == "order_quantity"]
    assert (parsed.product, read) == (product, orders)


def test_the_same_order_said_twice_is_one():
    parsed = _PARSER.parse("We need 300 lamps\nPlease quote for 300 lamps.")
    assert [r.value for r in parsed.requirements if r.field == "order_quantity"] == [300]


@pytest.mark.parametrize(
    ("text", "op", "brand"),
    [
        ("Pumps, preferably Quellmann, 20 pcs", "eq", "Quellmann"),
        ("Pumps, 20 pcs, not Quellmann", "ne", "Quellmann"),
        ("Schütze 24 VDC, Fabrikat Quellmann oder gleichwertig", "eq", "Quellmann"),
        ("Rodamientos, marca Quellmann o equivalente, 100 piezas", "eq", "Quellmann"),
        ("Pneus, marque Quellmann ou équivalent, 40 pièces", "eq", "Quellmann"),
        ("Tablets, Quellmann brand, 30 units", "eq", "Quellmann"),
        ("Reach truck, Toyota or Quellmann or Brandow, 1 unit", "any_of", ("Toyota", "Quellmann", "Brandow")),  # noqa: E501
        ("Steel plate, Quellmann or Brandow make only", "any_of", ("Quellmann", "Brandow")),
    ],
)  # fmt: skip
def test_brands_no_list_holds(text, op, brand):
    read = [(r.op.value, r.value) for r in _PARSER.parse(text).requirements if r.field == "brand"]
    assert read == [(op, brand)]


@pytest.mark.parametrize(
    "text",
    ["Hello Anna, thanks. Not Friday please, 200 pumps", "Kids bike, No Pedal, EVA Tires, 20 pcs"],
)
def test_names_of_people_and_days_are_no_brands(text):
    assert "brand" not in _read(text)


def test_a_negation_ends_at_the_noun_it_is_of():
    assert _read("Kids Balance Bike No Pedal EVA Tires, 20 pcs")["material"] == "EVA"
    refused = _PARSER.parse("Schränke aus Holz, 10 Stück. Edelstahl kommt nicht infrage.")
    assert ("ne", "stainless steel") in [(r.op.value, r.value) for r in refused.requirements]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Product: bench\nPainting: no\nWheels: yes", {"wheels": True}),
        ("品名：作業台\nキャスター：あり\n数量：20台", {"wheels": True, "order_quantity": 20}),
        ("Ванна с подводным душем и 24 форсунками", {"forsunkami": 24}),
        ("Drone agrícola, RTK incluído e GPS incluído", {"rtk": True}),
        ("Кран шаровый Ду50 Ру16, 12 шт", {"size": "DN50", "pressure": 16, "order_quantity": 12}),
        ("Product: cake\nOuter film: shrink wrap, no latex", {"outer_film": "shrink wrap"}),
        ("Sails, we pay by wire transfer, 20 pcs", {"payment_terms": "T/T"}),
        ("Filters, FCA Bergamo o DAP Torino, 20 pezzi", {"incoterm": ("FCA", "DAP"), "incoterm_place": ("Bergamo", "Turin")}),  # noqa: E501
        ("Teleskoplader, höchstens 3.500 Betriebsstunden", {"operating_hours": 3500}),
        ("面霜，PH值5.5，500瓶", {"ph": 5.5}),
    ],
)  # fmt: skip
def test_answers_counts_and_choices(text, wanted):
    read = _read(text)
    assert {field: read.get(field) for field in wanted} == wanted


def test_three_orders_in_one_text_are_a_list():
    text = "六角ボルト M10×50 200本、平ワッシャー M10 400枚、ナット M10 200個"
    orders = [r.value for r in _PARSER.parse(text).requirements if r.field == "order_quantity"]
    assert orders == [200, 400, 200]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Linear rail | preload light | 4 sets", "preload", "light"),
        ("Curtain fabric, blackout, pattern plain, 200 m", "pattern", "plain"),
        ("Linen cloth, basket weave, 200 m", "weave", "basket"),
        ("Schrauben, Antrieb Torx, 5000 Stück", "antrieb", "torx"),
        ("Chaises de bureau, mécanisme synchrone, 20 pièces", "mecanisme", "synchrone"),
        ("Colchones, firmeza media, 26 unidades", "firmeza", "media"),
        ("Mappen, Verschluss magnetisch, 50 Stück", "verschluss", "magnetisch"),
        ("Libri, rilegatura cucita, 50 pezzi", "rilegatura", "cucita"),
        ("Трубы, резьба левая, 50 шт", "rezba", "левая"),
    ],
)
def test_a_property_with_a_clause_to_itself(text, field, value):
    assert _read(text).get(field) == value


def test_a_shaft_puts_nothing_through():
    assert "throughput" not in _read("Gear motor, output shaft 20 mm, brake 24 V")
