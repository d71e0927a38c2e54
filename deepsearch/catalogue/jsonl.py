"""JSON lines in the catalogue's own form (that of `catalog.jsonl`, and of an export)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.batches import Chunk, Failures
from deepsearch.catalogue.identity import supplier_id
from deepsearch.catalogue.units import canonical_unit
from deepsearch.catalogue.values import MISSING, is_missing
from deepsearch.errors import UnreadableFileError

__all__ = ["is_native", "read_native"]

_CHUNK = 8192
_MAX_LINE = 16_000_000

Converter: TypeAlias = Callable[[Any], Any]
Values: TypeAlias = "list[Any] | pa.Array"

MISSING_WORDS = pa.array(sorted(MISSING), pa.string())


class _BadValueError(Exception):
    """A value of the wrong kind; the message names what was expected."""


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        # lone surrogates are legal in JSON and nowhere else
        text = value.encode("utf-8", "replace").decode().strip()
        return None if is_missing(text) else text
    if isinstance(value, (bool, dict, list)):
        raise _BadValueError("text")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _BadValueError("a number")
    try:
        number = float(value)
    except OverflowError:
        raise _BadValueError("a number a float can hold") from None
    return None if math.isnan(number) else number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _BadValueError("true or false")
    return value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _BadValueError("a date such as 2026-11-23") from None


def _unit(value: Any) -> str | None:
    return canonical_unit(_text(value))


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise _BadValueError("a list of texts")
    return [text for item in value if item is not None and (text := _text(item))] or None


def _dictionary(value: Any) -> list[tuple[str, str]] | None:
    if not isinstance(value, dict):
        raise _BadValueError("an object of names and values")
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
            raise _BadValueError("a list of objects")
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
            raise _BadValueError("claims with a 'dimension'")
        row["evidence"] = row["evidence"] or "listed"
        if row["evidence"] not in ("listed", "document", "audited", "platform"):
            raise _BadValueError("'evidence' listed, document, audited or platform")
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
# dotted path in the record = dotted column, but for those in _RENAMED
_SPEC: dict[str, Converter] = {
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
_RENAMED = {"supplier.claims": "supplier_claims"}
_PICTURES = ("images", "image_urls", "videos")
_TOP = {path.split(".")[0] for path in _SPEC}


def _fast(convert: Converter, raw: list[Any]) -> pa.Array | None:
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
    return pa.array([canonical_unit(unit) for unit in _fast_texts(raw).to_pylist()], pa.string())


def _clean(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    says_nothing = pc.is_in(pc.utf8_lower(trimmed), value_set=MISSING_WORDS)
    return pc.if_else(says_nothing, pa.scalar(None, pa.string()), trimmed)


def _fast_dictionaries(raw: list[Any]) -> pa.Array | None:
    given = [value or {} for value in raw]
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


def _fields(
    records: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, Converter, list[Any]]]:
    """Yield the fields that occur, with their raw values, one a record."""
    below: dict[str, list[Mapping[str, Any]]] = {"": list(records)}
    present: dict[str, set[str]] = {"": set().union(*records)}
    for path, convert in _SPEC.items():
        parent, _, key = path.rpartition(".")
        if parent not in below:
            top, _, name = parent.rpartition(".")
            below[parent] = [
                value if isinstance(value := outer.get(name), dict) else {} for outer in below[top]
            ]
            present[parent] = set().union(*below[parent])
        if key in present[parent]:
            raw = [outer.get(key) for outer in below[parent]]
            if any(value is not None for value in raw):
                yield path, convert, raw


def is_native(path: Path) -> bool:
    """Tell whether a JSON lines file is in the catalogue's own form.

    Args:
        path: The file.

    Returns:
        True if its first readable records have the text keys "id" and "title", and what
        they say of price, minimum order and supplier is in objects.
    """
    native = other = 0
    with path.open("rb") as lines:
        for line in islice(lines, 200):
            if len(line) > _MAX_LINE:
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                nested = all(
                    isinstance(record.get(key), (dict, type(None)))
                    for key in ("price", "min_order_quantity", "supplier", "attributes")
                )
                fits = nested and isinstance(record.get("id"), str) and "title" in record
                native += fits
                other += not fits
    # a broken record among them is for the reader to reject
    return native > other


def _parse_lines(
    lines: Sequence[tuple[int, bytes]], failures: Failures
) -> tuple[list[dict[str, Any]], list[int], list[bytes]]:
    try:
        # one call for all is faster by a third; only a wrong line needs its own
        together = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
    except (ValueError, RecursionError):
        together = []
    if len(together) == len(lines) and all(record.__class__ is dict for record in together):
        return together, [number for number, _ in lines], [line for _, line in lines]
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    kept: list[bytes] = []
    for number, line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = str(error) if isinstance(error, ValueError) else "nested too deeply"
            failures.add(number, f"no valid JSON: {what}", line.decode("utf-8", "replace"))
            continue
        if not isinstance(record, dict):
            failures.add(number, "no JSON object", line.decode("utf-8", "replace"))
            continue
        records.append(record)
        numbers.append(number)
        kept.append(line)
    return records, numbers, kept


def _media(columns: dict[str, Any], n: int) -> list[Any] | None:
    given: list[list[Any] | None] = columns.pop("media", [None] * n)
    lists = {name: columns.pop(name, None) for name in _PICTURES}
    if not any(lists.values()) and not any(given):
        return None
    merged: list[Any] = []
    for i in range(n):
        row = list(given[i] or ())
        known = {item["uri"] for item in row}
        for name, column in lists.items():
            for uri in (column[i] or ()) if column else ():
                if uri not in known:
                    kind = "video" if name == "videos" else "picture"
                    row.append({"uri": uri, "kind": kind, "content_hash": None})
        merged.append(row or None)
    return merged


def _columns(
    records: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Values], dict[int, str]]:
    """Turn records into columns; a record with a value of the wrong kind is named as bad."""
    columns: dict[str, Values] = {}
    bad: dict[int, str] = {}
    for path, convert, raw in _fields(records):
        column = _fast(convert, raw)
        if column is not None:
            columns[_RENAMED.get(path, path)] = column
            continue
        values: list[Any] = []
        for i, value in enumerate(raw):
            try:
                values.append(None if value is None else convert(value))
            except _BadValueError as error:
                shown = json.dumps(value, ensure_ascii=True)[:80]
                bad.setdefault(i, f"{path} is {shown}; {error} is expected")
                values.append(None)
        columns[_RENAMED.get(path, path)] = values
    for name in ("price", "min_order_quantity", "supplier"):
        for i, record in enumerate(records):
            if not isinstance(record.get(name), (dict, type(None))):
                shown = json.dumps(record[name], ensure_ascii=True)[:80]
                bad.setdefault(i, f"{name} is {shown}; an object is expected")
    media = _media(columns, len(records))
    if media is not None:
        columns["media"] = media
    _order_prices(columns)
    _name_suppliers(columns, len(records))
    return columns, bad


def _name_suppliers(columns: dict[str, Values], n: int) -> None:
    """Give a supplier without an id one from its page or name: without one it is nobody's."""

    def listed(name: str) -> list[Any]:
        column = columns.get(f"supplier.{name}")
        if column is None:
            return [None] * n
        return column.to_pylist() if isinstance(column, pa.Array) else column

    ids = listed("id")
    if not any(name.startswith("supplier.") for name in columns) or None not in ids:
        return
    names, urls = listed("name"), listed("url")
    columns["supplier.id"] = [
        own or supplier_id(name, url) for own, name, url in zip(ids, names, urls, strict=True)
    ]


def _chunk(
    lines: Sequence[tuple[int, bytes]], failures: Failures, unmapped: dict[str, str]
) -> Chunk:
    records, numbers, kept = _parse_lines(lines, failures)
    for key in set().union(*records) - _TOP:
        unmapped.setdefault(key, "no field of that name")
    columns, bad = _columns(records)
    if bad:
        for i, reason in sorted(bad.items()):
            failures.add(numbers[i], reason, kept[i].decode("utf-8", "replace"))
        good = [i for i in range(len(records)) if i not in bad]
        columns = {
            name: values.take(pa.array(good, pa.int64()))
            if isinstance(values, pa.Array)
            else [values[i] for i in good]
            for name, values in columns.items()
        }
        numbers = [numbers[i] for i in good]
        kept = [kept[i] for i in good]
    return Chunk(
        columns=dict(columns),
        lines=np.array(numbers, np.int64),
        originals=lambda i: kept[i].decode("utf-8", "replace"),
    )


def _order_prices(columns: dict[str, Values]) -> None:
    """One price given is both ends; two are put in order."""
    ends = [columns[name] for name in ("price.min", "price.max") if name in columns]
    if not ends:
        return
    low, high = pa.array(ends[0], pa.float64()), pa.array(ends[-1], pa.float64())
    columns["price.min"] = pc.min_element_wise(low, high)
    columns["price.max"] = pc.max_element_wise(low, high)


def read_native(
    path: Path,
    failures: Failures,
    unmapped: dict[str, str],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Chunk]:
    """Read a JSON lines file in the catalogue's own form, streaming.

    Args:
        path: The file, UTF-8.
        failures: Takes the lines that cannot be read.
        unmapped: Takes the keys that have no field.
        progress: Called with the bytes read so far.

    Yields:
        Chunks in the order of the lines.

    Raises:
        UnreadableFileError: If the file cannot be read at all.
    """
    try:
        with path.open("rb") as file:
            done = 0
            block: list[tuple[int, bytes]] = []
            number = 0
            while line := file.readline(_MAX_LINE):
                number += 1
                done += len(line)
                if len(line) >= _MAX_LINE and not line.endswith(b"\n"):
                    done += _skip_line(file)
                    failures.add(
                        number,
                        f"longer than {_MAX_LINE:,} bytes",
                        line[:5000].decode("utf-8", "replace"),
                    )
                    continue
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    block.append((number, line))
                if len(block) >= _CHUNK:
                    yield _chunk(block, failures, unmapped)
                    block = []
                    if progress:
                        progress(done)
            if block:
                yield _chunk(block, failures, unmapped)
            if progress:
                progress(done)
    except OSError as error:
        raise UnreadableFileError(f"Cannot read {path}: {error}.") from error


def _skip_line(file: Any) -> int:
    skipped = 0
    while rest := file.readline(_MAX_LINE):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
