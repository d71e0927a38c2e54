"""The read columns of one chunk, brought to the catalogue's dotted columns.

Every step works on whole columns. Where several sources say the same of a row, the first
in a fixed order stays: `Out.fill` only ever fills what is empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.batches import Column, as_list
from deepsearch.catalogue.cells import CODES, Coded
from deepsearch.catalogue.fieldcolumns import NUMBER, TEXT, TYPES, FieldColumn, Out, Read
from deepsearch.catalogue.identity import supplier_id
from deepsearch.catalogue.mapping import ColumnMapping
from deepsearch.catalogue.offercolumns import (
    fill_other_money,
    fill_prices,
    fill_quantities,
    fill_quantity,
)
from deepsearch.catalogue.places import state_country
from deepsearch.catalogue.texts import read_mark, words_put_back
from deepsearch.schema import BoolArray

__all__ = ["PLAIN", "assembled"]

PLAIN = {
    "id": "id",
    "description": "description",
    "category": "category",
    "brand": "brand",
    "model": "model",
    "url": "url",
    "origin": "origin",
    "dispatch_time": "dispatch_days",
    "lead_time": "lead_time_days",
    "warranty": "warranty_months",
    "sample_time": "sample.days",
    "ship_from": "ship_from",
    "payment_terms": "payment_terms",
    "supplier.response_time": "supplier.response_time_hours",
    **{
        f"supplier.{name}": f"supplier.{name}"
        for name in (
            "id",
            "name",
            "type",
            "country",
            "state",
            "city",
            "url",
            "years",
            "verified",
            "trade_assurance",
            "rating",
            "rating_count",
            "review_score",
            "store_reviews",
            "reorder_rate",
            "on_time_rate",
            "dispute_rate",
            "response_rate",
            "orders",
            "employees",
            "main_markets",
        )
    },
}
"""Fields that go into one column as they are, and its dotted path."""


def assembled(read: Read, n: int, mapping: ColumnMapping) -> dict[str, Column]:
    """Bring fields to dotted columns.

    Args:
        read: The columns read, by field, in the table's order.
        n: Rows.
        mapping: Supplies the currency and country the cells leave out.

    Returns:
        Columns by dotted path.
    """
    out = Out(n)
    for name, path in PLAIN.items():
        if name in read:
            out.columns[path] = read[name][0].array(TYPES[path])
    out.columns["title"] = _titles(read, out)
    _phrases(read, out)
    _badges(read, out)
    fill_prices(read, out, mapping)
    fill_quantities(read, out)
    fill_other_money(read, out, mapping)
    _pairs(read, out)
    _media(read, out)
    _terms(read, out)
    _certifications(read, out)
    _sections(read, out)
    _established(read, out, mapping.year)
    _places(read, out, mapping)
    _suppliers(out)
    return out.columns if out.media is None else {**out.columns, "media": out.media}


# ---------------------------------------------------------------- words


def _titles(read: Read, out: Out) -> pa.Array:
    cut = [column.array().to_pylist() for column in read.get("title_highlight", ())]
    (titles, *_) = read["title"]
    if not cut:
        return titles.array()
    urls = out.get("url").to_pylist()
    put_back = [
        None
        if title is None
        else words_put_back(title, [words[i] or "" for words in cut], _slug(urls[i])) or None
        for i, title in enumerate(titles.coded.rows())
    ]
    return pa.array(put_back, TEXT)


def _slug(url: str | None) -> str | None:
    """Find the words of a page's address: ".../Camera-Strap_16011.html" → "Camera-Strap"."""
    if url is None:
        return None
    last = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    bare = re.sub(r"\.html?$|[_-]\d{5,}(?=\.html?$|$)|_\d{5,}", "", last)
    return bare.replace("_", "-") if "-" in bare else None


def _said(facts: Coded, out: Out) -> None:
    """Fill in facts that name their own field: values are (path, value) pairs."""
    for path in dict.fromkeys(fact[0] for fact in facts.values if fact is not None):

        def value(fact: tuple[str, Any], path: str = path) -> Any:
            return fact[1] if fact[0] == path else None

        if path == "min_order_quantity":
            fill_quantity(out, path, Coded([f and value(f) for f in facts.values], facts.codes))
        else:
            out.fill(path, facts.each(value, TYPES[path]))


def _phrases(read: Read, out: Out) -> None:
    for column in read.get("phrases", ()):
        _said(column.coded, out)


def _badges(read: Read, out: Out) -> None:
    for column in read.get("supplier.badges", ())[:1]:
        coded = column.coded
        most = max((len(badges or ()) for badges in coded.values), default=0)
        for place in range(most):
            marks = [
                read_mark(badges[place]) if badges and len(badges) > place else None
                for badges in coded.values
            ]
            _said(Coded(marks, coded.codes), out)


# ---------------------------------------------------------------- names with values


def _pairs(read: Read, out: Out) -> None:
    attributes = [_attribute(column) for column in read.get("attributes", ())]
    specifications = [column.coded for column in read.get("specifications", ())]
    if specifications:
        rows = _joined_pairs(specifications, attributes, out.n)
        out.columns["attributes"] = pa.array(rows, TYPES["attributes"])
    elif attributes:
        out.columns["attributes"] = _dictionaries(attributes, out.n)
    codes = [(name.removesuffix("_code"), read[name][0].array()) for name in CODES if name in read]
    if codes:
        out.columns["identifiers"] = _dictionaries(codes, out.n)


def _attribute(column: FieldColumn) -> tuple[str, pa.Array]:
    """Name a property column, and put the header's unit behind bare numbers."""
    unit = column.mapped.unit
    name = column.mapped.name or column.mapped.column
    if not unit:
        return name, column.array()

    def with_unit(value: str) -> str:
        return f"{value} {unit}" if re.fullmatch(r"[-+]?[\d.,]+", value) else value

    return name, column.each(with_unit, TEXT)


def _dictionaries(columns: Sequence[tuple[str, pa.Array]], n: int) -> pa.Array:
    """Join columns to one dictionary a row: what is null is left out, of equal names the first."""
    said = np.empty((n, len(columns)), bool)
    told: dict[str, BoolArray] = {}  # rows an earlier column of that name has told of
    for place, (name, values) in enumerate(columns):
        there = np.asarray(values.is_valid())
        before = told.get(name, np.zeros(n, bool))
        said[:, place] = there & ~before
        told[name] = there | before
    counts = said.sum(axis=1)
    row, which = np.divmod(np.flatnonzero(said.ravel()), len(columns))
    items = pa.concat_arrays([values for _, values in columns]).take(pa.array(which * n + row))
    names = pa.array([name for name, _ in columns], TEXT).take(pa.array(which))
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    # an offset of null makes the row null
    starts = pa.array(ends, mask=np.append(counts == 0, False))
    return pa.MapArray.from_arrays(starts, names, items)


def _joined_pairs(
    specifications: Sequence[Coded], attributes: Sequence[tuple[str, pa.Array]], n: int
) -> list[list[tuple[str, str]] | None]:
    """Join dictionaries read from cells, and single properties, row by row."""
    given = [coded.rows() for coded in specifications]
    named = [(name, values.to_pylist()) for name, values in attributes]
    rows: list[list[tuple[str, str]] | None] = []
    for i in range(n):
        pairs: dict[str, str] = {}
        for dictionaries in given:
            for name, value in dictionaries[i] or ():
                pairs.setdefault(name, value)
        for name, values in named:
            if values[i] is not None:
                pairs.setdefault(name, values[i])
        rows.append(list(pairs.items()) or None)
    return rows


# ---------------------------------------------------------------- media, terms, certificates


def _media(read: Read, out: Out) -> None:
    given = [
        (kind, column.coded.rows())
        for name, kind in (("image", "picture"), ("video", "video"))
        for column in read.get(name, ())
    ]
    if not given:
        return
    media: list[list[dict[str, Any]] | None] = []
    for i in range(out.n):
        found: dict[str, dict[str, Any]] = {}
        for kind, rows in given:
            for uri in rows[i] or ():
                found.setdefault(uri, {"uri": uri, "kind": kind, "content_hash": None})
        media.append(list(found.values()) or None)
    out.media = media


def _terms(read: Read, out: Out) -> None:
    for column in read.get("incoterms", ())[:1]:
        out.fill("incoterms", column.each(lambda said: said[0], TYPES["incoterms"]))
        out.fill("incoterm_place", column.each(lambda said: said[1], TEXT))


def _certifications(read: Read, out: Out) -> None:
    for column in read.get("certifications", ())[:1]:
        listed = partial(_certificates, column.mapped.column)
        out.append("claims", column.each(listed, TYPES["claims"]))


def _certificates(source: str, names: Sequence[str]) -> list[dict[str, Any]] | None:
    return [_listed("certification", source, text=name) for name in names] or None


def _sections(read: Read, out: Out) -> None:
    """Take the heading above a row as its category where no column says one."""
    for column in read.get("section", ())[:1]:
        headings = column.array()
        unsaid = np.asarray(pc.and_(out.get("category").is_null(), headings.is_valid()))
        out.fill("category", headings)
        claims = [
            [_listed("category", column.mapped.column, text=heading)] if used else None
            for heading, used in zip(headings.to_pylist(), unsaid.tolist(), strict=True)
        ]
        out.append("claims", pa.array(claims, TYPES["claims"]))


def _listed(dimension: str, source: str, **value: Any) -> dict[str, Any]:
    return {"dimension": dimension, "evidence": "listed", "source": source, **value}


# ---------------------------------------------------------------- suppliers


def _established(read: Read, out: Out, year: int) -> None:
    """Count a supplier's years from the one it was founded in, and keep that one as a claim."""
    for column in read.get("supplier.established", ())[:1]:
        out.fill("supplier.years", column.each(lambda founded: float(year - founded), NUMBER))
        claims = column.each(partial(_founded, column.mapped.column), TYPES["supplier_claims"])
        out.append("supplier_claims", claims)


def _founded(source: str, year: int) -> list[dict[str, Any]]:
    return [_listed("established", source, number=float(year))]


def _named(column: pa.Array) -> pa.Array:
    return pc.fill_null(pc.not_equal(column, ""), False)


def _places(read: Read, out: Out, mapping: ColumnMapping) -> None:
    for column in read.get("supplier.location", ())[:1]:
        for place, name in enumerate(("city", "state", "country")):
            out.fill(f"supplier.{name}", column.each(itemgetter(place), TEXT))
    known = pc.or_(_named(out.get("supplier.name")), _named(out.get("supplier.url")))
    if mapping.country:
        countries = pa.repeat(pa.scalar(mapping.country, TEXT), out.n)
    elif "supplier.state" in out.columns:
        encoded = out.get("supplier.state").dictionary_encode()
        of_state = [state and state_country(state) for state in encoded.dictionary.to_pylist()]
        countries = pa.array(of_state, TEXT).take(encoded.indices)
    else:
        return
    out.fill("supplier.country", pc.if_else(known, countries, pa.scalar(None, TEXT)))


def _suppliers(out: Out) -> None:
    """Give every named supplier an id; drop the facts about suppliers nobody names."""
    names, urls = out.columns.get("supplier.name"), out.columns.get("supplier.url")
    given = [path for path in out.columns if path.startswith(("supplier.", "supplier_"))]
    if names is not None or urls is not None:
        out.fill("supplier.id", _supplier_ids(names, urls, out.n))
    ids = out.get("supplier.id")
    if not ids.null_count:
        return
    known = ids.is_valid()
    for path in given:
        column = out.columns[path]
        out.columns[path] = pc.if_else(known, column, pa.scalar(None, TYPES[path]))


def _supplier_ids(names: pa.Array | None, urls: pa.Array | None, n: int) -> pa.Array:
    if urls is None and names is not None:
        encoded = names.dictionary_encode()
        ids = [supplier_id(name, None) for name in encoded.dictionary.to_pylist()]
        return pa.array(ids, TEXT).take(encoded.indices)
    both = zip(
        as_list(names, n),
        as_list(urls, n),
        strict=True,
    )
    return pa.array([supplier_id(name, url) for name, url in both], TEXT)
