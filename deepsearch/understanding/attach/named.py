"""The noun a quantity hangs on names it where no field word does: "burn time 9 h"."""

from __future__ import annotations

from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.drafts import slug
from deepsearch.understanding.english import english_name, english_part
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.part_nouns import WITHOUT_NAMES, part_ending
from deepsearch.understanding.quantities import Quantity

__all__ = ["named_before", "named_behind", "plain_noun", "whole_phrase"]

_SHORTEST = 3  # letters of a noun
_LONGEST = 3  # words of a compound
_IN_TIME = word_set("quantity", "in_time")
_LINKS = word_set("quantity", "name_links")


def plain_noun(state: Attaching, at: int) -> bool:
    """Whether a word may name what is measured: no small word, no kind of goods, no code.

    Args:
        state: The text's quantities so far.
        at: Token.

    Returns:
        True for a word of a script that names can be made of, outside the product's name,
        of which no lexicon says more than that it is a part, or a field (of another unit:
        "core 76 mm").
    """
    if at < 0 or at >= len(state.tokens) or state.tokens.kinds[at] != "w":
        return False
    kinds = {kind for kind, _ in state.scan.kinds_at(at)}
    if len(state.word(at)) < _SHORTEST or kinds - {"part", "field"} or state.owner[at] >= 0:
        return False
    if state.product[0] <= at < state.product[1] or not slug(state.word(at)):
        return False
    if state.scan.units_at(at):
        return False  # "wks 8 to 10"
    return bool(kinds) or not goods_kinds(state.tokens, at, at + 1)


def named_before(state: Attaching, quantity: Quantity) -> tuple[str, int] | None:
    """Name a quantity after the noun before it: "pot life at least 2 h", "seduta da 45 cm".

    Args:
        state: The text's quantities so far.
        quantity: The quantity.

    Returns:
        Name and first token of the noun; None unless comparators and small words alone
        stand between, or where the noun is what is bought.
    """
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    at = quantity.first - 1
    if state.word(at) in _IN_TIME:
        return None  # "answer within 24 h"
    while at > clause.first and (state.scan.has(at, "cmp") or state.word(at) in _LINKS):
        at -= 1
    if state.scan.language in WITHOUT_NAMES:
        return part_ending(state.scan, at + 1, state.product)
    if at < clause.first or not plain_noun(state, at):
        return None
    first = at
    while first > clause.first and at - first + 1 < _LONGEST and plain_noun(state, first - 1):
        first -= 1
    opening = clause.first == 0 and not state.scan.has(first - 1, "with")
    if opening or any(state.scan.has(i, "buy") for i in range(clause.first, first)):
        return None  # the product itself: "hose 20 mm"
    if first == at:
        return english_name(english_part(state.word(at))), first
    return english_name(slug("_".join(state.tokens.words[first : at + 1]))), first


def named_behind(state: Attaching, quantity: Quantity) -> tuple[str, int] | None:
    """Name a quantity after the noun that ends its clause: "40 h Leuchtdauer".

    Args:
        state: The text's quantities so far.
        quantity: The quantity.

    Returns:
        Name and the token after the noun; None where more than a noun follows.
    """
    clause = state.scan.clauses[state.scan.clause_of[quantity.last - 1]]
    last = quantity.last
    while last < clause.last and plain_noun(state, last):
        last += 1
    if not 0 < last - quantity.last <= _LONGEST or last != clause.last:
        return None
    if state.scan.language == "de" and state.scan.raw(last - 1, last).islower():
        return None  # a verb: "8 Stunden halten"
    return slug("_".join(state.tokens.words[quantity.last : last])), last


def whole_phrase(state: Attaching, first: int) -> bool:
    """Whether a noun opens its clause, or follows "with".

    Args:
        state: The text's quantities so far.
        first: First token of a noun.

    Returns:
        True where it is no verb, and no verb's object.
    """
    before = range(state.scan.clauses[state.scan.clause_of[first]].first, first)
    return all(state.scan.has(i, "join") for i in before) or state.scan.has(first - 1, "with")
