"""A property and its value with a clause to themselves: "preload light", "plain weave"."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["properties"]

_PROPERTIES = word_set("mention", "properties")
_LONGEST = 4  # tokens of a value: "R-1W" is three
_ALLOWED = frozenset({"part", "feature", "form", "shape"})


def properties(reading: Reading) -> None:
    """Read clauses behind the goods that are a property's name and a value of any word.

    In English the value may stand first; elsewhere the name does, as on a sheet.

    Args:
        reading: The text; tokens already spoken for are left alone.
    """
    if reading.product[1] < 0:
        return
    for at, word in enumerate(reading.tokens.words):
        if word not in _PROPERTIES or at < reading.product[1] or reading.scan.used[at]:
            continue
        inside = reading.clause(at)
        first = inside.start + (inside.start < at and reading.scan.has(inside.start, "join"))
        if at == first:
            value = at + 1, inside.stop
        elif at == inside.stop - 1 and reading.scan.language == "en":
            value = first, at
        else:
            continue
        if 0 < value[1] - value[0] <= _LONGEST and _spoken(reading, *value):
            words = reading.scan.raw(*value)
            kept = words if any(char.isdigit() for char in words) else words.lower()
            reading.add(Draft(slug(word), "eq", kept, None, first, inside.stop, 0.6))


def _spoken(reading: Reading, first: int, last: int) -> bool:
    """Whether a value is one or two words, or a code, that nothing else has read."""
    words = sum(reading.tokens.kinds[i] == "w" for i in range(first, last))
    apart = sum(not reading.tokens.glued(i) for i in range(first + 1, last))
    if not words or apart > 1 or not reading.scan.free(first, last):
        return False
    kinds = {kind for i in range(first, last) for kind, _ in reading.scan.kinds_at(i)}
    signs = [i for i in range(first, last) if reading.tokens.kinds[i] == "s"]
    return not kinds - _ALLOWED and all(reading.tokens.glued(i) for i in signs)
