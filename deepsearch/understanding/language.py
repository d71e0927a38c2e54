"""Which language a text is written in: by script, then by its small words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from deepsearch.understanding.lexicon import load_data, split_spellings
from deepsearch.understanding.text import Tokens, fold

__all__ = ["LANGUAGES", "detect", "lexicon_languages"]

LANGUAGES = ("en", "zh", "de", "es", "fr", "pt", "it", "ru", "ar", "ja", "nl", "tr", "pl")
# Characters in a form that only Japanese uses.
_JAPANESE_HAN = frozenset(
    "円込売単図発広気検済経鉄駅県沢対応帯価圧乗変両伝処効収増実届払択拠毎浄焼産畳縁聴蔵薬満転軽黒騒録険駆納"
)
_SHORT = 3  # letters: so short a word is of many languages
_LATIN = ("en", "de", "es", "fr", "pt", "it", "nl", "tr", "pl")
# Letters as the buyer typed them: folding would hide the accents.
_LETTERS = {
    "ñ": ("es",),
    "¿": ("es",),
    "¡": ("es",),
    "ã": ("pt",),
    "õ": ("pt",),
    "ß": ("de",),
    "ä": ("de",),
    "ö": ("de", "tr"),
    "ü": ("de", "tr", "es"),
    "ğ": ("tr",),
    "ş": ("tr",),
    "ı": ("tr",),
    "ł": ("pl",),
    "ą": ("pl",),
    "ę": ("pl",),
    "ż": ("pl",),
    "ś": ("pl",),
    "ê": ("fr", "pt"),
    "è": ("fr", "it"),
    "ù": ("fr", "it"),
    "ò": ("it",),
    "ì": ("it",),
    "à": ("fr", "it", "pt"),
    "ç": ("fr", "pt", "tr"),
    "œ": ("fr",),
    "î": ("fr",),
    "ë": ("fr", "nl"),
    "é": ("fr", "es", "pt"),
    "ó": ("es", "pl", "pt"),
    "í": ("es", "pt"),
    "á": ("es", "pt"),
    "ú": ("es", "pt"),
}


# What adjectives end in, behind the stems of the lexicons: "apilable~", "verzinkt~".
_ENDINGS = {
    "de": "e er es en em",
    "es": "o a os as s es",
    "fr": "e s es",
    "it": "o a i e",
    "pt": "o a os as s",
    "nl": "e",
}
# How much a word of each kind says about the language it is written in.
_WEIGHTS = {
    "cues": {
        "stop": 1.0,
        "noise": 2.0,
        "buy": 1.6,
        "with": 0.8,
        "join": 0.6,
        "neg": 0.6,
        "cmp": 0.9,
        "must": 0.7,
        "wish": 0.9,
        "for": 0.8,
        "only": 0.7,
        "own": 0.7,
        "supplier": 0.9,
    },
    "fields": {"field": 0.7, "textfield": 0.7},
    "values": {
        "colour": 0.7,
        "material": 0.7,
        "form": 0.7,
        "part": 0.7,
        "feature": 0.7,
        "finish": 0.7,
        "shape": 0.5,
    },
    "trade": {"custom": 0.7, "supplier_type": 0.7},
}


def _weighed() -> Iterator[tuple[str, str, float, bool]]:
    """Folded word, language, weight, and whether it is a cue, of every single word known."""
    for name, kinds in _WEIGHTS.items():
        for kind, weight in kinds.items():
            for spellings in load_data(name)[kind].values():
                for language, packed in spellings.items():
                    for phrase in split_spellings(packed):
                        if language == "x" or " " in phrase:
                            continue
                        stem = fold(phrase.rstrip("~*"))
                        endings = _ENDINGS.get(language, "") if phrase.endswith("~") else ""
                        for ending in ("", *endings.split()):
                            yield stem + ending, language, weight, name == "cues"
    yield from _of_units()
    for language, packed in load_data("numbers")["month"].items():
        for month in split_spellings(packed):
            yield fold(month), language[:2], 0.8, False


def _of_units() -> Iterator[tuple[str, str, float, bool]]:
    """The words for what a price is of: "la unidad", "pro Stück", "al pezzo"."""
    for spellings in load_data("cues")["each"].values():
        for language, packed in spellings.items():
            words = {word for phrase in split_spellings(packed) for word in phrase.split()}
            for word in sorted(words):
                if language != "x" and len(word) > _SHORT:
                    yield fold(word), language, 0.6, False


@lru_cache(maxsize=1)
def _small_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word → (language, weight): the rarer among languages, the heavier."""
    seen: dict[str, dict[str, float]] = {}
    for word, language, weight, cue in _weighed():
        known = seen.setdefault(word, {})
        if cue:
            known[language] = max(known.get(language, 0.0), weight)
        else:
            known.setdefault(language, weight)
    return {
        word: tuple((language, weight / len(known)) for language, weight in known.items())
        for word, known in seen.items()
    }


# Script → (first and last character, what one character counts beside Latin letters).
_SCRIPTS = (
    ("ja", "\u3040", "\u30ff", 2),
    ("zh", "\u4e00", "\u9fff", 2),
    ("ru", "\u0400", "\u04ff", 1),
    ("ar", "\u0600", "\u06ff", 1),
    ("ko", "\uac00", "\ud7af", 2),
    ("th", "\u0e00", "\u0e7f", 1),
    ("he", "\u0590", "\u05ff", 1),
    ("el", "\u0370", "\u03ff", 1),
)


@lru_cache(maxsize=4096)
def _script(char: str) -> tuple[str, int] | None:
    if "a" <= char <= "z" or "A" <= char <= "Z":
        return "latin", 1
    if char in _JAPANESE_HAN:
        return "ja", 2
    for name, first, last, weight in _SCRIPTS:
        if first <= char <= last:
            return None if char in "μΩΦφø" else (name, weight)
    return None


def _by_script(text: str) -> str | None:
    counts = dict.fromkeys(("ja", "zh", "ru", "ar", "ko", "th", "he", "el", "latin"), 0)
    for char in text[:4000]:
        found = _script(char)
        if found is not None:
            counts[found[0]] += found[1]
    if counts["ja"] >= 2 and counts["ja"] * 45 >= counts["zh"]:
        return "ja"
    best = max((k for k in counts if k != "latin"), key=lambda k: counts[k])
    # A Latin specification pasted under one foreign sentence does not change the language.
    if counts[best] >= 12 or (counts[best] >= 4 and counts[best] * 5 >= counts["latin"]):
        return best
    return None


def _latin_scores(text: str, tokens: Tokens) -> dict[str, float]:
    scores = dict.fromkeys(_LATIN, 0.0)
    scores["en"] = 0.1
    words = _small_words()
    shouted = text[:3000].isupper()
    for index, word in enumerate(tokens.words[:400]):
        if tokens.kinds[index] != "w":
            continue
        raw = tokens.raw(index, index + 1)
        # BIS is no German "until", "pièce" no English piece.
        acronym = len(raw) > 1 and raw.isupper() and not shouted
        foreign = not raw.isascii()
        for language, weight in words.get(word, ()):
            if language in scores and not (foreign if language == "en" else acronym):
                scores[language] += weight
    lowered = text[:3000].lower()
    for letter, languages in _LETTERS.items():
        count = min(3, lowered.count(letter))
        for language in languages:
            scores[language] += count * 0.8 / len(languages)
    return scores


def detect(text: str, tokens: Tokens) -> tuple[str, tuple[str, ...]]:
    """Guess the language, and which lexicons to read the text with.

    Args:
        text: The text.
        tokens: Its tokens.

    Returns:
        ISO 639-1 code, and the lexicon languages (English always among them, because
        specifications are pasted in English everywhere).
    """
    script = _by_script(text)
    if script is not None:
        return script, lexicon_languages(script)
    scores = _latin_scores(text, tokens)
    ranked = sorted(scores, key=lambda k: (-scores[k], k != "en", k))
    first, second = ranked[0], ranked[1]
    if (
        first == "en"
        and second != "en"
        and scores[second] > 0.75 * scores[first]
        and scores[second] > 1.5
    ):
        return first, ("en", second)
    # Neighbours share words; a close second is read too.
    if first != "en" and second != "en" and scores[second] > 0.8 * scores[first]:
        return first, ("en", first, second)
    return first, lexicon_languages(first)


def lexicon_languages(language: str) -> tuple[str, ...]:
    """The lexicons a text of one language is read with."""
    if language in LANGUAGES and language != "en":
        return ("en", language)
    return ("en",)
