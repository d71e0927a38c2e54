"""Quantities a time: "500 pcs/h", "2 t per hour", "100,000 pieces a month"."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.attach.bounds import says_up_to
from deepsearch.understanding.attach.emit import emit, record
from deepsearch.understanding.attach.named import plain_noun
from deepsearch.understanding.attach.state import Attaching, tidy
from deepsearch.understanding.attach.surroundings import Surroundings, look_right_from
from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.field_units import in_field_unit
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity

__all__ = ["rate"]

_MONTHLY = word_set("quantity", "monthly")

_RATE_JOIN = word_set("quantity", "rate_joins")

_HOURLY = {
    3600.0: "h",
    60.0: "min",
    86400.0: "day",
    1.0: "s",
    2629800.0: "month",
    604800.0: "week",
    31557600.0: "year",
}

_YEARLY = word_set("quantity", "yearly")

_MINUTES = {"h": 60.0, "min": 1.0, "s": 1 / 60}

_GOODS = ("count", "mass", "length", "volume", "area")
# What a part or a metre may have its own share of.
_SHARED = {"power": "power", "light": "brightness"}
_MEASURES = {("mm", 1000.0): "metre", ("mm", 304.8): "foot", ("m2", 1.0): "square_metre"}
_EACH = word_set("quantity", "shared_parts")
_LED = frozenset({"每", "je", "pro", "per", "par", "por", "на", "al", "cada"})


def rate(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "500 pcs/h", "2 t per hour", "100,000 pieces per month".

    Args:
        state: The text's quantities so far.
        quantity: The quantity before the "per".
        around: What stands around it.

    Returns:
        Whether it was a rate, and is recorded.
    """
    unit = quantity.unit
    if unit is not None and unit.dimension in _SHARED:
        return _of_each(state, quantity, around, _SHARED[unit.dimension])
    if unit.dimension not in _GOODS if unit is not None else quantity.shape != "one":
        return False
    found = _period(state, quantity, unit is not None)
    if found is None and unit is None and _counted_noun(state, quantity.last):
        found = _period(state, replace(quantity, last=quantity.last + 1), measured=False)
        if found is not None and found[0] not in _MINUTES:
            found = None  # "2 trucks a week" are bought
    if found is None:
        return unit is None and _to_a_measure(state, quantity, around)
    per, last = found
    if per == "year":
        around.last = last
        emit(state, quantity, around, "annual_quantity", 0.8)
    elif per == "month":
        _emit_rate(state, quantity, around, None, last)
    elif unit is not None and unit.dimension == "volume" and per in _MINUTES:
        factor = 1 / _MINUTES[per]  # a volume a time is a flow
        around.last = max(around.last, last)
        look_right_from(state, last, around)
        numbers = tuple(tidy(value * factor) for value in quantity.values)
        op = "ge" if around.op == "le" and says_up_to(around) else around.op or ""
        draft = Draft("flow_rate", op, numbers[0], "l/min", around.first, around.last, 0.85)
        record(state, quantity, around, draft, numbers)
    else:
        _emit_rate(state, quantity, around, per, last)
    return True


def _of_each(state: Attaching, quantity: Quantity, around: Surroundings, name: str) -> bool:
    """Record "10 W/m", "300 W/gang", "14 Watt pro Meter": so much for each, not in all."""
    at = quantity.last + 1
    before = quantity.first - 2  # 每米14W, "je Meter 14 W"
    ahead = before >= 0 and state.word(before) in _LED
    if not ahead and (state.word(quantity.last) not in _RATE_JOIN or at >= len(state.tokens)):
        return False
    senses = state.scan.units_at(before + 1 if ahead else at)
    each = next(
        (_MEASURES[u.canonical, u.factor] for u in senses if (u.canonical, u.factor) in _MEASURES),
        "",
    )
    last = senses[0].last if each else at + 1
    if not each and (ahead or state.word(at) not in _EACH):
        return False
    first, last = (before, quantity.last) if ahead else (around.first, last)
    each = each or slug(state.word(at))
    emit(state, quantity, around, f"{name}_per_{each}", 0.7, span=(first, last))
    return True


def _counted_noun(state: Attaching, at: int) -> bool:
    """Whether a word of which nothing is known stands here, goods and parts included."""
    plain = at < len(state.tokens) and state.tokens.kinds[at] == "w"
    kinds = {kind for kind, _ in state.scan.kinds_at(at)} if plain else set()
    return plain and not kinds - {"part", "field"} and state.word(at) not in _RATE_JOIN


def _to_a_measure(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "120 LEDs per metre", "8 ganchos por m": how many of a part a measure has."""
    at = quantity.last
    if not plain_noun(state, at) or state.word(at + 1) not in _RATE_JOIN:
        return False
    if at + 2 >= len(state.tokens) or state.tokens.kinds[at + 2] == "n":
        return False
    senses = state.scan.units_at(at + 2)
    named = senses and slug(state.word(at + 2))
    if not named or senses[0].dimension not in ("length", "area", "volume"):
        return False
    name = f"{slug(state.word(at))}_per_{named}"
    emit(state, quantity, around, name, 0.6, span=(around.first, senses[0].last))
    return True


def _period(state: Attaching, quantity: Quantity, measured: bool) -> tuple[str, int] | None:
    """The time a rate is for, and the token after its words."""
    at = quantity.last
    glue = state.word(at)
    if glue not in _RATE_JOIN:
        if not measured or state.scan.value_at(at, "each") is not None:
            return None
        adverb = "year" if glue in _YEARLY else "month" if glue in _MONTHLY else None
        return (adverb, at + 1) if adverb is not None else None
    at += 1
    if state.word(at) in ("l", "'", "l'"):
        at += 1
    if at >= len(state.tokens) or state.tokens.kinds[at] == "n":
        return None
    senses = state.scan.units_at(at)
    sense = next((u for u in senses if u.dimension == "time"), None)
    if sense is None or (glue not in ("/", "每") and sense.raw in ("a", "m")):
        return None
    per = _HOURLY.get(sense.factor)
    return (per, sense.last) if per is not None else None


def _emit_rate(
    state: Attaching,
    quantity: Quantity,
    around: Surroundings,
    per: str | None,
    last: int,
) -> None:
    name = "throughput" if per is not None else "monthly_capacity"
    values = [
        in_field_unit("order_quantity", v, c, quantity.unit)
        for v, c in zip(quantity.values, quantity.counts, strict=True)
    ]
    unit = values[0][1] or "piece"
    factor = 1.0
    if per == "min":
        per, factor = "h", 60.0
    numbers = tuple(tidy(v * factor) for v, _ in values)
    if per is not None:
        unit = f"{unit}/{per}"
    first = min(
        [
            around.first,
            *(f for n, f, _ in around.left if n in ("throughput", "monthly_capacity", "speed")),
        ]
    )
    op = around.op
    if op == "le" and says_up_to(around):
        op = "ge"
    around.last = max(around.last, last)
    look_right_from(state, last, around)
    draft = Draft(name, op or around.op or "", numbers[0], unit, first, around.last, 0.85)
    record(state, quantity, around, draft, numbers)
