"""`LexicalIndex`: which listings share words with the query, by BM25 over weighted fields.

Every posting's share of the score is computed when the index is built, so that a query
only adds up the columns of its terms (as BM25S does); a mask is applied before the best
are chosen, and what shares no word is never returned.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np

from deepsearch.errors import IndexFormatError, InvalidInputError, UnsupportedOperationError
from deepsearch.index._checks import as_mask, check_k
from deepsearch.index._select import best_first, empty_matches, shortlist
from deepsearch.index.codes import read_only
from deepsearch.index.fuzzy import Spellings, split_compound
from deepsearch.index.lexical_counts import count_words, merged_words
from deepsearch.index.lexical_file import Postings, read_postings, write_postings
from deepsearch.index.lexical_weights import LexicalConfig, weighed
from deepsearch.index.tokenise import tokenise
from deepsearch.schema import BoolArray, FloatArray, IntArray, Matches

__all__ = ["LexicalConfig", "LexicalIndex"]

_OTHER_FORM = 0.5
"""What a word counts that the query does not hold, but its parts, or the whole of them."""

_COMPILED_FROM = 10_000
"""Postings of a word from which compiled code adds them: a fifth of the time, once loaded."""

_SAMPLE = 4096
"""Rows looked at for a bound on the score of the k best."""

Fields: TypeAlias = Mapping[str, Sequence[str | None]]


class LexicalIndex:
    """BM25 over one or more fields of n texts; immutable, safe to share between threads.

    With several fields it is BM25F: a word's weighted, length-normalised counts are added
    over the fields before they saturate, so that a word in title and description is not
    counted as two words. score(d) = sum over the query's terms t of
    idf(t) * tf / (k1 + tf), tf = sum over fields f of w_f * count / (1 - b + b * len_f(d) /
    mean len_f), idf(t) = ln(1 + (n - df + .5) / (df + .5)).

    Source: Robertson, Zaragoza, Taylor, CIKM 2004; Lucene's idf, which is never negative;
    precomputed as in Lu, "BM25S", 2024.
    """

    def __init__(self, postings: Postings, config: LexicalConfig) -> None:
        """Take postings as they are; see `build`.

        Args:
            postings: Of a collection, with their scores.
            config: How words were weighed.
        """
        self._postings = postings
        self._config = config
        self._length = postings.length
        self._terms = {term: number for number, term in enumerate(postings.terms)}
        self._spellings = Spellings(postings.terms)
        self._starts = postings.starts
        self._rows = postings.rows
        self._scores = postings.scores
        # Of the last query: what it finds is scored against what others find right after.
        self._last: tuple[str, bool, Mapping[int, float]] | None = None

    @classmethod
    def build(
        cls, texts: Sequence[str | None] | Fields, *, config: LexicalConfig | None = None
    ) -> LexicalIndex:
        """Index texts.

        Args:
            texts: One text a position, or field → one text a position; None is empty.
            config: How words are weighed; None: the defaults.

        Returns:
            The index.

        Raises:
            InvalidInputError: If fields differ in length, a weight is of no field, or an
                item is no text.
        """
        config = config or LexicalConfig()
        fields = texts if isinstance(texts, Mapping) else {"text": texts}
        _check_fields(fields, config)
        weights = [config.weights.get(name, 1.0) for name in fields]
        counts = count_words(fields.values())
        return cls(weighed(counts, weights, config), config)

    @property
    def renewable(self) -> bool:
        """Whether `renewed` can be asked: an index of several fields is built anew."""
        return self._postings.times is not None

    def renewed(self, places: IntArray, texts: Sequence[str | None]) -> LexicalIndex:
        """Index a collection most of whose texts are held here, as `build` would.

        Only the new texts are read word by word.

        Args:
            places: (n,) where each text of the collection is held here, ascending; -1 where
                it is not.
            texts: Those that are not, in order.

        Returns:
            The index.

        Raises:
            UnsupportedOperationError: If this one is not `renewable`.
            InvalidInputError: If the places are no such places, or an item is no text.
        """
        times = self._postings.times
        if times is None:
            raise UnsupportedOperationError(
                "An index of words of several fields cannot be renewed; build it of all texts."
            )
        places = np.asarray(places, dtype=np.int64)
        held = places[places >= 0]
        fits = len(held) + len(texts) == len(places) and bool((np.diff(held) > 0).all())
        if not fits or (len(held) and held[-1] >= self._length):
            raise InvalidInputError(
                f"{len(texts)} new texts were given with {len(places)} places, of which "
                f"{len(held)} are held; expected ascending places below {self._length}, and -1 "
                "for each new text."
            )
        counts = merged_words(self._postings, times, places, texts)
        weights = [*self._config.weights.values()] or [1.0]
        return LexicalIndex(weighed(counts, weights, self._config), self._config)

    def __len__(self) -> int:
        """Texts held."""
        return self._length

    @property
    def nbytes(self) -> int:
        """Memory of the postings."""
        return self._starts.nbytes + self._rows.nbytes + self._scores.nbytes

    def search(
        self,
        queries: str | Sequence[str],
        *,
        k: int,
        allowed: BoolArray | None = None,
        spelling: bool = True,
    ) -> Matches:
        """Find the k texts that match each query best.

        Args:
            queries: One text, or n of them; a word repeated counts as often.
            k: Matches wanted a query, >= 1; fewer come back where fewer share a word.
            allowed: (len(self),) mask over positions; None allows all.
            spelling: Whether a word that no text holds stands for its parts or for those
                spelt almost like it, at a discount, and two words for the one that they
                make written together.

        Returns:
            Positions and scores > 0, larger is better, ties by position; n = 1 for one text.

        Raises:
            InvalidInputError: If k < 1, a query is no text, or the mask's length differs.
        """
        k = check_k(k)
        mask = as_mask(allowed, self._length)
        texts = [queries] if isinstance(queries, str) else list(queries)
        found = empty_matches(len(texts), k)
        for number, text in enumerate(texts):
            totals = self._totals(self._weigh(text, spelling=spelling))
            if mask is not None:
                totals *= mask
            rows = _promising(totals, k)
            scores = totals[rows]
            best = shortlist(scores, k)
            ids, values = best_first(rows[best], scores[best], k)
            found.ids[number, : len(ids)] = ids
            found.scores[number, : len(ids)] = values
            found.counts[number] = len(ids)
        return found

    def scores(
        self, query: str, positions: Sequence[int] | IntArray, *, spelling: bool = True
    ) -> FloatArray:
        """Score given texts, as `search` would: what another retriever found, say.

        Args:
            query: The query.
            positions: (m,) texts.
            spelling: As in `search`.

        Returns:
            (m,) scores, 0 for a text that shares no word with the query.

        Raises:
            InvalidInputError: If a position is out of range or the query is no text.
        """
        wanted = np.asarray(positions, dtype=np.int64)
        if len(wanted) and not (wanted.min() >= 0 and wanted.max() < self._length):
            raise InvalidInputError(
                f"Positions lie within 0..{self._length - 1}; got {wanted.min()}..{wanted.max()}."
            )
        # Looked up, not added over the whole collection: few texts, and long postings.
        sought = wanted.astype(self._rows.dtype)
        totals = np.zeros(len(wanted), dtype=np.float32)
        for term, weight in sorted(self._weigh(query, spelling=spelling).items()):
            start, stop = self._starts[term], self._starts[term + 1]
            rows = self._rows[start:stop]
            at = np.minimum(np.searchsorted(rows, sought), len(rows) - 1)
            held = rows[at] == sought
            totals[held] += self._scores[start:stop][at[held]] * np.float32(weight)
        return totals

    def explain(
        self, query: str, position: int, *, spelling: bool = True
    ) -> tuple[tuple[str, float], ...]:
        """Tell what each word of a query adds to a text's score.

        Args:
            query: The query.
            position: The text.
            spelling: As in `search`.

        Returns:
            (term of the index, share of the score), largest first; they sum to the score.

        Raises:
            InvalidInputError: If the position is out of range or the query is no text.
        """
        if not 0 <= position < self._length:
            raise InvalidInputError(f"No position {position}; the index holds {self._length}.")
        shares = []
        for term, weight in self._weigh(query, spelling=spelling).items():
            start, stop = self._starts[term], self._starts[term + 1]
            at = start + np.searchsorted(self._rows[start:stop], position)
            if at < stop and self._rows[at] == position:
                shares.append((self._postings.terms[term], weight * float(self._scores[at])))
        return tuple(sorted(shares, key=lambda share: (-share[1], share[0])))

    def _weigh(self, query: str, *, spelling: bool) -> Mapping[int, float]:
        """Terms of a query and what each counts: as often as it occurs, less where misspelt."""
        if not isinstance(query, str):
            raise InvalidInputError(f"A query must be a text, got {type(query).__name__}.")
        last = self._last
        if last is not None and last[:2] == (query, spelling):
            return last[2]
        tokens = tokenise(query)
        weights: dict[int, float] = {}
        for token, times in Counter(tokens).items():
            for term, share in self._meant(token, spelling=spelling).items():
                weights[term] = weights.get(term, 0.0) + times * share
        if spelling:
            for pair in {one + other for one, other in pairwise(tokens)} - set(tokens):
                whole = self._terms.get(pair)  # "dish washer" for "dishwasher"
                if whole is not None and pair.isalpha():
                    weights[whole] = weights.get(whole, 0.0) + _OTHER_FORM
        self._last = query, spelling, weights
        return weights

    def _meant(self, token: str, *, spelling: bool) -> dict[int, float]:
        """Terms a token stands for, each with its share."""
        term = self._terms.get(token)
        if term is not None:
            return {term: 1.0}
        if not spelling:
            return {}
        if parts := split_compound(token, self._terms):
            return dict.fromkeys(parts, _OTHER_FORM)
        near = self._spellings.nearest(token)
        return {number: likeness / len(near) for number, likeness in near.items()}

    def _totals(self, weights: Mapping[int, float]) -> FloatArray:
        """Score of every text, 0 for those that share no term."""
        totals = np.zeros(self._length, dtype=np.float32)
        for term, weight in sorted(weights.items()):  # one order of adding: equal texts tie
            postings = slice(self._starts[term], self._starts[term + 1])
            rows, scores = self._rows[postings], self._scores[postings]
            if weight != 1:
                scores = scores * np.float32(weight)
            if len(rows) < _COMPILED_FROM:
                totals[rows] += scores
            else:
                from deepsearch.index import kernels

                kernels.add_postings(read_only(rows), read_only(scores), totals)
        return totals

    # -- files

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to one file, replacing it whole or not at all.

        Args:
            path: The file; its folder exists.
        """
        write_postings(Path(path), self._postings, asdict(self._config))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> LexicalIndex:
        """Read an index written by `save`, trusting nothing in it.

        Args:
            path: The file.

        Returns:
            The index.

        Raises:
            IndexFormatError: If the file is absent, damaged, foreign, or of another version
                of the format or the tokeniser.
        """
        postings, config = read_postings(Path(path))
        try:
            return cls(postings, LexicalConfig(**config))
        except (TypeError, InvalidInputError) as error:
            raise IndexFormatError(
                f"'{path}' was weighed in a way this library does not know: {error}. "
                "Rebuild it from the listings' texts."
            ) from error


def _promising(totals: FloatArray, k: int) -> IntArray:
    """Rows among which the k best with a score above 0 surely are, few of them if possible.

    A sample gives a bound that some 4 k rows should reach; where at least k do, the best k
    are among those, and the other rows need not be ordered.
    """
    step = len(totals) // _SAMPLE
    if step > 1:
        sample = totals[::step]
        sample = np.sort(sample[sample > 0])  # np.partition is slow where many values are equal
        rank = 4 * k // step + 8
        if rank < len(sample):
            rows = np.flatnonzero(totals >= sample[-rank])
            if len(rows) >= k:
                return rows
    return np.flatnonzero(totals)


def _check_fields(fields: Fields, config: LexicalConfig) -> None:
    if not fields:
        raise InvalidInputError("Give at least one field of texts.")
    lengths = {name: len(values) for name, values in fields.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError(f"Fields must have a text for each position, got {lengths}.")
    for name in config.weights:
        if name not in fields:
            raise InvalidInputError(
                f"A weight names the field '{name}'; there are: {list(fields)}."
            )
