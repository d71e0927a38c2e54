"""The field word a quantity belongs to."""

from __future__ import annotations

from deepsearch.understanding.attach.named import plain_noun
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.attach.unitless import plain_side
from deepsearch.understanding.drafts import slug
from deepsearch.understanding.field_units import fits
from deepsearch.understanding.fields import COUNT_NOUNS
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity

__all__ = ["choose"]

_PARTS = word_set("key", "part_words")
_QUIETING = word_set("quantity", "no_noise")
_SIDES = frozenset({"length", "width", "height", "depth", "thickness", "diameter"})


def choose(
    state: Attaching, quantity: Quantity, around: Surroundings
) -> tuple[str, int, int] | None:
    """The field word a quantity belongs to, nearest fitting first."""
    for name, first, last in around.left:
        if name.startswith("text:"):
            continue
        fitting = fits(name, quantity) and (quantity.units or _bare_ok(state, quantity, last, name))
        if fitting or plain_side(state, quantity, name, last):
            return _of_part(state, name, first), first, last
    side = next((label for label in quantity.labels if label), None)
    unitless = side is not None and plain_side(state, quantity, side, quantity.first)
    if side is not None and (unitless or fits(side, quantity)):
        return side, quantity.first, quantity.last  # "280 cm wide"
    for name, first, last in around.right:
        if not fits(name, quantity) or name == "pack_size":
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
        if gap <= 3 and not _claims_next(state, last):
            return _of_part(state, name, first) if name == "time" else name, first, last
    return None


def _of_part(state: Attaching, name: str, first: int) -> str:
    """The side of a part has a name of its own: "seat width 46 cm"; so has the time of an act."""
    part = state.word(first - 1)
    timed = name == "time" and plain_noun(state, first - 1)  # "burn time 9 h"
    return f"{slug(part)}_{name}" if timed or (name in _SIDES and part in _PARTS) else name


def _bare_ok(state: Attaching, quantity: Quantity, last: int, name: str) -> bool:
    if name in COUNT_NOUNS and state.word(quantity.first - 1) != ":":
        return False
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
