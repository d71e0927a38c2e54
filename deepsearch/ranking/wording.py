"""Requirements and counts in words."""

from __future__ import annotations

from deepsearch.ranking.fields import field_words, unit_words
from deepsearch.ranking.units import number_text
from deepsearch.schema import Operator, Requirement

__all__ = ["counted", "requirement_words", "unit_after", "value_words"]


def counted(count: float, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun: "1 picture", "1,200 pictures"."""
    word = noun if count == 1 else plural or f"{noun}s"
    return f"{number_text(count)} {word}"


_SIGNS = {
    Operator.LE: "at most ", Operator.LT: "below ", Operator.GE: "at least ",
    Operator.GT: "above ", Operator.NE: "other than ", Operator.NONE_OF: "other than ",
}  # fmt: skip


def requirement_words(requirement: Requirement) -> str:
    """Name a requirement as a buyer would: "CE", "unit price at most 5 USD", "own logo"."""
    words, value = field_words(requirement.field), requirement.value
    if isinstance(value, bool):
        return words if value else f"no {words}"
    joint = " to " if requirement.op is Operator.BETWEEN else (
        " or " if requirement.op is Operator.ANY_OF else ", ")  # fmt: skip
    values = value if isinstance(value, tuple) else (value,)
    text = _SIGNS.get(requirement.op, "") + joint.join(value_words(v) for v in values)
    if requirement.field in ("certification", "standard"):
        return text
    return f"{words} {text}{unit_after(requirement)}"


def unit_after(requirement: Requirement) -> str:
    """Return a blank and the unit, or nothing: " pieces"."""
    value, unit = requirement.value, requirement.unit
    if unit is None:
        return ""
    return f" {unit_words(unit, value if isinstance(value, int | float) else 2)}"


def value_words(value: object) -> str:
    """Write a value for a reader."""
    return number_text(value) if isinstance(value, int | float) else str(value)
