"""What a number is of, where no field word says so: the noun it hangs on, a class, a hedge."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> list[tuple[str, str, object, str | None]]:
    return [
        (r.field, r.op.value, r.value, r.unit)
        for r in parse(text).requirements
        if r.implied_by is None
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Oil lamps, glow time 12 hours minimum, 500 pcs", ("glow_time", "ge", 12, "hour")),
        ("Handscheinwerfer mit 40 h Leuchtdauer", ("leuchtdauer", "eq", 40, "hour")),
        ("Sedie con seduta da 48 cm, 20 pezzi", ("seat", "eq", 480, "mm")),
        ("Roll paper, core 76 mm, 400 rolls", ("core", "eq", 76, "mm")),
        ("Welding machine, 45 % duty factor, 20 pcs", ("duty_factor", "eq", 45, "%")),
        ("Wood varnish, monomer share under 90 g/l", ("monomer_share", "lt", 90, "g/l")),
        ("Ceramic capacitor, 100 nF, 50 V", ("capacitance", "eq", 0.1, "uF")),
        ("Tyres with speed index above 120, 40 pcs", ("speed_index", "gt", 120, None)),
        ("Cipolle, calibro 40-60, 5 t", ("calibro", "between", (40, 60), None)),
        ("Brake fluid, cloud point -30 or lower", ("cloud_point", "le", -30, "degC")),
    ],
)
def test_a_number_is_named_by_its_noun(text, wanted):
    assert wanted in _read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hose 20 mm, 40 pcs",  # of the goods themselves
        "40 lamps, please answer within 24 h",
        "40 lamps, we met for 3 hours",
    ],
)
def test_goods_verbs_and_replies_name_nothing(text):
    assert {name for name, *_ in _read(text)} <= {
        "order_quantity", "length", "diameter", "response_time",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("Plywood, class E0, 200 sheets", "eq", "E0"),
        ("Sichtschutz Klasse B2, 100 m", "eq", "B2"),
        ("Apples, grade A or AA, 20 t", "any_of", ("A", "AA")),
    ],
)
def test_the_sign_behind_class_is_the_grade(text, op, value):
    read = _read(text)
    assert ("grade", op, value, None) in read
    assert not [r for r in read if r[0] == "size"]


def test_a_feature_ends_where_its_hedge_begins():
    text = "Car seats with VRX if you have it, with Isomax if possible, 30 pcs"
    found = {r.field: r for r in parse(text).requirements}
    assert (found["vrx"].value, found["vrx"].hard) == (True, False)
    assert (found["isomax"].value, found["isomax"].hard) == (True, False)


def test_a_carrier_is_no_feature():
    assert "dhl" not in {name for name, *_ in _read("30 car seats, sent with DHL")}


@pytest.mark.parametrize(
    ("text", "part", "count"),
    [
        ("Regale mit 5 Rollen, für 30 Ordner, 20 Stück", "ordner", 30),
        ("Vitrina para 12 bandejas, blanca", "bandejas", 12),
        ("Notebooks, 120 leaves on thin paper, 500 pcs", "leaves", 120),
    ],
)
def test_what_the_goods_hold_is_counted_and_not_ordered(text, part, count):
    read = _read(text)
    assert (part, "eq", count, None) in read
    assert ("order_quantity", "eq", count, "piece") not in read


@pytest.mark.parametrize(("text", "bound"), [("under 4000 hours", "lt"), ("at most 8,000 h", "le")])
def test_thousands_of_hours_are_those_of_use(text, bound):
    read = {name: op for name, op, *_ in _read(f"Used wheel loader, {text}, one unit")}
    assert read["operating_hours"] == bound


@pytest.mark.parametrize(
    "text",
    [
        "60 scarves with our crest",
        "60 Schals mit unserem Wappen",
        "60 écharpes avec notre nom",
        "60 sciarpe con il nostro stemma",
        "60 шарфов с нашим гербом",
    ],
)
def test_a_crest_is_a_logo(text):
    assert ("custom_logo", "eq", True, None) in _read(text)
