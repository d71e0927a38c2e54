"""Finishes, packaging and features known by name."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.lists import Group, list_draft, part_behind, runs
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["features", "finishes"]

_LOGOS = frozenset({"logo", "logos", "logotipo", "логотип", "логотипом", "ロゴ", "شعار", "شعارنا"})
_PACKS = frozenset({"blister"})
_PACKAGING_NOUNS = word_set("mention", "packaging_nouns")
_PART_WORDS = word_set("key", "part_words")
_CARRIED = word_set("mention", "carried_things")
_NOUN_FIRST = ("es", "fr", "it", "pt")
_BOXES = frozenset({"gift box", "box", "carton", "poly bag", "pallet"})
_KINDS = frozenset({"seamless", "weave"})  # "seamless pipes", "jacquard towels" are kinds of goods
_WORK = frozenset({"printing", "logo_method"})  # "laser engraving machine"


def finishes(reading: Reading) -> None:
    """Read finishes and packaging; "laser engraving machine" is named after what it does."""

    def wanted(match: Match, value: str) -> bool:
        inside = reading.product[0] <= match.first < reading.product[1]
        names = {reading.word(i) for i in range(max(0, reading.product[0]), reading.product[1])}
        if value in _PACKS and reading.word(match.first) in names:
            return False  # of "blister foil" the goods are told again
        many = value == "bulk" and reading.near(match.first, match.last, "buy", 4, 0)
        goods = reading.product[0] <= match.first and match.last == reading.product[1]
        brought = any(reading.scan.has(match.first - back, "with") for back in (1, 2))
        goods = goods and value in _BOXES and not brought  # "we need gift boxes"
        return not (reading.machine and inside) and not many and not goods

    for kind in ("finish", "packaging"):
        for group in runs(reading, kind, wanted):
            part = _part_finished(reading, group) if kind == "finish" else None
            field = f"{part}_finish" if part else kind
            reading.add(list_draft(reading, field, group, "all_of"))


def _part_finished(reading: Reading, group: Group) -> str | None:
    """The part of "chrome metal leg", "powder coated frame": a material may stand between."""
    beside = reading.scan.match_of(group.last)
    if beside is None or not reading.scan.has(group.last, "material"):
        return part_behind(reading, group)
    return part_behind(reading, Group(group.first, beside.last, group.values))


def features(reading: Reading) -> None:
    """Read features."""
    for match, value in reading.scan.of_kind("feature"):
        if not reading.scan.free(match.first, match.last):
            continue
        name, _, given = value.partition("=")
        if not _wanted_feature(reading, match, name):
            continue
        negated = reading.negated(match.first, match.last)
        if given in ("true", "false"):
            part = _part_ahead(reading, match.last)
            field, last = (f"{name}_{part}", match.last + 1) if part else (name, match.last)
            reading.add(
                Draft(field, "eq", (given == "true") != negated, None, match.first, last, 0.8)
            )
        elif given.isdigit():
            reading.add(Draft(name, "eq", float(given), None, match.first, match.last, 0.9))
        else:
            if name == "logo_method" and not _LOGOS & {*reading.tokens.words}:
                name = "decoration"  # "robe brodée"
            reading.add(
                Draft(name, "ne" if negated else "eq", given, None, match.first, match.last, 0.8)
            )


def _part_ahead(reading: Reading, at: int) -> str:
    """The part a feature is of: "adjustable straps", "removable lid"; "" where it is the goods'."""
    word = reading.word(at)
    goods = reading.product[0] <= at < reading.product[1]
    follows = reading.tokens.kinds[at + 1 : at + 2] == ["w"]  # "foldable seat cushion"
    ends = not follows or any(reading.scan.has(at + 1, k) for k in ("stop", "with", "join", "for"))
    plain = word in _PART_WORDS or word.removesuffix("s") in _PART_WORDS
    named = plain and ends and not goods and reading.scan.language == "en"
    return word if named and not reading.scan.used[at] else ""


def _wanted_feature(reading: Reading, match: Match, name: str) -> bool:
    if reading.tokens.kinds[match.first] == "c" and match.last == match.first + 1:
        return False
    packed = reading.word(match.first - 1) in _PACKAGING_NOUNS
    goods = reading.product[0] <= match.first - 1 < reading.product[1]
    if packed and not goods and reading.scan.language in _NOUN_FIRST:
        return False  # "embalaje ecológico": the packaging is
    word = reading.word(match.first)
    inside = reading.product[0] <= match.first < reading.product[1]
    if (name in ("smart", "heavy_duty") or word == "clear") and not inside:
        return False
    knitted = name == "weave" and reading.word(match.last) in _PART_WORDS  # "rib knit collar"
    if knitted or (inside and (name in _KINDS or (reading.machine and name in _WORK))):
        return False
    if name == "connectivity":
        ahead = reading.scan.raw(match.last, match.last + 2)  # "4G 64G" are memory and storage
        stored = ahead[:-1].isdigit() and ahead[-1:] == "G"
        return reading.scan.raw(match.first, match.last).isupper() and not stored
    return not _other_meaning(reading, match, name)


def _other_meaning(reading: Reading, match: Match, name: str) -> bool:
    """Lithium as a chemical; "4x4 posts", which are four by four inches."""
    sides = name == "drive" and reading.word(match.first + 1) == "x"
    if sides and reading.tokens.kinds[match.first] == "n":
        return _plain_word(reading, match.last)
    if name == "portable" and reading.word(match.first - 1) in _CARRIED:
        return True  # "ordinateur portable"
    raw_lithium = name == "battery_chemistry" and reading.word(match.first) == "lithium"
    return raw_lithium and reading.word(match.last) in ("grease", "ore", "carbonate")


def _plain_word(reading: Reading, at: int) -> bool:
    return reading.tokens.kinds[at : at + 1] == ["w"] and reading.scan.match_of(at) is None
