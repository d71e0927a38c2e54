"""Parts no lexicon knows, told by the words beside them: "with pallet fork", "RTK included"."""

from __future__ import annotations

from collections.abc import Iterator

from deepsearch.understanding.drafts import Draft, plural, slug
from deepsearch.understanding.english import english_name
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.mentions.parts import no_feature
from deepsearch.understanding.mentions.reading import Reading
from deepsearch.understanding.numerals import NumberReader

__all__ = ["brought"]

_LANGUAGES = frozenset({"en", "es", "de", "fr", "it", "pt", "nl", "ru"})
_WITH = word_set("mention", "with_words")
_WITHOUT = word_set("mention", "without_words")
_INCLUDED = word_set("mention", "included_words")
_ASKED = frozenset({"required", "needed"})
_LINKS = word_set("mention", "part_links")
_NO_PART = word_set("mention", "no_part")
_CARRIERS = word_set("mention", "carriers")
_NO_LACK = word_set("mention", "no_lack")
_OFFERED = word_set("key", "offered_free")
_THIS = frozenset({"this", "that", "these", "those"})
_MARKS = frozenset({"ce", "ul", "rohs", "fcc", "iso"})
_VAGUE = word_set("mention", "vague_sizes")
_ADJECTIVES = (
    "oral",
    "ious",
    "eous",
    "ical",
    "ional",
    "ful",
    "less",
    "able",
    "ible",
    "ish",
    "ative",
)
_LONGEST_TITLE = 120  # characters
_LONGEST, _SHORTEST = 3, 3  # words of a part's name, letters of the field's
_COMPOUND = 7  # letters of "halogenfrei"
_FREE = frozenset({"free", "frei", "vrij"})


def brought(reading: Reading) -> None:
    """Read "with A and B", "without C", "D included", "E-free" of parts no lexicon knows.

    Args:
        reading: The text; tokens already spoken for are left alone.
    """
    if reading.scan.language not in _LANGUAGES:
        return
    for match, _ in reading.scan.of_kind("with"):
        if reading.word(match.first) in _WITH and not no_feature(reading, match):
            _listed(reading, match.first, match.last, wanted=True)
    for match, _ in reading.scan.of_kind("neg"):
        if reading.word(match.first) in _WITHOUT and match.last == match.first + 1:
            _listed(reading, match.first, match.last, wanted=False)
    for at, word in enumerate(reading.tokens.words):
        if word in _INCLUDED:
            _included(reading, at)
        elif word in _FREE:
            _free(reading, at)
        elif reading.scan.language == "de" and word.endswith("frei") and len(word) >= _COMPOUND:
            _compound(reading, at)


def _listed(reading: Reading, cue: int, at: int, *, wanted: bool) -> None:
    """Record the parts listed behind a word for "with" or "without"."""
    begin = cue
    if reading.scan.has(at, "own") or reading.word(at) in _THIS:
        return  # "con mi socio", "with this product in my shop"
    for first, last in _parts(reading, at, reading.clause(cue).stop):
        lone = begin == cue and last - first == 1
        if wanted and lone and reading.word(first) in _CARRIERS:
            return  # "with UPS", "with children"
        if lone and reading.scan.has(last, "join") and _describes(reading, first):
            begin = last + 1
            continue  # "with religious and floral engravings"
        if {reading.word(first), reading.word(last - 1)} & (_NO_LACK | _NO_PART):
            return  # "without obligation"
        compound = reading.titled(first) and reading.word(last) == "&"  # "Music & Light Control"
        if compound or _cut_off(reading, last) or _certified(reading, last):
            return
        if wanted and _goods_again(reading, first, last):
            return  # "chandelier with hanging lamps ... 12 hanging lamps"
        if reading.word(last - 1) in _VAGUE:
            return  # "con espacio grande": how large?
        _add(reading, (first, last), (begin, last), wanted)
        begin = last + 1


def _certified(reading: Reading, at: int) -> bool:
    """As in "with EPI & CE certificates": a mark beside known ones is no part."""
    return reading.scan.has(at, "join") and (
        reading.scan.has(at + 1, "certification") or reading.word(at + 1) in _MARKS
    )


def _goods_again(reading: Reading, first: int, last: int) -> bool:
    """Whether words are the product's name, or its end."""
    goods = reading.tokens.words[max(0, reading.product[0]) : max(0, reading.product[1])]
    named = reading.tokens.words[first:last]
    return len(named) <= len(goods) and named in (goods[-len(named) :], goods[: len(named)])


def _describes(reading: Reading, at: int) -> bool:
    """Whether an English word is an adjective, by its ending."""
    return reading.scan.language == "en" and reading.word(at).endswith(_ADJECTIVES)


def _parts(reading: Reading, at: int, stop: int) -> Iterator[tuple[int, int]]:
    """The names in "A and B": plain words to the clause's end, a join or a hedge."""
    while at < stop:
        while at < stop and reading.scan.has(at, "stop") and reading.word(at) not in _LINKS:
            at += 1  # articles
        first = at
        while at < stop and (_plain(reading, at) or (at > first and _linked(reading, at))):
            at += 1
        ends = at >= stop or any(reading.scan.has(at, kind) for kind in ("join", "wish"))
        words = sum(reading.word(i) not in _LINKS for i in range(first, at))
        if not ends or not 1 <= words <= _LONGEST:
            return
        yield first, at
        if at >= stop or not reading.scan.has(at, "join"):
            return
        at += 1


def _plain(reading: Reading, at: int) -> bool:
    word = reading.tokens.kinds[at] == "w" and not reading.scan.used[at]
    return word and reading.scan.match_of(at) is None


def _nameable(reading: Reading, at: int) -> bool:
    """Whether a word may be of a part's name: unknown, or a part or field, as of a gauge."""
    kinds = {kind for kind, _ in reading.scan.kinds_at(at)}
    word = reading.tokens.kinds[at] == "w" and not reading.scan.used[at]
    return word and not kinds - {"part", "field"}


def _linked(reading: Reading, at: int) -> bool:
    """As in "luces de trabajo": a small word between two of one name."""
    beyond = at + 1 < len(reading.tokens) and _plain(reading, at + 1)
    return reading.word(at) in _LINKS and beyond


def _included(reading: Reading, at: int) -> None:
    """Record "check valve included": the words of a clause, or of its member, before it."""
    inside = reading.clause(at)
    joined = reading.scan.has(at + 1, "join")
    if not joined and any(reading.tokens.kinds[i] != "s" for i in range(at + 1, inside.stop)):
        return
    last = at
    while last > inside.start and reading.scan.has(last - 1, "must"):
        last -= 1
    denied = last > inside.start and reading.scan.has(last - 1, "neg")
    last -= denied
    joins = (i + 1 for i in range(inside.start, last) if reading.scan.has(i, "join"))
    first = max(joins, default=inside.start)
    names = [i for i in range(first, last) if reading.word(i) not in _LINKS]
    if not 1 <= len(names) <= _LONGEST or not all(_nameable(reading, i) for i in names):
        return
    goods = reading.word(at) in _ASKED and reading.product[0] in names  # "chairs required"
    if not goods and not {reading.word(i) for i in names} & _NO_PART:
        _add(reading, (first, last), (first, at + 1), not denied)


def _free(reading: Reading, at: int) -> None:
    """Record "AZO-free": what the thing must not hold."""
    first = at - 2
    if first < 0 or reading.word(at - 1) != "-" or not reading.tokens.glued(at):
        return
    if not _plain(reading, first) or reading.word(first) in _NO_PART or reading.scan.used[at]:
        return
    if reading.word(at + 1) in _OFFERED:
        return  # "Laser-Free Training"
    name = slug(reading.word(first))
    if len(name) >= _SHORTEST:
        reading.add(Draft(f"{name}_free", "eq", True, None, first, at + 1, 0.7))


def _compound(reading: Reading, at: int) -> None:
    """Record "halogenfrei"."""
    stem = reading.word(at).removesuffix("frei").rstrip("-")
    if _plain(reading, at) and stem not in _NO_PART:
        reading.add(Draft(f"{slug(stem)}_free", "eq", True, None, at, at + 1, 0.65))


def _add(reading: Reading, name: tuple[int, int], span: tuple[int, int], value: bool) -> None:
    number = NumberReader(reading.tokens, reading.scan.language, reading.scan.languages).at(name[0])
    if number is not None and number.last < name[1]:  # "with two heads"
        said = slug("_".join(reading.tokens.words[number.last : name[1]]))
        if value and number.value > 1:
            draft = Draft(english_name(plural(said)), "eq", number.value, None, *span, 0.6)
            reading.add(draft)
        return
    start, end = reading.tokens.starts[name[0]], reading.tokens.ends[name[1] - 1]
    field = english_name(slug(reading.tokens.folded[start:end]))
    if len(field) >= _SHORTEST:
        reading.add(Draft(field, "eq", value, None, span[0], span[1], 0.6))


def _cut_off(reading: Reading, last: int) -> bool:
    """Whether the page cut the words off: dots behind them, or a title as long as one may be."""
    end = reading.tokens.ends[last - 1]
    line = reading.tokens.text.find("\n")
    return reading.tokens.folded.startswith("..", end) or (end == line and line >= _LONGEST_TITLE)
