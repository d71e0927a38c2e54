"""A parsed query as JSON, as HTML, and back."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

from deepsearch.errors import InvalidInputError
from deepsearch.schema import Operator, ParsedQuery, Question, Requirement, RequirementValue

__all__ = [
    "describe",
    "from_json",
    "requirement_from_json",
    "requirement_to_json",
    "to_html",
    "to_json",
]

_SIGNS = {
    "eq": "=",
    "ne": "≠",
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "between": "in",
    "any_of": "any of",
    "all_of": "all of",
    "none_of": "none of",
}


def _plain(value: RequirementValue) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def requirement_to_json(requirement: Requirement) -> dict[str, Any]:
    """One requirement as a JSON object.

    Args:
        requirement: The requirement.

    Returns:
        Keys field, op, value, unit, hard, span, implied_by, confidence; `why` and
        `source` where they are known.
    """
    record: dict[str, Any] = {
        "field": requirement.field,
        "op": requirement.op.value,
        "value": _plain(requirement.value),
        "unit": requirement.unit,
        "hard": requirement.hard,
        "span": list(requirement.span) if requirement.span is not None else None,
        "implied_by": requirement.implied_by,
        "confidence": round(requirement.confidence, 3),
    }
    if requirement.why is not None:
        record["why"] = requirement.why
    if requirement.source is not None:
        record["source"] = requirement.source
    return record


def to_json(parsed: ParsedQuery) -> dict[str, Any]:
    """A parsed query as a JSON object.

    Args:
        parsed: What was understood.

    Returns:
        {"text", "language", "product", "requirements"}; "questions" and "notes" where
        there are any.
    """
    record: dict[str, Any] = {
        "text": parsed.text,
        "language": parsed.language,
        "product": parsed.product,
        "requirements": [requirement_to_json(r) for r in parsed.requirements],
    }
    if parsed.questions:
        record["questions"] = [
            {"field": q.field, "text": q.text, **({"why": q.why} if q.why else {})}
            for q in parsed.questions
        ]
    if parsed.notes:
        record["notes"] = list(parsed.notes)
    return record


def requirement_from_json(record: Mapping[str, Any], text: str = "") -> Requirement:
    """Read a requirement back from JSON, checking every key.

    Args:
        record: What `requirement_to_json` wrote, possibly edited.
        text: The text its span refers to; "" leaves the span unchecked.

    Returns:
        The requirement.

    Raises:
        InvalidInputError: If a key is missing, of the wrong type or out of range.
    """
    if not isinstance(record, Mapping):
        raise InvalidInputError(f"A requirement is an object; given: {record!r}.")
    name, unit = record.get("field"), record.get("unit")
    if not isinstance(name, str) or not name:
        raise InvalidInputError(f"A requirement needs a 'field'; given: {dict(record)!r}.")
    if not isinstance(unit, (str, type(None))):
        raise InvalidInputError(f"Unit of '{name}' is {unit!r}; expected a text or null.")
    try:
        op = Operator(record.get("op", "eq"))
    except ValueError as error:
        known = ", ".join(o.value for o in Operator)
        raise InvalidInputError(
            f"'{record.get('op')}' of field '{name}' is no operator. Use one of: {known}."
        ) from error
    value = _value(name, op, record.get("value"))
    span = record.get("span")
    if span is not None:
        span = _span(name, span, text)
    confidence = record.get("confidence", 1.0)
    if (
        isinstance(confidence, bool)
        or not isinstance(confidence, (int, float))
        or not 0 <= confidence <= 1
    ):
        raise InvalidInputError(f"Confidence of '{name}' is {confidence!r}; expected 0..1.")
    implied_by, hard = record.get("implied_by"), record.get("hard", True)
    return Requirement(
        field=name,
        op=op,
        value=value,
        unit=unit,
        hard=bool(hard) and not implied_by,
        span=span,
        implied_by=implied_by,
        why=record.get("why"),
        confidence=float(confidence),
        source=record.get("source"),
    )


def _value(name: str, op: Operator, value: object) -> RequirementValue:
    if isinstance(value, list):
        items = tuple(
            float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v
            for v in value
        )
        numbers = all(isinstance(v, float) and math.isfinite(v) for v in items)
        if op is Operator.BETWEEN and not (numbers and len(items) == 2 and items[0] <= items[1]):
            raise InvalidInputError(f"'between' of '{name}' needs [low, high]; given: {value!r}.")
        if not items or not (numbers or all(isinstance(v, str) for v in items)):
            raise InvalidInputError(
                f"The list of '{name}' must hold texts or numbers; given: {value!r}."
            )
        return items
    if op in (Operator.BETWEEN, Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF):
        raise InvalidInputError(f"'{op.value}' of '{name}' needs a list; given: {value!r}.")
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    raise InvalidInputError(
        f"Value of '{name}' is {value!r}; expected a number, text, bool or list."
    )


def _span(name: str, span: object, text: str) -> tuple[int, int]:
    ok = (
        isinstance(span, (list, tuple)) and len(span) == 2 and all(isinstance(i, int) for i in span)
    )
    if not ok or not 0 <= span[0] < span[1] or (text and span[1] > len(text)):  # type: ignore[index]
        raise InvalidInputError(
            f"Span of '{name}' is {span!r}; expected [start, end] inside the text."
        )
    return span[0], span[1]  # type: ignore[index]


def from_json(record: Mapping[str, Any]) -> ParsedQuery:
    """Read a parsed query back from JSON.

    Args:
        record: What `to_json` wrote, possibly edited.

    Returns:
        The parsed query.

    Raises:
        InvalidInputError: If a part of it cannot be read.
    """
    if not isinstance(record, Mapping):
        raise InvalidInputError(f"A parsed query is an object; {type(record).__name__} was given.")
    text = record.get("text", "")
    requirements = record.get("requirements", [])
    if not isinstance(text, str) or not isinstance(requirements, list):
        raise InvalidInputError(
            "Expected {'text': text, 'requirements': list}, as `deepsearch parse --json` prints."
        )
    questions = record.get("questions", [])
    if not all(isinstance(q, Mapping) and {"field", "text"} <= q.keys() for q in questions):
        raise InvalidInputError("Each of 'questions' is an object with 'field' and 'text'.")
    return ParsedQuery(
        text=text,
        language=str(record.get("language", "en")),
        product=str(record.get("product", "")),
        requirements=tuple(requirement_from_json(r, text) for r in requirements),
        questions=tuple(
            Question(field=str(q["field"]), text=str(q["text"]), why=q.get("why"))
            for q in questions
        ),
        notes=tuple(str(note) for note in record.get("notes", [])),
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def describe(requirement: Requirement) -> str:
    """A requirement in one line, e.g. "weight ≤ 12 kg".

    Args:
        requirement: The requirement.

    Returns:
        Field, operator, value and unit, with "(wish)" where it is one.
    """
    value = requirement.value
    if requirement.op is Operator.BETWEEN and isinstance(value, tuple):
        shown = f"{_shown(value[0])}–{_shown(value[1])}"
    elif isinstance(value, tuple):
        shown = ", ".join(_shown(item) for item in value)
    else:
        shown = _shown(value)
    unit = f" {requirement.unit}" if requirement.unit else ""
    wish = "" if requirement.hard else " (wish)"
    return f"{requirement.field} {_SIGNS[requirement.op.value]} {shown}{unit}{wish}"


def to_html(parsed: ParsedQuery) -> str:
    """The text with every requirement's words underlined, and what was inferred below.

    Nested spans nest; where two cross, the second begins after the first. Everything
    of the buyer's is escaped.

    Args:
        parsed: What was understood.

    Returns:
        An HTML fragment: one <p>, then a <ul> of what has no span, if any.
    """
    by_span: dict[tuple[int, int], list[Requirement]] = {}
    for requirement in parsed.requirements:
        if requirement.span is not None:
            by_span.setdefault(requirement.span, []).append(requirement)
    pieces: list[str] = ['<p class="parsed">']
    at = 0
    for (start, end), found in sorted(by_span.items(), key=lambda item: (item[0][0], -item[0][1])):
        begin = max(start, at)
        if begin >= end:
            _annotate(pieces, found)
            continue
        pieces.append(_text(parsed.text[at:begin]))
        kind = "hard" if all(r.hard for r in found) else "wish"
        title = html.escape("; ".join(describe(r) for r in found), quote=True)
        pieces.append(f'<u class="{kind}" title="{title}">{_text(parsed.text[begin:end])}</u>')
        _annotate(pieces, found)
        at = end
    pieces.append(_text(parsed.text[at:]))
    pieces.append("</p>")
    inferred = [r for r in parsed.requirements if r.span is None]
    if inferred:
        pieces.append('<ul class="implied">')
        for requirement in inferred:
            why = f" — {html.escape(requirement.why)}" if requirement.why else ""
            pieces.append(f"<li>{html.escape(describe(requirement))}{why}</li>")
        pieces.append("</ul>")
    return "".join(pieces)


def _annotate(pieces: list[str], found: list[Requirement]) -> None:
    pieces += [f"<small>[{html.escape(describe(requirement))}]</small>" for requirement in found]


def _text(words: str) -> str:
    return html.escape(words).replace("\n", "<br>")
