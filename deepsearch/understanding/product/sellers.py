"""Where sellers are looked for, between the word for them and the name of the goods."""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.product.state import Finder

__all__ = ["past_countries", "past_place"]

_SUPPLIER_OF = word_set("product", "supplier_of")
_IN_OR_FROM = word_set("mention", "in_or_from")


def past_place(state: Finder, at: int) -> int:
    """The token behind a place: "supplier in Gujarat for tiles".

    Args:
        state: The text.
        at: Token at which the place may begin.

    Returns:
        The token after its last capitalised word.
    """
    while state.scan.language not in ("de", "nl") and state.scan.raw(at, at + 1)[:1].isupper():
        at += 1
    return at


def past_countries(state: Finder, at: int) -> int:
    """The token behind countries: "fornecedor na Índia ou no Vietname de tapetes".

    Args:
        state: The text.
        at: The token after the word for a seller.

    Returns:
        The first token of the goods; 0 where no country or no "of" stands before them.
    """
    named = False
    while at < len(state.tokens):
        match = state.scan.match_of(at)
        country = match is not None and bool(state.kinds(at) & {"country", "place"})
        if not (country or state.word(at) in _IN_OR_FROM or (named and state.scan.has(at, "join"))):
            break
        at = match.last if match is not None and country else at + 1
        named = named or country
    return at if named and state.word(at - 1) in _SUPPLIER_OF else 0
