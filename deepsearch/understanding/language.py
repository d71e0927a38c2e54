"""Which language a text is written in: by script, then by its small words."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.lexicon import load_data, split_spellings
from deepsearch.understanding.text import Tokens, fold

__all__ = ["LANGUAGES", "detect", "lexicon_languages"]

LANGUAGES = ("en", "zh", "de", "es", "fr", "pt", "it", "ru", "ar", "ja", "nl", "tr", "pl")
# Characters in a form that only Japanese uses.
_JAPANESE_HAN = frozenset(
    "円込売単図発広気検済経鉄駅県沢対応帯価圧乗変両伝処効収増実届払択拠毎浄焼産畳縁聴蔵薬転軽黒騒録険駆納"
)
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


@lru_cache(maxsize=1)
def _small_words() -> dict[str, tuple[tuple[str, float], ...]]:  # noqa: C901, PLR0912
    """Word → (language, weight): the rarer among languages, the heavier."""
    seen: dict[str, dict[str, float]] = {}
    cues = load_data("cues")
    weights = {
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
    }
    for kind, weight in weights.items():
        for spellings in cues[kind].values():
            for language, packed in spellings.items():
                for phrase in split_spellings(packed):
                    if language != "x" and " " not in phrase:
                        word = fold(phrase.rstrip("~*"))
                        known = seen.setdefault(word, {})
                        known[language] = max(known.get(language, 0.0), weight)
    for name, kinds in (
        ("fields", ("field", "textfield")),
        ("values", ("colour", "material", "form", "part")),
        ("trade", ("custom",)),
    ):
        for kind in kinds:
            for spellings in load_data(name)[kind].values():
                for language, packed in spellings.items():
                    for phrase in split_spellings(packed):
                        if language != "x" and " " not in phrase:
                            seen.setdefault(fold(phrase.rstrip("~*")), {}).setdefault(language, 0.7)
    for packed_language, packed in load_data("numbers")["month"].items():
        for month in split_spellings(packed):
            seen.setdefault(fold(month), {}).setdefault(packed_language[:2], 0.8)
    return {
        word: tuple((language, weight / len(known)) for language, weight in known.items())
        for word, known in seen.items()
    }


def _by_script(text: str) -> str | None:  # noqa: C901, PLR0912
    counts = {"ja": 0, "zh": 0, "ru": 0, "ar": 0, "ko": 0, "th": 0, "he": 0, "el": 0, "latin": 0}
    for char in text[:4000]:
        if "a" <= char <= "z" or "A" <= char <= "Z":
            counts["latin"] += 1
        elif "\u3040" <= char <= "\u30ff" or char in _JAPANESE_HAN:
            counts["ja"] += 2
        elif "\u4e00" <= char <= "\u9fff":
            counts["zh"] += 2
        elif "\u0400" <= char <= "\u04ff":
            counts["ru"] += 1
        elif "\u0600" <= char <= "\u06ff":
            counts["ar"] += 1
        elif "\uac00" <= char <= "\ud7af":
            counts["ko"] += 2
        elif "\u0e00" <= char <= "\u0e7f":
            counts["th"] += 1
        elif "\u0590" <= char <= "\u05ff":
            counts["he"] += 1
        elif "\u0370" <= char <= "\u03ff" and char not in "μΩΦφø":
            counts["el"] += 1
    if counts["ja"] >= 2 and counts["ja"] * 45 >= counts["zh"]:
        return "ja"
    best = max((k for k in counts if k != "latin"), key=lambda k: counts[k])
    # A Latin specification pasted under one foreign sentence does not change the language.
    if counts[best] >= 4 and counts[best] * 5 >= counts["latin"]:
        return best
    if counts[best] >= 12:
        return best
    return None


def _latin_scores(text: str, tokens: Tokens) -> dict[str, float]:
    scores = dict.fromkeys(_LATIN, 0.0)
    scores["en"] = 0.1
    words = _small_words()
    for index, word in enumerate(tokens.words[:400]):
        if tokens.kinds[index] != "w":
            continue
        for language, weight in words.get(word, ()):
            if language in scores:
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
