"""Numbers as people write them: 1.000 or 1,000, 3,00,008.99, 2,5, ten thousand, 一万二."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deepsearch.understanding.digits import read_digits
from deepsearch.understanding.lexicon import load_data, word_list, word_set
from deepsearch.understanding.number_words import compounds
from deepsearch.understanding.text import Tokens, fold

__all__ = ["Atom", "NumberReader"]

_SPACE_GROUPS = frozenset({"fr", "ru", "pl", "pt", "es", "it", "de", "nl"})
_FRACTION = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_LONGEST, _LARGEST = 40, 1e15


@dataclass(frozen=True, slots=True)
class Atom:
    """One number: tokens `first`..`last` (exclusive), and what it may mean.

    Attributes:
        first: First token.
        last: Token after the last.
        value: Its value as a plain quantity.
        count: Its value if it counts things (1.000 pieces are a thousand).
        values: More than one where a bare list was written without spaces: "2,3,5".
        worded: Whether it was spelt out in words.
    """

    first: int
    last: int
    value: float
    count: float
    values: tuple[float, ...] = ()
    worded: bool = False


@lru_cache(maxsize=16)
def _words_of(languages: tuple[str, ...]) -> dict[str, float]:
    table: dict[str, dict[str, Any]] = load_data("numbers")["word"]
    found: dict[str, float] = {}
    for language in languages:
        for word, value in table.get(language, {}).items():
            found.setdefault(fold(word), float(value))
        for word, value in compounds(language).items():
            found.setdefault(word, value)
    return found


@lru_cache(maxsize=16)
def _multipliers(languages: tuple[str, ...]) -> dict[str, float]:
    table: dict[str, dict[str, Any]] = load_data("numbers")["multiplier"]
    found: dict[str, float] = {}
    for language in ("x", *languages):
        for word, value in table.get(language, {}).items():
            found[fold(word)] = float(value)
    return found


@lru_cache(maxsize=1)
def _han() -> tuple[dict[str, int], dict[str, int]]:
    table = load_data("numbers")["han"]
    digits = {"零": 0, "〇": 0}
    digits.update({char: value for value, char in enumerate("一二三四五六七八九", 1)})
    digits.update(table["extra"])
    return digits, dict(table["powers"])


_ABBREVIATED = frozenset({"тыс", "млн", "tsd", "mio", "tys"})
_HALF_JOINS = frozenset({"and", "und", "y", "et", "e", "с", "و", "en"})
_SCORE = frozenset({"vingt", "vingts"})
_HALF, _FOUR, _TWENTY = 0.5, 4.0, 20.0
_INCHES = word_set("number", "inches")
_PARTED = word_set("number", "parted")
_OF = word_set("number", "links")
_LINKS = {
    **dict.fromkeys(word_list("number", "collective"), _OF),
    "half": frozenset({"a", "an"}),
}
# Number words too common as articles to count alone.
_ARTICLES = word_set("number", "articles")


class NumberReader:
    """Reads a number at a token."""

    def __init__(self, tokens: Tokens, language: str, languages: tuple[str, ...]) -> None:
        """Hold the text and its number conventions."""
        self._tokens = tokens
        self._language = language
        self._words = _words_of(languages)
        self._multipliers = _multipliers(languages)
        self._cjk = language in ("zh", "ja")
        self._known: dict[int, Atom | None] = {}  # each member of a list is asked for again

    def at(self, index: int) -> Atom | None:
        """Read the number that begins at a token, or None if none does, or an absurd one."""
        if index not in self._known:
            self._known[index] = self._believed(index)
        return self._known[index]

    def _believed(self, index: int) -> Atom | None:
        if self._tokens.ends[index] - self._tokens.starts[index] > _LONGEST:
            return None
        atom = self._read(index)
        return (
            atom
            if atom is not None and abs(atom.value) < _LARGEST and atom.count < _LARGEST
            else None
        )

    def _read(self, index: int) -> Atom | None:
        kind = self._tokens.kinds[index]
        if kind == "n":
            return self._digits(index)
        if kind == "c" and self._cjk:
            return self._han_number(index)
        if kind == "w":
            return self._worded(index)
        word = self._tokens.words[index]
        if word in _FRACTION:
            return Atom(index, index + 1, _FRACTION[word], _FRACTION[word])
        return None

    def _digits(self, index: int) -> Atom:
        tokens = self._tokens
        value, count, members = read_digits(tokens.words[index], self._language)
        last = index + 1
        last, value, count = self._space_groups(index, last, value, count)
        last, value = self._fraction(last, value)
        count = count if value != int(value) or count > value else max(count, value)
        scaled = self._multiplier(last)
        if scaled is not None:
            last, factor = scaled
            value, count = value * factor, value * factor
        return Atom(index, last, value, count, members)

    def _space_groups(
        self, index: int, last: int, value: float, count: float
    ) -> tuple[int, float, float]:
        """Join "8 000" where the language groups by spaces, or the space does not break."""
        tokens = self._tokens
        first = tokens.words[index]
        if len(first) > 3 or not first.isdigit() or first[0] == "0":
            return last, value, count
        digits = first
        while last < min(len(tokens), index + 6) and tokens.kinds[last] == "n":
            gap = tokens.text[tokens.ends[last - 1] : tokens.starts[last]]
            head, _, tail = tokens.words[last].partition(",")
            if (
                len(gap) != 1
                or len(head) != 3
                or (gap == " " and self._language not in _SPACE_GROUPS)
            ):
                break
            if not head.isdigit():
                break
            digits += head
            last += 1
            if tail:
                value = float(digits + "." + tail) if tail.isdigit() else float(digits)
                return last, value, value
        value = float(digits) if last > index + 1 else value
        return last, value, value if last > index + 1 else count

    def _fraction(self, last: int, value: float) -> tuple[int, float]:
        tokens = self._tokens
        if last < len(tokens) and tokens.words[last] in _FRACTION:
            return last + 1, value + _FRACTION[tokens.words[last]]
        if (
            last + 1 < len(tokens)
            and tokens.words[last] == "/"
            and tokens.glued(last)
            and tokens.glued(last + 1)
        ):
            below = tokens.words[last + 1]
            unit = tokens.words[last + 2] if last + 2 < len(tokens) else ""
            if (
                below in ("2", "4", "8", "16", "32", "64")
                and value < float(below)
                and (unit in _INCHES or (unit in _PARTED and value == 1))
            ):
                return last + 2, value / float(below)
        if (
            last + 2 < len(tokens)
            and tokens.kinds[last] == "n"
            and tokens.words[last + 1] == "/"
            and value < 100
        ):
            top, below = tokens.words[last], tokens.words[last + 2]
            if (
                below in ("2", "4", "8", "16", "32", "64")
                and top.isdigit()
                and float(top) < float(below)
            ):
                return last + 3, value + float(top) / float(below)
        return last, value

    def _multiplier(self, last: int) -> tuple[int, float] | None:
        tokens = self._tokens
        if last >= len(tokens):
            return None
        word = tokens.words[last]
        if self._cjk and tokens.kinds[last] == "c":
            _, powers = _han()
            factor = 1.0
            while (
                last < len(tokens)
                and tokens.words[last] in powers
                and powers[tokens.words[last]] >= 100
            ):
                factor *= powers[tokens.words[last]]
                last += 1
            return (last, factor) if factor > 1 else None
        factor = self._multipliers.get(word, 0.0)
        if not factor or (word == "k" and not self._thousands(last)):
            return None
        if word in _ABBREVIATED and tokens.words[last + 1 : last + 2] == ["."]:
            return last + 2, factor  # "2 тыс. штук"
        return last + 1, factor

    def _thousands(self, at: int) -> bool:
        """Whether a k multiplies; 4000K and "3K light" are colour temperatures."""
        tokens = self._tokens
        long = tokens.kinds[at - 1] == "n" and len(tokens.words[at - 1].split(".")[0]) >= 4
        lit = tokens.text[tokens.starts[at]] == "K" and tokens.words[at + 1 : at + 2] == ["light"]
        return tokens.glued(at) and not long and not lit

    def _worded(self, index: int) -> Atom | None:
        tokens, words = self._tokens, self._words
        if tokens.words[index] not in words:
            return None
        total = current = 0.0
        at = index
        while at < min(len(tokens), index + 16):
            value = words.get(tokens.words[at])
            if value is None:
                half = self.half_at(at)
                if not half and not self._goes_on(at, current + total):
                    break
                current, at = current + (_HALF if half else 0.0), half or at + 1
                continue
            if value >= 1000:
                total, current = total + (current or 1.0) * value, 0.0
            else:
                grown = self._grown(current, value, at)
                if grown is None:
                    break
                current = grown
            at += 1
        if at == index + 1 and tokens.words[index] in _ARTICLES:
            return Atom(index, at, 1.0, 1.0, (), True)
        total += current
        return Atom(index, at, total, total, (), True)

    def _goes_on(self, at: int, said: float) -> bool:
        """Whether a small word within a number ties what follows: "and", "couple of"."""
        words = self._tokens.words
        if self._linked(at):
            return True
        following = words[at + 1] if at + 1 < len(words) else ""
        joins = words[at] in ("-", "and", "y", "et", "e", "und") and following in self._words
        return joins and (said >= _TWENTY or following in _SCORE)

    def _grown(self, current: float, value: float, at: int) -> float | None:
        """The number below a thousand, with one more word; None if the word begins another."""
        if value == 100 and 0 < current < 10:
            return current * 100
        if current == _FOUR and self._tokens.words[at] in _SCORE:
            return current * _TWENTY  # "quatre-vingts"
        if value < 1 or (current == 1.0 and value >= 10):
            return (current or 1.0) * value  # "ein halbes", "une vingtaine"
        if current and value >= current:
            return current * 100 + value if self._spoken(current, value, at) else None
        return current + value

    def half_at(self, at: int) -> int:
        """Say where "and a half" ends that begins at a token.

        Args:
            at: Its first token.

        Returns:
            The token after "y media", "с половиной", 半; 0 where none begins.
        """
        words = self._tokens.words
        if at >= len(words):
            return 0
        if self._cjk:
            return at + 1 if words[at] == "半" else 0
        if words[at] not in _HALF_JOINS:
            return 0
        at += 1 + (words[at + 1 : at + 2] in (["a"], ["an"], ["ein"], ["une"], ["un"], ["uma"]))
        return at + 1 if words[at : at + 1] and self._words.get(words[at]) == _HALF else 0

    def _spoken(self, unit: float, tens: float, at: int) -> bool:
        """Whether "two thirty" is 230: before volts."""
        two = unit < 10 and 20 <= tens < 100 and tens % 10 == 0
        return two and self._tokens.words[at + 1 : at + 2] in (["volt"], ["volts"], ["v"])

    def _linked(self, at: int) -> bool:
        """Whether a small word ties a number word to what it counts: "couple of", "half a"."""
        link = _LINKS.get(self._tokens.words[at - 1], frozenset())
        return self._tokens.words[at] in link

    def _han_number(self, index: int) -> Atom | None:
        digits, powers = _han()
        tokens = self._tokens
        if tokens.words[index] not in digits and tokens.words[index] not in ("十", "百", "千"):
            return None
        total = section = 0.0
        number = 0.0
        seen = False
        at = index
        last_power = 1.0
        while at < min(len(tokens), index + 24):
            char = tokens.words[at]
            if char in digits:
                number = (
                    number * 10 + digits[char]
                    if seen and number and last_power == 1.0
                    else float(digits[char])
                )
                seen = True
            elif char in powers:
                power = float(powers[char])
                if power >= 10000:
                    total = (total + section + number) * power
                    section = 0.0
                else:
                    section += (number or 1.0) * power
                number, last_power = 0.0, power
                seen = True
            else:
                break
            at += 1
        return Atom(index, at, total + section + number, total + section + number, (), True)
