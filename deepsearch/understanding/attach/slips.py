"""Field words joined into compounds, or mistyped by one key."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.lexicon import load_data, split_spellings, word_list
from deepsearch.understanding.text import fold

__all__ = ["TAILS", "mistyped", "tail_fields"]

_MEANT = frozenset({"laser", "lasers", "later"})  # words, a key away from "layer"
TAILS = word_list("quantity", "tails")


@lru_cache(maxsize=1)
def tail_fields() -> dict[str, str]:
    """Second halves of German and Dutch compounds → the field they name."""
    table = load_data("fields")["field"]
    found: dict[str, str] = {}
    for name, spellings in table.items():
        for language in ("de", "nl"):
            for word in split_spellings(spellings.get(language, "")):
                folded = fold(word)
                if folded in TAILS:
                    found.setdefault(folded, name)
    return found


@lru_cache(maxsize=4)
def _typo_words() -> dict[str, list[tuple[str, str]]]:
    """First letter + length → English field words a slip of the keys away from others."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, spellings in load_data("fields")["field"].items():
        for word in split_spellings(spellings.get("en", "")):
            if len(word) >= 5 and word.isalpha():
                found.setdefault(word[0], []).append((word, name))
    return found


def _one_slip(given: str, meant: str) -> bool:
    """Whether two words differ by one insertion, deletion, change or swap."""
    if abs(len(given) - len(meant)) > 1 or given == meant:
        return False
    short, long = sorted((given, meant), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        if short[at + 1 :] == long[at + 1 :]:
            return True
        return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return short[at:] == long[at + 1 :]


@lru_cache(maxsize=4_096)
def mistyped(word: str) -> str | None:
    """The field whose English word this is but for one key, or None."""
    if word in _MEANT or len(word) < 5 or not word.isalpha() or not word.isascii():
        return None
    for meant, name in _typo_words().get(word[0], ()):
        if _one_slip(word, meant):
            return name
    return None
