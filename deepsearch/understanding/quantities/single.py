"""One number with its unit, sign and tolerance."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.numerals import Atom
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.signs import TIMES, currency_before
from deepsearch.understanding.quantities.state import Head, Numbers, in_unit
from deepsearch.understanding.units import Unit, convert

__all__ = ["inside_code", "single"]

_CHAINED = frozenset({"v", "w", "kw", "ah", "a", "hz", "ml", "mah", "wh", "kwh"})
# Letters that stand glued before a number without making it a code.
_NO_CODE = frozenset({"ac", "dc", "rmb", "usd", "eur", "us", "ø", "φ", "qty", "moq"})


def inside_code(state: Numbers, atom: Atom) -> bool:
    """A number glued to letters on its left is part of a code: "M10", "CRBFV108AT"."""
    tokens, before = state.tokens, atom.first - 1
    if atom.worded or not tokens.glued(atom.first) or tokens.kinds[before] != "w":
        return not atom.worded and (_chained(state, before) or _between_codes(state, atom))
    word = tokens.words[before]
    if any("\u0600" <= char <= "\u06ff" for char in word):
        return False
    if word in ("x", "х") and before > 0 and tokens.kinds[before - 1] in "ns":
        behind = tokens.kinds[atom.last : atom.last + 1] == ["w"] and tokens.glued(atom.last)
        capitals = behind and tokens.raw(before, atom.last + 1).isupper()
        return capitals and not tokens.glued(before)  # "X3M X4M"
    if word in "lwhdtb" and {state.word(atom.last), state.word(before - 1)} & TIMES:
        return False  # "L120 x W80"
    if state.scan.units_at(before) and (
        currency_before(state, atom.first) or _measures(state, atom)
    ):
        return False
    return word not in _NO_CODE and not _worded_label(state, before)


def _measures(state: Numbers, atom: Atom) -> bool:
    """As in "60v20ah": a measure, and the next one glued to it."""
    tokens, before = state.tokens, atom.first - 1
    glued = before > 0 and tokens.glued(before) and tokens.kinds[before - 1] == "n"
    follows = atom.last < len(tokens) and tokens.glued(atom.last)
    return (
        glued
        and follows
        and state.word(before) in _CHAINED
        and bool(state.scan.units_at(atom.last))
    )


def _chained(state: Numbers, sign: int) -> bool:
    """As in "5-amino-1mq": a number between two words of one name."""
    tokens = state.tokens
    if state.word(sign) != "-":
        return False
    glued = all(tokens.glued(i) for i in range(max(1, sign - 1), sign + 2))
    words = [tokens.kinds[i] for i in range(sign - 3, sign + 1)] if sign > 2 else []
    return glued and words == ["n", "s", "w", "s"] and tokens.words[sign - 2] == "-"


def _between_codes(state: Numbers, atom: Atom) -> bool:
    """As in "jrd-a-12vdc-1c": dashes on both sides, and behind the second a code."""
    tokens, before = state.tokens, atom.first - 1
    if before < 1 or tokens.words[before] != "-" or not tokens.glued(before):
        return False
    units = state.scan.units_at(atom.last)
    at = units[0].last if units else atom.last
    if state.word(at) != "-" or tokens.kinds[at + 1 : at + 3] != ["n", "w"]:
        return False
    glued = all(tokens.glued(i) for i in range(atom.first, at + 3))
    return glued and not state.scan.units_at(at + 2)


def _worded_label(state: Numbers, index: int) -> bool:
    """Whether a token ends a word that may be glued to its number: "Weight5kg"."""
    match = state.scan.match_of(index)
    if match is None or match.last != index + 1 or len(state.tokens.words[index]) < 3:
        return False
    return any(kind in ("field", "cmp", "textfield", "approx") for kind, _ in match.payloads)


def single(state: Numbers, head: Head, label: tuple[int, str | None]) -> Quantity:
    """Read a single number, with what stands right behind it.

    Args:
        state: The text.
        head: The number with its unit.
        label: Token after a label of its side, and the side; None without one.

    Returns:
        A quantity of shape "one".
    """
    op: str | None = None
    sign, after, units = head.sign, head.after, head.units
    more = state.tokens.kinds[after + 1 : after + 2] == ["n"]  # "1TB+2 controllers"
    if state.word(after) == "+" and state.tokens.glued(after) and not more:
        op, after = "ge", after + 1
        if not units:
            units = state.scan.units_at(after)
            after = units[0].last if units else after
    below = state.scan.starting.get(after)
    if below is not None and any(k == "below_zero" for k, _ in below.payloads):
        sign, after = -1.0, below.last
    unit = units[0] if units else None
    end, side = label
    made = Quantity(
        head.first,
        end if side else after,
        "one",
        (in_unit(sign * head.atom.value, unit),),
        (head.atom.count,),
        units,
        (side,) if side else (),
        op=op,
        negative=sign < 0,
        worded=head.atom.worded,
        glued=bool(units) and after > head.atom.last and state.tokens.glued(head.atom.last),
        core=head.atom.first,
    )
    return _toleranced(state, made, unit)


def _toleranced(state: Numbers, made: Quantity, unit: Unit | None) -> Quantity:
    at = made.last
    if state.word(at) == "+" and state.word(at + 1) == "/" and state.word(at + 2) == "-":
        at += 3
    elif state.word(at) == "±":
        at += 1
    else:
        return made
    atom = state.atom(at)
    if atom is None:
        return made
    senses = state.scan.units_at(atom.last)
    last = senses[0].last if senses else atom.last
    sense = senses[0] if senses else unit
    if (
        sense is not None
        and sense.dimension == "percent"
        and (unit is None or unit.dimension != "percent")
    ):
        width = abs(made.values[0]) * atom.value / 100
    else:
        width = atom.value * (sense.factor if sense is not None else 1.0)
    base = made.values[0]
    if unit is None and sense is not None:  # "15 ± 5 mm"
        base = convert(base, sense)
        return replace(made, last=last, units=senses, values=(base,), tolerance=width)
    return replace(made, last=last, tolerance=width)
