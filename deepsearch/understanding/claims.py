"""What a listing says of its goods, read by the same grammar as a buyer's words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from deepsearch.schema import Claim, Listing
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.language import detect
from deepsearch.understanding.parser import read_scan
from deepsearch.understanding.scan import Scan, scan
from deepsearch.understanding.text import tokenise

__all__ = ["extract_claims"]

# A supplier's text never states these of the goods themselves.
_BUYERS = frozenset(
    {
        "order_quantity",
        "annual_quantity",
        "min_order_quantity",
        "unit_price",
        "budget",
        "destination",
        "delivery_date",
        "incoterm",
        "incoterm_place",
        "payment_terms",
        "lead_time",
        "response_time",
        "supplier_type",
        "supplier_country",
        "supplier_verified",
        "supplier_years",
        "rating",
        "review_count",
        "reorder_rate",
        "on_time_rate",
        "sample",
        "pack_weight",
        "carton_size",
    }
)
_MAX_CHARS = 4000


def extract_claims(listing: Listing) -> tuple[Claim, ...]:
    """Read numbers, certificates, materials and capabilities from a listing's words.

    Precision comes first: what is said of an order rather than of the goods is left
    out, and so is what the grammar is unsure of.

    Args:
        listing: The listing; its title, attributes and description are read.

    Returns:
        Claims with the place and the words they stand on, each once; what an attribute
        says comes before what the title says, the description last.
    """
    text, places = _text(listing)
    tokens = tokenise(text)
    if not len(tokens):
        return ()
    language, lexicons = detect(text, tokens)
    scanned = scan(tokens, language, lexicons)
    title = next(at for at, place in places if place == "title")
    first = bisect_left(tokens.starts, title)
    last = bisect_left(tokens.starts, title + len(listing.title))
    _, drafts = read_scan(scanned, None, goods_kinds(tokens, first, last))
    found: dict[tuple[object, ...], Claim] = {}
    for draft in drafts:
        if draft.field in _BUYERS or draft.confidence < 0.6:
            continue
        for claim in _claims(scanned, draft, places):
            found.setdefault((claim.dimension, claim.value, claim.unit, claim.high), claim)
    return tuple(found.values())


def _text(listing: Listing) -> tuple[str, list[tuple[int, str]]]:
    """The listing as lines, and where each place begins."""
    lines: list[str] = []
    places: list[tuple[int, str]] = []
    at = 0
    pieces = [
        (f"attributes.{key}", f"{key}: {value}")
        for key, value in listing.attributes.items()
        if value
    ]
    pieces.append(("title", listing.title))
    if listing.description:
        pieces.append(("description", listing.description[:_MAX_CHARS]))
    for place, words in pieces:
        line = words.replace("\n", "; ") if place != "description" else words
        places.append((at, place))
        lines.append(line)
        at += len(line) + 1
    return "\n".join(lines), places


_CAPACITY_WORDS = re.compile(r"capacity|load|force|output|production|throughput", re.IGNORECASE)


def _of_attribute(field: str, place: str, offset: int) -> str | None:
    """What a field is in an attribute of that name, or None where the name only mentions it.

    A mass under "Capacity" or "Max Force or Load" is not the goods' own; a material in the
    name ("Aluminium Foil Web Width") is of what they handle.
    """
    name = place.removeprefix("attributes.")
    if name == place:
        return field
    if field == "weight" and _CAPACITY_WORDS.search(name):
        return "load_capacity"
    in_name = offset < len(name)
    return None if in_name and field.rpartition("_")[2] == "material" else field


def _claims(scanned: Scan, draft: Draft, places: list[tuple[int, str]]) -> Iterator[Claim]:
    start, end = scanned.span(draft.first, draft.last)
    at, place = next((at, name) for at, name in reversed(places) if at <= start)
    quote = scanned.tokens.text[start:end]
    if draft.op in ("ne", "none_of"):
        return
    values = draft.values
    field = _of_attribute(draft.field, place, start - at)
    if field is None:
        return
    if draft.op == "between" and len(values) == 2:
        yield Claim(
            dimension=field,
            value=values[0],
            unit=draft.unit,
            high=float(values[1]),
            source=place,
            quote=quote,
        )
        return
    for value in values:
        yield Claim(dimension=field, value=value, unit=draft.unit, source=place, quote=quote)
