"""Words under a key: "Motor: Brushless", "Foldable: Yes", "Material: Zirconia"."""

from __future__ import annotations

import re

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.english import english_value
from deepsearch.understanding.fields import DIMENSIONS
from deepsearch.understanding.keyvalue.chains import NO_END
from deepsearch.understanding.keyvalue.choices import members
from deepsearch.understanding.keyvalue.foreign import foreign
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.keyvalue.numbers import bare_number
from deepsearch.understanding.keyvalue.pairs import boilerplate
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold

__all__ = ["leftover_values", "open_values"]

# Text fields whose values the readers of words know better.
_LET_MENTIONS = frozenset(
    {
        "material",
        "colour",
        "finish",
        "shape",
        "certification",
        "packaging",
        "origin",
        "destination",
        "supplier_country",
        "payment_terms",
        "condition",
        "power_source",
        "grade",
        "standard",
        "size",
    }
)
# Kinds of words that say by themselves which field they are of.
_SPOKEN = ("material", "incoterm", "payment", "certification")
# Of these, a value no lexicon knows may be any word.
_OPEN = frozenset(
    {"material", "colour", "finish", "shape", "packaging", "power_source", "grade", "standard"}
)
_STYLES = frozenset({"style", "estilo", "stile", "stil"})
_NAMED = ("brand", "model", "compatible_with")
_NO_NAME = frozenset(
    {"new", "used", "original", "universal", "oem", "odm", "brand", "any", "standard", "neutral"}
)
_FLAGS = dict.fromkeys(word_set("key", "flags_yes"), True) | dict.fromkeys(
    word_set("key", "flags_no"), False
)
_SPEAKER = frozenset({"i", "we", "my", "our", "me", "please"})
_LETTERHEAD = word_set("key", "letterhead")  # requires nothing of the goods
_WEARERS = word_set("key", "wearers")
# What a form's field holds until somebody fills it in.
_BLANK = re.compile(r"\bxx+\b|\$ ?xx|dd/mm|mm/dd|yyyy", re.IGNORECASE)
_COUNTED = re.compile(r"\d+$|\d[\d.,]* ?(?:mm|cm|g|gsm|oz|colou?rs?|kinds?|types?|styles?)")
_LONGEST = 60  # characters
_LONGEST_WORDS = 10  # tokens
_SHORTEST = 2
_CASE = 6  # letters of the name of a component's case
_MOST = 2  # words of a model's name without a number
_WHOLE = 3  # words: a longer value before the dots may go on behind them
_LONGEST_KEY = 4  # words of a key nobody knows
_LINKS = word_set("quantity", "of_part")
_PART_WORDS = word_set("key", "part_words")
_PRAISE = word_set("key", "praise")


def open_values(scan: Scan, pairs: list[Pair]) -> list[Draft]:
    """Read the pairs whose key or bare value the general reading would misjudge.

    Args:
        scan: The text.
        pairs: Its pairs.

    Returns:
        Drafts; their tokens are marked as spoken for.
    """
    drafts = []
    for pair in pairs:
        if pair.end <= pair.begin:
            continue
        draft = _answered(scan, pair)
        if draft is None and _plausible(scan, pair):
            draft = bare_number(scan, pair)
        draft = draft or _own_words(scan, pair)
        if draft is not None:
            drafts.append(draft)
            scan.claim(draft.first, draft.last)
    return drafts


def _answered(scan: Scan, pair: Pair) -> Draft | None:
    """A known part, feature or finish that is said to be there, or not: "Painting: no"."""
    flag = _FLAGS.get(fold(scan.raw(pair.begin, pair.end).strip(" .,")))
    match = scan.match_of(pair.first)
    if flag is None or match is None or (match.first, match.last) != (pair.first, pair.colon):
        return None
    place = pair.first, pair.end
    for kind, value in match.payloads:
        if kind == "part":
            return Draft(str(value), "eq", flag, None, *place, 0.75)
        if kind == "finish":
            return Draft("finish", "eq" if flag else "ne", str(value), None, *place, 0.7)
        name, _, said = str(value).partition("=")
        if kind == "feature" and said == "true":
            return Draft(name, "eq", flag, None, *place, 0.75)
    return None


def _own_words(scan: Scan, pair: Pair) -> Draft | None:
    """The key's own name, the value's own words."""
    name = _key_name(pair)
    letterhead = bool(set(name.split("_")) & _LETTERHEAD) or name in _LETTERHEAD
    if len(name) < _SHORTEST or letterhead or not pair.sure:
        return None
    if not _plausible(scan, pair) or _read_elsewhere(scan, pair) or _of_wearer(scan, pair, name):
        return None
    end = pair.end
    while end > pair.begin and scan.tokens.words[end - 1] in (",", "-", "(", "/"):
        end -= 1
    value = scan.raw(pair.begin, end).strip() if end > pair.begin else ""
    flag = _FLAGS.get(fold(value))
    if flag is not None:
        told = not pair.texts and not _unnamed(scan, pair)
        return Draft(name, "eq", flag, None, pair.first, end, 0.6) if told else None
    timed = name == "application" and _holds_measure(scan, pair)  # "Usage: more than 30 years"
    again = slug(fold(value)) == name  # "Interior: Interior ..."
    if timed or again or not _speaks(scan, pair, value) or _names_none(name, value):
        return None
    seller = scan.value_at(pair.begin, "supplier_type")
    if name == "type" and seller is not None and end - pair.begin == 1:
        return Draft("supplier_type", "eq", str(seller), None, pair.first, end, 0.65)
    return _said(scan, pair, name, end)


def _said(scan: Scan, pair: Pair, name: str, end: int) -> Draft | None:
    """A draft of a value's words, or of each of those it leaves the choice between."""
    if _goes_on(scan, pair):
        return None
    choice = members(scan, pair, end, named=name in _NAMED) or [(pair.begin, end)]
    kept = [_kept(scan, pair, name, scan.raw(*member).strip()) for member in choice]
    known = tuple(dict.fromkeys(value for value in kept if value))
    if not all(kept):
        return None
    if len(known) == 1:
        return Draft(name, "eq", known[0], None, pair.first, end, 0.65)
    return Draft(name, "any_of", known, None, pair.first, end, 0.65)


def _goes_on(scan: Scan, pair: Pair) -> bool:
    """Whether a list goes on behind the sign a value was ended at: "Use: cosmetic;food.drinks"."""
    sign, ahead = pair.end, pair.end + 1
    listed = scan.tokens.word(sign) == ";" and scan.tokens.kinds[ahead : ahead + 1] == ["w"]
    small = listed and scan.raw(ahead, ahead + 1).islower()
    return small and scan.tokens.glued(sign) and scan.tokens.glued(ahead)


def _of_wearer(scan: Scan, pair: Pair, name: str) -> bool:
    """Whether a key says who the thing is for, and its value no attribute: "Men: OG101"."""
    if name in _WEARERS:
        scan.claim(pair.begin, pair.end)
    return name in _WEARERS


def _unnamed(scan: Scan, pair: Pair) -> bool:
    """Whether a key of another language has no English name: "Fuga sin costuras: Sí"."""
    key = slug(fold(scan.raw(pair.first, pair.colon)))
    return pair.name == key and foreign(scan, pair)


def _kept(scan: Scan, pair: Pair, name: str, value: str) -> str | None:
    """A value as it is kept: a name as it is written, other words in small letters."""
    if name not in _NAMED:
        return english_value(value) if foreign(scan, pair) else _lowered(value.removeprefix("For "))
    return value.title() if name == "brand" and value.islower() else value


def _holds_measure(scan: Scan, pair: Pair) -> bool:
    kinds = scan.tokens.kinds
    return any(kinds[i] == "n" and scan.units_at(i + 1) for i in range(pair.begin, pair.end - 1))


def _names_none(name: str, value: str) -> bool:
    """Whether a brand or model is none: "Brand: new", "Model: most popular design"."""
    told = any(char.isdigit() for char in value) or len(value.split()) <= _MOST
    return name in _NAMED[:2] and (fold(value) in _NO_NAME or (name == "model" and not told))


def _read_elsewhere(scan: Scan, pair: Pair) -> bool:
    """Whether the readers of quantities or of known words will read the value better."""
    taken = not scan.free(pair.begin, pair.end)  # "Protection: IP55" is read as a code already
    terms = any(scan.has(pair.begin, kind) for kind in ("incoterm", "payment", "certification"))
    if taken or terms or set(pair.texts) & (_LET_MENTIONS | {"product"}):
        return True
    if _says_nothing(scan, pair):
        return True
    numbers = any(scan.tokens.kinds[i] == "n" for i in range(pair.begin, pair.end))
    if numbers and pair.fields and not (pair.texts and pair.whole):
        return True
    words = [i for i in range(pair.begin, pair.end) if scan.tokens.kinds[i] in "wc"]
    if words and all(any(scan.has(i, kind) for kind in _SPOKEN) for i in words):
        return True
    return not pair.texts and not pair.fields and _measured(scan, pair)


def _says_nothing(scan: Scan, pair: Pair) -> bool:
    """Values that say nothing whole: "Model: For 4runner", "Weight: light"."""
    loose = scan.tokens.words[pair.begin] in ("for", "to") and "application" not in pair.texts
    if loose or scan.tokens.words[pair.begin] == "to":
        return True
    measured = any(DIMENSIONS.get(name) for name in pair.fields)
    spoken = any(scan.tokens.kinds[i] == "n" for i in range(pair.begin, pair.end))
    return measured and not pair.texts and not spoken


def _measured(scan: Scan, pair: Pair) -> bool:
    """Whether the value begins with a number and its unit, comparators before it allowed."""
    at = pair.begin
    while at < pair.end and (scan.has(at, "cmp") or scan.tokens.kinds[at] == "s"):
        at += 1
    if at >= pair.end or scan.tokens.kinds[at] != "n":
        return False
    while at < pair.end and (scan.tokens.kinds[at] == "n" or scan.tokens.words[at] in "-~/"):
        at += 1
    return bool(scan.units_at(at))


def _speaks(scan: Scan, pair: Pair, value: str) -> bool:
    """Whether a value says something whole: not blank, boilerplate or cut off."""
    if not value or len(value) > _LONGEST or _BLANK.search(value) or _hollow(fold(value)):
        return False
    if not any(scan.tokens.kinds[i] in "wcn" for i in range(pair.begin, pair.end)):
        return False
    if scan.tokens.words[pair.end - 1] in NO_END:
        return False
    if _SPEAKER & {*scan.tokens.words[pair.begin : pair.end]}:
        return False  # the sentence behind ran into it: "woven I'm only list"
    return not _cut_off(scan, pair)


def _hollow(value: str) -> bool:
    return boilerplate(value) or len(value) < _SHORTEST or value.startswith("[")


def _cut_off(scan: Scan, pair: Pair) -> bool:
    """A value the page cut off: in a word ("Silicone Ru..."), in a list or phrase ("Rear ...")."""
    rest = scan.tokens.folded[scan.tokens.ends[pair.end - 1] :].lstrip(",")
    if not rest.lstrip().startswith("..."):
        return False
    value = scan.raw(pair.begin, pair.end)
    whole = len(value.split()) <= _WHOLE and not any(sign in value for sign in ",(")
    return not (whole and rest[0] == " ")


def _plausible(scan: Scan, pair: Pair) -> bool:
    """A key that is half a sentence is no key."""
    words = [i for i in range(pair.first, pair.colon) if scan.tokens.kinds[i] == "w"]
    if not pair.fields and not pair.texts:
        if len(words) > _LONGEST_KEY:
            return False
        linked = {i for i in words[1:-1] if scan.tokens.words[i] in _LINKS}  # "Nombre de faisceaux"
        if any(scan.has(i, "stop") or scan.has(i, "must") for i in words if i not in linked):
            return False
        small = scan.raw(pair.first, pair.first + 1)[:1].islower()
        if small and scan.language == "en" and len(words) > 1:
            return False
    return pair.end - pair.begin <= _LONGEST_WORDS


def _lowered(value: str) -> str:
    """Lower-case ordinary words; leave codes and acronyms as they are."""
    return " ".join(
        word
        if any(c.isdigit() for c in word)
        or (word.isupper() and len(word) <= 5)
        or any(c.isupper() for c in word[1:])
        else word.lower()
        for word in value.split()
    )


def _key_name(pair: Pair) -> str:
    for text in pair.texts:
        if text in (*_NAMED, "application") and pair.whole:
            return text
    if pair.texts == ("type",) and pair.whole:
        return "style" if _STYLES & {pair.name} else "type"
    return pair.name


def _heads(scan: Scan, pair: Pair) -> bool:
    """Whether the key ends in its field's word: not "Fabric Feature"."""
    end = pair.unit_hint - 1 if pair.unit_hint > 0 else pair.colon
    return scan.has(end - 1, "textfield")


def leftover_values(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> list[Draft]:
    """Text values no lexicon knows: "Material: Zirconia" is the buyer's own word.

    Args:
        scan: The text.
        pairs: Its pairs.
        drafts: Everything read so far.

    Returns:
        Further drafts.
    """
    found = []
    read = {token for draft in drafts for token in range(draft.first, draft.last)}
    for pair in pairs:
        texts = [text for text in pair.texts if text in _OPEN and _heads(scan, pair)]
        if not texts or not pair.sure or not 0 < pair.end - pair.begin <= 6:
            continue
        if any(token in read for token in range(pair.begin, pair.end)):
            continue
        value = scan.raw(pair.begin, pair.end).strip(" ,.;-")
        words = [word for word in value.split() if fold(word) != texts[-1]]
        if not words or fold(words[-1]) in ("free", "frei"):
            continue
        if len(value) > 40 or fold(value) in _FLAGS or _counted(value):
            continue
        if texts[-1] == "material" and _no_material(scan, pair, value):
            continue
        if not _speaks(scan, pair, value):
            continue
        spoken = scan.tokens.words[pair.begin : pair.end], scan.tokens.kinds[pair.begin : pair.end]
        if {word for word, kind in zip(*spoken, strict=True) if kind == "w"} <= _PRAISE:
            continue
        kept = _known(scan, pair, texts[-1])
        if kept is None:
            kept = english_value(value) if foreign(scan, pair) else _lowered(" ".join(words))
        if not kept:
            continue
        if texts[-1] == "packaging" and value.isupper() and len(value) <= _CASE:
            texts = ["package_type"]  # of a component: "Package type: DIP"
        of_part = bool(set(pair.name.split("_")[:-1]) & _PART_WORDS)  # "Lining material: mesh"
        name = pair.name if of_part or pair.name == "fabric_type" else texts[-1]
        found.append(_listed(Draft(name, "eq", kept, None, pair.first, pair.end, 0.6)))
    return found


def _listed(draft: Draft) -> Draft:
    """A material's value, split where it lists several: "Crystal,Rhinestone"."""
    if draft.field.endswith("material") and isinstance(draft.value, str) and "," in draft.value:
        members = tuple(member.strip().lower() for member in draft.value.split(","))
        draft.op, draft.value = "all_of", members
    return draft


def _no_material(scan: Scan, pair: Pair, value: str) -> bool:
    """As in "Material: durable and eco-friendly", "Material: Braided ..."."""
    done = " " not in value and fold(value).endswith("ed")
    return done or any(scan.has(i, "feature") for i in range(pair.begin, pair.end))


def _known(scan: Scan, pair: Pair, kind: str) -> str | None:
    """The lexicon's word for the whole of a value: "Power source: electric power"."""
    match = scan.match_of(pair.begin)
    if match is None or (match.first, match.last) != (pair.begin, pair.end):
        return None
    value = scan.value_at(pair.begin, kind)
    return str(value) if value else None


def _counted(value: str) -> bool:
    """Whether a word's value is a number and what it counts: "10 colours", "0.5mm PVC"."""
    return bool(_COUNTED.match(fold(value)))
