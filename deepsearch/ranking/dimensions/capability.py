"""Certificates, what can be made and changed, and what has been made before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deepsearch.ranking.dimensions.base import (
    Dimension,
    Scene,
    Score,
    any_stated,
    best_grade,
    diminishing,
    distinct_texts,
    newest,
)
from deepsearch.ranking.judging import ListingView
from deepsearch.ranking.units import number_text
from deepsearch.ranking.vocabulary import is_audit, is_system_certificate
from deepsearch.schema import Claim, EvidenceGrade

__all__ = ["CAPABILITY", "COMPLIANCE"]

_CUSTOM = ("custom_logo", "custom_packaging", "custom_design")
_OEM = ("oem", "odm", "private_label")
_QUALITY = ("quality_control", "inspection", "test_report")
_CERTIFICATES = frozenset({"certification"})


def _valid(view: ListingView, scene: Scene) -> Iterable[Claim]:
    return (
        claim
        for claim in view.of("certification")
        if isinstance(claim.value, str)
        and (claim.expires_on is None or claim.expires_on >= scene.ask.today)
    )


def _system(view: ListingView, scene: Scene) -> Score | None:
    return distinct_texts(
        (c for c in _valid(view, scene)
         if is_system_certificate(str(c.value)) and not is_audit(str(c.value))),
        0.4,
    )  # fmt: skip


def _product(view: ListingView, scene: Scene) -> Score | None:
    return distinct_texts(
        (c for c in _valid(view, scene) if not is_system_certificate(str(c.value))), 0.5
    )


def _audits(view: ListingView, scene: Scene) -> Score | None:
    return distinct_texts((c for c in _valid(view, scene) if is_audit(str(c.value))), 0.4)


def _evidence(view: ListingView, scene: Scene) -> Score | None:
    del scene
    claims = [claim for group in view.claims.values() for claim in group]
    if not claims:
        return None
    backed = sum(claim.evidence is not EvidenceGrade.LISTED for claim in claims)
    return Score(diminishing(backed, 0.8), (backed, len(claims)), EvidenceGrade.PLATFORM)


def _offered(view: ListingView, scene: Scene, dimension: str) -> bool | None:
    """Whether a customisation is offered at the quantity asked; None: not said."""
    flags = [claim for claim in view.of(dimension) if isinstance(claim.value, bool)]
    if not flags:
        return None
    asked = view.asked(scene.ask)
    return any(
        claim.value is True
        and (claim.min_quantity is None or asked is None or claim.min_quantity <= asked)
        for claim in flags
    )


def _customisation(view: ListingView, scene: Scene) -> Score | None:
    said = {name: _offered(view, scene, name) for name in _CUSTOM}
    known = [name for name, value in said.items() if value is not None]
    if not known:
        return None
    offered = [name for name in known if said[name]]
    claims = [claim for name in known for claim in view.of(name)]
    return Score(len(offered) / len(_CUSTOM), offered, best_grade(claims), newest(claims))


def _custom_minimum(view: ListingView, scene: Scene) -> Score | None:
    least = [c.min_quantity for name in _CUSTOM for c in view.of(name)
             if c.value is True and c.min_quantity is not None]  # fmt: skip
    asked = view.asked(scene.ask)
    if not least or asked is None:
        return None
    return Score(min(1.0, asked / max(min(least), 1e-9)), min(least))


def _oem(view: ListingView, scene: Scene) -> Score | None:
    del scene
    claims = [c for name in _OEM for c in view.of(name)
              if isinstance(c.value, bool)]  # fmt: skip
    if not claims:
        return None
    yes = sorted({c.dimension.upper().replace("_", " ") for c in claims if c.value is True})
    return Score(diminishing(len(yes), 0.35), yes, best_grade(claims), newest(claims))


def _processes(view: ListingView, scene: Scene) -> Score | None:
    del scene
    return distinct_texts(view.of("process"), 0.75)


def _materials(view: ListingView, scene: Scene) -> Score | None:
    del scene
    return distinct_texts(view.of("material"), 0.75)


def _tolerance(view: ListingView, scene: Scene) -> Score | None:
    del scene
    found = [c for c in view.of("tolerance")
             if isinstance(c.value, int | float) and not isinstance(c.value, bool)
             and c.unit == "mm" and c.value >= 0]  # fmt: skip
    if not found:
        return None
    best = min(found, key=lambda claim: float(claim.value))
    return Score(0.1 / (0.1 + float(best.value)), best.value, best.evidence, best.stated_on)


def _cases(view: ListingView, scene: Scene) -> Score | None:
    del scene
    return distinct_texts(view.of("case"), 0.7)


def _quality_control(view: ListingView, scene: Scene) -> Score | None:
    del scene
    return any_stated([c for name in _QUALITY for c in view.of(name)])


def _research(view: ListingView, scene: Scene) -> Score | None:
    del scene
    claims = [c for c in view.of("research_staff")
              if isinstance(c.value, int | float) and not isinstance(c.value, bool)]  # fmt: skip
    if not claims:
        return None
    best = max(claims, key=lambda claim: float(claim.value))
    staff = float(best.value)
    return Score(staff / (staff + 10.0) if staff > 0 else 0.0, staff, best.evidence, best.stated_on)


def _list_words(prefix: str, found: Sequence[str]) -> str:
    shown = ", ".join(found[:4])
    return f"{prefix} {shown}" + (f" and {len(found) - 4} more" if len(found) > 4 else "")


COMPLIANCE: tuple[Dimension, ...] = (
    Dimension(
        name="system_certificates",
        group="compliance",
        claims=_CERTIFICATES,
        formula="1 - 0.4^n, n valid management-system certificates (ISO 9001, IATF 16949 ...)",
        prior=0.3,
        score=_system,
        words=lambda s: _list_words("company certified to", s),
    ),
    Dimension(
        name="product_certificates",
        group="compliance",
        claims=_CERTIFICATES,
        formula="1 - 0.5^n, n valid product certificates (CE, UL, FDA, RoHS ...)",
        prior=0.3,
        score=_product,
        words=lambda s: _list_words("certified to", s),
    ),
    Dimension(
        name="audits",
        group="compliance",
        claims=_CERTIFICATES,
        formula="1 - 0.4^n, n social or security audits (BSCI, SEDEX ...)",
        prior=0.3,
        score=_audits,
        words=lambda s: _list_words("audited under", s),
    ),
    Dimension(
        name="evidence",
        group="compliance",
        formula="1 - 0.8^n, n statements backed by a document, an audit or the marketplace",
        prior=0.1,
        score=_evidence,
        words=lambda s: f"{s[0]} of {s[1]} statements backed by more than the supplier's word",
    ),
)

CAPABILITY: tuple[Dimension, ...] = (
    Dimension(
        name="customisation",
        group="capability",
        claims=frozenset(_CUSTOM),
        formula="share of logo, packaging, design offered at the quantity asked",
        prior=0.3,
        score=_customisation,
        words=lambda s: (
            "customises "
            + (", ".join(n.removeprefix("custom_") for n in s) if s else "nothing at this quantity")
        ),
    ),
    Dimension(
        name="custom_minimum",
        group="capability",
        claims=frozenset(_CUSTOM),
        formula="min(1, quantity asked / smallest minimum of a customisation)",
        prior=0.4,
        score=_custom_minimum,
        words=lambda s: f"customises from {number_text(s)}",
    ),
    Dimension(
        name="oem",
        group="capability",
        claims=frozenset(_OEM),
        formula="1 - 0.35^n, n of OEM, ODM, private label offered",
        prior=0.3,
        score=_oem,
        words=lambda s: f"offers {', '.join(s)}" if s else "offers no OEM or ODM",
    ),
    Dimension(
        name="processes",
        group="capability",
        claims=frozenset({"process"}),
        formula="1 - 0.75^n, n manufacturing processes stated",
        prior=0.3,
        score=_processes,
        words=lambda s: _list_words("processes:", s),
    ),
    Dimension(
        name="materials",
        group="capability",
        claims=frozenset({"material"}),
        formula="1 - 0.75^n, n materials stated",
        prior=0.3,
        score=_materials,
        words=lambda s: _list_words("materials:", s),
    ),
    Dimension(
        name="tolerance",
        group="capability",
        claims=frozenset({"tolerance"}),
        formula="0.1 / (0.1 + tightest tolerance in mm)",
        prior=0.4,
        score=_tolerance,
        words=lambda s: f"holds ±{number_text(s)} mm",
    ),
    Dimension(
        name="cases",
        group="capability",
        claims=frozenset({"case"}),
        formula="1 - 0.7^n, n past cases stated",
        prior=0.2,
        score=_cases,
        words=lambda s: _list_words("has done", s),
    ),
    Dimension(
        name="quality_control",
        group="capability",
        claims=frozenset(_QUALITY),
        formula="1 inspection or test reports stated, 0 refused",
        prior=0.4,
        score=_quality_control,
        words=lambda s: "inspects before shipment" if s else "no inspection",
    ),
    Dimension(
        name="research",
        group="capability",
        claims=frozenset({"research_staff"}),
        formula="n / (n + 10), n research staff",
        prior=0.3,
        score=_research,
        words=lambda s: f"{number_text(s)} people in research",
    ),
)
