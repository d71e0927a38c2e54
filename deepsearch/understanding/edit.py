"""Changing what was understood, and merging an answer into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from deepsearch.errors import InvalidInputError
from deepsearch.schema import Operator, ParsedQuery, Requirement, RequirementValue
from deepsearch.understanding.field_units import in_named_unit
from deepsearch.understanding.implications import imply
from deepsearch.understanding.questions import open_questions, waived
from deepsearch.understanding.serial import (
    describe,
    requirement_from_json,
    requirement_to_json,
)

__all__ = ["change", "harden", "merge", "remove", "soften", "without_rule"]

# Fields a buyer may well state twice with both being meant.
_MANY = frozenset({"certification", "standard", "payment_terms"})
_BOUNDS = {Operator.GE, Operator.GT, Operator.LE, Operator.LT}


def _picked(parsed: ParsedQuery, which: int | str) -> list[int]:
    if isinstance(which, str):
        found = [i for i, r in enumerate(parsed.requirements) if r.field == which]
        if not found:
            known = ", ".join(dict.fromkeys(r.field for r in parsed.requirements)) or "none"
            raise InvalidInputError(f"No requirement on '{which}'. Requirements are on: {known}.")
        return found
    if not -len(parsed.requirements) <= which < len(parsed.requirements):
        raise InvalidInputError(
            f"There is no requirement {which}; the query has {len(parsed.requirements)}."
        )
    return [which % len(parsed.requirements)]


def _edited(
    parsed: ParsedQuery, which: int | str, edit: Callable[[Requirement], Requirement]
) -> ParsedQuery:
    picked = set(_picked(parsed, which))
    return replace(
        parsed,
        requirements=tuple(
            edit(r) if i in picked else r for i, r in enumerate(parsed.requirements)
        ),
    )


def remove(parsed: ParsedQuery, which: int | str) -> ParsedQuery:
    """Drop a requirement.

    Args:
        parsed: What was understood.
        which: Its position, or a field name (drops all on that field).

    Returns:
        The query without it.

    Raises:
        InvalidInputError: If there is no such requirement.
    """
    picked = set(_picked(parsed, which))
    return replace(
        parsed, requirements=tuple(r for i, r in enumerate(parsed.requirements) if i not in picked)
    )


def change(
    parsed: ParsedQuery,
    which: int | str,
    *,
    value: RequirementValue | Sequence[float] | Sequence[str] | None = None,
    op: Operator | str | None = None,
    unit: str | None = None,
) -> ParsedQuery:
    """Change a requirement's value, operator or unit; it then counts as the buyer's own word.

    Args:
        parsed: What was understood.
        which: Its position, or a field name.
        value: New value; None keeps it. Several are alternatives where one stood, and one
            stands alone where several did, unless `op` says otherwise.
        op: New operator; None keeps it.
        unit: Unit the value is in, such as "lb"; it is converted. None: the field's own.

    Returns:
        The changed query.

    Raises:
        InvalidInputError: If there is no such requirement, or value, operator and unit do not
            go together.
    """

    def edit(requirement: Requirement) -> Requirement:
        record = requirement_to_json(requirement)
        record |= {"confidence": 1.0, "implied_by": None}
        if value is not None:
            record["value"] = list(value) if isinstance(value, (list, tuple)) else value
            record["op"] = _op_for(requirement.op, record["value"])
        if op is not None:
            record["op"] = op
        changed = requirement_from_json(record)
        return changed if unit is None else _in_unit(changed, unit)

    return _edited(parsed, which, edit)


def _op_for(op: Operator, value: object) -> Operator:
    """The operator that says of one value, or of several, what another said before."""
    several = op in (Operator.BETWEEN, Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF)
    if isinstance(value, list) == several:
        return op
    if several:
        return Operator.NE if op is Operator.NONE_OF else Operator.EQ
    return Operator.NONE_OF if op is Operator.NE else Operator.ANY_OF


def _in_unit(requirement: Requirement, unit: str) -> Requirement:
    """A requirement whose numbers are in a unit that was named, in its field's unit."""
    value = requirement.value
    items = value if isinstance(value, tuple) else (value,)
    if unit == requirement.unit or not all(isinstance(item, float) for item in items):
        return replace(requirement, unit=unit)
    found = [
        next(iter(in_named_unit(requirement.field, item, unit)), None)
        for item in items
        if isinstance(item, float)
    ]
    known = [measure for measure in found if measure is not None]
    if len(known) < len(found):
        raise InvalidInputError(
            f"'{unit}' is no unit of '{requirement.field}'. "
            f"Give the value in {requirement.unit or 'a unit that is known'}."
        )
    values = tuple(number for number, _ in known)
    return replace(
        requirement, value=values if isinstance(value, tuple) else values[0], unit=known[0][1]
    )


def harden(parsed: ParsedQuery, which: int | str) -> ParsedQuery:
    """Make a requirement one that must hold; an inferred one becomes the buyer's own.

    Args:
        parsed: What was understood.
        which: Its position, or a field name.

    Returns:
        The changed query.
    """
    return _edited(parsed, which, lambda r: replace(r, hard=True, implied_by=None))


def soften(parsed: ParsedQuery, which: int | str) -> ParsedQuery:
    """Make a requirement a wish.

    Args:
        parsed: What was understood.
        which: Its position, or a field name.

    Returns:
        The changed query.
    """
    return _edited(parsed, which, lambda r: replace(r, hard=False))


def without_rule(parsed: ParsedQuery, rule: str) -> ParsedQuery:
    """Drop what one implication rule inferred.

    Args:
        parsed: What was understood.
        rule: Id of the rule.

    Returns:
        The query without its inferences.
    """
    return replace(
        parsed, requirements=tuple(r for r in parsed.requirements if r.implied_by != rule)
    )


def _both_hold(old: Requirement, new: Requirement) -> bool:
    """Whether two requirements on one field can stand side by side."""
    if old.op in _BOUNDS and new.op in _BOUNDS and old.unit == new.unit:
        up = {Operator.GE, Operator.GT}
        if (old.op in up) != (new.op in up):
            low, high = (old, new) if old.op in up else (new, old)
            return (
                isinstance(low.value, float)
                and isinstance(high.value, float)
                and low.value <= high.value
            )
    negative = {Operator.NE, Operator.NONE_OF}
    if (old.op in negative) != (new.op in negative):
        return old.value != new.value
    return old.field in _MANY and old.op not in negative


def merge(earlier: ParsedQuery, later: ParsedQuery) -> ParsedQuery:
    """Take an answer into what was understood: later words win, contradictions are told.

    Spans of the answer are moved behind the earlier text, which the merged text holds
    too, so every span still points at its words.

    Args:
        earlier: What was understood so far.
        later: What was understood from the answer; what it says does not matter is withdrawn.

    Returns:
        The merged query; `notes` names each requirement that was replaced or withdrawn.
        Where the earlier query holds inferences or questions, both are drawn again from all
        that now holds, replaced words are blank in the text, and rules it was spared stay
        unused. Else the inferences are those of both.
    """
    joint = (
        f"{earlier.text}\n{later.text}"
        if earlier.text and later.text
        else earlier.text or later.text
    )
    shift = len(earlier.text) + 1 if earlier.text and later.text else 0
    moved = [
        replace(r, span=(r.span[0] + shift, r.span[1] + shift)) if r.span is not None else r
        for r in later.requirements
    ]
    fresh = [r for r in moved if r.implied_by is None]
    notes = list(earlier.notes)
    kept: list[Requirement] = []
    gone = waived(later.text)
    talk = bool(earlier.questions) or any(r.implied_by for r in earlier.requirements)
    for old in earlier.requirements:
        rivals = [r for r in fresh if r.field == old.field and r.unit == old.unit]
        same = [r for r in rivals if (r.op, r.value) == (old.op, old.value)]
        if old.implied_by is not None and rivals:
            continue
        withdrawn = old.field in gone and not rivals and old.implied_by is None
        if not withdrawn and (same or not rivals or all(_both_hold(old, r) for r in rivals)):
            if not same:
                kept.append(old)
            continue
        if talk and old.span is not None:  # what no longer holds must not be inferred from
            first, last = old.span
            joint = f"{joint[:first]}{' ' * (last - first)}{joint[last:]}"
        notes.append(
            f"Withdrawn by a later answer: {describe(old)}."
            if withdrawn
            else f"Changed by a later answer: {describe(old)} → {'; '.join(map(describe, rivals))}."
        )
    merged = [r for r in kept if r.implied_by is None] + fresh
    whole = replace(
        earlier,
        text=joint,
        product=earlier.product or later.product,
        requirements=tuple(merged),
        questions=(),
        notes=(*notes, *(n for n in later.notes if n not in notes)),
    )
    if talk:
        return _drawn_again(whole, earlier, later)
    said = {r.field for r in merged}
    unique: dict[tuple[object, ...], Requirement] = {}
    for r in (*kept, *moved):
        if r.implied_by is not None and r.field not in said:
            unique.setdefault((r.implied_by, r.field, r.value), r)
    return replace(whole, requirements=(*merged, *unique.values()))


def _drawn_again(whole: ParsedQuery, earlier: ParsedQuery, later: ParsedQuery) -> ParsedQuery:
    """Infer and ask again, as the two queries did, from what holds after an answer."""
    off: set[str] = set()
    inferring = True
    for query in (earlier, later):
        held = {r.implied_by for r in query.requirements if r.implied_by}
        could = {r.implied_by for r in imply(query) if r.implied_by}
        off |= could - held
        inferring = inferring and not (could and not held)
    implied = imply(whole, switched_off=off) if inferring else ()
    whole = replace(whole, requirements=(*whole.requirements, *implied))
    if not earlier.questions:
        return whole
    return replace(whole, questions=open_questions(whole, settled=waived(whole.text)))
