"""What a word's count adds to a score: BM25 over weighted fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from deepsearch.errors import InvalidInputError
from deepsearch.index.lexical_counts import WordCounts
from deepsearch.index.lexical_file import Postings
from deepsearch.schema import IntArray

__all__ = ["LexicalConfig", "weighed"]

DoubleArray: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalConfig:
    """How words are weighed.

    Attributes:
        k1: Saturation of a repeated word, >= 0.
        b: How far a long field's words count less, 0..1.
        weights: Field → weight, > 0; a field not named has 1.
    """

    k1: float = 1.2
    b: float = 0.75
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the values."""
        if not (np.isfinite(self.k1) and self.k1 >= 0):
            raise InvalidInputError(f"k1 must be at least 0, got {self.k1}.")
        if not 0 <= self.b <= 1:
            raise InvalidInputError(f"b must be within [0, 1], got {self.b}.")
        for name, weight in self.weights.items():
            if not (np.isfinite(weight) and weight > 0):
                raise InvalidInputError(f"The weight of '{name}' must be above 0, got {weight}.")


def weighed(counts: WordCounts, weights: Sequence[float], config: LexicalConfig) -> Postings:
    """Give every pair of word and text its share of a score.

    Args:
        counts: Of a collection.
        weights: One a field.
        config: How words are weighed.

    Returns:
        The postings, with the counts themselves where there is one field.
    """
    length = len(counts.fields[0].sizes)
    terms, rows, totals = _totals(counts, weights, config.b)
    starts = np.searchsorted(terms, np.arange(len(counts.names) + 1)).astype(np.int64)
    frequency = np.diff(starts)
    idf = np.log1p((length - frequency + 0.5) / (frequency + 0.5))
    return Postings(
        length=length,
        terms=counts.names,
        starts=starts,
        rows=rows.astype(np.int32),
        scores=(idf[terms] * totals / (config.k1 + totals)).astype(np.float32),
        times=counts.fields[0].times if len(counts.fields) == 1 else None,
    )


def _totals(
    counts: WordCounts, weights: Sequence[float], b: float
) -> tuple[IntArray, IntArray, DoubleArray]:
    """Weigh counts by field and by the length of the text, and add them over the fields."""
    totals = [
        field.times * _per_word(field.sizes, weight, b)[field.rows]
        for field, weight in zip(counts.fields, weights, strict=True)
    ]
    terms = np.concatenate([field.terms for field in counts.fields])
    rows = np.concatenate([field.rows for field in counts.fields])
    values = np.concatenate(totals)
    if len(counts.fields) == 1 or not len(terms):
        return terms, rows, values
    order = np.lexsort((rows, terms))
    terms, rows, values = terms[order], rows[order], values[order]
    first = np.ones(len(terms), dtype=np.bool_)  # of each pair of word and text
    first[1:] = (terms[1:] != terms[:-1]) | (rows[1:] != rows[:-1])
    heads = np.flatnonzero(first)
    return terms[heads], rows[heads], np.add.reduceat(values, heads)


def _per_word(sizes: IntArray, weight: float, b: float) -> DoubleArray:
    """What one word of each text counts."""
    # A text without the field says nothing about how long the field usually is.
    mean = float(sizes[sizes > 0].mean()) if sizes.any() else 1.0
    each: DoubleArray = weight / (1 - b + b * np.maximum(sizes, 1) / mean)
    return each
