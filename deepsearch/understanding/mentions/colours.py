"""Colours, of the thing or of a part of it."""

from __future__ import annotations

from functools import partial

from deepsearch.understanding.drafts import slug
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.lists import Group, list_draft, part_behind, runs
from deepsearch.understanding.mentions.owners import part_named_before
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["colours"]

_DOUBTFUL_COLOURS = word_set("mention", "doubtful_colours")

_KINDS_BY_COLOUR = word_set("mention", "kinds_by_colour")

_WRITTEN = word_set("mention", "written")
_IN = frozenset({"in", "en", "em", "в"})
_REACH = 8  # tokens

_ORANGES = frozenset({"juice", "oil", "tree", "peel", "soda", "flavor", "flavour"})
_FORMS = ("form", "type", "texture", "kind", "category")
_CREAMS = frozenset({"cream", "creme", "crema"})
_LISTED = frozenset({"/", ",", "+", "&", "-"})


def colours(reading: Reading) -> None:
    """Read colours."""
    for group in runs(reading, "colour", partial(_believable_colour, reading)):
        field = "colour"
        part = (
            _part_beside(reading, group)
            or part_behind(reading, group)
            or part_named_before(reading, group)
            or _written(reading, group)
        )
        if part is not None:
            field = f"{part}_colour"
        inside_product = reading.product[0] <= group.first < reading.product[1]
        draft = list_draft(reading, field, group, "any_of" if group.joined is None else "all_of")
        draft.confidence = 0.8 if inside_product else 0.9
        reading.add(draft)


def _written(reading: Reading, group: Group) -> str | None:
    """As in "the writing of my brand is in black": what is written is, not the goods."""
    inside = reading.clause(group.first)
    if reading.word(group.first - 1) not in _IN:
        return None
    for at in range(group.first - 2, max(inside.start, group.first - _REACH) - 1, -1):
        if reading.word(at) in _WRITTEN:
            return slug(reading.word(at))
        if reading.product[0] <= at < reading.product[1]:
            return None
    return None


def _believable_colour(reading: Reading, match: Match, _value: str) -> bool:
    word = reading.word(match.first)
    single = match.last == match.first + 1
    ahead = reading.word(match.last)
    if single and reading.tokens.kinds[match.first] == "c":
        return reading.lone_han(match)
    listed = reading.scan.has(match.first - 1, "colour") and reading.scan.has(match.last, "colour")
    if single and ahead in _KINDS_BY_COLOUR and not listed:
        return False  # "green coffee" is a kind of coffee; "white black gold" are three colours
    if single and word in _DOUBTFUL_COLOURS and _other_sense(reading, match):
        return False
    if single and (ahead == "led" or reading.of_a_name(match)):
        return False  # "white LED", "BASEN GREEN 48V battery"
    glued = reading.tokens.glued(match.first) and reading.word(match.first - 1) == "-"
    if single and glued and reading.scan.match_of(match.first - 2) is None:
        return False  # "blood-red"
    town = word == "bordeaux" and reading.scan.raw(match.first, match.last).istitle()
    opens = match.first == reading.clause(match.first).start
    return word != "fond" and (opens or not town)


def _other_sense(reading: Reading, match: Match) -> bool:
    """Whether a word that may be a colour is a metal, a fruit, a name or a form here."""
    word, ahead = reading.word(match.first), reading.word(match.last)
    before = reading.word(match.first - 1)
    if word == "gold" and reading.scan.has(match.first, "supplier_flag"):
        return True
    if word in _CREAMS:
        key = reading.word(match.first - 2) if reading.word(match.first - 1) == ":" else ""
        return (
            _a_cream(reading, word) or key in _FORMS
        )  # "stretch mark cream" is a cream; "cream sofa" is not
    if match.last == match.first + 1 and word.startswith("natur"):
        return not _told_colour(reading, match)
    if word in ("gold", "golden", "silver"):
        two_words = reading.tokens.kinds[match.last : match.last + 2] == ["w", "w"]
        named = reading.scan.raw(match.first, match.last + 2).istitle()
        return ahead in ("supplier", "plated", "bar", "wire", "bonding") or (two_words and named)
    return word == "orange" and (ahead in _ORANGES or before == "soda")


def _a_cream(reading: Reading, word: str) -> bool:
    """Whether the goods are a cream: "stretch mark cream", "crème hydratante"."""
    first, last = reading.product
    if first < 0:
        return False
    said = reading.tokens.words[first + 1 : last] if word == "cream" else [reading.word(first)]
    return word in said


def _told_colour(reading: Reading, match: Match) -> bool:
    """Whether "natural" is said of a colour: under its name, or beside another."""
    beside = (match.first - 1, match.first - 2, match.last, match.last + 1)
    if any(reading.scan.value_at(at, "textfield") == "colour" for at in beside if at >= 0):
        return True
    listed = (match.first - 2, match.last + 1)
    signs = (match.first - 1, match.last)
    return (
        any(
            reading.scan.has(at, "colour")
            and (reading.word(sign) in _LISTED or reading.scan.has(sign, "join"))
            for at, sign in zip(listed, signs, strict=True)
            if at >= 0
        )
        or reading.word(match.first - 1) in _IN
    )


def _part_beside(reading: Reading, group: Group) -> str | None:
    for at in (group.last,):
        part = reading.scan.value_at(at, "part")
        if (
            part is not None
            and not reading.scan.used[at]
            and part in ("lid", "cap", "handle", "straps", "zipper", "lining", "wheels")
        ):
            return str(part)
    before = group.first - 1
    if reading.scan.has(before, "part") and reading.scan.language in ("es", "fr", "it", "pt"):
        return str(reading.scan.value_at(before, "part"))
    return None
