"""Names of countries and cities in a text's language, from CLDR by way of babel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

__all__ = ["city_phrases", "country_names", "country_phrases"]


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
            if language == "ru":
                yield from ((stem, code) for stem in _declined(name))


def city_phrases(languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """List cities as they are looked up in a text; see `country_phrases`.

    Args:
        languages: ISO 639-1 codes of the languages whose names are wanted.

    Yields:
        (phrase, ISO 3166-1 alpha-2); "~" ends a stem that takes endings.
    """
    for language in languages:
        for code, name in _city_names(language):
            yield name, code
            if language == "ru":
                yield from ((stem, code) for stem in _declined(name))


def _declined(name: str) -> Iterator[str]:
    """The stem of a Russian name of one word, which takes endings."""
    if " " in name or len(name) <= 4:
        return
    if name[-1] in "аяь":
        yield name[:-1] + "~"
    elif name[-1] not in "иоуеэы":
        yield name + "~"


@lru_cache(maxsize=32)
def _city_names(language: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 alpha-2, name) of the cities that CLDR names time zones after.

    Zones of a part of a country ("America/Indiana/Knox") are of small towns and left out.
    """
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    try:
        named = Locale.parse(language).time_zones
    except (UnknownLocaleError, ValueError):
        return ()
    zones = get_global("zone_territories").items()
    return tuple(
        (str(code), str(named.get(zone, {}).get("city") or zone.split("/")[1].replace("_", " ")))
        for zone, code in zones
        if zone.count("/") == 1 and not zone.startswith(("Etc/", "Antarctica/"))
    )
