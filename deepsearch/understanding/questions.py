"""What the text leaves open and would change the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from deepsearch.schema import ParsedQuery, Question
from deepsearch.understanding.implications import goods_of
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.markets import markets_of
from deepsearch.understanding.surroundings import surroundings_of
from deepsearch.understanding.text import tokenise

__all__ = ["open_questions", "with_questions"]

MOST = 5
# What follows from the market needs no question; what must be shown for it still may.
_SETTLED = frozenset({"voltage", "frequency", "plug_type"})


def open_questions(parsed: ParsedQuery) -> tuple[Question, ...]:
    """The decisive things a text does not say, most decisive first.

    Args:
        parsed: What was understood, with what it implies if that was inferred.

    Returns:
        At most five questions in the text's language (English where there is none);
        empty where nothing is asked for.
    """
    if not parsed.text.strip() or not (parsed.product or parsed.requirements):
        return ()
    goods = goods_of(parsed)
    said = {r.field for r in parsed.requirements if r.implied_by is None}
    known = said | _told(parsed, goods)
    ranked = []
    for order, entry in enumerate(load_data("questions")["question"]):
        if entry["field"] in known or known & set(entry.get("skip", ())):
            continue
        if goods & set(entry.get("not_goods", ())):
            continue
        extra = [weight for kind, weight in entry.get("goods", {}).items() if kind in goods]
        weight = entry["weight"] + max(extra, default=0)
        if weight > 0:
            ranked.append((-weight, order, entry))
    return tuple(
        Question(field=e["field"], text=e.get(parsed.language, e["en"]), why=e["why"])
        for _, _, e in sorted(ranked, key=lambda item: item[:2])[:MOST]
    )


def _told(parsed: ParsedQuery, goods: Collection[str]) -> set[str]:
    """Fields the text answers without a requirement that says so."""
    told = {
        r.field for r in parsed.requirements if r.implied_by is not None and r.field in _SETTLED
    }
    tokens = tokenise(parsed.text)
    if markets_of(parsed, tokens):
        told.add("destination")
    if "combustion" in surroundings_of(parsed, tokens) and "machinery" in goods:
        told.add("power_source")
    return told


def with_questions(parsed: ParsedQuery) -> ParsedQuery:
    """Add the open questions to a parsed query.

    Args:
        parsed: What was understood.

    Returns:
        The query with its questions.
    """
    found = open_questions(parsed)
    return replace(parsed, questions=found) if found else parsed
