"""What a rule finds, and how findings are put together and put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from deepsearch.ranking.atoms import combine, is_negated
from deepsearch.ranking.compare import in_passing, mentioned_in_passing
from deepsearch.ranking.fields import field_words, unit_words
from deepsearch.ranking.judging.view import ListingView
from deepsearch.ranking.units import number_text
from deepsearch.ranking.vocabulary import flag_of_text
from deepsearch.schema import Claim, Evidence, EvidenceGrade, Operator, Quantity, Requirement

__all__ = [
    "VERDICT",
    "Finding",
    "best",
    "claim_evidence",
    "claim_flag",
    "decide",
    "interval_text",
    "listed",
    "open_list",
    "quantity_text",
    "silent",
    "unreadable",
    "weighed",
    "yes_no",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One status with its reason in words and what it rests on."""

    status: int
    reason: str
    evidence: Evidence | None = None


def unreadable(requirement: Requirement) -> Finding:
    """Find nothing, since the requirement itself cannot be compared."""
    words = f"{field_words(requirement.field)} {requirement.op} {requirement.value!r}"
    return Finding(0, f"{words} cannot be compared")


def silent(field: str) -> Finding:
    """Find nothing, since the listing does not say."""
    return Finding(0, f"the listing does not say its {field_words(field)}")


def decide(op: Operator, findings: Sequence[Finding]) -> Finding:
    """Put findings together; the first that has the deciding status speaks."""
    if len(findings) == 1:
        only = findings[0]
        return replace(only, status=-only.status) if is_negated(op) and only.status else only
    status = combine(op, [finding.status for finding in findings])
    raw = -status if is_negated(op) else status
    deciding = [finding for finding in findings if finding.status == raw]
    reason = "; ".join(dict.fromkeys(finding.reason for finding in deciding))
    return Finding(status, reason, next((f.evidence for f in deciding if f.evidence), None))


VERDICT = {1: "", 0: ", which leaves it open", -1: ", which is not what is needed"}


def weighed(
    status: int, stated: str, evidence: Evidence, *, op: Operator, binding: bool = True
) -> Finding:
    """Find what a statement shows, before an operator that negates turns it round.

    Args:
        status: What it shows of what the operator names.
        stated: The statement in words.
        evidence: Where it stands.
        op: The requirement's operator.
        binding: As in `in_passing`.

    Returns:
        The finding; what is only mentioned in passing violates nothing.
    """
    if mentioned_in_passing(evidence.source):
        weaker = in_passing(status, binding=binding and not is_negated(op))
        if weaker != status:
            return Finding(weaker, f"{stated} is mentioned, perhaps of something else", evidence)
    return Finding(status, f"{stated}{VERDICT[-status if is_negated(op) else status]}", evidence)


def best(findings: Iterable[Finding]) -> Finding | None:
    """OR: the most favourable finding, the first of equals.

    Where the product's own statements all say no, what is mentioned in passing cannot make
    it a yes: the question is open.
    """
    found = list(findings)
    if len(found) == 1:
        return found[0]
    top = max(found, key=lambda finding: finding.status, default=None)
    if top is None or top.status < 1 or not _in_passing(top):
        return top
    firm = [finding for finding in found if not _in_passing(finding)]
    against = max(firm, key=lambda finding: finding.status, default=None)
    if against is None or against.status >= 0:
        return top
    return replace(top, status=0, reason=f"{top.reason} is mentioned, but {against.reason}")


def _in_passing(finding: Finding) -> bool:
    return finding.evidence is not None and mentioned_in_passing(finding.evidence.source)


def claim_evidence(claim: Claim, value: str) -> Evidence:
    """Return a claim as evidence, with its value as a person would read it."""
    return Evidence(
        field=claim.dimension,
        value=value,
        source=claim.source,
        grade=claim.evidence,
        stated_on=claim.stated_on,
    )


def listed(field: str, value: str, grade: EvidenceGrade = EvidenceGrade.LISTED) -> Evidence:
    """Return a field of the record as evidence."""
    return Evidence(field=field, value=value, source=field, grade=grade)


def interval_text(low: float, high: float, unit: str | None) -> str:
    """Write an interval for a reader: "5 kg", "100 to 240 V"."""
    span = number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"
    return f"{span} {unit_words(unit, high)}" if unit else span


def quantity_text(quantity: Quantity) -> str:
    """Write a quantity for a reader: "100 pieces"."""
    return f"{number_text(quantity.value)} {unit_words(quantity.unit, quantity.value)}"


def open_list(
    view: ListingView,
    field: str,
    wanted: str,
    finding: Finding,
    rule: Callable[[str], int],
) -> Finding:
    """Silence is unknown; only a "no_<field>" claim denies what is not stated."""
    if finding.status == 1:
        return finding
    for claim in view.of(f"no_{field}"):
        if isinstance(claim.value, str) and rule(claim.value) == 1:
            return Finding(
                -1, f"the listing rules out {wanted}", claim_evidence(claim, claim.value)
            )
    if finding.evidence is None:
        return finding
    return replace(
        finding,
        status=0,
        reason=f"{field_words(field)} {finding.evidence.value} is stated, "
        f"{wanted} is not mentioned",
    )


def claim_flag(claim: Claim) -> int:
    """Read a claim as yes (1) or no (-1); 0 where it is neither."""
    if isinstance(claim.value, bool):
        return 1 if claim.value else -1
    return flag_of_text(claim.value) if isinstance(claim.value, str) else 0


def yes_no(flag: int) -> str:
    """Return the word of a flag."""
    return "yes" if flag > 0 else "no"
