"""New, used, refurbished."""

from __future__ import annotations

from functools import partial

from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.lists import list_draft, runs
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["conditions"]

_DOUBTFUL_CONDITION = word_set("mention", "doubtful_condition")

_NO_CONDITION = word_set("mention", "no_condition")

_USED_JOINS = word_set("mention", "used_joins")

_USED_VERBS = word_set("mention", "used_verbs")


def conditions(reading: Reading) -> None:
    """Read new, used, refurbished."""
    for group in runs(reading, "condition", partial(_believable_condition, reading)):
        reading.add(list_draft(reading, "condition", group, "any_of"))


def _believable_condition(reading: Reading, match: Match, _value: str) -> bool:
    word = reading.word(match.first)
    if word in _DOUBTFUL_CONDITION and match.last == match.first + 1:
        following = reading.word(match.last)
        if word == "used" and (
            following in _USED_JOINS or reading.word(match.first - 1) in _USED_VERBS
        ):
            return False
        if word != "used" and following in _NO_CONDITION:
            return False
    if reading.tokens.kinds[match.first] == "c" and match.last == match.first + 1:
        return reading.lone_han(match)
    return True
