"""What the thing, or a part of it, is made of."""

from __future__ import annotations

from functools import partial

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.keyvalue.lists import BLENDED
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.lists import Group, list_draft, part_behind, runs
from deepsearch.understanding.mentions.owners import part_named_before
from deepsearch.understanding.mentions.reading import Reading
from deepsearch.understanding.mentions.worked import is_measure, worked_key, works_on

__all__ = ["materials"]

_WORKED_MATERIALS = word_set("mention", "worked_materials")

_MATERIAL_WORK = word_set("mention", "material_work")

_SALTS = word_set("mention", "salts")

_MADE_OF = word_set("mention", "made_of")

_CASED_MATERIALS = word_set("mention", "cased_materials")

_COMPOUND_HEADS = tuple(
    (head, value)
    for value, heads in {
        "stainless steel": "edelstahl rvs roestvrijstalen",
        "cotton": "baumwoll katoen",
        "plastic": "kunststoff plastik",
        "aluminium": "aluminium alu",
        "wood": "holz houten",
        "leather": "leder",
        "glass": "glas",
        "paper": "papier",
        "cardboard": "karton wellpapp",
        "rubber": "gummi rubber",
        "silicone": "silikon siliconen",
        "ceramic": "keramik",
        "brass": "messing",
        "copper": "kupfer koper",
        "bamboo": "bambus bamboe",
        "linen": "leinen linnen",
        "wool": "woll",
        "metal": "metall metalen",
        "concrete": "beton",
        "porcelain": "porzellan porselein",
        "steel": "stahl staal",
        "cast iron": "gusseisen",
        "felt": "filz",
        "nitrile": "nitril",
        "latex": "latex",
        "jute": "jute",
        "marble": "marmor",
        "PVC": "pvc",
        "polyester": "polyester",
        "acrylic": "acryl",
        "bronze": "bronze",
        "titanium": "titan",
        "kraft paper": "kraftpapier",
    }.items()
    for head in heads.split()
)

_WIDE = {
    "metal": frozenset(
        {"stainless steel", "steel", "aluminium", "iron", "brass", "copper", "zinc", "zinc alloy"}
        | {"carbon steel", "cast iron", "titanium", "alloy steel", "bronze"}
    ),
    "plastic": frozenset({"PVC", "ABS", "PP", "PE", "HDPE", "LDPE", "PET", "acrylic", "nylon"}),
}
_SEVERAL = 2
_BLENDS = frozenset(
    {
        "blend",
        "blends",
        "blended",
        "mischgewebe",
        "mezcla",
        "melange",
        "mischung",
        "misto",
        "mista",
        "mistura",
    }
)
_NOUN_FIRST = frozenset({"es", "fr", "it", "pt", "ar"})
_METALS = frozenset({"pewter", "copper", "bronze", "brass", "silver", "gold", "chrome"})
_CLOCKS = word_set("mention", "clocks")
_PACKAGING_NOUNS = word_set("mention", "packaging_nouns")
_OF = frozenset({"of", "de", "di", "aus", "из", "in", "en"})
_LIKE = word_set("mention", "like_words")
_LIKENESS = word_set("mention", "likeness")

_HALF = frozenset({"semi", "non", "bi"})  # "semi-metallic"

_OTHER_HEADS = (
    "glasfaser",
    "holzkohle",
    "papierhandtuch",
    "betonmisch",
    "holzbearbeitung",
    "metallbearb",
)

_LOOKS = word_set("mention", "looks")

# A single Han character is a word of many senses: only these are believed, and only alone.
_LONE = frozenset(
    {"plastic", "wood", "copper", "aluminium", "iron", "steel", "cotton", "silver", "leather"}
    | {"bamboo", "titanium", "paper"}
)

_MAIN_PARTS = word_set("key", "main_parts")

_PART_WORDS = word_set("key", "part_words")


def materials(reading: Reading) -> None:
    """Read materials."""
    if reading.scan.language in ("de", "nl") and not reading.machine:
        _compounds(reading)
    _movements(reading)
    for group in runs(reading, "material", partial(_wanted, reading)):
        if not _slashed(reading, group):
            _narrow(group)
        coloured = reading.scan.value_at(group.first - 1, "textfield") == "colour"
        if coloured and reading.scan.language in ("es", "it", "pt", "fr"):
            reading.add(list_draft(reading, "colour", group, "any_of"))
            continue  # "color nogal"
        _split(reading, group)
        field = "material"
        part = (
            _part_material(reading, group)
            or _keyed_part(reading, group)
            or part_behind(reading, group)
            or part_named_before(reading, group)
            or _packing_before(reading, group)
        )
        if part is not None:
            field = f"{part}_material"
        draft = list_draft(reading, field, group, "any_of" if _either(reading, group) else "all_of")
        if draft.op not in ("ne", "none_of") and _for_only(reading, group):
            continue
        if draft.op == "all_of" and len({value.split(" ")[-1] for value in group.values}) == 1:
            draft.op = "any_of"  # "carbon steel, stainless steel": nothing is of both
        reading.add(draft)


def _narrow(group: Group) -> None:
    """Of "stainless steel metal" the metal is the steel, said again."""
    for wide, narrow in _WIDE.items():
        if wide in group.values and narrow & {*group.values}:
            group.values.remove(wide)


def _split(reading: Reading, group: Group) -> None:
    """Give the last of several its own part: "polyester + aluminium pole"."""
    match = reading.scan.match_of(group.last - 1)
    if len(group.values) < _SEVERAL or group.joined == "or" or match is None:
        return
    sign = match.first - 1
    part = part_behind(reading, Group(match.first, group.last, group.values[-1:]))
    if part is None or reading.word(sign) not in ("+", ",", "&") or group.first >= sign:
        return
    value = group.values.pop()
    reading.add(Draft(f"{part}_material", "eq", value, None, match.first, match.last))
    group.last = sign


def _movements(reading: Reading) -> None:
    """Record "quartz watch", "reloj de cuarzo": what it goes by, not what it is made of."""
    goods = reading.tokens.words[max(0, reading.product[0]) : max(0, reading.product[1])]
    for match, value in reading.scan.of_kind("material"):
        if value != "quartz" or not reading.scan.free(match.first, match.last):
            continue
        beside = reading.tokens.words[max(0, match.first - 2) : match.last + 2]
        if _CLOCKS & {*goods, *beside}:
            reading.add(Draft("movement", "eq", value, None, match.first, match.last, 0.8))


def _goods_again(reading: Reading, at: int) -> bool:
    """Whether a word is the noun the product's name is built around."""
    first, last = reading.product
    if first < 0:
        return False
    head = first if reading.scan.language in _NOUN_FIRST else last - 1
    return reading.word(at).removesuffix("s") == reading.word(head).removesuffix("s")


def _likened(reading: Reading, at: int) -> bool:
    """As in "soft as rubber", "suave como la seda", 像橡胶一样: what it only resembles."""
    before = at - 1
    while reading.scan.has(before, "stop") and reading.word(before) not in _LIKE and before > 0:
        before -= 1
    if reading.word(before) == "像":
        return True
    return reading.word(before) in _LIKE and reading.word(before - 1) in _LIKENESS


def _packing_before(reading: Reading, group: Group) -> str | None:
    """As in "embalados em palete de madeira": the packing is of it, not the goods."""
    at = group.first - 1
    linked = reading.scan.has(at, "stop") and reading.scan.has(at - 1, "packaging")
    packed = reading.word(at - 1) in _PACKAGING_NOUNS and reading.word(at) in _MADE_OF | _OF
    goods = reading.product[0] <= at - 1 < reading.product[1]
    return "packaging" if linked or (packed and not goods and reading.product[0] >= 0) else None


def _wanted(reading: Reading, match: Match, value: str) -> bool:
    single = match.last == match.first + 1
    if (
        _shade(reading, match, value)
        or _otherwise(reading, match)
        or _chemical(reading, match)
        or works_on(reading, match, value)
    ):
        return False
    cased = single and reading.word(match.first) in _CASED_MATERIALS
    if cased and not reading.scan.raw(match.first, match.last).isupper():
        return False
    if reading.of_a_name(match):
        return False
    inside = reading.product[0] <= match.first < reading.product[1]
    if reading.machine and inside and not _made_of(reading, match):
        return False
    if reading.tokens.kinds[match.first] == "c" and single:
        return value in _LONE and _lone_material(reading, match)
    glued = match.first and reading.tokens.glued(match.first)
    return not (glued and reading.tokens.kinds[match.first - 1] == "n")


def _shade(reading: Reading, match: Match, value: str) -> bool:
    """As in "a brown/pewter tint": a metal's name beside a colour is one."""
    beside = reading.word(match.first - 1) == "/" and reading.scan.has(match.first - 2, "colour")
    return beside and value in _METALS


def _otherwise(reading: Reading, match: Match) -> bool:
    """As in "PVC-free", "effetto legno", "glass cleaner"."""
    ahead = reading.word(match.last)
    beside = reading.word(match.last + 1) if ahead == "-" else ahead
    half = reading.word(match.first - 1) == "-" and reading.word(match.first - 2) in _HALF
    if (
        half
        or beside in ("free", "frei", "vrij")
        or {reading.word(match.first - 1), ahead} & _LOOKS
    ):
        return True
    if _likened(reading, match.first):
        return True
    at = match.last
    while (beyond := reading.scan.match_of(at)) is not None and reading.scan.has(at, "material"):
        at = beyond.last  # "steel metal drill bits"
    return reading.word(match.first) in _WORKED_MATERIALS and reading.word(at) in _MATERIAL_WORK


def _keyed_part(reading: Reading, group: Group) -> str | None:
    """As in "Lining material: nylon": the word before "material" in the key."""
    colon = group.first - 1
    if reading.word(colon) != ":" or reading.scan.value_at(colon - 1, "textfield") != "material":
        return None
    match = reading.scan.match_of(colon - 1)
    first = match.first if match is not None else colon - 1
    before = first - 1
    plain = before >= 0 and reading.tokens.kinds[before] == "w" and not reading.tokens.glued(first)
    if not plain or first != colon - 1 or reading.word(before) in _MAIN_PARTS:
        return None
    if _goods_again(reading, before):
        return None  # "air mattress ... type: air mattress Material: PVC"
    known = (
        worked_key(reading, before)
        or reading.scan.has(before, "part")
        or reading.word(before) in _PART_WORDS
    )
    return slug(reading.word(before)) if known else None


def _chemical(reading: Reading, match: Match) -> bool:
    """As in "copper sulfate", "óxido de zinc": a compound of the metal, not the metal."""
    before = reading.word(match.first - 1)
    linked = reading.scan.has(match.first - 1, "stop")  # "de", "di"
    beside = {reading.word(match.last), before, reading.word(match.first - 2) if linked else ""}
    pair = reading.word(match.first - 2) + before  # Han characters are tokens of their own
    return bool(beside & _SALTS) or pair in _SALTS


def _either(reading: Reading, group: Group) -> bool:
    """Whether one of several is enough: not where the text says that it is a blend of them."""
    blend = BLENDED in group.values or bool(_BLENDS & {*reading.tokens.words})
    return _slashed(reading, group) and not blend


def _slashed(reading: Reading, group: Group) -> bool:
    return any(reading.word(i) == "/" for i in range(group.first, group.last))


def _compounds(reading: Reading) -> None:
    """Edelstahlrohre, Baumwolltaschen: the product's name begins with its material."""
    for at in range(max(0, reading.product[0]), max(0, reading.product[1])):
        word = reading.word(at)
        if (
            reading.tokens.kinds[at] != "w"
            or reading.scan.match_of(at) is not None
            or reading.scan.used[at]
        ):
            continue
        for head, value in _COMPOUND_HEADS:
            other = word.startswith(_OTHER_HEADS)
            if word.startswith(head) and len(word) >= len(head) + 3 and not other:
                reading.add(Draft("material", "eq", value, None, at, at + 1, 0.8))
                break


def _lone_material(reading: Reading, match: Match) -> bool:
    after = match.last
    before = match.first - 1
    return (
        after < len(reading.tokens)
        and (reading.scan.has(after, "stop") or reading.word(after) in "制质的")
    ) or (before >= 0 and reading.scan.value_at(before, "textfield") == "material")


def _for_only(reading: Reading, group: Group) -> bool:
    """As in "for wood", "for cutting metal": what it works on, not what it is made of."""
    before = group.first - 1
    while before > 0 and is_measure(reading, before):
        before -= 1
    for at in range(before, max(-1, before - 3), -1):
        if reading.scan.has(at, "for") and reading.scan.language not in ("ja",):
            outside = not reading.product[0] <= group.first < reading.product[1]
            articles = all(reading.scan.has(i, "stop") for i in range(at + 1, before + 1))
            return reading.machine or (outside and articles)
        if reading.scan.has(at, "textfield"):
            return False
    return False


def _made_of(reading: Reading, match: Match) -> bool:
    return any(
        reading.scan.value_at(i, "textfield") == "material"
        for i in range(max(0, match.first - 3), match.first)
    )


def _part_material(reading: Reading, group: Group) -> str | None:
    if reading.scan.language in ("fr", "es", "it", "pt") and reading.scan.value_at(
        group.first - 1, "part"
    ) in ("cap", "lid", "handle"):
        return str(reading.scan.value_at(group.first - 1, "part"))
    part = reading.scan.value_at(group.last, "part")
    first, last = reading.product
    goods = any(reading.word(i) == reading.word(group.last) for i in range(max(0, first), last))
    if goods or ":" in reading.tokens.words[group.last : group.last + 4]:
        part = None  # what is asked for, or the beginning of the next key
    if part is not None and part in (
        "lid",
        "handle",
        "cap",
        "wheels",
        "lining",
        "straps",
        "drawers",
    ):
        return str(part)
    for back in (2, 3):
        at = group.first - back
        if (
            at >= 0
            and reading.scan.has(at, "part")
            and any(reading.word(i) in _MADE_OF for i in range(at + 1, group.first))
        ):
            value = str(reading.scan.value_at(at, "part"))
            if value in ("lid", "handle", "cap", "wheels", "lining", "straps", "drawers"):
                return value
    return None
