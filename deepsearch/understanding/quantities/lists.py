"""Lists: "2, 3 or 5 mm", "4GB/8GB/16GB"."""

from __future__ import annotations

from deepsearch.understanding.numerals import Atom
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.signs import label_before, own_units
from deepsearch.understanding.quantities.state import Head, Numbers, in_unit
from deepsearch.understanding.units import Unit

__all__ = ["list_of", "listed"]

_MOST, _PAIR = 24, 2
_STEP, _INCH = 1.6, 25.4  # times the number before; mm
_WIDEST = 20.0  # times the least, what stands beside it as a choice
_GRAMS = frozenset({"g", "gr", "gram", "grams"})
_Member = tuple[Atom, tuple[Unit, ...]]


def list_of(head: Head) -> Quantity:
    """A list written without spaces: "2,3,5 mm"."""
    unit = head.units[0] if head.units else None
    values = tuple(in_unit(v, unit) for v in head.atom.values)
    return Quantity(
        head.first,
        head.after,
        "list",
        values,
        head.atom.values,
        head.units,
        glued=unit is not None,
        core=head.atom.first,
    )


def listed(state: Numbers, head: Head) -> Quantity | None:
    """Read numbers of one unit: "2, 3 or 5 mm", "4GB/8GB/16GB", "100Ah 200Ah".

    Args:
        state: The text.
        head: The first number.

    Returns:
        A quantity of shape "list", or None if fewer than two belong together.
    """
    areal = _areal(state, head)
    if areal is not None:
        return areal
    members = _members(state, head)
    if len(members) < 2:
        members = _rising(state, head)
    if len(members) < 2:
        return _labelled(state, head)
    final = members[-1][1] or head.units
    dimension = final[0].dimension
    if not head.units:
        apart = state.word(head.after) == "," and not state.tokens.glued(members[1][0].first)
        counted = dimension == "count" and state.word(head.after) != "/"
        if (len(members) == 2 and apart) or counted or dimension in ("money", "time"):
            return None  # "mesh 60, 25 kg": two things
    values = []
    for number, units in members:
        own = next((u for u in (units or final) if u.dimension == dimension), final[0])
        values.append(in_unit(number.value, own))
    alike = dimension == "data" or _of_one_size(values)  # "8GB 256GB" is one computer
    if len(values) == _PAIR and head.units and not alike:
        return None
    last_number, last_units = members[-1]
    return Quantity(
        head.first,
        last_units[0].last if last_units else last_number.last,
        "list",
        tuple(values),
        tuple(m.count for m, _ in members),
        final,
        negative=head.sign < 0,
        glued=True,
        core=head.atom.first,
    )


def _areal(state: Numbers, head: Head) -> Quantity | None:
    """As in "650g/850g/sqm", "180g/200g/m2": all the grams are by the square metre."""
    if not head.units or head.units[0].raw not in _GRAMS or state.word(head.after) != "/":
        return None
    values, at = [head.atom.value], head.after + 1
    while len(values) < _MOST:
        number = state.atom(at)
        if number is None or number.values:
            return None
        values.append(number.value)
        units = state.scan.units_at(number.last)
        if not units:
            return None
        if units[0].dimension == "areal":
            last = units[0].last
            return Quantity(
                head.first, last, "list", tuple(values), tuple(values), units, core=head.atom.first
            )
        if units[0].raw not in _GRAMS or state.word(units[0].last) != "/":
            return None
        at = units[0].last + 1
    return None


def _labelled(state: Numbers, head: Head) -> Quantity | None:
    """As in "length 600 / 750 / 950": the name of a side, then its numbers without a unit."""
    if head.units or label_before(state, head.first)[1] is None:
        return None
    values, last = [head.atom.value], head.after
    while len(values) < _MOST and state.word(last) == "/" and state.number_follows(last + 1):
        number = state.atom(last + 1)
        if number is None or number.values or own_units(state, number.last):
            return None
        values.append(number.value)
        last = number.last
    if len(values) <= _PAIR:
        return None
    return Quantity(head.first, last, "list", tuple(values), tuple(values), core=head.atom.first)


def _rising(state: Numbers, head: Head) -> list[_Member]:
    """As in "Thickness: 40 50 60mm", "rims 20 22 inch": numbers that rise to the unit's."""
    members: list[_Member] = [(head.atom, head.units)]
    at = head.after
    while not members[-1][1] and len(members) < _MOST and state.number_follows(at):
        number = state.atom(at)
        if number is None or number.values or number.worded or state.tokens.glued(at):
            return []
        if not members[-1][0].value < number.value <= _STEP * members[-1][0].value:
            return []
        units = state.scan.units_at(number.last)
        members.append((number, units))
        at = number.last
    sized = bool(members[-1][1]) and members[-1][1][0].dimension == "length"
    opens = state.word(head.first - 1) == ":" or len(members) > _PAIR
    inches = sized and members[-1][1][0].factor == _INCH
    return members if sized and (opens or inches) else []


def _members(state: Numbers, head: Head) -> list[_Member]:
    members: list[_Member] = [(head.atom, head.units)]
    at, seen = head.after, head.units
    while len(members) < _MOST:
        step = _step(state, at, bool(seen))
        if step is None:
            break
        number = state.atom(step)
        if number is None or number.values:
            break
        units = state.scan.units_at(number.last)
        aside = step == at  # without a sign between: only if both carry the unit
        if seen and not _alike(state, seen, units, at, step):
            break
        if aside and not (head.units and units):
            break
        members.append((number, units))
        at, seen = (units[0].last if units else number.last), seen or units
        if units and not head.units and _step(state, at, True) is None:
            break
    while len(members) > 1 and not head.units and not members[-1][1]:
        members.pop()
    return members


def _alike(
    state: Numbers, first: tuple[Unit, ...], other: tuple[Unit, ...], at: int, step: int
) -> bool:
    if not {u.dimension for u in first} & {u.dimension for u in other}:
        return False
    counted = first[0].dimension == "count"
    if counted and (first[0].canonical != other[0].canonical or state.word(at) == ","):
        return False  # "500脚、1脚あたり2,000円"
    spaced = state.word(at) == "," and not state.tokens.glued(step)
    return not spaced or first[0].factor == other[0].factor  # "100 m, 5 km": two things


def _of_one_size(values: list[float]) -> bool:
    """As "5 m, 600 m" are not: a length and what is bought of it."""
    low, high = min(map(abs, values)), max(map(abs, values))
    return low * _WIDEST >= high


def _step(state: Numbers, at: int, unit_seen: bool) -> int | None:
    """The token of the next number, after what joins it; None if nothing does."""
    word = state.word(at)
    if word == "/" or (word == "," and state.number_follows(at + 1)):
        return at + 1
    if state.scan.value_at(at, "join") in ("or", "and"):
        match = state.scan.starting.get(at)
        return match.last if match is not None else None
    if unit_seen and at < len(state.tokens) and state.tokens.kinds[at] == "n":
        return at
    return None
