"""What the text leaves open and would change the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from deepsearch.schema import ParsedQuery, Question
from deepsearch.understanding.implications import goods_of
from deepsearch.understanding.language import detect
from deepsearch.understanding.lexicon import load_data, word_set
from deepsearch.understanding.markets import markets_of
from deepsearch.understanding.scan import scan
from deepsearch.understanding.surroundings import surroundings_of
from deepsearch.understanding.text import Tokens, fold, tokenise

__all__ = [
    "answering",
    "asked_fields",
    "label_of",
    "open_questions",
    "waived",
    "with_questions",
]

MOST = 5
# What follows from the market needs no question; what must be shown for it still may.
_SETTLED = frozenset({"voltage", "frequency", "plug_type"})
_OPEN = word_set("answer", "open") | word_set("answer", "no")
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
    label: str


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
            label=entry.get("label", entry["field"].replace("_", " ")),
        )
        for entry in load_data("questions")["question"]
    )


def asked_fields() -> frozenset[str]:
    """Fields that some question is about."""
    return frozenset(asked.field for asked in _asked())


def answering(field: str) -> frozenset[str]:
    """Fields that answer the question about a field, itself among them."""
    return next(asked.answers for asked in _asked() if asked.field == field)


def label_of(field: str) -> str:
    """The key behind which an answer to the question about a field is read."""
    return next(asked.label for asked in _asked() if asked.field == field)


def waived(text: str) -> frozenset[str]:
    """Find what a buyer leaves open: "weight does not matter", "no certificate", "size: any".

    Args:
        text: What the buyer said, an answer a line.

    Returns:
        Names of fields.
    """
    lines = (line for line in text.splitlines() if line.strip())
    return frozenset().union(*(_waived_in(line) for line in lines))


def _waived_in(line: str) -> set[str]:
    key, colon, said = line.partition(":")
    if colon and fold(said).strip(" .,!?") in _OPEN:
        return {asked.field for asked in _asked() if asked.label == key}
    tokens = tokenise(line)
    scanned = scan(tokens, *detect(line, tokens))
    free = {scanned.clause_of[match.first] for match, _ in scanned.of_kind("unneeded")}
    return {
        str(name)
        for kind in ("field", "textfield")
        for match, name in scanned.of_kind(kind)
        if scanned.clause_of[match.first] in free or scanned.has(match.first - 1, "neg")
    }


def open_questions(parsed: ParsedQuery, *, settled: Collection[str] = ()) -> tuple[Question, ...]:
    """The decisive things a text does not say, most decisive first.

    Args:
        parsed: What was understood, with what it implies if that was inferred.
        settled: Fields that need no question, though nothing was said of them.

    Returns:
        At most five questions in the text's language (English where there is none);
        empty where nothing is asked for.
    """
    if not parsed.text.strip() or not (parsed.product or parsed.requirements):
        return ()
    goods = goods_of(parsed)
    said = {r.field for r in parsed.requirements if r.implied_by is None}
    known = said | _told(parsed, goods, said) | set(settled)
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
