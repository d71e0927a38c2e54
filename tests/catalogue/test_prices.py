"""Prices as people write them: plain, in words, as ladders; and their currencies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.catalogue.money import Price, currency_in, format_price, parse_price
from deepsearch.catalogue.values import (
    NegativeValueError,
    UnreadableValueError,
)
from deepsearch.schema import PriceTier

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


@pytest.mark.parametrize(
    "text", ["1-9: USD 5 / piece; 10-99: USD 40 / kg", "1-9: USD 5; 10-99: EUR 4"]
)
def test_tiers_that_do_not_compare_are_no_ladder(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        parse_price(text)


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


def test_currency_of_a_header() -> None:
    assert currency_in("Price (USD)") == "USD"
    assert currency_in("Preis in €") == "EUR"
    assert currency_in("Price") is None
    assert currency_in("Model try") is None


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
