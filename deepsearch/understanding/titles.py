"""What a seller's title, copied above a request, does not say.

A marketplace puts the listing's title on the first line of a request. It names the goods and
what they are made of; it orders nothing, and a lone measure in it ("6.78 Inch", "5kg") is of
something the title does not name. What cannot be told is left out, and what the request itself
measures is not what the title says ("3000-6000 pcs/h ... Capacity: 1000 pcs/h").
"""

from __future__ import annotations

from collections import Counter

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.scan import Scan

__all__ = ["title_end", "without_boasts"]

# What is said, not named, has one of these signs.
_SPEECH = frozenset({"?", "!", ":", ";", "。", "！", "？"})
_LONGEST = 80  # characters of a subject line
_SMALL, _WORDS, _MOSTLY = 3, 5, 0.8  # letters, words, share of them: of a title
_ORDERS = frozenset({"order_quantity", "min_order_quantity", "unit_price", "budget", "lead_time"})
_BOASTS = frozenset({"oem", "odm", "packaging", "sample", "origin", "supplier_type", "year"})
_MEASURES = frozenset({"length", "weight", "temperature"})


def title_end(scan: Scan) -> int:
    """Where a seller's title that was copied above a request ends.

    Such a title is the first line of several, asks for nothing, and is written with a capital
    on Every Long Word or goes on without a sentence's sign for longer than a subject would.

    Args:
        scan: The text.

    Returns:
        The token after the title; 0 if the text opens with none.
    """
    if scan.title is None:
        scan.title = _found(scan)
    return scan.title


def _found(scan: Scan) -> int:
    words = scan.tokens.words
    end = words.index("\n") if "\n" in words else 0
    if not 0 < end < len(words) - 1:
        return 0
    if any(scan.has(i, kind) for i in range(end) for kind in ("buy", "only", "wish")):
        return 0
    long = [i for i in range(end) if scan.tokens.kinds[i] == "w" and len(words[i]) > _SMALL]
    capital = sum(scan.raw(i, i + 1)[:1].isupper() for i in long)
    if len(long) >= _WORDS and capital >= _MOSTLY * len(long):
        return end
    whole = scan.tokens.ends[end - 1] < _LONGEST or any(word in _SPEECH for word in words[:end])
    return 0 if whole or any(scan.has(i, "own") for i in range(end)) else end


def without_boasts(scan: Scan, drafts: list[Draft]) -> list[Draft]:
    """Drop what a copied title cannot be believed about, wherever its words are repeated.

    Args:
        scan: The text.
        drafts: What was read from it.

    Returns:
        The drafts of the request itself, and of the title what it states of the goods.
    """
    copied = _copies(scan, title_end(scan))
    if not copied:
        return drafts
    places = Counter((draft.first, draft.last) for draft in drafts)
    inside = [any(c.start <= d.first and d.last <= c.stop for c in copied) for d in drafts]
    told = {d.field for d, title in zip(drafts, inside, strict=True) if not title and _one(d)}
    return [
        draft
        for draft, title in zip(drafts, inside, strict=True)
        if not title
        or not (
            (_one(draft) and draft.field in told)
            or _boast(scan, draft, alone=places[draft.first, draft.last] == 1)
        )
    ]


def _one(draft: Draft) -> bool:
    """Whether a thing has but one such value: a measure, or its colour."""
    value = draft.value[0] if isinstance(draft.value, tuple) else draft.value
    measured = isinstance(value, float) and draft.field not in _ORDERS
    return draft.op not in ("ne", "none_of") and (measured or draft.field == "colour")


def _copies(scan: Scan, end: int) -> list[range]:
    """The title's tokens, and those of a sentence that repeats it: "I'm looking for ..."."""
    words = scan.tokens.words
    starts = range(len(words) - end + 1) if end else ()
    return [range(at, at + end) for at in starts if words[at : at + end] == words[:end]]


def _boast(scan: Scan, draft: Draft, *, alone: bool) -> bool:
    if draft.field in _ORDERS or draft.field in _BOASTS:
        return True
    named = any(scan.has(i, "field") for i in range(draft.first, draft.last))
    return draft.field in _MEASURES and alone and not named
