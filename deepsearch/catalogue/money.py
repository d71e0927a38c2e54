"""Prices: one, a range, or a ladder by quantity; in any currency's usual notation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deepsearch.catalogue.units import canonical_unit, is_known_unit, set_of
from deepsearch.catalogue.values import (
    NUMBER,
    NegativeValueError,
    UnreadableValueError,
    format_number,
    is_missing,
    normalise,
    read_float,
)
from deepsearch.schema import PriceTier

__all__ = ["Price", "currency_in", "format_price", "parse_price"]

_CODES = set_of(
    "USD EUR GBP CNY RMB INR JPY KRW TWD HKD SGD MYR THB VND IDR PHP PKR BDT LKR NPR AUD NZD CAD "
    "MXN BRL ARS CLP COP PEN UYU CHF SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH KZT ILS AED SAR "
    "QAR KWD OMR BHD JOD EGP MAD TND DZD ZAR NGN KES GHS TZS UGX ETB XOF XAF ISK RSD GEL"
)
_SYMBOLS = {
    "us$": "USD",
    "us $": "USD",
    "u.s.$": "USD",
    "$us": "USD",
    "usd$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "hk$": "HKD",
    "nt$": "TWD",
    "s$": "SGD",
    "nz$": "NZD",
    "r$": "BRL",
    "mx$": "MXN",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "CNY",
    "cn¥": "CNY",
    "jp¥": "JPY",
    "円": "JPY",
    "元": "CNY",
    "人民币": "CNY",
    "₹": "INR",
    "rs": "INR",
    "rs.": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₫": "VND",
    "฿": "THB",
    "₪": "ILS",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
    "zł": "PLN",
    "kč": "CZK",
    "rmb": "CNY",
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "rupees": "INR",
    "rupee": "INR",
}
_BY_NAME = {**_SYMBOLS, **{code.lower(): code for code in _CODES}, "rmb": "CNY"}
_CURRENCY = "|".join(sorted(map(re.escape, _BY_NAME), key=len, reverse=True))
_TO = r"(?:-|~|to|bis|至|到|hasta|à)"
_LEAD = (
    r"(?:(?:from|starting at|start from|ab|desde|à partir de|approx\.?|about|ca\.?|约|only|fob|exw|"
    r"ex[- ]works|cif|price|unit price|preis|precio|prix|单价|价格)\s*[:：]?\s*)?"
)
_PRICE = re.compile(
    rf"{_LEAD}(?P<c1>{_CURRENCY})?\s*(?P<low>{NUMBER})\s*(?P<c2>{_CURRENCY})?"
    rf"(?:\s*{_TO}\s*(?P<c3>{_CURRENCY})?\s*(?P<high>{NUMBER})\s*(?P<c4>{_CURRENCY})?)?"
    r"(?:\s*/-)?\s*(?:(?P<per>/|per|pro|por|par|each|je|每)?\s*"
    r"(?P<unit>[^\d\s:;|(][^\d:;|(]{0,30}[23]?)?)?",
    re.IGNORECASE,
)
_QTY = (
    rf"(?:(?P<q1>{NUMBER})\s*{_TO}\s*(?P<q2>{NUMBER})|(?P<ge>>=|≥|from|ab|min\.?)\s*(?P<q3>{NUMBER})"
    rf"|(?P<gt>>|over|above|more than)\s*(?P<q4>{NUMBER})"
    rf"|(?P<q5>{NUMBER})\s*(?:\+|and (?:more|above|up)|以上)"
    rf"|(?P<le><=|≤|up to|bis)\s*(?P<q6>{NUMBER})|(?P<q7>{NUMBER}))"
)
_WORD = r"(?:\s*[^\W\d_]{1,12}\.?(?:\(s\))?)?"
_TIER = re.compile(rf"{_QTY}{_WORD}\s*(?:[:：=@]|\s)\s*(?P<price>.+)", re.IGNORECASE)
_TIER_AFTER = re.compile(
    rf"(?P<price>[^(]+?)\s*(?:\(|for\s|@\s*){_QTY}{_WORD}\s*\)?", re.IGNORECASE
)
_NO_PRICE = re.compile(
    r"negotiable|ask|(?:ask|get|request)\b.*|on request|(?:price )?(?:up)?on (?:request|demand)|"
    r"contact.*|call.*|poa|面议|电议|auf anfrage|a consultar|consultar|sur (?:demande|devis)|"
    r"free quote",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a price cell says.

    Attributes:
        tiers: One tier for a plain price or range, several for a ladder.
        currency: ISO 4217, or None where the cell does not say.
        unit: What the price is for, canonical, or None.
    """

    tiers: tuple[PriceTier, ...]
    currency: str | None = None
    unit: str | None = None


def currency_in(text: str) -> str | None:
    """Find a currency named in a short text, such as a header.

    Args:
        text: "Price (USD)", "Unit price in €".

    Returns:
        Its ISO 4217 code, or None where there is none.
    """
    for word in re.findall(r"[A-Za-z.]*\$|[€£¥₹₩₽₺₫฿₪₴₦₱元円]|[A-Za-z]+|人民币", text):
        # "try" and "all" are words before they are currencies: a code stands in capitals
        if word in _CODES or word.lower() in _SYMBOLS or text.strip().upper() in _CODES:
            return _BY_NAME[word.lower()]
    return None


def _plain(text: str, decimal: str | None) -> Price:
    match = _PRICE.fullmatch(text)
    if match is None:
        raise UnreadableValueError(f"{text[:60]!r} is no price")
    unit = (match["unit"] or "").strip()
    codes = {_BY_NAME[said.lower()] for name in ("c1", "c2", "c3", "c4") if (said := match[name])}
    # "12,50 / kg" names a unit; "12,50 soon" does not, and is no price
    if unit and not match["per"] and not is_known_unit(unit):
        raise UnreadableValueError(f"{text[:60]!r} is no price: {unit!r} is no unit")
    if len(codes) > 1:
        raise UnreadableValueError(f"{text[:60]!r} names two currencies")
    low = read_float(match["low"], decimal)
    high = read_float(match["high"], decimal) if match["high"] else low
    low, high = min(low, high), max(low, high)
    return Price(
        tiers=(PriceTier(low=low, high=high),),
        currency=codes.pop() if codes else None,
        unit=canonical_unit(unit) if unit else None,
    )


def _bounds(match: re.Match[str]) -> tuple[float | None, float | None]:
    if match["q1"]:
        return read_float(match["q1"]), read_float(match["q2"])
    if match["q4"]:
        return read_float(match["q4"]) + 1, None
    if match["q6"]:
        return None, read_float(match["q6"])
    return read_float(match["q3"] or match["q5"] or match["q7"]), None


def _tier(text: str, decimal: str | None) -> tuple[PriceTier, Price] | None:
    """Read "100-499: $2.10" or "$2.10 (100-499 pcs)"."""
    for pattern in (_TIER, _TIER_AFTER):
        match = pattern.fullmatch(text.strip())
        if match is None:
            continue
        try:
            price = _plain(match["price"].strip(), decimal)
        except UnreadableValueError:
            continue
        low, high = _bounds(match)
        (only,) = price.tiers
        return (
            PriceTier(low=only.low, high=only.high, min_quantity=low, max_quantity=high),
            price,
        )
    return None


def _ladder(text: str, decimal: str | None) -> Price | None:
    parts = [part for part in re.split(r"[;|\n]|,\s+|,(?=\s*[<>≥≤])", text) if part.strip()]
    tiers = [_tier(part, decimal) for part in parts]
    known = [tier for tier in tiers if tier is not None]
    if not known or len(known) < len(tiers):
        return None
    # one tier may be a quantity misread as such ("2 pcs 5"): a ladder names a currency or ":"
    if len(known) == 1 and known[0][1].currency is None and not re.search("[:：=@]", text):
        return None
    codes = {price.currency for _, price in known if price.currency}
    if len(codes) > 1:
        return None
    units = {price.unit for _, price in known if price.unit}
    ordered = sorted((tier for tier, _ in known), key=lambda tier: tier.min_quantity or 0)
    return Price(
        tiers=tuple(ordered),
        currency=codes.pop() if codes else None,
        unit=units.pop() if len(units) == 1 else None,
    )


def parse_price(text: str, *, decimal: str | None = None) -> Price | None:
    """Read a price cell: "$0.20-19.80", "₹1,00,008.99 / Piece", "100-499: $2.10; ≥500: $1.85".

    "$" alone is read as USD and "¥" as CNY.

    Args:
        text: The cell.
        decimal: "." or "," where the column is known to use it.

    Returns:
        The price; None for a missing one, "negotiable" and the like.

    Raises:
        NegativeValueError: If it is negative.
        UnreadableValueError: If it is no price.
    """
    if is_missing(text):
        return None
    lines = [normalise(line) for line in text.splitlines() if line.strip()]
    clean = lines[0] if len(lines) == 1 else "; ".join(lines)
    if re.fullmatch(rf"(?:{_CURRENCY})?\s*-\s*(?:{_CURRENCY})?\s*{NUMBER}.*", clean, re.IGNORECASE):
        raise NegativeValueError(f"{clean[:60]!r} is negative")
    if _NO_PRICE.fullmatch(clean):
        return None
    try:
        return _plain(clean, decimal)
    except UnreadableValueError:
        ladder = _ladder(clean, decimal)
        if ladder is None:
            raise
        return ladder


def _bound_text(tier: PriceTier) -> str:
    low = "" if tier.min_quantity is None else format_number(tier.min_quantity)
    if tier.max_quantity is not None:
        high = format_number(tier.max_quantity)
        return f"{low}-{high}: " if low else f"<={high}: "
    return f">={low}: " if low else ""


def _tier_text(tiers: Sequence[PriceTier], currency: str, unit: str) -> str:
    parts = []
    for tier in tiers:
        amount = format_number(tier.low)
        if tier.high != tier.low:
            amount += f"-{format_number(tier.high)}"
        parts.append(f"{_bound_text(tier)}{currency}{amount}{unit}")
    return "; ".join(parts)


def format_price(price: Price) -> str:
    """Write a price so that `parse_price` reads it back equal.

    Args:
        price: Its unit canonical.

    Returns:
        "USD 0.2-19.8", "100-499: USD 2.1; >=500: USD 1.85 / piece".
    """
    currency = f"{price.currency} " if price.currency else ""
    unit = f" / {price.unit}" if price.unit else ""
    return _tier_text(price.tiers, currency, unit)
