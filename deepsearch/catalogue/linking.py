"""The same supplier, or the same product, found in several sources.

Links are suggestions beside the listings: nothing is merged, so taking a link back
leaves no trace. Only rows of different sources are compared, and only within blocks
that share something telling (a company's bare name or own web host; a valid GTIN, a
maker with part number, a picture), so the work grows with the rows and not their square.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import pyarrow as pa

from deepsearch.catalogue.values import normalise

__all__ = ["Link", "Linkable", "suggest_links"]

# A block of more is no telling one: half a marketplace sells under that picture or name.
_LARGEST_BLOCK = 50
_LEGAL = re.compile(
    r"\b(?:co|ltd|limited|llc|inc|corp|corporation|company|gmbh|ag|kg|sa|sas|sarl|srl|bv|pvt|"
    r"private|plc|oy|ab|spa|llp|import|export|and|the)\b|有限公司|股份|集团"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two records of different sources that seem to be of one thing.

    Attributes:
        kind: "supplier" or "listing".
        left: Source and id of the one, the smaller pair.
        right: Source and id of the other.
        score: 0..1.
        reasons: What they share.
    """

    kind: Literal["supplier", "listing"]
    left: tuple[str, str]
    right: tuple[str, str]
    score: float
    reasons: tuple[str, ...]


class Linkable(Protocol):
    """What of a catalogue links are looked for in."""

    @property
    def facts(self) -> pa.Table:
        """The flat columns, one row a listing."""
        ...

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Read whole columns of the listings.

        Args:
            columns: Their names in the stored table.

        Returns:
            One row a listing, in the order of `facts`.
        """
        ...


def bare_company(name: str) -> str:
    """Reduce a company's name to what tells it apart: "Acme Co., Ltd." → "acme".

    Args:
        name: As written.

    Returns:
        Lower-case words without legal forms and punctuation.
    """
    words = re.sub(r"[^\w\s]", " ", normalise(name).lower())
    return " ".join(_LEGAL.sub(" ", words).split())


def valid_gtin(code: str) -> bool:
    """Check a GTIN's length and check digit.

    Args:
        code: Digits.

    Returns:
        Whether it is a GTIN-8, -12, -13 or -14; internal codes seldom pass.
    """
    if not re.fullmatch(r"\d{8}|\d{12,14}", code) or not int(code):
        return False
    digits = [int(digit) for digit in code]
    total = sum(digit * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(digits[:-1])))
    return (10 - total % 10) % 10 == digits[-1]


def _pairs(
    blocks: Mapping[Any, Sequence[int]], sources: Sequence[str | None]
) -> Iterator[tuple[Any, int, int]]:
    for key, rows in blocks.items():
        if 2 <= len(rows) <= _LARGEST_BLOCK:
            for a, b in combinations(rows, 2):
                if sources[a] != sources[b]:
                    yield key, a, b


def _link(
    kind: Any, a: Mapping[str, Any], b: Mapping[str, Any], found: Mapping[str, float]
) -> Link:
    left, right = sorted([(a["source"] or "", a["own"]), (b["source"] or "", b["own"])])
    missing = 1.0
    for weight in found.values():
        missing *= 1 - weight  # independent signs: each leaves so much doubt
    return Link(
        kind=kind, left=left, right=right, score=round(1 - missing, 3), reasons=tuple(found)
    )


def _suppliers(facts: pa.Table) -> list[dict[str, Any]]:
    names = ["source", "supplier.id", "supplier.name", "supplier.url", "supplier.country",
             "supplier.city", "supplier.state"]  # fmt: skip
    rows = (
        facts.select(names)
        .group_by(["source", "supplier.id"], use_threads=False)
        .aggregate([(name, "first") for name in names[2:]])
    )
    return [
        {
            "source": row["source"],
            "own": row["supplier.id"],
            "name": bare_company(row["supplier.name_first"] or ""),
            "host": urlsplit(row["supplier.url_first"] or "").netloc.removeprefix("www."),
            "country": row["supplier.country_first"],
            "city": normalise(row["supplier.city_first"] or "").lower(),
        }
        for row in rows.to_pylist()
        if row["supplier.id"] is not None
    ]


def _supplier_links(facts: pa.Table) -> Iterator[Link]:
    suppliers = _suppliers(facts)
    hosts: dict[str, list[int]] = defaultdict(list)
    for i, supplier in enumerate(suppliers):
        hosts[supplier["host"]].append(i)
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, supplier in enumerate(suppliers):
        if len(supplier["name"]) >= 4:
            blocks["name", supplier["name"]].append(i)
        # a host that many suppliers of a source share is a marketplace's
        if supplier["host"] and len(hosts[supplier["host"]]) <= 4:
            blocks["host", supplier["host"]].append(i)
    sources = [supplier["source"] for supplier in suppliers]
    found: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    for (what, _), a, b in _pairs(blocks, sources):
        found[a, b]["same company name" if what == "name" else "same web host"] = (
            0.6 if what == "name" else 0.7
        )
    for (i, j), signs in found.items():
        one, other = suppliers[i], suppliers[j]
        if one["country"] and other["country"]:
            if one["country"] != other["country"]:
                continue
            signs["same country"] = 0.2
        if one["city"] and other["city"]:
            if one["city"] != other["city"] and "same web host" not in signs:
                continue
            if one["city"] == other["city"]:
                signs["same city"] = 0.6
        yield _link("supplier", one, other, signs)


def _listing_links(facts: pa.Table, media: pa.Table) -> Iterator[Link]:
    names = ["source", "id", "title", "brand", "model", "identifiers"]
    rows = facts.select(names).to_pylist()
    pictures = media["media"].to_pylist()
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        row["own"] = row["id"]
        codes = dict(row["identifiers"] or ())
        if valid_gtin(codes.get("gtin", "")):
            blocks["gtin", codes["gtin"].zfill(14)].append(i)
        part = re.sub(r"\W", "", (codes.get("mpn") or row["model"] or "").lower())
        # "M8" or "220" are sizes before they are anybody's part number
        if row["brand"] and len(part) >= 4 and any(c.isdigit() for c in part):
            blocks["part", f"{normalise(row['brand']).lower()} {part}"].append(i)
        for picture in pictures[i] or ():
            if picture["content_hash"]:
                blocks["picture", picture["content_hash"]].append(i)
    found: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    says = {
        "gtin": ("same GTIN", 0.95),
        "part": ("same maker and part number", 0.85),
        "picture": ("same picture", 0.5),
    }
    for (what, _), a, b in _pairs(blocks, [row["source"] for row in rows]):
        name, weight = says[what]
        found[a, b][name] = weight
    for (i, j), signs in found.items():
        shared = _shared_words(rows[i]["title"], rows[j]["title"])
        if shared >= 0.6:
            signs[f"{shared:.0%} of the title's words"] = 0.5
        yield _link("listing", rows[i], rows[j], signs)


def _shared_words(a: str, b: str) -> float:
    left, right = (set(re.findall(r"\w+", text.lower())) for text in (a, b))
    return len(left & right) / len(left | right) if left or right else 0.0


def suggest_links(catalogue: Linkable, *, at_least: float = 0.8) -> list[Link]:
    """Find suppliers and listings that stand in several sources of a catalogue.

    Conservative: one sign alone is not enough, but for a valid GTIN or a maker with part
    number; a differing country or city speaks against a name.

    Args:
        catalogue: Compared as it is; nothing in it changes. `Catalogue.update_links`
            keeps what is found.
        at_least: Lowest score returned, 0..1.

    Returns:
        Links, best first, ties by their ids.
    """
    media = catalogue.read(("media",))
    both: Iterable[Link] = [
        *_supplier_links(catalogue.facts),
        *_listing_links(catalogue.facts, media),
    ]
    unique = {(link.kind, link.left, link.right): link for link in both if link.score >= at_least}
    return sorted(unique.values(), key=lambda link: (-link.score, link.kind, link.left, link.right))
