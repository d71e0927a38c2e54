"""Lead time, dispatch, punctuality, answers, capacity."""

from __future__ import annotations

import math

from deepsearch.ranking.dimensions.base import Dimension, Scene, Score, of_record
from deepsearch.ranking.fields import unit_words
from deepsearch.ranking.judging import ListingView, stated_days
from deepsearch.ranking.units import number_text, order_unit_factor
from deepsearch.ranking.wording import counted
from deepsearch.schema import EvidenceGrade, Quantity, Supplier

__all__ = ["TIMING"]

_PLATFORM = EvidenceGrade.PLATFORM


def _lead_time(view: ListingView, scene: Scene) -> Score | None:
    if not view.offer.lead_times:
        return None
    days = stated_days(view, scene.ask)
    return None if days is None else Score(30.0 / (30.0 + max(days[1], 0.0)), days[1])


def _dispatch(view: ListingView, scene: Scene) -> Score | None:
    del scene
    days = view.offer.dispatch_days
    return None if days is None else Score(7.0 / (7.0 + max(days, 0.0)), days, _PLATFORM)


def _on_time(supplier: Supplier) -> Score | None:
    rate = supplier.on_time_rate
    if rate is None:
        return None
    return Score(min(1.0, max(0.0, (rate - 0.7) / 0.3)), rate, _PLATFORM)


def _response_time(supplier: Supplier) -> Score | None:
    hours = supplier.response_time_hours
    return None if hours is None else Score(6.0 / (6.0 + max(hours, 0.0)), hours, _PLATFORM)


def _response_rate(supplier: Supplier) -> Score | None:
    rate = supplier.response_rate
    return None if rate is None else Score(min(1.0, max(0.0, rate)), rate, _PLATFORM)


def _covers(scene: Scene, have: Quantity | None) -> Score | None:
    """How far a quantity covers the order; unknown if nothing is asked or units differ."""
    if have is None or scene.ask.order_quantity is None or scene.ask.order_quantity.value <= 0:
        return None
    factor = order_unit_factor(have.unit, scene.ask.order_quantity.unit)
    if factor is None:
        return None
    share = have.value * factor / scene.ask.order_quantity.value
    return Score(min(1.0, share), (have.value, have.unit))


def _capacity(view: ListingView, scene: Scene) -> Score | None:
    return _covers(scene, view.offer.monthly_capacity)


def _stock(view: ListingView, scene: Scene) -> Score | None:
    return _covers(scene, view.offer.stock)


def _percent(rate: float) -> str:
    return f"{number_text(100 * rate)} %"


TIMING: tuple[Dimension, ...] = (
    Dimension(
        name="lead_time",
        group="time",
        formula="30 / (30 + days from order to shipment at the quantity asked)",
        prior=0.4,
        score=_lead_time,
        words=lambda s: f"ships {counted(s, 'day')} after the order",
    ),
    Dimension(
        name="dispatch",
        group="time",
        formula="7 / (7 + days to dispatch stock goods)",
        prior=0.35,
        score=_dispatch,
        words=lambda s: f"dispatches stock goods in {counted(s, 'day')}",
    ),
    Dimension(
        name="on_time_rate",
        group="time",
        of_supplier=True,
        formula="clip((rate - 0.7) / 0.3, 0, 1)",
        prior=0.4,
        score=of_record(_on_time),
        words=lambda s: f"{_percent(s)} of orders on time",
    ),
    Dimension(
        name="response_time",
        group="time",
        of_supplier=True,
        formula="6 / (6 + hours to the first answer)",
        prior=0.4,
        score=of_record(_response_time),
        words=lambda s: f"answers within {number_text(math.ceil(s))} h",
    ),
    Dimension(
        name="response_rate",
        group="time",
        of_supplier=True,
        formula="share of enquiries answered",
        prior=0.5,
        score=of_record(_response_rate),
        words=lambda s: f"answers {_percent(s)} of enquiries",
    ),
    Dimension(
        name="capacity",
        group="time",
        formula="min(1, monthly capacity / quantity asked)",
        prior=0.4,
        score=_capacity,
        words=lambda s: f"makes {number_text(s[0])} {unit_words(s[1], s[0])} a month",
    ),
    Dimension(
        name="stock",
        group="time",
        formula="min(1, stock / quantity asked)",
        prior=0.3,
        score=_stock,
        words=lambda s: f"{number_text(s[0])} {unit_words(s[1], s[0])} in stock",
    ),
)
