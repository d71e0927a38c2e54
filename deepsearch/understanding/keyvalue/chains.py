"""Where a value ends and the next key begins: "Shell Material:PC Rated Power:5W".

Between two colons of one line stand a value and a key with nothing between them. Each token
of that gap at which the key may begin is scored by what is known of keys (field words, heads,
the words that go before heads), of the value it leaves (its kind, what it may not end with)
and of the writing (capitals, commas, a number's unit). The best cut is taken; how far it
stands above the second says whether to believe a value whose end nothing else shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepsearch.understanding.fields import DIMENSIONS
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold

__all__ = ["NO_END", "Cut", "behind_prose", "best_cut", "in_key", "key_floor"]

_SHORT = frozenset({"max", "min", "no", "nom"})  # "Max. Speed", "Part No."
_LONGEST = 6  # words a key on a shared line may have
_VALUE_KINDS = frozenset({"colour", "material", "finish", "certification", "shape", "payment"})


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in load_data("keys")[name])


_HEADS = _words("heads")
_GENERIC = _words("generic")
_MODIFIERS = _words("modifiers")
_JOINS = _words("joins")
NO_END = _words("no_end")
_ALONE = _words("alone")
_BEFORE_ALONE = _words("before_alone")
_HEADINGS = _words("headings")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a key begins, and by how much this place is better than any other."""

    first: int
    margin: float


def in_key(scan: Scan, index: int, end: int) -> bool:
    """Whether a token may belong to the key that ends before token `end`."""
    tokens = scan.tokens
    if tokens.kinds[index] in "wc":
        return end - index <= 2 * _LONGEST
    if tokens.words[index] == "." and index and tokens.words[index - 1] in _SHORT:
        return tokens.glued(index) and index + 1 < end
    return (
        tokens.words[index] in ("-", "/", "&", "'", ".")
        and index + 1 < end
        and tokens.kinds[index + 1] == "w"
        and (tokens.words[index] == "&" or (tokens.glued(index) and tokens.glued(index + 1)))
    )


def key_floor(scan: Scan, floor: int, end: int) -> int:
    """The first token, not before `floor`, of the unbroken words before token `end`."""
    start = end
    while start > floor and in_key(scan, start - 1, end):
        start -= 1
    return start


def best_cut(scan: Scan, previous: Pair, end: int) -> Cut | None:
    """Find where the key that ends before token `end` begins.

    Args:
        scan: The text.
        previous: The key before, and where its value begins.
        end: Token after the key's last.

    Returns:
        The best cut; None if no word stands there.
    """
    start = key_floor(scan, previous.begin, end)
    scored = sorted(
        (
            (_key(scan, at, end) + _value(scan, previous, at) + _style(scan, previous, at, end), at)
            for at in _starts(scan, start, end)
        ),
        reverse=True,
    )
    if not scored:
        return None
    margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 9.0
    return Cut(scored[0][1], margin)


def behind_prose(scan: Scan, first: int, end: int) -> int:
    """Where a key begins that a sentence runs into: of "thank you, David Type:" at "Type".

    Args:
        scan: The text.
        first: Where the best cut puts it.
        end: Token after the key's last.

    Returns:
        The first token that may open a key, or `first` if none but the last word may.
    """
    words = scan.tokens.words
    for at in range(first, end):
        usual = words[at] in _MODIFIERS or words[at] in _HEADS or _known(scan, at, end)
        if usual and scan.tokens.kinds[at] in "wc":
            return at
    return first


def _starts(scan: Scan, start: int, end: int) -> list[int]:
    words = [i for i in range(start, end) if scan.tokens.kinds[i] in "wc"]
    return words[-_LONGEST:] if scan.language not in ("zh", "ja") else words[-8:]


def _known(scan: Scan, first: int, end: int) -> bool:
    match = scan.starting.get(first)
    return (
        match is not None
        and match.last == end
        and any(kind in ("field", "textfield") for kind, _ in match.payloads)
    )


def _key(scan: Scan, first: int, end: int) -> float:
    """How much tokens first..end look like a whole key."""
    tokens = scan.tokens
    words = [tokens.words[i] for i in range(first, end) if tokens.kinds[i] in "wc"]
    if _known(scan, first, end):
        score = 4.0 + 0.6 * (len(words) - 1)
        alone = words[0] in _ALONE and tokens.words[first - 1] not in _BEFORE_ALONE
        seldom = len(words) == 1 and words[0] in _GENERIC and not alone
        return score - (1.0 if seldom else 0.0)
    head, score = _headed(scan, first, end)
    title = tokens.text[tokens.starts[first]].isupper()
    score -= 0.5 * max(0, len(words) - 3)
    if not title and any(tokens.text[tokens.starts[i]].isupper() for i in range(first, end)):
        score -= 2.0  # "my company's logo Usage:"
    for index in range(first, end):
        if index == head or tokens.kinds[index] not in "wc":
            continue
        word = tokens.words[index]
        capital = tokens.text[tokens.starts[index]].isupper()
        if tokens.words[end - 1] in _ALONE and word not in _BEFORE_ALONE:
            score -= 2.0  # "Halloween Carnival Function:Toys"
        elif word in _MODIFIERS:
            score += 0.9
        elif word in _JOINS and first < index < end - 1:
            score += 0.2
        elif index > head:  # "Number of keys": what the joining word brings
            score += 0.3 if tokens.words[index - 1] in _JOINS else -2.0
        elif capital == title and words[-1] in _GENERIC and len(words) == 2:
            score += 0.5
        else:
            score -= 0.8 if capital == title else 0.9 if title and index > first else 2.0
    return score


def _headed(scan: Scan, first: int, end: int) -> tuple[int, float]:
    """Token of the key's head, and what it is worth."""
    tokens = scan.tokens
    last = end - 1
    for index in range(first + 1, end):
        if _known(scan, index, end):
            usual = all(tokens.words[i] in _MODIFIERS for i in range(first, index))
            whole = end - index > 1  # "specific use" needs nothing before it
            return last, 3.6 if usual and not whole else 2.5
    for index in range(first + 1, end - 1):
        if tokens.words[index] in _JOINS and tokens.words[index - 1] in _HEADS:
            return index - 1, 2.0
    if tokens.words[last] in _HEADS:
        return last, 2.0 - (1.0 if first == last and tokens.words[last] in _GENERIC else 0.0)
    return last, 0.5


def _style(scan: Scan, previous: Pair, first: int, end: int) -> float:
    """Whether a key is written like the one before: with a capital, or without."""
    text, starts = scan.tokens.text, scan.tokens.starts
    score = 0.0
    if text[starts[previous.first]].isupper():
        small = text[starts[first]].islower() and scan.tokens.words[first] not in _ALONE
        score -= (0.7 if _known(scan, first, end) else 2.0) if small else 0.0
    elif text[starts[first]].isupper():
        score -= 1.0
    head = scan.tokens.words[previous.colon - 1]
    if first > previous.begin and scan.tokens.words[first - 1] == head:
        score += 2.0  # "Castor: PU Castor": the value names its key again
    if scan.tokens.words[first] == head and end - first > 1:
        score -= 1.5
    if "product" in previous.texts and scan.tokens.words[first] in _MODIFIERS and end - first > 1:
        score -= 0.7  # names of goods are long, and of the same words
    return score


def _value(scan: Scan, previous: Pair, end: int) -> float:
    """How much the tokens up to `end` look like a whole value, and `end` like no part of it."""
    tokens = scan.tokens
    floor, before = previous.begin, (*previous.fields, *previous.texts)
    if end <= floor:
        return 1.0 if tokens.words[previous.colon - 1] in _HEADINGS else -2.5
    last = end - 1
    score = 0.0
    crossing = scan.match_of(last)
    if crossing is not None and crossing.last > end:
        score -= 4.0  # cuts a known phrase in two
    word = tokens.words[last]
    if word == "," and last > floor and not tokens.glued(end):
        score += 1.0
    listed = word == "," and last > floor and tokens.glued(end)  # "Hydraulic,Automatic"
    if word in NO_END or listed or word in "-/(":
        score -= 3.0
    if tokens.glued(end) and tokens.kinds[last] != "s":
        score -= 3.0
    score += _numeric_end(scan, last, end)
    measured = last > floor and tokens.words[last - 1] != "%"
    if tokens.kinds[last] == "w" and measured and _numeric_end(scan, last - 1, last) > 0:
        score -= 1.5  # "Coin diameter: 20-26 mm coin | thickness": no measure ends so
    upper = tokens.text[tokens.starts[end]].isupper()
    if tokens.kinds[last] == "w" and upper and tokens.text[tokens.starts[last]].islower():
        score += 1.0
    kinds = {kind for kind, _ in scan.kinds_at(end)}
    if kinds & (_VALUE_KINDS | {"custom"}) and not kinds & {"field", "textfield"}:
        score -= 1.5
        score -= 1.0 if _wanted(before) & kinds else 0.0
    if tokens.words[end].startswith(("accept", "customi")):
        score -= 1.5
    if end - floor == 1 and word in ("yes", "no"):
        score += 4.0  # is always whole
    return score + _typed(scan, floor, end, before)


def _wanted(before: tuple[str, ...]) -> set[str]:
    return {"payment" if name == "payment_terms" else name for name in before}


def _numeric_end(scan: Scan, last: int, end: int) -> float:
    """A number with its unit is whole; one without may have its unit behind the cut."""
    tokens = scan.tokens
    if tokens.kinds[last] == "n" and not _in_code(scan, last):
        unit = scan.units_at(end)
        return -4.0 if unit and not (unit[0].raw in ("a", "in") and not tokens.glued(end)) else 0.0
    start = last
    while start > 0 and last - start < 3 and tokens.kinds[start - 1] != "n":
        start -= 1
    if start and tokens.kinds[start - 1] == "n":
        unit = scan.units_at(start)
        if unit and unit[0].last == end:
            return 1.5
    return 0.0


def _in_code(scan: Scan, index: int) -> bool:
    """Whether a number ends a code: the 10 of "LSC320AN10 Pixel Format:" counts no pixels."""
    before = index - 1
    return before > 1 and scan.tokens.glued(index) and scan.tokens.kinds[before] == "w"


def _typed(scan: Scan, floor: int, end: int, before: tuple[str, ...]) -> float:
    """Whether the value is of the kind its key asks for."""
    wanted = _wanted(before)
    if wanted & _VALUE_KINDS:
        return 1.0 if any(scan.has(end - 1, kind) for kind in wanted & _VALUE_KINDS) else 0.0
    if any(DIMENSIONS.get(name) for name in before):
        numbers = any(scan.tokens.kinds[i] == "n" for i in range(floor, min(end, floor + 6)))
        return 0.5 if numbers else -1.0
    return 0.0
