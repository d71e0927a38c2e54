"""Where goods will be sold or used: the countries whose law and mains they must fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from deepsearch.schema import Operator, ParsedQuery
from deepsearch.understanding.language import lexicon_languages
from deepsearch.understanding.lexicon import Trie, load_data, split_spellings
from deepsearch.understanding.places import city_phrases, country_phrases
from deepsearch.understanding.text import Tokens, fold, tokenise

__all__ = ["country_of_place", "country_of_town", "markets_named", "markets_of", "nationality_at"]

# Incoterms whose place is where the goods arrive.
_ARRIVAL = frozenset({"CPT", "CIP", "DAP", "DPU", "DDP", "CFR", "CIF"})
_REACH = 9  # tokens between a word of selling and the country it is said of
_ISO = 2  # letters of a country's code
_LAWS = frozenset({"standards", "users", "homes", "kitchens"})  # beside these, no market is named
_STOPS = frozenset(".!?;\n。！？；")
_BREAKS = _STOPS | frozenset(",，、|()")


@dataclass(frozen=True, slots=True)
class _Named:
    """A country named in a text."""

    first: int
    last: int
    code: str
    adjective: bool


@lru_cache(maxsize=16)
def _places(languages: tuple[str, ...]) -> Trie:
    """Names and adjectives of countries, regions and towns."""
    trie = Trie()
    for name, code in country_phrases(languages):
        trie.add(name, "name", code)
    for kind, code, packed in _written():
        for spelling in split_spellings(packed.replace("\n", "")):
            trie.add(spelling, kind, code)
    strange = load_data("markets")["cities"]["no_city"]
    for name, code in city_phrases(languages):
        if name not in strange:
            trie.add(name, "city", code)
    return trie


def _written() -> Iterator[tuple[str, str, str]]:
    """(kind, code, spellings) of every place in the data files."""
    data = load_data("markets")
    for code, languages in load_data("trade")["country"].items():
        for packed in languages.values():
            yield "name", code, packed
    for kind in ("name", "adjective"):
        for code, packed in data[kind].items():
            yield kind, code, packed
    for code, region in data["region"].items():
        yield "name", code, region["words"]
    for code, packed in data["towns"].items():
        yield "city", code, packed
    yield "goods", "", data["goods"]["names"]


@lru_cache(maxsize=1)
def _cues() -> Trie:
    trie = Trie()
    for kind in ("sells", "makes", "sells_after", "sells_before"):
        for spelling in split_spellings(load_data("markets")["cue"][kind].replace("\n", "")):
            trie.add(spelling, kind, True)
    return trie


@lru_cache(maxsize=1)
def _regions() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(region["members"])
        for name, region in load_data("markets")["region"].items()
    }


def markets_of(parsed: ParsedQuery, tokens: Tokens) -> frozenset[str]:
    """Find the countries the goods are meant for, and the regions these belong to.

    Args:
        parsed: What was understood outright.
        tokens: The text's tokens.

    Returns:
        ISO 3166-1 codes and names of regions (markets.toml), such as {"DE", "EU", "ANY"};
        "ANY" stands beside every other.
    """
    found = set(_said(parsed)) | set(_meant(parsed, tokens))
    for region, members in _regions().items():
        if found & members:
            found.add(region)
    if "UK" in found:
        found.add("GB")
    if found:
        found.add("ANY")
    return frozenset(found)


def markets_named(tokens: Tokens, languages: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """Find countries said right beside a word of selling: "the Chilean market", "德国市场".

    Args:
        tokens: The text's tokens.
        languages: Languages whose names of countries are looked for.

    Yields:
        First token, token after the last, and ISO 3166-1 code.
    """
    for place in _places_in(tokens, languages):
        after = tokens.words[place.last] if place.last < len(tokens) else ""
        if len(place.code) == 2 and after not in _LAWS and _beside(tokens, place):
            yield place.first, place.last, place.code


def _said(parsed: ParsedQuery) -> Iterator[str]:
    """Destinations among the requirements."""
    term = next((str(r.value) for r in parsed.requirements if r.field == "incoterm"), "")
    for r in parsed.requirements:
        arrives = r.field == "incoterm_place" and term in _ARRIVAL
        if not (r.field == "destination" or arrives) or r.op in (Operator.NE, Operator.NONE_OF):
            continue
        for value in r.value if isinstance(r.value, tuple) else (r.value,):
            name = str(value)
            code = name if len(name) == 2 and name.isupper() else _code(name, parsed.language)
            if code:
                yield "GB" if code == "UK" else code


def country_of_town(name: str, language: str) -> str | None:
    """Tell the country that a town is surely in.

    Args:
        name: Its whole name, such as "Chennai".
        language: ISO 639-1 code of the text it stands in.

    Returns:
        ISO 3166-1 code; None where the name is not known, or of a country or region itself.
    """
    trading = _trading_towns().get(fold(name.strip()))
    if trading is not None:
        return trading
    tokens = tokenise(name)
    match = _places(lexicon_languages(language)).longest(tokens, 0)
    if match is None or match.last < len(tokens):
        return None
    codes = {str(code) if kind == "city" else None for kind, code in match.payloads}
    return codes.pop() if len(codes) == 1 else None


def country_of_place(name: str, language: str) -> str | None:
    """Tell the country that a region or town is surely in, or that has this name.

    Args:
        name: Its whole name, such as "Florida".
        language: ISO 639-1 code of the text it stands in.

    Returns:
        ISO 3166-1 code; None where the name is not known or of a larger region.
    """
    code = country_of_town(name, language) or _code(name, language)
    return code if code is not None and len(code) == _ISO else None


def nationality_at(tokens: Tokens, at: int, languages: tuple[str, ...]) -> tuple[str, int] | None:
    """Find an adjective of a country that begins at a token: "Kenyan", "chilenisch".

    Args:
        tokens: The text's tokens.
        at: The token.
        languages: Languages whose names of countries are looked for.

    Returns:
        ISO 3166-1 code and the token after it; None where no adjective of a country stands.
    """
    match = _places(languages).longest(tokens, at)
    codes = [str(code) for kind, code in match.payloads if kind == "adjective"] if match else []
    return (codes[0], match.last) if match is not None and codes else None


@lru_cache(maxsize=1)
def _trading_towns() -> dict[str, str]:
    return {
        fold(spelling): code
        for code, packed in load_data("markets")["trading_towns"].items()
        for spelling in split_spellings(packed.replace("\n", ""))
    }


def _code(name: str, language: str) -> str | None:
    """The country that a place's whole name stands for."""
    tokens = tokenise(name)
    named = list(_places_in(tokens, lexicon_languages(language)))
    whole = len(named) == 1 and named[0].last - named[0].first == len(tokens)
    return named[0].code if whole and not named[0].adjective else None


def _meant(parsed: ParsedQuery, tokens: Tokens) -> Iterator[str]:
    """Countries that stand by a word of selling or using."""
    named = list(_named(parsed, tokens))
    if not named:
        return
    cues = _cues()
    starts = {place.first: place for place in named}
    nearest, since = "", 0
    at = 0
    while at < len(tokens):
        place = starts.get(at)
        if place is not None:
            selling = nearest == "sells" and at - since <= _REACH
            if _market(tokens, place, selling=selling, making=nearest == "makes"):
                yield place.code
            at = place.last
            continue
        if tokens.words[at] in _STOPS and not (
            at + 1 < len(tokens) and tokens.glued(at + 1) and tokens.kinds[at] == "s"
        ):
            nearest = ""
        match = cues.longest(tokens, at)
        roles = {kind for kind, _ in match.payloads} if match is not None else set()
        if match is not None and roles & {"sells", "makes"}:
            # A word of both, such as a plant, is one of making unless it is the buyer's.
            nearest, since = ("makes" if "makes" in roles else "sells"), match.last
            at = match.last
        else:
            at += 1


def _named(parsed: ParsedQuery, tokens: Tokens) -> Iterator[_Named]:
    yield from _places_in(tokens, lexicon_languages(parsed.language))


def _places_in(tokens: Tokens, languages: tuple[str, ...]) -> Iterator[_Named]:
    yield from _places_of(tokens.text, languages)


@lru_cache(maxsize=8)  # three ask for the places of a text
def _places_of(text: str, languages: tuple[str, ...]) -> tuple[_Named, ...]:
    tokens, trie = tokenise(text), _places(languages)
    found: list[_Named] = []
    at = 0
    while at < len(tokens):
        match = trie.longest(tokens, at)
        if match is None:
            at += 1
            continue
        raw = tokens.raw(match.first, match.last)
        shout = fold(raw) not in ("us", "uk", "in", "it", "no") or raw.isupper()
        of_goods = any(kind == "goods" for kind, _ in match.payloads)
        for kind, code in match.payloads if shout and not of_goods else ():
            if kind != "city" or not raw[0].islower():  # "nice shoes"
                found.append(_Named(match.first, match.last, str(code), kind == "adjective"))
                break
        at = match.last
    return tuple(found)


def _market(tokens: Tokens, place: _Named, *, selling: bool, making: bool) -> bool:
    if _beside(tokens, place):
        return True
    if place.adjective or making:
        return False
    return selling or _alone(tokens, place) or _for_arabic(tokens, place)


def _for_arabic(tokens: Tokens, place: _Named) -> bool:
    """Whether "for" is written to the name as one word: "لمصر"."""
    raw = tokens.raw(place.first, place.last)
    return raw.startswith("ل") and _code(raw[1:], "ar") == place.code


def _beside(tokens: Tokens, place: _Named) -> bool:
    """As in "American stores", "mercado mexicano", "德国市场"."""
    cues = _cues()
    after = place.last
    while after < len(tokens) and tokens.words[after] == "-" and tokens.glued(after):
        after += 1  # "US-Markt"
    if after < len(tokens):
        match = cues.longest(tokens, after)
        if match is not None and any(kind == "sells_after" for kind, _ in match.payloads):
            return True
    before = place.first - 1
    between = load_data("markets")["cue"]["between"]
    while before > 0 and tokens.words[before] in between:
        before -= 1
    if before < 0:
        return False
    match = cues.longest(tokens, before, place.first)
    return match is not None and any(kind == "sells_before" for kind, _ in match.payloads)


def _alone(tokens: Tokens, place: _Named) -> bool:
    """A country that is a whole entry of a list: "500 drones, Canada"."""
    before = place.first - 1
    after = tokens.words[place.last] if place.last < len(tokens) else ","
    return before >= 0 and tokens.words[before] in _BREAKS and after in _BREAKS
