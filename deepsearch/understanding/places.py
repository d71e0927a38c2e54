"""Country names in a text's language, from CLDR by way of babel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

__all__ = ["country_names", "country_phrases"]


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


def country_phrases(languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """List every country's name as it is looked up in a text.

    Args:
        languages: ISO 639-1 codes of the languages whose names are wanted.

    Yields:
        (phrase, ISO 3166-1 alpha-2); "~" ends a stem that takes endings.
    """
    for language in languages:
        for code, name in country_names(language):
            yield name, code
            if language == "ru" and name[-1:] in "аяь" and " " not in name and len(name) > 4:
                yield name[:-1] + "~", code
