"""Phrase lexicons: data files in, one trie a language out.

A data file maps a canonical value to its spellings in each language. A spelling may
end in `~` (any grammatical ending may follow) or `*` (anything may follow).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from itertools import islice
from typing import Any

from deepsearch.understanding.places import country_phrases
from deepsearch.understanding.text import Tokens, fold, split_words

__all__ = [
    "Match",
    "Trie",
    "load_data",
    "phrase_trie",
    "split_spellings",
    "word_list",
    "word_set",
]

_LATIN = "e en er es em s a o os as i n ns x al le les els ies d t is ar ur or na et t"
_CYRILLIC = (
    "ый ий ой ая яя ое ее ые ие ого его ому ему ым им ом ем ых их ыми ими ую юю ей "
    "а я о е у ю ы и ь ам ям ами ями ах ях ов ев ях ка ки ке ку ок ек"
)
_ARABIC = "ه ات ين ون ان ا"
ENDINGS = frozenset(["", *_LATIN.split(), *_CYRILLIC.split(), *_ARABIC.split()])
_SKIP = frozenset("-.·_'")
_MARKS = frozenset("~*")  # behind a stem that takes endings, or anything
_ARABIC_ARTICLE, _SHORTEST_ARABIC = "ال", 5
_ARABIC_PREFIXES = ("وال", "بال", "لل", "ال", "و", "ب", "ل")


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: tokens `first`..`last` (exclusive) and what they stand for."""

    first: int
    last: int
    payloads: tuple[tuple[str, Any], ...]


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    payloads: tuple[tuple[str, Any], ...] = ()
    inflected: bool = False
    prefixed: bool = False


def _path(folded: str) -> Iterator[str]:
    """The words of a folded phrase, as keys of nodes: those that may take endings marked."""
    empty = True
    for piece in folded.split():
        mark = piece[-1] if piece[-1] in _MARKS and len(piece) > 1 else ""
        words = split_words(piece[:-1] if mark else piece)
        for index, word in enumerate(words):
            if word in _SKIP and not (empty and len(words) == 1):
                continue
            empty = False
            yield word + (mark if index == len(words) - 1 else "")


def _agent(word: str, cut: int) -> bool:
    """Whether an ending makes a doer of what is done: a "ventilador" is not "ventilado"."""
    return word.startswith("or", cut) and word[cut - 1 : cut] == "d"


def _step(
    child_of: Callable[[str], _Node | None], inflected: bool, prefixed: bool, word: str
) -> list[_Node]:
    """The nodes one word leads to: itself, a stem with an ending, the start of a word."""
    found = []
    child = child_of(word)
    if child is not None:
        found.append(child)
    size = len(word)
    if inflected:
        for cut in range(min(4, size)):
            if word[size - cut :] in ENDINGS:
                child = child_of(word[: size - cut] + "~")
                if child is not None and not _agent(word, size - cut):
                    found.append(child)
    if prefixed:
        for cut in range(size, max(1, size - 12), -1):
            child = child_of(word[:cut] + "*")
            if child is not None:
                found.append(child)
                break
    return found


class Trie:
    """Finds the longest known phrase at a token, in time linear in its length.

    Phrases are sorted by their first word and become nodes when a text first has that word:
    of forty thousand phrases one text touches some hundred.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._inflected = False
        self._prefixed = False
        self._phrases: dict[str, list[tuple[str, str, Any]]] = {}
        self._openings: dict[str, _Node] = {}
        self._first: dict[str, tuple[_Node, ...]] = {}

    def add(self, phrase: str, kind: str, value: Any) -> None:
        """Add a spelling; none may be added once phrases were looked for.

        Args:
            phrase: Words as a person writes them; may end in `~` or `*`.
            kind: What sort of thing the phrase names.
            value: What it stands for.
        """
        folded = fold(phrase)
        if folded.startswith(_ARABIC_ARTICLE) and len(folded) > _SHORTEST_ARABIC:
            self._keep(folded[len(_ARABIC_ARTICLE) :], kind, value)  # "للرياض"
        self._keep(folded, kind, value)

    def _keep(self, folded: str, kind: str, value: Any) -> None:
        opening = folded.split(" ", 1)[0]
        stem = opening[:-1] if opening[-1:] in _MARKS else opening
        if not (stem.isascii() and stem.isalpha()):  # else it is one word
            opening = next(_path(folded), "")
        if not opening:
            return
        self._inflected = self._inflected or opening[-1] == "~"
        self._prefixed = self._prefixed or opening[-1] == "*"
        self._phrases.setdefault(opening, []).append((folded, kind, value))

    def _opening(self, key: str) -> _Node | None:
        """The node of a first word, built when it is first asked for."""
        root = self._openings.get(key)
        phrases = self._phrases.get(key)
        if root is not None or phrases is None:
            return root
        root = _Node()
        for folded, kind, value in phrases:
            node = root
            for step in islice(_path(folded), 1, None):
                node.inflected = node.inflected or step[-1] == "~"
                node.prefixed = node.prefixed or step[-1] == "*"
                node = node.children.setdefault(step, _Node())
            if (kind, value) not in node.payloads:
                node.payloads = (*node.payloads, (kind, value))
        self._openings[key] = root  # only now: another thread must not see half of it
        return root

    def _start(self, word: str) -> tuple[_Node, ...]:
        def opened(said: str) -> list[_Node]:
            return _step(self._opening, self._inflected, self._prefixed, said)

        nodes = opened(word)
        if "\u0600" <= word[:1] <= "\u06ff":
            if word.endswith("ا") and len(word) > 3:  # the indefinite accusative
                nodes.extend(opened(word[:-1]))
            for prefix in _ARABIC_PREFIXES:
                if word.startswith(prefix) and len(word) > len(prefix) + 1:
                    nodes.extend(opened(word[len(prefix) :]))
        known = tuple(nodes)
        if len(self._first) < 50_000:
            self._first[word] = known
        return known

    def opens(self, word: str) -> bool:
        """Whether a phrase begins with a word.

        Args:
            word: A folded token.

        Returns:
            True where `longest` may find one at it.
        """
        known = self._first.get(word)
        return bool(self._start(word) if known is None else known)

    def longest(self, tokens: Tokens, start: int, limit: int | None = None) -> Match | None:
        """Find the longest phrase beginning at a token.

        Args:
            tokens: The text.
            start: Token to begin at.
            limit: Token to stop before; None: the end.

        Returns:
            The match, or None.
        """
        words = tokens.words
        known = self._first.get(words[start])
        frontier: tuple[_Node, ...] | list[_Node] = (
            self._start(words[start]) if known is None else known
        )
        if not frontier:
            return None
        end = len(words) if limit is None else limit
        best: Match | None = None
        at = start + 1
        while frontier:
            payloads: tuple[tuple[str, Any], ...] = ()
            for node in frontier:
                payloads += (
                    node.payloads
                    if not payloads
                    else tuple(p for p in node.payloads if p not in payloads)
                )
            if payloads:
                best = Match(start, at, payloads)
            if at >= end:
                break
            word = words[at]
            following: list[_Node] = []
            for node in frontier:
                if node.children:
                    following.extend(_step(node.children.get, node.inflected, node.prefixed, word))
            if not following and word in _SKIP and at + 1 < end and tokens.glued(at):
                for node in frontier:
                    if node.children:
                        following.extend(
                            _step(node.children.get, node.inflected, node.prefixed, words[at + 1])
                        )
                at += 1
            frontier = following
            at += 1
        return best


@cache
def load_data(name: str) -> dict[str, Any]:
    """Read one data file of this package.

    Args:
        name: File name without ".toml".

    Returns:
        The parsed table.
    """
    source = resources.files("deepsearch.understanding").joinpath("data", f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=8192)
def split_spellings(packed: str) -> tuple[str, ...]:
    """Split "a|b|c" into its spellings."""
    return tuple(part for part in (piece.strip() for piece in packed.split("|")) if part)


def word_list(section: str, name: str) -> tuple[str, ...]:
    """Read one closed class of words from words.toml, in the order of the file.

    Args:
        section: Its table.
        name: Its key.

    Returns:
        The words, folded.
    """
    return tuple(dict.fromkeys(fold(word) for word in load_data("words")[section][name]))


def word_set(section: str, name: str) -> frozenset[str]:
    """Read one closed class of words from words.toml; see `word_list`."""
    return frozenset(word_list(section, name))


def add_table(trie: Trie, kind: str, table: dict[str, Any], languages: tuple[str, ...]) -> None:
    """Add a canonical → language → spellings table to a trie.

    Args:
        trie: Trie to extend.
        kind: Kind of its payloads.
        table: Canonical value → {language: "a|b"}; language "x" holds for all.
        languages: Languages wanted.
    """
    for value, spellings in table.items():
        for language in ("x", *languages):
            for phrase in split_spellings(spellings.get(language, "")):
                trie.add(phrase, kind, value)


_LEXICONS = ("cues", "fields", "values", "parts", "traits", "compliance", "trade")


@lru_cache(maxsize=16)
def phrase_trie(languages: tuple[str, ...]) -> Trie:
    """Build the trie of every phrase known in some languages, once.

    Args:
        languages: ISO 639-1 codes, e.g. ("en", "de").

    Returns:
        The trie; payloads are (kind, canonical value).
    """
    trie = Trie()
    for name in _LEXICONS:
        for kind, table in load_data(name).items():
            add_table(trie, kind, table, languages)
    for name, code in country_phrases(languages):
        trie.add(name, "country", code)
    return trie
