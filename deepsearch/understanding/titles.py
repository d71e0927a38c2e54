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
_OFFERED = frozenset({"optional", "optionally", "opcional", "option"})  # a seller's, no wish
_PRICES = frozenset(
    {
        "price",
        "prices",
        "oferta",
        "ofertas",
        "offerta",
        "prix",
        "preis",
        "prezzo",
        "preco",
    }
)
_BOASTING = 90  # characters of a line that is no subject
_LONGEST = 80  # characters of a subject line
_SMALL, _WORDS, _MOSTLY = 3, 5, 0.8  # letters, words, share of them: of a title
_ORDERS = frozenset({"order_quantity", "min_order_quantity", "unit_price", "budget", "lead_time"})
_BOASTS = frozenset(
    {"oem", "odm", "packaging", "sample", "origin", "supplier_type", "year", "destination"}
)
_MEASURES = frozenset({"length", "weight", "temperature"})
# Of these a thing has one, and the request knows better than the title which.
_ONE = frozenset({"colour", "resolution", "custom_logo"})
_SEVERAL = frozenset({"material", "application"})
_UNSURE = 0.6  # what was guessed stands against no title


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
    boasting = scan.tokens.ends[end - 1] > _BOASTING
    asked = [
        i for i in range(end) if words[i] not in _OFFERED and not (boasting and _priced(scan, i))
    ]
    if any(scan.has(i, kind) for i in asked for kind in ("buy", "only", "wish")):
        return 0
    worded = (i for i in range(end) if scan.tokens.kinds[i] == "w" and len(words[i]) > _SMALL)
    long = [i for i in worded if words[i - 1] != "["]  # "[phone]" is the page's
    capital = sum(scan.raw(i, i + 1)[:1].isupper() for i in long)
    if len(long) >= _WORDS and capital >= _MOSTLY * len(long):
        return end
    whole = scan.tokens.ends[end - 1] < _LONGEST or any(word in _SPEECH for word in words[:end])
    return 0 if whole or any(scan.has(i, "own") for i in range(end)) else end


def _priced(scan: Scan, at: int) -> bool:
    """Whether "best price for" stands here: in a long line it is the seller who says it."""
    match = scan.match_of(at)
    return match is not None and bool(_PRICES & {*scan.tokens.words[match.first : match.last]})


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
    kept, titled, held = [], [], []
    for draft in drafts:
        if not any(copy.start <= draft.first and draft.last <= copy.stop for copy in copied):
            kept.append(draft)
        elif not _boast(scan, draft, alone=places[draft.first, draft.last] == 1):
            titled.append(draft)
    for draft in titled:
        if not _said_otherwise(draft, kept):
            held.append(draft)
        elif draft.field not in _SEVERAL:
            scan.overrule(draft.first, draft.last, draft.field)
    return kept + held


def _said_otherwise(draft: Draft, request: list[Draft]) -> bool:
    """Whether the request itself says of a field what the title says otherwise.

    "3ply toilet paper" is of two layers where the request asks for two. Of materials and uses,
    which may be several, the title's are dropped only if they are among those of the request.
    """
    said = {*draft.values}
    single = draft.field in _ONE or all(type(value) is float for value in said)
    rivals = [d for d in request if d.field == draft.field and d.confidence > _UNSURE]
    if draft.field in _SEVERAL:
        return any(said <= {*rival.values} and draft.value != rival.value for rival in rivals)
    asked = draft.op not in ("ne", "none_of")
    return single and asked and any(d.value != draft.value for d in rivals)


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
