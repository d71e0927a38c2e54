"""The thing asked for, in the buyer's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deepsearch.understanding.keyvalue import Pair
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.product.extent import phrase
from deepsearch.understanding.product.goods import good
from deepsearch.understanding.product.japanese import named_before
from deepsearch.understanding.product.starts import (
    opening,
    past_title,
    sentence_like,
    starts,
    subjects,
)
from deepsearch.understanding.product.state import Finder
from deepsearch.understanding.product.trim import named_goods
from deepsearch.understanding.scan import Scan

__all__ = ["find_product"]

_NAMING = word_set("product", "naming")
_PART_WORDS = word_set("key", "part_words")
_CLAUSES = 12  # looked through where nothing else tells
_MOST = 4  # phrases compared
_SHEET = 2  # pairs of key and value from which on a text is a sheet of them
_SENTENCE_WORDS = 2  # from which on a key is a sentence's beginning


def find_product(scan: Scan, pairs: list[Pair], hidden: list[bool]) -> tuple[int, int] | None:
    """Find the name of the thing asked for.

    Args:
        scan: The text.
        pairs: Its key: value pairs.
        hidden: Tokens that tell of the buyer, which are asked last or never.

    Returns:
        Tokens first..last (exclusive), or None if the text names nothing.
    """
    reader = NumberReader(scan.tokens, scan.language, scan.languages)
    finder = Finder(scan, scan.tokens, hidden, reader, scan.language in ("zh", "ja"))
    for pair in pairs:
        if "product" in pair.texts and pair.end > pair.begin:
            if pair.whole:
                return pair.begin, _cell_end(finder, pair.begin, min(pair.end, pair.begin + 10))
            first, last = phrase(finder, pair.begin)
            if last <= pair.end and good(finder, first, last):
                return first, last
    if (headed := _heads_sheet(finder, pairs)) is not None:
        return headed
    title = past_title(finder)  # "Demande de prix :" is no key
    keys = {
        i
        for pair in pairs
        if pair.begin != title and not _asks(finder, pair)
        for i in range(pair.first, pair.end)
    }
    listed = len(pairs) >= _SHEET

    def may_name(first: int, last: int) -> bool:
        spoken = first in keys and (first > 0 or (listed and finder.word(last) == ":"))
        aside = first < len(hidden) and hidden[first]
        return not spoken and not aside and good(finder, first, last)

    found: list[tuple[int, int]] = []
    for first, last in _candidates(finder):
        if may_name(first, last):
            found.append((first, last))
            if len(found) == _MOST or named_goods(finder, first, last):
                break
    named = _likeliest(finder, found) or _keyed(finder, pairs) or _anywhere(finder, may_name)
    return _behind_code(finder, named) if named is not None else None


def _behind_code(finder: Finder, named: tuple[int, int]) -> tuple[int, int]:
    """A name without the end of a code before it: of "4-oxo-2mq capsules" the capsules."""
    first, last = named
    tokens = finder.tokens
    coded = tokens.kinds[first] == "w" and first > 1 and tokens.glued(first)
    coded = coded and tokens.kinds[first - 1] == "n" and tokens.words[first - 2] == "-"
    return (first + 1, last) if coded and last - first > 1 else named


def _asks(finder: Finder, pair: Pair) -> bool:
    """As in "Do you sell these in bulk: bamboo brushes": a question's end is no key."""
    match = finder.scan.match_of(pair.first)
    within = match is not None and match.first < pair.first  # "in | bulk"
    return within or any(finder.scan.has(i, "buy") for i in range(pair.first, pair.colon))


def _heads_sheet(finder: Finder, pairs: list[Pair]) -> tuple[int, int] | None:
    """Known goods that are the first key of a sheet: "Conveyor belt: EP 400/3 | Width: 650 mm"."""
    first = pairs[0] if len(pairs) >= _SHEET else None
    if first is None or first.first > 0 or first.fields or first.texts:
        return None
    key = first.first, first.colon
    return key if good(finder, *key) and named_goods(finder, *key) else None


def _anywhere(finder: Finder, may_name: Callable[[int, int], bool]) -> tuple[int, int] | None:
    """Known goods that open a clause, where nothing said what is wanted."""
    for clause in finder.scan.clauses[:_CLAUSES]:
        first, last = phrase(finder, clause.first)
        refused = any(finder.scan.has(i, "neg") for i in range(clause.first, first))
        if not refused and may_name(first, last) and named_goods(finder, first, last):
            return first, last
    return None


def _likeliest(finder: Finder, found: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The first phrase; but known goods before one unknown word."""
    if not found:
        return None
    first, last = found[0]
    other = found[-1]
    part = finder.scan.has(other[0], "part") or finder.scan.has(other[0] - 1, "with")
    lone = other[1] == other[0] + 1
    part = part or (lone and finder.word(other[0]).removesuffix("s") in _PART_WORDS)
    if finder.tokens.kinds[:1] == ["n"] and "\n" in finder.tokens.words[last : other[0]]:
        return found[0]  # another line of a parts list names another thing
    if (last == first + 1 or finder.cjk) and not part and named_goods(finder, *other):
        return other
    return found[0]


def _cell_end(finder: Finder, first: int, last: int) -> int:
    """Where a cell ends within a value: "Item: tea towels | Material: linen"."""
    return next((i for i in range(first + 1, last) if finder.word(i) in ("|", ";", ",", "(")), last)


def _keyed(finder: Finder, pairs: list[Pair]) -> tuple[int, int] | None:
    """A value that names the goods, of a key that does ("Keyword"), or of a sentence's end."""
    for naming in (True, False):
        for pair in pairs:
            if naming:
                open_to = finder.word(pair.colon - 1) in _NAMING
            else:  # "To be sold in Dutch garden centres: plant pots"
                unread = not (pair.texts or pair.fields or pair.ignored)
                open_to = unread and pair.colon - pair.first >= _SENTENCE_WORDS
            if open_to:
                first, last = phrase(finder, pair.begin)
                if last <= pair.end and good(finder, first, last):
                    return first, last
    return None


def _candidates(finder: Finder) -> Iterator[tuple[int, int]]:
    """Phrases that may be the name, likeliest first."""
    japanese = finder.scan.language == "ja"
    if japanese:
        yield from named_before(finder, "をは")
    begins = opening(finder)
    ducked = sentence_like(finder, begins)
    wished, others = starts(finder)
    for start in wished:
        yield phrase(finder, start)
    bound = list(_bound(finder))
    # what a later clause denies may be a part: "dust collector not needed"
    aside = [
        found
        for found in bound
        if not ducked and found[0] > begins and finder.scan.has(found[1], "neg")
    ]
    yield from (found for found in bound if found not in aside)
    for start in others:
        if start != begins or not ducked:
            yield phrase(finder, start)
    yield from aside
    if japanese:
        yield from named_before(finder, ",")
    for clause in finder.scan.clauses[1:4] if ducked else ():
        yield phrase(finder, clause.first)


def _bound(finder: Finder) -> Iterator[tuple[int, int]]:
    """Subjects of a duty that are a name and nothing else."""
    for begin, end in subjects(finder):
        first, last = phrase(finder, begin)
        if end - 1 <= last <= end:
            yield first, last
