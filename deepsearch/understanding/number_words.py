"""Numbers that a language writes as one word: hundertfünfzig, trecentocinquanta, tweehonderd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

__all__ = ["compounds"]

_UNITS: Mapping[str, str] = {
    "de": "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn"
    " sechzehn siebzehn achtzehn neunzehn",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien"
    " zestien zeventien achttien negentien",
    "it": "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici"
    " quindici sedici diciassette diciotto diciannove",
}
_TENS: Mapping[str, str] = {
    "de": "zwanzig dreißig vierzig funfzig sechzig siebzig achtzig neunzig",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
}
_HUNDRED = {"de": "hundert", "nl": "honderd", "it": "cento"}
_THOUSAND = {"de": "tausend", "nl": "duizend", "it": "mila"}
_HALF = {"de": "einhalb", "nl": "enhalf"}


def _below_hundred(language: str) -> dict[str, int]:
    units = _UNITS[language].split()
    found = {word: value for value, word in enumerate(units, 1)}
    for ten, word in enumerate(_TENS[language].split(), 2):
        found[word] = ten * 10
        for unit in range(1, 10):
            found[_joined(language, word, units[unit - 1])] = ten * 10 + unit
    if language == "de":
        found |= {word.replace("ß", "ss"): value for word, value in found.items() if "ß" in word}
    return found


def _joined(language: str, ten: str, unit: str) -> str:
    if language == "de":
        return f"{unit}und{ten}"
    if language == "nl":
        return f"{unit}en{ten}"
    return (ten[:-1] if unit[0] in "aeiou" else ten) + unit  # "ventuno"


def _hundreds(language: str, small: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    hundred, units = _HUNDRED[language], _UNITS[language].split()
    for number in range(1, 10):
        for lead in {units[number - 1], ""} if number == 1 else {units[number - 1]}:
            yield lead + hundred, number * 100
            for word, value in small.items():
                yield lead + hundred + word, number * 100 + value
                if language != "it":
                    yield (
                        f"{lead}{hundred}{'und' if language == 'de' else 'en'}{word}",
                        (number * 100 + value),
                    )


@lru_cache(maxsize=4)
def compounds(language: str) -> Mapping[str, float]:
    """List the numbers of more than one part that a language writes together.

    Args:
        language: ISO 639-1 code.

    Returns:
        Folded word → value, below a hundred thousand in round hundreds; empty where the
        language writes its numbers apart.
    """
    if language not in _UNITS:
        return {}
    small = _below_hundred(language)
    hundreds = dict(_hundreds(language, small))
    found: dict[str, float] = {**small, **hundreds}
    round_hundreds = {word: value for word, value in hundreds.items() if value % 100 == 0}
    for word, value in [*small.items(), *round_hundreds.items()]:
        lead = word + _THOUSAND[language]
        found[lead] = value * 1000
        found |= {lead + rest: value * 1000 + more for rest, more in round_hundreds.items()}
    if language in _HALF:
        found |= {
            word + _HALF[language]: value + 0.5 for word, value in small.items() if value < 13
        }
    # "ein", "uno" and the like alone are articles too: the short list of words has them
    return {word: value for word, value in found.items() if value > 1}
