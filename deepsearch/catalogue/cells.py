"""Cells of one column of a table, read by the grammar of the field they fill.

Every distinct cell is read once: a column of a million prices has far fewer different
ones; texts are cleaned column-wise. What a cell says wrongly is counted and shown; only
what makes the row itself wrong, such as a negative price, rejects it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.batches import MAX_CELL
from deepsearch.catalogue.cleaning import clean_texts
from deepsearch.catalogue.durations import (
    parse_days,
    parse_founding_year,
    parse_hours,
    parse_months,
    parse_years,
)
from deepsearch.catalogue.identity import clean_url
from deepsearch.catalogue.mapping import MappedColumn
from deepsearch.catalogue.money import currency_in, parse_price
from deepsearch.catalogue.places import country_code, parse_place
from deepsearch.catalogue.texts import (
    certificates,
    parse_dictionary,
    parse_list,
    read_mark,
    read_phrase,
)
from deepsearch.catalogue.units import canonical_unit
from deepsearch.catalogue.values import (
    NegativeValueError,
    UnreadableValueError,
    is_missing,
    parse_count,
    parse_flag,
    parse_quantity,
    parse_ratio,
    parse_score,
)
from deepsearch.schema import IntArray

__all__ = ["CODES", "CellReader", "Coded", "too_long"]

CODES = ("gtin", "hs_code", "unspsc", "etim", "sku", "mpn")
"""Fields that hold a listing's identifiers, in the order they are written."""

_CACHE = 50_000
# No price, duration or name is longer; what is longer is not tried on their grammars.
_MAX_SHORT = 2_000
_LONG = frozenset({"title", "description", "specifications", "attributes", "image", "url"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _text(cell: str) -> str | None:
    if is_missing(cell):
        return None
    if cell.isprintable() and "  " not in cell:
        return cell.strip()
    # control characters are never product data
    clean = _CONTROL.sub("", cell)
    return " ".join(clean.split()) or None


def _long_text(cell: str) -> str | None:
    if is_missing(cell):
        return None
    if cell.isprintable() and "  " not in cell:
        return cell.strip()
    clean = _CONTROL.sub("", cell).replace("\r\n", "\n")
    return re.sub(r"[^\S\n]+", " ", clean).strip() or None


def _raw_title(cell: str) -> str | None:
    if is_missing(cell):
        return None
    return cell if cell.isprintable() else _CONTROL.sub("", cell)


def _flag_or_mark(cell: str) -> bool | None:
    try:
        return parse_flag(cell)
    except UnreadableValueError:
        return True  # an icon or link stands there only for those that have it


def _supplier_type(cell: str) -> str | None:
    mark = read_mark(cell)
    return mark[1] if mark is not None and mark[0] == "supplier.type" else _text(cell)


def _country(cell: str) -> str | None:
    if is_missing(cell):
        return None
    code = country_code(cell)
    if code is None:
        raise UnreadableValueError(f"{cell[:60]!r} is no country known here")
    return code


def _url(cell: str) -> str | None:
    text = _text(cell)
    return None if text is None else clean_url(f"https:{text}" if text.startswith("//") else text)


def _currency(cell: str) -> str | None:
    if is_missing(cell):
        return None
    code = currency_in(cell)
    if code is None:
        raise UnreadableValueError(f"{cell[:60]!r} is no currency known here")
    return code


_FILE_END = re.compile(r"\.[A-Za-z]\w{1,4}\s*$")


def _media(cell: str) -> list[str] | None:
    text = cell.strip()
    if is_missing(text):
        return None
    if text[:1] == "[":
        return parse_list(text)
    parts: list[str] = []
    for part in re.split(r"[|;\n]|,\s*(?=https?:)|\s+(?=https?:)", text):
        # A comma may be part of a name; it separates where each piece ends as a file does.
        pieces = part.split(",")
        parts += pieces if all(_FILE_END.search(piece) for piece in pieces) else [part]
    return [part.strip() for part in parts if part.strip()]


def _incoterms(cell: str) -> tuple[list[str], str | None] | None:
    if is_missing(cell):
        return None
    found = re.findall(r"\b(EXW|FCA|CPT|CIP|DAP|DPU|DDP|FAS|FOB|CFR|CIF)\b", cell.upper())
    if not found:
        raise UnreadableValueError(f"{cell[:60]!r} names no Incoterm")
    place = re.fullmatch(r"\s*[A-Za-z]{3}\s+([^\d,;/]{3,40})", cell)
    return list(dict.fromkeys(found)), place[1].strip() if place else None


def _upper_count(cell: str) -> float | None:
    """Read employees: "51-100 People" counts with its lower end, as "at least"."""
    match = re.match(r"\s*(\d[\d,]*)\s*(?:-|~|to|–)\s*\d", cell)
    return parse_count(match[1]) if match else parse_count(cell)


def _if_stated(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Read a cell unless it says that nothing is known."""
    return lambda cell: None if is_missing(cell) else read(cell)


# Fields whose cells read alike whatever their column is called.
_READERS: Mapping[str, Callable[[str], Any]] = {
    "title": _raw_title,
    "title_highlight": _text,
    "description": _long_text,
    "url": _url,
    "supplier.url": _url,
    "image": _media,
    "video": _media,
    "origin": _country,
    "supplier.country": _country,
    "currency": _currency,
    "price_unit": _if_stated(canonical_unit),
    "order_unit": _if_stated(canonical_unit),
    "supplier.years": partial(parse_years, unit="years"),
    "supplier.verified": _flag_or_mark,
    "supplier.trade_assurance": _flag_or_mark,
    "supplier.rating": parse_score,
    "supplier.review_score": parse_score,
    "supplier.rating_count": parse_count,
    "supplier.store_reviews": parse_count,
    "supplier.orders": parse_count,
    "supplier.employees": _upper_count,
    "supplier.type": _supplier_type,
    "supplier.location": _if_stated(parse_place),
    "supplier.main_markets": parse_list,
    "supplier.badges": parse_list,
    "payment_terms": parse_list,
    "incoterms": _incoterms,
    "certifications": _if_stated(lambda cell: certificates(cell) or None),
    "specifications": parse_dictionary,
    "phrases": read_phrase,
}
_PRICES = ("price", "price_min", "price_max", "sample_price", "supplier.annual_revenue")
_DAYS = ("lead_time", "dispatch_time", "sample_time")
_RATES = ("reorder_rate", "on_time_rate", "dispute_rate", "response_rate")


def _reader(mapped: MappedColumn, decimal: str | None, year: int) -> Callable[[str], Any]:
    """Give the function that reads one cell of a field."""
    if (reader := _READERS.get(mapped.field)) is not None:
        return reader
    unit = mapped.unit
    time_unit = unit.lower() if unit else None
    if time_unit is None and "day" in mapped.column.lower():
        time_unit = "days"
    quantity = partial(parse_quantity, decimal=decimal)
    percent = unit == "%" or "percent" in mapped.column.lower()
    readers: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(_PRICES, partial(parse_price, decimal=decimal)),
        **dict.fromkeys(_DAYS, partial(parse_days, unit=time_unit)),
        **dict.fromkeys(
            [f"supplier.{rate}" for rate in _RATES], partial(parse_ratio, percent=percent)
        ),
        "min_order_quantity": partial(
            quantity, unit=None if unit is None or currency_in(unit) else unit
        ),
        "monthly_capacity": partial(quantity, unit=unit),
        "stock": partial(quantity, unit=unit),
        "supplier.floor_area": partial(quantity, unit=unit or "m2"),
        "warranty": partial(parse_months, unit=time_unit),
        "supplier.response_time": partial(parse_hours, unit=time_unit),
        "supplier.established": partial(parse_founding_year, now=year),
    }
    return readers.get(mapped.field, _text)


# Fields whose cells are texts, with the reader of one and what of it is not plain.
_PLAIN: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "description": (_long_text, ""),
    "url": (_url, r"|[?#]|^ *//"),
    "supplier.url": (_url, r"|[?#]|^ *//"),
    **dict.fromkeys(
        (
            "title",
            "category",
            "section",
            "brand",
            "model",
            "id",
            "supplier.name",
            "supplier.id",
            "supplier.state",
            "supplier.city",
            "ship_from",
            "title_highlight",
            "attributes",
            *CODES,
        ),
        (_text, ""),
    ),
}


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of parsed values, each distinct one once.

    Attributes:
        values: What the distinct cells say; None for what is missing or cannot be read.
        codes: (rows,) which of them stands in each row.
    """

    values: Sequence[Any]
    codes: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    def each(self, read: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
        """Derive a column, looking at each distinct value once.

        Args:
            read: Called with every value that is not None; may give None.
            kind: Type of what it gives.

        Returns:
            One value a row.
        """
        derived = [None if value is None else read(value) for value in self.values]
        return pa.array(derived, kind).take(pa.array(self.codes))

    def rows(self) -> list[Any]:
        """Give the values row by row.

        Returns:
            One value a row, the same object for equal cells.
        """
        values = self.values
        return [values[code] for code in self.codes.tolist()]

    def keep(self, rows: IntArray) -> Coded:
        """Select rows.

        Args:
            rows: Which, in order.

        Returns:
            The column of those.
        """
        return Coded(self.values, self.codes[rows])


class CellReader:
    """Reads the cells of one column, each distinct one once."""

    def __init__(
        self, mapped: MappedColumn, decimal: str | None, *, year: int, raw: bool = False
    ) -> None:
        """Choose the grammar.

        Args:
            mapped: The column and its field.
            decimal: The table's decimal sign, where a number can be read both ways.
            year: Year the source is of; nothing in it is younger.
            raw: Whether the spaces of a title tell something, and stay.
        """
        self.mapped = mapped
        self.unreadable: Counter[str] = Counter()
        self._plain = None if raw else _PLAIN.get(mapped.field)
        self._read = _raw_title if raw else _reader(mapped, decimal, year)
        self._known: dict[str, Any] = {}

    def column(self, cells: pa.Array, bad: dict[int, str]) -> pa.Array | Coded:
        """Read a column.

        Args:
            cells: Its cells, none null.
            bad: Takes the rows that must not go in, with the reason.

        Returns:
            One value a cell, missing for what says nothing or cannot be read; texts as an
            Arrow array.
        """
        longest = pc.max(pc.binary_length(cells)).as_py() or 0
        limit = MAX_CELL if self.mapped.field in _LONG else _MAX_SHORT
        if self._plain is not None and longest <= limit:
            return clean_texts(cells, *self._plain)
        coded = self._coded(cells, bad)
        return coded if self._plain is None else coded.each(lambda text: text, pa.string())

    def _coded(self, cells: pa.Array, bad: dict[int, str]) -> Coded:
        known = self._known
        if len(known) > _CACHE:
            known.clear()
        encoded = cells.dictionary_encode()
        codes: npt.NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
        values: list[Any] = []
        for code, cell in enumerate(encoded.dictionary.to_pylist()):
            if cell in known:
                value = known[cell]
            else:
                known[cell] = value = self._one(cell)
            if value.__class__ is _Problem:
                rows = np.flatnonzero(codes == code).tolist()
                if value.rejects:
                    for row in rows:
                        bad.setdefault(row, f"{self.mapped.column}: {value.reason}")
                else:
                    self.unreadable[value.reason] += len(rows)
                value = None
            values.append(value)
        return Coded(values, codes)

    def _one(self, cell: str) -> Any:
        if len(cell) > MAX_CELL:
            return _Problem(too_long(cell), True)
        if len(cell) > _MAX_SHORT and self.mapped.field not in _LONG:
            return _Problem(f"{cell[:60]!r}... of {len(cell):,} characters", False)
        try:
            return self._read(cell)
        except NegativeValueError as error:
            return _Problem(str(error), True)
        except (UnreadableValueError, OverflowError) as error:
            return _Problem(str(error), False)


def too_long(cell: str) -> str:
    """Say that a cell is too long to be product data.

    Args:
        cell: The cell.

    Returns:
        The reason to reject its row.
    """
    return f"a cell of {len(cell):,} characters, at most {MAX_CELL:,}"


class _Problem:
    __slots__ = ("reason", "rejects")

    def __init__(self, reason: str, rejects: bool) -> None:
        self.reason = reason
        self.rejects = rejects
