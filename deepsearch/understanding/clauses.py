"""Clauses of requirement documents: shall and must are hard, should is a wish."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from deepsearch.schema import ParsedQuery, Requirement
from deepsearch.understanding.headers import title_kinds
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.parser import RuleParser
from deepsearch.understanding.schedule import name_of_the_thing
from deepsearch.understanding.text import fold, is_cjk, tokenise

__all__ = ["parse_document"]

_CLAUSE = re.compile(
    r"^\s*(?:§\s*)?((?:\d{1,3}\.){0,5}\d{1,3}\.?|\([a-z0-9]{1,3}\)|[a-z]\)"
    r"|[A-Z](?:\.\d{1,3}){1,4}|(?:REQ|R|FR|NFR|SR)-\d{1,4}:?)(?:\s+|\t)(?=\S)"
    r"|^\s*(第[一二三四五六七八九十百\d]{1,4}[条章节]|[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)\s*(?=\S)"
)
_AMOUNT = re.compile(r"\s*\d+\s*[a-zA-Z°%]{1,4}\b")
# A document names what it is about at its head.
_AT = re.compile(r"(?:\bat|\bbei|\bà|\ba|\bin|在|距)\s*$", re.IGNORECASE)  # "noise at 1 m"
_PLAIN = 0.7  # confidence from which on a measure was named
_TITLE_BLOCKS = 5
_HEADING_CHARS = 120
_MARKS = " \t:-–—|,.：－"


@cache
def _modals() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in load_data("headers")["clause"].items()}


def _subject(block: str) -> tuple[str, int] | None:
    """What a document's heading says it is about, and where: "Specification: oat drink".

    The kind of document stands first in most languages, last in Chinese and Japanese.
    "" where a heading names nothing but kinds of documents; None for another block.
    """
    heading = block.lstrip("# ").strip()
    folded = fold(heading)
    if len(heading) > _HEADING_CHARS:
        return None
    kinds, joins = title_kinds(), load_data("headers")["title"]["joins"]
    first, last, known = 0, len(folded), False
    while first < last:
        if not folded[first].isalnum() or folded[first].isdigit():
            first += 1
            continue
        kind = next((kind for kind in kinds if _whole_word(folded, first, kind)), None)
        join = next((join for join in joins if _whole_word(folded, first, join)), None)
        if kind is None and (join is None or not known):
            break
        known, first = True, first + len(kind or join or "")
    for kind in kinds:
        if not kind.isascii() and folded[first:last].endswith(kind):
            known, last = True, last - len(kind)
    if not known:
        return None
    subject = heading[first:last].strip(_MARKS).removeprefix("关于").removesuffix("的")
    return subject, block.find(subject)


def _whole_word(text: str, at: int, word: str) -> bool:
    return text.startswith(word, at) and not text[at + len(word) : at + len(word) + 1].isalnum()


def _about(parser: RuleParser, subject: str) -> str:
    """The thing in a heading's subject, less the work that is bought with it."""
    name = name_of_the_thing(subject)
    if any(map(is_cjk, name)) and not any(char.isdigit() for char in name):
        return name.strip(_MARKS)  # a short name is all of it, whatever its characters mean
    return parser.parse(name).product or name


def _modal(sentence: str) -> bool | None:
    """Hard, wish, or nothing said."""
    modals = _modals()
    for compound in modals["no_modals"]:
        sentence = sentence.replace(compound, "  ")
    words = tokenise(sentence).words
    joined = "".join(words)
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
        heading = _subject(block[offset:]) if not product and not requirements else None
        if heading is not None:
            offset += heading[1]
            product = _about(parser, heading[0]) if heading[0] else ""
        body = block[offset:] if heading is None else heading[0]
        parsed = parser.parse(body)
        cited = " ".join(part for part in (source, f"§{number}" if number else "") if part) or None
        if not product and not number and heading is None and not body.rstrip().endswith(":"):
            prose = body.rstrip().endswith((".", "。", "!", "！"))
            product = _about(parser, body) if parsed.product and not prose else parsed.product
        if parsed.requirements and language == "en":
            language = parsed.language
        for r in parsed.requirements:
            assert r.span is not None  # noqa: S101 - only implied ones have none
            sentence = _sentence(body, r.span)
            if _aside(r, sentence, body[: r.span[0]]):
                continue
            modal = _modal(sentence)
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
    if match is None or (_AMOUNT.match(block) and "." not in match.group()):
        return "", 0
    number = match.group(1) or match.group(2)
    return number.strip(".():（）、"), match.end()


def _sentence(text: str, span: tuple[int, int]) -> str:
    marks = (". ", "\n", "。", ";")
    start = max(text.rfind(mark, 0, span[0]) + 1 for mark in marks)
    ends = [at for mark in marks if (at := text.find(mark, span[1])) >= 0]
    return text[start : min(ends, default=len(text))]


def _aside(r: Requirement, sentence: str, before: str) -> bool:
    """Whether a value is no requirement of the goods: a bid's date, the place of a test."""
    if r.field == "delivery_date":
        words = tokenise(sentence).words
        return any(word in _modals()["offers"] for word in words) or any(
            word in sentence for word in _modals()["offers"] if not word.isascii()
        )
    return r.field == "length" and r.confidence < _PLAIN and _AT.search(before) is not None


def _once(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    seen: dict[tuple[object, ...], Requirement] = {}
    for r in requirements:
        seen.setdefault((r.field, r.op, r.value, r.unit, r.source), r)
    return tuple(seen.values())


def _title(parser: RuleParser, texts: list[str]) -> str:
    products = (parser.parse(text).product for text in texts[:_TITLE_BLOCKS])
    return next((product for product in products if product), "")
