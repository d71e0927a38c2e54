"""Texts cleaned a column at a time; only the odd ones are looked at one by one."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.values import MISSING, is_missing

__all__ = ["clean_texts", "says_nothing"]

_MISSING_WORDS = pa.array(sorted(MISSING), pa.string())
# No word for "nothing" is longer, in bytes.
_LONGEST_WORD = 80
# Control characters, any space but a single plain one: what `str.split` would change.
_ODD = (
    r"[\x00-\x1f\x7f-\x9f\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
    r"|  "
)


def says_nothing(texts: pa.Array, trimmed: pa.Array) -> pa.Array:
    """Tell which texts say nothing, as `is_missing` does.

    Args:
        texts: As they stand; may hold nulls.
        trimmed: The same without outer spaces.

    Returns:
        Booleans; null where the text is null.
    """
    short = pc.less_equal(pc.binary_length(trimmed), _LONGEST_WORD)
    rows = pc.indices_nonzero(short)
    if not len(rows):
        return pc.if_else(short, False, False)
    few = trimmed.take(rows)
    # Arrow and Python differ in the case of a few letters: Arrow finds, Python decides
    maybe = pc.indices_nonzero(pc.is_in(pc.utf8_lower(few), value_set=_MISSING_WORDS))
    if not len(maybe):
        return pc.if_else(short, False, False)
    candidates = texts.take(rows.take(maybe))
    words = candidates.unique().to_pylist()
    missing = pa.array([word for word in words if is_missing(word)], pa.string())
    return pc.is_in(texts, value_set=missing)


def clean_texts(cells: pa.Array, read: Callable[[str], str | None], odd: str = "") -> pa.Array:
    """Clean a column of texts as `read` would clean each.

    Args:
        cells: Texts, none null.
        read: Cleans one text; for a text of single spaces without control characters it
            only takes the outer spaces off, and gives None for one that says nothing.
        odd: Regular expression, beginning with "|", of what else `read` must see.

    Returns:
        Texts, null where they say nothing.
    """
    special = pc.match_substring_regex(cells, _ODD + odd)
    trimmed = pc.utf8_trim(cells, characters=" ")
    plain = pc.if_else(says_nothing(cells, trimmed), pa.scalar(None, pa.string()), trimmed)
    rows = pc.indices_nonzero(special)
    if not len(rows):
        return plain
    texts = [read(cell) for cell in cells.take(rows).to_pylist()]
    return pc.replace_with_mask(plain, special, pa.array(texts, pa.string()))
