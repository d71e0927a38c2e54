"""The Arrow form of a listing: one schema, and the two ways across it.

Nested structs, so that flattening a table yields the dotted names a filter uses
(`supplier.years`). Missing is null to the end. A listing whose price is one plain range
keeps it in `price` alone; `price_tiers` is for ladders.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "DETAIL_COLUMNS",
    "FACT_COLUMNS",
    "LISTING_SCHEMA",
    "Columns",
    "assemble",
    "conform",
    "content_hashes",
    "flatten",
    "listing_texts",
    "text_hashes",
]

Columns: TypeAlias = Mapping[str, "pa.Array | pa.ChunkedArray | Sequence[Any]"]
"""Dotted path of a leaf → its values, one a row. Paths not given are null."""

_text = pa.string()
_number = pa.float64()
_texts = pa.list_(pa.string())
_dictionary = pa.map_(pa.string(), pa.string())


def _struct(**fields: pa.DataType) -> pa.DataType:
    return pa.struct([pa.field(name, kind) for name, kind in fields.items()])


_quantity = _struct(value=_number, unit=_text)
CLAIM_TYPE = _struct(
    dimension=_text,
    number=_number,
    high=_number,
    unit=_text,
    text=_text,
    flag=pa.bool_(),
    scope=_text,
    evidence=_text,
    source=_text,
    quote=_text,
    stated_on=pa.date32(),
    expires_on=pa.date32(),
    certificate_number=_text,
    min_quantity=_number,
)
_supplier = _struct(
    id=_text,
    name=_text,
    type=_text,
    country=_text,
    state=_text,
    city=_text,
    url=_text,
    years=_number,
    verified=pa.bool_(),
    verified_by=_text,
    verified_on=pa.date32(),
    trade_assurance=pa.bool_(),
    rating=_number,
    rating_count=_number,
    review_score=_number,
    store_reviews=_number,
    reorder_rate=_number,
    on_time_rate=_number,
    dispute_rate=_number,
    response_rate=_number,
    response_time_hours=_number,
    orders=_number,
    employees=_number,
    floor_area_m2=_number,
    annual_revenue=_struct(amount=_number, currency=_text),
    main_markets=_texts,
)
_facts: list[tuple[str, pa.DataType]] = [
    ("id", _text),
    ("source", _text),
    ("title", _text),
    ("description", _text),
    ("category", _text),
    ("brand", _text),
    ("model", _text),
    ("url", _text),
    ("origin", _text),
    ("price", _struct(min=_number, max=_number, currency=_text, unit=_text)),
    ("min_order_quantity", _quantity),
    ("dispatch_days", _number),
    ("lead_time_days", _number),
    ("warranty_months", _number),
    ("sample", _struct(price=_number, currency=_text, days=_number)),
    ("monthly_capacity", _quantity),
    ("stock", _quantity),
    ("ship_from", _text),
    ("payment_terms", _texts),
    ("incoterms", _texts),
    ("incoterm_place", _text),
    ("supplier", _supplier),
    ("attributes", _dictionary),
    ("identifiers", _dictionary),
]
_details: list[tuple[str, pa.DataType]] = [
    ("media", pa.list_(_struct(uri=_text, kind=_text, content_hash=_text))),
    (
        "price_tiers",
        pa.list_(_struct(low=_number, high=_number, min_quantity=_number, max_quantity=_number)),
    ),
    ("lead_times", pa.list_(_struct(days=_number, max_quantity=_number))),
    ("claims", pa.list_(CLAIM_TYPE)),
    ("supplier_claims", pa.list_(CLAIM_TYPE)),
]
_system: list[tuple[str, pa.DataType]] = [
    ("key", pa.int64()),
    ("content_hash", _text),
    ("text_hash", _text),
]
FACT_COLUMNS = tuple(name for name, _ in _facts)
DETAIL_COLUMNS = tuple(name for name, _ in _details)
LISTING_SCHEMA = pa.schema([*_facts, *_details, *_system])


# ---------------------------------------------------------------- dotted columns → table


def _build(path: str, kind: pa.DataType, columns: Columns, n: int) -> pa.Array:
    given = columns.get(path)
    if given is not None:
        if isinstance(given, pa.ChunkedArray):
            given = given.combine_chunks()
        if isinstance(given, pa.Array):
            return given if given.type == kind else given.cast(kind)
        return pa.array(given, kind)
    if pa.types.is_struct(kind) and any(name.startswith(path + ".") for name in columns):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        children = [_build(f"{path}.{child.name}", child.type, columns, n) for child in fields]
        return pa.StructArray.from_arrays(children, fields=fields)
    return pa.nulls(n, kind)


def assemble(columns: Columns, n: int) -> pa.Table:
    """Build a table of `LISTING_SCHEMA` from dotted leaf columns.

    Args:
        columns: Values by dotted path; what is absent becomes null.
        n: Rows.

    Returns:
        A table of n rows; the system columns not given are null.

    Raises:
        pyarrow.ArrowException: If a value does not fit its column's type.
    """
    arrays = [_build(field.name, field.type, columns, n) for field in LISTING_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=LISTING_SCHEMA)


def flatten(table: pa.Table) -> pa.Table:
    """Turn struct columns into flat ones with dotted names, at every depth.

    Args:
        table: Any table.

    Returns:
        The same rows, without struct columns; lists and maps stay.
    """
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _conform_array(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_struct(kind) and pa.types.is_struct(array.type):
        have = {array.type.field(i).name: i for i in range(array.type.num_fields)}
        fields = [kind.field(i) for i in range(kind.num_fields)]
        children = [
            _conform_array(array.field(have[field.name]), field.type)
            if field.name in have
            else pa.nulls(len(array), field.type)
            for field in fields
        ]
        mask = array.is_null() if array.null_count else None
        return pa.StructArray.from_arrays(children, fields=fields, mask=mask)
    if pa.types.is_list(kind) and pa.types.is_list(array.type):
        # flatten() would skip what lies under null lists; offsets must stay in step
        values = _conform_array(array.values, kind.value_type)
        mask = array.is_null() if array.null_count else None
        return pa.ListArray.from_arrays(array.offsets, values, type=kind, mask=mask)
    return array.cast(kind)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Fit a table written by an older deepsearch to today's schema.

    Args:
        table: Columns may be absent; struct fields too.
        schema: What is wanted.

    Returns:
        A table of exactly that schema; what was absent is null.
    """
    if table.schema.equals(schema):
        return table
    columns: list[pa.Array | pa.ChunkedArray] = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
            continue
        chunks = [_conform_array(chunk, field.type) for chunk in table[field.name].chunks]
        columns.append(pa.chunked_array(chunks, type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


# ---------------------------------------------------------------- hashes, texts


def _joined(parts: Sequence[Any], separator: str, nulls: str) -> pa.Array:
    """Join texts row by row; a null is left out, replaced, or makes the whole null."""
    join: Callable[..., pa.Array] = pc.binary_join_element_wise
    return join(*parts, separator, null_handling=nulls, null_replacement="\x00")


def _as_text(array: pa.Array, depth: int = 0) -> pa.Array:
    """Write every value as text, nested ones too, so that equal texts mean equal values."""
    kind = array.type
    separator = chr(0x1F - depth)
    if pa.types.is_map(kind):
        array = array.cast(pa.list_(pa.struct([kind.key_field, kind.item_field])))
        kind = array.type
    if pa.types.is_struct(kind):
        children = [_as_text(child, depth + 1) for child in array.flatten()]
        return _joined(children, separator, "replace")
    if pa.types.is_list(kind):
        values = _as_text(array.values, depth + 1).fill_null("\x00")
        mask = array.is_null() if array.null_count else None
        lists = pa.ListArray.from_arrays(array.offsets, values, mask=mask)
        return pc.binary_join(lists, separator)
    if pa.types.is_string(kind):
        return array
    return array.cast(pa.string())


def _digests(texts: pa.Array) -> pa.Array:
    hash_one = hashlib.blake2b
    raw = b"".join(
        [hash_one(text, digest_size=16).digest() for text in texts.cast(pa.binary()).to_pylist()]
    )
    ends = pa.py_buffer(np.arange(0, 32 * len(texts) + 1, 32, dtype=np.int32))
    return pa.Array.from_buffers(
        pa.string(), len(texts), [None, ends, pa.py_buffer(binascii.hexlify(raw))]
    )


def content_hashes(table: pa.Table) -> pa.Array:
    """Hash each listing's whole content, to know later whether it changed.

    Args:
        table: Rows of `LISTING_SCHEMA`.

    Returns:
        32 hex digits a row.
    """
    parts: list[Any] = []
    leaves = flatten(table.select([*FACT_COLUMNS, *DETAIL_COLUMNS]))
    for name in leaves.column_names:
        column = leaves[name].combine_chunks()
        if column.null_count < len(column):
            # null leaves no trace, so a column added later changes no hash; and a value
            # must not pass for its neighbour's: each part carries its column's name
            lead = f"\x02{name}\x01" if parts else f"{name}\x01"
            text = _as_text(column)
            parts += (
                [lead, text] if not text.null_count else [_joined([lead, text], "", "emit_null")]
            )
    if not parts:
        return pa.nulls(len(table), pa.string())
    return _digests(_joined(parts, "", "skip"))


def listing_texts(table: pa.Table) -> pa.Array:
    """Write the text a listing is embedded and lexically indexed by.

    Title, description, brand, model, category, then the attributes as "name: value",
    one a line; what is absent leaves no line. A description that only repeats the title
    is left out.

    Args:
        table: Rows with at least those columns.

    Returns:
        One text a row.
    """
    title = table["title"].combine_chunks()
    description = table["description"].combine_chunks()
    repeats = pc.fill_null(pc.equal(title, description), False)
    parts: list[Any] = [title, pc.if_else(repeats, pa.scalar(None, pa.string()), description)]
    parts += [table[name].combine_chunks() for name in ("brand", "model", "category")]
    attributes = table["attributes"].combine_chunks()
    if len(attributes.items):
        lines = pc.binary_join_element_wise(
            attributes.keys, attributes.items, ": ", null_handling="skip"
        )
        mask = attributes.is_null() if attributes.null_count else None
        lists = pa.ListArray.from_arrays(attributes.offsets, lines, mask=mask)
        joined = pc.binary_join(lists, "\n")
        empty = pc.fill_null(pc.equal(pc.list_value_length(lists), 0), False)
        parts.append(pc.if_else(empty, pa.scalar(None, pa.string()), joined))
    return _joined(parts, "\n", "skip").fill_null("")


def text_hashes(table: pa.Table) -> pa.Array:
    """Hash each listing's text, the key its text vectors are stored under.

    Args:
        table: Rows with the columns of `listing_texts`.

    Returns:
        32 hex digits a row; equal texts have equal hashes.
    """
    return _digests(listing_texts(table))
