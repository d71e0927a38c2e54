"""Clauses of requirement documents: shall and must are hard, should is a wish."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from deepsearch.schema import ParsedQuery, Requirement
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.parser import RuleParser
from deepsearch.understanding.text import fold, tokenise

__all__ = ["parse_document"]

_CLAUSE = re.compile(
    r"^\s*(?:§\s*)?((?:\d{1,3}\.){0,5}\d{1,3}\.?|\([a-z0-9]{1,3}\)|[a-z]\))(?:\s+|\t)(?=\S)"
)
_AMOUNT = re.compile(r"\s*\d+\s*[a-zA-Z°%]{1,4}\b")
# A document names what it is about at its head.
_TITLE_BLOCKS = 5
_HEADING_CHARS = 120
_MARKS = " \t:-–—|,.：－"


@cache
def _modals() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in load_data("headers")["clause"].items()}


@cache
def _titles() -> tuple[list[str], frozenset[str]]:
    """Names of kinds of documents, longest first, and the words that join them to a subject."""
    table = load_data("headers")["title"]
    return sorted(table["kinds"], key=len, reverse=True), frozenset(table["joins"])


def _subject(block: str) -> str:
    """What a document's heading says it is about: "Specification: oat drink"; "" if nothing.

    The kind of document stands first in most languages, last in Chinese and Japanese.
    """
    heading = block.lstrip("# ").strip()
    folded = fold(heading)
    if len(folded) != len(heading) or len(heading) > _HEADING_CHARS:
        return ""
    kinds, joins = _titles()
    for kind in kinds:
        if folded.startswith(kind) and not folded[len(kind) : len(kind) + 1].isalnum():
            words = heading[len(kind) :].strip(_MARKS).split()
            while words and fold(words[0]) in joins:
                words.pop(0)
            return " ".join(words)
        if folded.endswith(kind) and not kind.isascii():
            return heading[: -len(kind)].strip(_MARKS)
    return ""


def _modal(sentence: str) -> bool | None:
    """Hard, wish, or nothing said."""
    words = tokenise(sentence).words
    joined = "".join(words)
    modals = _modals()
    for name, hard in (("shall", True), ("should", False)):
        if any(word in modals[name] for word in words) or any(
            mark in joined for mark in modals[f"{name}_inside"]
        ):
            return hard
    return None


def parse_document(blocks: Iterable[str], *, source: str | None = None) -> ParsedQuery:
    """Read a requirement document: numbered clauses, shall and must hard, should a wish.

    Args:
        blocks: Paragraphs, clauses or table rows ("a | b | c"), in order.
        source: Name of the document; each requirement cites it and its clause.

    Returns:
        The requirements of all blocks; the text is the blocks joined by line ends, and
        spans refer to it.
    """
    parser = RuleParser(implied=False, questions=False)
    texts: list[str] = []
    requirements: list[Requirement] = []
    product, language = "", "en"
    shift = 0
    for block in blocks:
        number, offset = _clause_number(block)
        body = block[offset:]
        parsed = parser.parse(body)
        cited = " ".join(part for part in (source, f"§{number}" if number else "") if part) or None
        if not product and not number:
            subject = _subject(block)
            product = parser.parse(subject).product or subject if subject else parsed.product
        if parsed.requirements and language == "en":
            language = parsed.language
        for r in parsed.requirements:
            assert r.span is not None  # noqa: S101 - only implied ones have none
            modal = _modal(_sentence(body, r.span))
            requirements.append(
                replace(
                    r,
                    hard=r.hard if modal is None else modal,
                    source=cited,
                    span=(r.span[0] + shift + offset, r.span[1] + shift + offset),
                )
            )
        texts.append(block)
        shift += len(block) + 1
    return ParsedQuery(
        text="\n".join(texts),
        language=language,
        product=product or _title(parser, texts),
        requirements=_once(requirements),
    )


def _clause_number(block: str) -> tuple[str, int]:
    """The number a block opens with, and where its words begin; "50 mm thick" has none."""
    match = _CLAUSE.match(block)
    if match is None or (_AMOUNT.match(block) and "." not in match.group(1)):
        return "", 0
    return match.group(1).strip(".()"), match.end()


def _sentence(text: str, span: tuple[int, int]) -> str:
    marks = (". ", "\n", "。", ";")
    start = max(text.rfind(mark, 0, span[0]) + 1 for mark in marks)
    ends = [at for mark in marks if (at := text.find(mark, span[1])) >= 0]
    return text[start : min(ends, default=len(text))]


def _once(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    seen: dict[tuple[object, ...], Requirement] = {}
    for r in requirements:
        seen.setdefault((r.field, r.op, r.value, r.unit, r.source), r)
    return tuple(seen.values())


def _title(parser: RuleParser, texts: list[str]) -> str:
    products = (parser.parse(text).product for text in texts[:_TITLE_BLOCKS])
    return next((product for product in products if product), "")
