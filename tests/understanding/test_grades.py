"""Grades told by their form alone, sizes by number, credit in days, towns of Japan and China."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _said(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("steel plate S355J2+N, 10 t", "S355J2+N"),
        ("round bar 42CrMo4, 3 t", "42CrMo4"),
        ("ball valve, 2 inch, CF8M, 60 pcs", "CF8M"),
        ("pipe, UNS S31803, seamless, 2 t", "UNS S31803"),
        ("aluminium sheet 6061-T6, 300 kg", "6061-T6"),
        ("Messingstangen CuZn39Pb3, 500 kg", "CuZn39Pb3"),
        ("Tubería de polietileno PE100, 110 mm", "PE100"),
        ("25 tonnes de sucre ICUMSA 45", "ICUMSA 45"),
        ("Труба 12Х18Н10Т, 2 т", "12Х18Н10Т"),
        ("Лист сталь 09Г2С, 10 мм, 5 т", "09Г2С"),
        ("鋼板 SS400 10枚", "SS400"),
        ("6061-T6铝板 20张", "6061-T6"),
        ("45号钢圆棒 3吨", "45号"),
        ("حديد تسليح ST37، 20 طن", "ST37"),
    ],
)
def test_a_grade_is_told_by_its_form(text: str, grade: str) -> None:
    assert _said(text)["grade"] == grade


@pytest.mark.parametrize(
    "text",
    ["motor 24V, 150W, 12B, 40 pcs", "Samsung Galaxy A15 128GB", "lamp C3, 30 Ni, 5 pcs", "М400"],
)
def test_what_is_no_grade(text: str) -> None:
    assert "grade" not in _said(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Handschuhe Größe 9 und 10, 1200 Paar", ("9", "10")),
        ("safety shoes size UK 9, 40 pairs", "UK 9"),
        ("4 pr safety boots, UK 11", "UK 11"),
        ("chaussures pointure 43, 12 paires", "43"),
        ("chaussures taille 36 au 44, 12 paires", "36-44"),
        ("перчатки размер 9, 200 пар", "9"),
        ("camisetas tamanhos P, M, G e GG, 500 peças", ("S", "M", "L", "XL")),
    ],
)
def test_sizes_in_numbers_and_letters_of_countries(text: str, size: object) -> None:
    assert _said(text)["size"] == size


@pytest.mark.parametrize("text", ["bolts size 5 x 40, 500 pcs", "US 5 quote please", "size 5 mm"])
def test_numbers_that_are_no_garments_size(text: str) -> None:
    assert _said(text).get("size") not in ("5", "US 5")


@pytest.mark.parametrize(
    "text",
    [
        "chairs, 40 units, payment within 45 days",
        "chaises, 40 pièces, paiement à 45 jours fin de mois",
        "sillas, 40 unidades, pago a 60 días",
        "cadeiras, 40 unidades, pagamento 28 dias",
        "Stühle, 40 Stück, Zahlung 30 Tage netto",
        "كراسي عدد 40، الدفع بعد 30 يوم",
    ],
)
def test_what_is_paid_after_days_is_on_account(text: str) -> None:
    assert _said(text)["payment_terms"] == "O/A"


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("椅子を40脚、京都まで送料込み", "Kyoto"),
        ("椅子40脚、納入場所:名古屋", "Nagoya"),
        ("冰箱6台，送到呼和浩特", "Hohhot"),
    ],
)
def test_towns_goods_go_to(text: str, town: str) -> None:
    assert _said(text)["destination"] == town
