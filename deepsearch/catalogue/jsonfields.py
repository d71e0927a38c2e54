"""The fields of a record in the catalogue's own JSON form, and how each is read.

A column whose values are all of the plain kind is converted whole; only where one is not,
each value goes through its converter, which says what was expected.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.cleaning import says_nothing
from deepsearch.catalogue.units import canonical_unit
from deepsearch.catalogue.values import is_missing
from deepsearch.schema import EvidenceGrade

__all__ = ["FIELDS", "BadValueError", "Converter", "convert_column"]

Converter: TypeAlias = Callable[[Any], Any]
"""Reads one value that is not None; raises `BadValueError` for one of the wrong kind."""


_GRADES = tuple(grade.value for grade in EvidenceGrade)


class BadValueError(Exception):
    """A value of the wrong kind; the message names what was expected."""


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        # lone surrogates are legal in JSON and nowhere else
        text = value.encode("utf-8", "replace").decode().strip()
        return None if is_missing(text) else text
    if isinstance(value, (bool, dict, list)):
        raise BadValueError("text")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadValueError("a number")
    try:
        number = float(value)
    except OverflowError:
        raise BadValueError("a number a float can hold") from None
    return None if math.isnan(number) else number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("true or false")
    return value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadValueError("a date such as 2026-11-23") from None


def _unit(value: Any) -> str | None:
    return canonical_unit(_text(value))


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise BadValueError("a list of texts")
    return [text for item in value if item is not None and (text := _text(item))] or None


def _dictionary(value: Any) -> list[tuple[str, str]] | None:
    if not isinstance(value, dict):
        raise BadValueError("an object of names and values")
    pairs = []
    for name, item in value.items():
        plain = (
            json.dumps(item, ensure_ascii=False) if isinstance(item, (dict, list, bool)) else item
        )
        text = None if plain is None else _text(plain)
        if text and (clean := _text(name)):
            pairs.append((clean, text))
    return pairs or None


def _records(**spec: Converter) -> Converter:
    def convert(value: Any) -> list[dict[str, Any]] | None:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise BadValueError("a list of objects")
        return [
            {
                name: None if (raw := item.get(name)) is None else read(raw)
                for name, read in spec.items()
            }
            for item in value
        ] or None

    return convert


def _claims(value: Any) -> list[dict[str, Any]] | None:
    rows: list[dict[str, Any]] | None = _CLAIM(value)
    for row in rows or ():
        if not row["dimension"]:
            raise BadValueError("claims with a 'dimension'")
        row["evidence"] = row["evidence"] or "listed"
        if row["evidence"] not in _GRADES:
            raise BadValueError(f"'evidence' one of {', '.join(_GRADES)}")
    return rows


_CLAIM = _records(
    dimension=_text,
    number=_number,
    high=_number,
    unit=_text,
    text=_text,
    flag=_flag,
    scope=_text,
    evidence=_text,
    source=_text,
    quote=_text,
    stated_on=_day,
    expires_on=_day,
    certificate_number=_text,
    min_quantity=_number,
)
FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(
        ("id", "source", "title", "description", "category", "brand", "model", "url", "origin"),
        _text,
    ),
    "price.min": _number,
    "price.max": _number,
    "price.currency": _text,
    "price.unit": _unit,
    "min_order_quantity.value": _number,
    "min_order_quantity.unit": _unit,
    "dispatch_days": _number,
    "lead_time_days": _number,
    "warranty_months": _number,
    "sample.price": _number,
    "sample.currency": _text,
    "sample.days": _number,
    "monthly_capacity.value": _number,
    "monthly_capacity.unit": _unit,
    "stock.value": _number,
    "stock.unit": _unit,
    "ship_from": _text,
    "payment_terms": _texts,
    "incoterms": _texts,
    "incoterm_place": _text,
    **{
        f"supplier.{name}": _text
        for name in ("id", "name", "type", "country", "state", "city", "url", "verified_by")
    },
    **{
        f"supplier.{name}": _number
        for name in (
            "years",
            "rating",
            "rating_count",
            "review_score",
            "store_reviews",
            "reorder_rate",
            "on_time_rate",
            "dispute_rate",
            "response_rate",
            "response_time_hours",
            "orders",
            "employees",
            "floor_area_m2",
            "annual_revenue.amount",
        )
    },
    "supplier.annual_revenue.currency": _text,
    "supplier.verified": _flag,
    "supplier.trade_assurance": _flag,
    "supplier.verified_on": _day,
    "supplier.main_markets": _texts,
    "supplier.claims": _claims,
    "attributes": _dictionary,
    "identifiers": _dictionary,
    "price_tiers": _records(low=_number, high=_number, min_quantity=_number, max_quantity=_number),
    "lead_times": _records(days=_number, max_quantity=_number),
    "claims": _claims,
    "images": _texts,
    "image_urls": _texts,
    "videos": _texts,
    "media": _records(uri=_text, kind=_text, content_hash=_text),
}
"""Dotted path in the record → converter of its value."""


def convert_column(convert: Converter, raw: list[Any]) -> pa.Array | None:
    """Convert a whole column at once, where every value is of the plain kind.

    Args:
        convert: The value's converter, which this must agree with.
        raw: Values as JSON gave them.

    Returns:
        The column, or None where a value needs the converter itself.
    """
    whole = _WHOLE.get(convert)
    if whole is None:
        return None
    try:
        return whole(raw)
    except (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError):
        return None


def _fast_numbers(raw: list[Any]) -> pa.Array | None:
    if bool in set(map(type, raw)):
        return None  # Arrow would read true as 1
    numbers = pa.array(raw, pa.float64())
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)


def _fast_texts(raw: list[Any]) -> pa.Array:
    return _clean(pa.array(raw, pa.string()))


def _fast_units(raw: list[Any]) -> pa.Array:
    encoded = _fast_texts(raw).dictionary_encode()
    units = [canonical_unit(unit) for unit in encoded.dictionary.to_pylist()]
    return pa.array(units, pa.string()).take(encoded.indices)


def _clean(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(says_nothing(trimmed, trimmed), pa.scalar(None, pa.string()), trimmed)


def _fast_dictionaries(raw: list[Any]) -> pa.Array | None:
    given = [{} if value is None else value for value in raw]
    names = pa.array([name for value in given for name in value], pa.string())
    values = _clean(pa.array([item for value in given for item in value.values()], pa.string()))
    names = _clean(names)
    if names.null_count or values.null_count:
        return None
    offsets = np.zeros(len(raw) + 1, np.int32)
    np.cumsum([len(value) for value in given], out=offsets[1:])
    # an offset of null makes the row null
    starts = pa.array(offsets, mask=np.array([not value for value in given] + [False]))
    return pa.MapArray.from_arrays(starts, names, values)


_WHOLE: Mapping[Converter, Callable[[list[Any]], pa.Array | None]] = {
    _number: _fast_numbers,
    _flag: lambda raw: pa.array(raw, pa.bool_()),
    _text: _fast_texts,
    _unit: _fast_units,
    _dictionary: _fast_dictionaries,
}
