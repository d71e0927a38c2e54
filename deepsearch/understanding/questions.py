"""What the text leaves open and would change the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from deepsearch.schema import ParsedQuery, Question
from deepsearch.understanding.implications import goods_of
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.markets import markets_of
from deepsearch.understanding.surroundings import surroundings_of
from deepsearch.understanding.text import Tokens, tokenise

__all__ = ["open_questions", "with_questions"]

MOST = 5
# What follows from the market needs no question; what must be shown for it still may.
_SETTLED = frozenset({"voltage", "frequency", "plug_type"})
_TIMES = frozenset({"x", "*", "×"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question as the data file has it; `answers` are the fields that answer it."""

    field: str
    weight: int
    goods: Mapping[str, int]
    not_goods: frozenset[str]
    answers: frozenset[str]
    why: str
    texts: Mapping[str, str]


@lru_cache(maxsize=1)
def _asked() -> tuple[_Asked, ...]:
    return tuple(
        _Asked(
            field=entry["field"],
            weight=entry["weight"],
            goods=entry.get("goods", {}),
            not_goods=frozenset(entry.get("not_goods", ())),
            answers=frozenset([entry["field"], *entry.get("skip", ())]),
            why=entry["why"],
            texts={key: text for key, text in entry.items() if len(key) == 2},
        )
        for entry in load_data("questions")["question"]
    )


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
    known = said | _told(parsed, goods, said)
    ranked = []
    for order, asked in enumerate(_asked()):
        if not known.isdisjoint(asked.answers) or not goods.isdisjoint(asked.not_goods):
            continue
        extra = [weight for kind, weight in asked.goods.items() if kind in goods]
        weight = asked.weight + max(extra, default=0)
        if weight > 0:
            ranked.append((-weight, order, asked))
    return tuple(
        Question(field=a.field, text=a.texts.get(parsed.language, a.texts["en"]), why=a.why)
        for _, _, a in sorted(ranked, key=lambda item: item[:2])[:MOST]
    )


def _told(parsed: ParsedQuery, goods: Collection[str], said: Collection[str]) -> set[str]:
    """Fields the text answers without a requirement that says so."""
    told = {
        r.field for r in parsed.requirements if r.implied_by is not None and r.field in _SETTLED
    }
    tokens = tokenise(parsed.text)
    if "destination" not in said and markets_of(parsed, tokens):
        told.add("destination")
    if "machinery" in goods and "combustion" in surroundings_of(parsed, tokens):
        told.add("power_source")
    if _has_sides(tokens):
        told.add("length")
    return told


def _has_sides(tokens: Tokens) -> bool:
    """Whether sides stand there without a unit, which is not read as a length: "60x60"."""
    return any(
        tokens.words[at] in _TIMES and tokens.kinds[at - 1] == tokens.kinds[at + 1] == "n"
        for at in range(1, len(tokens) - 1)
    )


def with_questions(parsed: ParsedQuery) -> ParsedQuery:
    """Add the open questions to a parsed query.

    Args:
        parsed: What was understood.

    Returns:
        The query with its questions.
    """
    found = open_questions(parsed)
    return replace(parsed, questions=found) if found else parsed
