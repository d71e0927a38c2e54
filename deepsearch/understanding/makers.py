"""Brands no list holds, told by the words beside them: "Wilo brand", "Eaton or equivalent"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.ontology import ontology
from deepsearch.understanding.scan import Scan

__all__ = ["read_makers"]

_EQUAL = word_set("mention", "equal_brands")
_NO_NAME = word_set("mention", "no_brand")
_OBJECTS = frozenset({"the", "a", "an", "it", "them", "this"})
_LONGEST = 2  # words of a name
_BRAND_FIRST = frozenset({"es", "fr", "it", "pt"})  # "marca Bosch", never "Bosch marca"
_MOST = 4  # names of one list


def read_makers(scan: Scan, known: list[Draft]) -> list[Draft]:
    """Read names that are brands by what stands beside them, and further ones of a list.

    Args:
        scan: The text; tokens already spoken for are left alone.
        known: Brands and models read by their names; alternatives to a brand join it.

    Returns:
        Drafts of brands no list holds.
    """
    for draft in known:
        if draft.field == "brand" and draft.op in ("eq", "any_of"):
            _extend(scan, draft)
    found: list[Draft] = []
    at = 0
    while at < len(scan.tokens):
        last = _name_end(scan, at)
        told = _told(scan, at, last) if last > at else None
        if told is not None:
            _extend(scan, told)
            scan.claim(told.first, told.last)
            found.append(told)
            last = told.last
        at = max(last, at + 1)
    return found


def _name_end(scan: Scan, at: int) -> int:
    """The token after the name that begins here; `at` itself where none does."""
    end = at
    while end < min(len(scan.tokens), at + _LONGEST) and _capital(scan, end):
        end += 1
    return end


def _capital(scan: Scan, at: int) -> bool:
    if scan.tokens.kinds[at] != "w" or scan.used[at] or scan.match_of(at) is not None:
        return False
    raw = scan.raw(at, at + 1)
    named = raw[:1].isupper() and len(raw) > 1 and scan.tokens.words[at] not in _NO_NAME
    return named and not scan.coded(at + 1)


def _told(scan: Scan, first: int, last: int) -> Draft | None:
    """A brand, where a word for it stands right before or behind, or "or equivalent"."""
    key = first - 1
    beside = (scan.value_at(at, "textfield") == "brand" for at in (key, last))
    goods = (ontology().heads.longest(scan.tokens, at) for at in range(first, last))
    if any(beside) and any(named is not None for named in goods):
        return None  # "used clothes brand clothing"
    if scan.value_at(key, "textfield") == "brand" and not _making(scan, key):
        return Draft("brand", "eq", scan.raw(first, last), None, key, last, 0.75)
    behind = scan.value_at(last, "textfield") == "brand" and not _making(scan, last)
    match = scan.match_of(last)
    end = match.last if match else last + 1
    keyed = scan.tokens.word(end) == ":"  # "SIM card: 1 SIM brand name: other"
    if behind and not keyed and scan.language not in _BRAND_FIRST:
        return Draft("brand", "eq", scan.raw(first, last), None, first, end, 0.7)
    listed = scan.value_at(last, "join") == "or"
    other = _name_end(scan, last + 1) if listed else last
    made = other > last + 1 and scan.value_at(other, "textfield") == "brand"  # "A or B make"
    beyond = last + 2 < len(scan.tokens) and scan.used[last + 2]
    like = beyond or _name_end(scan, last + 2) > last + 2  # "Burner / Similar Riello Burner"
    if made or (listed and not like and scan.tokens.word(last + 1) in _EQUAL):
        return Draft("brand", "eq", scan.raw(first, last), None, first, last, 0.65)
    return _alone(scan, first, last)


def _making(scan: Scan, at: int) -> bool:
    """Whether "make" is no brand here: "Ice Block Make Machine", "Make up brushes"."""
    word, ahead = scan.tokens.words[at], scan.tokens.word(at + 1)
    between = scan.tokens.kinds[at + 1 : at + 2] == ["w"] and scan.raw(at + 1, at + 2).istitle()
    verb = scan.has(at + 1, "own") or ahead in _OBJECTS  # "touch make the voice"
    return word == "make" and (
        verb or ahead in ("up", "-") or (between and scan.raw(at, at + 1).istitle())
    )


def _alone(scan: Scan, first: int, last: int) -> Draft | None:
    """As in "preferably Wilo", "not Leo": a name with its clause to itself.

    In German every noun has a capital, and a sentence's first word in any language.
    """
    clause = scan.clauses[scan.clause_of[first]]
    led = first - clause.first
    if scan.language in ("de", "zh", "ja") or led == 0 or last < clause.last:
        return None
    name = scan.raw(first, last)
    if led == 1 and scan.tokens.words[first - 1] == "not":
        return Draft("brand", "ne", name, None, first - 1, last, 0.6)
    before = range(clause.first, first)
    small = all(scan.has(i, "wish") or scan.has(i, "stop") for i in before)
    if not small or not any(scan.has(i, "wish") for i in before):
        return None
    return Draft("brand", "eq", name, None, first, last, 0.6)


def _extend(scan: Scan, draft: Draft) -> None:
    """Take in the names that "or" joins to a brand: "Toyota or Linde or Jungheinrich"."""
    values = draft.values
    while len(values) < _MOST and scan.has(draft.last, "join"):
        if scan.value_at(draft.last, "join") != "or" and scan.tokens.word(draft.last) != "/":
            break
        end = _name_end(scan, draft.last + 1)
        if end == draft.last + 1:
            break
        values = (*values, scan.raw(draft.last + 1, end))
        scan.claim(draft.last, end)
        draft.last = end
    if len(values) > 1:
        draft.op, draft.value = "any_of", tuple(str(value) for value in values)
