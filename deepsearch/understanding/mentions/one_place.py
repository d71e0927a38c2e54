"""One destination said once: a town with its country, the same place twice, "X or Y"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.markets import country_of_place, country_of_town, nationality_at
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["located", "said_once"]

_TO = word_set("mention", "towards")
_IN = word_set("mention", "in_places")
_ARTICLES = word_set("mention", "country_articles")
_PORT_WORDS = word_set("mention", "port_words")
_OPENING = frozenset({",", "-", "–", "("})  # before the country of a town
_BRACKETED = {"us": "US", "uk": "GB"}  # in small letters words of their own elsewhere
_NEAR = 3  # tokens between two names of one place
_ISO = 2  # letters of a country's code


def located(reading: Reading, name: str, first: int, last: int) -> tuple[str, int]:
    """Where a place is, as far as its own words and those behind it tell.

    Args:
        reading: The text.
        name: The place's name.
        first: Its first token.
        last: The token after it.

    Returns:
        The ISO 3166-1 code of "Illinois, USA", "Natal - Brasil", "Tampa, Florida", "the Kenyan
        coast", else the name; and the token after the last word that tells it.
    """
    return (
        _nationality(reading, first)
        or _country_behind(reading, name, last)
        or (_alone(reading, name, first) or name, last)
    )


def _country_behind(reading: Reading, town: str, at: int) -> tuple[str, int] | None:
    sign = reading.word(at)
    named = at + (sign in _OPENING)
    if sign == "(" and reading.word(named) in _BRACKETED and reading.word(named + 1) == ")":
        return _BRACKETED[reading.word(named)], named + 1
    match = reading.scan.match_of(named)
    if match is None or match.first != named:
        return None
    country = reading.scan.value_at(named, "country")
    if country is None and sign in _OPENING and reading.scan.has(named, "place"):
        country = _region(reading, reading.scan.raw(named, match.last))
        elsewhere = country_of_town(town, reading.scan.language) not in (None, country)
        country = None if elsewhere else country
    return (str(country), match.last) if country is not None else None


def _region(reading: Reading, name: str) -> str | None:
    """The country of a region; None for a town: beside a comma it is another place."""
    language = reading.scan.language
    return country_of_place(name, language) if country_of_town(name, language) is None else None


def _alone(reading: Reading, name: str, at: int) -> str | None:
    """The country of a region's name, where it is no country's as well: Granada is a town."""
    return None if reading.scan.has(at, "country") else _region(reading, name)


def _nationality(reading: Reading, at: int) -> tuple[str, int] | None:
    """The country of an adjective before a common noun: not of "the Polish Embassy"."""
    told = nationality_at(reading.tokens, at, reading.scan.languages)
    if told is None or reading.tokens.kinds[told[1] : told[1] + 1] != ["w"]:
        return None
    noun = reading.scan.raw(told[1], told[1] + 1)
    return (told[0], told[1] + 1) if noun.islower() else None


def said_once(reading: Reading) -> None:
    """Join the destinations of a text that are choices, and keep one of those that are the same."""
    places = sorted(
        (
            draft
            for draft in reading.drafts
            if draft.field == "destination" and draft.op == "eq" and not reading.titled(draft.first)
        ),
        key=lambda draft: draft.first,
    )
    gone: set[int] = set()
    kept: list[Draft] = []
    for draft in places:
        _extend(reading, draft)
        if _joined(reading, kept, draft):
            gone.add(id(draft))
            continue
        same = next((other for other in kept if _same(reading, other, draft)), None)
        if same is None:
            kept.append(draft)
            continue
        gone.add(id(draft))
        code = _country(reading, draft) or _country(reading, same)
        if code is not None:
            same.value = code
    if gone:
        reading.drafts = [draft for draft in reading.drafts if id(draft) not in gone]


def _extend(reading: Reading, draft: Draft) -> None:
    """Take in the places that "or" joins to one: "ship to Peru or Chile"."""
    while reading.scan.value_at(draft.last, "join") == "or":
        at = draft.last + 1
        match = reading.scan.match_of(at)
        if match is None or match.first != at or not reading.scan.free(at, match.last):
            return
        told, last = reading.scan.value_at(at, "country"), match.last
        if told is None:
            town = reading.scan.value_at(at, "place")
            if town is None:
                return
            told, last = located(reading, str(town), at, match.last)
        _choose(draft, str(told), last)
        reading.scan.claim(at, last)


def _choose(draft: Draft, value: str, last: int) -> None:
    """Add a value to those of which one is enough."""
    values = draft.values
    if value not in values:
        draft.op, draft.value = "any_of", (*values, value)
    draft.last = last


def _joined(reading: Reading, kept: list[Draft], draft: Draft) -> bool:
    """Take a draft into the choice before it: "to Barbados or to Italy"."""
    if not kept or not 0 < draft.first - kept[-1].last <= _NEAR:
        return False
    between = range(kept[-1].last, draft.first)
    either = any(reading.scan.value_at(i, "join") == "or" for i in between)
    plain = all(reading.scan.has(i, "join") or reading.word(i) in _TO | _ARTICLES for i in between)
    if not (either and plain):
        return False
    _choose(kept[-1], str(draft.value), draft.last)
    return True


def _same(reading: Reading, one: Draft, other: Draft) -> bool:
    """Whether two name one place: a town and its country, or a port in a town."""
    if one.op != "eq":
        return False
    codes = _country(reading, one), _country(reading, other)
    if None not in codes:
        coded = any(_coded(draft) for draft in (one, other))
        return codes[0] == codes[1] and (coded or _inside(reading, one, other))
    return _inside(reading, one, other)


def _coded(draft: Draft) -> bool:
    return len(str(draft.value)) == _ISO and str(draft.value).isupper()


def _country(reading: Reading, draft: Draft) -> str | None:
    if _coded(draft):
        return str(draft.value)
    return country_of_place(str(draft.value), reading.scan.language)


def _inside(reading: Reading, one: Draft, other: Draft) -> bool:
    """Whether the second says where the first is: "the port of Mariel in Havana"."""
    between = range(one.last, other.first)
    links = [i for i in between if reading.word(i) in _IN]
    small = all(reading.word(i) in _IN | _PORT_WORDS | _ARTICLES for i in between)
    return 0 < len(between) <= _NEAR and bool(links) and small
