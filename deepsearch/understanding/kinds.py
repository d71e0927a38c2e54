"""What kind of goods a text is about, so far as it decides what a bare quantity means."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.lexicon import Trie, load_data, split_spellings
from deepsearch.understanding.text import Tokens

__all__ = ["goods_kinds"]

_SUFFIXES = 5  # shortest compound tail worth looking for


@lru_cache(maxsize=1)
def _trie() -> tuple[Trie, dict[str, frozenset[str]]]:
    trie = Trie()
    tails: dict[str, set[str]] = {}
    for kind, packed in load_data("goods")["kind"].items():
        for spelling in split_spellings(packed):
            trie.add(spelling, "goods", kind)
            if spelling.isalpha() and len(spelling) >= _SUFFIXES:
                tails.setdefault(spelling, set()).add(kind)
    return trie, {tail: frozenset(kinds) for tail, kinds in tails.items()}


def _singulars(word: str) -> tuple[str, ...]:
    """What a word may be the plural of, in the languages written with Latin letters."""
    if len(word) <= _SUFFIXES:
        return ()
    if word.endswith("es"):
        return word[:-1], word[:-2]
    if word.endswith("s"):
        return (word[:-1],)
    if word.endswith(("en", "er")):
        return (word[:-2],)
    if word.endswith(("e", "i")):
        return tuple(word[:-1] + ending for ending in ("a", "o", "e", ""))
    return (word[:-1],) if word.endswith("n") else ()


def goods_kinds(tokens: Tokens, first: int = 0, last: int | None = None) -> frozenset[str]:
    """Kinds of goods named in a stretch of tokens.

    Args:
        tokens: The text.
        first: First token.
        last: Token after the last; None: the end.

    Returns:
        Names such as "lifting", "sheet", "vehicle".
    """
    trie, _ = _trie()
    found: set[str] = set()
    end = len(tokens) if last is None else last
    for index in range(first, end):
        match = trie.longest(tokens, index, end)
        if match is not None:
            found.update(kind for _, kind in match.payloads)
            continue
        if tokens.kinds[index] == "w":
            found.update(_by_end(tokens.words[index]))
    return frozenset(found)


@lru_cache(maxsize=4_096)  # of a text every stretch is asked about, some again and again
def _by_end(word: str) -> frozenset[str]:
    """Kinds of the word a plural is of, and of the last part of a compound."""
    _, tails = _trie()
    found = {kind for one in _singulars(word) for kind in tails.get(one, ())}
    if _SUFFIXES < len(word) <= 60:
        ends = (tails.get(word[cut:]) for cut in range(1, len(word) - _SUFFIXES + 1))
        found.update(next(filter(None, ends), ()))
    return frozenset(found)
