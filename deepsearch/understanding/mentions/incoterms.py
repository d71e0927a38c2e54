"""Incoterms and the places they name."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.mentions.place_names import place_at
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["incoterms"]

_PORT_WORDS = word_set("mention", "port_words")

_CASED_INCOTERMS = word_set("mention", "cased_incoterms")

_PLACE_FILLERS = word_set("mention", "place_fillers")


def incoterms(reading: Reading) -> None:
    """Read Incoterms with their places; "FOB, CIF or EXW" leaves the choice."""
    listed: Draft | None = None
    for match, value in reading.scan.of_kind("incoterm"):
        if not reading.scan.free(match.first, match.last) or reading.scan.has(
            match.first - 1, "neg"
        ):
            continue
        raw = reading.scan.raw(match.first, match.last)
        if (
            len(raw) <= 3
            and raw.isascii()
            and not raw.isupper()
            and not raw.istitle()
            and reading.word(match.first) in _CASED_INCOTERMS
            and not _place_after(reading, match.last)
        ):
            continue
        if listed is not None and _beside(reading, listed.last, match.first):
            values = listed.values
            listed.op, listed.value, listed.last = "any_of", (*values, value), match.last
            reading.scan.claim(listed.first, match.last)
            continue
        former = listed
        listed = Draft("incoterm", "eq", value, None, match.first, match.last, 0.97)
        reading.add(listed)
        found = _place_after(reading, match.last)
        if found is None:
            found = _place_before(reading, match.first)
        if found is not None:
            place, first, last = found
            reading.add(Draft("incoterm_place", "eq", place, None, first, last, 0.9))
        if former is not None:
            _alternatives(reading, former, listed)


def _alternatives(reading: Reading, former: Draft, latter: Draft) -> None:
    """As in "FCA Bergamo or DAP Turin": of two terms with their places one is enough."""
    either = reading.scan.value_at(latter.first - 1, "join") == "or"
    between = range(former.last, latter.first - 1)
    if not either or not all(reading.scan.used[i] for i in between):
        return
    for name in ("incoterm", "incoterm_place"):
        found = [d for d in reading.drafts if d.field == name and d.first >= former.first]
        if len(found) > 1 and found[0].op == found[1].op == "eq":
            first, last = found[0], found[1]
            first.op, first.value = "any_of", (str(first.value), str(last.value))
            first.last = last.last
            reading.drafts.remove(last)


def _beside(reading: Reading, last: int, first: int) -> bool:
    """Whether only a comma, a slash or a joining word stands between two terms."""
    between = range(last, first)
    return len(between) <= 2 and all(
        reading.word(i) in (",", "/") or reading.scan.has(i, "join") for i in between
    )


def _place_after(reading: Reading, at: int) -> tuple[str, int, int] | None:
    named = _named_port(reading, at)
    if named is not None:
        return named
    while (
        reading.word(at) in (":", "(", "-", ",")
        or (reading.scan.has(at, "stop") and reading.word(at) in _PLACE_FILLERS)
        or reading.word(at) in _PORT_WORDS
    ):
        at += 1
        if reading.word(at - 1) == ",":
            break
    return place_at(reading, at)


def _named_port(reading: Reading, at: int) -> tuple[str, int, int] | None:
    """As in "CFR Port Klang", "CFR Puerto Cortés": the word is part of the name."""
    if reading.word(at) not in _PORT_WORDS or not reading.scan.raw(at, at + 1)[:1].isupper():
        return None
    known = reading.scan.starting.get(at)
    if known is not None and reading.scan.value_at(at, "place") is not None:
        return str(reading.scan.value_at(at, "place")), at, known.last
    name = reading.scan.raw(at + 1, at + 2)
    plain = name[:1].isupper() and not name.isupper() and reading.scan.match_of(at + 1) is None
    return (reading.scan.raw(at, at + 2), at, at + 2) if plain else None


def _place_before(reading: Reading, first: int) -> tuple[str, int, int] | None:
    """As in "Lieferung frei Graz (DDP)", "puestas en Bogotá DAP"."""
    at = first - 1
    if reading.word(at) == "(":
        at -= 1
    if at < 0 or reading.tokens.kinds[at] not in "wc" or reading.scan.used[at]:
        return None
    match = reading.scan.match_of(at)
    if match is not None:
        return (
            place_at(reading, match.first)
            if any(k in ("place",) for k, _ in match.payloads)
            else None
        )
    raw = reading.scan.raw(at, at + 1)
    if (
        raw[:1].isupper()
        and not raw.isupper()
        and at > 0
        and (reading.scan.has(at - 1, "textfield") or reading.scan.has(at - 1, "stop"))
    ):
        return raw, at, at + 1
    return None
