"""Prices and quantities of a source's columns, as columns of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.cells import Coded
from deepsearch.catalogue.fieldcolumns import NUMBER, TEXT, TYPES, FieldColumn, Out, Read
from deepsearch.catalogue.mapping import ColumnMapping
from deepsearch.catalogue.money import Price, currency_in
from deepsearch.catalogue.units import canonical_unit

__all__ = ["fill_other_money", "fill_prices", "fill_quantities", "fill_quantity"]

_FT2 = 0.09290304


def fill_prices(read: Read, out: Out, mapping: ColumnMapping) -> None:
    """Fill in the unit price: its range, currency, unit, and its ladder by quantity.

    Args:
        read: The columns read.
        out: Takes the prices.
        mapping: Its currency stands where neither cell nor header names one.
    """
    given = [read[name][0] for name in ("price", "price_min", "price_max") if name in read]
    if not given:
        return
    header = next(iter(read.get("price", read.get("price_min", ()))), None)
    unit = header.mapped.unit if header else None
    currency = (currency_in(unit) if unit else None) or mapping.currency
    price_unit = canonical_unit(unit) if unit and not currency_in(unit) else None
    lows = [c.each(lambda p: min(t.low for t in p.tiers), NUMBER) for c in given]
    highs = [c.each(lambda p: max(t.high for t in p.tiers), NUMBER) for c in given]
    codes = [c.each(lambda p: p.currency or None, TEXT) for c in given]
    units = [c.each(lambda p: p.unit or None, TEXT) for c in given]
    priced = reduce(pc.or_, [low.is_valid() for low in lows])
    codes += [c.array() for c in read.get("currency", ())[:1]]
    units += [c.array() for c in read.get("price_unit", ())[:1]]
    none = pa.scalar(None, TEXT)
    columns = {
        "price.min": pc.min_element_wise(*lows),
        "price.max": pc.max_element_wise(*highs),
        "price.currency": _first_said(priced, [*codes, pa.scalar(currency, TEXT)], none),
        "price.unit": _first_said(priced, [*units, pa.scalar(price_unit, TEXT)], none),
    }
    out.columns |= columns
    _ladders(given, out)


def _first_said(where: pa.Array, columns: Sequence[Any], none: pa.Scalar) -> pa.Array:
    return pc.if_else(where, pc.coalesce(*columns), none)


def _ladder(price: Price) -> list[dict[str, Any]] | None:
    tiers = price.tiers
    if len(tiers) == 1 and tiers[0].min_quantity is None and tiers[0].max_quantity is None:
        return None
    return [
        {
            "low": tier.low,
            "high": tier.high,
            "min_quantity": tier.min_quantity,
            "max_quantity": tier.max_quantity,
        }
        for tier in tiers
    ]


def _ladders(given: Sequence[FieldColumn], out: Out) -> None:
    """Keep the ladder of the first price column that says something of the row."""
    coded = [column.coded for column in given]
    if not any(_ladder(price) for column in coded for price in column.values if price is not None):
        return
    first = (
        next((price for price in prices if price is not None), None)
        for prices in zip(*(column.rows() for column in coded), strict=True)
    )
    ladders = [None if price is None else _ladder(price) for price in first]
    out.fill("price_tiers", pa.array(ladders, TYPES["price_tiers"]))


def fill_other_money(read: Read, out: Out, mapping: ColumnMapping) -> None:
    """Fill in the price of a sample and the supplier's revenue.

    Args:
        read: The columns read.
        out: Takes them.
        mapping: Its currency stands where the cell names none.
    """
    for name, amount, currency in (
        ("sample_price", "sample.price", "sample.currency"),
        (
            "supplier.annual_revenue",
            "supplier.annual_revenue.amount",
            "supplier.annual_revenue.currency",
        ),
    ):
        for column in read.get(name, ())[:1]:
            out.fill(amount, column.each(lambda price: price.tiers[0].low, NUMBER))
            out.fill(currency, column.each(lambda p: p.currency or mapping.currency, TEXT))


# ---------------------------------------------------------------- quantities


def fill_quantity(out: Out, path: str, coded: Coded, units: pa.Array | None = None) -> None:
    """Fill in a quantity: its value, and its unit where one is said.

    Args:
        out: Takes it.
        path: Dotted path of the quantity.
        coded: The quantities.
        units: Units of a column of their own.
    """
    out.fill(f"{path}.value", coded.each(lambda quantity: quantity.value, NUMBER))
    said = coded.each(lambda quantity: quantity.unit or None, TEXT)
    if units is not None:
        there = coded.each(lambda _: True, pa.bool_())
        said = pc.coalesce(said, pc.if_else(there, units, pa.scalar(None, TEXT)))
    out.fill(f"{path}.unit", said)


def fill_quantities(read: Read, out: Out) -> None:
    """Fill in minimum order, capacity, stock and floor area.

    Args:
        read: The columns read.
        out: Takes them.
    """
    units = read["order_unit"][0].array() if "order_unit" in read else None
    for name in ("min_order_quantity", "monthly_capacity", "stock"):
        for column in read.get(name, ())[:1]:
            other = units if name == "min_order_quantity" else None
            fill_quantity(out, name, column.coded, other)
    factors = {"m2": 1.0, "ft2": _FT2}
    for column in read.get("supplier.floor_area", ())[:1]:
        areas = column.each(
            lambda area: area.value * factors[area.unit] if area.unit in factors else None, NUMBER
        )
        out.fill("supplier.floor_area_m2", areas)
