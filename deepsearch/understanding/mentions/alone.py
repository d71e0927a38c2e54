"""What a word says that has a clause to itself: "reversible", "gebremst", "инфракрасные"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_list, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["alone"]

_ADJECTIVES = {
    language: tuple(word_list("adjective", language))
    for language in ("en", "de", "es", "pt", "it", "fr", "ru", "nl")
}
_NO_ADJECTIVE = word_set("adjective", "none")
_MOST = 2  # words: "hand blown"
_NOUN_LAST = frozenset({"en", "de", "nl", "ru"})
_SHORTEST = 5  # letters of an adjective
_LONGEST = 4  # tokens of a phrase: "and pre-drilled"


def alone(reading: Reading) -> None:
    """Read clauses behind the goods that are an adjective and nothing else.

    Args:
        reading: The text; tokens already spoken for are left alone.
    """
    endings = _ADJECTIVES.get(reading.scan.language)
    if endings is None or reading.product[1] < 0:
        return
    clauses = reading.scan.clauses
    # what was read there, or names the goods, says that the clause beside it is of them too
    spoken = {
        n for n, other in enumerate(clauses) if any(reading.scan.used[other.first : other.last])
    }
    spoken |= {reading.scan.clause_of[reading.product[1] - 1]}
    for number, clause in enumerate(clauses):
        first, last = clause.first, clause.last
        if first < reading.product[1] or not first < last <= first + _LONGEST:
            continue
        first += reading.scan.has(first, "join")
        if first >= last or reading.titled(first) or not reading.scan.free(first, last):
            continue
        if {number - 1, number + 1} & spoken and _adjective(reading, first, last, endings):
            name = slug(reading.tokens.folded[slice(*reading.scan.span(first, last))])
            reading.add(Draft(name, "eq", True, None, first, last, 0.6))
            spoken.add(number)


def _plain(reading: Reading, at: int) -> bool:
    """Whether a word stands here of which no lexicon says more than that it is a part."""
    kinds = {kind for kind, _ in reading.scan.kinds_at(at)}
    return reading.tokens.kinds[at] == "w" and not kinds - {"part"}


def _adjective(reading: Reading, first: int, last: int, endings: tuple[str, ...]) -> bool:
    """Whether a clause is one adjective, of a known ending, with an adverb or noun at most."""
    words = [i for i in range(first, last) if reading.word(i) != "-"]
    most = _MOST if reading.scan.language in _NOUN_LAST else 1
    if not 0 < len(words) <= most or not all(_plain(reading, i) for i in words):
        return False
    at = words[-1]
    word = reading.word(at)
    if len(word) < _SHORTEST or not word.endswith(endings):
        return False
    if goods_kinds(reading.tokens, at, at + 1):
        return False
    return not {reading.word(i) for i in words} & _NO_ADJECTIVE
