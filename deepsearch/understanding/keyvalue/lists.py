"""Lists under a key: "Color: clear,blue,rose red" is one list, whichever of its words are known."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold

__all__ = ["BLENDED", "whole_lists"]

_LISTED = {"colour": "any_of", "material": "all_of"}
_OTHERS = frozenset({"colour", "material", "transparency", "finish"})  # what one word may be else
_SIGNS = frozenset({",", "/", "、", ";", "+", "\\"})
BLENDED = "spandex"
"""No cloth is of it alone: "spandex/nylon" is a blend, no choice."""
_PART_WORDS = word_set("key", "part_words")
_LIKE = frozenset({"similar", "equivalent", "equal", "ahnlich", "ahnliches", "similares"})
_LONGEST = 3  # words of a member
_ET_CETERA = frozenset({"etc", "ect"})
_OPEN_END = frozenset({"etc", "ect", "more", "others", "other", "customized", "custom"})


def whole_lists(scan: Scan, pairs: list[Pair], drafts: list[Draft]) -> list[Draft]:
    """Read a list of colours or materials as a whole where only some of its words were known.

    Args:
        scan: The text.
        pairs: Its pairs.
        drafts: What was read.

    Returns:
        The drafts, those of a list's known members replaced by one of all members.
    """
    at: dict[int, list[Draft]] = {}  # one look through all drafts, not one a pair
    for draft in drafts:
        at.setdefault(draft.first, []).append(draft)
    gone: set[int] = set()
    added: list[Draft] = []
    for pair in pairs:
        field = next((text for text in pair.texts if text in _LISTED), "")
        if not field or not (pair.sure or _ended(scan, pair)):
            continue
        starting = (d for i in range(pair.begin, pair.end) for d in at.get(i, ()))
        inside = [d for d in starting if d.last <= pair.end and id(d) not in gone]
        own = [d for d in inside if d.field == field]
        if not own or any(d.field not in _OTHERS and d.value is not True for d in inside):
            continue
        members = _members(scan, pair)
        if len(members) > 1 and _cut_off(scan, pair):
            gone |= set(map(id, own))
            continue
        read = {i for d in own for i in range(d.first, d.last)}
        whole = len(own) == 1 and all(read & {*range(*member)} for member in members)
        if whole and isinstance(own[0].value, tuple):  # "red/rose red/prink": a run may skip some
            whole = len(own[0].value) >= len({scan.raw(*member) for member in members})
        words = {*scan.tokens.words[pair.begin : pair.end]}
        if whole and words & _ET_CETERA and own[0].op == "all_of":
            own[0].op = "any_of"  # "steel, brass, etc.": whichever is asked for
        if len(members) < 2 or whole or not _plain(scan, members):
            continue
        values = tuple(dict.fromkeys(_value(scan, field, *member) for member in members))
        slashed = words & ({"/", "\\"} | _ET_CETERA)
        either = slashed and BLENDED not in values
        op = "any_of" if either else _LISTED[field]
        gone |= set(map(id, inside))
        added.append(Draft(field, op, values, None, pair.begin, members[-1][1], 0.7))
    kept = [draft for draft in drafts if id(draft) not in gone]
    return [draft for draft in kept if not _choice_unread(scan, draft)] + added


def _choice_unread(scan: Scan, draft: Draft) -> bool:
    """Whether a choice has a member nobody knows: "PLY/MDF/glass", "ceramic or semi-metallic".

    What is left of such a choice is not what was asked for.
    """
    first, last = draft.first, draft.last
    if draft.field != "material" or draft.op not in ("eq", "any_of"):
        return False
    behind = scan.value_at(last, "join") == "or" and _unread(scan, last + 1)
    slashed = scan.tokens.word(last) == "/" and scan.tokens.glued(last)
    opened = first > 1 and scan.tokens.words[first - 1] == "/" and scan.tokens.glued(first)
    return behind or (slashed and _unread(scan, last + 1)) or (opened and _unread(scan, first - 2))


def _unread(scan: Scan, at: int) -> bool:
    if not 0 <= at < len(scan.tokens) or scan.used[at] or scan.tokens.kinds[at] != "w":
        return False
    word = scan.tokens.words[at]
    known = {kind for kind, _ in scan.kinds_at(at)} - {"field", "part"}
    return not known and len(word) > 1 and word not in _LIKE | _OPEN_END


def _cut_off(scan: Scan, pair: Pair) -> bool:
    return scan.tokens.folded.startswith("...", scan.tokens.ends[pair.end - 1])


def _members(scan: Scan, pair: Pair) -> list[tuple[int, int]]:
    """The stretches between a list's signs, without shares before them and an open end."""
    words, kinds = scan.tokens.words, scan.tokens.kinds
    ends = [i for i in range(pair.begin, pair.end) if words[i] in _SIGNS]
    found = []
    first = pair.begin
    for end in [*ends, pair.end]:
        last = end - (words[end - 1] in _OPEN_END)
        if kinds[first] == "n" and words[first + 1] == "%":
            first += 2  # "100% cotton/bamboo"
        if last > first:
            found.append((first, last))
        first = end + 1
    return found


def _plain(scan: Scan, members: list[tuple[int, int]]) -> bool:
    """Whether all members are a few words, and none is a part: "PU seat+metal leg"."""
    return all(
        last - first <= _LONGEST
        and all(scan.tokens.kinds[i] == "w" for i in range(first, last))
        and (scan.has(last - 1, "material") or scan.tokens.words[last - 1] not in _PART_WORDS)
        for first, last in members
    )


def _ended(scan: Scan, pair: Pair) -> bool:
    """Whether a value whose key was cut narrowly ends where nothing runs into it."""
    return pair.whole and scan.tokens.words[pair.end : pair.end + 1] in ([], ["."], ["\n"])


def _value(scan: Scan, field: str, first: int, last: int) -> str:
    """A member's own value where one known phrase is the whole of it, else its words."""
    match = scan.match_of(first)
    if match is not None and (match.first, match.last) == (first, last):
        for kind, value in match.payloads:
            if kind == field:
                return str(value)
    words = scan.raw(first, last).split()
    return " ".join(word if word.isupper() else fold(word) for word in words)
