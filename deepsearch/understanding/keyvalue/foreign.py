"""Keys and values of other languages: a field's name and a text value are English."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.drafts import slug
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import load_data, word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold

__all__ = ["english_name", "english_value", "foreign"]

_SMALL = word_set("key", "foreign_small")  # "de", "der": no English key holds them
_LATIN = frozenset({"en", "es", "de", "fr", "it", "pt", "nl", "pl", "tr"})
_HEADS = word_set("key", "foreign_heads")


@lru_cache(maxsize=2)
def _table(name: str) -> dict[str, str]:
    return dict(load_data("keys")[name])


def english_name(name: str) -> str:
    """The English name of a key, or the name itself where no table has it.

    Args:
        name: The key's own words in snake_case.

    Returns:
        Such as "gender" for "genero".
    """
    return _table("names").get(name, name)


def foreign(scan: Scan, pair: Pair) -> bool:
    """Say whether a key is of another language than English.

    Args:
        scan: The text.
        pair: A pair of it.

    Returns:
        True where a letter, a small word or a known key shows it.
    """
    key = scan.tokens.words[pair.first : pair.colon]
    raw = scan.raw(pair.first, pair.colon)
    if scan.language not in _LATIN:  # a Turkish sheet under a Russian letter
        return any("\u00bf" < char < "\u0250" for char in raw)
    lettered = any("\u00bf" < char < "\u0370" for char in raw)
    told = lettered or bool(_SMALL & {*key}) or slug("_".join(key)) in _table("names")
    return told or (scan.language != "en" and bool(_HEADS & {*key[:1]}))


def english_value(value: str) -> str | None:
    """A value of such a key in English.

    Args:
        value: The value's words.

    Returns:
        Its English; the value itself where it is a code or a name in capitals; None for words
        of a language that cannot be told.
    """
    known = _table("values").get(slug(fold(value)))
    if known is not None:
        return known
    coded = any(char.isdigit() for char in value) or (value.isupper() and len(value) <= 5)
    return value if coded and value.isascii() and len(value.split()) <= 2 else None
