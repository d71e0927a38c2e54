"""Quantities without a field word: what their unit alone says."""

from __future__ import annotations

from collections.abc import Callable

from deepsearch.understanding.attach.bulk import bare_area, bare_mass, bare_volume
from deepsearch.understanding.attach.counts import bare
from deepsearch.understanding.attach.emit import emit
from deepsearch.understanding.attach.lengths import bare_length
from deepsearch.understanding.attach.named import named_before, named_behind
from deepsearch.understanding.attach.pieces import bare_count
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.fields import (
    DEFAULT,
)
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.titles import title_end
from deepsearch.understanding.units import Unit

__all__ = ["memory_and_storage", "without_word"]

_NO_CONTENT = word_set("quantity", "no_content")

_CONTENT = word_set("quantity", "content")

_BARE_DEGREES = word_set("quantity", "bare_degrees")

_IN_TIME = word_set("quantity", "in_time")

_NO_NOISE = word_set("quantity", "no_noise")
_FAR = 15  # tokens
_PARTS = word_set("key", "part_words")
_FACES = word_set("quantity", "faces")
_FACE_REACH = 3  # tokens

_PRINTERS = word_set("quantity", "printers")

_AGE_RAW = frozenset({"岁", "周岁", "歳", "才"})

_HOUR, _DAY = 3600.0, 86400.0  # seconds
_SMALL = 3  # letters
_MUCH_USED = 500  # hours
_WORKING, _MOST_MEMORY = 1.0, 64.0  # GB

_SUPPLIER_KINDS = ("supplier", "supplier_type", "supplier_flag")


def memory_and_storage(state: Attaching, quantity: Quantity) -> bool:
    """Record "8GB 256GB", "2+16GB": a computer's memory, then its disk.

    Args:
        state: The text's quantities so far.
        quantity: A quantity of data.

    Returns:
        Whether it was two such numbers, and is recorded.
    """
    values = quantity.values
    both = quantity.shape == "list" and len(values) == 2 and _WORKING <= values[0] <= values[1] / 8
    if not both or values[0] > _MOST_MEMORY:
        return False
    for name, value in zip(("memory", "storage"), values, strict=True):
        state.add(Draft(name, "eq", value, "GB", quantity.first, quantity.last, 0.75))
    return True


def _bare_data(state: Attaching, quantity: Quantity, around: Surroundings, _unit: Unit) -> None:
    if memory_and_storage(state, quantity):
        return
    working = "memory" in state.kinds and max(quantity.values) <= 2 * _MOST_MEMORY
    name = "memory" if working else "storage"
    emit(state, quantity, around, name, 0.75)


def _bare_denier(state: Attaching, quantity: Quantity, _around: Surroundings, _unit: Unit) -> None:
    if not quantity.glued or quantity.values[0] < 10:
        return
    value = state.scan.raw(quantity.core, quantity.last)
    state.add(Draft("yarn_count", "eq", value.upper(), None, quantity.first, quantity.last, 0.8))


def _bare_color_temperature(
    state: Attaching, quantity: Quantity, around: Surroundings, _unit: Unit
) -> None:
    if 1800 <= max(quantity.values) <= 12000:
        emit(state, quantity, around, "color_temperature", 0.8)


def _bare_time(state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit) -> None:
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    inside = range(clause.first, clause.last)
    before = range(clause.first, quantity.first)
    if any(state.scan.value_at(i, "textfield") == "payment_terms" for i in before):
        return  # "payment within 45 days" is no time of delivery
    if 3600.0 <= unit.factor < 3e6 and _of_sample(state, quantity):
        emit(state, quantity, around, "sample_time", 0.75)
    elif unit.raw in _AGE_RAW or state.word(quantity.last) in ("old", "olds", "alt"):
        emit(state, quantity, around, "age_range", 0.85)
    elif unit.factor == 31557600.0 and any(
        state.scan.has(i, k) for i in inside for k in _SUPPLIER_KINDS
    ):
        emit(state, quantity, around, "supplier_years", 0.85)
    elif unit.factor == 31557600.0 and any(
        state.scan.value_at(i, "application") == "children" for i in inside
    ):
        emit(state, quantity, around, "age_range", 0.85)
    elif 86400.0 <= unit.factor < 3e6 and state.word(quantity.first - 1) in _IN_TIME:
        emit(state, quantity, around, "lead_time", 0.7)
    elif (
        86400.0 <= unit.factor < 3e6
        and (around.op in ("le", "lt") or (quantity.shape == "range" and unit.factor < 2e6))
    ) or (86400.0 <= unit.factor < 3e6 and any(n == "text:destination" for n, _, _ in around.left)):
        emit(state, quantity, around, "lead_time", 0.75)
    elif unit.factor < _DAY and not _by_noun(state, quantity, around) and _used(quantity, around):
        emit(state, quantity, around, "operating_hours", 0.7)


def _used(quantity: Quantity, around: Surroundings) -> bool:
    """As in "under 4000 hours": so many are on the counter of a used machine."""
    unit = quantity.unit
    hours = unit is not None and unit.factor == _HOUR
    return hours and around.op is not None and min(quantity.values) >= _MUCH_USED * _HOUR


def _by_noun(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record under the noun beside it: "cure time max 20 min", "mit 40 h Leuchtdauer"."""
    before = named_before(state, quantity)
    if before is not None and before[0] == "bms":
        return True  # "BMS: 13S" are cells in series
    if before is not None:
        emit(state, quantity, around, before[0], 0.6, span=(before[1], around.last))
        return True
    behind = named_behind(state, quantity)
    if behind is not None:
        emit(state, quantity, around, behind[0], 0.6, span=(around.first, behind[1]))
    return behind is not None


def _of_sample(state: Attaching, quantity: Quantity) -> bool:
    """As in "sample within a week": nothing but small words between a sample and its time."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    at = quantity.first - 1
    while at > clause.first and any(
        state.scan.has(at, k) for k in ("cmp", "stop", "date_by", "in_time")
    ):
        at -= 1
    return at >= clause.first and state.scan.value_at(at, "custom") == "sample"


def _bare_percent(state: Attaching, quantity: Quantity, around: Surroundings, _unit: Unit) -> None:
    for at in (quantity.last, quantity.first - 1):
        if state.scan.has(at, "material") or state.scan.has(at, "payment"):
            return
    if state.word(quantity.last) in _NO_CONTENT or quantity.first < title_end(state.scan):
        return  # "Pro Max Refurbished 99% New"
    behind = named_behind(state, quantity)
    opens = state.scan.clauses[state.scan.clause_of[quantity.first]].first == around.first
    if behind is not None and (opens or state.scan.has(around.first - 1, "with")):
        emit(state, quantity, around, behind[0], 0.6, span=(around.first, behind[1]))
        return  # "a lathe with 40 % duty cycle"
    behind_it = len(state.word(quantity.last)) > _SMALL and around.op is None
    if behind_it and state.tokens.glued(quantity.last):
        return  # "Baby 100%organic"
    for at in around.left_words[:1]:
        if ":" in state.tokens.words[at : quantity.first]:
            return  # of the key before the colon
        between = [i for i in range(at + 1, quantity.first) if not state.scan.has(i, "cmp")]
        name, first = _share_named(state, at)
        if len(name) >= 3 and len(between) <= 2 and not state.scan.has(at, "stop"):
            emit(state, quantity, around, name, 0.6, span=(first, around.last))
            return
    nxt = quantity.last
    if (
        nxt < len(state.tokens)
        and state.scan.match_of(nxt) is None
        and state.tokens.kinds[nxt] == "w"
        and len(slug(state.word(nxt))) >= 4
        and around.op is not None
    ):
        emit(state, quantity, around, slug(state.word(nxt)), 0.5, span=(around.first, nxt + 1))


def _share_named(state: Attaching, at: int) -> tuple[str, int]:
    """What a share is of, and where its words begin: "curcumin content not less than 5 %"."""
    name, before = slug(state.word(at)), slug(state.word(at - 1))
    if state.product[0] <= at < state.product[1]:
        return "concentration", at  # "sodium lauryl ether sulfate 70 %"
    plain = at > 0 and state.tokens.kinds[at - 1] == "w" and not state.scan.has(at - 1, "with")
    if state.word(at) in _CONTENT and plain and before and not state.scan.has(at - 1, "stop"):
        return f"{before}_{name}", at - 1
    return name, at


def _bare_temperature(
    state: Attaching, quantity: Quantity, around: Surroundings, unit: Unit
) -> None:
    vague = unit.raw in _BARE_DEGREES
    if vague and not quantity.negative and quantity.shape == "one":
        clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
        if not any(
            state.scan.has(i, k)
            for i in range(clause.first, clause.last)
            for k in ("operate", "withstand")
        ):
            return
    emit(state, quantity, around, "temperature", 0.8)


_Reader = Callable[[Attaching, Quantity, Surroundings, Unit], None]
_READERS: dict[str, _Reader] = {
    "area": bare_area,
    "color_temperature": _bare_color_temperature,
    "count": bare_count,
    "data": _bare_data,
    "denier": _bare_denier,
    "length": bare_length,
    "mass": bare_mass,
    "percent": _bare_percent,
    "temperature": _bare_temperature,
    "time": _bare_time,
    "volume": bare_volume,
}


def _of_another(state: Attaching, quantity: Quantity, unit: Unit) -> bool:
    """Whether the clause speaks of something else by this unit: gain in dB, a warranty in km."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    inside = range(clause.first, quantity.first)
    if unit.dimension == "sound":
        before = state.tokens.words[max(0, quantity.first - _FAR) : quantity.last + 2]
        return ":" in state.tokens.words[inside.start : inside.stop] or bool(_NO_NOISE & {*before})
    if unit.dimension == "money":  # "20 $ bills"
        ahead = range(quantity.last, min(clause.last, quantity.last + _FACE_REACH))
        return any(state.word(i) in _FACES for i in ahead)
    if unit.factor >= 1e6 and unit.dimension == "length":
        return any(state.scan.value_at(i, "field") == "warranty" for i in inside)
    if unit.dimension != "temperature" or unit.raw.lower() not in ("c", "f") or not quantity.glued:
        return False
    beside = (quantity.first - 1, quantity.last)
    coded = any(state.tokens.kinds[i : i + 1] == ["n"] for i in beside if i >= 0)  # "5 5C 5S"
    return max(quantity.counts) >= 500 or (coded and quantity.shape == "one")


def _part_behind(state: Attaching, quantity: Quantity) -> str:
    """The part a quantity stands before: "100A BMS", "200 Amp charging BMS"; "" for none."""
    ahead = state.tokens.words[quantity.last : quantity.last + 2]
    return next((slug(word) for word in ahead if word in _PARTS), "")


def without_word(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    """Record a quantity that no field word names, by the dimension of its unit."""
    unit = quantity.unit
    if unit is None:
        bare(state, quantity, around)
    elif _of_another(state, quantity, unit):
        if unit.dimension == "sound":
            _by_noun(state, quantity, around)  # "sensitivity 92 dB"
    elif (reader := _READERS.get(unit.dimension)) is not None:
        reader(state, quantity, around, unit)
    elif (name := DEFAULT.get(unit.dimension)) is not None:
        if unit.dimension == "current" and (part := _part_behind(state, quantity)):
            name = f"{part}_current"  # "100A BMS"
        if unit.dimension == "ppi" and not _PRINTERS & {*state.tokens.words}:
            name = "resolution"  # of a mouse, of a scan
        emit(state, quantity, around, name, 0.8)
    else:
        _by_noun(state, quantity, around)
