"""Bounds said the other way round: "shall not be above 500", "anything over 5 kg is no use".

Between the negation and the comparator stand only what carries the bound: auxiliaries, verbs of
being and measuring, the field itself ("لا يزيد الوزن عن"). Anything else, a noun or a comma, has
the negation to itself: "no lid, above 12 kg" is a floor. Behind the number, a refusal ("is too
much") turns the bound, or a negation beside a verb of spending or after "anything".
"""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Clause, Scan

__all__ = ["turned"]

_NOT = word_set("bound", "not")
_CARRIERS = word_set("bound", "carriers")
_ANYTHING = word_set("bound", "anything")
_REFUSALS = word_set("bound", "refusals")
_SPENDING = word_set("bound", "spending")
_REACH = 5  # tokens between the negation and the comparator
_BEHIND = 8  # tokens behind the number that may refuse what lies beyond it
_OTHER_SIDE = {"gt": "le", "lt": "ge"}


def turned(scan: Scan, op: str, first: int, last: int) -> str:
    """The operator a comparator gives, turned round if it is negated or what it names refused.

    Args:
        scan: The text.
        op: What the comparator says by itself.
        first: Its first token.
        last: Token after the number.

    Returns:
        The operator that binds.
    """
    if op not in _OTHER_SIDE:
        return op
    clause = scan.clauses[scan.clause_of[first]]
    other = _negated(scan, clause, first) or _refused(scan, clause, first, last)
    return _OTHER_SIDE[op] if other else op


def _negated(scan: Scan, clause: Clause, first: int) -> bool:
    words = scan.tokens.words
    for at in range(first - 1, max(clause.first, first - _REACH - 1) - 1, -1):
        if _denies(scan, at):
            return True
        if words[at] not in _CARRIERS and not scan.has(at, "field"):
            return False
    return False


def _refused(scan: Scan, clause: Clause, first: int, last: int) -> bool:
    behind = range(last, min(clause.last, last + _BEHIND))
    words = scan.tokens.words
    if any(words[at] in _REFUSALS for at in behind):
        return True
    if not any(_denies(scan, at) for at in behind):
        return False
    before = range(max(clause.first, first - _REACH), first)
    all_of_it = any(words[at] in _ANYTHING for at in before)
    return all_of_it or any(words[at] in _SPENDING for at in behind)


def _denies(scan: Scan, at: int) -> bool:
    words = scan.tokens.words
    return words[at] in _NOT or (words[at] == "t" and at > 0 and words[at - 1] == "'")
