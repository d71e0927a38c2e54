"""What a word says by itself, under a key that speaks of something else or of a part."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.keyvalue.foreign import foreign
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan

__all__ = ["in_place"]

_PART_WORDS = word_set("key", "part_words")
# What a thing works with: a code under these is theirs.
_WORKS = frozenset(
    {"cpu", "gpu", "chip", "chipset", "processor", "engine", "motor", "sensor"}
    | {"source", "controller", "driver", "led", "inverter", "pump", "compressor"}
)
# What is said of the thing elsewhere, and of the part under its key.
_PARTED = frozenset({"material", "grade", "colour", "finish", "areal_weight", "weight"})
_SAID_OF_PARTS = frozenset({"material", "colour", "color", "finish", "finishing"})
# Under these keys a material or a colour is another thing's.
_ELSEWHERE = frozenset(
    {"application", "size", "compatible_with", "model", "destination", "packaging"}
)
# Under these a sign is a picture: "Pattern Type: DOT".
_LOOKS = frozenset({"pattern", "print", "style", "shape", "colour", "color", "muster", "motif"})
_LIT = frozenset({"brightness", "helligkeit", "brillo", "brilho", "luminosite", "luminosita"})
_USES = frozenset({"function", "functions", "usage", "use", "movement"})
_OPEN_KEYS = word_set("key", "open")
_MAIN_PARTS = word_set("key", "main_parts")
_OF_THE_WHOLE = word_set("key", "of_the_whole")
_LOOSE = frozenset({"light_colour", "orientation", "pattern"})
_FAR = 100  # tokens
_TWO = 2  # words
_NOUN = 4  # letters
_NOUN_FIRST = frozenset({"es", "fr", "it", "pt", "ar"})
_HOW_MANY = (["anzahl"], ["cantidad"], ["nombre"], ["numero"], ["quantidade"], ["количество"])
_MADE = ("material", "materiel", "materiau", "matiere", "materia")
# Of a key of another language, these name no part.
_GENERAL = frozenset(
    {"tipo", "type", "types", "tipos", "prima", "premiere", "principal", "principale", "tessuto"}
    | {"composicion", "composition", "composizione", "composicao", "exterior", "externo"}
)


def in_place(
    scan: Scan, pairs: list[Pair], drafts: list[Draft], product: tuple[int, int] | None = None
) -> list[Draft]:
    """Drop what a word says by itself under a key that speaks of something else.

    "Clasp Type: Folding Clasp" makes no watch foldable; "Feature: Foldable" does. What a thing
    works on ("Function: PET bottle recycling") is not what it is made of.

    Args:
        scan: The text.
        pairs: Its pairs.
        drafts: What was read.
        product: Tokens of the product's name, if known.

    Returns:
        The drafts, in their order.
    """
    under = _under(scan, pairs, _goods(scan, product))
    fitted = any(scan.tokens.words[pair.colon - 1] == "fitment" for pair in pairs)
    named_by = {pair.first for pair in pairs if pair.texts == ("model",)}
    for draft in drafts:
        if draft.field == "model" and fitted and draft.first in named_by:
            draft.field = "compatible_with"  # "Car Fitment: Toyota Model: Hilux"
        else:
            draft.field = under.field_of(draft)
    return [draft for draft in drafts if under.believed(draft)]


@dataclass(slots=True)
class _Under:
    """What the key over each token says of what is read there.

    Attributes:
        owner: Token → pair whose key is unknown.
        parts: Token → part its key names.
        measured: Token → name of a key that speaks of a number field, and of more.
        fed: Tokens under keys of what feeds the thing.
        used: Tokens under keys of use, at which no material or colour is the goods' own.
        named: Tokens of the goods' name.
        looks: Tokens under keys of patterns and shapes.
        lit: Tokens under keys of brightness: "high brilliance" is no gloss.
        choices: Tokens of "Type: reinforced/plain": each is one that may be had.
        counted: Token → pair whose key asks how many of something.
        renamed: Token and field → name of the size or model its key asks of a part.
    """

    owner: dict[int, Pair] = field(default_factory=dict)
    parts: dict[int, str] = field(default_factory=dict)
    measured: dict[int, str] = field(default_factory=dict)
    fed: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    looks: set[int] = field(default_factory=set)
    lit: set[int] = field(default_factory=set)
    choices: set[int] = field(default_factory=set)
    counted: dict[int, Pair] = field(default_factory=dict)
    renamed: dict[tuple[int, str], str] = field(default_factory=dict)

    def field_of(self, draft: Draft) -> str:
        """The field of a draft under its key."""
        pair = self.owner.get(draft.first)
        if (draft.first, draft.field) in self.renamed:
            return self.renamed[draft.first, draft.field]  # "Wheel size", "Engine model"
        named = pair.name.split("_") if draft.field == "model" and pair is not None else [""]
        if pair is not None and {named[0], named[-1]} & _WORKS:
            return pair.name  # "CPU: SP9832e", "LED light source: XHP70"
        if draft.first in self.parts and draft.field in _PARTED:
            return f"{self.parts[draft.first]}_{draft.field}"  # "Blade: 304 stainless steel"
        if draft.first in self.fed and (draft.field, draft.value) == ("interface", "USB"):
            return "power_source"  # "Power source: USB"
        if draft.field != "brand":
            return draft.field
        name = pair.name if pair is not None else self.measured.get(draft.first)
        return f"{name}_brand" if name else "brand"  # "Gears: Shimano", "Speed system: Shimano"

    def believed(self, draft: Draft) -> bool:
        """Whether a draft says of the goods what it seems to."""
        pair = self.owner.get(draft.first)
        keyed = pair is not None and draft.first > pair.first
        if draft.value is True and (keyed or draft.first in self.choices):
            return False
        if draft.first in self.used and draft.field in ("material", "colour", "finish", "grade"):
            return False
        lit = draft.first in self.lit and draft.field == "finish"
        if lit or self._of_other_count(draft):
            return False
        if draft.first in self.looks and draft.field == "certification":
            return False
        named = draft.first in self.named
        numbered = draft.field == "order_quantity" and draft.first - 1 in self.named
        if named and (numbered or draft.field.startswith("supplier_")):
            return False  # "Product: AWD 3000 mower"
        loose = pair is not None and draft.field in _LOOSE and draft.first > pair.first
        words = {*pair.name.split("_")} if pair is not None else set()
        return not loose or bool({*draft.field.split("_")} & words)  # "Configuration: RGB stripe"

    def _of_other_count(self, draft: Draft) -> bool:
        """As in "Number of handles: single": no number of something else stands under it."""
        pair = self.counted.get(draft.first)
        if pair is None or draft.first <= pair.first:
            return False
        asked = {word.removesuffix("s") for word in pair.name.split("_")}
        return not {word.removesuffix("s") for word in draft.field.split("_")} & asked


def _goods(scan: Scan, product: tuple[int, int] | None) -> str:
    """The noun the product's name is built around, without an "s"; "" for none."""
    if product is None:
        return ""
    head = product[0] if scan.language in _NOUN_FIRST else product[1] - 1
    return scan.tokens.words[head].removesuffix("s")


def _under(scan: Scan, pairs: list[Pair], goods: str) -> _Under:
    found = _Under()
    for pair in pairs:
        value = range(pair.begin, pair.end)
        for tokens in _marked(scan, pair, found):
            tokens.update(value)
        if _counting(scan, pair):
            found.counted.update(dict.fromkeys(value, pair))
        if (asked := _asked_of_part(scan, pair, goods)) is not None:
            found.renamed.update(dict.fromkeys(((at, asked) for at in value), pair.name))
        part = _part_named(scan, pair, goods)
        if (part and not pair.sure) or _foreign_part(scan, pair):
            found.used.update(value)
        elif part := part or _of_another(scan, pair, goods):
            found.parts.update(dict.fromkeys(value, part))
        if pair.whole or not set(pair.texts) <= {"type"}:
            continue
        if pair.fields:
            found.measured.update(dict.fromkeys(value, pair.name))
        elif not _telling(scan, pair):
            found.owner.update(dict.fromkeys(value, pair))
    return found


def _marked(scan: Scan, pair: Pair, found: _Under) -> list[set[int]]:
    """The sets of tokens a pair's value belongs to by its key's words."""
    key = {*scan.tokens.words[pair.first : pair.colon]}
    slashed = "/" in scan.tokens.words[pair.begin : pair.end]
    told = (
        ("product" in pair.texts, found.named),
        ("power_source" in pair.texts, found.fed),
        (bool(set(pair.texts) & _ELSEWHERE or _USES & key), found.used),
        (bool(_LOOKS & key), found.looks),
        (bool(_LIT & key), found.lit),
        ("type" in pair.texts and slashed, found.choices),
    )
    return [tokens for holds, tokens in told if holds]


def _of_another(scan: Scan, pair: Pair, goods: str) -> str:
    """What "Inner material", "Connector colour" are of, if not of the whole; "" if they are."""
    words = scan.tokens.words[pair.first : pair.colon]
    made = pair.texts in (("material",), ("colour",)) and not pair.fields and len(words) == 2
    latin = made and words[1] in ("material", "colour", "color") and not pair.whole and pair.sure
    if not latin or words[0] in _MAIN_PARTS or words[0] in _OF_THE_WHOLE:
        return ""
    before = scan.tokens.words[max(0, pair.first - _FAR) : pair.first]
    whole = words[0] in before or words[0].removesuffix("s") == goods
    return "" if whole else slug(words[0])


def _part_named(scan: Scan, pair: Pair, goods: str) -> str:
    """The part a key is the name of, alone or with "material" behind it; "" for none."""
    words = scan.tokens.words[pair.first : pair.colon]
    if words[-2:] in (["material", "type"], ["materials", "type"]):
        words = words[:-1]
    told = bool(words) and words[-1] in _SAID_OF_PARTS  # "Door finish": no number of doors
    words = words[:-1] if told else words
    if not words or not (told or not pair.fields) or words[-1].removesuffix("s") == goods:
        return ""
    asked = words if pair.sure else words[-1:]  # "USB Cable Blade: 304": who knows where it begins
    return slug(" ".join(words)) if all(word in _PART_WORDS for word in asked) else ""


def _foreign_part(scan: Scan, pair: Pair) -> bool:
    """Whether a key of another language is of a part's material: "Objectifs matériels"."""
    words = scan.tokens.words[pair.first : pair.colon]
    made = any(word.startswith(_MADE) for word in words)
    if not made or pair.whole or len(words) < _TWO or not foreign(scan, pair):
        return False
    rest = (word for word in words if not word.startswith(_MADE) and len(word) >= _NOUN)
    return any(word not in _OF_THE_WHOLE | _MAIN_PARTS | _GENERAL for word in rest)


def _asked_of_part(scan: Scan, pair: Pair, goods: str) -> str | None:
    """The field that a key asks of a part: "Wheel size", "Engine model"; None if of the goods."""
    words = scan.tokens.words[pair.first : pair.colon]
    if len(words) != _TWO or words[0] == goods:
        return None
    if pair.texts == ("size",) and words[0] in _PART_WORDS:
        return "size"
    return "model" if pair.texts == ("model",) and words[0] in _WORKS else None


def _counting(scan: Scan, pair: Pair) -> bool:
    """Whether a key asks how many, and no figure stands under it."""
    words = scan.tokens.words[pair.first : pair.colon]
    asked = words[:2] == ["number", "of"] or words[:1] in _HOW_MANY
    return asked and "n" not in scan.tokens.kinds[pair.begin : pair.end]


def _telling(scan: Scan, pair: Pair) -> bool:
    """A key under which any property may stand: features, functions, keywords."""
    return any(word in _OPEN_KEYS for word in scan.tokens.words[pair.first : pair.colon])
