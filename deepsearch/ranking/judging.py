"""One requirement against one listing: met, violated or unknown, with the evidence.

The rules are those of `columnar`, which judges whole columns; here each answer also
says what it rests on, in a sentence. Unknown is never no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from types import MappingProxyType
from typing import TypeAlias

from deepsearch.ranking.atoms import (
    TRANSPORT_DAYS,
    Ask,
    combine,
    days_until,
    flag_wanted,
    largest_wanted,
    number_atoms,
    text_atoms,
)
from deepsearch.ranking.compare import relation
from deepsearch.ranking.fields import (
    CANONICAL_UNITS,
    CUSTOMISABLE,
    FACTS,
    LISTS,
    OPEN_LISTS,
    Fact,
    Kind,
    field_words,
    kind_of,
    sense_of,
    tolerance_of,
    unit_words,
)
from deepsearch.ranking.tables import attribute_dimension
from deepsearch.ranking.units import Rates, money_text, number_text, order_unit_factor
from deepsearch.ranking.vocabulary import (
    canonical_certificate,
    flag_of_text,
    is_system_certificate,
    normal_text,
    text_relation,
)
from deepsearch.schema import (
    Claim,
    Evidence,
    EvidenceGrade,
    Judgement,
    Listing,
    Operator,
    PriceTier,
    Quantity,
    Requirement,
    Status,
)

__all__ = ["ListingView", "judge", "judge_view", "stated_days", "stated_prices"]

_STATUS = {1: Status.MET, 0: Status.UNKNOWN, -1: Status.VIOLATED}


class ListingView:
    """A listing with its claims sorted by dimension, for judging and scoring it often."""

    def __init__(self, listing: Listing) -> None:
        """Wrap a listing.

        Args:
            listing: The listing; its supplier's claims count as its own.
        """
        self.listing = listing
        self.offer = listing.offer
        self.supplier = listing.supplier
        self._asked: tuple[Ask, float | None] | None = None
        self._prices: tuple[Ask, tuple[float, float] | None] | None = None

    @cached_property
    def claims(self) -> Mapping[str, Sequence[Claim]]:
        """Claims of the listing and its supplier, by dimension."""
        found: dict[str, list[Claim]] = {}
        for claim in self.listing.claims:
            found.setdefault(claim.dimension, []).append(claim)
        if self.supplier is not None:
            for claim in self.supplier.claims:
                found.setdefault(claim.dimension, []).append(claim)
        return found

    @cached_property
    def attributes(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Attributes by field name: (name as written, value)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, value in self.listing.attributes.items():
            if value is not None:
                found.setdefault(attribute_dimension(name), []).append((name, value))
        return found

    def of(self, dimension: str) -> Sequence[Claim]:
        """Return the claims of a dimension."""
        return self.claims.get(dimension, ())

    def attribute_texts(self, dimension: str) -> Sequence[tuple[str, str]]:
        """Return attributes of that name, where no claim was read from them."""
        return () if self.of(dimension) else self.attributes.get(dimension, ())

    def sales_unit(self) -> str | None:
        """Return the unit the listing is sold in, or None where it does not say."""
        least = self.offer.min_order_quantity
        return self.offer.price_unit if least is None else least.unit

    def asked(self, ask: Ask) -> float | None:
        """Return the order quantity in the sales unit; None if unsaid or incomparable."""
        if ask.order_quantity is None:
            return None
        if self._asked is None or self._asked[0] is not ask:
            factor = order_unit_factor(ask.order_quantity.unit, self.sales_unit())
            self._asked = (ask, None if factor is None else ask.order_quantity.value * factor)
        return self._asked[1]

    def prices(self, ask: Ask) -> tuple[float, float] | None:
        """Return the unit price at the quantity asked, as `stated_prices`."""
        if self._prices is None or self._prices[0] is not ask:
            self._prices = (ask, _prices_at(self.offer.price_tiers, self.asked(ask)))
        return self._prices[1]


@dataclass(frozen=True, slots=True)
class _Finding:
    status: int
    reason: str
    evidence: Evidence | None = None


def judge(
    requirement: Requirement,
    listing: Listing,
    *,
    order_quantity: Quantity | None = None,
    today: date | None = None,
    rates: Rates | None = None,
) -> Judgement:
    """Judge one requirement against one listing.

    Args:
        requirement: What is needed.
        listing: The candidate, with its supplier.
        order_quantity: How many are asked for: picks the tier of price ladders and lead
            times, and decides whether a logo's own minimum order is reached.
        today: Day certificates must be valid on; None: the current day.
        rates: Exchange rates; without them, other currencies are incomparable: unknown.

    Returns:
        The status with its evidence and the reason in words.
    """
    ask = Ask(order_quantity=order_quantity, today=today or date.today(), rates=rates)
    return judge_view(requirement, ListingView(listing), ask)


def judge_view(requirement: Requirement, view: ListingView, ask: Ask) -> Judgement:
    """Judge one requirement against a listing that is looked at several times.

    Args:
        requirement: What is needed.
        view: The candidate.
        ask: Order quantity, day and exchange rates.

    Returns:
        The judgement, as `judge`.
    """
    finding = _RULES[kind_of(requirement)](requirement, view, ask)
    return Judgement(
        requirement=requirement,
        status=_STATUS[finding.status],
        evidence=finding.evidence,
        reason=finding.reason,
    )


def _unreadable(requirement: Requirement) -> _Finding:
    return _Finding(
        0,
        f"{field_words(requirement.field)} {requirement.op} {requirement.value!r} cannot be compared",
    )


def _silent(requirement: Requirement) -> _Finding:
    return _Finding(0, f"the listing does not say its {field_words(requirement.field)}")


def _decide(op: Operator, findings: Sequence[_Finding]) -> _Finding:
    """Put findings together; the first that has the deciding status speaks."""
    if len(findings) == 1:
        only = findings[0]
        negated = op is Operator.NE or op is Operator.NONE_OF
        return replace(only, status=-only.status) if negated and only.status else only
    status = combine(op, [finding.status for finding in findings])
    raw = -status if op in (Operator.NE, Operator.NONE_OF) else status
    deciding = [finding for finding in findings if finding.status == raw]
    reason = "; ".join(dict.fromkeys(finding.reason for finding in deciding))
    return _Finding(status, reason, next((f.evidence for f in deciding if f.evidence), None))


def _best(findings: Iterable[_Finding]) -> _Finding | None:
    """OR: the most favourable finding, the first of equals."""
    return max(findings, key=lambda finding: finding.status, default=None)


def _claim_evidence(claim: Claim, value: str) -> Evidence:
    return Evidence(
        field=claim.dimension,
        value=value,
        source=claim.source,
        grade=claim.evidence,
        stated_on=claim.stated_on,
    )


def _listed(field: str, value: str, grade: EvidenceGrade = EvidenceGrade.LISTED) -> Evidence:
    return Evidence(field=field, value=value, source=field, grade=grade)


def _interval_text(low: float, high: float, unit: str | None) -> str:
    span = number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"
    return f"{span} {unit_words(unit, high)}" if unit else span


# ---------------------------------------------------------------- quantity and price


def stated_prices(view: ListingView, ask: Ask) -> tuple[float, float] | None:
    """Return the unit price stated at the quantity asked, in the listing's own currency.

    Args:
        view: The listing.
        ask: Holds the order quantity; None takes the whole ladder.

    Returns:
        (low, high), or None where no price holds at that quantity.
    """
    return view.prices(ask)


def _prices_at(tiers: Sequence[PriceTier], asked: float | None) -> tuple[float, float] | None:
    """The tier with the largest `min_quantity` not above the quantity; all where it is unsaid."""
    holding = list(tiers)
    if asked is not None:
        holding = [
            tier
            for tier in tiers
            if (tier.min_quantity is None or tier.min_quantity <= asked)
            and (tier.max_quantity is None or asked <= tier.max_quantity)
        ]
        top = max((_start(tier.min_quantity) for tier in holding), default=0.0)
        holding = [tier for tier in holding if _start(tier.min_quantity) == top]
    if not holding:
        return None
    return min(tier.low for tier in holding), max(tier.high for tier in holding)


def _start(quantity: float | None) -> float:
    return float("-inf") if quantity is None else quantity


def _converted(
    view: ListingView, requirement: Requirement, ask: Ask
) -> tuple[float, float, Evidence] | _Finding:
    """The unit price in the buyer's currency, or why there is none."""
    prices = stated_prices(view, ask)
    if prices is None:
        if not view.offer.price_tiers:
            return _Finding(0, "the listing states no price")
        return _Finding(0, "no price is stated for that quantity")
    own, wanted = view.offer.currency, requirement.unit
    evidence = _listed("price", money_text(*prices, own))
    if own is None or wanted is None:
        missing = "listing" if own is None else "request"
        return _Finding(0, f"the {missing} names no currency", evidence)
    factor = 1.0 if own == wanted else (ask.rates.factor(own, wanted) if ask.rates else None)
    if factor is None:
        return _Finding(
            0, f"{evidence.value} is incomparable with {wanted} without an exchange rate", evidence
        )
    return prices[0] * factor, prices[1] * factor, evidence


def _unit_price(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return _unreadable(requirement)
    price = _converted(view, requirement, ask)
    if isinstance(price, _Finding):
        return price
    low, high, evidence = price
    if ask.order_quantity is not None:
        factor = order_unit_factor(ask.order_quantity.unit, view.offer.price_unit)
        if factor is None:
            return _Finding(
                0,
                f"a price per {view.offer.price_unit} cannot be compared with an order in "
                f"{ask.order_quantity.unit}",
                evidence,
            )
        low, high = low * factor, high * factor
    at = "" if ask.order_quantity is None else f" at {_quantity_text(ask.order_quantity)}"
    words = {1: "fits", 0: "may or may not fit, depending on quantity or variant",
             -1: "does not fit"}  # fmt: skip
    findings = []
    for atom in atoms:
        status = relation(atom.op, atom.wanted, low, high)
        findings.append(_Finding(status, f"{evidence.value}{at} {words[status]}", evidence))
    return _decide(requirement.op, findings)


def _quantity_text(quantity: Quantity) -> str:
    return f"{number_text(quantity.value)} {unit_words(quantity.unit, quantity.value)}"


def _budget(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    atoms = number_atoms(requirement, better=-1)
    if atoms is None:
        return _unreadable(requirement)
    price = _converted(view, requirement, ask)
    if isinstance(price, _Finding):
        return price
    low, high, evidence = price
    count, words = _budget_count(view, ask)
    if count is None:
        return _Finding(0, "price and order count in different units", evidence)
    total = money_text(low * count, high * count, requirement.unit)
    findings = []
    for atom in atoms:
        status = relation(atom.op, atom.wanted, low * count, high * count)
        verdict = {1: "fits the budget", 0: "may exceed the budget", -1: "exceeds the budget"}
        findings.append(_Finding(status, f"{total} for {words} {verdict[status]}", evidence))
    return _decide(requirement.op, findings)


def _budget_count(view: ListingView, ask: Ask) -> tuple[float | None, str]:
    """Items to pay for, in the price's unit: those asked, else the smallest order."""
    least, unit = view.offer.min_order_quantity, view.offer.price_unit
    if ask.order_quantity is None:
        value = 1.0 if least is None else max(least.value, 1.0)
        factor = order_unit_factor(None if least is None else least.unit, unit)
        count = None if factor is None else value * factor
        return count, f"the smallest order of {number_text(value)}"
    factor = order_unit_factor(ask.order_quantity.unit, unit or view.sales_unit())
    count = None if factor is None else ask.order_quantity.value * factor
    return count, _quantity_text(ask.order_quantity)


def _order_quantity(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    del ask  # the requirement itself says how many
    most, least = largest_wanted(requirement), view.offer.min_order_quantity
    if most is None:
        return _unreadable(requirement)
    if least is None:
        return _Finding(0, "the listing states no minimum order")
    evidence = _listed("min_order_quantity", _quantity_text(least))
    factor = order_unit_factor(least.unit, requirement.unit)
    if factor is None:
        return _Finding(
            0, f"a minimum order in {least.unit} cannot be compared with {requirement.unit}",
            evidence,
        )  # fmt: skip
    status = relation(Operator.LE, (most, most), least.value * factor, least.value * factor)
    if most == float("inf"):
        floor = min(atom.wanted[0] for atom in number_atoms(requirement) or [])
        status = max(0, relation(Operator.LE, (floor, floor), *(least.value * factor,) * 2))
    words = {1: "can be ordered: minimum order", 0: "may be too few: minimum order",
             -1: "is below the minimum order of"}  # fmt: skip
    wanted = number_text(most) if most < float("inf") else "the quantity"
    return _Finding(status, f"{wanted} {words[status]} {evidence.value}", evidence)


# ---------------------------------------------------------------- time


def _days(view: ListingView, ask: Ask) -> tuple[float, float, Evidence] | _Finding:
    """Days from order to shipment at the quantity asked, or why they are unknown."""
    leads = view.offer.lead_times
    if not leads:
        days = view.offer.dispatch_days
        if days is None:
            return _Finding(0, "the listing states no lead time")
        return days, days, _listed("dispatch_days", f"dispatched in {number_text(days)} days")
    asked = view.asked(ask)
    holding = list(leads)
    if asked is not None:
        ends = [float("inf") if lead.max_quantity is None else lead.max_quantity for lead in leads]
        nearest = min((end for end in ends if asked <= end), default=None)
        holding = [lead for lead, end in zip(leads, ends, strict=True) if end == nearest]
    if not holding:
        return _Finding(0, "no lead time is stated for that many")
    low, high = min(lead.days for lead in holding), max(lead.days for lead in holding)
    return low, high, _listed("lead_times", _interval_text(low, high, "days"))


def stated_days(view: ListingView, ask: Ask) -> tuple[float, float] | None:
    """Return the days from order to shipment stated at the quantity asked.

    Args:
        view: The listing.
        ask: Holds the order quantity.

    Returns:
        (low, high) in days, or None where nothing is stated for that many.
    """
    days = _days(view, ask)
    return None if isinstance(days, _Finding) else days[:2]


def _lead_time(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    atoms = number_atoms(requirement, better=-1)
    if atoms is None or requirement.unit not in (None, "day"):
        return _unreadable(requirement)
    days = _days(view, ask)
    if isinstance(days, _Finding):
        return days
    low, high, evidence = days
    words = {1: "in time", 0: "in time for some quantities only", -1: "too late"}
    findings = []
    for atom in atoms:
        if atom.op is Operator.BETWEEN:  # earlier than the wanted span is no fault
            status = relation(Operator.LE, (atom.wanted[1],) * 2, low, high)
        else:
            status = relation(atom.op, atom.wanted, low, high)
        findings.append(_Finding(status, f"{evidence.value}: {words[status]}", evidence))
    return _decide(requirement.op, findings)


def _delivery_date(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    left = days_until(requirement, ask.today)
    if left is None:
        return _unreadable(requirement)
    days = _days(view, ask)
    if isinstance(days, _Finding):
        return days
    low, high, evidence = days
    if high + TRANSPORT_DAYS <= left:
        return _Finding(
            1, f"ready {number_text(left - high)} days before, enough for sea freight", evidence
        )
    if low > left:
        return _Finding(
            -1, f"{evidence.value}, but only {number_text(max(left, 0))} are left", evidence
        )
    return _Finding(0, f"ready in time; transport has {number_text(left - high)} days", evidence)


# ---------------------------------------------------------------- numbers, texts, flags


def _number(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    del ask
    field = requirement.field
    fact = FACTS.get(field)
    atoms = number_atoms(requirement, better=0 if fact is None else fact.better)
    if atoms is None:
        return _unreadable(requirement)
    stated = _stated_numbers(requirement, view, fact)
    if isinstance(stated, _Finding):
        return stated
    sense, tolerance = sense_of(field), tolerance_of(field)
    findings = []
    for atom in atoms:
        compared = [
            _Finding(
                status := relation(
                    atom.op, atom.wanted, low, high, sense=sense, tolerance=tolerance
                ),
                f"{field_words(field)} {evidence.value}{_VERDICT[status]}",
                evidence,
            )
            for low, high, evidence in stated
        ]
        findings.append(_best(compared) or _silent(requirement))
    return _if_customisable(requirement, view, _decide(requirement.op, findings))


_VERDICT = {1: "", 0: ", which leaves it open", -1: ", which is not what is needed"}


def _stated_numbers(
    requirement: Requirement, view: ListingView, fact: Fact | None
) -> list[tuple[float, float, Evidence]] | _Finding:
    """The intervals a listing states, in the requirement's unit, or why there are none."""
    value = None if fact is None else fact.get(view.listing)
    if fact is not None and isinstance(value, Quantity):
        factor = order_unit_factor(value.unit, requirement.unit)
        evidence = _listed(fact.columns[0].removesuffix(".value"), _quantity_text(value))
        if factor is None:
            return _Finding(
                0, f"{evidence.value} cannot be compared with {requirement.unit}", evidence
            )
        return [(value.value * factor, value.value * factor, evidence)]
    if fact is not None and isinstance(value, int | float) and not isinstance(value, bool):
        text = _interval_text(value, value, fact.unit)
        evidence = _listed(fact.columns[0], text, fact.grade)
        if requirement.unit not in (None, fact.unit):
            return _Finding(0, f"{text} cannot be compared with {requirement.unit}", evidence)
        return [(float(value), float(value), evidence)]
    return _claimed_numbers(requirement, view)


def _claimed_numbers(
    requirement: Requirement, view: ListingView
) -> list[tuple[float, float, Evidence]] | _Finding:
    wanted = requirement.unit or CANONICAL_UNITS.get(requirement.field)
    found, others = [], []
    for claim in view.of(requirement.field):
        if isinstance(claim.value, bool | str):
            continue
        end = claim.value if claim.high is None else claim.high
        low, high = float(min(claim.value, end)), float(max(claim.value, end))
        evidence = _claim_evidence(claim, _interval_text(low, high, claim.unit))
        if claim.unit == wanted:
            found.append((low, high, evidence))
        else:
            others.append(evidence)
    if found or not others:
        return found or _silent(requirement)
    text = others[0].value
    return _Finding(0, f"{text} cannot be compared with {wanted or 'a number alone'}", others[0])


def _text(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return _unreadable(requirement)
    field = requirement.field
    stated = _stated_texts(field, view)
    findings = []
    for wanted in atoms:
        rule = partial(text_relation, field, wanted)
        compared = [
            _Finding(
                status := rule(text), f"{field_words(field)} {text}{_VERDICT[status]}", evidence
            )
            for text, evidence in stated
        ]
        finding = _best(compared) or _silent(requirement)
        if field in OPEN_LISTS:
            finding = _open(view, field, wanted, finding, rule)
        findings.append(finding)
    return _if_customisable(requirement, view, _decide(requirement.op, findings))


def _stated_texts(field: str, view: ListingView) -> list[tuple[str, Evidence]]:
    fact = FACTS.get(field)
    if fact is not None and isinstance(value := fact.get(view.listing), str):
        return [(value, _listed(fact.columns[0], value, fact.grade))]
    texts = [
        (claim.value, _claim_evidence(claim, claim.value))
        for claim in view.of(field)
        if isinstance(claim.value, str)
    ]
    if field in LISTS:
        column, get = LISTS[field]
        texts += [(text, _listed(column, text)) for text in get(view.listing)]
    elif field == "hs_code":
        code = view.listing.identifiers.get("hs")
        texts += [] if code is None else [(code, _listed("identifiers.hs", code))]
    elif fact is None:
        texts += [
            (text, _listed(f"attributes.{name}", text))
            for name, text in view.attribute_texts(field)
        ]
    return texts


def _open(
    view: ListingView,
    field: str,
    wanted: str,
    finding: _Finding,
    rule: Callable[[str], int],
) -> _Finding:
    """Silence is unknown; only a "no_<field>" claim denies what is not stated."""
    if finding.status == 1:
        return finding
    for claim in view.of(f"no_{field}"):
        if isinstance(claim.value, str) and rule(claim.value) == 1:
            return _Finding(
                -1, f"the listing rules out {wanted}", _claim_evidence(claim, claim.value)
            )
    if finding.evidence is None:
        return finding
    return replace(
        finding,
        status=0,
        reason=f"{field_words(field)} {finding.evidence.value} is stated, {wanted} is not mentioned",
    )


def _if_customisable(requirement: Requirement, view: ListingView, finding: _Finding) -> _Finding:
    """A maker of custom designs is not ruled out by his standard size or colour."""
    if finding.status >= 0 or requirement.field not in CUSTOMISABLE:
        return finding
    if any(claim.value is True for claim in view.of("custom_design")):
        return replace(
            finding, status=0, reason=f"{finding.reason}, but custom designs are offered: ask"
        )
    return finding


def _claim_flag(claim: Claim) -> int:
    if isinstance(claim.value, bool):
        return 1 if claim.value else -1
    return flag_of_text(claim.value) if isinstance(claim.value, str) else 0


def _yes_no(flag: int) -> str:
    return "yes" if flag > 0 else "no"


def _flag(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    del ask
    wanted, field = flag_wanted(requirement), requirement.field
    if wanted is None:
        return _unreadable(requirement)
    sign = 1 if wanted else -1
    fact = FACTS.get(field)
    if fact is not None and isinstance(value := fact.get(view.listing), bool):
        flag = 1 if value else -1
        evidence = _listed(fact.columns[0], _yes_no(flag), fact.grade)
        return _Finding(flag * sign, f"{field_words(field)}: {evidence.value}", evidence)
    said = [(flag, _claim_evidence(claim, _yes_no(flag)))
            for claim in view.of(field) if (flag := _claim_flag(claim))]  # fmt: skip
    if fact is None:
        said += [(flag, _listed(f"attributes.{name}", text))
                 for name, text in view.attribute_texts(field)
                 if (flag := flag_of_text(text))]  # fmt: skip
    found = _best(
        _Finding(flag * sign, f"{field_words(field)}: {evidence.value}", evidence)
        for flag, evidence in said
    )
    return found or _silent(requirement)


def _capability(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    wanted, field = flag_wanted(requirement), field_words(requirement.field)
    if wanted is None:
        return _unreadable(requirement)
    if not wanted:
        return _Finding(1, f"no {field} is asked for")
    asked = view.asked(ask)
    findings = []
    for claim in view.of(requirement.field):
        status, least = _claim_flag(claim), claim.min_quantity
        value = _yes_no(status) if status else str(claim.value)
        if status == 1 and least is not None:
            value = f"from {number_text(least)} {unit_words(view.sales_unit() or 'piece', least)}"
        reason = f"{field}: {value}"
        if status == 1 and least is not None and ask.order_quantity is not None:
            if asked is None:
                status = 0
            elif least > asked:
                status = -1
                reason = f"{field} only {value}, asked are {number_text(asked)}"
        findings.append(_Finding(status, reason, _claim_evidence(claim, value)))
    return _best(findings) or _silent(requirement)


# ---------------------------------------------------------------- certificates, places


def _certificate(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    atoms = text_atoms(requirement)
    if atoms is None:
        return _unreadable(requirement)
    return _decide(requirement.op, [_one_certificate(name, view, ask) for name in atoms])


def _one_certificate(name: str, view: ListingView, ask: Ask) -> _Finding:
    wanted = canonical_certificate(name)
    doubt = _Finding(0, f"{name} is not mentioned")
    for claim in view.of("certification"):
        if not isinstance(claim.value, str) or canonical_certificate(claim.value) != wanted:
            continue
        number = f" no. {claim.number}" if claim.number else ""
        evidence = _claim_evidence(claim, f"{claim.value}{number}")
        if claim.expires_on is not None and claim.expires_on < ask.today:
            doubt = _Finding(0, f"{name} lapsed on {claim.expires_on.isoformat()}", evidence)
        elif claim.scope in ("company", "system") and not is_system_certificate(name):
            doubt = _Finding(
                0, f"the company holds {name}; whether for this model is not said", evidence
            )
        else:
            return _Finding(1, f"{evidence.value}, {_GRADE_WORDS[claim.evidence]}", evidence)
    for claim in view.of("no_certification"):
        if isinstance(claim.value, str) and canonical_certificate(claim.value) == wanted:
            return _Finding(-1, f"stated to be without {name}", _claim_evidence(claim, claim.value))
    return doubt


_GRADE_WORDS = {
    EvidenceGrade.LISTED: "as the supplier says",
    EvidenceGrade.DOCUMENT: "with a document on file",
    EvidenceGrade.AUDITED: "checked by a third party",
    EvidenceGrade.PLATFORM: "recorded by the marketplace",
}


def _sample(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    del ask
    wanted, offer = flag_wanted(requirement), view.offer
    if wanted is None:
        return _unreadable(requirement)
    if not wanted:
        return _Finding(1, "no sample is asked for")
    if offer.sample_price is not None:
        money = money_text(*(offer.sample_price.amount,) * 2, offer.sample_price.currency)
        return _Finding(1, f"samples at {money}", _listed("sample.price", money))
    if offer.sample_days is not None:
        days = f"{number_text(offer.sample_days)} days"
        return _Finding(1, f"samples in {days}", _listed("sample.days", days))
    least = offer.min_order_quantity
    if least is not None and least.value <= 1:
        return _Finding(
            1, "a single one can be ordered", _listed("min_order_quantity", _quantity_text(least))
        )
    findings = [
        _Finding(flag, f"samples: {_yes_no(flag) if flag else claim.value}",
                 _claim_evidence(claim, str(claim.value)))
        for claim in view.of("sample")
        for flag in (_claim_flag(claim),)
    ]  # fmt: skip
    return _best(findings) or _Finding(0, "samples are not mentioned")


def _destination(requirement: Requirement, view: ListingView, ask: Ask) -> _Finding:
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return _unreadable(requirement)
    places: list[tuple[str, Evidence, str]] = [
        (claim.value, _claim_evidence(claim, claim.value), "ships to")
        for claim in view.of("destination")
        if isinstance(claim.value, str)
    ]
    if view.supplier is not None:
        places += [(market, _listed("supplier.main_markets", market), "main market:")
                   for market in view.supplier.main_markets]  # fmt: skip
        if (country := view.supplier.country) is not None:
            places.append((country, _listed("supplier.country", country), "supplier in"))
    if (place := view.offer.ship_from) is not None:
        places.append((place, _listed("ship_from", place), "ships from"))
    findings = []
    for name in atoms:
        wanted = normal_text(name)

        def same(stated: str, w: str = wanted) -> int:
            return int(normal_text(stated) == w)

        found = _best(_Finding(same(p), f"{words} {p}", e) for p, e, words in places if same(p))
        silent = _Finding(0, f"delivery to {name} is not mentioned")
        findings.append(found or _open(view, "destination", name, silent, same))
    return _decide(requirement.op, findings)


_Rule: TypeAlias = Callable[[Requirement, ListingView, Ask], _Finding]

_RULES: Mapping[Kind, _Rule] = MappingProxyType(
    {
        Kind.NUMBER: _number,
        Kind.TEXT: _text,
        Kind.FLAG: _flag,
        Kind.CAPABILITY: _capability,
        Kind.CERTIFICATE: _certificate,
        Kind.ORDER_QUANTITY: _order_quantity,
        Kind.UNIT_PRICE: _unit_price,
        Kind.BUDGET: _budget,
        Kind.LEAD_TIME: _lead_time,
        Kind.DELIVERY_DATE: _delivery_date,
        Kind.SAMPLE: _sample,
        Kind.DESTINATION: _destination,
    }
)
