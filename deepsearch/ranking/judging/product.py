"""Numbers, texts, yes and no, and what can be customised."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from deepsearch.ranking.atoms import Ask, flag_wanted, number_atoms, text_atoms
from deepsearch.ranking.compare import relation
from deepsearch.ranking.fields import (
    CANONICAL_UNITS,
    CUSTOMISABLE,
    FACTS,
    LISTS,
    NAMES,
    OPEN_LISTS,
    PLACE_FIELDS,
    STATED_BY,
    Fact,
    field_words,
    sense_of,
    tolerance_of,
    unit_words,
)
from deepsearch.ranking.judging.findings import (
    Finding,
    best,
    claim_evidence,
    claim_flag,
    decide,
    interval_text,
    listed,
    open_list,
    quantity_text,
    silent,
    unreadable,
    weighed,
    yes_no,
)
from deepsearch.ranking.judging.view import ListingView
from deepsearch.ranking.units import number_text, order_unit_factor
from deepsearch.ranking.vocabulary import flag_of_text, normal_text, text_relation
from deepsearch.schema import Evidence, Operator, Quantity, Requirement

__all__ = ["capability", "flag", "number", "place", "text"]


def number(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge a number: of the record where it has one, else of claims."""
    del ask
    field = requirement.field
    fact = FACTS.get(field)
    atoms = number_atoms(requirement, better=0 if fact is None else fact.better)
    if atoms is None:
        return unreadable(requirement)
    stated = _stated_numbers(requirement, view, fact)
    if isinstance(stated, Finding):
        return stated
    sense, tolerance = sense_of(field), tolerance_of(field)
    findings = []
    for atom in atoms:
        compared = [
            weighed(
                relation(atom.op, atom.wanted, low, high, sense=sense, tolerance=tolerance),
                f"{field_words(field)} {evidence.value}",
                evidence,
                op=requirement.op,
            )
            for low, high, evidence in stated
        ]
        findings.append(best(compared) or silent(requirement.field))
    return _if_customisable(requirement, view, decide(requirement.op, findings))


def _stated_numbers(
    requirement: Requirement, view: ListingView, fact: Fact | None
) -> list[tuple[float, float, Evidence]] | Finding:
    """The intervals a listing states, in the requirement's unit, or why there are none."""
    value = None if fact is None else fact.get(view.listing)
    if fact is not None and isinstance(value, Quantity):
        factor = order_unit_factor(value.unit, requirement.unit)
        evidence = listed(fact.columns[0].removesuffix(".value"), quantity_text(value))
        if factor is None:
            return Finding(
                0, f"{evidence.value} cannot be compared with {requirement.unit}", evidence
            )
        return [(value.value * factor, value.value * factor, evidence)]
    if fact is not None and isinstance(value, int | float) and not isinstance(value, bool):
        text = interval_text(value, value, fact.unit)
        evidence = listed(fact.columns[0], text, fact.grade)
        if requirement.unit not in (None, fact.unit):
            return Finding(0, f"{text} cannot be compared with {requirement.unit}", evidence)
        return [(float(value), float(value), evidence)]
    return _claimed_numbers(requirement, view)


def _claimed_numbers(
    requirement: Requirement, view: ListingView
) -> list[tuple[float, float, Evidence]] | Finding:
    wanted = requirement.unit or CANONICAL_UNITS.get(requirement.field)
    found, others = [], []
    for claim in view.of(requirement.field):
        if isinstance(claim.value, bool | str):
            continue
        end = claim.value if claim.high is None else claim.high
        low, high = float(min(claim.value, end)), float(max(claim.value, end))
        evidence = claim_evidence(claim, interval_text(low, high, claim.unit))
        if claim.unit == wanted:
            found.append((low, high, evidence))
        else:
            others.append(evidence)
    if found or not others:
        return found or silent(requirement.field)
    text = others[0].value
    return Finding(0, f"{text} cannot be compared with {wanted or 'a number alone'}", others[0])


def text(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge a text: of the record, of claims, lists and attributes."""
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return unreadable(requirement)
    findings = [_named(requirement.field, wanted, requirement.op, view) for wanted in atoms]
    return _if_customisable(requirement, view, decide(requirement.op, findings))


def _named(field: str, wanted: str, op: Operator, view: ListingView) -> Finding:
    """Judge whether what a listing states of a field names what is wanted."""
    rule = partial(text_relation, field, wanted)
    compared = [
        weighed(
            rule(text),
            f"{field_words(field)} {text}",
            evidence,
            op=op,
            binding=field not in NAMES,
        )
        for text, evidence in view.kept(field, _stated_texts)
    ]
    finding = best(compared) or silent(field)
    if field in OPEN_LISTS:
        finding = open_list(view, field, wanted, finding, rule)
    return finding


def place(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge a supplier's town or region: violated where both are known to be others.

    It is violated, too, where the supplier is in another country than the place.
    """
    atoms = text_atoms(requirement)
    if atoms is None:
        return unreadable(requirement)
    return decide(requirement.op, [_located(wanted, view, ask) for wanted in atoms])


def _located(wanted: str, view: ListingView, ask: Ask) -> Finding:
    compared = [_named(field, wanted, Operator.EQ, view) for field in PLACE_FIELDS]
    finding = max(compared, key=lambda finding: finding.status)
    country = ask.countries.get(wanted)
    if finding.status or country is None:
        return finding
    elsewhere = _named("supplier_country", country, Operator.EQ, view)
    if elsewhere.status >= 0:
        return finding
    return replace(elsewhere, reason=f"{elsewhere.reason}: {wanted} is in {country}")


def _stated_texts(field: str, view: ListingView) -> list[tuple[str, Evidence]]:
    fact = FACTS.get(field)
    if fact is not None and isinstance(value := fact.get(view.listing), str):
        return [(value, listed(fact.columns[0], value, fact.grade))]
    texts = [
        (claim.value, claim_evidence(claim, claim.value))
        for claim in view.of(field)
        if isinstance(claim.value, str)
    ]
    if field in LISTS:
        column, get = LISTS[field]
        texts += [(text, listed(column, text)) for text in get(view.listing)]
    elif field == "hs_code":
        code = view.listing.identifiers.get("hs")
        texts += [] if code is None else [(code, listed("identifiers.hs", code))]
    elif fact is None:
        texts += [
            (text, listed(f"attributes.{name}", text)) for name, text in view.attribute_texts(field)
        ]
    return texts


def _if_customisable(requirement: Requirement, view: ListingView, finding: Finding) -> Finding:
    """A maker of custom designs is not ruled out by his standard size or colour."""
    if finding.status >= 0 or requirement.field not in CUSTOMISABLE:
        return finding
    if any(claim.value is True for claim in view.of("custom_design")):
        return replace(
            finding, status=0, reason=f"{finding.reason}, but custom designs are offered: ask"
        )
    return finding


def flag(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge a yes or no."""
    del ask
    wanted, field = flag_wanted(requirement), requirement.field
    if wanted is None:
        return unreadable(requirement)
    sign = 1 if wanted else -1
    fact = FACTS.get(field)
    if fact is not None and isinstance(value := fact.get(view.listing), bool):
        flag = 1 if value else -1
        evidence = listed(fact.columns[0], yes_no(flag), fact.grade)
        return Finding(flag * sign, f"{field_words(field)}: {evidence.value}", evidence)
    said = [(flag, claim_evidence(claim, yes_no(flag)))
            for claim in view.of(field) if (flag := claim_flag(claim))]  # fmt: skip
    for other, flags in STATED_BY.get(field, {}).items():
        said += [(flags[plain], claim_evidence(claim, str(claim.value)))
                 for claim in view.of(other)
                 if isinstance(claim.value, str)
                 and (plain := normal_text(claim.value)) in flags]  # fmt: skip
    if fact is None:
        said += [(flag, listed(f"attributes.{name}", text))
                 for name, text in view.attribute_texts(field)
                 if (flag := flag_of_text(text))]  # fmt: skip
    found = best(
        weighed(flag * sign, f"{field_words(field)}: {evidence.value}", evidence, op=Operator.EQ)
        for flag, evidence in said
    )
    return found or silent(requirement.field)


def capability(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge whether something is offered from the quantity asked on."""
    wanted, field = flag_wanted(requirement), field_words(requirement.field)
    if wanted is None:
        return unreadable(requirement)
    if not wanted:
        return Finding(1, f"no {field} is asked for")
    asked = view.asked(ask)
    findings = []
    for claim in view.of(requirement.field):
        status, least = claim_flag(claim), claim.min_quantity
        value = yes_no(status) if status else str(claim.value)
        if status == 1 and least is not None:
            value = f"from {number_text(least)} {unit_words(view.sales_unit() or 'piece', least)}"
        reason = f"{field}: {value}"
        if status == 1 and least is not None and ask.order_quantity is not None:
            if asked is None:
                status = 0
            elif least > asked:
                status = -1
                reason = f"{field} only {value}, asked are {number_text(asked)}"
        findings.append(Finding(status, reason, claim_evidence(claim, value)))
    return best(findings) or silent(requirement.field)
