"""How many of a part, and adjectives with a clause to themselves, in many languages."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _said(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("ladder, two-piece, aluminium, 40 pcs", "pieces", 2),
        ("sprocket 16 tooth for roller chain", "teeth", 16),
        ("gas heater, two-stage burner, 40 kW", "stages", 2),
        ("24-strand yacht rope, 12 mm", "strands", 24),
        ("wine cooler, dual zone, 60 bottles", "zones", 2),
        ("Verteiler 12-polig, schwarz", "poles", 12),
        ("Regal, zweitürig, pulverbeschichtet", "doors", 2),
        ("Klemmleiste dreireihig, 20 Stück", "rows", 3),
        ("Шкаф четырехдверный, белый", "doors", 4),
        ("Пила цепная, двухтактный двигатель, 2 кВт", "strokes", 2),
        ("四轴加工中心一台", "axis", 4),
        ("钻床，双头，380V", "heads", 2),
        ("ガスコンロ、3口、都市ガス", "burners", 3),
        ("髭剃り、5枚刃、200個", "blades", 5),
        ("bicicleta de 21 velocidades", "speeds", 21),
        ("Cuisinière à 4 feux, inox", "feux", 4),
        ("Fogão de 6 bocas, inox", "bocas", 6),
        ("dog leashes 1.8 m, nylon, 4 colours", "colours", 4),
        ("CNC router, vacuum table 4 zones, 3 kW", "zones", 4),
    ],
)
def test_how_many_of_a_part(text: str, field: str, value: float) -> None:
    said = _said(text)
    assert said[field] == value, said


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("need 2 piece of oak desk", "pieces"),  # an order
        ("采购第三轴用的电机", "axis"),  # the third axis
        ("黑白两色的书包500个", "colours"),  # they are named
        ("120 head of cattle scale", "heads"),
    ],
)
def test_what_counts_no_part(text: str, never: str) -> None:
    assert never not in _said(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("ceiling fans, 75 W, reversible, 80 pcs", "reversible"),
        ("garden chairs, hand carved, 12 kg, 600 pcs", "hand_carved"),
        ("Anhänger, 2,7 t, gebremst, 4 Stück", "gebremst"),
        ("Стол для сада, разборный, 20 кг", "razbornyy"),
        ("cappelli di lana, ricamati a mano, foderati, 60 pezzi", "foderati"),
    ],
)
def test_an_adjective_with_a_clause_to_itself_is_a_property(text: str, field: str) -> None:
    assert _said(text)[field] is True


@pytest.mark.parametrize(
    "text",
    [
        "ceiling fans, 80 pcs, interested",
        "500 mesas de madera, estimados, gracias",
        "Стулья, 40 шт, уважаемые",
        "80 fans please, attached",
    ],
)
def test_what_people_say_of_themselves_is_no_property(text: str) -> None:
    assert True not in _said(text).values()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mesas plegables, apilables, 180x75", "es"),
        ("Cappellini ricamati, regolabili, 6 pannelli", "it"),
        ("Lieferant in Bayern", "de"),
        ("Senkkopfschraube | 5 x 60 mm | verzinkt", "de"),
        ("hex bolts M12 galvanized", "en"),
    ],
)
def test_adjectives_tell_the_language_of_a_short_text(text: str, language: str) -> None:
    assert parse(text).language == language


def test_a_second_thought_is_no_wish() -> None:
    order = parse("500 Becher, doch lieber 300 Stück").requirements[-1]
    assert (order.value, order.hard) == (300, True)


def test_a_region_behind_the_goods_is_where_their_maker_is() -> None:
    assert _said("LED lamps from Guangdong")["supplier_city"] == "Guangdong"
    assert "supplier_city" not in _said("The lamps from Guangdong arrived broken last week.")
