"""Bounds that are negated: "shall not be above 500" is a ceiling.

Between the negation and the comparator stand only what carries the bound: auxiliaries, verbs of
being and measuring, the field itself ("لا يزيد الوزن عن"). Anything else, a noun or a comma, has
the negation to itself: "no lid, above 12 kg" is a floor.
"""

from __future__ import annotations

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.scan import Scan

__all__ = ["unless_negated"]

_NOT = word_set("bound", "not")
_CARRIERS = word_set("bound", "carriers")
_REACH = 5  # tokens between the negation and the comparator
_OTHER_SIDE = {"gt": "le", "lt": "ge"}


def unless_negated(scan: Scan, op: str, first: int) -> str:
    """The operator a comparator gives, turned round if it is negated.

    Args:
        scan: The text.
        op: What the comparator says by itself.
        first: Its first token.

    Returns:
        The operator that binds.
    """
    if op not in _OTHER_SIDE:
        return op
    words = scan.tokens.words
    clause = scan.clauses[scan.clause_of[first]]
    for at in range(first - 1, max(clause.first, first - _REACH - 1) - 1, -1):
        if words[at] in _NOT or (words[at] == "t" and at and words[at - 1] == "'"):
            return _OTHER_SIDE[op]
        if words[at] not in _CARRIERS and not scan.has(at, "field"):
            return op
    return op
