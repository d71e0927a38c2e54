"""Families of wording, each in several languages: numbers nobody writes, lists, marks, tons."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from deepsearch.understanding import parse
from deepsearch.understanding.lexicon import load_data

TODAY = dt.date(2026, 6, 1)


def _read(text: str) -> list[tuple[str, str, object, str | None]]:
    parsed = parse(text, today=TODAY)
    return [
        (r.field, r.op.value, r.value, r.unit) for r in parsed.requirements if r.implied_by is None
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("200 chairs, delivery within a week", 7),
        ("200 chairs, delivered within a couple of weeks", 14),
        ("200 Stühle, Lieferung innerhalb einer Woche", 7),
        ("200 chaises, livraison sous une semaine", 7),
        ("200 sillas, entrega dentro de una semana", 7),
        ("200 sedie, consegna entro una settimana", 7),
        ("200 стульев, доставка в течение месяца", 30),
        ("200 كرسي، التسليم خلال شهر", 30),
        ("200把椅子，一周内交货", 7),
    ],
)
def test_a_week_is_one_week(text, days):
    assert ("lead_time", "le", days, "day") in _read(text)


@pytest.mark.parametrize(
    "text",
    [
        "50 kettles, warranty half a year",
        "50 Wasserkocher, Garantie ein halbes Jahr",
        "50 чайников, гарантия полгода",
        "50个电水壶，半年质保",
    ],
)
def test_half_a_year_is_six_months(text):
    assert ("warranty", "eq", 6, "month") in _read(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("We need a couple of hundred umbrellas", 200),
        ("We need half a dozen forklifts", 6),
        ("We need two dozen forklifts", 24),
        ("Nous voudrions une vingtaine de tables pliantes", 20),
        ("Necesito media docena de motobombas", 6),
        ("Cerchiamo un centinaio di sedie", 100),
        ("Wir brauchen zwei Dutzend Stühle", 24),
    ],
)
def test_numbers_in_words_that_are_no_digits(text, pieces):
    assert ("order_quantity", "eq", pieces, "piece") in _read(text)


def test_an_article_alone_counts_nothing():
    assert _read("Please send a box of chocolates to my wife") == []
    assert not [r for r in _read("a second supplier, in a minute, for a year-round shop") if r[3]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Jersey fabric, GSM above 180", ("areal_weight", "gt", 180, "g/m2")),
        ("Jersey fabric, gsm: 180", ("areal_weight", "eq", 180, "g/m2")),
        ("Lathe, swing over bed 500 mm", ("bed", "eq", 500, "mm")),
        ("Lathe, length over 500 mm", ("length", "gt", 500, "mm")),
    ],
)
def test_what_stands_between_a_comparator_and_its_number(text, wanted):
    assert wanted in _read(text)


def test_a_comma_of_chinese_groups_no_digits():
    read = _read("不锈钢螺丝，M6×20，304材质，数量5万个")
    assert ("size", "eq", "M6x20", None) in read
    assert ("order_quantity", "eq", 50000, "piece") in read


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Wallets in brown, not white", {("eq", "brown"), ("ne", "white")}),
        ("Sofas in grey but not black", {("eq", "grey"), ("ne", "black")}),
        ("Cojines rojos, no azules", {("eq", "red"), ("ne", "blue")}),
    ],
)
def test_a_negation_parts_a_list(text, values):
    assert {(op, value) for field, op, value, _ in _read(text) if field == "colour"} == values


@pytest.mark.parametrize(
    "text",
    [
        "Photo frames, our logo on frame and box",
        "bamboo toothbrush, kraft box w our logo",
        "Cepillos de bambú, nuestro logo en la caja",
        "Zahnbürsten, Logo auf der Verpackung",
    ],
)
def test_a_logo_on_the_box_is_two_customisations(text):
    fields = [field for field, *_ in _read(text)]
    assert "custom_logo" in fields
    assert "custom_packaging" in fields


def test_a_box_that_is_the_product_is_not_its_packaging():
    assert "custom_packaging" not in [f for f, *_ in _read("500 gift boxes with our logo")]


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("4K camcorder with wifi", ("resolution", "eq", "4K", None), "order_quantity"),
        ("we order 4k mugs", ("order_quantity", "eq", 4000, "piece"), "resolution"),
        ("1.5 ton split AC", ("cooling_capacity", "eq", 5275.2792, "W"), "weight"),
        ("1.5 ton hydraulic jack", ("load_capacity", "eq", 1500, "kg"), "cooling_capacity"),
        ("nitrile gloves, 100 per box", ("pack_size", "eq", 100, None), "order_quantity"),
        ("pots of 20, 30 and 40 cm, 100 of each", ("order_quantity", "eq", 100, "piece"), "weight"),
    ],
)
def test_the_same_number_of_different_things(text, wanted, unwanted):
    read = _read(text)
    assert wanted in read
    assert unwanted not in [field for field, *_ in read]


def test_no_spelling_has_two_meanings_of_one_kind():
    doubled = []
    for name in ("values", "compliance", "trade"):
        for kind, table in load_data(name).items():
            meanings: dict[tuple[str, str], set[str]] = defaultdict(set)
            for value, languages in table.items():
                for language, packed in languages.items():
                    for spelling in packed.split("|"):
                        meanings[language, spelling].add(value)
            doubled += [(kind, key, found) for key, found in meanings.items() if len(found) > 1]
    assert doubled == []


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("table 120×80×75 cm", (1200, 800, 750)),
        ("table 120cm×80cm×75cm", (1200, 800, 750)),
        ("table L120 x W80 x H75 cm", (1200, 800, 750)),
        ("Tisch L 120 x B 80 x H 75 cm", (1200, 800, 750)),
    ],
)
def test_sides_labelled_or_with_their_units(text, sides):
    found = {field: value for field, _, value, _ in _read(text)}
    assert tuple(found[name] for name in ("length", "width", "height")) == sides


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ball bearing 6203-2RS, 500 pcs", ("model", "eq", "6203-2RS", None)),
        ("Kugellager 6205 2RS", ("model", "eq", "6205 2RS", None)),
        ("gate valves DN100, PN16", ("pressure", "eq", 16, "bar")),
        ("used tyres 195/65 R15", ("size", "eq", "195/65 R15", None)),
        ("headlamp IPX6", ("ip_rating", "eq", "IPX6", None)),
        ("air conditioner, SEER above 6.1", ("seer", "gt", 6.1, None)),
        ("LED panel, UGR < 19", ("ugr", "lt", 19, None)),
        ("hose | -40/+100 °C", ("operating_temperature", "between", (-40, 100), "degC")),
        (
            "Kabel, minus 40 bis plus 70 Grad",
            ("operating_temperature", "between", (-40, 70), "degC"),
        ),
        ("wheelchair, seat width 46 cm", ("seat_width", "eq", 460, "mm")),
        ("hospital bed, castors 125 mm", ("castors", "eq", 125, "mm")),
        ("lunch boxes with three compartments", ("compartments", "eq", 3, None)),
        ("need price to Accra for pumps", ("destination", "eq", "Accra", None)),
        ("pumps, ship lagos", ("destination", "eq", "Lagos", None)),
        ("rice, CFR Port Klang", ("incoterm_place", "eq", "Port Klang", None)),
        ("pipes, grey RAL 7035", ("colour", "eq", "RAL 7035", None)),
    ],
)
def test_codes_and_names_of_trades(text, wanted):
    assert wanted in _read(text)


def test_a_look_is_no_material():
    assert "material" not in [f for f, *_ in _read("Piastrelle effetto legno 20x120 cm")]
    assert "material" not in [f for f, *_ in _read("floor tiles with marble look")]


def test_a_maker_asked_for_is_a_maker_and_has_a_country():
    read = _read("Looking for manufacturers from Turkey or Poland")
    assert ("supplier_type", "eq", "manufacturer", None) in read
    assert ("supplier_country", "any_of", ("TR", "PL"), None) in read
    assert "supplier_type" not in [f for f, *_ in _read("Industrial Ice Makers Block Mould")]


@pytest.mark.parametrize(
    ("text", "count", "product"),
    [
        ("500 T-shirts", 500, "T-shirts"),
        ("500 t-shirts, 180 gsm", 500, "t-shirts"),
        ("200 T shirts", 200, "T shirts"),
        ("300 T恤", 300, "T恤"),
        ("20 T-Shirts für den Verein", 20, "T-Shirts"),
        ("300 V-neck sweaters", 300, "V-neck sweaters"),
        ("50 C-clamps", 50, "C-clamps"),
        ("300 X-ray tubes", 300, "X-ray tubes"),
    ],
)
def test_a_letter_that_begins_a_name_is_no_unit(text, count, product):
    parsed = parse(text, today=TODAY)
    assert parsed.product == product
    assert ("order_quantity", "eq", count, "piece") in _read(text)
    assert not {"weight", "voltage", "temperature"} & {f for f, *_ in _read(text)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("500 t steel coils", ("order_quantity", "eq", 500, "t")),
        ("12 V-powered pump", ("voltage", "eq", 12, "V")),
        ("24V-Netzteil", ("voltage", "eq", 24, "V")),
        ("10 m-long cables", ("length", "eq", 10_000, "mm")),
    ],
)
def test_a_letter_that_is_a_unit_stays_one(text, wanted):
    assert wanted in _read(text)


@pytest.mark.parametrize(
    ("text", "product", "op", "day"),
    [
        ("Steel racks 20 pcs, needed before 1 May", "Steel racks", "lt", "2027-05-01"),
        ("garden chairs 200, want until August", "garden chairs", "le", "2026-08-31"),
        ("Töpfe 30 Stück, brauchen bis Ende Juli", "Töpfe", "le", "2026-07-31"),
        ("杯子500个，8月之前交货", "杯子", "lt", "2026-08-01"),
        ("杯子500个，8月内交货", "杯子", "le", "2026-08-31"),
        ("カップ500個、8月前に納品", "カップ", "lt", "2026-08-01"),
    ],
)
def test_what_is_needed_by_a_month_is_no_name(text, product, op, day):
    assert parse(text, today=TODAY).product == product
    assert ("delivery_date", op, day, None) in _read(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hydraulic press under 5 lakh INR", ("unit_price", "lt", 500_000, "INR")),
        ("lathe, price below Rs 2.5 lakh", ("unit_price", "lt", 250_000, "INR")),
        ("packing line, budget 1.2 crore INR", ("budget", "eq", 12_000_000, "INR")),
        ("2 lakh pcs of cable ties", ("order_quantity", "eq", 200_000, "piece")),
    ],
)
def test_indian_multiples(text, wanted):
    assert wanted in _read(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("300 floor lamps, die-cast aluminium, dusty rose", ("material", "die-cast aluminium")),
        ("300 floor lamps, die-cast aluminium, dusty rose", ("colour", "dusty rose")),
        ("200个台灯，压铸铝，哑光", ("material", "die-cast aluminium")),
        ("40 Stühle aus Schmiedeeisen, feuerverzinkt", ("material", "wrought iron")),
        ("40 Stühle aus Schmiedeeisen, feuerverzinkt", ("finish", "hot-dip galvanized")),
        ("300 mesas con pintura electrostática, gris grafito", ("finish", "powder coated")),
        ("300 mesas con pintura electrostática, gris grafito", ("colour", "dark grey")),
        ("500 joints en caoutchouc butyle", ("material", "butyl rubber")),
        ("80 luvas, resistente a óleo, sem látex", ("latex_free", True)),
        ("900 vasetti di miele, senza conservanti", ("preservatives", False)),
        ("200 курток, светоотражающие, ветрозащитные", ("windproof", True)),
        ("100 نظارة شمسية، مستقطبة", ("polarized", True)),
        ("マグカップ500個、箔押し", ("printing", "hot stamping")),
        ("20 air cylinders, double acting, 10 bar", ("double_acting", True)),
        ("60 kettles with UK plug", ("plug_type", "UK")),
        ("400 mt tubo, certificato 3.1", ("certification", "mill test certificate")),
        ("5000 cajas de leche en polvo, registro INVIMA", ("certification", "INVIMA")),
    ],
)
def test_words_of_the_trade_are_read(text, wanted):
    assert wanted in {(field, value) for field, _, value, _ in _read(text)}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Laser engraving machine, 100 W, 2 sets", "logo_method"),
        ("Powder coating oven, 1 set", "finish"),
        ("20 Bohrer für Beton und Holz", "material"),
        ("50台激光雕刻机", "logo_method"),
        ("切割不锈钢的激光切割机一台", "material"),
        ("ステンレス用の塗料 20缶", "material"),
        ("Copper sulfate, 5 tons", "material"),
        ("sulfato de cobre, 5 toneladas", "material"),
        ("сульфат меди, 5 тонн", "material"),
        ("4x4 post caps, 200 pcs", "drive"),
        ("aqua park slide, 1 set", "colour"),
        ("vis à bois 5x60, 1000 pièces", "material"),
    ],
)
def test_words_in_other_company_say_something_else(text, field):
    assert field not in {name for name, _, _, _ in _read(text)}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("ceramic tiles, need GST invoice", "tax_invoice"),
        ("100台水泵，开专票", "tax_invoice"),
        ("20 sillas con factura", "tax_invoice"),
        ("20 Stühle, Rechnung mit ausgewiesener MwSt.", "tax_invoice"),
        ("20 cadeiras com nota fiscal", "tax_invoice"),
        ("20 стульев, нужна счет-фактура", "tax_invoice"),
        ("20 sedie con fattura elettronica", "e_invoice"),
        ("e-invoice required, 20 chairs", "e_invoice"),
    ],
)
def test_an_invoice_is_asked_for(text, field):
    assert (field, "eq", True, None) in _read(text)


def test_a_pro_forma_invoice_is_no_tax_invoice():
    fields = {field for field, *_ in _read("20 chairs, please send a proforma invoice")}
    assert not fields & {"tax_invoice", "e_invoice"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Certificates: BIS", "BIS"),
        ("ceiling fans, certification required: BIS", "BIS"),
        ("steel pipes, Certificates: BIS, ISO 9001", ("BIS", "ISO 9001")),
    ],
)
def test_bis_is_a_certificate_where_it_is_an_acronym(text, value):
    assert [v for field, _, v, _ in _read(text) if field == "certification"] == [value]


@pytest.mark.parametrize(
    "text", ["CE-Zertifikat bis 5. Mai, 20 Pumpen", "CE ZERTIFIKAT BIS 5. MAI, 20 PUMPEN"]
)
def test_bis_before_a_day_is_until(text):
    read = _read(text)
    assert ("certification", "eq", "CE", None) in read
    assert ("delivery_date", "le", "2027-05-05", None) in read
