"""Values of one field that stand beside each other or with "or" between: each will do."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.titles import title_end

__all__ = ["merged"]

_CHOICES = frozenset(
    {"size", "drive", "power_source", "battery_chemistry", "refrigerant", "resolution"}
    | {"neckline", "orientation", "closure", "fit"}
)  # it has but one
_BESIDE = frozenset({"size", "model", "orientation", "resolution"})
_MEASURED = frozenset(
    {"voltage", "speed", "frequency", "power", "battery_capacity", "storage", "memory"}
    | {"screen_size", "volume", "thickness", "diameter", "color_temperature", "weight"}
    | {"current", "phases"}
)  # two of them in one sentence are alternatives
_NEAR = 8  # tokens
_WORDS = 3  # between a number and what says it again
_EQUATING = word_set("quantity", "equating")


def merged(scanned: Scan, drafts: list[Draft]) -> list[Draft]:
    """Join two values of one field in one clause: choices, as in "220V/50Hz 110V/60Hz".

    Args:
        scanned: The text.
        drafts: What was read, in any order.

    Returns:
        The drafts in the order of the text, each choice one draft.
    """
    kept: list[Draft] = []
    latest: dict[str, Draft] = {}
    for draft in sorted(drafts, key=lambda d: (d.first, d.last)):
        previous = latest.get(draft.field)
        if (
            previous is not None
            and draft.op == "eq"
            and isinstance(previous.value, tuple)
            and previous.op != "between"
            and draft.value in previous.value
            and (isinstance(draft.value, str) or draft.last <= title_end(scanned))
            and not previous.first < title_end(scanned) <= draft.first  # the buyer chooses
        ):
            continue  # named again
        if kept and _flags_either(scanned, kept[-1], draft):
            words = scanned.raw(kept.pop().first, draft.last)
            scanned.notes.append(f"'{words}' is left out: of two features either will do.")
            continue
        if previous is not None and _ordered_again(scanned, previous, draft):
            continue
        if previous is not None and (
            _beside(previous, draft)
            or _slashed(scanned, previous, draft)
            or _titled_again(scanned, previous, draft)
        ):  # "M6 M8 M10", "1Ph/3Ph"
            previous.value = (*previous.values, draft.value)
            previous.op, previous.last = "any_of", draft.last
            continue
        if previous is not None and _measured_again(scanned, previous, draft):
            known = _numbers(previous)
            added = tuple(value for value in _numbers(draft) if value not in known)
            if added:
                previous.value, previous.op, previous.last = (*known, *added), "any_of", draft.last
            continue
        kept.append(draft)
        latest[draft.field] = draft
    return kept


def _numbers(draft: Draft) -> tuple[float, ...]:
    return tuple(value for value in draft.values if isinstance(value, float))


def _measured_again(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether a sentence gives a measure again, near: "a 64 GB drive ... 8 GB 16 GB"."""
    listed = draft.op == "any_of" and draft.last <= title_end(scanned)
    joined = previous.op in ("eq", "any_of") and (draft.op == "eq" or listed)
    if draft.field not in _MEASURED or not joined:
        return False
    near = 0 <= draft.first - previous.last <= _NEAR
    alike = previous.unit == draft.unit and bool(_numbers(draft))
    clauses, owner = scanned.clauses, scanned.clause_of
    sentence = clauses[owner[draft.first]].sentence
    return near and alike and sentence == clauses[owner[previous.first]].sentence


def _flags_either(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether one of two features will do, "foldable or telescopic": neither is a must."""
    flags = previous.value is True and draft.value is True and previous.op == draft.op == "eq"
    return flags and _or_between(scanned, previous.last, draft.first)


def _ordered_again(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether an order is said in another unit: "100 pieces means 100 packs"."""
    same = draft.field == "order_quantity" and draft.op == previous.op == "eq"
    between = scanned.tokens.words[previous.last : draft.first]
    again = same and draft.value == previous.value and len(between) <= _WORDS
    return again and bool(_EQUATING & {*between})


def _titled_again(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether a title names several picture sizes: "4K QLED TV 2K Smart TV"."""
    sized = draft.field == "resolution" and draft.op == "eq" and previous.op in ("eq", "any_of")
    return sized and draft.last <= title_end(scanned) and draft.value not in previous.values


def _or_between(scanned: Scan, at: int, stop: int) -> bool:
    """Whether one word for "or" is all between two places; in French it is gold."""
    match = scanned.match_of(at)
    word = scanned.tokens.word(at)
    alone = match is not None and (match.first, match.last) == (at, stop)
    either = scanned.value_at(at, "join") == "or" and word != "/"
    return alone and either and (word, scanned.language) != ("or", "fr")


def _slashed(scanned: Scan, previous: Draft, draft: Draft) -> bool:
    """Whether nothing but a slash or "or" stands between two values of one field."""
    if draft.op != "eq" or draft.first <= previous.last or previous.field != draft.field:
        return False
    if _or_between(scanned, previous.last, draft.first) and draft.value is not True:
        chosen = previous.op in ("eq", "any_of") and not isinstance(draft.value, bool)
        same = previous.unit == draft.unit and type(previous.values[0]) is type(draft.value)
        return chosen and same and draft.value not in previous.values
    if draft.first - previous.last != 1:
        return False
    if previous.op != "eq" and (previous.op != "any_of" or draft.field not in _CHOICES):
        return False
    sign = scanned.tokens.words[previous.last]
    numbers = isinstance(draft.value, float) and sign == "/"
    words = draft.field in _CHOICES and (sign in "/&" or scanned.has(previous.last, "join"))
    same = previous.unit == draft.unit and previous.field == draft.field
    return (numbers or words) and same and draft.value != previous.value


def _beside(previous: Draft, draft: Draft) -> bool:
    """Whether a size follows another with nothing between: each will do."""
    sizes = previous.field == draft.field and draft.field in _BESIDE
    sizes = sizes and isinstance(draft.value, str)
    joined = sizes and draft.op == "eq" and previous.op in ("eq", "any_of")
    return joined and draft.first == previous.last
