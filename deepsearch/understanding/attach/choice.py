"""The field word a quantity belongs to."""

from __future__ import annotations

from deepsearch.understanding.attach.named import plain_noun
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.attach.unitless import plain_side
from deepsearch.understanding.drafts import slug
from deepsearch.understanding.english import english_part
from deepsearch.understanding.field_units import fits
from deepsearch.understanding.fields import COUNT_NOUNS
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.part_nouns import HAN, WITHOUT_NAMES, part_at, part_ending
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.titles import title_end

__all__ = ["choose"]

_PARTS = word_set("key", "part_words")
_OF_THE_WHOLE = word_set("key", "of_the_whole")
_OF = word_set("quantity", "of_part")
_QUIETING = word_set("quantity", "no_noise")
_SIDES = frozenset({"length", "width", "height", "depth", "thickness", "diameter"})
_OF_ONE = _SIDES | {"weight"}
_GENITIVE = ("а", "я", "ы", "и", "ов", "ев", "ей")  # "диаметр вала", not "диаметр над валом"
_BEHIND = frozenset({"long", "wide", "high", "deep", "thick", "tall"})
_MUCH = frozenset({"ultra", "extra", "super", "double"})
_SHORTEST = 4  # letters two forms of a noun share: "shelf", "shelves"


def choose(
    state: Attaching, quantity: Quantity, around: Surroundings
) -> tuple[str, int, int] | None:
    """The field word a quantity belongs to, nearest fitting first."""
    side = _labelled(state, quantity)
    if side is not None and state.word(quantity.last - 1) in _BEHIND:
        return side, quantity.first, quantity.last  # "24 inch tall and 10 inch wide"
    before = _before(state, quantity, around)
    if before is not None:
        return before
    if side is not None:
        return side, quantity.first, quantity.last  # "H 280 cm"
    for name, first, last in around.right:
        if (
            not fits(name, quantity)
            or name == "pack_size"
            or ":" in state.tokens.words[quantity.last : last + 1]
        ):
            continue  # "500 cartons of 24": the pack is of the next number
        if name == "noise" and state.word(last) in _QUIETING:
            continue  # "50dB noise reduction"
        gap = first - quantity.last
        stated = name == "min_order_quantity" and state.word(quantity.last) == "as"  # "200 as MOQ"
        if (
            not quantity.units
            and not stated
            and (
                gap > 1
                or name in ("order_quantity", "annual_quantity", "min_order_quantity")
                or (gap == 1 and state.word(quantity.last) != "-")
            )
        ):
            continue
        if _of_other_words(state, first, last, gap):
            continue
        if gap <= 3 and not _claims_next(state, last):
            part = state.word(last)
            if name in _SIDES and part in _PARTS and part != state.word(state.product[1] - 1):
                return f"{slug(part)}_{name}", first, last + 1  # "6 mm long pin"
            return _of_part(state, name, first) if name == "time" else name, first, last
    return None


def _labelled(state: Attaching, quantity: Quantity) -> str | None:
    """The side a quantity's own label names."""
    side = next((label for label in quantity.labels if label), None)
    if side is None:
        return None
    unitless = plain_side(state, quantity, side, quantity.first)
    return side if unitless or fits(side, quantity) else None


def _before(
    state: Attaching, quantity: Quantity, around: Surroundings
) -> tuple[str, int, int] | None:
    """The nearest field word before a quantity that fits it."""
    for name, first, last in around.left:
        other = _of_a_kind(state, first) or _own_number(state, first, last, quantity)
        if name.startswith("text:") or other:
            continue
        fitting = fits(name, quantity) and (quantity.units or _bare_ok(state, quantity, last, name))
        if fitting or plain_side(state, quantity, name, last):
            whole = _of_part(state, name, first)
            if whole == name and name in _OF_ONE:
                return _of_its_part(state, quantity, (name, first, last))
            return whole, first, last
    return None


def _of_a_kind(state: Attaching, first: int) -> bool:
    """As in "ultra-wide 38 inch monitor": what kind it is, no name of a side."""
    hyphen = state.word(first - 1) == "-"
    before = state.word(first - 1 - hyphen)
    return (state.word(first) == "wide" or hyphen) and before in _MUCH


def _own_number(state: Attaching, first: int, last: int, quantity: Quantity) -> bool:
    """As in "64ram and 2tb": a field word glued to a number is of that one."""
    glued = first > 0 and state.tokens.kinds[first - 1] == "n" and state.tokens.glued(first)
    return glued and any(state.scan.has(i, "join") for i in range(last, quantity.first))


def _of_other_words(state: Attaching, first: int, last: int, gap: int) -> bool:
    """Whether a field word behind a number is a code's letter ("100M Allwinner H313") or far.

    In a title all stands side by side: "10M Mobile Transceiver High Power".
    """
    letter = last - first == 1 and len(state.word(first)) == 1 and state.tokens.glued(last)
    code = letter and state.tokens.kinds[last : last + 1] == ["n"]
    return code or (gap > (state.word(first - 1) == "-") and first < title_end(state.scan))


def _of_part(state: Attaching, name: str, first: int) -> str:
    """The side of a part has a name of its own: "seat width 46 cm"; so has the time of an act."""
    part = state.word(first - 1)
    told = first > 0 and state.scan.used[first - 1]  # the value of the key before
    timed = name == "time" and not told and plain_noun(state, first - 1)  # "burn time 9 h"
    return f"{slug(part)}_{name}" if timed or (name in _SIDES and part in _PARTS) else name


def _of_its_part(
    state: Attaching, quantity: Quantity, chosen: tuple[str, int, int]
) -> tuple[str, int, int]:
    """The field of a part's side, and its words: "slat width 35 mm", "ancho de asiento 45 cm".

    A side of a part is none of the goods: a vise with jaws of 125 mm is wider.
    """
    name, first, last = chosen
    if state.scan.language in WITHOUT_NAMES:
        return _of_known_part(state, chosen)
    part = first - 1
    clause = state.scan.clauses[state.scan.clause_of[first]]
    if state.scan.language == "en" and part >= clause.first and _part(state, part):
        before = part - 1
        opens = before < clause.first or any(
            state.scan.has(before, kind) for kind in ("stop", "with", "join", "cmp", "bound")
        )
        return (f"{english_part(state.word(part))}_{name}", part, last) if opens else chosen
    part = last
    while part < quantity.first and state.word(part) in _OF:
        part += 1
    linked = part > last or state.scan.language == "ru"
    genitive = state.scan.language != "ru" or state.word(part).endswith(_GENITIVE)
    if not linked or not genitive or part >= quantity.first or not _part(state, part):
        return chosen
    return f"{english_part(state.word(part))}_{name}", first, part + 1


def _of_known_part(state: Attaching, chosen: tuple[str, int, int]) -> tuple[str, int, int]:
    """As in 桌腿直径, 脚の直径, "ارتفاع القاعدة"."""
    name, first, last = chosen
    if state.scan.language in HAN:
        before = part_ending(state.scan, first, state.product)
        return chosen if before is None else (f"{before[0]}_{name}", before[1], last)
    behind = part_at(state.scan, last, state.product)
    if behind is None or behind[0] in _OF_THE_WHOLE:
        return chosen
    return f"{behind[0]}_{name}", first, behind[1]


def _part(state: Attaching, at: int) -> bool:
    """Whether a plain noun names a part, and neither the goods again nor all of a thing."""
    word = state.word(at)
    if word in _OF_THE_WHOLE or not plain_noun(state, at):
        return False
    stem = word[: max(_SHORTEST, len(word) - 2)]
    first, last = state.product
    return not any(state.word(i).startswith(stem) for i in range(max(0, first), max(0, last)))


def _bare_ok(state: Attaching, quantity: Quantity, last: int, name: str) -> bool:
    if name in COUNT_NOUNS and state.word(quantity.first - 1) != ":":
        return False
    if "]" in state.tokens.words[last : quantity.first]:
        return False  # "price for [quantity] 3. Lead time": a form nobody filled in
    gap = [
        i
        for i in range(last, quantity.first)
        if not state.scan.has(i, "cmp")
        and not state.scan.has(i, "stop")
        and state.word(i) not in ":=(#."
    ]
    return not gap or (name == "order_quantity" and len(gap) <= 1)


def _claims_next(state: Attaching, last: int) -> bool:
    """A field word right before another number is that number's."""
    at = last
    while at < len(state.tokens) and (
        state.scan.has(at, "cmp")
        or state.word(at) in ":="
        or (state.scan.has(at, "stop") and state.word(at) in ("of", "de", "di", "is", "von"))
    ):
        at += 1
    return at < len(state.tokens) and state.owner[at] >= 0
