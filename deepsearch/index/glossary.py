"""English names for what a request names in another language, where listings are in English.

```python
translated("aspirateur eau et poussière", "fr").text      # "vacuum cleaner wet and dry"
translated("大疆 Mavic 云台排线", "zh").text               # "dji Mavic gimbal flex cable"
```

A glossary, not a translator: names of goods, parts, materials and processes, word for word.
What it does not know (brands, models, numbers, rarer words) stays as it is written. Six
languages: Chinese, German, Spanish, French, Portuguese, Italian.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

__all__ = ["GLOSSARY_LANGUAGES", "Glossary", "Translation", "load_glossary", "translated"]

GLOSSARY_LANGUAGES = ("zh", "de", "es", "fr", "pt", "it")

_FILE = Path(__file__).parent / "data" / "glossary.tsv"
_LONGEST_NAME = 5  # words
_LONGEST_HAN = 8  # characters
_LEAST_STEM = 3
# For reading a text as another language than stated: share known, and more of it by.
_LEAST_SHARE = 0.5
_LEAST_GAIN = 0.2

_WORD = re.compile(r"\d[\w.,/]*\w|\w+")
_HAN = re.compile("[\u3400-\u9fff]+")
_HAN_GRAMMAR = frozenset("的和与用及或带")
# Words of grammar, and of asking for something; they name nothing.
_GRAMMAR: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "der die das den dem des ein eine einen einem einer eines und oder mit fur aus von "
        "vom zum zur im in am an auf bei als zu wir ich suche suchen brauchen benotigen mochten "
        "kaufen",
        "es": "de del la el las los un una unos unas y o con para por en al a que se su necesito "
        "necesitamos busco buscamos comprar quiero queremos",
        "fr": "de du des la le les l d un une et ou avec pour par en au aux a que qui sur je nous "
        "cherche cherchons besoin acheter recherche recherchons",
        "pt": "de do da dos das o a os as um uma e ou com para por em no na nos nas ao que "
        "preciso precisamos procuro procuramos comprar",
        "it": "di del della dei delle il lo la i gli le l un una uno e o con per da in al alla "
        "che cerco cerchiamo comprare",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Translation:
    """A text with the names of it that are known in English.

    Attributes:
        text: English for what is known, the original for what is not.
        share: How much of the text's words (characters, in Chinese) was known, 0..1; words
            of grammar and numbers are not counted.
        language: The language it was read in.
    """

    text: str
    share: float
    language: str


@dataclass(frozen=True, slots=True)
class Glossary:
    """Names of one language.

    Attributes:
        language: Its ISO 639-1 code.
        names: Stems of a name's words → English; Chinese names are one string each.
    """

    language: str
    names: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def translate(self, text: str) -> Translation:
        """Put English for every name of a text that is known, longer names first.

        Args:
            text: Any text.

        Returns:
            The translation; of share 0, and the text unchanged, where nothing was known.
        """
        words, known, counted = (
            self._chinese(text) if self.language == "zh" else self._alphabetic(text)
        )
        if not known:
            return Translation(text, 0.0, self.language)
        return Translation(" ".join(words), known / counted, self.language)

    def _chinese(self, text: str) -> tuple[list[str], int, int]:
        """English words, characters known, characters in all; what is not Chinese stays."""
        out: list[str] = []
        known = counted = end = 0
        for match in _HAN.finditer(text):
            out += text[end : match.start()].split()
            run, end = match[0], match.end()
            at = 0
            while at < len(run):
                name, length = self._longest(
                    [run[at : at + n] for n in range(min(_LONGEST_HAN, len(run) - at), 0, -1)]
                )
                if name is not None:
                    out.append(name)
                elif run[at] in _HAN_GRAMMAR:
                    counted -= 1
                known += length
                counted += max(1, length)
                at += max(1, length)
        return out + text[end:].split(), known, max(1, counted)

    def _longest(self, candidates: Iterable[str]) -> tuple[str | None, int]:
        for candidate in candidates:
            name = self.names.get((candidate,))
            if name is not None:
                return name, len(candidate)
        return None, 0

    def _alphabetic(self, text: str) -> tuple[list[str], int, int]:
        """English words, words known, words in all."""
        grammar = _GRAMMAR[self.language]
        words = [(word, _folded(word)) for word in _WORD.findall(text)]
        words = [(word, folded) for word, folded in words if folded not in grammar]
        stems = [_stem(folded, self.language) for _, folded in words]
        out: list[str] = []
        known = counted = at = 0
        while at < len(words):
            for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
                name = self.names.get(tuple(stems[at : at + length]))
                if name is not None:
                    out.append(name)
                    known += length
                    counted += length
                    at += length
                    break
            else:
                word, folded = words[at]
                parts = self._compound(folded) if self.language == "de" else ()
                out += parts or [word]
                known += bool(parts)
                counted += bool(parts) or not any(c.isdigit() for c in word)
                at += 1
        return out, known, max(1, counted)

    def _compound(self, word: str) -> tuple[str, ...]:
        """Names a German word is joined of, the longest first part that leaves a known rest."""
        for cut in range(len(word) - _LEAST_STEM, _LEAST_STEM - 1, -1):
            first = self._part(word[:cut])
            if first is None:
                continue
            last = self._part(word[cut:])
            rest = (last,) if last is not None else self._compound(word[cut:])
            if rest:
                return first, *rest
        return ()

    def _part(self, piece: str) -> str | None:
        """The name of a compound's part; an s, n or en may join it to the next."""
        for joint in ("", "s", "n", "en"):
            if piece.endswith(joint) and len(piece) - len(joint) >= _LEAST_STEM:
                bare = piece.removesuffix(joint)
                name = self.names.get((_stem(bare, "de"),)) or self.names.get((bare,))
                if name is not None:
                    return name
        return None


def translated(text: str, language: str) -> Translation:
    """Translate a text, in the language that knows most of it.

    Short texts of related languages are easily mistaken for each other, so those of the
    alphabetic ones are compared; another than the stated is taken only if it knows clearly
    more.

    Args:
        text: Any text.
        language: ISO 639-1 code it is thought to be in. English, and languages without a
            glossary, leave the text as it is.

    Returns:
        The translation; of share 0 where nothing was known.
    """
    if language not in GLOSSARY_LANGUAGES:
        return Translation(text, 0.0, language)
    glossaries = load_glossary()
    stated = glossaries[language].translate(text)
    if language == "zh":
        return stated
    others = [glossaries[code].translate(text) for code in _GRAMMAR if code != language]
    best = max(others, key=lambda other: other.share)
    return best if best.share >= max(_LEAST_SHARE, stated.share + _LEAST_GAIN) else stated


@lru_cache(maxsize=1)
def load_glossary() -> Mapping[str, Glossary]:
    """Read the glossary of the package, once.

    Returns:
        Language → glossary.
    """
    lines = [
        line
        for line in _FILE.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    languages = lines[0].split("\t")[1:]
    names: dict[str, dict[tuple[str, ...], str]] = {language: {} for language in languages}
    for line in lines[1:]:
        english, *columns = line.split("\t")
        for language, column in zip(languages, columns, strict=True):
            for alternative in filter(None, column.split("|")):
                names[language].setdefault(_key(alternative, language), english)
    return {language: Glossary(language, own) for language, own in names.items()}


def _key(name: str, language: str) -> tuple[str, ...]:
    if language == "zh":
        return (name.casefold(),)
    folded = [_folded(word) for word in _WORD.findall(name)]
    # As in a query, words of grammar are passed over.
    content = [word for word in folded if word not in _GRAMMAR[language]]
    return _stems(content or folded, language)


def _stems(words: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(_stem(word, language) for word in words)


def _folded(word: str) -> str:
    spread = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe"))
    return "".join(character for character in spread if not unicodedata.combining(character))


def _stem(word: str, language: str) -> str:
    """Take off what number, gender and case add, roughly and the same for both sides."""
    if len(word) <= _LEAST_STEM:
        return word
    if language == "de":
        for ending in ("en", "er", "em", "es", "e", "n", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
                return word.removesuffix(ending)
        return word
    if word[-1] in "sx":
        word = word[:-1]
    if len(word) > _LEAST_STEM and word[-1] in "aeio":
        word = word[:-1]
    return word
