"""Garment sizes and paper sizes."""

from __future__ import annotations

import re

from deepsearch.understanding.codes.grades import of_fastener
from deepsearch.understanding.codes.state import Codes
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import word_set

__all__ = ["GARMENT_SIZES", "paper", "sizes"]

GARMENT_SIZES = word_set("code", "sizes")


_GLUED = re.compile(r"(?:X{0,3}[SL]|M)[A-Z][a-z]")
_ORDER = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "4XL", "5XL", "6XL", "7XL", "8XL")
# No size stands alone behind these: "Pixel 9 Pro XL", "specification XL".
_NO_SIZE_AFTER = frozenset(
    {"pro", "max", "plus", "ultra", "mini", "fold", "note"}
    | {"spec", "specs", "specification", "specifications"}
)
_SAME = {"2XL": "XXL", "3XL": "XXXL", "XXXXL": "4XL"}
_SMALLEST, _LARGEST = 15, 60  # of shoes and clothes in numbers; gloves' and rings' are smaller
_DIGITS = 2
_TO = ("au", "al", "bis", "tot", "до")
_CLAUSE_ENDS = frozenset({",", ".", ";", "\n", ")", "|"})
_PORTUGUESE = {"pp": "XS", "p": "S", "g": "L", "gg": "XL", "xg": "XXL"}
_COUNTED_BY = frozenset({"uk", "eu", "us", "eur"})


def _numbered(state: Codes, index: int) -> bool:
    """Read "size 42", "talla 38 a 45", "Größe 9 und 10": numbers without a unit behind "size"."""
    before = index - 2 if state.word(index - 1) == ":" else index - 1
    named = state.scan.value_at(before, "textfield") == "size"
    if not named or not _plain(state, index):
        return False
    last = index + 1
    members = [state.word(index)]
    joined = state.word(last) in ("-", "~", *_TO) or state.scan.has(last, "to")
    if joined and _plain(state, last + 1):
        last += 2
        members = [f"{state.word(index)}-{state.word(last - 1)}"]
    else:
        while state.scan.has(last, "join") and _plain(state, last + 1):
            members.append(state.word(last + 1))
            last += 2
    if state.scan.units_at(last) or state.word(last) in ("x", "*", "х", "/"):
        return False
    small = any(member.isdigit() and int(member) < _SMALLEST for member in members)
    if small and not _ends(state, last):
        return False  # "size 5 of 12"
    op = "eq" if len(members) == 1 else "all_of"
    value = members[0] if len(members) == 1 else tuple(members)
    state.add(Draft("size", op, value, None, index, last, 0.8))
    return True


def _plain(state: Codes, index: int) -> bool:
    word = state.word(index)
    return word.isdigit() and len(word) <= _DIGITS and 0 < int(word) <= _LARGEST


def _ends(state: Codes, index: int) -> bool:
    """Whether a clause ends at a token."""
    return index >= len(state.tokens) or state.word(index) in _CLAUSE_ENDS


def _by_country(state: Codes, index: int) -> bool:
    """Read "UK 9", "EU 42": a size by a country's count, behind "size" or in its own clause."""
    number = index + 1
    if not state.raw(index).isupper() or not _plain(state, number):
        return False
    sized = state.scan.value_at(index - 1, "textfield") == "size"
    last = number + 1
    opens = index == 0 or state.word(index - 1) in _CLAUSE_ENDS
    if state.scan.units_at(last) or not (sized or (opens and _ends(state, last))):
        return False
    value = f"{state.raw(index)} {state.word(number)}"
    state.add(Draft("size", "eq", value, None, index, last, 0.8))
    return True


def sizes(state: Codes, index: int) -> bool:
    """A run of garment sizes: "S, M, L", "S-XXL", "size XL"."""
    if not _size(state, index):
        by = _by_country if state.word(index) in _COUNTED_BY else _numbered
        return by(state, index)
    members, at, ranged = [_size(state, index)], index + _size_len(state, index), False
    while at < min(len(state.tokens), index + 40):
        step = at
        if (
            state.word(step) in (",", "/", "-", "~")
            or state.scan.has(step, "join")
            or state.scan.has(step, "to")
        ):
            ranged = (
                ranged
                or state.word(step) in ("-", "~")
                or (state.scan.has(step, "to") and state.word(step) not in (",", "/"))
            )
            step += 1 + (state.word(step + 1) in ("la", "the"))  # "de la S a la XL"
        if step < len(state.tokens) and _size(state, step):
            members.append(_size(state, step))
            at = step + _size_len(state, step)
        else:
            break
    beyond = at + (state.word(at) in (",", "/"))
    if beyond < len(state.tokens) and _GLUED.match(state.raw(beyond)):
        return False  # "M L XLWomen": one more stands there
    named = state.scan.value_at(index - 1, "textfield") == "size" or (
        state.word(index - 1) == ":" and state.scan.value_at(index - 2, "textfield") == "size"
    )
    if len(members) < 2 and not named and members[0] not in ("XL", "XXL", "2XL", "3XL", "XXXL"):
        return False
    if len(members) < 2 and state.word(index - 1) in _NO_SIZE_AFTER:
        return False
    if ranged and len(members) == 2:
        low, high = (_SAME.get(member, member) for member in members)
        if low in _ORDER and high in _ORDER:
            members = list(_ORDER[_ORDER.index(low) : _ORDER.index(high) + 1])
    first = index
    if len(members) == 1:
        state.add(Draft("size", "eq", members[0], None, first, at, 0.9))
    else:
        joined = any(
            state.scan.value_at(i, "join") == "or" and state.word(i) != "/"
            for i in range(index, at)
        )
        state.add(
            Draft("size", "any_of" if joined else "all_of", tuple(members), None, first, at, 0.85)
        )
    return True


def _size_len(state: Codes, index: int) -> int:
    return 2 if state.tokens.kinds[index] == "n" else 1


def _size(state: Codes, index: int) -> str:
    word = state.word(index)
    if state.tokens.kinds[index] == "n":
        joined = word + state.word(index + 1)
        ok = (
            joined in GARMENT_SIZES
            and index + 1 < len(state.tokens)
            and state.tokens.glued(index + 1)
        )
        return joined.upper() if ok else ""
    local = _PORTUGUESE.get(word, "") if state.scan.language == "pt" else ""
    if (word not in GARMENT_SIZES and not local) or not state.raw(index).isupper():
        return ""
    if state.tokens.glued(index) and index and state.tokens.kinds[index - 1] in "nw":
        return ""
    if (
        index + 1 < len(state.tokens)
        and state.tokens.glued(index + 1)
        and state.tokens.kinds[index + 1] in "wn"
    ):
        return ""
    following = state.word(index + 1)
    if following in ("x", ":", "*", ")", ".") and word in ("l", "s", "m") and following != ".":
        return ""
    return local or word.upper()


def paper(state: Codes, index: int) -> bool:
    """Read a paper size."""
    before = state.raw(index) == "b" and state.scan.has(index, "date_by")  # "b4 Friday"
    if (
        before
        or state.scan.value_at(index - 1, "textfield") == "grade"  # "S-Class A4"
        or state.word(index) not in ("a", "b")
        or state.tokens.kinds[index + 1 : index + 2] != ["n"]
    ):
        return False
    if not state.tokens.glued(index + 1) or state.word(index + 1) not in (
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
    ):
        return False
    value = state.raw(index).upper() + state.word(index + 1)
    screws = any(d.field in ("standard", "size") for d in state.drafts)
    screws = screws or of_fastener(state, index)
    if value in ("A2", "A4") and (screws or _near_steel(state, index)):
        return False
    if index and state.tokens.glued(index) and state.tokens.kinds[index - 1] in "nw":
        return False
    if (
        index + 2 < len(state.tokens)
        and state.tokens.glued(index + 2)
        and state.tokens.kinds[index + 2] in "wn"
    ):
        return False
    state.add(Draft("size", "eq", value, None, index, index + 2, 0.8))
    return True


def _near_steel(state: Codes, index: int) -> bool:
    for other in range(max(0, index - 4), min(len(state.tokens), index + 5)):
        value = state.scan.value_at(other, "material")
        if value is not None and "steel" in str(value):
            return True
    return False
