"""Cells as people write them: numbers, prices, quantities, durations, places, facts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.catalogue.durations import parse_days, parse_hours, parse_months, parse_years
from deepsearch.catalogue.identity import clean_url, default_source, id_from_url
from deepsearch.catalogue.money import Price, currency_in, format_price, parse_price
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
    NegativeValueError,
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
from deepsearch.schema import PriceTier, Quantity


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


PLAIN = [
    ("$0.20-19.80", 0.2, 19.8, "USD", None),
    ("$6", 6, 6, "USD", None),
    ("$1,00,008.99", 100008.99, 100008.99, "USD", None),
    ("$1,234-5,678", 1234, 5678, "USD", None),
    ("US$ 1.20 - US$ 2.50 / Piece", 1.2, 2.5, "USD", "piece"),
    ("₹ 1,00,008.99 / Piece", 100008.99, 100008.99, "INR", "piece"),
    ("Rs. 1,500/-", 1500, 1500, "INR", None),
    ("12,50 €", 12.5, 12.5, "EUR", None),
    ("1.234,56 EUR", 1234.56, 1234.56, "EUR", None),
    ("€12.50/kg", 12.5, 12.5, "EUR", "kg"),
    ("¥12.5", 12.5, 12.5, "CNY", None),
    ("R$ 10,00", 10, 10, "BRL", None),
    ("USD 0.5~0.8", 0.5, 0.8, "USD", None),
    ("from £9.99", 9.99, 9.99, "GBP", None),
    ("2.50 per m2", 2.5, 2.5, None, "m2"),
    ("78000.0", 78000, 78000, None, None),
    ("单价：12元/件", 12, 12, "CNY", "piece"),
    ("$9-5", 5, 9, "USD", None),
    ("1,20,000", 120_000, 120_000, None, None),
    ("2.5 Lakh", 250_000, 250_000, None, None),
    ("1.2 Crore", 12_000_000, 12_000_000, None, None),
    ("₹1.2 Cr", 12_000_000, 12_000_000, "INR", None),
    ("3 million", 3_000_000, 3_000_000, None, None),
    ("€ 1,5 Mio.", 1_500_000, 1_500_000, "EUR", None),
    ("3万元", 30_000, 30_000, "CNY", None),
    ("₹ 45 Thousand / Ton", 45_000, 45_000, "INR", "t"),
    ("Rs. 2.5 Lakh/- only", 250_000, 250_000, "INR", None),
    ("₹ 2 - 3 Lakh / Piece", 200_000, 300_000, "INR", "piece"),
    ("₹50,000 - 1.2 Lakh", 50_000, 120_000, "INR", None),
    ("Rs.20 Lakh - Rs.1.5 Crore/Unit", 2_000_000, 15_000_000, "INR", "piece"),
    ("$5 / m", 5, 5, "USD", "m"),
    ("$5 / thousand", 5, 5, "USD", "thousand"),
]


@pytest.mark.parametrize(("text", "low", "high", "currency", "unit"), PLAIN)
def test_price(text: str, low: float, high: float, currency: str | None, unit: str | None) -> None:
    price = parse_price(text)
    assert price == Price(tiers=(PriceTier(low=low, high=high),), currency=currency, unit=unit)


def test_price_ladder() -> None:
    price = parse_price("100-499: $2.10; ≥500: $1.85")
    assert price is not None
    assert price.currency == "USD"
    assert price.tiers == (
        PriceTier(low=2.1, high=2.1, min_quantity=100, max_quantity=499),
        PriceTier(low=1.85, high=1.85, min_quantity=500),
    )
    same = "1-99 pcs $2.10, 100-999 pcs $1.80, >=1000 pcs $1.50"
    again = parse_price(same)
    assert again is not None
    assert [(t.min_quantity, t.max_quantity, t.low) for t in again.tiers] == [
        (1, 99, 2.1),
        (100, 999, 1.8),
        (1000, None, 1.5),
    ]
    behind = parse_price("$2.10 (100-499 pcs)\n$1.50 (500+)")
    assert behind is not None
    assert [t.min_quantity for t in behind.tiers] == [100, 500]


@pytest.mark.parametrize("text", ["High (50k+)", "Add to cart", "12 34", "$5 soon", "$1 - €2"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        parse_price(text)


@pytest.mark.parametrize(
    "text",
    [
        "$5 m",  # millions, or a metre
        "₹ 2.5 L",  # lakhs, or a litre
        "5 mil",  # thousands in Spanish, millions in slang
        "12 € mille",  # twelve thousand, or the price of a thousand
        "$5 thousand pieces",  # five thousand, or the price of a thousand pieces
        "100 Cr",  # crore, or a credit
        "50 - 1 Crore",  # 50 rupees, lakhs or thousands
        "2 Lakh - 3",
        "2 Lakh 50 Thousand",
        "1-5k: $2",  # from one piece, or from a thousand
    ],
)
def test_a_price_that_reads_in_two_ways_stays_unknown(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        parse_price(text)


def test_quantities_of_a_ladder_may_be_in_thousands() -> None:
    price = parse_price("1k-5k: $2; 5k+: $1.5")
    assert price is not None
    assert [(t.min_quantity, t.max_quantity) for t in price.tiers] == [(1000, 5000), (5000, None)]


@pytest.mark.parametrize("text", ["-5", "$-5", "-$5.00", "− 12 €"])
def test_negative_price_is_a_broken_row(text: str) -> None:
    with pytest.raises(NegativeValueError):
        parse_price(text)


@pytest.mark.parametrize("text", ["Negotiable", "Get Latest Price", "on request", "面议"])
def test_price_on_request_is_unknown(text: str) -> None:
    assert parse_price(text) is None


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


def test_currency_of_a_header() -> None:
    assert currency_in("Price (USD)") == "USD"
    assert currency_in("Preis in €") == "EUR"
    assert currency_in("Price") is None
    assert currency_in("Model try") is None


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


@st.composite
def prices(draw: st.DrawFn) -> Price:
    amounts = st.floats(min_value=0, max_value=1e9, allow_nan=False)

    def tier(low_quantity: float | None, high_quantity: float | None) -> PriceTier:
        low, high = sorted((draw(amounts), draw(amounts)))
        return PriceTier(low=low, high=high, min_quantity=low_quantity, max_quantity=high_quantity)

    currency = draw(st.sampled_from(["USD", "EUR", "INR", "CNY"]))
    unit = draw(st.sampled_from([None, "piece", "kg", "set"]))
    bounds = sorted(draw(st.sets(st.integers(1, 10**6), max_size=3)))
    if len(bounds) < 2:
        return Price(tiers=(tier(None, None),), currency=currency, unit=unit)
    ends: list[float | None] = [bound - 1.0 for bound in bounds[1:]]
    tiers = [tier(low, high) for low, high in zip(bounds, [*ends, None], strict=True)]
    return Price(tiers=tuple(tiers), currency=currency, unit=unit)


@given(prices())
def test_price_round_trip(price: Price) -> None:
    assert parse_price(format_price(price)) == price


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


@given(
    st.from_regex(
        r"\A(?:US\$|\$|€|₹)? ?[0-9][0-9.,]{0,9}(?: ?[-~] ?\$?[0-9.,]{1,9})?(?: ?/ ?[a-z]{1,5})?\Z"
    )
)
def test_price_like_cells_are_read_or_refused(text: str) -> None:
    try:
        price = parse_price(text)
    except UnreadableValueError:
        return
    assert price is None or all(0 <= tier.low <= tier.high for tier in price.tiers)
