"""What a sheet says of the goods under a title goes before what the title's words say."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.keyvalue import Pair
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold
from deepsearch.understanding.titles import title_end

__all__ = ["agreed"]

_TWO = 2
_UNSURE = 0.65  # a buyer's own word, that no lexicon knows
_COUNTED = frozenset({"order_quantity", "min_order_quantity", "unit_price", "budget"})
_NAMES = frozenset({"model", "compatible_with", "brand", "order_quantity"})
# Of these a title's word may be wider than the sheet's, and both hold.
_WIDE = frozenset({"metal", "plastic", "wood", "fabric", "paper", "leather", "alloy", "rubber"})


def agreed(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> list[Draft]:
    """Drop what the sheet under a title corrects, and names of parts taken for the goods'.

    Args:
        scan: The text.
        pairs: Its key: value pairs.
        drafts: What was read.

    Returns:
        The drafts that agree with each other, in their order.
    """
    models = [draft for draft in drafts if draft.field == "model"]
    _fit(models, drafts)
    gone = _corrected(scan, pairs, [draft for draft in drafts if draft.field == "material"])
    gone |= _asked_otherwise(scan, pairs, drafts)
    for draft in drafts if gone else ():
        if id(draft) in gone:
            scan.overrule(draft.first, draft.last, draft.field)
    gone |= {id(model) for model in models if _in_another(model, drafts)}
    gone |= _chosen(scan, pairs, drafts)
    kept = [draft for draft in drafts if id(draft) not in gone] if gone else drafts
    return _narrowest(kept)


def _narrowest(drafts: list[Draft]) -> list[Draft]:
    """Drop a material that is said more narrowly elsewhere: glass beside "borosilicate glass"."""
    made = [d for d in drafts if d.field.endswith("material") and d.op in ("eq", "all_of")]
    if len(made) < _TWO:
        return drafts
    said = [(draft.field, str(value)) for draft in made for value in draft.values]
    wide = {
        id(draft)
        for draft in made
        if draft.op == "eq"
        and any(field == draft.field and v.endswith(f" {draft.value}") for field, v in said)
    }
    return [draft for draft in drafts if id(draft) not in wide]


def _asked_otherwise(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> set[int]:
    """Measures and colours of a copied sheet where the buyer's own sentence says another.

    "I need one of 7000 m3/h ... Air flow: 50000 m3/h": the page is of another model.
    """
    end = title_end(scan)
    if not end or not pairs:
        return set()
    sheet = {index for pair in pairs for index in range(pair.first, pair.end)}
    single = [d for d in drafts if d.op not in ("ne", "none_of") and _of_one(d)]
    own: dict[str, set[object]] = {}
    for draft in single:
        if draft.first >= end and draft.first not in sheet and draft.confidence > _UNSURE:
            own.setdefault(draft.field, set()).add(draft.value)
    return {
        id(d) for d in single if d.first in sheet and d.field in own and d.value not in own[d.field]
    }


def _chosen(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> set[int]:
    """Choices of a first line or a sheet of which the request names one: "... of size A5"."""
    words = scan.tokens.words
    end = words.index("\n") if "\n" in words else 0
    sheet = {index for pair in pairs for index in range(pair.first, pair.end)} if end else set()
    copied = [d.last <= end or d.first in sheet for d in drafts]
    both = list(zip(drafts, copied, strict=True))
    named = {(d.field, d.value) for d, copy in both if d.op == "eq" and not copy}
    return {
        id(d)
        for d, copy in both
        if copy and d.op == "any_of" and isinstance(d.value, tuple)
        if any((d.field, value) in named for value in d.value)
    }


def _of_one(draft: Draft) -> bool:
    """Whether a thing has but one such value: a measure, or its colour."""
    value = draft.value[0] if isinstance(draft.value, tuple) else draft.value
    return (isinstance(value, float) and draft.field not in _COUNTED) or draft.field == "colour"


def _fit(models: list[Draft], drafts: list[Draft]) -> None:
    """A model that names again what the goods fit is that's: "for BMW X3. Model: X3 F25"."""
    fitted = [fold(str(d.value)).split() for d in drafts if d.field == "compatible_with"]
    for draft in models:
        first = fold(str(draft.value)).split()[:1]
        if any(first and first[0] in words[1:] for words in fitted):
            draft.field = "compatible_with"


def _corrected(scan: Scan, pairs: list[Pair], materials: list[Draft]) -> set[int]:
    """Materials of a title that the sheet's own "Material: ..." leaves out."""
    end = title_end(scan)
    titled = [d for d in materials if d.last <= end and d.op in ("eq", "all_of")]
    if not titled:
        return set()
    sheet = [
        draft
        for pair in pairs
        if pair.first >= end and pair.whole and "material" in pair.texts
        for draft in materials
        if pair.first <= draft.first < pair.end and draft.confidence > _UNSURE
    ]
    said: set[object] = set()
    for draft in sheet:
        said |= {*draft.values}
    if not said or said & _WIDE:
        return set()
    return {id(d) for d in titled if not all(_agrees(value, said) for value in d.values)}


def _agrees(value: object, said: set[object]) -> bool:
    return value in said or _wider(str(value), said)


def _wider(value: str, said: set[object]) -> bool:
    """Whether a title's word may hold beside the sheet's: "metal" beside "brass"."""
    if value in ("paper", "leather"):
        return any(value in str(other) or "card" in str(other) for other in said)
    return value in _WIDE


def _in_another(model: Draft, drafts: list[Draft]) -> bool:
    """Whether a code is that of a part named elsewhere: "Chipset: Rockchip RK3566"."""
    code = fold(str(model.value))
    return any(
        other.field not in _NAMES
        and isinstance(other.value, str)
        and code in fold(other.value).split()
        and len(code) < len(other.value)
        for other in drafts
    )
