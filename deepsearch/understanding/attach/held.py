"""Numbers without a unit that are said of the thing: on a scale, of its parts, of what it holds."""

from __future__ import annotations

from deepsearch.understanding.attach.emit import emit
from deepsearch.understanding.attach.named import named_before, whole_phrase
from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.drafts import Draft, plural, slug
from deepsearch.understanding.english import english_name
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.part_nouns import HAN, WITHOUT_NAMES, part_at, part_ending
from deepsearch.understanding.quantities import Quantity

__all__ = ["counts_part", "holds", "of_feature", "on_a_scale"]

_FOR = word_set("quantity", "holding")
_NUMBERED = word_set("quantity", "numbered") | word_set("quantity", "places_numbered")
_SHORTEST_PART, _MOST_PARTS = 3, 1000
_LONGEST_NAME = 3  # words before a number: "auto tool changer 8 slots"
_PLURAL_S = frozenset({"es", "fr", "pt"})  # "briques 20" are some of a size, on no scale
_NUMBERED_KINDS = frozenset({"colour", "size"})  # "4 colours, 3 sizes"
_LED_BY = word_set("quantity", "of_number")
_FEW_PARTS = 60  # what is more may be an order of them
_SINGLE = frozenset({"piece", "sheet", "bar"})  # counters of single things: 个, 枚, 本


def on_a_scale(state: Attaching, quantity: Quantity, around: Surroundings) -> bool:
    """Record "load index above 120", "calibre 40-60", "grit 120": a number behind its noun.

    Args:
        state: The text's quantities so far.
        quantity: The number.
        around: What stands around it.

    Returns:
        Whether it was such a number, and is recorded.
    """
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    bounded = around.op is not None or quantity.shape == "range"
    if quantity.worded or clause.last > around.last:
        return False
    named = named_before(state, quantity)
    if named is None or not whole_phrase(state, named[1]):
        return False
    plural_noun = state.scan.language in _PLURAL_S and named[0].endswith("s")
    if not bounded and (plural_noun or not _says_how_much(state, quantity, named[1])):
        return False
    if quantity.negative and quantity.shape == "one":  # "pour point -30 or lower"
        degrees = Draft(
            named[0], around.op or "eq", quantity.values[0], "degC", named[1], around.last, 0.6
        )
        state.add(degrees)
    else:
        emit(state, quantity, around, named[0], 0.6, span=(named[1], around.last))
    return True


def _says_how_much(state: Attaching, quantity: Quantity, first: int) -> bool:
    """Whether a noun with a plain number has a clause behind the goods: "..., grit 120, ...".

    Of names ("Apollo 11"), streets and numbered things the number says nothing.
    """
    behind = 0 <= state.product[1] <= first
    single = quantity.shape == "one" and quantity.last - quantity.first == 1
    name = state.scan.raw(first, first + 1)[:1].isupper() and state.scan.language != "de"
    if not (behind and single) or name or state.tokens.glued(quantity.first):
        return False
    side = state.scan.has(quantity.first - 1, "field")  # "altezza 280": in what unit?
    return not side and not any(state.word(i) in _NUMBERED for i in range(first, quantity.first))


def holds(state: Attaching, quantity: Quantity) -> bool:
    """Say whether goods hold so many: "shelf for 30 binders", "vetrina da 12 teglie".

    Args:
        state: The text's quantities so far.
        quantity: The number.

    Returns:
        True for a number behind the product and a word for "for".
    """
    behind = state.product[0] >= 0 and state.product[1] <= quantity.first - 1
    if not behind or state.word(quantity.first - 1) not in _FOR:
        return False
    noun = state.word(quantity.last).rstrip("s")  # "the price of a towel ... for 100 towels"
    return noun not in state.tokens.words[: quantity.first]


def of_feature(state: Attaching, quantity: Quantity) -> None:
    """Record how many of a part: "mit 12 Fasern", "3 functions" with a clause to itself.

    Args:
        state: The text's quantities so far.
        quantity: The number.
    """
    at, count = quantity.last, quantity.counts[0]
    name = slug(state.word(at)) if at < len(state.tokens) else ""
    kinds = {kind for kind, _ in state.scan.kinds_at(at)}
    kinds |= {kind for kind, _ in state.scan.kinds_at(at + 1)} & {
        "field"
    }  # "12 equal compartments"
    if state.scan.value_at(at, "textfield") in _NUMBERED_KINDS:
        kinds -= {"textfield"}
    shade = state.word(quantity.first - 1) in ",/" and state.scan.has(quantity.first - 2, "colour")
    if len(name) < _SHORTEST_PART or kinds - {"part"} or not 1 < count <= _MOST_PARTS or shade:
        return  # "Black, gold, 613 blonde"
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    last = at + 1
    if last == clause.last - 1 and _known_of_nothing(state, last):
        last, name = at + 2, slug("_".join(state.tokens.words[at : at + 2]))  # "2 spare batteries"
    ends = clause.last == last or state.scan.has(at + 1, "stop")  # "180 pages on thin paper"
    alone = clause.first == quantity.first and ends
    known = 0 <= state.product[0] < quantity.first and not state.tokens.glued(at)
    before = quantity.first - 1
    joined = state.scan.has(before, "join") and any(
        state.scan.has(i, "with") for i in range(clause.first, before)
    )
    led = state.scan.has(before, "with") or (joined and ends) or holds(state, quantity)
    led = led or _of_goods(state, before) or (ends and _behind_noun(state, clause.first, before))
    if known and (alone or led):
        place = quantity.first, last if ends else at + 1
        state.add(Draft(english_name(name), "eq", count, None, *place, 0.6))


def _of_goods(state: Attaching, before: int) -> bool:
    """As in "bicicleta de 21 velocidades", "four à 3 étages": right behind the goods."""
    return before == state.product[1] and state.word(before) in _LED_BY


def _behind_noun(state: Attaching, first: int, last: int) -> bool:
    """As in "vacuum table 4 zones": nothing but a part's name before, in its clause."""
    words = range(first, last + 1)
    behind = 0 <= state.product[1] <= first and 0 < len(words) <= _LONGEST_NAME
    return behind and all(_known_of_nothing(state, i) for i in words)


def _known_of_nothing(state: Attaching, at: int) -> bool:
    """Whether a word stands at a token of which no more is known than that it is a part."""
    word = state.tokens.kinds[at] == "w" and len(state.word(at)) >= _SHORTEST_PART
    kinds = {kind for kind, _ in state.scan.kinds_at(at)}
    return word and not kinds - {"part"} and state.owner[at] < 0


def counts_part(state: Attaching, quantity: Quantity) -> bool:
    """Record how many of a known part, where words make no name: 三个抽屉, 引き出し4つ, "٤ أرجل".

    Args:
        state: The text's quantities so far.
        quantity: The number, with its counter.

    Returns:
        Whether it was such a number, and is recorded.
    """
    count = quantity.counts[0]
    single = quantity.unit is None or quantity.unit.canonical in _SINGLE
    behind = 0 <= state.product[0] < quantity.first and quantity.shape == "one" and single
    if state.scan.language not in WITHOUT_NAMES or not behind or not 1 < count <= _FEW_PARTS:
        return False
    if count != int(count) or quantity.tolerance is not None or quantity.negative:
        return False
    spaced = state.scan.language in HAN and not state.tokens.glued(
        quantity.last
    )  # 棚6枚 庫内灯付き
    after = None if spaced else part_at(state.scan, quantity.last, state.product)
    if after is not None and not state.opens_line(quantity.first):
        state.add(Draft(plural(after[0]), "eq", count, None, quantity.first, after[1], 0.7))
        return True
    before = part_ending(state.scan, quantity.first, state.product)
    if before is None or state.opens_line(before[1]):
        return False
    state.add(Draft(plural(before[0]), "eq", count, None, before[1], quantity.last, 0.7))
    return True
