"""What a buyer says next, read as the answer to what was asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from deepsearch.errors import InvalidInputError
from deepsearch.schema import Operator, ParsedQuery, Requirement
from deepsearch.understanding.drafts import finish
from deepsearch.understanding.edit import merge
from deepsearch.understanding.implications import with_implied
from deepsearch.understanding.language import detect, lexicon_languages
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.parser import RuleParser, read_scan
from deepsearch.understanding.questions import (
    answering,
    asked_fields,
    label_of,
    open_questions,
    waived,
)
from deepsearch.understanding.scan import scan
from deepsearch.understanding.text import Tokens, fold, tokenise

__all__ = ["answer"]

_YES = word_set("answer", "yes")
_NO = word_set("answer", "no")
_OPEN = word_set("answer", "open")
_YES_OR_NO = "custom_logo"
_LONGEST_GUESS = 6  # tokens: more are no bare answer
_LONGEST_PLACE = 2


def answer(
    parsed: ParsedQuery,
    words: str,
    *,
    field: str | None = None,
    parser: RuleParser | None = None,
    today: dt.date | None = None,
) -> ParsedQuery:
    """Take what the buyer said next into what was understood.

    Words that state a requirement by themselves ("500 pcs to Japan") are taken as they are.
    Others answer a question: "500" how many, "Germany" where to. They are read behind the
    question's key, which the merged text holds too ("order quantity: 500"), so that spans
    still point at the words.

    Args:
        parsed: What was understood so far.
        words: What the buyer said.
        field: Field of the question that is answered; None finds the open question that the
            words can answer, or changes the quantity ("make it 300").
        parser: What to read the words with; None: the default rules.
        today: Reference day for dates without a year.

    Returns:
        The merged query, as `merge` tells. `notes` says so where nothing could be read.

    Raises:
        InvalidInputError: If no question is about the field.

    Example:
        >>> from deepsearch.understanding import parse
        >>> query = answer(parse("electric kettles"), "500", field="order_quantity")
        >>> [(r.field, r.value) for r in query.requirements if r.field == "order_quantity"]
        [('order_quantity', 500.0)]
    """
    if field is not None and field not in asked_fields():
        known = ", ".join(sorted(asked_fields()))
        raise InvalidInputError(f"No question is about '{field}'. Questions are about: {known}.")
    reader = parser if parser is not None else RuleParser()
    plain = reader.parse(words, today=today)
    tokens = tokenise(words)
    if field is not None:
        later = _labelled(parsed, field, words, today) or plain
    elif _stated(plain):
        later = plain
    else:
        later = _guessed(parsed, tokens, today) or plain
    if reader.implied and later is not plain:
        later = with_implied(later)
    merged = merge(parsed, later)
    if not reader.implied:
        merged = _as_said(merged)
    same = (merged.requirements, merged.questions) == (parsed.requirements, parsed.questions)
    if same and not waived(later.text):
        note = f"Nothing was read from the answer '{words.strip()}'."
        merged = replace(merged, notes=(*merged.notes, note))
    return merged


def _stated(read: ParsedQuery) -> list[Requirement]:
    return [r for r in read.requirements if r.implied_by is None]


def _as_said(parsed: ParsedQuery) -> ParsedQuery:
    """A query without inferences, and the questions that are open without them."""
    plain = replace(parsed, requirements=tuple(_stated(parsed)))
    if not parsed.questions:
        return plain
    return replace(plain, questions=open_questions(plain, settled=waived(plain.text)))


def _labelled(
    parsed: ParsedQuery, field: str, words: str, today: dt.date | None
) -> ParsedQuery | None:
    """The words read behind a question's key; None where they do not answer it."""
    said = f"{label_of(field)}: {words}"
    bare = _bare(words)
    if bare in _OPEN or (bare in _NO and field != _YES_OR_NO):
        return ParsedQuery(text=said, language="en", product="")
    if field == _YES_OR_NO and bare in _YES | _NO:
        span = (len(said) - len(words), len(said))
        told = Requirement(field=field, op=Operator.EQ, value=bare in _YES, span=span)
        return ParsedQuery(text=said, language="en", product="", requirements=(told,))
    read = _in_language(said, parsed.language, today)
    kept = tuple(
        r for r in read.requirements if isinstance(r.value, (str, bool)) or r.unit is not None
    )
    answered = any(r.field in answering(field) for r in kept)
    return replace(read, requirements=kept) if answered else None


def _in_language(text: str, language: str, today: dt.date | None) -> ParsedQuery:
    """What a text says outright, its words taken as those of a talk in some language."""
    tokens = tokenise(text)
    detected, lexicons = detect(text, tokens)
    lexicons = tuple(dict.fromkeys((*lexicons, *lexicon_languages(language))))
    spoken = language if detected == "en" else detected
    scanned = scan(tokens, spoken, lexicons)
    _, drafts = read_scan(scanned, today)
    return ParsedQuery(text=text, language=spoken, product="", requirements=finish(scanned, drafts))


def _guessed(parsed: ParsedQuery, tokens: Tokens, today: dt.date | None) -> ParsedQuery | None:
    """The words as the answer to the first open question that they fit."""
    if not len(tokens) or len(tokens) > _LONGEST_GUESS:
        return None
    words, known = tokens.text, {r.field for r in _stated(parsed)}
    fields = [question.field for question in parsed.questions]
    if _bare(words) in _YES | _NO | _OPEN:
        return _labelled(parsed, fields[0], words, today) if fields else None
    number = "n" in tokens.kinds
    if number and len(tokens) > 1 and "order_quantity" in known:
        number_on = words[tokens.starts[tokens.kinds.index("n")] :]  # "doch lieber | 300"
        return _labelled(parsed, "order_quantity", words, today) or _labelled(
            parsed, "order_quantity", number_on, today
        )
    for field in fields:
        later = _labelled(parsed, field, words, today)
        if later is not None and _fits(later, field, tokens, number=number):
            return later
    return None


def _fits(later: ParsedQuery, field: str, tokens: Tokens, *, number: bool) -> bool:
    """Whether an answer is of the question's kind: any words could name a material."""
    if field == "destination":
        return not number and len(tokens) <= _LONGEST_PLACE
    return any(r.field == field and not isinstance(r.value, str) for r in _stated(later))


def _bare(words: str) -> str:
    return fold(words).strip(" .,!?")
