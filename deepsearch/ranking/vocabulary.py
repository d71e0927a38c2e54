"""Words that exclude, include or stay silent about one another.

A listing that states "mild steel" excludes aluminium, includes steel, and leaves open
whether it is galvanised. Only values known to exclude each other count as a
contradiction; two words this table does not know leave the question open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

__all__ = [
    "AUDIT_CERTIFICATES",
    "SYSTEM_CERTIFICATES",
    "canonical_certificate",
    "flag_of_text",
    "is_audit",
    "is_system_certificate",
    "normal_text",
    "text_relation",
]

# Child → parent. A stated child includes its parent; a stated parent leaves the child open.
_PARENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "material": {
            "steel": "metal", "carbon steel": "steel", "mild steel": "carbon steel",
            "stainless steel": "steel", "galvanized steel": "steel", "alloy steel": "steel",
            "iron": "metal", "cast iron": "iron", "aluminium": "metal", "copper": "metal",
            "brass": "metal", "bronze": "metal", "titanium": "metal", "zinc": "metal",
            "lead": "metal", "magnesium": "metal", "nickel": "metal",
            "pvc": "plastic", "pp": "plastic", "pe": "plastic", "hdpe": "pe", "ldpe": "pe",
            "abs": "plastic", "pet": "plastic", "pc": "plastic", "pom": "plastic",
            "nylon": "plastic", "ptfe": "plastic", "pvdf": "plastic", "acrylic": "plastic",
            "pla": "plastic", "ps": "plastic",
            "rubber": "elastomer", "silicone": "elastomer", "epdm": "rubber", "nbr": "rubber",
            "oak": "wood", "pine": "wood", "teak": "wood", "plywood": "wood", "mdf": "wood",
            "cotton": "fabric", "polyester": "fabric", "wool": "fabric", "linen": "fabric",
            "silk": "fabric", "canvas": "fabric",
            "metal": "", "plastic": "", "elastomer": "", "wood": "", "fabric": "", "glass": "",
            "ceramic": "", "paper": "", "leather": "",
            "artificial leather": "", "bamboo": "", "concrete": "",
            "stone": "", "carbon fibre": "",
        },
        "condition": {"new": "", "used": "", "refurbished": ""},
        "supplier_type": {"manufacturer": "", "trading_company": ""},
        "colour": {
            "black": "", "white": "", "red": "", "blue": "", "green": "", "yellow": "",
            "orange": "", "purple": "", "pink": "", "brown": "", "grey": "", "silver": "",
            "gold": "", "beige": "", "dark green": "green", "light green": "green",
            "navy blue": "blue", "dark blue": "blue", "light blue": "blue", "navy": "blue",
            "transparent": "",
        },
    }
)  # fmt: skip

# Words that name the same thing, within a field's own values.
_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "aluminum": "aluminium", "ss": "stainless steel", "inox": "stainless steel",
        "ms": "mild steel", "gi": "galvanized steel", "galvanised steel": "galvanized steel",
        "polypropylene": "pp", "polyethylene": "pe", "polyvinyl chloride": "pvc",
        "polycarbonate": "pc", "teflon": "ptfe", "carbon fiber": "carbon fibre",
        "pu leather": "artificial leather", "faux leather": "artificial leather",
        "synthetic leather": "artificial leather", "vegan leather": "artificial leather",
        "imitation leather": "artificial leather", "leatherette": "artificial leather",
        "microfiber leather": "artificial leather", "genuine leather": "leather",
        "real leather": "leather",
        "gray": "grey", "second hand": "used", "secondhand": "used", "trader": "trading_company",
        "trading company": "trading_company", "factory": "manufacturer",
        "bangalore": "bengaluru", "bombay": "mumbai", "madras": "chennai", "calcutta": "kolkata",
        "cochin": "kochi", "gurgaon": "gurugram", "canton": "guangzhou", "peking": "beijing",
    }
)  # fmt: skip

# One value a thing: a different value contradicts.
_SINGLE_VALUED = frozenset(
    {"brand", "origin", "supplier_country", "supplier_city", "supplier_state"}
)

SYSTEM_CERTIFICATES = frozenset(
    {
        "iso 9001", "iso 13485", "iso 14001", "iso 45001", "iso 22000", "iso 27001",
        "iso 17025", "iatf 16949", "as9100", "as 9100", "fssc 22000", "haccp", "gmp", "brc",
        "ohsas 18001", "iso 50001", "iso/ts 16949",
    }
)  # fmt: skip
"""Certificates of a company's management system: they hold for all it makes."""

AUDIT_CERTIFICATES = frozenset(
    {"bsci", "amfori bsci", "sedex", "smeta", "wrap", "sa8000", "sa 8000", "c-tpat", "ics"}
)
"""Social and security audits: they, too, hold for the company."""

_YES = frozenset({"yes", "true", "available", "supported", "acceptable", "provided", "y"})
_NO = frozenset({"no", "false", "not available", "none", "n", "without", "unavailable"})
_SEPARATORS = re.compile(r"[\s_\-/,;:()\[\]]+")
_IP = re.compile(r"^ip\s?([0-6x])([0-9x])k?$")
_MAX_PARENTS = 8
_LONGEST_KIND = 3  # words in a kind's name


@lru_cache(maxsize=65536)
def normal_text(text: str) -> str:
    """Return text for comparing: lower case, separators as single blanks, synonyms joined."""
    plain = _SEPARATORS.sub(" ", text.strip().lower()).strip()
    return _SYNONYMS.get(plain, plain)


@lru_cache(maxsize=4096)
def canonical_certificate(name: str) -> str:
    """Return a certificate's name for comparing: "ISO9001:2015" → "iso 9001"."""
    plain = name.strip().lower().split(":")[0]
    plain = re.sub(r"\b(certified|certificate|certification|approved|marking|mark)\b", "", plain)
    plain = re.sub(r"^(iso|iatf|en|iec|sa|as)[\s\-]*(\d)", r"\1 \2", plain.strip())
    return re.sub(r"\s+", " ", plain).strip(" -.")


def flag_of_text(text: str) -> int:
    """Read a word as yes (1) or no (-1); 0 where it is neither."""
    plain = normal_text(text)
    if plain in _YES:
        return 1
    return -1 if plain in _NO else 0


def is_system_certificate(name: str) -> bool:
    """Tell whether a certificate is of the company's system or an audit of its site."""
    plain = canonical_certificate(name)
    return plain in SYSTEM_CERTIFICATES or plain in AUDIT_CERTIFICATES


def is_audit(name: str) -> bool:
    """Tell whether a certificate is a social or security audit."""
    return canonical_certificate(name) in AUDIT_CERTIFICATES


@lru_cache(maxsize=65536)
def text_relation(field: str, wanted: str, stated: str) -> int:
    """Compare a stated text with a wanted one.

    Met if equal, if the stated words contain the wanted ones ("304 stainless steel" for
    "stainless steel"), or if the stated kind is one of the wanted kind. Violated only
    where the two exclude each other. Else unknown.

    Args:
        field: Canonical field name, e.g. "material".
        wanted: The buyer's value.
        stated: The listing's value.

    Returns:
        1 met, 0 unknown, -1 violated.
    """
    if field == "ip_rating":
        return _ip_relation(wanted, stated)
    if field == "hs_code":
        return _code_relation(wanted, stated)
    a, b = normal_text(wanted), normal_text(stated)
    if not a or not b or a == b:
        return int(a == b and bool(a))
    if field in _SINGLE_VALUED:
        return -1
    by_kind = _kind_relation(field, a, b)
    if by_kind is not None:
        return by_kind
    words_b = set(b.split())
    return int(all(word in words_b for word in a.split()))


def _kind_relation(field: str, wanted: str, stated: str) -> int | None:
    """Compare by the table of kinds; None where it leaves the question to the words."""
    family = _family_of(field)
    if family not in _PARENTS:
        return None
    parents = _PARENTS[family]
    kinds_a, kinds_b = _kinds(wanted, family), _kinds(stated, family)
    if len(kinds_a) != 1 or not kinds_b:
        return None
    (kind_a,) = kinds_a
    if any(kind_a == kind or kind_a in _ancestors(kind, parents) for kind in kinds_b):
        return 1 if kind_a == wanted else None
    if len(kinds_b) > 1:
        return None  # one thing may have parts of several materials
    (kind_b,) = kinds_b
    return 0 if kind_b in _ancestors(kind_a, parents) else -1


def _family_of(field: str) -> str:
    """Return the field it compares like: "head_material" → "material"."""
    last = field.rsplit("_", 1)[-1]
    return last if last in ("material", "colour") else field


@lru_cache(maxsize=65536)
def _kinds(text: str, family: str) -> frozenset[str]:
    """The most specific known kinds named in a text."""
    parents = _PARENTS[family]
    words = text.split()
    found: set[str] = set()
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_KIND, len(words)) + 1):
            phrase = " ".join(words[start:end])
            kind = _SYNONYMS.get(phrase, phrase)
            if kind in parents:
                found.add(kind)
    included = {parent for kind in found for parent in _ancestors(kind, parents)}
    # "carbon steel" is named where "mild carbon steel" is; the longest name says most
    return frozenset(
        k for k in found - included if not any(f" {k} " in f" {o} " for o in found - {k})
    )


def _ancestors(kind: str, parents: Mapping[str, str]) -> list[str]:
    chain: list[str] = []
    while (kind := parents.get(kind, "")) and len(chain) < _MAX_PARENTS:
        chain.append(kind)
    return chain


def _ip_relation(wanted: str, stated: str) -> int:
    """IP67 meets IP65: each digit at least as high. An x digit was not tested."""
    a, b = _IP.match(normal_text(wanted)), _IP.match(normal_text(stated))
    if a is None or b is None:
        return 1 if normal_text(wanted) == normal_text(stated) else 0
    status = 1
    for need, has in zip(a.groups(), b.groups(), strict=True):
        if need == "x":
            continue
        if has == "x":
            status = min(status, 0)
        elif has < need:
            return -1
    return status


def _code_relation(wanted: str, stated: str) -> int:
    """Customs codes: one a prefix of the other; another heading (4 digits) contradicts."""
    a, b = re.sub(r"\D", "", wanted), re.sub(r"\D", "", stated)
    if not a or not b:
        return 0
    if b.startswith(a):
        return 1
    return 0 if a.startswith(b) or a[:4] == b[:4] else -1
