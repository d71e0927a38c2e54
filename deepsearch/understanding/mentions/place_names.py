"""Place names: known ones, and runs of capitals."""

from __future__ import annotations

import re

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["capital", "place_at"]


_RUN_ON = re.compile("[a-z]{3}[A-Z][a-z]{3}")
_NO_PLACE = word_set("mention", "no_place")
# Phrases of these kinds are no names, whatever their capitals.
_NO_NAMES = frozenset(
    [
        "noise",
        "stop",
        "buy",
        "field",
        "textfield",
        "certification",
        "payment",
        "incoterm",
        "neg",
        "with",
    ]
)


def place_at(reading: Reading, at: int) -> tuple[str, int, int] | None:
    """A place at a token: known, or a run of capitalised words.

    Args:
        reading: The text being read.
        at: Token where the name should begin.

    Returns:
        The place, its first token and the token after it; None if no name stands there.
    """
    if at >= len(reading.tokens) or reading.scan.used[at] or reading.word(at) in _NO_PLACE:
        return None
    match = reading.scan.match_of(at)
    if match is not None and match.first == at:
        kinds = dict(reversed(match.payloads))
        if "place" in kinds or "country" in kinds:
            name = kinds.get("place") or reading.scan.raw(at, match.last)
            return str(name), at, match.last
        named = "stop" in kinds and capital(reading, at)  # "La Paz"
        if not named and kinds.keys() & _NO_NAMES:
            return None
    if reading.tokens.kinds[at] == "c":
        return _han_name(reading, at)
    if reading.tokens.kinds[at] == "w" and "\u0600" <= reading.word(at)[:1] <= "\u06ff":
        return reading.scan.raw(at, at + 1), at, at + 1
    return _capitals(reading, at)


def _capitals(reading: Reading, at: int) -> tuple[str, int, int] | None:
    end = at
    while (
        end < min(len(reading.tokens), at + 3)
        and reading.tokens.kinds[end] == "w"
        and reading.scan.raw(end, end + 1)[:1].isupper()
        and not reading.scan.used[end]
        and (end == at or reading.scan.match_of(end) is None or reading.scan.has(end, "place"))
    ):
        end += 1
    name = reading.scan.raw(at, end)
    if _RUN_ON.search(name):
        return None  # "KingdomThanks": two words of two sentences
    return (name, at, end) if end > at and len(name) > 2 else None


def _han_name(reading: Reading, at: int) -> tuple[str, int, int] | None:
    end = at
    while (
        end < min(len(reading.tokens), at + 4)
        and reading.tokens.kinds[end] == "c"
        and reading.scan.match_of(end) is None
        and not reading.scan.used[end]
    ):
        end += 1
    named = end - at >= 2 and reading.scan.language == "zh"
    return (reading.scan.raw(at, end), at, end) if named else None


def capital(reading: Reading, at: int) -> bool:
    """Whether a capitalised word begins a name of several."""
    raw = reading.scan.raw(at, at + 1)
    return (
        len(raw) > 2
        and raw[0].isupper()
        and not raw.isupper()
        and at + 1 < len(reading.tokens)
        and reading.scan.raw(at + 1, at + 2)[:1].isupper()
    )
