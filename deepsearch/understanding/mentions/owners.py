"""Whose colour or material it is: the goods', or that of a part the clause is about."""

from __future__ import annotations

from deepsearch.understanding.drafts import slug
from deepsearch.understanding.english import english_part
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.mentions.lists import Group
from deepsearch.understanding.mentions.reading import Reading
from deepsearch.understanding.part_nouns import HAN, WITHOUT_NAMES, part_at, part_ending

__all__ = ["part_named_before"]

_MADE_OF = word_set("mention", "made_of")
_BEING = word_set("mention", "being")
_NO_PART = word_set("key", "of_the_whole") | word_set("key", "main_parts") | {""}
_PART_WORDS = word_set("key", "part_words")
_DONE = word_set("mention", "done_endings")
_WORKED = word_set("mention", "worked_in")
_SHORTEST = 3  # letters of a noun
_STEM = 4  # letters two forms of a noun share
_NOUN_FIRST = frozenset({"es", "fr", "it", "pt"})


def part_named_before(reading: Reading, group: Group) -> str | None:
    """The part a colour or material is said of: "lid black", "The seat shall be of oak".

    Args:
        reading: The text.
        group: The run of colours or materials.

    Returns:
        The part's name; None where the goods themselves are meant, or nothing tells.
    """
    if reading.product[1] < 0 or group.first < reading.product[1]:
        return None
    if reading.scan.language in WITHOUT_NAMES:
        return _known_part(reading, group)
    inside = reading.clause(group.first)
    at, linked = group.first - 1, reading.word(group.first) in _MADE_OF  # "en plastique"
    romance = reading.scan.language in _NOUN_FIRST
    while at >= inside.start and (
        _links(reading, at) or (romance and reading.scan.has(at, "material"))
    ):
        at, linked = at - 1, True  # "patas de metal negro"
    worked = linked and at > inside.start and reading.word(at) in _WORKED
    at -= worked  # "text printed in blue"
    if at < inside.start or not _noun(reading, at):
        return None
    known = reading.scan.value_at(at, "part")
    sure = known is not None or reading.word(at) in _PART_WORDS
    if not (sure or linked or romance):
        return None  # "pastel pink"
    known_part = linked and sure  # "... cadre en plastique ..."
    named = known_part and (worked or romance)
    alone = _opens(reading, at, inside.start) and _closes(reading, group.last, inside.stop)
    if not (named or alone):
        return None
    return str(known) if known is not None else english_part(reading.word(at))


def _known_part(reading: Reading, group: Group) -> str | None:
    """As in 盖子颜色黑色, 脚は黒, 不锈钢支架, "المقبض معدني أسود"."""
    at = group.first
    while at > 0 and _said(reading, at - 1):
        at -= 1
    before = part_ending(reading.scan, at, reading.product)
    if before is not None or reading.scan.language not in HAN:
        return None if before is None else before[0]
    behind = part_at(reading.scan, group.last, reading.product)
    return None if behind is None else behind[0]


def _said(reading: Reading, at: int) -> bool:
    """Whether a word is "colour" or "material", or in Arabic another adjective of the part."""
    if reading.scan.value_at(at, "textfield") in ("material", "colour"):
        return True
    adjective = any(reading.scan.has(at, kind) for kind in ("material", "colour"))
    return adjective and reading.scan.language == "ar"


def _links(reading: Reading, at: int) -> bool:
    word = reading.word(at)
    made = reading.scan.value_at(at, "textfield") == "material"  # "made of", "in material"
    return made or word in _MADE_OF or word in _BEING or reading.scan.has(at, "must")


def _noun(reading: Reading, at: int) -> bool:
    """Whether a plain noun stands here that is not the goods, nor all of them."""
    word = reading.word(at)
    kinds = {kind for kind, _ in reading.scan.kinds_at(at)}
    if reading.tokens.kinds[at] != "w" or len(word) < _SHORTEST or kinds - {"part"}:
        return False
    if reading.scan.used[at] or word in _NO_PART or word.endswith(tuple(_DONE)) or not slug(word):
        return False
    first, last = reading.product
    stem = word[: max(_STEM, len(word) - 2)]
    again = any(reading.word(i).startswith(stem) for i in range(first, last))
    part = bool(kinds) or word in _PART_WORDS
    return not again and (part or not goods_kinds(reading.tokens, at, at + 1))


def _opens(reading: Reading, at: int, start: int) -> bool:
    """Whether a noun begins its clause, behind an article or a word for "with" at most."""
    while at > start and any(reading.scan.has(at - 1, kind) for kind in ("stop", "join")):
        if reading.scan.has(at - 1, "with"):
            return True
        at -= 1
    numbered = at - 1 == start and reading.tokens.kinds[start] == "n"  # "3.3 The seat"
    return at == start or numbered or reading.scan.has(at - 1, "with")


def _closes(reading: Reading, at: int, stop: int) -> bool:
    """Whether nothing that colour or material could belong to follows."""
    ends = at >= stop or reading.tokens.kinds[at] == "s" or reading.scan.has(at, "join")
    coloured = reading.scan.language in _NOUN_FIRST and reading.scan.has(at, "colour")
    return ends or coloured  # "con patas de metal negro"
