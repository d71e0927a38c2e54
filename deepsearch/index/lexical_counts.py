"""How often texts hold words: counted, or merged with what was counted before."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError
from deepsearch.index.lexical_file import Postings
from deepsearch.index.tokenise import tokenise
from deepsearch.schema import IntArray

__all__ = ["FieldCounts", "WordCounts", "count_words", "merged_words"]

Int32Array: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCounts:
    """The words of one field; pairs of word and text are ascending by word, then text.

    Attributes:
        terms: (p,) numbers of words.
        rows: (p,) texts.
        times: (p,) how often the text holds the word.
        sizes: (n,) words of each text.
    """

    terms: IntArray
    rows: IntArray
    times: Int32Array
    sizes: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCounts:
    """The words of a collection.

    Attributes:
        names: Distinct words, ascending: what one collection holds has one order, however
            it was counted.
        fields: Their counts.
    """

    names: list[str]
    fields: list[FieldCounts]


def count_words(fields: Iterable[Sequence[str | None]]) -> WordCounts:
    """Count the words of texts.

    Args:
        fields: The texts of each field, as many in each.

    Returns:
        The counts.

    Raises:
        InvalidInputError: If an item is no text.
    """
    numbers: dict[str, int] = {}
    read = [_occurrences(texts, numbers) for texts in fields]
    names = sorted(numbers)
    rank = _ranks(names, numbers)
    return WordCounts(
        names=names, fields=[_summed(rank[terms], rows, sizes) for terms, rows, sizes in read]
    )


def merged_words(
    held: Postings, times: Int32Array, places: IntArray, texts: Sequence[str | None]
) -> WordCounts:
    """Count the words of a collection most of whose texts were counted before.

    Args:
        held: What was counted, of one field.
        times: (p,) how often each posting's text holds its word.
        places: (n,) where each text of the collection stood, ascending; -1 where it is new.
        texts: The new ones.

    Returns:
        The counts, as `count_words` of all texts gives them.

    Raises:
        InvalidInputError: If an item is no text.
    """
    numbers = {name: number for number, name in enumerate(held.terms)}
    row_of = np.full(held.length, -1, dtype=np.int64)
    row_of[places[places >= 0]] = np.flatnonzero(places >= 0)
    rows = row_of[held.rows]
    kept = rows >= 0
    terms = np.repeat(np.arange(len(held.terms)), np.diff(held.starts))[kept]
    rows, times = rows[kept], times[kept]
    added_terms, added_at, added_sizes = _occurrences(texts, numbers)
    added_rows = np.flatnonzero(places < 0)[added_at]

    present = np.zeros(len(numbers), dtype=np.bool_)
    present[terms] = True
    present[added_terms] = True
    names = sorted(name for name, number in numbers.items() if present[number])
    rank = _ranks(names, numbers)

    sizes = np.zeros(len(places), dtype=np.int64)
    np.add.at(sizes, np.flatnonzero(places < 0), added_sizes)
    sizes += np.bincount(rows, weights=times, minlength=len(places)).astype(np.int64)
    new = _summed(rank[added_terms], added_rows, sizes)
    # Words keep their order among each other, and texts theirs: the old pairs stay ascending.
    span = np.int64(max(1, len(places)))
    at = np.searchsorted(rank[terms] * span + rows, new.terms * span + new.rows)
    field = FieldCounts(
        terms=np.insert(rank[terms], at, new.terms),
        rows=np.insert(rows, at, new.rows),
        times=np.insert(times, at, new.times),
        sizes=sizes,
    )
    return WordCounts(names=names, fields=[field])


def _occurrences(
    texts: Sequence[str | None], numbers: dict[str, int]
) -> tuple[Int32Array, IntArray, IntArray]:
    """Word and text of each occurrence, and the words of each text; new words get numbers."""
    terms, lengths = array("i"), array("i")  # a quarter of what lists of numbers would take
    for position, text in enumerate(texts):
        if text is not None and not isinstance(text, str):
            raise InvalidInputError(f"Text {position} is no text but {type(text).__name__}.")
        tokens = tokenise(text) if text else ()
        terms.extend(numbers.setdefault(token, len(numbers)) for token in tokens)
        lengths.append(len(tokens))
    sizes = np.array(lengths, dtype=np.int64)
    return np.array(terms, dtype=np.int32), np.repeat(np.arange(len(sizes)), sizes), sizes


def _ranks(names: Sequence[str], numbers: dict[str, int]) -> IntArray:
    """Number of a word → its place among the names; -1 for a word that is none of them."""
    rank = np.full(len(numbers), -1, dtype=np.int64)
    rank[[numbers[name] for name in names]] = np.arange(len(names))
    return rank


def _summed(terms: IntArray, rows: IntArray, sizes: IntArray) -> FieldCounts:
    """Occurrences as pairs of word and text, with how often each occurs."""
    span = np.int64(max(1, len(sizes)))
    pairs, times = np.unique(terms * span + rows, return_counts=True)
    return FieldCounts(
        terms=pairs // span, rows=pairs % span, times=times.astype(np.int32), sizes=sizes
    )
