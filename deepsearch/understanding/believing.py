"""What of a language model's answer the text bears out.

A quote must stand in the text, and each number must be among those the rules' own grammar
reads there, in its unit and with its sign: a model that says 30 for "minus 30 degrees", 500 l
for "500 ml" or "EN 1176" for "playground" is not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from deepsearch.errors import InvalidInputError
from deepsearch.schema import ParsedQuery, Requirement
from deepsearch.understanding.field_units import in_field_unit, in_named_unit
from deepsearch.understanding.fields import DIMENSIONS
from deepsearch.understanding.language import detect
from deepsearch.understanding.quantities import Quantity, find_quantities
from deepsearch.understanding.scan import Scan, scan
from deepsearch.understanding.serial import requirement_from_json
from deepsearch.understanding.text import fold, tokenise
from deepsearch.understanding.units import Unit

__all__ = ["verified"]

_MOST = 200  # entries looked at
_SNAKE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-(\d{2})")
_CLOSE = 0.01  # a model rounds what it converts

Measure = tuple[float, str | None]
"""A number and its unit, as a field has them."""


class _RefusedError(Exception):
    """A requirement is not believed; the message says why."""


@dataclass(frozen=True, slots=True)
class _Borne:
    """A text, and what the rules find in it.

    Attributes:
        scan: The text.
        quantities: Its quantities.
        read: What the rules made of it.
    """

    scan: Scan
    quantities: list[Quantity]
    read: ParsedQuery


def verified(
    answer: Mapping[str, Any], text: str, plain: ParsedQuery
) -> tuple[list[Requirement], list[str]]:
    """Sort a model's requirements into those the text bears out and reasons against the others.

    Args:
        answer: The model's answer; "requirements" is a list.
        text: The buyer's words.
        plain: What the rules read in them.

    Returns:
        The requirements that are believed, in the units of their fields, and a reason for
        each that is not.
    """
    tokens = tokenise(text)
    scanned = scan(tokens, *detect(text, tokens))
    borne = _Borne(scanned, find_quantities(scanned), plain)
    believed: list[Requirement] = []
    dropped: list[str] = []
    for record in answer["requirements"][:_MOST]:
        try:
            believed.append(_believed(record, text, borne))
        except _RefusedError as error:
            dropped.append(str(error))
    return believed, dropped


def _believed(record: object, text: str, borne: _Borne) -> Requirement:
    """One requirement, its numbers in the units of its field."""
    requirement = _quoted(record, text)
    items = requirement.value if isinstance(requirement.value, tuple) else (requirement.value,)
    worded = all(_worded(item, requirement, borne) for item in items if isinstance(item, str))
    numbers = [item for item in items if isinstance(item, float)]
    measures = [_borne_out(number, requirement, borne) for number in numbers]
    known = [measure for measure in measures if measure is not None]
    if not worded or len(known) < len(numbers):
        raise _RefusedError(f"{requirement.field}: its number does not stand in the text")
    if not known:
        return requirement
    values = tuple(value for value, _ in known)
    value = values if isinstance(requirement.value, tuple) else values[0]
    return replace(requirement, value=value, unit=known[0][1])


def _quoted(record: object, text: str) -> Requirement:
    """A requirement whose quote stands in the text."""
    if not isinstance(record, dict):
        raise _RefusedError("an entry that is no object")
    name, quote = str(record.get("field"))[:64], record.get("quote")
    at = text.find(quote) if isinstance(quote, str) and quote.strip() else -1
    if at < 0:
        raise _RefusedError(f"{name}: its words do not stand in the text")
    if not _SNAKE.fullmatch(name):
        raise _RefusedError(f"{name!r}: no field name")
    span = [at, at + len(str(quote))]
    told = {"span": span, "implied_by": None, "confidence": 0.8, "why": None}
    try:
        return requirement_from_json({**record, **told}, text)
    except InvalidInputError as error:
        raise _RefusedError(f"{name}: {error}") from error


def _overlaps(first: int, last: int, requirement: Requirement) -> bool:
    start, end = requirement.span or (0, 0)
    return first < end and start < last


def _worded(value: str, requirement: Requirement, borne: _Borne) -> bool:
    """Whether the digits of a worded value stand in its quote: "M8", "ISO 9001", a day."""
    if any(
        value == r.value or (isinstance(r.value, tuple) and value in r.value)
        for r in borne.read.requirements
        if r.span is not None and _overlaps(*r.span, requirement)
    ):
        return True
    start, end = requirement.span or (0, 0)
    standing = {run.lstrip("0") for run in re.findall(r"\d+", fold(borne.read.text[start:end]))}
    day = _DAY.fullmatch(value)
    wanted = [day.group(1)] if day else re.findall(r"\d+", fold(value))
    return all(run.lstrip("0") in standing for run in wanted)


def _borne_out(number: float, requirement: Requirement, borne: _Borne) -> Measure | None:
    """The measure the text gives that a model's number stands for, or None."""
    stated = set(_measures(number, requirement))
    for value, unit in _standing(requirement, borne):
        if any(
            abs(value - said) <= _CLOSE * abs(value) + 1e-9 and name in (unit, None)
            for said, name in stated
        ):
            return value, unit
    return None


def _measures(number: float, requirement: Requirement) -> Iterator[Measure]:
    """What a number in a model's unit may be in the unit of its field."""
    yield number, requirement.unit
    yield from in_named_unit(requirement.field, number, requirement.unit or "")


def _standing(requirement: Requirement, borne: _Borne) -> Iterator[Measure]:
    """Every measure the rules find in the quoted words, in units the field may have."""
    for r in borne.read.requirements:
        if r.span is not None and _overlaps(*r.span, requirement):
            numbers = r.value if isinstance(r.value, tuple) else (r.value,)
            yield from ((v, r.unit) for v in numbers if isinstance(v, float))
    wanted = DIMENSIONS.get(requirement.field, ())
    for quantity in borne.quantities:
        if not _overlaps(*borne.scan.span(quantity.first, quantity.last), requirement):
            continue
        senses = [u for u in quantity.units if u.dimension in wanted] or list(quantity.units)
        for unit in senses or (None,):
            for value, count in zip(quantity.values, quantity.counts, strict=True):
                resensed = _resensed(value, quantity.unit, unit)
                yield in_field_unit(requirement.field, resensed, count, unit)


def _resensed(value: float, read: Unit | None, meant: Unit | None) -> float:
    """A canonical value read in one sense of its unit, in another."""
    if read is None or meant is None or read.dimension == meant.dimension:
        return value
    return (value - read.offset) / read.factor * meant.factor + meant.offset
