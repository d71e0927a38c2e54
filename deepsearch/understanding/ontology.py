"""The ontology of goods, read from its data file: kinds, what they are, and what changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deepsearch.understanding.lexicon import Trie, load_data, split_spellings
from deepsearch.understanding.text import fold

__all__ = [
    "SHORTEST_TAIL",
    "Modifier",
    "Ontology",
    "known_kinds",
    "ontology",
    "phrase_words",
    "with_parents",
]

SHORTEST_TAIL = 4  # letters of the last part of a compound
_ARABIC = frozenset(map(chr, range(0x0621, 0x064B)))
_INFLECTED = 4  # letters; shorter Arabic words are too much alike
_WORD_LISTS = ("cuts", "cuts_cjk", "measures", "tails", "openers", "joins", "articles", "labels")


@dataclass(frozen=True, slots=True)
class Modifier:
    """What a word beside a noun does to what the noun says; fields as in the data file."""

    name: str
    adds: frozenset[str]
    removes: frozenset[str]
    of: frozenset[str]
    becomes: frozenset[str]
    bare: bool


@dataclass(frozen=True, slots=True)
class Ontology:
    """Everything needed to tell what a noun and its modifiers say.

    Attributes:
        heads: Words of every kind.
        tails: Single Latin words of kinds, for the last part of a compound.
        parents: Kind -> all that it is, itself included.
        near: Modifiers as they stand in a product's phrase.
        far: Modifiers as they stand anywhere in a request.
        fronts: First part of a compound -> modifiers.
        modifiers: All of them, in the order in which they act.
        accessory: Words for things that only hold or show other things.
    """

    heads: Trie
    tails: dict[str, frozenset[str]]
    parents: dict[str, frozenset[str]]
    near: Trie
    far: Trie
    fronts: dict[str, frozenset[str]]
    modifiers: tuple[Modifier, ...]
    accessory: Trie


def _spellings(packed: str) -> tuple[str, ...]:
    return split_spellings(packed.replace("\n", ""))


def _trie(spellings: Iterable[str], value: str, trie: Trie | None = None) -> Trie:
    trie = Trie() if trie is None else trie
    for spelling in spellings:
        trie.add(spelling, "kind", value)
        if spelling.isascii() and spelling[-1:].isalpha() and spelling[-1] != "s":
            trie.add(spelling + "s", "kind", value)
        elif spelling[0] in _ARABIC and len(spelling) >= _INFLECTED:
            # its plural, and the feminine's, whose last letter changes
            trie.add(fold(spelling).removesuffix("ه") + "~", "kind", value)
    return trie


@lru_cache(maxsize=1)
def ontology() -> Ontology:
    """Read the ontology, once."""
    data = load_data("ontology")
    heads, near, far = Trie(), Trie(), Trie()
    tails: dict[str, set[str]] = {}
    fronts: dict[str, set[str]] = {}
    for kind, entry in data["kind"].items():
        spellings = _spellings(entry["words"])
        _trie(spellings, kind, heads)
        for spelling in spellings:
            stem = fold(spelling.rstrip("~"))
            if stem.isascii() and stem.isalpha() and len(stem) >= SHORTEST_TAIL:
                tails.setdefault(stem, set()).add(kind)
    found = []
    for name, entry in data["modifier"].items():
        spellings = _spellings(entry.get("near", ""))
        _trie(spellings, name, near)
        _trie(_spellings(entry.get("far", "")), name, far)
        for spelling in spellings:
            stem = fold(spelling.rstrip("~-"))
            if stem.isascii() and stem.isalpha():
                fronts.setdefault(stem, set()).add(name)
        found.append(
            Modifier(
                name=name,
                adds=frozenset(entry.get("adds", ())),
                removes=frozenset(entry.get("removes", ())),
                of=frozenset(entry.get("of", ())),
                becomes=frozenset(entry.get("becomes", ())),
                bare=entry.get("bare", False),
            )
        )
    return Ontology(
        heads=heads,
        tails={stem: frozenset(kinds) for stem, kinds in tails.items()},
        parents=_parents(data["kind"]),
        near=near,
        far=far,
        fronts={stem: frozenset(names) for stem, names in fronts.items()},
        modifiers=tuple(found),
        accessory=_trie(_spellings(data["accessory"]["words"]), "accessory"),
    )


def _parents(kinds: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Every kind with all it is, itself included."""
    closed: dict[str, frozenset[str]] = {}

    def close(kind: str) -> frozenset[str]:
        if kind not in closed:
            above = [close(parent) for parent in kinds[kind]["is"]]
            closed[kind] = frozenset([kind]).union(*above)
        return closed[kind]

    for kind in kinds:
        close(kind)
    return closed


@lru_cache(maxsize=1)
def phrase_words() -> dict[str, Trie]:
    """Closed classes of words by which a product's phrase is cut to its head, by name."""
    data = load_data("ontology")["phrase"]
    return {name: _trie_exact(_spellings(data[name])) for name in _WORD_LISTS}


def _trie_exact(spellings: Iterable[str]) -> Trie:
    trie = Trie()
    for spelling in spellings:
        trie.add(spelling, "word", True)
    return trie


def known_kinds() -> frozenset[str]:
    """Every kind of goods the ontology names."""
    return frozenset(load_data("ontology")["kind"])


def with_parents(kinds: Iterable[str]) -> frozenset[str]:
    """Close kinds upwards: a kettle is an appliance is an electrical product.

    Args:
        kinds: Names of kinds.

    Returns:
        These and all that they are.
    """
    parents = ontology().parents
    return frozenset().union(*(parents.get(kind, frozenset()) for kind in kinds))
