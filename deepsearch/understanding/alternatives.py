"""Values of one field given several times: each will do, since no thing has them all at once."""

from __future__ import annotations

from collections import Counter

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.keyvalue import Pair
from deepsearch.understanding.scan import Scan

__all__ = ["alternatives"]

_SIDES = frozenset({"length", "width", "height", "depth", "thickness", "diameter"})
_NEAR = 20  # tokens: what is said again farther off stands in another sentence
_TOGETHER = frozenset({"certification", "standard", "interface"})  # a thing may have them all
_WORDED = 0.7  # what is so sure or less is a value's own words
_KEYED = _SIDES | {"voltage", "power", "volume", "material", "colour", "application", "weight"}


def alternatives(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> list[Draft]:
    """Join equal claims on one field: sizes side by side, and a key that is given again.

    "43x43 cm 30x45 cm" is two sizes; "Material: iron Material: steel" two choices. What stands
    under different keys ("lid material", "body material") speaks of different parts and stays.

    Args:
        scan: The text.
        pairs: Its key: value pairs.
        drafts: What was read, in any order.

    Returns:
        The drafts, joined ones as `any_of` at the place of the first.
    """
    key_at: dict[int, tuple[str, ...]] = {}
    pair_at: dict[int, int] = {}
    for number, pair in enumerate(pairs):
        pair_at.update((index, number) for index in range(pair.first, pair.end))
        words = tuple(scan.tokens.words[pair.first : pair.colon])
        for index in range(pair.first, pair.end):
            key_at[index] = words
    sets = _whole_sizes(drafts)
    drafts = _whole_lists(pairs, drafts, scan.tokens.words)
    kept: list[Draft] = []
    groups: dict[tuple[str, str | None, tuple[str, ...]], Draft] = {}
    for draft in sorted(drafts, key=lambda d: (d.first, d.last)):
        group = _group(draft, key_at, sets)
        previous = groups.get(group) if group is not None else None
        if group is None or previous is None or _same_pair(previous, draft, pair_at, group):
            kept.append(draft)
            if group is not None:
                groups[group] = draft
            continue
        values = previous.values
        if draft.value not in values:
            previous.op, previous.value = "any_of", (*values, draft.value)
            if draft.first - previous.last <= _NEAR:
                previous.last = draft.last
    return kept


def _whole_lists(pairs: list[Pair], drafts: list[Draft], words: list[str]) -> list[Draft]:
    """Drop a key's own words where the key is given again, and what it then says was not read.

    One of "Grade: DIY Grade: Industrial" is not the grade.
    """
    keys = Counter(tuple(words[pair.first : pair.colon]) for pair in pairs)
    if not any(count > 1 for count in keys.values()):
        return drafts
    read = {draft.first for draft in drafts} | {draft.last - 1 for draft in drafts}
    partial = {
        tuple(words[pair.first : pair.colon])
        for pair in pairs
        if not read & {*range(pair.first, pair.end)}
    }
    hidden = {
        index
        for pair in pairs
        if keys[key := tuple(words[pair.first : pair.colon])] > 1 and key in partial
        for index in range(pair.first, pair.end)
    }
    return [
        draft
        for draft in drafts
        if draft.first not in hidden or draft.confidence > _WORDED or type(draft.value) is not str
    ]


def _same_pair(
    previous: Draft, draft: Draft, pair_at: dict[int, int], group: tuple[str, str | None, object]
) -> bool:
    """Whether one key holds both: "Material: PU leather + plastic" is made of the two."""
    if not group[2]:
        return False
    return pair_at.get(previous.last - 1) == pair_at.get(draft.first)


def _whole_sizes(drafts: list[Draft]) -> set[tuple[int, int]]:
    """Stretches read as a whole size, length by width and on."""
    seen: dict[tuple[int, int], int] = {}
    for draft in drafts:
        if draft.field in _SIDES and draft.op == "eq":
            place = (draft.first, draft.last)
            seen[place] = seen.get(place, 0) + 1
    return {place for place, count in seen.items() if count > 1}


def _group(
    draft: Draft, key_at: dict[int, tuple[str, ...]], sets: set[tuple[int, int]]
) -> tuple[str, str | None, tuple[str, ...]] | None:
    if draft.op != "eq" or isinstance(draft.value, bool):
        return None
    if draft.field in _SIDES and (draft.first, draft.last) in sets:
        return draft.field, draft.unit, ()
    key = key_at.get(draft.first)
    worded = isinstance(draft.value, str) and draft.field not in _TOGETHER
    measured = isinstance(draft.value, float) and draft.unit is not None  # "SNR: 90 dB SNR: 95 dB"
    if key and (draft.field in _KEYED or worded or measured):
        return draft.field, draft.unit, key
    return None
