"""Units of measure, counting units and currencies: spelling in, canonical unit out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from deepsearch.understanding.lexicon import Trie, load_data, split_spellings, word_set
from deepsearch.understanding.text import Tokens

__all__ = ["TIME_DAYS", "Unit", "convert", "letter_of_name", "unit_at", "unit_trie"]

TIME_DAYS = {"s": 1 / 86400}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as found in a text.

    Attributes:
        dimension: "length", "mass", "count", "money" ...
        factor: What a value is multiplied by to be in `canonical`.
        canonical: The canonical unit of the dimension, or the count/currency itself.
        offset: Added after multiplying (temperatures).
        raw: The folded spelling matched.
        last: Token after the unit.
    """

    dimension: str
    factor: float
    canonical: str
    offset: float = 0.0
    raw: str = ""
    last: int = 0


def _temperature(factor: object) -> tuple[float, float]:
    if factor == "F":
        return 5 / 9, -160 / 9
    if factor == "K":
        return 1.0, -273.15
    return 1.0, 0.0


@lru_cache(maxsize=1)
def unit_trie() -> Trie:
    """Build the trie of every unit, counting unit and currency, once."""
    trie = Trie()
    for dimension, table in load_data("units").items():
        for factor, packed in table["units"]:
            scale, offset = (
                _temperature(factor) if dimension == "temperature" else (float(factor), 0.0)
            )
            unit = Unit(dimension, scale, table["canonical"], offset)
            for spelling in split_spellings(packed):
                trie.add(spelling, "unit", unit)
    for canonical, packed in load_data("counts")["count"].items():
        for spelling in split_spellings(packed):
            trie.add(spelling, "unit", Unit("count", 1.0, canonical))
    for code, packed in load_data("money")["currency"].items():
        for spelling in split_spellings(packed):
            trie.add(spelling, "unit", Unit("money", 1.0, code))
    for code, packed in load_data("money")["hundredth"].items():
        for spelling in split_spellings(packed):
            trie.add(spelling, "unit", Unit("money", 0.01, code))
    return trie


def convert(value: float, unit: Unit) -> float:
    """Convert a value to the canonical unit, rounded to 9 significant digits.

    Args:
        value: Value in `unit`.
        unit: The unit found.

    Returns:
        The value in `unit.canonical`.
    """
    result = value * unit.factor + unit.offset
    return float(f"{result:.9g}")


# Spellings that are also words: they count only glued to the number, or before a boundary.
_RISKY = word_set("unit", "risky")
_BAR_GOODS = word_set("unit", "bar_goods")
_KELVIN = 4  # digits of a colour temperature
_UPPER_GLUED = {"a": "A", "c": "C", "f": "F", "n": "N", "k": "K", "b": "B", "p": "P"}
_AFTER_IN = word_set("unit", "after_inch")
_SHIRTS = word_set("unit", "shirts")
_MEASURED = word_set("unit", "measured")
_HYPHENED = frozenset("mgkм")  # a metre, a gram and a thousand are written so before a word
_COMPOUNDING = frozenset({"de", "nl"})
_ABBREVIATED = frozenset({("n", "."), ("s", "."), ("w", "."), ("w", "/")})
# Currencies whose code in small letters is a word.
_CODES_OR_WORDS = frozenset({"rm", "php", "try", "cop", "pen", "ars", "ron"})
_FOREIGN_ARTICLES = word_set("unit", "articles")


def unit_at(tokens: Tokens, index: int, language: str) -> tuple[Unit, ...]:
    """Find the unit that begins at a token, in every sense it may have.

    Args:
        tokens: The text.
        index: Token right after a number.
        language: Language of the text.

    Returns:
        The longest match's senses; empty if there is none.
    """
    if index >= len(tokens):
        return ()
    match = unit_trie().longest(tokens, index)
    if (
        match is not None
        and tokens.kinds[match.last - 1] == "n"
        and not tokens.glued(match.last - 1)
    ):
        match = unit_trie().longest(tokens, index, match.last - 1)  # "7m 3m" is no volume
    if match is None:
        return ()
    alone = match.last == index + 1
    if alone and (_other_word(tokens, index, language) or not _believable(tokens, index, language)):
        return ()
    last = match.last
    if (
        tokens.kinds[last - 1] == "w"
        and last < len(tokens)
        and tokens.kinds[last] == "n"
        and tokens.glued(last)
        and tokens.words[last - 1] in _RISKY
    ):
        return ()  # "m10" is a code; "12v4" a unit and a new term
    compound = (  # "20 roll-up doors"
        tokens.words[last : last + 1] == ["-"]
        and tokens.glued(last)
        and tokens.kinds[last + 1 : last + 2] == ["w"]
        and tokens.glued(last + 1)
    )
    units = []
    for _, value in match.payloads:
        if not isinstance(value, Unit) or (compound and value.dimension == "count"):
            continue
        units.append(
            Unit(
                value.dimension,
                _cased(tokens, index, value),
                value.canonical,
                value.offset,
                tokens.folded[tokens.starts[index] : tokens.ends[last - 1]],
                last,
            )
        )
    raw = tokens.text[tokens.starts[index] : tokens.ends[index]]
    if len(units) > 1 and raw[0] == "D" and tokens.glued(index):
        units.sort(key=lambda unit: unit.dimension != "denier")
    if len(units) > 1 and raw in ("MT", "MTS", "Mt"):
        named = index > 1 and tokens.kinds[index - 2] == "w" and not tokens.glued(index)
        if named and tokens.text[tokens.starts[index - 2]].isupper():
            return ()  # "CF Moto 450 MT"
        units.sort(key=lambda unit: unit.dimension != "mass")
    return tuple(units)


def _other_word(tokens: Tokens, index: int, language: str) -> bool:
    """As in "1st choice", "drei und vier" (unidades elsewhere), "60 bar stools"."""
    word, following = tokens.words[index], tokens.words[index + 1 : index + 2]
    ordinal = (language, word) in (("en", "st"), ("de", "und"), ("en", "mq"))
    bar = word == "bar" and bool(set(following) & _BAR_GOODS)
    return ordinal or bar or _abbreviated(tokens, index) or _of_name(tokens, index, language)


def _abbreviated(tokens: Tokens, index: int) -> bool:
    """As in "3128 N.Roosevelt Blvd", "81-83 W/AC": north, with."""
    word, sign = tokens.words[index], tokens.word(index + 1)
    if (word, sign) not in _ABBREVIATED or tokens.glued(index):
        return False
    text, starts = tokens.text, tokens.starts
    named = tokens.kinds[index + 2 : index + 3] == ["w"] and text[starts[index + 2]].isupper()
    return named and tokens.glued(index + 1) and tokens.glued(index + 2)


def letter_of_name(tokens: Tokens, index: int) -> bool:
    """Whether a letter begins a name, as in "T-shirts", "T恤", "V-neck sweaters", "X-ray"."""
    named = _word_named(tokens, index)
    word = named > index + 1 and tokens.kinds[named] == "w" and tokens.word(named) not in _MEASURED
    return _shirt(tokens, index) or (word and len(tokens.words[index]) == 1)


def _word_named(tokens: Tokens, index: int) -> int:
    """The token behind a letter, or behind the hyphen that ties it to the letter."""
    after = index + 1
    hyphen = tokens.word(after) == "-" and tokens.glued(after) and tokens.glued(after + 1)
    return after + 1 if hyphen else after


def _shirt(tokens: Tokens, index: int) -> bool:
    return tokens.words[index] == "t" and tokens.word(_word_named(tokens, index)) in _SHIRTS


def _of_name(tokens: Tokens, index: int, language: str) -> bool:
    """Whether a letter is no unit but begins a name; "10 m-long" and "20 t-Kran" are units."""
    if not letter_of_name(tokens, index):
        return False
    spaced = tokens.words[index] not in _HYPHENED and not tokens.glued(index)
    return _shirt(tokens, index) or (spaced and language not in _COMPOUNDING)


def _cased(tokens: Tokens, index: int, unit: Unit) -> float:
    """Tell milli from mega where only the case says so."""
    raw = tokens.text[tokens.starts[index] : tokens.ends[index]]
    if unit.dimension == "power" and raw.upper() == "MW":
        return 1e6 if raw[0] == "M" else 1e-3
    if unit.dimension == "pressure" and raw == "mPa":
        return 1e-8
    return unit.factor


def _believable(tokens: Tokens, index: int, language: str) -> bool:
    """Whether a spelling that is also a word stands for its unit here."""
    word = tokens.words[index]
    if word not in _RISKY:
        return True
    glued = tokens.glued(index)
    raw = tokens.text[tokens.starts[index]]
    if word == "in":
        following = tokens.words[index + 1] if index + 1 < len(tokens) else "\n"
        return (glued and language == "en") or following in _AFTER_IN or following == "\n"
    if word in _UPPER_GLUED:
        light = word == "k" and glued and len(tokens.words[index - 1]) == _KELVIN  # "4000k"
        return raw == _UPPER_GLUED[word] or light or (glued and word == "a" and language == "en")
    if word in _FOREIGN_ARTICLES:
        return glued
    if word in _CODES_OR_WORDS or word == "ch":
        return raw.isupper() == (word != "ch")  # CH is a channel
    article = word == "l" and not glued and language in ("fr", "it")  # "l'acier"
    return word != "#" and not (article and tokens.folded.startswith("'", tokens.ends[index]))
