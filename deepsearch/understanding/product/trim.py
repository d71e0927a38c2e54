"""What describes a thing from behind its name, and is no part of the name."""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.nature import kinds_of
from deepsearch.understanding.product.goods import NAMED_FIRST
from deepsearch.understanding.product.state import Finder
from deepsearch.understanding.text import tokenise

__all__ = ["LIKENESS", "named_goods", "trimmed"]

LIKENESS = frozenset({"colour", "finish", "feature", "power_source"})
"""Kinds of words that say what a thing is like."""
_LINKS = word_set("product", "links")
_NOUNS = 2  # of which a name is a whole one


def trimmed(state: Finder, first: int, last: int) -> int:
    """Leave out what describes the thing from behind, and signs and links at the end.

    Args:
        state: The text.
        first: First token of a name.
        last: Token after its last.

    Returns:
        Token after the last that names the thing.
    """
    while last > first + 1:
        match = state.scan.match_of(last - 1)
        describes = (
            match is not None and match.first > first and _describes(state, first, match.first)
        )
        if describes and match is not None:
            last = match.first
        elif state.tokens.kinds[last - 1] == "s" or _link_at_end(state, last - 1):
            last -= 1
        else:
            break
    return last


def _link_at_end(state: Finder, at: int) -> bool:
    return state.word(at) in _LINKS and state.tokens.kinds[at] == "w"


def _describes(state: Finder, first: int, at: int) -> bool:
    """Whether the words at a token say of what the thing is like, not what it is."""
    kinds, language = state.kinds(at), state.scan.language
    if "condition" in kinds and not state.cjk:
        return True
    if language == "en":
        return bool(kinds & LIKENESS) and named_goods(state, first, at)
    if language not in NAMED_FIRST:
        return False
    uninflected = language == "de" and state.scan.raw(at, at + 1).islower()
    if "colour" in kinds or (uninflected and kinds & LIKENESS):
        return True  # "tente de réception blanche", "Rollcontainer verzinkt"
    if kinds & {"feature", "power_source"}:
        organic = str(state.scan.value_at(at, "feature")).startswith(("organic", "bulk"))
        return organic or _whole_name(state, first, at)
    return "material" in kinds and state.word(at - 1) not in ("de", "di", "d", "da", "a", "'")


def _whole_name(state: Finder, first: int, last: int) -> bool:
    """Whether a name is one without what follows: "sillas de oficina | ergonómicas"."""
    nouns = [i for i in range(first, last) if state.word(i) not in _LINKS]
    return len(nouns) >= _NOUNS


def named_goods(state: Finder, first: int, last: int) -> bool:
    """Say whether a stretch names goods of a kind that is known.

    Args:
        state: The text.
        first: First token.
        last: Token after the last.

    Returns:
        True where the ontology knows what it is.
    """
    name = state.scan.raw(first, last)
    return bool(kinds_of(tokenise(name), name, state.scan.language))
