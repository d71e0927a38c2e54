"""The town or region suppliers are in: "dealers in Chennai or Bengaluru only"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.origins import of_the_buyer
from deepsearch.understanding.mentions.place_names import place_at
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["localities"]

_IN_OR_FROM = word_set("mention", "in_or_from")
_SURELY_PLACED = word_set("mention", "surely_placed")
_SURELY_FROM = frozenset({"from", "aus", "из", "uit"})  # "de", "da" are "of" as well


def localities(reading: Reading) -> None:
    """Read where suppliers must be, where it is no country.

    A name no gazetteer knows is taken for a place after words that name nothing else
    ("from", "based in"), or where others of its list are known or only they will do.
    """
    for kind in ("supplier", "supplier_type", "textfield"):
        for match, value in reading.scan.of_kind(kind):
            if kind == "textfield" and value != "supplier_country":
                continue
            if reading.scan.free(match.first, match.last) and not of_the_buyer(reading, match):
                _placed(reading, match, maker=value == "manufacturer")
    _named_before(reading)
    _goods_from(reading)


def _goods_from(reading: Reading) -> None:
    """As in "LED lamps from Guangdong", "Ziegel aus Bayern": a place right behind the goods."""
    at = reading.product[1] + 1
    match = reading.scan.match_of(at) if at > 1 else None
    name = reading.scan.value_at(at, "place")
    if match is None or name is None or reading.word(at - 1) not in _SURELY_FROM:
        return
    asked = reading.product[0] == 0 or bool(reading.scan.of_kind("buy"))  # not "the lamps from"
    inside = at < reading.clause(at - 1).stop
    if asked and inside and reading.scan.free(match.first, match.last):
        reading.add(Draft("supplier_city", "eq", name, None, at - 1, match.last, 0.7))


def _named_before(reading: Reading) -> None:
    """As in "Gujarat suppliers", 广东工厂: a known place, then who is to sell."""
    for match, name in reading.scan.of_kind("place"):
        at = match.last + (reading.word(match.last) == "的")
        sellers = reading.scan.has(at, "supplier") or reading.scan.has(at, "supplier_type")
        if sellers and reading.scan.free(match.first, at) and not of_the_buyer(reading, match):
            negated = reading.negated(match.first, match.last)
            op = "ne" if negated else "eq"
            reading.add(Draft("supplier_city", op, name, None, match.first, match.last, 0.85))


def _placed(reading: Reading, cue: Match, *, maker: bool) -> None:
    at = cue.last
    stop = reading.clause(cue.first).stop
    while at < min(stop, cue.last + 4) and (
        reading.word(at) in _IN_OR_FROM | _SURELY_PLACED or reading.scan.has(at, "stop")
    ):
        at += 1
    said = [reading.word(i) for i in range(cue.first, at)]
    if not any(word in _IN_OR_FROM for word in said[1:]):
        return
    names, known, last = _names(reading, at, stop)
    only = reading.scan.has(last, "only") and last < stop
    sure = known or only or any(word in _SURELY_PLACED for word in said)
    if not names or not sure:
        return
    negated = reading.negated(cue.first, last)
    # That makers are wanted is a demand of its own, read from the same words.
    first = cue.last if maker else cue.first
    if negated:
        first = reading.neg_start(cue.first)
        op = "ne" if len(names) == 1 else "none_of"
    else:
        op = "eq" if len(names) == 1 else "any_of"
    value = names[0] if len(names) == 1 else tuple(names)
    reading.add(Draft("supplier_city", op, value, None, first, last + only, 0.9 if known else 0.8))


def _names(reading: Reading, at: int, stop: int) -> tuple[list[str], bool, int]:
    """Places one after the other, whether the gazetteer knows one, and where they end."""
    names: list[str] = []
    known, last = False, at
    while at < stop and reading.scan.value_at(at, "country") is None:
        place = place_at(reading, at)
        if place is None:
            break
        name, _, last = place
        known = known or reading.scan.value_at(at, "place") is not None
        names.append(name)
        at = last
        while at < stop and (reading.word(at) in (",", "/") or reading.scan.has(at, "join")):
            at += 1
        if at == last:
            break
    return names, known, last
