"""Signs and labels beside a number: minus, currency, side."""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities.state import Numbers
from deepsearch.understanding.units import Unit

__all__ = [
    "TIMES",
    "currency_before",
    "label_ahead",
    "label_at",
    "label_before",
    "own_units",
    "signed",
]

_LABELS = {
    "l": "length",
    "w": "width",
    "h": "height",
    "d": "depth",
    "t": "thickness",
    "b": "width",
    "ø": "diameter",
    "dia": "diameter",
    "long": "length",
    "wide": "width",
    "high": "height",
    "deep": "depth",
    "thick": "thickness",
    "tall": "height",
    "thk": "thickness",
    "od": "diameter",
    "p": "depth",
    "a": "width",
}

_WORDED = frozenset({"long", "wide", "high", "deep", "thick", "tall"})
TIMES = word_set("quantity", "times")
_WHOLE_WORDS = frozenset({"length", "width", "height", "depth", "thickness"})


def signed(state: Numbers, index: int) -> tuple[int, float]:
    """How far a sign before token `index` reaches back, and its factor."""
    before = index - 1
    word = state.word(before)
    if word == "-":
        free_left = (
            before == 0
            or not state.tokens.glued(before)
            or (state.tokens.kinds[before - 1] == "s" and state.word(before - 1) not in ")%°")
            or state.tokens.kinds[before - 1] == "c"
        )
        if free_left and state.tokens.glued(index):
            return before, -1.0
        return index, 1.0
    if word == "+" and state.tokens.glued(index):
        return before, 1.0
    match = state.scan.match_of(before)
    if match is not None and match.last == index and any(k == "minus" for k, _ in match.payloads):
        return match.first, -1.0
    return index, 1.0


def currency_before(state: Numbers, index: int) -> tuple[int, Unit] | None:
    """The currency right before a token, and where it begins."""
    for back in (3, 2, 1):
        start = index - back
        if start < 0 or state.tokens.kinds[start] == "n":
            continue
        for unit in state.scan.units_at(start):
            if unit.dimension == "money" and unit.last == index:
                raw = unit.raw
                if raw.isalpha() and len(raw) > 4:
                    continue  # "euro 5" is rare, "euros 5" rarer
                return start, unit
    return None


def own_units(state: Numbers, index: int) -> tuple[Unit, ...]:
    """The units right behind a number, but "1800H x 900W" has labels and no hours."""
    units = state.scan.units_at(index)
    if units and units[0].last == index + 1 and state.word(index) in _LABELS:
        beside = state.word(index + 1) in TIMES or state.word(index - 2) in TIMES
        if beside and state.tokens.text[state.tokens.starts[index]].isupper():
            return ()
    return units


_SIDES = frozenset({"length", "width", "height", "depth", "thickness", "diameter"})


def label_before(state: Numbers, index: int) -> tuple[int, str | None]:
    """The side a label right before a number names, and where the label begins: "H 1800"."""
    at = index - 1 - (state.word(index - 1) == ":")
    side = state.scan.value_at(at, "field")
    match = state.scan.match_of(at)
    if side in _SIDES and match is not None:
        return match.first, str(side)
    raw = state.tokens.raw(at, at + 1) if at >= 0 else ""
    if len(raw) == 1 and raw.isupper() and state.word(at) in _LABELS:
        return at, _LABELS[state.word(at)]
    return index, None


def label_ahead(state: Numbers, index: int) -> tuple[int, str | None]:
    """A label that begins at a token, before its number: the number's token, and the side."""
    match = state.scan.starting.get(index)
    following = match.last if match is not None else index + 1
    if following < len(state.tokens) and state.tokens.kinds[following] == "n":
        begin, side = label_before(state, following)
        if side is not None and begin == index:
            return following, side
    return index, None


def label_at(state: Numbers, index: int) -> tuple[int, str | None]:
    """The side a label behind a number names, and the token after it."""
    word = state.word(index)
    if (
        word in "(["
        and word
        and state.word(index + 1) in _LABELS
        and state.word(index + 2) in (")", "]")
    ):
        return index + 3, _LABELS[state.word(index + 1)]
    if state.word(index + 1) == ":":
        return index, None  # "Size: 1 m * 1 m Thickness: 0.4 mm"
    if word in _WHOLE_WORDS and {state.word(index + 1), state.word(index - 3)} & TIMES:
        return index + 1, word  # "124 mm width x 110 mm length"
    if word in _LABELS and len(word) < 6:
        following = state.word(index + 1)
        raw = state.tokens.text[state.tokens.starts[index]] if word else ""
        code = state.tokens.kinds[index + 1 : index + 2] == ["n"] and state.tokens.glued(index + 1)
        if code and len(word) == 1:
            return index, None  # "100M AIIwinner H313"
        if (raw.isupper() or len(word) > 1 or raw == "ø") and (
            following in TIMES
            or following in ("", ",", ".", ")", "\n", ";", "(")
            or state.word(index - 2) in TIMES
            or (len(word) > 1 and state.word(index - 3) in TIMES)  # "x 7 ft tall door"
            or (word in _WORDED and state.scan.has(index + 1, "join"))  # "24 inch tall and"
            or (word in _WORDED and state.scan.has(index + 1, "for"))
        ):
            return index + 1, _LABELS[word]
    return index, None
