"""Words of a text as an index of words sees them.

| in the text | tokens |
|---|---|
| `Washing Machines` | washing machine |
| `ISO-9001`, `ISO 9001`, `iso9001` | [iso9001] iso 9001 |
| `FTL35U` | ftl35u ftl 35 |
| `M8x40` | m8x40 m8 40 |
| `1/4`, `2.5`, `1,000` | 1/4 · 2.5 · 1000 |
| `T-shirt` | tshirt t shirt |
| `Geschirrspüler` | geschirrspuler |
| `不锈钢` | 不锈 锈钢 |

The rules are of form, not of vocabulary, and are the same for a listing and a query: case
and accents are folded; English plurals lose their s; a word with digits is kept whole
(without its hyphens) and in the parts where letters and digits meet; scripts written
without spaces give overlapping pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["STOP_WORDS", "TOKENISER_VERSION", "singular", "tokenise"]

TOKENISER_VERSION = 1
"""Part of an index's identity: texts and queries must be cut alike."""

# Han, kana, Hangul syllables, Thai, Lao, Khmer, Myanmar: written without spaces between words,
# or (Hangul) with particles glued to them.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_CHUNK = re.compile(
    rf"[{_UNSPACED}]+"
    rf"|[^\W_{_UNSPACED}]+(?:[-‐‑–./,'’+&][^\W_{_UNSPACED}]+)*"
)
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_COMBINING = re.compile("[\u0300-\u036f]+")
# A point or comma between digits is part of the number.
_PARTS = re.compile(r"[-‐‑–/'’+&]|(?<!\d)[.,]|[.,](?!\d)")
_FRACTION = re.compile(r"\d+/\d+")
_DECIMAL = re.compile(r"\d+\.\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")  # 1,000 and 1,00,000
_RUNS = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
_TIMES = re.compile(r"(?<=\d)x(?=\d)")
_SHORT = 2
_LONGEST = 64  # beyond it a chunk is data, not a word

STOP_WORDS = frozenset(
    """a an and are as at be been being but by could did do does for from had has have he her
    his how i if in into is it its just may me more most my no nor not of on only or other our
    ours over please s shall she should so some such than that the their them then there these
    they this those to too under until very was we were what when where which while who whom
    whose why will with would you your yours""".split()  # noqa: SIM905
)
"""English words of grammar. Rare in terse listings, they would weigh much in a query that is
a sentence; no word here names a thing, a property or a measure."""


def tokenise(text: str) -> list[str]:
    """Cut a text into tokens, in their order, repeated as often as they occur.

    Args:
        text: Any text.

    Returns:
        Tokens; none from a text without words.
    """
    tokens: list[str] = []
    for chunk in _CHUNK.findall(_folded(text)):
        tokens.extend(_analysed(chunk))
    return tokens


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    spread = spread.replace("\u2044", "/").replace("×", "x")  # of ½ and its like; of sizes
    # Only accents of alphabets go: kana and Hangul are composed again.
    return unicodedata.normalize("NFC", _COMBINING.sub("", spread))


@lru_cache(maxsize=200_000)
def _analysed(chunk: str) -> tuple[str, ...]:
    if len(chunk) > _LONGEST:
        chunk = chunk[:_LONGEST]
    if _IS_UNSPACED.match(chunk):
        return tuple(chunk[i : i + 2] for i in range(max(1, len(chunk) - 1)))
    if _GROUPED.fullmatch(chunk):
        return (chunk.replace(",", ""),)
    if _FRACTION.fullmatch(chunk) or _DECIMAL.fullmatch(chunk):
        return (chunk,)
    if chunk.endswith(("'s", "’s")):
        chunk = chunk[:-2]
    pieces = [piece for piece in _PARTS.split(chunk) if piece]
    if any(character.isdigit() for character in chunk):
        return _code(chunk, pieces)
    tokens = [token for piece in pieces if (token := singular(piece)) not in STOP_WORDS]
    # Of "t-shirt" and "e-bike" the parts alone mean little; "stainless-steel" is two words.
    if len(pieces) > 1 and min(map(len, pieces)) <= _SHORT:
        tokens.insert(0, singular("".join(pieces)))
    return tuple(tokens)


def _code(chunk: str, pieces: list[str]) -> tuple[str, ...]:
    """A code whole, and its parts: by separators, then "x" of sizes, then letters and digits."""
    lettered = any(character.isalpha() for character in chunk)
    # "ISO-9001" is written without its hyphen too; "5-10" and "1/4" are not.
    found = dict.fromkeys(["".join(pieces) if lettered else chunk])
    for piece in pieces:
        found.setdefault(piece)
        for size in _TIMES.split(piece):
            found.setdefault(size)
            runs = _RUNS.findall(size)
            if len(runs) > 1:
                found.update(dict.fromkeys(run for run in runs if len(run) >= _SHORT))
    return tuple(found)


def singular(word: str) -> str:
    """Take the s off an English plural; other words, and other languages', mostly stay.

    Args:
        word: A folded word.

    Returns:
        "batteries" → "battery", "boxes" → "box", "glass" → "glass".

    Source: Harman, "How effective is suffixing?", JASIS 1991 (the S stemmer), and the
    plurals in -xes, -ches, -shes, -sses.
    """
    if len(word) <= 3 or not word.endswith("s") or not word.isascii():
        return word
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if not word.endswith(("us", "ss")):
        return word[:-1]
    return word
