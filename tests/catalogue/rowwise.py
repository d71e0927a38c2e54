"""A table read the plain way, cell by cell and row by row: what reading by columns must equal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from deepsearch.catalogue import cells as grammar
from deepsearch.catalogue.assembly import PLAIN
from deepsearch.catalogue.identity import supplier_id
from deepsearch.catalogue.mapping import ColumnMapping, MappedColumn
from deepsearch.catalogue.money import Price, currency_in
from deepsearch.catalogue.places import state_country
from deepsearch.catalogue.texts import read_mark, words_put_back
from deepsearch.catalogue.units import canonical_unit


def read_rows(
    mapping: ColumnMapping, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[dict[str, list[Any]], dict[int, str]]:
    """Read rows: columns of those that may go in, and why the others may not."""
    bad: dict[int, str] = {}
    read: dict[str, list[tuple[MappedColumn, list[Any]]]] = {}
    for mapped in mapping.columns:
        place = list(header).index(mapped.column)
        raw = mapped.field == "title"
        reader = grammar.CellReader(mapped, mapping.decimal, year=mapping.year, raw=raw)
        values = []
        for i, row in enumerate(rows):
            value = reader._one(row[place])
            if value.__class__ is grammar._Problem:
                if value.rejects:
                    bad.setdefault(i, f"{mapped.column}: {value.reason}")
                value = None
            values.append(value)
        read.setdefault(mapped.field, []).append((mapped, values))
    good = [i for i in range(len(rows)) if i not in bad]
    kept = {
        field: [(mapped, [values[i] for i in good]) for mapped, values in columns]
        for field, columns in read.items()
    }
    return Assembly(kept, len(good), mapping).columns(), bad


_IDENTIFIERS = ("gtin", "hs_code", "unspsc", "etim", "sku", "mpn")


class Assembly:
    """Brings the read columns of one chunk to the catalogue's dotted columns."""

    def __init__(
        self,
        read: Mapping[str, list[tuple[MappedColumn, list[Any]]]],
        n: int,
        mapping: ColumnMapping,
    ) -> None:
        self._read = read
        self._n = n
        self._mapping = mapping
        self._out: dict[str, list[Any]] = {}

    def columns(self) -> dict[str, Sequence[Any]]:
        """Assemble all."""
        for field, path in PLAIN.items():
            if field in self._read:
                self._out[path] = list(self._read[field][0][1])
        self._title()
        self._phrases()
        self._badges()
        self._prices()
        self._quantities()
        self._dictionaries()
        self._media()
        self._terms()
        self._certifications()
        self._sections()
        self._established()
        self._places()
        self._supplier_ids()
        return dict(self._out)

    def _one(self, field: str) -> list[Any] | None:
        columns = self._read.get(field)
        return columns[0][1] if columns else None

    def _fill(self, path: str, row: int, value: Any) -> None:
        """Set a value where no column of its own gave one."""
        column = self._column(path)
        if column[row] is None:
            column[row] = value

    def _column(self, path: str) -> list[Any]:
        column = self._out.get(path)
        if column is None:
            column = self._out[path] = [None] * self._n
        return column

    def _title(self) -> None:
        titles = self._one("title") or [None] * self._n
        cut = [values for _, values in self._read.get("title_highlight", [])]
        urls = self._out.get("url") or [None] * self._n
        if not cut:
            self._out["title"] = [
                None if t is None else " ".join(t.split()) or None for t in titles
            ]
            return
        self._out["title"] = [
            None
            if title is None
            else words_put_back(title, [values[i] or "" for values in cut], _slug(urls[i])) or None
            for i, title in enumerate(titles)
        ]

    def _phrases(self) -> None:
        for _, values in self._read.get("phrases", []):
            for row, said in enumerate(values):
                if said is None:
                    continue
                path, value = said
                if path == "min_order_quantity":
                    self._fill("min_order_quantity.value", row, value.value)
                    self._fill("min_order_quantity.unit", row, value.unit or None)
                else:
                    self._fill(path, row, value)

    def _badges(self) -> None:
        for row, badges in enumerate(self._one("supplier.badges") or ()):
            for badge in badges or ():
                mark = read_mark(badge)
                if mark is not None:
                    self._fill(mark[0], row, mark[1])

    def _prices(self) -> None:
        prices = self._one("price")
        low, high = self._one("price_min"), self._one("price_max")
        currencies = self._one("currency")
        units = self._one("price_unit")
        header = next(iter(self._read.get("price", self._read.get("price_min", []))), None)
        header_unit = header[0].unit if header else None
        default = (currency_in(header_unit) if header_unit else None) or self._mapping.currency
        default_unit = (
            canonical_unit(header_unit) if header_unit and not currency_in(header_unit) else None
        )
        if prices is None and low is None and high is None:
            return
        least, most = self._column("price.min"), self._column("price.max")
        codes, said_units = self._column("price.currency"), self._column("price.unit")
        sources = [column for column in (prices, low, high) if column is not None]
        for row in range(self._n):
            given = [column[row] for column in sources if column[row] is not None]
            if not given:
                continue
            tiers = [tier for price in given for tier in price.tiers]
            least[row] = min(tier.low for tier in tiers)
            most[row] = max(tier.high for tier in tiers)
            code = next((price.currency for price in given if price.currency), None)
            codes[row] = code or (currencies[row] if currencies else None) or default
            unit = next((price.unit for price in given if price.unit), None)
            said_units[row] = unit or (units[row] if units else None) or default_unit
            self._ladder(row, given[0])

    def _ladder(self, row: int, price: Price) -> None:
        tiers = price.tiers
        if len(tiers) > 1 or tiers[0].min_quantity is not None or tiers[0].max_quantity is not None:
            self._fill(
                "price_tiers",
                row,
                [
                    {
                        "low": tier.low,
                        "high": tier.high,
                        "min_quantity": tier.min_quantity,
                        "max_quantity": tier.max_quantity,
                    }
                    for tier in tiers
                ],
            )

    def _quantities(self) -> None:
        units = self._one("order_unit")
        for field in ("min_order_quantity", "monthly_capacity", "stock"):
            for row, quantity in enumerate(self._one(field) or ()):
                if quantity is not None:
                    self._fill(f"{field}.value", row, quantity.value)
                    other = units[row] if units and field == "min_order_quantity" else None
                    self._fill(f"{field}.unit", row, quantity.unit or other)
        for row, area in enumerate(self._one("supplier.floor_area") or ()):
            if area is not None and area.unit in ("m2", "ft2"):
                factor = 1.0 if area.unit == "m2" else 0.09290304
                self._fill("supplier.floor_area_m2", row, area.value * factor)
        for field, target in (
            ("sample_price", "sample.{}"),
            ("supplier.annual_revenue", "supplier.annual_revenue.{}"),
        ):
            amount = "price" if field == "sample_price" else "amount"
            for row, price in enumerate(self._one(field) or ()):
                if price is not None:
                    self._fill(target.format(amount), row, price.tiers[0].low)
                    self._fill(
                        target.format("currency"), row, price.currency or self._mapping.currency
                    )

    def _dictionaries(self) -> None:
        for _, values in self._read.get("specifications", []):
            for row, pairs in enumerate(values):
                for pair in pairs or ():
                    self._pair("attributes", row, *pair)
        for mapped, values in self._read.get("attributes", []):
            name = mapped.name or mapped.column
            unit = mapped.unit
            for row, value in enumerate(values):
                if value is not None:
                    bare = unit and re.fullmatch(r"[-+]?[\d.,]+", value)
                    self._pair("attributes", row, name, f"{value} {unit}" if bare else value)
        for field in _IDENTIFIERS:
            for row, code in enumerate(self._one(field) or ()):
                if code is not None:
                    self._pair("identifiers", row, field.removesuffix("_code"), code)

    def _pair(self, path: str, row: int, name: str, value: str) -> None:
        column = self._column(path)
        pairs = column[row]
        if pairs is None:
            column[row] = [(name, value)]
        elif all(known != name for known, _ in pairs):
            pairs.append((name, value))

    def _media(self) -> None:
        for field, kind in (("image", "picture"), ("video", "video")):
            for _, values in self._read.get(field, []):
                for row, uris in enumerate(values):
                    for uri in uris or ():
                        column = self._column("media")
                        column[row] = column[row] or []
                        if all(item["uri"] != uri for item in column[row]):
                            column[row].append({"uri": uri, "kind": kind, "content_hash": None})

    def _terms(self) -> None:
        for row, said in enumerate(self._one("incoterms") or ()):
            if said is not None:
                terms, place = said
                self._fill("incoterms", row, terms)
                self._fill("incoterm_place", row, place)

    def _certifications(self) -> None:
        columns = self._read.get("certifications")
        if not columns:
            return
        mapped, values = columns[0]
        for row, names in enumerate(values):
            if names:
                self._fill("claims", row, [_certificate(name, mapped.column) for name in names])

    def _sections(self) -> None:
        for mapped, values in self._read.get("section", [])[:1]:
            for row, heading in enumerate(values):
                if heading is not None and self._column("category")[row] is None:
                    self._fill("category", row, heading)
                    claim = {**_certificate(heading, mapped.column), "dimension": "category"}
                    self._column("claims")[row] = [*(self._column("claims")[row] or ()), claim]

    def _established(self) -> None:
        for mapped, values in self._read.get("supplier.established", [])[:1]:
            for row, year in enumerate(values):
                if year is not None:
                    self._fill("supplier.years", row, float(self._mapping.year - year))
                    claim = {"dimension": "established", "number": float(year)}
                    claim |= {"evidence": "listed", "source": mapped.column}
                    self._fill("supplier_claims", row, [claim])

    def _places(self) -> None:
        for row, place in enumerate(self._one("supplier.location") or ()):
            if place is not None:
                city, state, country = place
                self._fill("supplier.city", row, city)
                self._fill("supplier.state", row, state)
                self._fill("supplier.country", row, country)
        names = self._out.get("supplier.name")
        urls = self._out.get("supplier.url")
        states = self._out.get("supplier.state")
        for row in range(self._n):
            known = (names and names[row]) or (urls and urls[row])
            if known and self._mapping.country:
                self._fill("supplier.country", row, self._mapping.country)
            elif known and states and states[row]:
                self._fill("supplier.country", row, state_country(states[row]))

    def _supplier_ids(self) -> None:
        names = self._out.get("supplier.name")
        urls = self._out.get("supplier.url")
        given = [path for path in self._out if path.startswith(("supplier.", "supplier_"))]
        ids = self._column("supplier.id") if names or urls else self._out.get("supplier.id")
        for row in range(self._n if names or urls else 0):
            if ids is not None and ids[row] is None:
                ids[row] = supplier_id(names[row] if names else None, urls[row] if urls else None)
        for path in given:
            # facts about a supplier nobody names cannot be kept as theirs
            self._out[path] = [
                value if ids and ids[row] is not None else None
                for row, value in enumerate(self._out[path])
            ]


def _certificate(name: str, column: str) -> dict[str, Any]:
    return {"dimension": "certification", "text": name, "evidence": "listed", "source": column}


def _slug(url: str | None) -> str | None:
    """Find the words of a page's address: ".../Camera-Strap_16011.html" → "Camera-Strap"."""
    if url is None:
        return None
    last = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    bare = re.sub(r"\.html?$|[_-]\d{5,}(?=\.html?$|$)|_\d{5,}", "", last)
    return bare.replace("_", "-") if "-" in bare else None
