"""How buyers phrase the terms of an order; what sellers' titles, parts and codes do not state."""

from __future__ import annotations

import datetime as dt

import pytest

from deepsearch.understanding import RuleParser

PARSER = RuleParser(implied=False, questions=False)
DAY = dt.date(2026, 6, 1)

SAID = [
    ("Wir bräuchten für den Anfang 300 Klappstühle", "order_quantity", "eq", 300.0),
    ("نحتاج في البداية 300 كرسي", "order_quantity", "eq", 300.0),
    ("Нужно около двухсот рюкзаков", "order_quantity", "between", (180.0, 220.0)),
    ("طلبية أولى 5 آلاف قلم", "order_quantity", "eq", 5000.0),
    ("Disponemos de un presupuesto de 25.000 euros para escritorios", "budget", "eq", 25000.0),
    ("Abbiamo un budget di 25.000 euro per scrivanie", "budget", "eq", 25000.0),
    ("Notre enveloppe est de 25 000 € pour des bureaux", "budget", "eq", 25000.0),
    ("chaises, pas plus de 18 € pièce", "unit_price", "le", 18.0),
    ("sillas, no podemos pasar de 18 € la unidad", "unit_price", "le", 18.0),
    ("cadeiras, não passamos de R$ 90 por unidade", "unit_price", "le", 90.0),
    ("Stühle, mehr als 18 € pro Stück ist nicht drin", "unit_price", "le", 18.0),
    ("рюкзаки, целевая цена 7,5 долл. за шт.", "unit_price", "eq", 7.5),
    ("pens, we can't commit to more than 200 as MOQ", "min_order_quantity", "le", 200.0),
    ("chairs, turnaround of 3 weeks or better", "lead_time", "le", 21.0),
    ("椅子、製作期間20日未満", "lead_time", "lt", 20.0),
    ("مضخة بتدفق لا يقل عن 20 م3/ساعة", "flow_rate", "ge", 333.333334),
    ("mugs, livraison au plus tard le 3 octobre 2026", "delivery_date", "le", "2026-10-03"),
    ("escritorios para finales de noviembre", "delivery_date", "le", "2026-11-30"),
    ("bureaux pour fin novembre", "delivery_date", "le", "2026-11-30"),
    ("mesas até o final de novembro", "delivery_date", "le", "2026-11-30"),
    ("bags, required by the end of August", "delivery_date", "le", "2026-08-31"),
    ("Tassen, können wir ein Musterexemplar bekommen?", "sample", "eq", True),
    ("кружки, вышлите пробный экземпляр", "sample", "eq", True),
    ("椅子，先打个样", "sample", "eq", True),
    ("杯子印我们公司的标", "custom_logo", "eq", True),
    ("瓶子，包装要定制", "custom_packaging", "eq", True),
    ("рубашки под собственной маркой", "private_label", "eq", True),
    ("Is it possible to customize the packaging of this mug?", "custom_packaging", "eq", True),
    ("Solar System 5kw 10kw 12kw", "power", "any_of", (5000.0, 10000.0, 12000.0)),
    ("Bollard, material: 304 OR 316 stainless steel", "grade", "any_of", ("304", "316")),
    ("pampers, size: S-XXL", "size", "all_of", ("S", "M", "L", "XL", "XXL")),
    ("M6 M8 M10 hexagon screws", "size", "any_of", ("M6", "M8", "M10")),
    ("bags for 1/2 oz of tea", "weight", "eq", 0.0141747616),
    ("TV 70 pulgadas 4K para hotel", "screen_size", "eq", 70.0),
]


@pytest.mark.parametrize(("text", "field", "op", "value"), SAID)
def test_is_read(text: str, field: str, op: str, value: object) -> None:
    found = {r.field: r for r in PARSER.parse(text, today=DAY).requirements}
    assert field in found, sorted(found)
    assert found[field].op.value == op
    if isinstance(value, float):
        assert found[field].value == pytest.approx(value, rel=1e-6)
    else:
        assert found[field].value == value


# A copied title, a part, a code, a masked number: each names a field it does not state.
NOT_SAID = [
    ("Factory Wholesale Muffin Cup Liners\nPlease quote 500 pcs", "supplier_type"),
    ("China Manufacturer Horse Carriage Tyre Street Tread\n500 pcs", "supplier_country"),
    ("Light Bee X Potente 540-0W bicicleta", "power"),
    ("Pixel 9 Pro XL phones", "size"),
    ("Body kit for Hilux 2016-2019 Facelift 2025 GR", "weight"),
    ("Exhaust for BMW M440i 3.0T", "weight"),
    ("Starter motor 24V/5.5KW/11T", "weight"),
    ("For OKI 001 toner cartridge", "weight"),
    ("Ice making machine 1 Ton 2 Ton", "weight"),
    ("Antenna gain minimum 8 dB passive, up to 25 dB active", "noise"),
    ("Earbuds with 50dB noise reduction", "noise"),
    ("Spindle ISO30 for milling", "standard"),
    ("cages de capacité 300 poulets", "order_quantity"),
    ("Soccer jersey 25/26 player kits", "order_quantity"),
    ("Mixer, blade: 304 stainless steel", "material"),
    ("Sorter, function: PET bottle recycling", "material"),
    ("Christmas tree stand, Max Tree Height: 8 ft", "height"),
    ("I am familiar with scanners, need cables", "scanners"),
]


@pytest.mark.parametrize(("text", "field"), NOT_SAID)
def test_is_not_claimed(text: str, field: str) -> None:
    parsed = PARSER.parse(text, today=DAY)
    assert field not in {r.field for r in parsed.requirements}


def test_a_part_under_its_key_keeps_its_name() -> None:
    parsed = PARSER.parse("Bike. Fork Material: Steel\nBlade: 304 stainless steel", today=DAY)
    assert {"fork_material", "blade_material", "blade_grade"} <= {
        r.field for r in parsed.requirements
    }


def test_a_makers_word_still_asks_where_a_buyer_asks() -> None:
    parsed = PARSER.parse("Need a manufacturer from Italy only\n500 leather belts", today=DAY)
    assert {"supplier_type", "supplier_country"} <= {r.field for r in parsed.requirements}
