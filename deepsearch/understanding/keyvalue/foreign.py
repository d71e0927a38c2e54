"""Keys of other languages: a field's name and a text value are English."""

from __future__ import annotations

from deepsearch.understanding.drafts import slug
from deepsearch.understanding.english import english_name
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan

__all__ = ["foreign"]

_SMALL = word_set("key", "foreign_small")  # "de", "der": no English key holds them
_LATIN = frozenset({"en", "es", "de", "fr", "it", "pt", "nl", "pl", "tr"})
_HEADS = word_set("key", "foreign_heads")


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
    name = slug("_".join(key))
    if scan.language not in _LATIN:  # a Turkish sheet under a Russian letter
        return any("\u00bf" < char < "\u0250" for char in raw)
    lettered = any("\u00bf" < char < "\u0370" for char in raw)
    told = lettered or bool(_SMALL & {*key}) or english_name(name) != name
    return told or (scan.language != "en" and bool(_HEADS & {*key[:1]}))
