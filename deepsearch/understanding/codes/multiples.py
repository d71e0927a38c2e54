"""How many of a part, said in a word: "two-stage", "16 tooth", "dreireihig", 双头, 3口."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import load_data, split_spellings
from deepsearch.understanding.text import fold

__all__ = ["multiples"]

_ENDINGS = {
    "de": "(?:e[rsnm]?)?",
    "ru": "(?:ый|ий|ой|ая|ое|ые|ого|ую|ым|ой|ых|ыми)",
}
_GLUED = frozenset({"zh", "ja"})
_MOST = 60  # what is more may be a name or an order: "2811 pin"


@lru_cache(maxsize=16)
def _reader(language: str) -> tuple[re.Pattern[str], dict[str, int], dict[str, str]] | None:
    """What finds a language's words, its numbers and the attribute of each noun or stem."""
    data = load_data("multiples")
    said = (item.split("=") for item in split_spellings(data["number"].get(language, "")))
    numbers = {fold(word): int(value) for word, value in said}
    tables = {
        "noun": _nouns(data["noun"], language),
        "hyphened": _nouns(data["hyphened"], language),
    }
    if not numbers:
        return None
    number = rf"(\d{{1,2}}|{_either(numbers)})"
    ending = _ENDINGS.get(language, "")
    noun = _either(tables["noun"])
    if language in _GLUED:
        found = rf"(?<![\d一二三四五六七八九十百千第])(?<!\d[.,]){number}({noun})"
    elif language == "en":
        after = rf"-(?:{noun}|{_either(tables['hyphened'])})| (?:{noun})"
        found = rf"(?<![\w.,/*-]){number}({after})(?![\w'])(?! \d)"
    else:
        found = rf"(?<![\w.,/*-]){number}-?({noun}){ending}(?!\w)"
    return re.compile(found), numbers, tables["noun"] | tables["hyphened"]


def _nouns(table: dict[str, dict[str, str]], language: str) -> dict[str, str]:
    return {
        fold(noun): name
        for name, spellings in table.items()
        for noun in split_spellings(spellings.get(language, ""))
    }


def _either(words: dict[str, object] | dict[str, int] | dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def multiples(state: Codes) -> None:
    """Read every word that says how many of a part the thing has, and mark it as spoken for.

    Args:
        state: The text.
    """
    reader = _reader(state.scan.language)
    if reader is None:
        return
    pattern, numbers, names = reader
    starts, ends = state.tokens.starts, state.tokens.ends
    for found in pattern.finditer(state.tokens.folded):
        first = bisect_left(starts, found.start())
        last = bisect_left(ends, found.end()) + 1
        whole = first < len(starts) and starts[first] == found.start()
        if not whole or ends[last - 1] != found.end() or not state.scan.free(first, last):
            continue
        count = numbers.get(found[1]) or int(found[1])
        phrase = state.scan.match_of(first)
        known = phrase is not None and phrase.last > first + 1
        named = state.scan.has(first - 1, "colour")  # "黑白两色" names them
        keyed = first > 0 and state.tokens.words[first - 1] == ":"  # "Gears: 27 speed", "Needle: 2"
        if known or named or keyed or not 1 < count <= _MOST:
            continue
        name = names[found[2].lstrip("- ")]
        state.add(Draft(name, "eq", float(count), None, first, last, 0.7))
