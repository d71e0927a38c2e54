"""Cells as people write them: numbers, quantities, durations, places, facts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.catalogue.durations import parse_days, parse_hours, parse_months, parse_years
from deepsearch.catalogue.identity import clean_url, default_source, id_from_url
from deepsearch.catalogue.money import parse_price
from deepsearch.catalogue.places import country_code, currency_of, parse_place, state_country
from deepsearch.catalogue.texts import (
    certificates,
    parse_dictionary,
    parse_list,
    read_phrase,
    words_put_back,
)
from deepsearch.catalogue.units import canonical_unit
from deepsearch.catalogue.values import (
    UnreadableValueError,
    format_number,
    format_quantity,
    is_missing,
    parse_count,
    parse_flag,
    parse_number,
    parse_quantity,
    parse_ratio,
    parse_score,
)
from deepsearch.schema import Quantity


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.50", None, 1234.5),
        ("1.234,50", None, 1234.5),
        ("1 234,50", None, 1234.5),
        ("1\u202f234,50", None, 1234.5),
        ("1'234.50", None, 1234.5),
        ("1,00,008.99", None, 100008.99),
        ("12,34,567", None, 1234567.0),
        ("2,5", None, 2.5),
        ("1,234", None, 1234.0),
        ("1,234", ",", 1.234),
        ("1.234", None, 1.234),
        ("1.234", ",", 1234.0),
        ("1.234.567", None, 1234567.0),
        ("0.125", ",", 0.125),
        ("0,125", None, 0.125),
        (".5", None, 0.5),
        ("１２３", None, 123.0),
        ("3万", None, 30000.0),
        ("1.2k", None, 1200.0),
        ("-7", None, -7.0),
        ("1e-05", None, 1e-05),
    ],
)
def test_number_in_any_grouping(text: str, decimal: str | None, value: float) -> None:
    assert parse_number(text, decimal=decimal) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["1,2,3", "1.2.3", "12 34", "1,23.4,5", "abc", "5 kg", "1/2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        parse_number(text)


@pytest.mark.parametrize("text", ["", " ", "NaN", "nan", "N/A", "-", "--", "无", "None", "?"])
def test_missing_is_none_everywhere(text: str) -> None:
    assert is_missing(text)
    parsers = (parse_number, parse_price, parse_quantity, parse_days, parse_hours, parse_months)
    parsers += (parse_years, parse_count, parse_ratio, parse_score, parse_list, parse_dictionary)
    assert [parse(text) for parse in parsers] == [None] * len(parsers)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("Min. order: 100 pieces", 100, "piece"),
        ("Min. order: 2 kilograms", 2, "kg"),
        ("Min. order: 0.5 pieces", 0.5, "piece"),
        ("MOQ 500 pcs", 500, "piece"),
        ("≥100", 100, ""),
        ("1.000 Stück", 1, "piece"),
        ("10 Piece(s)", 10, "piece"),
        ("5 Ton/Tons", 5, "t"),
        ("1k pcs", 1000, "piece"),
        ("5 m", 5, "m"),
        ("20 m2", 20, "m2"),
        ("20 Square Meters", 20, "m2"),
        ("起订量：100件", 100, "piece"),
        ("1000 pieces per month", 1000, "piece"),
    ],
)
def test_quantity(text: str, value: float, unit: str) -> None:
    assert parse_quantity(text) == Quantity(value=value, unit=unit)


def test_quantity_takes_the_column_decimal_sign_and_unit() -> None:
    assert parse_quantity("1.000 Stück", decimal=",") == Quantity(value=1000, unit="piece")
    assert parse_quantity("12", unit="sets") == Quantity(value=12, unit="set")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7-15 days", 15),
        ("7 days - 10 days", 10),
        ("2 weeks", 14),
        ("4-6 Wochen", 42),
        ("3-day dispatch", 3),
        ("48 hours", 2),
        ("10 to 15 working days", 21),
        ("15个工作日", 21),
        ("2 meses", 60),
    ],
)
def test_days_take_the_latest_and_stretch_working_days(text: str, days: float) -> None:
    assert parse_days(text) == pytest.approx(days)


def test_other_durations() -> None:
    assert parse_hours("≤2h response time") == 2
    assert parse_hours("within 24 hours") == 24
    assert parse_hours("1 day") == 24
    assert parse_months("2 years warranty") == 24
    assert parse_months("18 months") == 18
    assert parse_years("18 yrs") == 18
    assert parse_years("5", unit="years") == 5
    with pytest.raises(UnreadableValueError):
        parse_days("5")


def test_counts_ratios_scores_flags() -> None:
    assert [parse_count(t) for t in ("1.2k+ sold", "(21)", "3,500+", "1万+")] == [
        1200,
        21,
        3500,
        10000,
    ]
    assert parse_ratio("33% reorder rate") == pytest.approx(0.33)
    assert parse_ratio("0.33") == 0.33
    assert parse_ratio("33", percent=True) == 0.33
    assert parse_score("4.8/5.0") == 4.8
    assert parse_score("9 / 10") == 4.5
    assert parse_flag("ja") is True
    assert parse_flag("否") is False
    assert parse_flag("") is None
    for bad in ("133%", "6.2"):
        with pytest.raises(UnreadableValueError):
            (parse_ratio if "%" in bad else parse_score)(bad)


def test_units_have_one_name() -> None:
    assert {canonical_unit(t) for t in ("Pieces", "pcs", "Piece(s)", "Stück", "件", "ea.")} == {
        "piece"
    }
    assert canonical_unit("Crate") == "crate"
    assert canonical_unit("") is None


def test_places() -> None:
    assert tuple(parse_place("Shenzhen, Guangdong, China (Mainland)")) == (
        "Shenzhen",
        "Guangdong",
        "CN",
    )
    assert tuple(parse_place("Gujarat, India")) == (None, "Gujarat", "IN")
    assert [country_code(t) for t in ("德国", "Alemania", "Allemagne", "U.S.A.", "CN")] == [
        "DE",
        "DE",
        "DE",
        "US",
        "CN",
    ]
    assert country_code("in") is None
    assert country_code("https://x.example/flags/1.0/assets/hk.png") == "HK"
    assert state_country("Tamil Nadu") == "IN"
    assert currency_of("IN") == "INR"


def test_dictionaries_are_read_without_running_anything() -> None:
    assert parse_dictionary("{'Power': '2-10 kW', 'Phase': 3}") == [
        ("Power", "2-10 kW"),
        ("Phase", "3"),
    ]
    assert parse_dictionary('{"a": null, "b": ["x", "y"]}') == [("b", "x, y")]
    assert parse_dictionary("Voltage: 220 V; Material: steel") == [
        ("Voltage", "220 V"),
        ("Material", "steel"),
    ]
    for hostile in (
        "__import__('os').system('echo')",
        "{'a': __import__('os')}",
        "{" * 5000,
        "{'a': " + "[" * 200 + "]" * 200 + "}",
        "{'a': 1" + ", 'b': 2" * 40_000 + "}",
    ):
        with pytest.raises(UnreadableValueError):
            parse_dictionary(hostile)


def test_lists_and_certificates() -> None:
    assert parse_list("['USA', 'Nepal', 'USA']") == ["USA", "Nepal"]
    assert parse_list("USA, Nepal；Kenya") == ["USA", "Nepal", "Kenya"]
    assert parse_list("[]") is None
    assert certificates("CE & RoHS approved, ISO9001:2015, iatf16949") == [
        "CE",
        "RoHS",
        "ISO 9001",
        "IATF 16949",
    ]
    assert certificates("choice and service") == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("33% reorder rate", ("supplier.reorder_rate", 0.33)),
        ("≤2h response time", ("supplier.response_time_hours", 2.0)),
        ("200+ store reviews", ("supplier.store_reviews", 200.0)),
        ("3-day dispatch", ("dispatch_days", 3.0)),
        ("Verified Exporter", ("supplier.verified", True)),
        ("Manufacturer", ("supplier.type", "manufacturer")),
        ("180-day lowest prices", None),
        ("Delivery by 22 Mar", None),
        ("400+ views from Asia", None),
        ("Lower priced than similar", None),
    ],
)
def test_phrases_say_which_field_they_fill(text: str, fact: object) -> None:
    assert read_phrase(text) == fact


@pytest.mark.parametrize(
    ("title", "words", "slug", "whole"),
    [
        ("Strap for  Bag", ["Camera"], None, "Strap for Camera Bag"),
        ("Die Casting   Custom", ["Camera", "Parts"], None, "Die Casting Camera Parts Custom"),
        (
            "Accessories Protective  Body Cover",
            ["Camera", "Camera"],
            "Camera-Accessories-Protective-Camera-Body",
            "Camera Accessories Protective Camera Body Cover",
        ),
        (
            "Custom Machining -Ball Head",
            ["Parts", "Camera"],
            "Custom-Machining-Parts-Ball",
            "Custom Machining Parts -Ball Head Camera",
        ),
        ("Back  for Phone Repair", ["Camera", "Part"], None, "Back Camera for Phone Repair Part"),
        ("Nothing missing", [], "Nothing-missing", "Nothing missing"),
    ],
)
def test_words_are_put_back(title: str, words: list[str], slug: str | None, whole: str) -> None:
    assert words_put_back(title, words, slug) == whole


def test_identity_helpers() -> None:
    assert id_from_url("https://a.example/p/Nice-Cup_1601224713530.html?x=1") == "1601224713530"
    assert id_from_url("https://a.example/products/?id=2853890495148&pos=1") == "2853890495148"
    assert id_from_url("https://a.example/about") is None
    assert clean_url("https://a.example/p/?id=7&pos=1&utm_source=x#top") == (
        "https://a.example/p/?id=7"
    )
    from pathlib import Path

    assert default_source(Path("offers_2026-03-01 (2).csv")) == "offers"
    assert default_source(Path("2026.csv")) == "2026"


# ---------------------------------------------------------------- round trips, fuzz

finite = st.floats(min_value=0, max_value=1e12, allow_nan=False)


@given(finite)
def test_number_round_trip(value: float) -> None:
    assert parse_number(format_number(value)) == value


@given(finite, st.sampled_from(["piece", "kg", "m2", "set", "20ft_container", ""]))
def test_quantity_round_trip(value: float, unit: str) -> None:
    quantity = Quantity(value=value, unit=unit)
    if unit == "20ft_container":  # begins with a digit: only read as a unit on its own
        assert canonical_unit(unit) == unit
        return
    assert parse_quantity(format_quantity(quantity)) == quantity


@given(st.text(max_size=60))
def test_no_cell_breaks_a_parser(text: str) -> None:
    parsers = (parse_number, parse_price, parse_quantity, parse_days, parse_hours, parse_months)
    parsers += (parse_years, parse_count, parse_ratio, parse_score, parse_flag)
    parsers += (parse_list, parse_dictionary)
    for parse in parsers:
        try:
            value = parse(text)
        except UnreadableValueError:
            continue
        if isinstance(value, float):
            assert math.isfinite(value)
    read_phrase(text)
    certificates(text)
    parse_place(text)
    clean_url(text)
    id_from_url(text)
