"""Facts in the form that answers predicates fastest.

Every column tells the rows where something holds, and the rows whose value is known; of
the others nothing holds, neither a predicate nor its opposite. Texts, and numbers of few
distinct values, are kept as small integer codes, so that a predicate is decided once a
distinct value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.schema import BoolArray, Operator

__all__ = [
    "ManyTexts",
    "NumberColumn",
    "TextColumn",
    "Words",
    "as_mask",
    "day_number",
    "fold",
    "one_chunk",
]

Codes: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
Rows: TypeAlias = npt.NDArray[np.int32]

MAX_CODED_NUMBERS = 65_535
"""Distinct numbers up to which codes (at most 2 bytes) replace values (8 bytes)."""

MAX_RUNS = 8
"""Runs of codes up to which comparing (40 us a million rows) beats a table (1.4 ms)."""

MAX_SLICES = 64
"""Codes up to which their rows are marked code by code."""


def fold(text: str) -> str:
    """Return the form in which texts are compared: compatibility-composed, case folded."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def day_number(value: date | datetime) -> float:
    """Days since 1970-01-01, a time of day as a fraction; without a zone it is UTC."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.timestamp() / 86_400
    return float((value - date(1970, 1, 1)).days)


# ---------------------------------------------------------------- numbers


class NumberColumn:
    """Numbers, bools (0 and 1) or dates (days since 1970); NaN and null are missing."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        """Encode a column.

        Args:
            column: Of a number, bool, date or timestamp type.
        """
        values = _as_float(column)
        missing = np.isnan(values)
        encoded = pc.dictionary_encode(pa.array(values, mask=missing))
        levels = encoded.dictionary.to_numpy(zero_copy_only=False)
        self._levels: npt.NDArray[np.float64] | None = None
        if len(levels) <= MAX_CODED_NUMBERS:
            order = np.argsort(levels, kind="stable")
            rank = np.empty(len(order), dtype=np.int64)
            rank[order] = np.arange(len(order))
            self._levels = levels[order]
            self._codes = _codes(encoded.indices, rank)
        else:
            self._values = values

    def __len__(self) -> int:
        """Rows."""
        return len(self._values if self._levels is None else self._codes)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        if self._levels is None:
            return self._values.nbytes
        return self._codes.nbytes + self._levels.nbytes

    def known(self) -> BoolArray:
        """Rows with a value."""
        if self._levels is None:
            return ~np.isnan(self._values)
        return _in_range(self._codes, 0, len(self._levels))

    def holds(self, op: Operator, value: float) -> BoolArray:
        """Rows known to be EQ, LT, LE, GT or GE the value."""
        low, high = -np.inf, np.inf
        if op in (Operator.EQ, Operator.GE, Operator.GT):
            low = value
        if op in (Operator.EQ, Operator.LE, Operator.LT):
            high = value
        return self._within(low, high, open_low=op is Operator.GT, open_high=op is Operator.LT)

    def between(self, low: float, high: float) -> BoolArray:
        """Rows known to lie in [low, high]."""
        return self._within(low, high)

    def any_of(self, values: Sequence[float]) -> BoolArray:
        """Rows known to equal one of the values."""
        if self._levels is None:
            return np.isin(self._values, np.asarray(values))
        return _in_codes(self._codes, np.isin(self._levels, np.asarray(values)))

    def _within(
        self, low: float, high: float, *, open_low: bool = False, open_high: bool = False
    ) -> BoolArray:
        if self._levels is None:
            return self._compare(low, high, open_low=open_low, open_high=open_high)
        start = np.searchsorted(self._levels, low, side="right" if open_low else "left")
        stop = np.searchsorted(self._levels, high, side="left" if open_high else "right")
        return _in_range(self._codes, int(start), int(stop))

    def _compare(self, low: float, high: float, *, open_low: bool, open_high: bool) -> BoolArray:
        values = self._values
        masks: list[BoolArray] = []  # NaN compares false, so one comparison drops it
        if low > -np.inf:
            masks.append(values > low if open_low else values >= low)
        if high < np.inf:
            masks.append(values < high if open_high else values <= high)
        return masks[0] if len(masks) == 1 else np.logical_and(masks[0], masks[1], out=masks[0])


# ---------------------------------------------------------------- texts


class Words:
    """The distinct texts of a column, each with a code.

    Attributes:
        exact: Texts are compared as they are (identifiers), not in their folded form.
    """

    def __init__(self, texts: Sequence[str], *, exact: bool = False) -> None:
        """Give each distinct form a code.

        Args:
            texts: Distinct texts.
            exact: Compare them as they are.
        """
        self.exact = exact
        code_of: dict[str, int] = {}
        forms = texts if exact else map(fold, texts)
        self.codes = np.fromiter(
            (code_of.setdefault(form, len(code_of)) for form in forms),
            dtype=np.int64,
            count=len(texts),
        )
        self._forms = pa.array(list(code_of), type=pa.large_string())

    def __len__(self) -> int:
        """Codes in use."""
        return len(self._forms)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return int(self._forms.nbytes) + self.codes.nbytes

    def forms(self) -> list[str]:
        """The texts as compared, in the order of their codes."""
        forms: list[str] = self._forms.to_pylist()
        return forms

    def any_of(self, texts: Sequence[str]) -> BoolArray:
        """Codes whose text equals one of these."""
        wanted = pa.array(
            [text if self.exact else fold(text) for text in texts], type=pa.large_string()
        )
        return as_mask(pc.is_in(self._forms, value_set=wanted))

    def contains(self, text: str) -> BoolArray:
        """Codes whose text holds this one, in any case."""
        forms = self._forms
        if self.exact:
            forms = pa.array(map(fold, forms.to_pylist()), type=pa.large_string())
        return as_mask(pc.match_substring(forms, fold(text)))


class TextColumn:
    """One text a row, or none."""

    def __init__(self, column: pa.ChunkedArray, *, exact: bool = False) -> None:
        """Encode a column.

        Args:
            column: Of a text type.
            exact: Compare texts as they are; see `Words`.
        """
        encoded = pc.dictionary_encode(one_chunk(column.cast(pa.large_string())))
        self.words = Words(encoded.dictionary.to_pylist(), exact=exact)
        self._codes = _codes(encoded.indices, self.words.codes)

    def __len__(self) -> int:
        """Rows."""
        return len(self._codes)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return self._codes.nbytes + self.words.nbytes

    def known(self) -> BoolArray:
        """Rows with a text."""
        return _in_range(self._codes, 0, len(self.words))

    def rows(self, chosen: BoolArray) -> BoolArray:
        """Rows whose text's code is chosen."""
        return _in_codes(self._codes, chosen)


class ManyTexts:
    """Any number of texts a row: a list column, or one attribute of each listing."""

    def __init__(self, rows: Rows, texts: pa.Array, *, length: int) -> None:
        """Encode pairs of row and text.

        Args:
            rows: (pairs,) row of each text.
            texts: (pairs,) texts, none of them null.
            length: Rows of the table.
        """
        encoded = pc.dictionary_encode(texts)
        self.words = Words(encoded.dictionary.to_pylist())
        codes = _codes(encoded.indices, self.words.codes)
        order = np.argsort(codes, kind="stable")  # a radix sort for codes of 1 or 2 bytes
        self._rows = rows[order]
        self._starts = np.searchsorted(codes[order], np.arange(len(self.words) + 1))
        self._length = length

    def __len__(self) -> int:
        """Rows of the table."""
        return self._length

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return self._rows.nbytes + self._starts.nbytes + self.words.nbytes

    def known(self) -> BoolArray:
        """Rows with at least one text."""
        mask = np.zeros(self._length, dtype=np.bool_)
        mask[self._rows] = True
        return mask

    def rows(self, chosen: BoolArray) -> BoolArray:
        """Rows with a text whose code is chosen."""
        mask = np.zeros(self._length, dtype=np.bool_)
        codes = np.flatnonzero(chosen)
        if len(codes) <= MAX_SLICES:
            for code in codes:
                mask[self._rows[self._starts[code] : self._starts[code + 1]]] = True
        else:
            mask[self._rows[np.repeat(chosen, np.diff(self._starts))]] = True
        return mask


# ---------------------------------------------------------------- helpers


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    chunks = column.combine_chunks()
    if isinstance(chunks, pa.ChunkedArray):  # some versions keep the wrapper
        return pa.concat_arrays(chunks.chunks) if chunks.num_chunks else pa.array([], column.type)
    return chunks


def as_mask(array: pa.Array) -> BoolArray:
    """Return an Arrow array of bools, none of them null, as numpy's."""
    mask: BoolArray = array.to_numpy(zero_copy_only=False).astype(np.bool_)
    return mask


def _as_float(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.uint8())
    elif pa.types.is_date(kind):
        column = column.cast(pa.date32()).cast(pa.int32())
    scale = 1.0
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False).cast(pa.int64())
        scale = 86_400e6
    floats = column.cast(pa.float64(), safe=False).to_numpy()
    values: npt.NDArray[np.float64] = floats / scale if scale != 1.0 else floats
    return values


def _codes(indices: pa.Array, final: npt.NDArray[np.int64]) -> Codes:
    """Rewrite dictionary indices as final codes; null becomes the code after the last."""
    missing = int(final.max()) + 1 if len(final) else 0
    table = np.append(final, missing).astype(np.min_scalar_type(missing))
    positions = indices.fill_null(len(final)) if indices.null_count else indices
    codes: Codes = table[positions.to_numpy(zero_copy_only=False)]
    return codes


def _in_range(codes: Codes, start: int, stop: int) -> BoolArray:
    """Rows whose code lies in [start, stop); stop is at most the code of what is missing."""
    if start >= stop:
        return np.zeros(len(codes), dtype=np.bool_)
    kind = codes.dtype.type
    if stop - start == 1:
        mask: BoolArray = codes == kind(start)
        return mask
    mask = codes <= kind(stop - 1)
    if start > 0:
        np.logical_and(mask, codes >= kind(start), out=mask)
    return mask


def _in_codes(codes: Codes, chosen: BoolArray) -> BoolArray:
    """Rows whose code is chosen; the code after the last, of what is missing, never is."""
    edges = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    if len(edges) > 2 * MAX_RUNS:
        table = np.append(chosen, False)
        mask: BoolArray = table[codes]
        return mask
    mask = np.zeros(len(codes), dtype=np.bool_)
    for start, stop in edges.reshape(-1, 2):
        mask |= _in_range(codes, int(start), int(stop))
    return mask
