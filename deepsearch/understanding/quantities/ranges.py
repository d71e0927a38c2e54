"""Ranges: "8-10 mm", "8 to 10 mm", "-30 to +55 °C"."""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.state import Head, Numbers, in_unit
from deepsearch.understanding.units import Unit

__all__ = ["ranged"]

_WEAK_TO = word_set("quantity", "weak_to")  # prepositions that mean much besides "to"


def ranged(state: Numbers, head: Head) -> Quantity | None:
    """Read a range that begins with a number.

    Args:
        state: The text.
        head: The number with its unit.

    Returns:
        A quantity of shape "range", low end first, or None if nothing joins a second end.
    """
    at = _joined(state, head)
    if at is None:
        return None
    at, sign = _sign(state, at)
    if at < len(state.tokens) and state.tokens.kinds[at] != "n":
        money = state.scan.units_at(at)
        at = money[0].last if money and money[0].dimension == "money" else at
    other = state.atom(at)
    if other is None or other.values or _coded(state, head, other.last):
        return None
    units = state.scan.units_at(other.last)
    last = units[0].last if units else other.last
    senses = _shared(head.units, units or head.units)
    if senses is None:
        return None
    left, right = senses
    values = (in_unit(head.sign * head.atom.value, left), in_unit(sign * other.value, right))
    counts = (head.sign * head.atom.count, sign * other.count)
    negative = head.sign < 0 or sign < 0
    if values[0] > values[1]:
        if not (negative or head.units or (units and state.word(head.after) == "~")):
            return None
        values, counts = values[::-1], counts[::-1]
    kept = units or head.units
    return Quantity(
        head.first,
        last,
        "range",
        values,
        counts,
        kept,
        negative=negative,
        worded=head.atom.worded,
        glued=bool(kept),
        core=head.atom.first,
    )


def _coded(state: Numbers, head: Head, last: int) -> bool:
    """As in "12vdc-1c": letters that are no unit are glued to the second number."""
    if not head.units or state.word(head.after) != "-" or not state.tokens.glued(head.after):
        return False
    lettered = state.tokens.kinds[last : last + 1] == ["w"] and state.tokens.glued(last)
    return lettered and not state.scan.units_at(last)


def _sign(state: Numbers, at: int) -> tuple[int, float]:
    """The token of the second number, and the factor of a sign before it."""
    if at + 1 < len(state.tokens) and state.word(at) in ("-", "+") and state.tokens.glued(at + 1):
        return at + 1, -1.0 if state.word(at) == "-" else 1.0
    if state.word(at) == "plus" and state.number_follows(at + 1):
        return at + 1, 1.0
    minus = state.scan.starting.get(at)
    if minus is not None and any(k == "minus" for k, _ in minus.payloads):
        return minus.last, -1.0
    return at, 1.0


def _shared(
    left: tuple[Unit, ...], right: tuple[Unit, ...]
) -> tuple[Unit | None, Unit | None] | None:
    """The senses in which both ends measure one thing; None if there are none."""
    if not left:
        return (right[0], right[0]) if right else (None, None)
    shared = {u.dimension for u in left} & {u.dimension for u in right}
    if not shared:
        return None
    if left[0].dimension == right[0].dimension:
        return left[0], right[0]
    one = next(u for u in left if u.dimension in shared)
    return one, next(u for u in right if u.dimension == one.dimension)


def _joined(state: Numbers, head: Head) -> int | None:
    """Token after the word or sign that joins two ends of a range, or None."""
    after = head.after
    word = state.word(after)
    if word == "-":
        return after + 1 if after + 1 < len(state.tokens) else None
    if word in ("~", "…", "÷"):
        return after + 1
    if word == "/" and head.sign < 0 and state.word(after + 1) == "+":
        return after + 1  # "-40/+100 °C"
    match = state.scan.starting.get(after)
    if match is None:
        return None
    kinds = {kind for kind, _ in match.payloads}
    opened = state.scan.has(head.first - 1, "between")
    joins = "to" in kinds and (word not in _WEAK_TO or opened or state.number_follows(match.last))
    return match.last if joins or (opened and "between_and" in kinds) or word == "to" else None
