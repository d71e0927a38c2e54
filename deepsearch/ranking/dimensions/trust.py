"""Who the supplier is and what the record says of him."""

from __future__ import annotations

import math

from deepsearch.ranking.dimensions.base import Dimension, Score, of_record, saturating, shrunk
from deepsearch.ranking.units import money_text, number_text
from deepsearch.ranking.wording import counted
from deepsearch.schema import EvidenceGrade, Supplier

__all__ = ["TRUST"]

_PLATFORM = EvidenceGrade.PLATFORM
_USUAL_RATING = 4.2  # of 5: marketplaces' stars crowd near the top
_RATING_VOTES = 10.0


def _years(supplier: Supplier) -> Score | None:
    years = supplier.years
    return None if years is None else Score(1.0 - math.exp(-max(years, 0) / 6.0), years, _PLATFORM)


def _verified(supplier: Supplier) -> Score | None:
    if supplier.verified is None:
        return None
    grade = EvidenceGrade.AUDITED if supplier.verified_by else _PLATFORM
    by = supplier.verified_by or "the marketplace"
    words = f"verified by {by}" if supplier.verified else "not verified"
    return Score(float(supplier.verified), words, grade, supplier.verified_on)


def _manufacturer(supplier: Supplier) -> Score | None:
    if supplier.type == "manufacturer":
        return Score(1.0, "makes the goods himself")
    return Score(0.3, "trades in others' goods") if supplier.type == "trading_company" else None


def _stars(mean: float | None, count: float | None) -> Score | None:
    if mean is None:
        return None
    value = shrunk(mean, count, usual=_USUAL_RATING, weight=_RATING_VOTES)
    return Score(min(1.0, max(0.0, (value - 3.0) / 2.0)), (mean, count), _PLATFORM)


def _rating(supplier: Supplier) -> Score | None:
    return _stars(supplier.rating, supplier.rating_count)


def _reviews(supplier: Supplier) -> Score | None:
    return _stars(supplier.review_score, supplier.store_reviews)


def _review_count(supplier: Supplier) -> Score | None:
    counts = [c for c in (supplier.rating_count, supplier.store_reviews) if c is not None]
    if not counts:
        return None
    return Score(min(1.0, math.log10(1 + max(counts)) / 3.5), max(counts), _PLATFORM)


def _reorder(supplier: Supplier) -> Score | None:
    rate = supplier.reorder_rate
    return None if rate is None else Score(saturating(rate, 0.25), rate, _PLATFORM)


def _disputes(supplier: Supplier) -> Score | None:
    rate = supplier.dispute_rate
    return None if rate is None else Score(math.exp(-40.0 * max(rate, 0)), rate, _PLATFORM)


def _assurance(supplier: Supplier) -> Score | None:
    if supplier.trade_assurance is None:
        return None
    words = "orders are insured by the marketplace" if supplier.trade_assurance else (
        "orders are not insured by the marketplace"
    )  # fmt: skip
    return Score(float(supplier.trade_assurance), words, _PLATFORM)


def _orders(supplier: Supplier) -> Score | None:
    n = supplier.orders
    return None if n is None else Score(min(1.0, math.log10(1 + max(n, 0)) / 4), n, _PLATFORM)


def _employees(supplier: Supplier) -> Score | None:
    n = supplier.employees
    return None if n is None else Score(min(1.0, math.log10(1 + max(n, 0)) / 3), n)


def _floor_area(supplier: Supplier) -> Score | None:
    area = supplier.floor_area_m2
    return None if area is None else Score(saturating(area, 3000.0), area)


def _revenue(supplier: Supplier) -> Score | None:
    revenue = supplier.annual_revenue
    if revenue is None or revenue.currency != "USD":  # a scale in one currency needs no rate
        return None
    return Score(saturating(revenue.amount, 5e6), revenue.amount)


def _stars_words(stated: tuple[float, float | None]) -> str:
    mean, count = stated
    of = "" if count is None else f" from {counted(count, 'review')}"
    return f"{number_text(mean)} of 5 stars{of}"


TRUST: tuple[Dimension, ...] = (
    Dimension(
        name="years",
        group="trust",
        of_supplier=True,
        formula="1 - exp(-years in business / 6)",
        prior=0.4,
        score=of_record(_years),
        words=lambda s: f"in business {counted(s, 'year')}",
    ),
    Dimension(
        name="verified",
        group="trust",
        of_supplier=True,
        formula="1 verified, 0 stated not to be; who verified is the evidence's grade",
        prior=0.4,
        score=of_record(_verified),
        words=str,
    ),
    Dimension(
        name="manufacturer",
        group="trust",
        of_supplier=True,
        formula="1 manufacturer, 0.3 trading company",
        prior=0.5,
        score=of_record(_manufacturer),
        words=str,
    ),
    Dimension(
        name="rating",
        group="trust",
        of_supplier=True,
        formula="clip((r - 3) / 2, 0, 1), r: stars drawn to 4.2 by 10 votes",
        prior=0.5,
        score=of_record(_rating),
        words=_stars_words,
    ),
    Dimension(
        name="reviews",
        group="trust",
        of_supplier=True,
        formula="as rating, of the store's reviews",
        prior=0.5,
        score=of_record(_reviews),
        words=_stars_words,
    ),
    Dimension(
        name="review_count",
        group="trust",
        of_supplier=True,
        formula="min(1, log10(1 + reviews) / 3.5)",
        prior=0.3,
        score=of_record(_review_count),
        words=lambda s: counted(s, "review"),
    ),
    Dimension(
        name="reorder_rate",
        group="trust",
        of_supplier=True,
        formula="rate / (rate + 0.25)",
        prior=0.4,
        score=of_record(_reorder),
        words=lambda s: f"{number_text(100 * s)} % of buyers order again",
    ),
    Dimension(
        name="disputes",
        group="trust",
        of_supplier=True,
        formula="exp(-40 · dispute rate)",
        prior=0.5,
        score=of_record(_disputes),
        words=lambda s: f"{number_text(100 * s)} % of orders disputed",
    ),
    Dimension(
        name="trade_assurance",
        group="trust",
        of_supplier=True,
        formula="1 orders insured by the marketplace, 0 stated not",
        prior=0.4,
        score=of_record(_assurance),
        words=str,
    ),
    Dimension(
        name="orders",
        group="trust",
        of_supplier=True,
        formula="min(1, log10(1 + orders) / 4)",
        prior=0.3,
        score=of_record(_orders),
        words=lambda s: f"{counted(s, 'order')} delivered",
    ),
    Dimension(
        name="employees",
        group="trust",
        of_supplier=True,
        formula="min(1, log10(1 + employees) / 3)",
        prior=0.4,
        score=of_record(_employees),
        words=lambda s: counted(s, "employee"),
    ),
    Dimension(
        name="floor_area",
        group="trust",
        of_supplier=True,
        formula="area / (area + 3000 m²)",
        prior=0.4,
        score=of_record(_floor_area),
        words=lambda s: f"{number_text(s)} m² of floor",
    ),
    Dimension(
        name="revenue",
        group="trust",
        of_supplier=True,
        formula="revenue / (revenue + 5 million USD), USD only",
        prior=0.4,
        score=of_record(_revenue),
        words=lambda s: f"turns over {money_text(s, s, 'USD')} a year",
    ),
)
