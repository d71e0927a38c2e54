"""Rows of text cells, read through a column mapping into the catalogue's columns.

Every distinct cell is read once: a column of a million prices has far fewer different
ones. What a cell says wrongly is counted and shown; only what makes the row itself
wrong, such as a negative price, rejects it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from deepsearch.catalogue.batches import MAX_CELL, Chunk, Failures
from deepsearch.catalogue.identity import clean_url
from deepsearch.catalogue.mapping import ColumnMapping, MappedColumn
from deepsearch.catalogue.money import Price, currency_in, parse_price
from deepsearch.catalogue.places import country_code, parse_place, state_country
from deepsearch.catalogue.readers import RawChunk
from deepsearch.catalogue.texts import (
    certificates,
    parse_dictionary,
    parse_list,
    read_mark,
    read_phrase,
    words_put_back,
)
from deepsearch.catalogue.units import canonical_unit
from deepsearch.catalogue.values import (
    NegativeValueError,
    UnreadableValueError,
    is_missing,
    normalise,
    parse_count,
    parse_days,
    parse_flag,
    parse_hours,
    parse_months,
    parse_quantity,
    parse_ratio,
    parse_score,
    parse_years,
)
from deepsearch.errors import InvalidInputError

__all__ = ["TableReader"]

_CACHE = 200_000
# No price, duration or name is longer; what is longer is not tried on their grammars.
_MAX_SHORT = 2_000
_LONG = frozenset({"title", "description", "specifications", "attributes", "image", "url"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FAILED = object()


def _text(cell: str) -> str | None:
    if is_missing(cell):
        return None
    # a mistaken UTF-8 reading leaves U+FFFD; control characters are never product data
    clean = _CONTROL.sub("", cell)
    return " ".join(clean.split()) or None


def _long_text(cell: str) -> str | None:
    if is_missing(cell):
        return None
    clean = _CONTROL.sub("", cell).replace("\r\n", "\n")
    return re.sub(r"[^\S\n]+", " ", clean).strip() or None


def _raw_title(cell: str) -> str | None:
    return None if is_missing(cell) else _CONTROL.sub("", cell)


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


def _media(cell: str) -> list[str] | None:
    text = cell.strip()
    if is_missing(text):
        return None
    if text[:1] == "[":
        return parse_list(text)
    return [
        part.strip()
        for part in re.split(r"[|;\n]|,\s*(?=https?:)|\s+(?=https?:)", text)
        if part.strip()
    ]


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


def _reader(mapped: MappedColumn, decimal: str | None) -> Callable[[str], Any]:
    """Give the function that reads one cell of a field."""
    unit = mapped.unit
    time_unit = unit.lower() if unit else None
    if time_unit is None and "day" in mapped.column.lower():
        time_unit = "days"
    price_unit = None if unit is None or currency_in(unit) else unit
    readers: dict[str, Callable[[str], Any]] = {
        "title": _raw_title,
        "title_highlight": _text,
        "description": _long_text,
        "url": _url,
        "supplier.url": _url,
        "image": _media,
        "video": _media,
        "origin": _country,
        "supplier.country": _country,
        "price": lambda cell: parse_price(cell, decimal=decimal),
        "price_min": lambda cell: parse_price(cell, decimal=decimal),
        "price_max": lambda cell: parse_price(cell, decimal=decimal),
        "sample_price": lambda cell: parse_price(cell, decimal=decimal),
        "supplier.annual_revenue": lambda cell: parse_price(cell, decimal=decimal),
        "currency": _currency,
        "price_unit": lambda cell: None if is_missing(cell) else canonical_unit(cell),
        "order_unit": lambda cell: None if is_missing(cell) else canonical_unit(cell),
        "min_order_quantity": lambda cell: parse_quantity(cell, unit=price_unit, decimal=decimal),
        "monthly_capacity": lambda cell: parse_quantity(cell, unit=unit, decimal=decimal),
        "stock": lambda cell: parse_quantity(cell, unit=unit, decimal=decimal),
        "supplier.floor_area": lambda cell: parse_quantity(
            cell, unit=unit or "m2", decimal=decimal
        ),
        "lead_time": lambda cell: parse_days(cell, unit=time_unit),
        "dispatch_time": lambda cell: parse_days(cell, unit=time_unit),
        "sample_time": lambda cell: parse_days(cell, unit=time_unit),
        "warranty": lambda cell: parse_months(cell, unit=time_unit),
        "supplier.response_time": lambda cell: parse_hours(cell, unit=time_unit),
        "supplier.years": lambda cell: parse_years(cell, unit="years"),
        "supplier.verified": _flag_or_mark,
        "supplier.trade_assurance": _flag_or_mark,
        "supplier.rating": parse_score,
        "supplier.review_score": parse_score,
        "supplier.rating_count": parse_count,
        "supplier.store_reviews": parse_count,
        "supplier.orders": parse_count,
        "supplier.employees": _upper_count,
        "supplier.type": _supplier_type,
        "supplier.location": lambda cell: None if is_missing(cell) else parse_place(cell),
        "supplier.main_markets": parse_list,
        "supplier.badges": parse_list,
        "payment_terms": parse_list,
        "incoterms": _incoterms,
        "certifications": lambda cell: None if is_missing(cell) else certificates(cell) or None,
        "specifications": parse_dictionary,
        "phrases": read_phrase,
    }
    percent = unit == "%" or "percent" in mapped.column.lower()

    def ratio(cell: str) -> float | None:
        return parse_ratio(cell, percent=percent)

    for rate in ("reorder_rate", "on_time_rate", "dispute_rate", "response_rate"):
        readers[f"supplier.{rate}"] = ratio
    return readers.get(mapped.field, _text)


class _CellReader:
    """Reads the cells of one column, each distinct one once."""

    def __init__(self, mapped: MappedColumn, decimal: str | None) -> None:
        self.mapped = mapped
        self.unreadable: Counter[str] = Counter()
        self._read = _reader(mapped, decimal)
        self._known: dict[str, Any] = {}

    def column(self, cells: Sequence[str], bad: dict[int, str]) -> list[Any]:
        """Read a column; rows that must not go in are named in `bad`."""
        known = self._known
        if len(known) > _CACHE:
            known.clear()
        values: list[Any] = []
        for i, cell in enumerate(cells):
            try:
                value = known[cell]
            except KeyError:
                value = known[cell] = self._one(cell)
            if value.__class__ is _Problem:
                if value.rejects:
                    bad.setdefault(i, f"{self.mapped.column}: {value.reason}")
                else:
                    self.unreadable[value.reason] += 1
                values.append(None)
            else:
                values.append(value)
        return values

    def _one(self, cell: str) -> Any:
        if len(cell) > MAX_CELL:
            return _Problem(_too_long(cell), True)
        if len(cell) > _MAX_SHORT and self.mapped.field not in _LONG:
            return _Problem(f"{cell[:60]!r}... of {len(cell):,} characters", False)
        try:
            return self._read(cell)
        except NegativeValueError as error:
            return _Problem(str(error), True)
        except (UnreadableValueError, OverflowError) as error:
            return _Problem(str(error), False)


def _too_long(cell: str) -> str:
    return f"a cell of {len(cell):,} characters, at most {MAX_CELL:,}"


class _Problem:
    __slots__ = ("reason", "rejects")

    def __init__(self, reason: str, rejects: bool) -> None:
        self.reason = reason
        self.rejects = rejects


class TableReader:
    """Turns raw chunks into the catalogue's columns through one mapping."""

    def __init__(self, mapping: ColumnMapping, header: Sequence[str]) -> None:
        """Check the mapping against the table.

        Args:
            mapping: How columns become fields.
            header: The table's columns.

        Raises:
            InvalidInputError: If a mapped column is not there, or none gives the title.
        """
        places = {name: i for i, name in enumerate(header)}
        absent = [mapped.column for mapped in mapping.columns if mapped.column not in places]
        if absent:
            raise InvalidInputError(
                f"The mapping names column {absent[0]!r}, which the source does not have. Its "
                f"columns: {', '.join(map(repr, header))}."
            )
        if not mapping.of("title"):
            raise InvalidInputError(
                f"No column was recognised as the product's name. Columns: "
                f"{', '.join(map(repr, header))}. Write a mapping that gives one the field "
                f"'title'."
            )
        self.mapping = mapping
        self.header = list(header)
        self._columns = [
            (places[mapped.column], _CellReader(mapped, mapping.decimal))
            for mapped in mapping.columns
        ]

    def notes(self) -> Iterator[str]:
        """Say what could not be read, column by column.

        Yields:
            One sentence a column.
        """
        for _, reader in self._columns:
            count = sum(reader.unreadable.values())
            if count and reader.mapped.field != "phrases":
                example = reader.unreadable.most_common(1)[0][0]
                yield (
                    f"Column {reader.mapped.column!r} ({reader.mapped.field}): {count:,} cells "
                    f"could not be read and count as unknown, e.g. {example}."
                )

    def chunk(self, raw: RawChunk, failures: Failures) -> Chunk:
        """Read one raw chunk.

        Args:
            raw: Cells.
            failures: Takes the rows that must not go in.

        Returns:
            The rest in the catalogue's columns.
        """
        bad: dict[int, str] = {}
        read: dict[str, list[tuple[MappedColumn, list[Any]]]] = {}
        for place, reader in self._columns:
            values = reader.column(raw.columns[place], bad)
            read.setdefault(reader.mapped.field, []).append((reader.mapped, values))
        for i, column in enumerate(raw.columns):
            for row, cell in enumerate(column):
                if len(cell) > MAX_CELL:
                    bad.setdefault(row, f"{self.header[i]}: {_too_long(cell)}")

        def original(row: int) -> str:
            cells = {
                name: column[row][:1000]
                for name, column in zip(self.header, raw.columns, strict=True)
                if column[row]
            }
            return json.dumps(cells, ensure_ascii=False)

        keep = range(len(raw.lines))
        if bad:
            for row, reason in sorted(bad.items()):
                failures.add(raw.lines[row], reason, original(row))
            rows = [row for row in keep if row not in bad]
            read = {
                field: [(mapped, [values[row] for row in rows]) for mapped, values in columns]
                for field, columns in read.items()
            }
        else:
            rows = list(keep)
        columns = _Assembly(read, len(rows), self.mapping).columns()
        return Chunk(
            columns=columns,
            lines=[raw.lines[row] for row in rows],
            originals=lambda i: original(rows[i]),
        )


# ---------------------------------------------------------------- fields → dotted columns

_PLAIN = {
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
_IDENTIFIERS = ("gtin", "hs_code", "unspsc", "etim", "sku", "mpn")


class _Assembly:
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
        for field, path in _PLAIN.items():
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
        self._places()
        self._supplier_ids()
        return dict(self._out)

    def _one(self, field: str) -> list[Any] | None:
        columns = self._read.get(field)
        return columns[0][1] if columns else None

    def _fill(self, path: str, row: int, value: Any) -> None:
        """Set a value where no column of its own gave one."""
        column = self._out.setdefault(path, [None] * self._n)
        if column[row] is None:
            column[row] = value

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
        for row in range(self._n):
            given = [c[row] for c in (prices, low, high) if c is not None and c[row] is not None]
            if not given:
                continue
            tiers = [tier for price in given for tier in price.tiers]
            self._fill("price.min", row, min(tier.low for tier in tiers))
            self._fill("price.max", row, max(tier.high for tier in tiers))
            said = next((p.currency for p in given if p.currency), None)
            self._fill(
                "price.currency", row, said or (currencies[row] if currencies else None) or default
            )
            unit = next((p.unit for p in given if p.unit), None)
            self._fill("price.unit", row, unit or (units[row] if units else None) or default_unit)
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
            for row, value in enumerate(values):
                if value is not None:
                    bare = re.fullmatch(r"[-+]?[\d.,]+", value)
                    self._pair(
                        "attributes",
                        row,
                        name,
                        f"{value} {mapped.unit}" if mapped.unit and bare else value,
                    )
        for field in _IDENTIFIERS:
            for row, code in enumerate(self._one(field) or ()):
                if code is not None:
                    self._pair("identifiers", row, field.removesuffix("_code"), code)

    def _pair(self, path: str, row: int, name: str, value: str) -> None:
        column = self._out.setdefault(path, [None] * self._n)
        if column[row] is None:
            column[row] = []
        if all(known != name for known, _ in column[row]):
            column[row].append((name, value))

    def _media(self) -> None:
        for field, kind in (("image", "picture"), ("video", "video")):
            for _, values in self._read.get(field, []):
                for row, uris in enumerate(values):
                    for uri in uris or ():
                        column = self._out.setdefault("media", [None] * self._n)
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
        given = [path for path in self._out if path.startswith("supplier.")]
        for row in range(self._n):
            if not any(self._out[path][row] is not None for path in given):
                continue
            own = supplier_id(names[row] if names else None, urls[row] if urls else None)
            if own is not None:
                self._fill("supplier.id", row, own)
        ids = self._out.get("supplier.id")
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


def supplier_id(name: str | None, url: str | None) -> str | None:
    """Derive a supplier's id: from its page's address, else from its name.

    Args:
        name: The company's name.
        url: Its page.

    Returns:
        The last telling part of the address, the host, or the name in lower case.
    """
    if url:
        parts = urlsplit(url if "//" in url else f"//{url}")
        steps = [
            step
            for step in parts.path.split("/")
            if step
            and "." not in step
            and step.lower() not in ("company", "about", "shop", "store")
        ]
        host = parts.netloc.lower().removeprefix("www.")
        if steps:
            return steps[-1].lower()
        if host:
            return host.split(".")[0] if host.count(".") >= 2 else host
    return normalise(name).lower() if name else None
