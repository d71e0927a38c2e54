"""Price, minimum order, samples, terms."""

from __future__ import annotations

import math

from deepsearch.ranking.dimensions.base import Dimension, Scene, Score, diminishing
from deepsearch.ranking.fields import unit_words
from deepsearch.ranking.judging import ListingView, stated_prices
from deepsearch.ranking.units import money_text, number_text, order_unit_factor
from deepsearch.ranking.vocabulary import normal_text
from deepsearch.ranking.wording import counted

__all__ = ["COMMERCIAL"]

# How much of the risk a payment term leaves with the seller, 0..1.
_TERM_SAFETY = {
    "o/a": 1.0, "escrow": 0.95, "trade assurance": 0.95, "l/c": 0.9, "d/a": 0.85, "d/p": 0.75,
    "paypal": 0.7, "credit card": 0.7, "t/t": 0.45, "moneygram": 0.2, "western union": 0.2,
}  # fmt: skip


def _price_level(view: ListingView, scene: Scene) -> Score | None:
    prices, currency = stated_prices(view, scene.ask), view.offer.currency
    if prices is None or currency is None:
        return None
    typical, most = scene.typical_price.get(currency), prices[1]
    if not typical or most < 0:
        return None
    return Score(typical / (typical + most), (prices, currency, most / typical))


def _price_ladder(view: ListingView, scene: Scene) -> Score | None:
    del scene
    steps = {t.min_quantity for t in view.offer.price_tiers if t.min_quantity is not None}
    return Score(diminishing(len(steps), 0.6), len(steps)) if steps else None


def _small_order(view: ListingView, scene: Scene) -> Score | None:
    least = view.offer.min_order_quantity
    if least is None:
        return None
    asked = view.asked(scene.ask)
    if scene.ask.order_quantity is not None and asked is None:
        return None
    if asked is None:
        # nothing asked: 1 piece scores 1, 10 pieces .5, 100 pieces .33
        value = 1.0 / (1.0 + math.log10(max(least.value, 1.0)))
    else:
        value = 1.0 if least.value <= asked else asked / least.value
    return Score(value, (least.value, least.unit))


def _trial_order(view: ListingView, scene: Scene) -> Score | None:
    prices, least = stated_prices(view, scene.ask), view.offer.min_order_quantity
    currency = view.offer.currency
    typical = None if currency is None else scene.typical_price.get(currency)
    if prices is None or least is None or not typical:
        return None
    factor = order_unit_factor(least.unit, view.offer.price_unit)
    if factor is None:
        return None
    cost = prices[1] * max(least.value, 1.0) * factor
    # against ten items at the usual price: the money at stake in a first order
    return Score(1.0 / (1.0 + cost / (10.0 * typical)), (cost, currency))


def _samples(view: ListingView, scene: Scene) -> Score | None:
    del scene
    offer, least = view.offer, view.offer.min_order_quantity
    if offer.sample_price is not None and offer.sample_price.amount <= 0:
        return Score(1.0, "offers free samples")
    flags = [c.value for c in view.of("sample") if isinstance(c.value, bool)]
    if offer.sample_price is not None or offer.sample_days is not None or any(flags):
        return Score(0.8, "offers samples")
    if least is not None and least.value <= 1:
        return Score(0.8, "sells single pieces")
    return Score(0.0, "offers no samples") if flags else None


def _sample_time(view: ListingView, scene: Scene) -> Score | None:
    del scene
    days = view.offer.sample_days
    return None if days is None else Score(math.exp(-days / 14.0), days)


def _payment_safety(view: ListingView, scene: Scene) -> Score | None:
    del scene
    known = {
        term: _TERM_SAFETY[normal]
        for term in view.offer.payment_terms
        if (normal := term.strip().lower()) in _TERM_SAFETY
    }
    if not known:
        return None
    best = max(sorted(known), key=lambda term: known[term])
    return Score(known[best], best)


def _incoterm_choice(view: ListingView, scene: Scene) -> Score | None:
    del scene
    terms = {normal_text(term) for term in view.offer.incoterms}
    return Score(diminishing(len(terms), 0.6), sorted(terms)) if terms else None


COMMERCIAL: tuple[Dimension, ...] = (
    Dimension(
        name="price_level",
        group="commercial",
        formula="m / (m + p); p: highest unit price at the quantity asked, m: the "
        "candidates' median in that currency",
        prior=0.4,
        score=_price_level,
        words=lambda s: (
            f"{money_text(s[0][0], s[0][1], s[1])} a unit, {number_text(100 * s[2])} % of what "
            "the other candidates usually ask"
        ),
    ),
    Dimension(
        name="price_ladder",
        group="commercial",
        formula="1 - 0.6^n, n quantities a price is stated for",
        prior=0.2,
        score=_price_ladder,
        words=lambda s: f"prices stated for {counted(s, 'quantity', 'quantities')}",
    ),
    Dimension(
        name="small_order",
        group="commercial",
        formula="1 if MOQ <= quantity asked, else quantity / MOQ; nothing asked: "
        "1 / (1 + log10 MOQ)",
        prior=0.4,
        score=_small_order,
        words=lambda s: f"minimum order {number_text(s[0])} {unit_words(s[1], s[0])}",
    ),
    Dimension(
        name="trial_order",
        group="commercial",
        formula="1 / (1 + MOQ · price / (10 · median price))",
        prior=0.3,
        score=_trial_order,
        words=lambda s: f"a smallest order costs {money_text(s[0], s[0], s[1])}",
    ),
    Dimension(
        name="samples",
        group="commercial",
        formula="1 free samples, 0.8 samples or single pieces sold, 0 refused",
        prior=0.4,
        score=_samples,
        words=str,
    ),
    Dimension(
        name="sample_time",
        group="commercial",
        formula="exp(-days / 14)",
        prior=0.4,
        score=_sample_time,
        words=lambda s: f"samples in {counted(s, 'day')}",
    ),
    Dimension(
        name="payment_safety",
        group="commercial",
        formula="safety of the safest term offered: O/A 1, escrow .95, L/C .9, D/A .85, D/P .75, "
        "PayPal .7, T/T .45, Western Union .2",
        prior=0.4,
        score=_payment_safety,
        words=lambda s: f"accepts payment by {s}",
    ),
    Dimension(
        name="incoterm_choice",
        group="commercial",
        formula="1 - 0.6^n for n Incoterms offered",
        prior=0.3,
        score=_incoterm_choice,
        words=lambda s: f"quotes {', '.join(t.upper() for t in s)}",
    ),
)
