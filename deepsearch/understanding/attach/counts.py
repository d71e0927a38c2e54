"""Numbers without a unit: orders, packs, years and degrees, and those that are none."""

from __future__ import annotations

from dataclasses import replace

from deepsearch.understanding.attach.emit import about, emit
from deepsearch.understanding.attach.held import holds, of_feature, on_a_scale
from deepsearch.understanding.attach.pieces import packed
from deepsearch.understanding.attach.state import Attaching, is_year
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.quantities.signs import TIMES
from deepsearch.understanding.quantities.unwritten import of_them
from deepsearch.understanding.units import letter_of_name, unit_at

__all__ = ["bare", "spelt_out"]

_PARTS_COUNTED = word_set("quantity", "parts_counted")

_COUNT_OPENERS = word_set("quantity", "count_openers")

_NUMBERED = word_set("quantity", "numbered")

_CAPACITY = word_set("quantity", "capacity")
_THAT = frozenset({"that", "this", "it", "which", "would", "does"})
_EACH = frozenset(
    {"each", "every", "chaque", "cada", "ciascuno", "ciascuna", "ogni", "jedem", "jeder"}
)
_CODE = 1000  # what is so large and not round is oftener a model than an order
_SEVERAL = 2
_FEW = 20  # what is less may be a price: "12 each"
_LONGEST_WORDED = 6  # tokens of "quatre-vingt-dix"

_AGES = word_set("quantity", "ages")
_COLDEST, _HOTTEST = -100, 400
_TEMPERATURES = ("temperature", "operating_temperature")
_LONGEST_SIGN = 5  # letters of "SEER", "CRI"
_SHORTEST_PART = 3


def bare(state: Attaching, quantity: Quantity, around: Surroundings) -> None:
    """A number and then a noun is an order: "12 lamps", "10k glass jars"."""
    if _degrees(state, quantity, around) or _year(state, quantity, around):
        return
    if quantity.shape == "range" and _of_samples(state, quantity):
        emit(state, quantity, around, "order_quantity", 0.75)
    elif on_a_scale(state, quantity, around):
        return
    if quantity.shape != "one" or _measures(state, quantity, around):
        return
    if _turned_about(state, quantity, around):
        return
    if quantity.negative or quantity.counts[0] < 1 or quantity.counts[0] != int(quantity.counts[0]):
        return
    per_pack = packed(state, quantity)
    said = _said(state, quantity, around)
    if per_pack:
        emit(state, quantity, around, "pack_size", 0.75, span=(around.first, per_pack))
    elif said is not None:
        confidence, last = said
        emit(state, quantity, around, "order_quantity", confidence, span=(around.first, last))
    elif holds(state, quantity) or not (quantity.worded or _of_noun(state, quantity, around)):
        of_feature(state, quantity)


def _measures(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record a number whose unit nobody writes: "SEER above 6.1", "works down to minus 45"."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    inside = range(clause.first, clause.last)
    cold = quantity.negative and any(
        state.scan.has(i, "operate") or state.scan.value_at(i, "field") in _TEMPERATURES
        for i in inside
    )
    if cold:
        value = quantity.values[0]
        span = around.first, around.last
        state.add(Draft("operating_temperature", "le", value, "degC", *span, 0.75))
        return True
    at = around.left_words[0] if around.left_words else -1
    raw = state.scan.raw(at, at + 1) if at >= 0 else ""
    near = at >= 0 and all(state.scan.has(i, "cmp") for i in range(at + 1, quantity.first))
    if not (around.op and near and raw.isupper() and 1 < len(raw) <= _LONGEST_SIGN):
        return False
    draft = Draft(slug(raw), around.op, quantity.values[0], None, at, around.last, 0.65)
    state.add(draft)
    return True


def _degrees(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "from -25 to +60": a range that begins below zero is one of temperatures."""
    low, high = min(quantity.values), max(quantity.values)
    if quantity.shape != "range" or not quantity.negative or not _COLDEST <= low < 0 < high:
        return False
    if high > _HOTTEST or any(name != "temperature" for name, _, _ in around.left):
        return False
    span = around.first, around.last
    state.add(Draft("operating_temperature", "between", (low, high), "degC", *span, 0.7))
    return True


def _year(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "not older than 2018", "2019 or newer": a year of make."""
    number = quantity.values[0]
    if quantity.shape != "one" or not is_year(number):
        return False
    beside = state.tokens.words[max(0, quantity.first - 4) : quantity.last + 3]
    if not set(beside) & _AGES:
        return False
    newer = {"gt": "gt", "ge": "ge", "le": "ge", "lt": "lt"}  # "not older than" is no ceiling
    op = newer.get(around.op or "ge", "ge")
    state.add(Draft("year", op, number, None, around.first, around.last, 0.75))
    return True


def _of_samples(state: Attaching, quantity: Quantity) -> bool:
    return bool(state.scan.value_at(quantity.last, "custom") == "sample")


def _said(state: Attaching, quantity: Quantity, around: Surroundings) -> tuple[float, int] | None:
    """How sure a number without a noun is an order, and the token after its words."""
    at = quantity.last
    counted = of_them(state.scan, at)
    known = quantity.worded or state.scan.has(quantity.first - 1, "buy")
    opens = quantity.first == 0 or state.tokens.kinds[quantity.first - 1] == "s"
    if counted and state.ordered and state.word(at + 1) in _EACH:
        return None  # "150 pieces ... 50 of each colour"
    if counted and (counted > at + 1 or known or opens):  # not "tier 1 only"
        return 0.75, counted
    if _said_alone(state, quantity, around):
        return 0.7, around.last
    if state.scan.has(at, "each") and quantity.counts[0] >= _FEW and not quantity.worded:
        match = state.scan.match_of(at)
        clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
        if match is not None and (clause.first, clause.last) == (around.first, match.last):
            return 0.7, match.last  # "in red and blue, 200 each"
    marked = quantity.first == 0 or state.word(quantity.first - 1) in (")", "\n", ":")
    if state.word(at) == "x" and marked and not state.tokens.glued(at + 1):
        return 0.75, at + 1
    return None


def _of_noun(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "12 lamps": a number right before what is asked for."""
    at = quantity.last
    if (
        at >= len(state.tokens)
        or state.word(quantity.first - 1) in _NUMBERED
        or state.tokens.kinds[at] not in "wc"
        or (state.tokens.glued(at) and state.scan.language not in ("zh", "ja", "ar"))
    ):
        return False
    if _numbers_no_goods(state, quantity, around):
        return False
    model_year = 1950 <= quantity.counts[0] <= 2050 and "," not in state.word(quantity.core)
    named = state.scan.raw(at, at + 1)[:1].isupper() or state.tokens.words[at + 1 : at + 2] == ["-"]
    if (model_year and named) or state.word(at) in _PARTS_COUNTED:
        return False  # "2025 Nissan Frontier", "3 axle trailer"
    named_next = state.product[0] == at and not state.ordered and _open_before(state, quantity)
    again = not state.ordered and _product_again(state, at)
    asked = named_next or again or _buyer_asks(state, quantity)
    if not (asked and _noun(state, at)) and not _of_samples(state, quantity):
        return False
    quantity = _either(state, quantity)
    around.first = min(around.first, quantity.first)
    emit(state, quantity, around, "order_quantity", 0.8)
    return True


def _either(state: Attaching, quantity: Quantity) -> Quantity:
    """Both numbers of "16 or 32 cells"."""
    number = state.owner[quantity.first]
    before = state.quantities[number - 1] if number > 0 else None
    if before is None or (before.shape, quantity.shape) != ("one", "one") or before.units:
        return quantity
    joined = before.last + 1 == quantity.first and not before.worded
    if not joined or state.scan.value_at(before.last, "join") != "or":
        return quantity
    counts = (*before.counts, *quantity.counts)
    return replace(quantity, first=before.first, shape="list", values=counts, counts=counts)


def _numbers_no_goods(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """As in "capacity 300 chickens", "4*4 off-road", "2811 LED strip", "from 1688 for"."""
    before = state.tokens.words[max(0, quantity.first - 2) : quantity.first]
    told = before[-1:] in (["all"], ["i"], ["both"])  # "include all 5 bands", "I 1600 board"
    given = (
        before == ["give", "me"] and state.word(quantity.first - 3) in _THAT
    )  # "will it give me"
    if told or given or "/" in state.tokens.words[quantity.first : quantity.last]:
        return True
    count = quantity.counts[0]
    coded = quantity.first == 0 and count >= _CODE and count % 5 and "," not in state.word(0)
    holds = bool(_CAPACITY & {*before}) or before == ["sub", "-"]
    return (
        bool(coded)
        or holds
        or bool(before and (before[-1] in TIMES or before[-1] == "/"))
        or around.op_words == "from"
    )


def _product_again(state: Attaching, at: int) -> bool:
    """Whether a noun behind a number is the product's own: "hospital bed ... 22 beds"."""
    noun = state.word(at).rstrip("s")
    first, last = state.product
    return (
        len(noun) >= _SHORTEST_PART
        and last <= at
        and any(state.word(i).rstrip("s") == noun for i in range(max(0, first), max(0, last)))
    )


def _open_before(state: Attaching, quantity: Quantity) -> bool:
    """Whether nothing before a number can be what it numbers: "Series 5000 label printer"."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    match = state.scan.match_of(quantity.first - 1)
    kinds = {kind for kind, _ in match.payloads} if match is not None else set()
    name = state.scan.raw(quantity.last, quantity.last + 1)[:1].isupper()
    address = name and quantity.first > 0 and state.scan.language not in ("de", "nl")
    opens = quantity.first == clause.first and not address  # no street: "office, 145 Kingsway"
    before = state.scan.raw(quantity.first - 1, quantity.first) if quantity.first else ""
    verb = match is None and before.islower() and before not in _NUMBERED  # "fabricar 400 termos"
    return opens or verb or bool(kinds & {"buy", "noise", "cmp", "supplier_type"})


def spelt_out(state: Attaching) -> None:
    """A number in words right before the name, or a sample, is an order: "three forklifts"."""
    for match, value in state.scan.of_kind("custom"):
        if value == "sample" and state.word(match.first - 1) == "one":
            place = match.first - 1, match.first
            state.add(Draft("order_quantity", "eq", 1.0, "piece", *place, 0.75))
    first = state.product[0]
    if state.ordered or first < 1 or state.tokens.kinds[first - 1] != "w":
        return
    reader = NumberReader(state.tokens, state.scan.language, state.scan.languages)
    for at in range(max(0, first - _LONGEST_WORDED), first):
        atom = reader.at(at)
        if atom is None or not atom.worded or atom.last != first:
            continue
        if atom.value >= _SEVERAL and state.scan.free(at, first):
            state.add(_bounded(state, atom.value, at, first))
        return


def _bounded(state: Attaching, count: float, first: int, last: int) -> Draft:
    """An order in words, with the comparator before it: "около двухсот рюкзаков"."""
    match = state.scan.match_of(first - 1)
    op = state.scan.value_at(first - 1, "cmp") if match is not None else None
    if match is None or op is None:
        return Draft("order_quantity", "eq", count, "piece", first, last, 0.75)
    if op != "approx":
        return Draft("order_quantity", str(op), count, "piece", match.first, last, 0.75)
    return Draft("order_quantity", "between", about(count), "piece", match.first, last, 0.75)


def _said_alone(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """As in "about 300,", "we will order 1,500 with": the thing was named before."""
    if state.ordered or quantity.worded or quantity.counts[0] < 10 or state.product[1] < 0:
        return False
    if state.product[0] > quantity.first or around.left or around.right or around.op:
        return False
    at, before = quantity.last, quantity.first - 1
    ends = at >= len(state.tokens) or state.word(at) in (",", ".", "?", "!", "\n", ";", ")")
    small = ends or any(state.scan.has(at, kind) for kind in ("with", "for", "to", "destination"))
    led = state.scan.has(before, "buy")
    opens = state.scan.clauses[state.scan.clause_of[before]].first >= before - 1
    beside = 0 <= around.first - state.product[1] <= 1  # "backpacks, some 250"
    alone = around.approx and (opens or beside)
    return (small and (led or (alone and ends))) or _fills_clause(state, quantity, around)


def _fills_clause(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """As in "boxes 30x20x15 cm, no printing, 2000": a round number with a clause to itself."""
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    whole = clause.first == around.first and clause.last == around.last
    rounded = quantity.counts[0] % (10 if around.approx else 50) == 0
    return whole and rounded and quantity.op is None


def _turned_about(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "штук 150": the unit before the number says that it is about so many."""
    if state.scan.language != "ru" or quantity.first < 1:
        return False
    units = unit_at(state.tokens, quantity.first - 1, "ru")
    if not units or units[0].dimension != "count" or units[0].last != quantity.first:
        return False
    around.approx, around.first = True, quantity.first - 1
    emit(state, replace(quantity, units=units), around, "order_quantity", 0.8)
    return True


def _noun(state: Attaching, at: int) -> bool:
    kinds = {kind for kind, _ in state.scan.kinds_at(at)}
    if (
        kinds
        & {
            "field",
            "cmp",
            "cmp_post",
            "to",
            "neg",
            "wish",
            "must",
            "certification",
            "incoterm",
            "buy",
        }
        and "material" not in kinds
    ):
        return False
    if "stop" in kinds and state.word(at) not in _COUNT_OPENERS:
        return False
    letter = len(state.word(at)) == 1 and not letter_of_name(state.tokens, at)
    return not (kinds & {"join"} or letter) or state.tokens.kinds[at] == "c"


def _buyer_asks(state: Attaching, quantity: Quantity) -> bool:
    value = quantity.counts[0]
    if (
        1900 <= value <= 2100
        and quantity.first != 0
        and not state.scan.has(quantity.first - 1, "buy")
    ):
        return False
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    before = range(clause.first, quantity.first)
    if not before or all(
        state.scan.has(i, "noise") or state.scan.has(i, "stop") or state.tokens.kinds[i] == "s"
        for i in before
    ):
        opening = all(
            state.scan.has(i, "noise") or state.tokens.kinds[i] == "s" for i in range(clause.first)
        )
        fresh = not state.ordered or state.opens_line(quantity.first)
        return fresh and (opening or state.word(clause.first - 1) == "\n")
    asked = [i for i in before if state.scan.has(i, "buy") or state.scan.has(i, "cmp")]
    if asked and state.word(asked[-1] - 1) == ":":
        return False  # "Parallel:Max 32"
    if not asked or any(state.word(i) == ":" for i in range(asked[-1], quantity.first)):
        return False
    unknown = [
        i
        for i in range(asked[-1] + 1, quantity.first)
        if state.scan.match_of(i) is None and state.tokens.kinds[i] in "wc"
    ]
    return len(unknown) <= 1 and quantity.first - 1 not in unknown
