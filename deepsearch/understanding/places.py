"""Country names in a text's language, from CLDR by way of babel."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.lexicon import Trie

__all__ = ["add_countries", "country_names"]

# Names that are everyday words too often to be believed without more context.
_WORDS = frozenset(
    {"turkey", "chad", "jordan", "guinea", "georgia", "jersey", "oman", "mali", "china"}
)
_SHORT_OK = frozenset({"uk", "eu", "usa", "uae"})


@lru_cache(maxsize=32)
def country_names(language: str) -> tuple[tuple[str, str], ...]:
    """List (ISO 3166-1 alpha-2, name) pairs in one language.

    Args:
        language: ISO 639-1 code.

    Returns:
        The pairs; empty where CLDR has no such language.
    """
    from babel import Locale, UnknownLocaleError

    try:
        territories = Locale.parse(language).territories
    except (UnknownLocaleError, ValueError):
        return ()
    return tuple(
        (str(code), str(name))
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("XA", "XB", "ZZ", "EZ", "UN", "QO")
    )


def add_countries(trie: Trie, languages: tuple[str, ...]) -> None:
    """Add every country's name to a trie, as kind "country".

    Args:
        trie: Trie to extend.
        languages: Languages whose names are wanted.
    """
    for language in languages:
        for code, name in country_names(language):
            trie.add(name, "country", code)
            if language == "ru" and name[-1:] in "аяь" and " " not in name and len(name) > 4:
                trie.add(name[:-1] + "~", "country", code)
