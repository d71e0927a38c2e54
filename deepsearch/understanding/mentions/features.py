"""Finishes, packaging and features known by name."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.lexicon import Match, load_data, word_set
from deepsearch.understanding.mentions.lists import Group, list_draft, part_behind, runs
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["features", "finishes"]

_LOGOS = frozenset({"logo", "logos", "logotipo", "логотип", "логотипом", "ロゴ", "شعار", "شعارنا"})
_PACKS = frozenset({"blister"})
_PACKAGING_NOUNS = word_set("mention", "packaging_nouns")
_PART_WORDS = word_set("key", "part_words")
_CARRIED = word_set("mention", "carried_things")
_BOASTS = word_set("mention", "boasts")
_NOUN_FIRST = ("es", "fr", "it", "pt")
_SIDES_OF_PARTS = frozenset(
    {
        "strong",
        "soft",
        "inner",
        "outer",
        "side",
        "front",
        "back",
        "rear",
        "shoulder",
        "top",
        "bottom",
    }
)
_BOXES = frozenset({"gift box", "box", "carton", "poly bag", "pallet"})
# "seamless pipes", "jacquard towels", "submersible pump" are kinds of goods.
_KINDS = {"seamless", "weave"} | {name.partition("=")[0] for name in load_data("traits")["feature"]}
# What is often said of a part: of "removable cover" the cover is.
_OF_PARTS = frozenset(
    {"adjustable", "removable", "foldable", "retractable", "single_sided", "double_sided"}
)
_SIDES = frozenset(
    {"front", "back", "rear", "side", "inner", "outer", "upper", "lower", "bottom", "top"}
)
_PART_NOUNS = word_set("key", "part_words") | word_set("key", "parts_moved")
_NEAR = 4  # tokens
_SCREENS = frozenset(
    {"tv", "tvs", "television", "televisor", "televisores", "fernseher", "monitor", "pc"}
)
_WORK = frozenset({"printing", "logo_method"})  # "laser engraving machine"


def finishes(reading: Reading) -> None:
    """Read finishes and packaging; "laser engraving machine" is named after what it does."""

    def wanted(match: Match, value: str) -> bool:
        inside = reading.product[0] <= match.first < reading.product[1]
        names = {reading.word(i) for i in range(max(0, reading.product[0]), reading.product[1])}
        if value in _PACKS and reading.word(match.first) in names:
            return False  # of "blister foil" the goods are told again
        many = value == "bulk" and reading.near(match.first, match.last, "buy", 4, 0)
        offered = value == "bulk" and reading.word(match.last) in _BOASTS  # "in Bulk Supply"
        work = value == "smooth" and reading.word(match.last).endswith("ing")  # "smooth writing"
        goods = reading.product[0] <= match.first and match.last == reading.product[1]
        brought = any(reading.scan.has(match.first - back, "with") for back in (1, 2))
        goods = goods and value in _BOXES and not brought  # "we need gift boxes"
        if goods or many or offered or work:  # "do you sell these in bulk"
            return False
        return not (reading.machine and inside)

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
            part, last = _part_ahead(reading, match.last)
            field = f"{name}_{part}" if part else name
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


def _part_ahead(reading: Reading, at: int) -> tuple[str, int]:
    """The part a feature is of, "adjustable straps", "removable inner lid", and its end."""
    first = at
    beyond = reading.word(at + 1)
    parted = beyond in _PART_WORDS or beyond.removesuffix("s") in _PART_WORDS
    at += reading.word(at) in _SIDES_OF_PARTS and parted
    word = reading.word(at)
    goods = reading.product[0] <= at < reading.product[1]
    follows = reading.tokens.kinds[at + 1 : at + 2] == ["w"]  # "foldable seat cushion"
    follows = follows or reading.word(at + 1) == "-"  # "fold-up pump-windows"
    ends = not follows or any(reading.scan.has(at + 1, k) for k in ("stop", "with", "join", "for"))
    ends = ends or (at > first and reading.scan.has(at + 1, "colour"))
    plain = word in _PART_WORDS or word.removesuffix("s") in _PART_WORDS
    named = plain and ends and not goods and reading.scan.language == "en"
    if not named or reading.scan.used[at]:
        return "", first
    return slug("_".join(reading.tokens.words[first : at + 1])), at + 1


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
    kind = inside and (name in _KINDS or (reading.machine and name in _WORK))
    of_a_part = _of_a_part(reading, match, name) and not _part_ahead(reading, match.last)[0]
    of_another = of_a_part or _of_a_measure(reading, match, name) or _brought(reading, match)
    if knitted or kind or of_another:
        return False
    if name == "connectivity":
        return reading.scan.raw(match.first, match.last).isupper() and not _stored(reading, match)
    return not _other_meaning(reading, match, name)


def _of_a_part(reading: Reading, match: Match, name: str) -> bool:
    """As in "adjustable tracks", "single sided back wall": a part is, the goods need not be."""
    at = match.last
    if name not in _OF_PARTS:
        return False
    at += reading.word(at) in _SIDES and reading.tokens.kinds[at + 1 : at + 2] == ["w"]
    word = reading.word(at)
    part = {word, word.removesuffix("s")} & _PART_NOUNS or reading.scan.has(at, "part")
    head = reading.word(reading.product[1] - 1) if reading.product[1] > 0 else ""
    keyed = ":" in reading.tokens.words[at : at + 3]
    return bool(part) and not keyed and word.removesuffix("s") != head.removesuffix("s")


def _brought(reading: Reading, match: Match) -> bool:
    """As in "with flame retardant PC bottom case": of what comes with the thing."""
    with_it = reading.scan.language == "en" and reading.scan.has(match.first - 1, "with")
    if not with_it or _part_ahead(reading, match.last)[0]:
        return False
    for at in range(match.last, match.last + _NEAR):
        if reading.tokens.kinds[at : at + 1] != ["w"] or reading.scan.has(at, "stop"):
            return False
        if reading.word(at) in _PART_WORDS:
            return at > match.last  # "with waterproof zipper" names it
    return False


def _of_a_measure(reading: Reading, match: Match, name: str) -> bool:
    """As in "2500-2800 Hz (adjustable)": the number may be set."""
    before = match.first - 1
    bracketed = reading.word(before) == "(" and reading.word(match.last) == ")"
    return name == "adjustable" and bracketed and before > 0 and reading.scan.used[before - 1]


def _stored(reading: Reading, match: Match) -> bool:
    """As in "RAM: 2G or 4G", "4G 64G", "WiFi 2.4G 5G": memory, or a radio's band."""
    ahead = reading.scan.raw(match.last, match.last + 2)
    if ahead[:-1].isdigit() and ahead[-1:] == "G":
        return True
    inside = range(max(reading.clause(match.first).start, match.first - 2 * _NEAR), match.first)
    memory = any(reading.scan.value_at(i, "field") in ("memory", "storage") for i in inside)
    near = reading.tokens.words[max(0, match.first - _NEAR) : match.last + _NEAR]
    return memory or "2.4" in near


def _other_meaning(reading: Reading, match: Match, name: str) -> bool:
    """Lithium as a chemical; "4x4 posts", which are four by four inches."""
    beside = {reading.word(match.first - 1), reading.word(match.last)}
    if name == "backlit" and beside & _SCREENS:
        return True  # "TV backlight strip": what it lights
    sides = name == "drive" and reading.word(match.first + 1) == "x"
    if sides and reading.tokens.kinds[match.first] == "n":
        return _plain_word(reading, match.last)
    if name == "portable" and reading.word(match.first - 1) in _CARRIED:
        return True  # "ordinateur portable"
    logo = name != "logo_method" or not reading.titled(match.first)
    if not logo and "logo" not in reading.tokens.words[: reading.title_end]:
        return True  # "Cotton Embroidered Skirts"
    raw_lithium = name == "battery_chemistry" and reading.word(match.first) == "lithium"
    return raw_lithium and reading.word(match.last) in ("grease", "ore", "carbonate")


def _plain_word(reading: Reading, at: int) -> bool:
    return reading.tokens.kinds[at : at + 1] == ["w"] and reading.scan.match_of(at) is None
