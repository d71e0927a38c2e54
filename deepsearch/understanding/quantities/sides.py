"""Dimensions: "120 x 80 x 15 mm"."""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities.model import Quantity
from deepsearch.understanding.quantities.signs import (
    TIMES,
    label_ahead,
    label_at,
    label_before,
    own_units,
)
from deepsearch.understanding.quantities.state import Head, Numbers, in_unit
from deepsearch.understanding.units import Unit

__all__ = ["sides"]

_MOST, _FLAT = 6, 2  # sides
_SPOKEN = word_set("quantity", "spoken_times")


def sides(state: Numbers, head: Head, label: tuple[int, str | None]) -> Quantity | None:
    """Read sides joined by x, each with its own unit or all with the last one's.

    Args:
        state: The text.
        head: The first number.
        label: Token after a label of its side, and the side; None without one.

    Returns:
        A quantity of shape "dims", or None if no x and number follow.
    """
    at, side = label
    if not _joins(state, head, at):
        return None
    atoms, senses = [head.atom], [head.units]
    labels = [side or label_before(state, head.first)[1]]
    last = at
    while _joins(state, head, at) and len(atoms) < _MOST:
        begin, before = label_ahead(state, at + 1)
        atom = state.atom(begin)
        if atom is None or (atom.worded and not head.atom.worded):
            break
        units = own_units(state, atom.last)
        last = units[0].last if units else atom.last
        end, side = label_at(state, last)
        side = side or before
        if (end > last and state.word(end) in TIMES) or side:
            last = end
        if side and not units:  # "400D mm"
            units = state.scan.units_at(last)
            last = units[0].last if units else last
        if not units and state.word(last) == "(":
            units, last = _bracketed(state, last)
        atoms.append(atom)
        senses.append(units)
        labels.append(side)
        at = last
    apart = {units[0].raw for units in senses[:-1] if units}
    if len(atoms) > _FLAT and not senses[-1] and all(senses[:-1]) and len(apart) > 1:
        atoms, senses, labels = atoms[:-1], senses[:-1], labels[:-1]  # "50 mm x 50 m x 10" rolls
        last = senses[-1][0].last
    elif state.word(last) == "+" and state.tokens.glued(last) and not any(senses):
        return None  # "16 x 300+ Ah"
    if len(atoms) < _FLAT:
        return None
    final = senses[-1] or next((s for s in senses if s), ())
    shared = _length(final) or (final[0] if final else None)
    values = (
        in_unit(a.value, _length(units) or shared) for a, units in zip(atoms, senses, strict=True)
    )
    return Quantity(
        head.first,
        last,
        "dims",
        tuple(values),
        tuple(a.count for a in atoms),
        (shared,) if shared else (),
        tuple(labels),
        glued=shared is not None,
        core=head.atom.first,
    )


def _joins(state: Numbers, head: Head, at: int) -> bool:
    """Whether a sign or word joins two sides: "x", "by"; "auf", "sur" only between lengths."""
    if state.word(at) in TIMES:
        return True
    if state.word(at) not in _SPOKEN:
        return False
    other = state.atom(at + 1)
    if other is None or other.values:
        return False
    measured = _length(head.units) or _length(own_units(state, other.last))
    return measured is not None


def _length(units: tuple[Unit, ...]) -> Unit | None:
    return next((u for u in units if u.dimension == "length"), None)


def _bracketed(state: Numbers, index: int) -> tuple[tuple[Unit, ...], int]:
    inner = state.scan.units_at(index + 1)
    if inner and state.word(inner[0].last) == ")":
        return inner, inner[0].last + 1
    return (), index
