"""Certificates by scope and expiry, samples, destinations."""

from __future__ import annotations

from deepsearch.ranking.atoms import Ask, flag_wanted, text_atoms
from deepsearch.ranking.judging.findings import (
    Finding,
    best,
    claim_evidence,
    claim_flag,
    decide,
    listed,
    open_list,
    quantity_text,
    unreadable,
    yes_no,
)
from deepsearch.ranking.judging.view import ListingView
from deepsearch.ranking.units import money_text, number_text
from deepsearch.ranking.vocabulary import canonical_certificate, is_system_certificate, normal_text
from deepsearch.schema import Evidence, EvidenceGrade, Requirement

__all__ = ["certificate", "destination", "sample"]


def certificate(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge certificates by name, scope and expiry."""
    atoms = text_atoms(requirement)
    if atoms is None:
        return unreadable(requirement)
    return decide(requirement.op, [_one_certificate(name, view, ask) for name in atoms])


def _one_certificate(name: str, view: ListingView, ask: Ask) -> Finding:
    wanted = canonical_certificate(name)
    doubt = Finding(0, f"{name} is not mentioned")
    for claim in view.of("certification"):
        if not isinstance(claim.value, str) or canonical_certificate(claim.value) != wanted:
            continue
        number = f" no. {claim.number}" if claim.number else ""
        evidence = claim_evidence(claim, f"{claim.value}{number}")
        if claim.expires_on is not None and claim.expires_on < ask.today:
            doubt = Finding(0, f"{name} lapsed on {claim.expires_on.isoformat()}", evidence)
        elif claim.scope in ("company", "system") and not is_system_certificate(name):
            doubt = Finding(
                0, f"the company holds {name}; whether for this model is not said", evidence
            )
        else:
            return Finding(1, f"{evidence.value}, {_GRADE_WORDS[claim.evidence]}", evidence)
    for claim in view.of("no_certification"):
        if isinstance(claim.value, str) and canonical_certificate(claim.value) == wanted:
            return Finding(-1, f"stated to be without {name}", claim_evidence(claim, claim.value))
    return doubt


_GRADE_WORDS = {
    EvidenceGrade.LISTED: "as the supplier says",
    EvidenceGrade.DOCUMENT: "with a document on file",
    EvidenceGrade.AUDITED: "checked by a third party",
    EvidenceGrade.PLATFORM: "recorded by the marketplace",
}


def sample(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge whether a sample can be had."""
    del ask
    wanted, offer = flag_wanted(requirement), view.offer
    if wanted is None:
        return unreadable(requirement)
    if not wanted:
        return Finding(1, "no sample is asked for")
    if offer.sample_price is not None:
        money = money_text(*(offer.sample_price.amount,) * 2, offer.sample_price.currency)
        return Finding(1, f"samples at {money}", listed("sample.price", money))
    if offer.sample_days is not None:
        days = f"{number_text(offer.sample_days)} days"
        return Finding(1, f"samples in {days}", listed("sample.days", days))
    least = offer.min_order_quantity
    if least is not None and least.value <= 1:
        return Finding(
            1, "a single one can be ordered", listed("min_order_quantity", quantity_text(least))
        )
    findings = [
        Finding(flag, f"samples: {yes_no(flag) if flag else claim.value}",
                 claim_evidence(claim, str(claim.value)))
        for claim in view.of("sample")
        for flag in (claim_flag(claim),)
    ]  # fmt: skip
    return best(findings) or Finding(0, "samples are not mentioned")


def destination(requirement: Requirement, view: ListingView, ask: Ask) -> Finding:
    """Judge whether it is sold or sent to a place."""
    del ask
    atoms = text_atoms(requirement)
    if atoms is None:
        return unreadable(requirement)
    places: list[tuple[str, Evidence, str]] = [
        (claim.value, claim_evidence(claim, claim.value), "ships to")
        for claim in view.of("destination")
        if isinstance(claim.value, str)
    ]
    if view.supplier is not None:
        places += [(market, listed("supplier.main_markets", market), "main market:")
                   for market in view.supplier.main_markets]  # fmt: skip
        if (country := view.supplier.country) is not None:
            places.append((country, listed("supplier.country", country), "supplier in"))
    if (place := view.offer.ship_from) is not None:
        places.append((place, listed("ship_from", place), "ships from"))
    findings = []
    for name in atoms:
        wanted = normal_text(name)

        def same(stated: str, w: str = wanted) -> int:
            return int(normal_text(stated) == w)

        found = best(Finding(same(p), f"{words} {p}", e) for p, e, words in places if same(p))
        silent = Finding(0, f"delivery to {name} is not mentioned")
        findings.append(found or open_list(view, "destination", name, silent, same))
    return decide(requirement.op, findings)
