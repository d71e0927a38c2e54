"""Descriptions of schedules of work: which words name the thing, and what is surely said of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from deepsearch.schema import Operator, Requirement
from deepsearch.understanding.lexicon import load_data, phrase_trie
from deepsearch.understanding.text import Tokens, fold, tokenise

__all__ = ["DESCRIBED", "HEADING", "Segment", "is_note", "is_prose", "name_of_the_thing", "sure"]

DESCRIBED, HEADING = 1, 2
"""Tiers of a row's text: what describes it, and what stands above it."""
_LONGEST_PHRASE = 8  # tokens, as "S.I.T.C." has
_ARABIC_AND = "و"  # written as one word with the next
_PROSE_CHARS = 200  # longer descriptions tell of parts, tests and places, too
_STATEMENT_CHARS = 60  # a sentence of nothing but its measure: "Thickness - min 25 mm."
_OPENING_CHARS = 40  # within which a sentence names what it is about
_CONDITION_CHARS = 30  # between a value and the temperature that it holds at
_SENTENCE_ENDS = (". ", ".\n", "\n", "; ", "。", ";")
_PLAIN = 0.7  # confidence from which on a measure was named
_TEMPERATURES = frozenset({"temperature", "operating_temperature"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a row's text.

    Attributes:
        first: Its first character.
        last: The character after its last.
        tier: `DESCRIBED` or `HEADING`.
    """

    first: int
    last: int
    tier: int


@dataclass(frozen=True, slots=True)
class _Words:
    done: frozenset[str]
    work: frozenset[str]
    alone: frozenset[str]
    joins: frozenset[str]
    links: frozenset[str]
    partitives: frozenset[str]
    measures: frozenset[str]


@cache
def _work() -> _Words:
    table = {
        name: frozenset(map(fold, words)) for name, words in load_data("schedules")["work"].items()
    }
    return _Words(
        done=table["done"],
        work=table["done"] | table["named"],
        alone=table["alone"],
        joins=table["joins"],
        links=table["links"],
        partitives=table["partitives"],
        measures=table["measures"],
    )


def is_prose(text: str) -> bool:
    """Whether a description is so long that not all its numbers are the thing's.

    Args:
        text: A description or a heading.

    Returns:
        True beyond some 200 characters.
    """
    return len(text) > _PROSE_CHARS


def name_of_the_thing(description: str) -> str:
    """The part of a description that names its thing.

    Args:
        description: "Supply and fixing of acoustic louvers including bird screen. ..."

    Returns:
        Its words from behind the work to where they turn to something else:
        "acoustic louvers".
    """
    tokens = tokenise(description)
    first = _past_work(tokens)
    last = _turn(tokens, first, counted=False)
    return tokens.raw(first, last).strip()


def is_note(heading: str) -> bool:
    """Whether a heading only says what is to be done: "Thickness should be as per drawing".

    Args:
        heading: A text above rows.

    Returns:
        True if a verb of duty stands in it before anything else, and no work is named.
    """
    tokens = tokenise(heading)
    duties = frozenset(map(fold, load_data("schedules")["turn"]["duties"]))
    at = _turn(tokens, 0, counted=False)
    return _past_work(tokens) == 0 and at < len(tokens) and _longest(tokens, at, duties) > at


def _past_work(tokens: Tokens) -> int:
    """The token behind "Supply, installation and testing of the following sizes of"; 0 for none."""
    words = _work()
    at = 0
    kinds: list[str] = []
    while (end := _longest(tokens, at, words.work)) > at or (kinds and _joins(tokens, at)):
        if end > at:
            kinds.append(tokens.folded[tokens.starts[at] : tokens.ends[end - 1]])
        at = end if end > at else at + 1
    if not kinds:
        return 0
    link = _linked(tokens, at)
    last = kinds[-1].removeprefix(_ARABIC_AND)
    if link == at and not (last in words.done and (len(kinds) > 1 or last in words.alone)):
        return 0
    return _past_sizes(tokens, link)


def _joins(tokens: Tokens, at: int) -> bool:
    return at < len(tokens) and tokens.words[at] in _work().joins


def _linked(tokens: Tokens, at: int) -> int:
    """The token behind the next "of", if nothing but further work stands before it."""
    words = _work()
    for index in range(at, min(at + 12, len(tokens))):
        if tokens.words[index] in words.links:
            worked = index == at or tokens.words[index - 1] in words.work
            return index + 1 if worked else at
        if tokens.words[index] in (".", "\n", ";"):
            break
    return at


def _past_sizes(tokens: Tokens, at: int) -> int:
    words = _work()
    end = at
    while end < len(tokens) and tokens.words[end] in words.partitives:
        end += 1
    measured = end
    while measured < len(tokens) and tokens.words[measured] in words.measures:
        measured += 1
    if measured > end and tokens.words[measured : measured + 1] == ["of"]:
        return measured + 1
    return end


def _longest(tokens: Tokens, at: int, phrases: frozenset[str]) -> int:
    """The token behind the longest of some phrases that begins at a token, or that token."""
    for size in range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1):
        span = tokens.folded[tokens.starts[at] : tokens.ends[at + size - 1]]
        if span in phrases or span.removeprefix(_ARABIC_AND) in phrases:
            return at + size
    return at


@cache
def _turns() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    table = load_data("schedules")["turn"]
    return (
        frozenset(map(fold, (*table["words"], *table["duties"]))),
        frozenset(map(fold, table["counted"])),
        frozenset(map(fold, table["stays"])),
    )


def _turn(tokens: Tokens, first: int, *, counted: bool) -> int:
    """The token at which a description turns to something else than its thing.

    The thing begins at `first`; `counted` says whether "with" and a measure of it, as in
    "with density 64 kg/m³", belong to it.
    """
    words, measured, stays = _turns()
    for at in range(first + 1, len(tokens)):
        word = tokens.words[at]
        if word in "\n;。" or (word == "." and _ends_sentence(tokens, at)):
            return at
        if _longest(tokens, at, stays) > at:
            continue
        if _longest(tokens, at, words) > at:
            return at
        if word in measured and not (counted and _measure_follows(tokens, at + 1)):
            return at
    return len(tokens)


def _ends_sentence(tokens: Tokens, at: int) -> bool:
    return at + 1 >= len(tokens) or not tokens.glued(at + 1)


def _measure_follows(tokens: Tokens, at: int) -> bool:
    """Whether a number, a bound or a word for a measure stands at a token."""
    if at >= len(tokens) or tokens.kinds[at] == "n":
        return True
    match = phrase_trie(("en", "de", "es", "fr", "it", "pt")).longest(tokens, at)
    return match is not None and any(kind in ("field", "cmp") for kind, _ in match.payloads)


def sure(
    text: str,
    segments: Sequence[Segment],
    requirements: Iterable[Requirement],
    product: str,
    *,
    counted: bool,
) -> tuple[Requirement, ...]:
    """Keep what is surely required of a row's thing; soften what may be; leave out the rest.

    What cells and short descriptions say holds as it was read. Of a long description only
    what stands with the thing's name does, and sentences of nothing but their measure. What
    it says behind that is at most a wish, and only of fields that seldom are another
    thing's; it yields to what was said nearer, as a heading yields to its rows.

    Args:
        text: The row's text.
        segments: Its descriptions and headings, in order; the rest are cells.
        requirements: What was read from it.
        product: The thing's name.
        counted: Whether the row has a quantity of its own; then descriptions state none.

    Returns:
        The requirements that are left, in the order of the text.
    """
    prose = load_data("schedules")["prose"]
    ranked: list[tuple[int, int, Requirement]] = []
    for number, r in enumerate(requirements):
        at = 0 if r.span is None else r.span[0]
        segment = next((s for s in segments if s.first <= at < s.last), None)
        if segment is None:
            ranked.append((0, number, r))
        elif not (counted and r.field.endswith("order_quantity")) and not _condition(
            text, segment, r
        ):
            found = _weighed(text, segment, r, product, frozenset(prose["wishes"]))
            if found is not None:
                ranked.append((found[0], number, found[1]))
    return _agreeing(ranked, frozenset(prose["several"]))


def _weighed(
    text: str, segment: Segment, r: Requirement, product: str, wishes: frozenset[str]
) -> tuple[int, Requirement] | None:
    """How near the thing's name a requirement stands, 0 the nearest, and how it holds."""
    words = text[segment.first : segment.last]
    far = 10 * (segment.tier - DESCRIBED)
    note = segment.tier == HEADING and is_note(words)
    assert r.span is not None  # noqa: S101 - it stands in a segment
    first, last = r.span[0] - segment.first, r.span[1] - segment.first
    if not is_prose(words) and not note:
        # "for the first 15 m": where it goes
        return (far, r) if r.confidence >= _PLAIN or last <= _lead_end(words) else None
    begin, end = _sentence(words, first, last)
    if (last <= _lead_end(words) and not note) or (
        r.unit is not None and end - begin <= _STATEMENT_CHARS and first - begin <= 2
    ):
        return far, r
    if r.field not in wishes or r.confidence < _PLAIN:
        return None
    opening = fold(words[begin : begin + _OPENING_CHARS])
    names = [name.rstrip("s") for name in fold(product).split()]
    names += load_data("schedules")["prose"]["generic"]
    about = any(len(name) > 1 and name in opening for name in names)
    if not about and r.unit is not None:
        return None  # a number there is as likely another thing's
    return far + (1 if about else 2), replace(r, hard=False)


def _agreeing(
    ranked: Iterable[tuple[int, int, Requirement]], several: frozenset[str]
) -> tuple[Requirement, ...]:
    """Of requirements of one field, those that stand nearest; wishes one a field."""
    nearest: dict[str, int] = {}
    kept: list[tuple[int, Requirement]] = []
    said: set[tuple[object, ...]] = set()
    for distance, number, r in sorted(ranked, key=lambda entry: entry[:2]):
        again = r.field in nearest
        if nearest.setdefault(r.field, distance) != distance and r.field not in several:
            continue
        once = (r.field, r.op, r.value, r.unit) not in said
        if once and (r.field in several or r.hard or distance == 0 or not again):
            said.add((r.field, r.op, r.value, r.unit))
            kept.append((number, r))
    return tuple(r for _, r in sorted(kept, key=lambda entry: entry[0]))


def _lead_end(words: str) -> int:
    tokens = tokenise(words)
    end = _turn(tokens, _past_work(tokens), counted=True)
    return tokens.ends[end - 1] if end else 0


def _sentence(words: str, first: int, last: int) -> tuple[int, int]:
    begin = max(
        (
            words.rfind(mark, 0, first) + len(mark)
            for mark in _SENTENCE_ENDS
            if mark in words[:first]
        ),
        default=0,
    )
    end = min(
        (at for mark in _SENTENCE_ENDS if (at := words.find(mark, last)) >= 0), default=len(words)
    )
    return begin, end


@cache
def _condition_pattern() -> re.Pattern[str]:
    words = "|".join(
        re.escape(fold(word)) for word in load_data("schedules")["prose"]["conditions"]
    )
    return re.compile(
        rf"\d[^.;\n]{{0,{_CONDITION_CHARS}}}(?<!\w)(?:{words})(?!\w)[^.;\n\d]{{0,{_CONDITION_CHARS}}}$"
    )


def _condition(text: str, segment: Segment, r: Requirement) -> bool:
    """Whether a temperature is the one another value holds at: "0.036 W/mK at 24 °C"."""
    if r.field not in _TEMPERATURES or r.op is not Operator.EQ or r.span is None:
        return False
    digit = next((i for i in range(*r.span) if text[i].isdigit()), r.span[0])
    before = fold(text[max(segment.first, digit - 2 * _CONDITION_CHARS - 20) : digit])
    return _condition_pattern().search(before) is not None
