"""Where the goods are, how they travel, what happens after, and how complete the listing is."""

from __future__ import annotations

import math

from deepsearch.ranking.dimensions.base import (
    Dimension,
    Scene,
    Score,
    any_stated,
    best_grade,
    diminishing,
    distinct_texts,
    newest,
    texts_of,
)
from deepsearch.ranking.judging import ListingView
from deepsearch.ranking.vocabulary import normal_text
from deepsearch.ranking.wording import counted

__all__ = ["LOGISTICS"]


def _market_fit(view: ListingView, scene: Scene) -> Score | None:
    if scene.destination is None or view.supplier is None or not view.supplier.main_markets:
        return None
    wanted = normal_text(scene.destination)
    sells = any(normal_text(market) == wanted for market in view.supplier.main_markets)
    # markets are often given as regions: one that is not named may still be served
    return Score(1.0, scene.destination) if sells else None


def _domestic(view: ListingView, scene: Scene) -> Score | None:
    if scene.destination is None:
        return None
    wanted = normal_text(scene.destination)
    if len(wanted) != 2:  # a place, not a country code
        return None
    country = None if view.supplier is None else view.supplier.country
    places = [p for p in (view.offer.ship_from, country) if p]
    if not places:
        return None
    here = any(normal_text(place) == wanted for place in places)
    return Score(float(here), (places[0], here))


def _warehouse(view: ListingView, scene: Scene) -> Score | None:
    found = texts_of(view.of("warehouse"))
    if not found or scene.destination is None:
        return None
    here = normal_text(scene.destination) in found
    claims = found.values()
    return Score(float(here), (sorted(str(c.value) for c in claims)), best_grade(claims),
                 newest(claims))  # fmt: skip


def _modes(view: ListingView, scene: Scene) -> Score | None:
    del scene
    return distinct_texts(view.of("shipping_mode"), 0.5)


def _warranty(view: ListingView, scene: Scene) -> Score | None:
    del scene
    months = view.offer.warranty_months
    return None if months is None else Score(1.0 - math.exp(-max(months, 0) / 18.0), months)


def _after_sales(view: ListingView, scene: Scene) -> Score | None:
    del scene
    return any_stated(view.of("after_sales"))


def _specification(view: ListingView, scene: Scene) -> Score | None:
    del scene
    # an empty listing is known to be empty: this is never unknown
    n = len(view.listing.attributes) + sum(len(group) for group in view.claims.values())
    return Score(1.0 - math.exp(-n / 8.0), n)


def _pictures(view: ListingView, scene: Scene) -> Score | None:
    del scene
    n = len(view.listing.media)
    return Score(diminishing(n, 0.5), n)


LOGISTICS: tuple[Dimension, ...] = (
    Dimension(
        name="market_fit",
        group="logistics",
        of_supplier=True,
        formula="1 if the destination is among the supplier's main markets, else unknown",
        prior=0.3,
        score=_market_fit,
        words=lambda s: f"already sells to {s}",
    ),
    Dimension(
        name="domestic",
        group="logistics",
        formula="1 if it ships from the destination's country, else 0",
        prior=0.2,
        score=_domestic,
        words=lambda s: f"ships from {s[0]}" + (", the country of destination" if s[1] else ""),
    ),
    Dimension(
        name="warehouse",
        group="logistics",
        claims=frozenset({"warehouse"}),
        formula="1 if a warehouse is at the destination, else 0",
        prior=0.2,
        score=_warehouse,
        words=lambda s: f"warehouses in {', '.join(s)}",
    ),
    Dimension(
        name="shipping_modes",
        group="logistics",
        claims=frozenset({"shipping_mode"}),
        formula="1 - 0.5^n, n modes of transport offered",
        prior=0.4,
        score=_modes,
        words=lambda s: f"ships by {', '.join(s)}",
    ),
    Dimension(
        name="warranty",
        group="logistics",
        formula="1 - exp(-months / 18)",
        prior=0.3,
        score=_warranty,
        words=lambda s: f"{counted(s, 'month')} of warranty",
    ),
    Dimension(
        name="after_sales",
        group="logistics",
        claims=frozenset({"after_sales"}),
        formula="1 after-sales service stated, 0 refused",
        prior=0.4,
        score=_after_sales,
        words=lambda s: "after-sales service" if s else "no after-sales service",
    ),
    Dimension(
        name="specification",
        group="logistics",
        formula="1 - exp(-n / 8), n attributes and claims stated",
        prior=0.3,
        score=_specification,
        words=lambda s: f"{counted(s, 'specification')} stated",
    ),
    Dimension(
        name="pictures",
        group="logistics",
        formula="1 - 0.5^n, n pictures and videos",
        prior=0.5,
        score=_pictures,
        words=lambda s: counted(s, "picture"),
    ),
)
