"""Whether a phrase can be the name of goods."""

from __future__ import annotations

from deepsearch.understanding.codes.calendar import month_numbers
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import load_data, word_set
from deepsearch.understanding.product.lead import hyphened, number_after
from deepsearch.understanding.product.state import Finder

__all__ = ["NAMED_FIRST", "good"]

# Kinds of words that are no goods by themselves.
_NO_NAME = frozenset(
    [
        "stop",
        "noise",
        "country",
        "custom",
        "supplier_type",
        "textfield",
        "place",
        "field",
        "destination",
        "colour",
        "condition",
        "join",
        "incoterm",
    ]
)
# In these, what describes a thing stands behind it: "sedie in polipropilene", "кабель медный".
NAMED_FIRST = frozenset({"es", "fr", "it", "pt", "ru", "ar", "de", "nl", "pl"})
_KNOWING = word_set("product", "mind") - {"check", "see", "confirm"}  # "check valve" is goods
_NOT_GOODS = word_set("product", "no_goods")
_NO_GOODS_HAN = frozenset(load_data("words")["product"]["no_goods_han"])
_POLITE_ENDS = tuple(load_data("words")["product"]["polite_ends"])
_OBJECTS = word_set("product", "objects")
_TERMS = frozenset({"destination", "payment_terms", "origin"})


def _term(state: Finder, first: int) -> bool:
    """Whether a phrase opens with what belongs to the deal and not to the goods."""
    kinds = state.kinds(first)
    return (
        ("neg" in kinds and not hyphened(state, first + 1))
        or "custom" in kinds
        or state.word(first) in month_numbers()
        or state.scan.value_at(first, "textfield") in _TERMS
    )


def good(state: Finder, first: int, last: int) -> bool:
    """Whether a phrase can be the name of goods."""
    if last <= first or state.word(last - 1) in _NOT_GOODS or state.word(first) in _KNOWING:
        return False
    if state.scan.has(first, "each"):
        return True
    words = [i for i in range(first, last) if state.tokens.kinds[i] in "wc"]
    plain = [
        i
        for i in words
        if not state.kinds(i) & _NO_NAME
        or state.kinds(i) & {"part", "material", "form"}
        or goods_kinds(state.tokens, i, i + 1)  # "motor" names a power, and a thing
    ]
    verb = last == first + 1 and state.word(last) in _OBJECTS  # "remove us", "erreichen Sie uns"
    seller = bool(state.kinds(last - 1) & {"supplier", "supplier_type"})  # "verified suppliers"
    if state.cjk and (maker_named := state.scan.match_of(last - 1)) is not None:
        seller = seller and maker_named.first == first  # a コーヒーメーカー is a machine
    if not plain or verb or seller or _term(state, first):
        return False
    named_first = state.scan.language in NAMED_FIRST - {"de", "nl"}
    if named_first and state.scan.has(first, "field") and number_after(state, last):
        return False  # "Толщина стенки 5 мм" is a measure
    if state.cjk:
        name = state.scan.raw(first, last)
        return len(words) >= 2 and name not in _NO_GOODS_HAN and not name.endswith(_POLITE_ENDS)
    return any(len(state.word(i)) > 2 or state.scan.raw(i, i + 1).isupper() for i in plain)
