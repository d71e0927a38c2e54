"""How a source's columns become fields: detected, shown, saved, edited, reused."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepsearch.errors import InvalidInputError, UnreadableFileError

__all__ = ["FIELDS", "ColumnMapping", "MappedColumn"]

FIELDS: Mapping[str, str] = {
    "id": "the listing's own id",
    "title": "product name",
    "title_highlight": "words a scraper cut out of the title, put back where they were",
    "description": "longer text",
    "category": "category, product type",
    "section": "heading of the rows below; category where no column says one",
    "brand": "brand",
    "model": "model or article code",
    "url": "product page",
    "image": "picture: path below the images folder, or URL; several separated by , ; or |",
    "video": "video: path or URL",
    "origin": "country of origin",
    "price": "unit price, range, or ladder, with or without currency and unit",
    "price_min": "lowest unit price",
    "price_max": "highest unit price",
    "currency": "currency of the price",
    "price_unit": "what the price is for: piece, kg ...",
    "min_order_quantity": "minimum order, with or without unit",
    "order_unit": "unit of the minimum order",
    "lead_time": "production or delivery time",
    "dispatch_time": "time until dispatch",
    "warranty": "warranty",
    "sample_price": "price of a sample",
    "sample_time": "time for a sample",
    "payment_terms": "payment terms",
    "incoterms": "delivery terms, with or without place",
    "monthly_capacity": "supply ability",
    "stock": "quantity in stock",
    "ship_from": "place of dispatch",
    "certifications": "certificates",
    "specifications": "names and values in one cell: dict as text, or 'a: b; c: d'",
    "attributes": "one attribute; its name is the column's",
    "phrases": "short facts in changing order: '33% reorder rate', '3-day dispatch'",
    "gtin": "GTIN, EAN, UPC",
    "hs_code": "HS code",
    "unspsc": "UNSPSC code",
    "etim": "ETIM class",
    "sku": "stock keeping unit",
    "mpn": "manufacturer part number",
    "supplier.id": "the supplier's own id",
    "supplier.name": "company",
    "supplier.type": "manufacturer or trading company",
    "supplier.country": "country",
    "supplier.state": "state or province",
    "supplier.city": "city",
    "supplier.location": "city, state, country in one cell",
    "supplier.url": "company page",
    "supplier.years": "years in business",
    "supplier.established": "year the company was founded; its years are counted from it",
    "supplier.verified": "checked by the platform or a third party; a mark counts as yes",
    "supplier.trade_assurance": "order protection",
    "supplier.rating": "overall rating",
    "supplier.rating_count": "ratings given",
    "supplier.review_score": "score of the store's reviews",
    "supplier.store_reviews": "reviews of the store",
    "supplier.reorder_rate": "share of buyers who order again",
    "supplier.on_time_rate": "share delivered on time",
    "supplier.dispute_rate": "share of orders disputed",
    "supplier.response_rate": "share of messages answered",
    "supplier.response_time": "time to answer",
    "supplier.orders": "orders or transactions",
    "supplier.employees": "employees",
    "supplier.floor_area": "factory area",
    "supplier.annual_revenue": "annual revenue",
    "supplier.main_markets": "export markets",
    "supplier.badges": "marks such as Manufacturer, Verified, in one cell",
}
"""Every field a column can be mapped to, and what it takes."""

_FORMAT = 1
_TABLE_KEYS = (
    "source",
    "id_prefix",
    "currency",
    "country",
    "decimal",
    "as_of",
    "sheet",
    "header_row",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """One column and the field it fills.

    Attributes:
        column: Its header; repeated headers carry " 2", " 3" ...
        field: One of `FIELDS`.
        confidence: 0..1; 1 where a person said so.
        why: What spoke for it.
        unit: Unit or currency read from the header, for values that carry none.
        name: Name of the attribute, for field "attributes"; None: the header.
    """

    column: str
    field: str
    confidence: float = 1.0
    why: str = ""
    unit: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """How a table is read.

    Attributes:
        columns: The mapped ones, in the table's order.
        source: Name of the source; None: from the file's name.
        id_prefix: Put before every id, where several sources number alike.
        currency: For prices that carry none.
        country: The suppliers' country where no column says it.
        decimal: "." or ",", where a number can be read both ways.
        as_of: Year the source is of, that founding years are counted to; None: this year.
        sheet: Sheet of a workbook; None: the one with most rows.
        header_row: Row of the header, from 1; None: found.
    """

    columns: tuple[MappedColumn, ...]
    source: str | None = None
    id_prefix: str = ""
    currency: str | None = None
    country: str | None = None
    decimal: str | None = None
    as_of: int | None = None
    sheet: str | None = None
    header_row: int | None = None

    def __post_init__(self) -> None:
        """Check the fields' names."""
        for mapped in self.columns:
            if mapped.field not in FIELDS:
                import difflib

                near = difflib.get_close_matches(mapped.field, FIELDS, n=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                raise InvalidInputError(
                    f"Column {mapped.column!r} is mapped to '{mapped.field}', which is no field."
                    f"{hint} Fields: {', '.join(FIELDS)}."
                )
        if self.decimal not in (None, ".", ","):
            raise InvalidInputError(f"decimal is {self.decimal!r}; '.' or ',' is expected.")
        if self.as_of is not None and not isinstance(self.as_of, int):
            raise InvalidInputError(f"as_of is {self.as_of!r}; a year such as 2026 is expected.")

    @property
    def year(self) -> int:
        """The year the source is of."""
        return self.as_of if self.as_of is not None else datetime.now(UTC).year

    def of(self, field: str) -> list[MappedColumn]:
        """List the columns of a field.

        Args:
            field: One of `FIELDS`.

        Returns:
            Those mapped to it, in the table's order.
        """
        return [mapped for mapped in self.columns if mapped.field == field]

    def to_toml(self) -> str:
        """Write the mapping as a TOML file a person can edit.

        Returns:
            The file's text; `from_toml` reads it back equal.
        """
        lines = [f"format = {_FORMAT}"]
        for key in _TABLE_KEYS:
            value = getattr(self, key)
            if value not in (None, ""):
                lines.append(f"{key} = {_toml_value(value)}")
        for mapped in self.columns:
            lines += ["", "[[columns]]"]
            for key in ("column", "field", "name", "unit", "confidence", "why"):
                value = getattr(mapped, key)
                if value not in (None, ""):
                    lines.append(f"{key} = {_toml_value(value)}")
        return "\n".join(lines) + "\n"

    @classmethod
    def from_toml(cls, text: str) -> ColumnMapping:
        """Read a mapping from TOML.

        Args:
            text: As written by `to_toml`, edited or not.

        Returns:
            The mapping.

        Raises:
            InvalidInputError: If it is no TOML, or a key or field is not known.
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InvalidInputError(f"The mapping is no valid TOML: {error}.") from error
        version = data.pop("format", _FORMAT)
        if version != _FORMAT:
            raise InvalidInputError(
                f"The mapping has format {version!r}; this deepsearch reads {_FORMAT}."
            )
        return cls(
            columns=tuple(_column(entry) for entry in data.pop("columns", [])),
            **_known(data, ColumnMapping),
        )

    def save(self, path: str | Path) -> None:
        """Write the mapping to a TOML file.

        Args:
            path: The file; replaced if it is there.
        """
        Path(path).write_text(self.to_toml(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> ColumnMapping:
        """Read a mapping from a TOML file.

        Args:
            path: The file.

        Returns:
            The mapping.

        Raises:
            UnreadableFileError: If the file cannot be read.
            InvalidInputError: If it is no mapping.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFileError(f"Cannot read the mapping {path}: {error}.") from error
        return cls.from_toml(text)


def _toml_value(value: str | float) -> str:
    if isinstance(value, str):
        # a JSON string is a TOML basic string, but for one character
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _known(data: dict[str, Any], record: type) -> dict[str, Any]:
    slots = [name for name in record.__dataclass_fields__ if name != "columns"]  # type: ignore[attr-defined]
    unknown = sorted(set(data) - set(slots))
    if unknown:
        raise InvalidInputError(
            f"The mapping has the key '{unknown[0]}', which is not known here. Known: "
            f"{', '.join(slots)}."
        )
    return data


def _column(entry: Any) -> MappedColumn:
    if not isinstance(entry, dict) or "column" not in entry or "field" not in entry:
        raise InvalidInputError(f"A [[columns]] entry needs 'column' and 'field'; got {entry!r}.")
    return MappedColumn(**_known(entry, MappedColumn))
