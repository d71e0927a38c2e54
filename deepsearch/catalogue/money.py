"""Prices: one, a range, or a ladder by quantity; in any currency's usual notation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deepsearch.catalogue.units import canonical_unit, is_known_unit, set_of
from deepsearch.catalogue.values import (
    FACTORS,
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
# "$5 m" may be millions or metres, "5 mil" Spanish thousands or millions, "12 € mille" the price
# of a thousand: none of them multiplies a price.
_MULTIPLES = {word: by for word, by in FACTORS.items() if word not in ("m", "b", "mil", "mille")}
_FACTOR = "|".join(
    # a Latin word ends there, a Chinese one may have its currency right behind it
    rf"{re.escape(word)}(?![^\W\d_])\.?" if word.isascii() else re.escape(word)
    for word in sorted(_MULTIPLES, key=len, reverse=True)
)
_AMOUNT = rf"{NUMBER}(?:\s*(?:{_FACTOR}))?"
_RUPEES = set_of("INR PKR BDT NPR LKR")
# Units that, without "per" or "/", may as well mean millions or lakhs.
_LIKE_MULTIPLES = set_of("m l")
_TO = r"(?:-|~|to|bis|至|到|hasta|à)"
_LEAD = (
    r"(?:(?:from|starting at|start from|ab|desde|à partir de|approx\.?|about|ca\.?|约|only|fob|exw|"
    r"ex[- ]works|cif|price|unit price|preis|precio|prix|单价|价格)\s*[:：]?\s*)?"
)
_PRICE = re.compile(
    rf"{_LEAD}(?P<c1>{_CURRENCY})?\s*(?P<low>{_AMOUNT})\s*(?P<c2>{_CURRENCY})?"
    rf"(?:\s*{_TO}\s*(?P<c3>{_CURRENCY})?\s*(?P<high>{_AMOUNT})\s*(?P<c4>{_CURRENCY})?)?"
    r"(?:\s*/-)?(?:\s*(?:only|onwards?))?\s*(?:(?P<per>/|per|pro|por|par|each|je|每)?\s*"
    r"(?P<unit>[^\d\s:;|(][^\d:;|(]{0,30}[23]?)?)?",
    re.IGNORECASE,
)
_QTY = (
    rf"(?:(?P<q1>{_AMOUNT})\s*{_TO}\s*(?P<q2>{_AMOUNT})|(?P<ge>>=|≥|from|ab|min\.?)\s*(?P<q3>{_AMOUNT})"
    rf"|(?P<gt>>|over|above|more than)\s*(?P<q4>{_AMOUNT})"
    rf"|(?P<q5>{_AMOUNT})\s*(?:\+|and (?:more|above|up)|以上)"
    rf"|(?P<le><=|≤|up to|bis)\s*(?P<q6>{_AMOUNT})|(?P<q7>{_AMOUNT}))"
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


def _amount(text: str, decimal: str | None = None) -> tuple[float, str]:
    """Read "45", "45 Thousand", "1.2 Crore": the number, and the word that multiplies it."""
    number = re.match(NUMBER, text)
    if number is None:
        raise UnreadableValueError(f"{text[:60]!r} is no amount")
    return read_float(number[0], decimal), text[number.end() :].strip(" .").lower()


def _span(low: str, high: str | None, decimal: str | None) -> tuple[float, float]:
    """Read both ends of a price: "2 - 3 Lakh" is 2 to 3 lakh, "50,000 - 1.2 Lakh" what it says."""
    first, first_by = _amount(low, decimal)
    if high is None:
        return (value := first * _MULTIPLES.get(first_by, 1)), value
    second, second_by = _amount(high, decimal)
    if second_by and not first_by and first < second:
        first_by = second_by
    start, end = first * _MULTIPLES.get(first_by, 1), second * _MULTIPLES.get(second_by, 1)
    # "50 - 1 Crore" and "2 Lakh - 3" leave open whether the bare end is multiplied too
    if bool(first_by) != bool(second_by) and not start <= end <= 100 * start:
        raise UnreadableValueError(f"{low} to {high} may be read in two ways")
    return min(start, end), max(start, end)


def _check_words(match: re.Match[str], unit: str, currency: str | None) -> None:
    """Refuse a price whose words may mean another thing: broken is better than a million wrong.

    "12,50 / kg" names a unit; "12,50 soon" does not. "$5 thousand pieces" may be the price of a
    thousand pieces, "$5 m" that of a metre, "100 Cr" a credit.
    """
    by = [word for end in (match["low"], match["high"]) if end and (word := _amount(end)[1])]
    if unit and not match["per"]:
        if not is_known_unit(unit):
            raise UnreadableValueError(f"{match[0][:60]!r} is no price: {unit!r} is no unit")
        if by or unit.lower() in _LIKE_MULTIPLES:
            raise UnreadableValueError(
                f"{match[0][:60]!r} may be read in two ways; write '/ {unit}'"
            )
    if "cr" in by and currency not in _RUPEES:
        raise UnreadableValueError(f"{match[0][:60]!r}: 'cr' is crore only with a rupee's name")


def _plain(text: str, decimal: str | None) -> Price:
    match = _PRICE.fullmatch(text)
    if match is None:
        raise UnreadableValueError(f"{text[:60]!r} is no price")
    unit = (match["unit"] or "").strip()
    codes = {_BY_NAME[said.lower()] for name in ("c1", "c2", "c3", "c4") if (said := match[name])}
    if len(codes) > 1:
        raise UnreadableValueError(f"{text[:60]!r} names two currencies")
    currency = codes.pop() if codes else None
    _check_words(match, unit, currency)
    low, high = _span(match["low"], match["high"], decimal)
    return Price(
        tiers=(PriceTier(low=low, high=high),),
        currency=currency,
        unit=canonical_unit(unit) if unit else None,
    )


def _bounds(match: re.Match[str]) -> tuple[float | None, float | None]:
    """Read the quantities a tier holds for."""
    read = {
        name: _amount(said) for name, said in match.groupdict().items() if said and name[0] == "q"
    }
    at = {name: number * _MULTIPLES.get(by, 1) for name, (number, by) in read.items()}
    if "q1" in at:
        # a ladder's first tier begins at 1: "1-5k" is not 1k-5k for sure
        if bool(read["q1"][1]) != bool(read["q2"][1]):
            raise UnreadableValueError(f"{match[0][:60]!r} may be read in two ways")
        return at["q1"], at["q2"]
    if "q4" in at:
        return at["q4"] + 1, None
    if "q6" in at:
        return None, at["q6"]
    return next(iter(at.values())), None


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
    units = {price.unit for _, price in known if price.unit}
    # prices in several currencies, or a piece and a kilogram, are no ladder
    if len(codes) > 1 or len(units) > 1:
        return None
    ordered = sorted((tier for tier, _ in known), key=lambda tier: tier.min_quantity or 0)
    return Price(
        tiers=tuple(ordered),
        currency=codes.pop() if codes else None,
        unit=units.pop() if units else None,
    )


def parse_price(text: str, *, decimal: str | None = None) -> Price | None:
    """Read a price cell: "$0.20-19.80", "₹45 Thousand / Ton", "100-499: $2.10; ≥500: $1.85".

    "$" alone is read as USD and "¥" as CNY. What may be read in two ways ("$5 m", millions or
    a metre's price) is refused.

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
