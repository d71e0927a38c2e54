"""Where and how a thing is used, so far as the request says so."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.schema import Operator, ParsedQuery
from deepsearch.understanding.language import lexicon_languages
from deepsearch.understanding.lexicon import Match, Trie, load_data, phrase_trie, split_spellings
from deepsearch.understanding.text import Tokens

__all__ = ["known_surroundings", "surroundings_of"]

_NEGATED = 5  # tokens after a "not"
_IN_THE = {"pt": "no"}  # the English "no" is "in the" there: "no hospital"
_SAID_SO = {
    "outdoor": "outdoor",
    "marine": "marine",
    "children": "children",
    "food contact": "food_ctx",
}


@lru_cache(maxsize=1)
def _words() -> Trie:
    data = load_data("surroundings")
    trie = Trie()
    for name, entry in data["surroundings"].items():
        for spelling in split_spellings(entry["words"].replace("\n", "")):
            trie.add(spelling, "in", name)
    for spelling in split_spellings(data["aside"]["words"].replace("\n", "")):
        trie.add(spelling, "aside", True)
    return trie


def known_surroundings() -> frozenset[str]:
    """Every name of surroundings the data file has."""
    return frozenset(load_data("surroundings")["surroundings"])


def surroundings_of(parsed: ParsedQuery, tokens: Tokens) -> frozenset[str]:
    """Say where and how the goods are used.

    Args:
        parsed: What was understood outright.
        tokens: The text's tokens.

    Returns:
        Names (surroundings.toml) such as "outdoor"; nothing that a "not" stands before, and
        nothing that only names a colour or a style.
    """
    trie = _words()
    negated: dict[int, int] | None = None
    found: set[str] = set()
    denied: set[str] = set()
    at = 0
    while at < len(tokens):
        match = trie.longest(tokens, at)
        names = {str(v) for kind, v in match.payloads if kind == "in"} if match else set()
        if match is None or not names:
            at += 1
            continue
        if negated is None:
            negated = _negated(tokens, parsed.language)
        # a "not" inside the words is their own: 无尘车间, a room without dust
        if any(negated.get(i, match.first) < match.first for i in range(match.first, match.last)):
            denied |= names
        elif not _aside(tokens, match):
            found |= names
        at = match.last
    for r in parsed.requirements:
        if r.field == "application" and r.op is Operator.EQ and r.implied_by is None:
            found.update(_SAID_SO[v] for v in (str(r.value),) if v in _SAID_SO)
    return frozenset(found - denied)


def _aside(tokens: Tokens, match: Match) -> bool:
    """Whether the words only colour or decorate: "marine blue", "industrial style"."""
    for at in (match.last, match.first - 1):
        if not 0 <= at < len(tokens) or tokens.kinds[at] == "s":
            continue
        beside = _words().longest(tokens, at, max(at + 1, match.first))
        if beside is not None and any(kind == "aside" for kind, _ in beside.payloads):
            return True
    return False


def _negated(tokens: Tokens, language: str) -> dict[int, int]:
    """Tokens within a few of a "not", up to the next break, and where the first such stands."""
    trie = phrase_trie(lexicon_languages(language))
    negated: dict[int, int] = {}
    for index in range(len(tokens)):
        match = trie.longest(tokens, index)
        if match is None or not any(kind == "neg" for kind, _ in match.payloads):
            continue
        if tokens.words[index] == _IN_THE.get(language):
            continue
        for at in range(match.last, min(len(tokens), match.last + _NEGATED)):
            if tokens.kinds[at] == "s" and tokens.words[at] in ",.;!?\n":
                break
            negated.setdefault(at, match.first)
    return negated
