"""Values that name several of which one is enough: "mono or poly", "Home . Office . Hotel"."""

from __future__ import annotations

from deepsearch.understanding.keyvalue.model import Pair
from deepsearch.understanding.scan import Scan

__all__ = ["members"]

_SIGNS = frozenset({",", "/", "、", ";"})
_LONGEST = 2  # words of a member


def members(scan: Scan, pair: Pair, end: int, *, named: bool) -> list[tuple[int, int]]:
    """The members of a value that "or" joins, or lone dots divide.

    Args:
        scan: The text.
        pair: A key and its value.
        end: Token after the value.
        named: Whether they are names: "Bosch/Makita", "AB120, AB140"; signs divide these too.

    Returns:
        First token and the token after the last of each; none where the value is no such list,
        or a member is longer than two words: "with or without handles", "for use at home or".
    """
    words = scan.tokens.words
    signs = [
        i for i in range(pair.begin, end) if _divides(scan, i) or (named and words[i] in _SIGNS)
    ]
    if not signs:
        return []
    starts, ends = [pair.begin, *(i + 1 for i in signs)], [*signs, end]
    found = list(zip(starts, ends, strict=True))
    told = _named if named else _plain
    return found if all(told(scan, *member) for member in found) and _alike(scan, found) else []


def _divides(scan: Scan, at: int) -> bool:
    word = scan.tokens.words[at]
    if word == ".":
        return not scan.tokens.glued(at) and not scan.tokens.glued(
            min(at + 1, len(scan.tokens) - 1)
        )
    match = scan.match_of(at)
    single = match is not None and match.last - match.first == 1
    return single and word != "/" and scan.value_at(at, "join") == "or"


def _named(scan: Scan, first: int, last: int) -> bool:
    name = scan.raw(first, last)
    return len(name) > 1 and len(name.split()) <= _LONGEST and name[0].isalnum()


def _alike(scan: Scan, found: list[tuple[int, int]]) -> bool:
    """Whether all members are words, or all are codes of letters and digits: not "Pro 12/13"."""
    names = [scan.raw(*member) for member in found]
    coded = [any(map(str.isdigit, name)) for name in names]
    lettered = all(any(map(str.isalpha, name)) for name in names)
    return lettered and all(code == coded[0] for code in coded)


def _plain(scan: Scan, first: int, last: int) -> bool:
    words = all(
        scan.tokens.kinds[i] == "w" and not any(scan.has(i, kind) for kind in ("neg", "with"))
        for i in range(first, last)
    )
    return 0 < last - first <= _LONGEST and words
