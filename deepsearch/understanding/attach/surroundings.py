"""What stands around a quantity: comparators, field words, other words."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.understanding.attach.negation import turned
from deepsearch.understanding.attach.slips import TAILS, mistyped, tail_fields
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.quantities import Quantity

__all__ = ["Surroundings", "look_right_from", "surroundings"]


_PREPOSITIONS = word_set("bound", "prepositions")
_SIGNS = frozenset("<>≤≥")
_ADJACENT = word_set("bound", "adjacent")


@dataclass(slots=True)
class Surroundings:
    """What stands around a quantity.

    Attributes:
        op: Operator of a comparator before or behind it.
        approx: Whether "about" stands there.
        op_words: The comparator's words, folded.
        first: First token, comparator included.
        last: Token after the last, comparator included.
        left: Field words before it, nearest first: name, first token, token after.
        right: Field words behind it.
        left_words: Tokens before it that no lexicon knows, nearest first.
        bound: "max" or "min" inside a field word ("maximum weight").
    """

    op: str | None = None
    approx: bool = False
    op_words: str = ""
    first: int = 0
    last: int = 0
    left: list[tuple[str, int, int]] = field(default_factory=list)
    right: list[tuple[str, int, int]] = field(default_factory=list)
    left_words: list[int] = field(default_factory=list)
    bound: str | None = None


def surroundings(state: Attaching, quantity: Quantity) -> Surroundings:
    """Look at what stands around a quantity, within its clause."""
    around = Surroundings(first=quantity.first, last=quantity.last, op=quantity.op)
    _look_left(state, quantity, around)
    _look_right(state, quantity, around)
    return around


def _look_left(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    at, steps = quantity.first - 1, 0
    while at >= clause.first and steps < 9 and state.owner[at] < 0:
        match = state.scan.match_of(at)
        if match is None:
            if state.tokens.kinds[at] in "wc":
                _left_word(state, at, around)
            elif state.word(at) == "]":
                break  # "range [phone]$ new mileage under 80 km": what the page hid
            elif state.word(at) in "≈~" and not _alternating(quantity):
                around.approx = True
            at, steps = at - 1, steps + 1
            continue
        if _stops_left(match.payloads):
            break
        _left_match(state, quantity, match, around)
        steps += 1
        at = match.first - 1


def _stops_left(payloads: tuple[tuple[str, object], ...]) -> bool:
    kinds = {kind for kind, _ in payloads}
    return "cmp" not in kinds and bool(kinds & {"certification", "incoterm", "payment"})


def _left_word(state: Attaching, at: int, around: Surroundings) -> None:
    word = state.word(at)
    tails = tail_fields()
    if state.scan.language in ("de", "nl"):
        for tail in TAILS:
            if word.endswith(tail) and tail in tails:
                around.left.append((tails[tail], at, at + 1))
                return
    slipped = mistyped(word)
    if slipped is not None:
        around.left.append((slipped, at, at + 1))
        return
    around.left_words.append(at)


def _left_match(state: Attaching, quantity: Quantity, match: Match, around: Surroundings) -> None:
    first, last, payloads = match.first, match.last, match.payloads
    near = not around.left_words or len(around.left_words) <= 2
    fields = [str(v) for k, v in payloads if k == "field"]
    for kind, value in payloads:
        if kind == "cmp" and near and not (_loose(state, match) or _signed(state, match, quantity)):
            if value == "approx" and state.word(first) == "~" and _alternating(quantity):
                continue
            if value == "approx":
                around.approx = around.approx or state.word(first) != "±"
            elif around.op is None:
                around.op, around.op_words = (
                    turned(state.scan, str(value), first, quantity.last),
                    state.tokens.folded[state.tokens.starts[first] : state.tokens.ends[last - 1]],
                )
            around.first = min(around.first, first)
        elif kind == "bound":
            around.bound = str(value)
        elif kind == "textfield" and value in ("size", "destination", "packaging"):
            around.left.append((f"text:{value}", first, last))
    fields = _acidity(state, fields, match)
    for name in fields:
        if first not in state.taken:
            around.left.append((name, first, last))
    if not fields and any(
        k in ("material", "part", "application", "power_source", "colour", "feature")
        for k, _ in payloads
    ):
        around.left_words.append(first)


def _acidity(state: Attaching, fields: list[str], match: Match) -> list[str]:
    """The fields a word names; "pH" written so counts no phases."""
    acid = fields == ["phases"] and state.scan.raw(match.first, match.last).startswith("pH")
    return ["ph"] if acid else fields


def _alternating(quantity: Quantity) -> bool:
    """The ~ of "230V~50Hz" is that of a plate, for alternating current."""
    return quantity.unit is not None and quantity.unit.dimension in ("frequency", "voltage")


def _loose(state: Attaching, match: Match) -> bool:
    """A preposition bounds only the number right behind it: not "swing over bed 500 mm"."""
    lone = state.word(match.first) in _PREPOSITIONS and match.last == match.first + 1
    if not lone and " ".join(state.tokens.words[match.first : match.last]) not in _ADJACENT:
        return False
    at = match.last
    while at < len(state.tokens) and any(state.scan.has(at, k) for k in ("stop", "cmp")):
        at += 1
    return at >= len(state.tokens) or state.owner[at] < 0


def _signed(state: Attaching, match: Match, quantity: Quantity) -> bool:
    """Whether a sign bounds another number: "Life: >1000 times Warranty: 3 years"."""
    signs = state.word(match.first) in _SIGNS
    return signs and ":" in state.tokens.words[match.last : quantity.first]


def _look_right(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    clause = state.scan.clauses[state.scan.clause_of[quantity.last - 1]]
    at, steps = quantity.last, 0
    while at < clause.last and steps < 5 and state.owner[at] < 0:
        match = state.scan.match_of(at)
        if match is None:
            slipped = mistyped(state.word(at)) if state.tokens.kinds[at] == "w" else None
            if slipped is not None:
                around.right.append((slipped, at, at + 1))
            at, steps = at + 1, steps + 1
            continue
        fields = [str(value) for kind, value in match.payloads if kind == "field"]
        for name in _acidity(state, fields, match) if match.first not in state.taken else ():
            around.right.append((name, match.first, match.last))
        for kind, value in match.payloads:
            if kind == "cmp_post" and steps <= 2:
                _post(state, match.last, str(value), around)
        if any(k == "cmp" for k, _ in match.payloads) and not any(
            k == "cmp_post" for k, _ in match.payloads
        ):
            break
        at, steps = match.last, steps + 1


def _post(state: Attaching, last: int, value: str, around: Surroundings) -> None:
    """Take a comparator behind the quantity in."""
    clause = state.scan.clauses[state.scan.clause_of[last - 1]]
    short = state.scan.match_of(last - 1)
    lone = short is None or short.last - short.first == 1  # "or more" opens none
    small = state.word(last - 1) == "mini" and state.tokens.kinds[last : last + 1] == ["w"]
    if lone and small:
        return  # "35 ml mini perfume"
    if lone and ":" in state.tokens.words[last : min(last + 4, clause.last)]:
        return  # it opens the next key
    following_number = last < len(state.tokens) and state.owner[last] >= 0
    if following_number and state.scan.language not in ("zh", "ja"):
        return  # it bounds the next quantity
    if value == "approx":
        around.approx = True
    elif around.op is None:
        around.op = value
    around.last = max(around.last, last)


def look_right_from(state: Attaching, at: int, around: Surroundings) -> None:
    """Take a comparator that begins at a token in."""
    match = state.scan.match_of(at)
    if match is not None and match.first == at:
        for kind, value in match.payloads:
            if kind == "cmp_post":
                _post(state, match.last, str(value), around)
