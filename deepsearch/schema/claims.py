"""Quantities, money, and claims with what backs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

__all__ = [
    "Claim",
    "EvidenceGrade",
    "Money",
    "Quantity",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit, e.g. 100 piece."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency (ISO 4217)."""

    amount: float
    currency: str


class EvidenceGrade(StrEnum):
    """What a claim rests on, weakest first."""

    LISTED = "listed"
    """The supplier says so."""
    DOCUMENT = "document"
    """A certificate or report is on file."""
    AUDITED = "audited"
    """A third party checked it on site."""
    PLATFORM = "platform"
    """Measured by the marketplace from transactions."""


ClaimValue: TypeAlias = str | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing said about a listing or a supplier, and what backs it.

    Attributes:
        dimension: Canonical field name, e.g. "certification", "material", "voltage".
        value: Text, number in `unit`, or bool.
        unit: Canonical unit of a number, else None.
        high: Upper end where the claim is a range `value`..`high`.
        scope: "model", "company" or "system" where it matters, else None.
        evidence: What it rests on.
        source: Where it stands: "title", "attributes.Voltage", a file name ...
        quote: The words themselves, if it was read from text.
        stated_on: When it was said or issued.
        expires_on: When it lapses.
        number: Certificate or registration number.
        min_quantity: Quantity from which it holds (a logo's own minimum order).
    """

    dimension: str
    value: ClaimValue
    unit: str | None = None
    high: float | None = None
    scope: str | None = None
    evidence: EvidenceGrade = EvidenceGrade.LISTED
    source: str | None = None
    quote: str | None = None
    stated_on: date | None = None
    expires_on: date | None = None
    number: str | None = None
    min_quantity: float | None = None
