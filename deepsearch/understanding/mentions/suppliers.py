"""Demands on the supplier: makers only, verified only."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["suppliers"]

_PRICES = frozenset({"prix", "precio", "precios", "preco", "precos", "prezzo", "prezzi", "tarif"})
_MAKERS = frozenset({"maker", "makers"})

_NO_MAKER = word_set("mention", "no_maker")
_BOASTS = word_set("mention", "boasts")
_SELLING = frozenset(
    {
        "suministro",
        "venta",
        "ventas",
        "fourniture",
        "vente",
        "fornitura",
        "vendita",
        "fornecimento",
        "venda",
    }
)
_WORKS = word_set("mention", "works")


def suppliers(reading: Reading) -> None:
    """Read supplier types and flags."""
    for match, value in reading.scan.of_kind("supplier_type"):
        if not reading.scan.free(match.first, match.last) or _buyer_own(reading, match):
            continue
        if _of_a_name(reading, match) or reading.titled(match.first):
            continue
        negated = reading.negated(match.first, match.last)
        if (
            value == "trading_company"
            and not negated
            and not reading.near(match.first, match.last, "only", 4, 3)
        ):
            continue
        if (
            value == "manufacturer"
            and negated
            and reading.near(match.first, match.last, "only", 4, 3)
        ):
            negated = False
        first, last = match.first, match.last
        for at in range(match.first - 1, max(-1, match.first - 4), -1):
            if (reading.scan.has(at, "neg") and negated) or reading.scan.has(at, "only"):
                first = at
                break
        reading.add(
            Draft("supplier_type", "ne" if negated else "eq", value, None, first, last, 0.85)
        )
    for match, value in reading.scan.of_kind("supplier_flag"):
        word = reading.word(match.first)
        alone = match.last == match.first + 1
        if (
            alone
            and not reading.near(match.first, match.last, "supplier", 3, 3)
            and not reading.near(match.first, match.last, "supplier_type", 3, 3)
        ):
            continue
        if reading.scan.free(match.first, match.last) and word:
            reading.add(
                Draft(
                    value,
                    "eq",
                    not reading.negated(match.first, match.last),
                    None,
                    match.first,
                    match.last,
                    0.9,
                )
            )


def _of_a_name(reading: Reading, match: Match) -> bool:
    """As in "ice makers", "factory-armored": part of what a thing is called."""
    at = match.last
    if reading.word(at) == "-" and at + 1 < len(reading.tokens) and reading.tokens.glued(at + 1):
        return True
    if reading.word(match.first) not in _MAKERS or match.last > match.first + 1:
        return False
    clause = reading.clause(match.first)
    asked = any(
        reading.scan.has(i, kind)
        for i in range(clause.start, match.first)
        for kind in ("buy", "only", "wish")
    )
    return not asked and reading.tokens.kinds[match.first - 1 : match.first] == ["w"]


def _boasts(reading: Reading, match: Match) -> bool:
    """As in "Factory wholesale muffin cups": a seller's title, copied, asks for no maker."""
    opens = match.first == 0 or reading.word(match.first - 1) in ("\n", ".")
    titled = opens and reading.scan.raw(match.first, match.first + 1)[:1].isupper()
    linked = reading.word(match.first - 1) in ("de", "di", "d")  # "suministro de fábrica"
    if linked and reading.word(match.first - 2) in _SELLING:
        return True
    following = reading.word(match.last)
    if {reading.word(i) for i in range(max(0, match.first - 3), match.first)} & _PRICES:
        return True  # "prix d'usine"
    return following in _BOASTS or (
        titled
        and reading.word(match.first) in _WORKS
        and reading.scan.raw(match.last, match.last + 1)[:1].isupper()
    )


def _buyer_own(reading: Reading, match: Match) -> bool:
    if _boasts(reading, match):
        return True
    for at in (match.first - 1, match.first - 2):
        if at < 0 or reading.scan.has(at, "only"):
            return False
        if reading.scan.has(at, "own"):
            return True
    before = match.first - 2
    led = reading.word(before) in ("from", "with") or reading.scan.has(before, "buy")
    if reading.word(match.first - 1) in ("dear", "a", "the") and not led:
        return True
    if reading.word(match.last) in _NO_MAKER:
        return True
    return reading.scan.language in ("de", "fr", "es", "it", "pt", "ru") and reading.scan.has(
        match.first - 1, "for"
    )
