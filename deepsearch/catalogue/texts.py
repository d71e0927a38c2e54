"""Lists, dictionaries, certificates and short facts written into one cell."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deepsearch.catalogue.durations import parse_days, parse_hours, parse_months, parse_years
from deepsearch.catalogue.values import (
    UnreadableValueError,
    is_missing,
    normalise,
    parse_count,
    parse_quantity,
    parse_ratio,
)

__all__ = ["certificates", "parse_dictionary", "parse_list", "read_phrase", "words_put_back"]

_MAX_LITERAL = 200_000
_MAX_DEPTH = 20


def _literal(text: str) -> Any:
    """Read a JSON or Python literal, without running anything.

    `ast.literal_eval` builds only literals; its two dangers, deep nesting and sheer size,
    are shut out before it is called.
    """
    if len(text) > _MAX_LITERAL:
        raise UnreadableValueError(f"a literal of {len(text):,} characters is too long")
    depth = deepest = 0
    for character in text:
        if character in "[{(":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]})":
            depth -= 1
    if deepest > _MAX_DEPTH:
        raise UnreadableValueError(f"nested {deepest} deep, at most {_MAX_DEPTH}")
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise UnreadableValueError(
            f"{text[:60]!r} is no literal ({type(error).__name__})"
        ) from None


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, (list, tuple, set)):
        return ", ".join(_flat(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{_flat(name)}: {_flat(item)}" for name, item in value.items())
    return "" if value is None else str(value)


def parse_dictionary(text: str) -> list[tuple[str, str]] | None:
    """Read names and values: a dict as text, JSON, or "Voltage: 220 V; Material: steel".

    Args:
        text: The cell.

    Returns:
        Pairs in order, a repeated name once; None for an empty one.

    Raises:
        UnreadableValueError: If it is neither.
    """
    if is_missing(text):
        return None
    stripped = text.strip()
    if stripped[0] in "{[":
        value = _literal(stripped)
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            # [{"name": "Voltage", "value": "220 V"}], as shop exports write it
            value = {
                str(item.get("name", item.get("key", ""))): item.get("value") for item in value
            }
        if not isinstance(value, dict):
            raise UnreadableValueError(f"{stripped[:60]!r} holds no names with values")
        pairs = [(_flat(name), _flat(item)) for name, item in value.items()]
    else:
        parts = [part for part in re.split(r"[;；\n|]", stripped) if part.strip()]
        split = [re.split(r"[:：=]", part, maxsplit=1) for part in parts]
        if any(len(pair) != 2 for pair in split):
            raise UnreadableValueError(f"{stripped[:60]!r} holds no names with values")
        pairs = [(" ".join(name.split()), " ".join(item.split())) for name, item in split]
    unique: dict[str, str] = {}
    for name, item in pairs:
        if name and not is_missing(item):
            unique.setdefault(name, item)
    return list(unique.items()) or None


def parse_list(text: str) -> list[str] | None:
    """Read a list: "['USA', 'Nepal']", "USA, Nepal; Kenya", "a|b".

    Args:
        text: The cell.

    Returns:
        Its items, each once; None for an empty one.

    Raises:
        UnreadableValueError: If a bracketed one cannot be read.
    """
    if is_missing(text):
        return None
    stripped = text.strip()
    if stripped[0] in "[{(":
        value = _literal(stripped)
        items = list(value) if isinstance(value, (list, tuple, set, dict)) else [value]
    else:
        items = re.split(r"[,;|\n、，；]", stripped)
    clean = [item for raw in items if not is_missing(item := _flat(raw))]
    return list(dict.fromkeys(clean)) or None


# ---------------------------------------------------------------- certificates

_CERTIFICATES: tuple[tuple[str, str], ...] = (
    (r"iso\s*[-/]?\s*(\d{4,5})(?:[:-]\d{4})?", "ISO {0}"),
    (r"iatf\s*-?\s*16949", "IATF 16949"),
    (r"ts\s*-?\s*16949", "IATF 16949"),
    (r"as\s*-?\s*9100[a-d]?", "AS9100"),
    (r"ohsas\s*-?\s*18001", "OHSAS 18001"),
    *(
        (re.escape(name.lower()).replace(r"\ ", r"[\s-]*"), name)
        for name in (
            "CE", "UL", "cUL", "ETL", "FCC", "FDA", "RoHS", "REACH", "CCC", "CB", "GS", "TUV",
            "SGS", "BSCI", "SEDEX", "SMETA", "GOTS", "GRS", "OEKO-TEX", "FSC", "HACCP", "HALAL",
            "KOSHER", "GMP", "BRC", "EAC", "SAA", "PSE", "KC", "BIS", "ISI", "ATEX", "UKCA",
            "LFGB", "EN71", "CPC", "CPSIA", "CARB", "Energy Star", "MSDS", "WRAP", "NSF",
        )
    ),
)  # fmt: skip
_CERTIFICATE = [
    (re.compile(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", re.IGNORECASE), name)
    for pattern, name in _CERTIFICATES
]


def certificates(text: str) -> list[str]:
    """Find certificate names in a cell that lists them: "CE & RoHS, ISO9001:2015".

    Args:
        text: The cell.

    Returns:
        Canonical names in the order they stand, each once.
    """
    found: dict[str, int] = {}
    for pattern, name in _CERTIFICATE:
        for match in pattern.finditer(text):
            found.setdefault(name.format(*match.groups()), match.start())
    return sorted(found, key=lambda name: found[name])


# ---------------------------------------------------------------- short facts

Reader = Callable[[str], Any]


_PHRASE_TABLE: tuple[tuple[str, str, Reader], ...] = (
    (
        r"re-?order rate|repurchase rate|复购率|回购率|回头率|wiederkaufrate",
        "supplier.reorder_rate",
        parse_ratio,
    ),
    (
        r"on[- ]time (?:delivery|dispatch)|准时交付|准时发货",
        "supplier.on_time_rate",
        parse_ratio,
    ),
    (r"response rate|回复率|响应率", "supplier.response_rate", parse_ratio),
    (
        r"response time|\d\s*h(?:ours?)? response|响应时间|回复时间|antwortzeit",
        "supplier.response_time_hours",
        parse_hours,
    ),
    (r"store reviews|shop reviews|店铺评价", "supplier.store_reviews", parse_count),
    (r"\bsold\b|\borders\b|transactions|已售|成交|订单", "supplier.orders", parse_count),
    (
        r"days? dispatch|dispatch(?:es|ed)? (?:in|within)|ships? (?:in|within)|发货|versand in",
        "dispatch_days",
        parse_days,
    ),
    (r"lead time|交货期|lieferzeit", "lead_time_days", parse_days),
    (r"warranty|guarantee|质保|保修|garantie|garantía", "warranty_months", parse_months),
    (
        r"^[^\d]*\d+\s*(?:yrs?|years?)(?:\s+(?:in business|on \w+|supplier|gold supplier))?$",
        "supplier.years",
        parse_years,
    ),
    (r"min\.? ?order|\bmoq\b|起订量|mindestbestell", "min_order_quantity", parse_quantity),
)
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), path, read) for pattern, path, read in _PHRASE_TABLE
)
_MARKS: Mapping[str, tuple[str, Any]] = {
    "manufacturer": ("supplier.type", "manufacturer"),
    "factory": ("supplier.type", "manufacturer"),
    "custom manufacturer": ("supplier.type", "manufacturer"),
    "厂家": ("supplier.type", "manufacturer"),
    "生产厂家": ("supplier.type", "manufacturer"),
    "hersteller": ("supplier.type", "manufacturer"),
    "fabricante": ("supplier.type", "manufacturer"),
    "fabricant": ("supplier.type", "manufacturer"),
    "manufacturer & trading company": ("supplier.type", "manufacturer"),
    "manufacturer, trading company": ("supplier.type", "manufacturer"),
    "trading company": ("supplier.type", "trading_company"),
    "trader": ("supplier.type", "trading_company"),
    "wholesaler": ("supplier.type", "trading_company"),
    "distributor": ("supplier.type", "trading_company"),
    "exporter": ("supplier.type", "trading_company"),
    "贸易公司": ("supplier.type", "trading_company"),
    "händler": ("supplier.type", "trading_company"),
    "verified": ("supplier.verified", True),
    "verified supplier": ("supplier.verified", True),
    "verified exporter": ("supplier.verified", True),
    "trustseal verified": ("supplier.verified", True),
    "verified pro": ("supplier.verified", True),
    "trade assurance": ("supplier.trade_assurance", True),
}


def read_mark(text: str) -> tuple[str, Any] | None:
    """Read a mark such as "Manufacturer" or "Verified Exporter".

    Args:
        text: One mark.

    Returns:
        (field, value), or None for a mark that says nothing this catalogue keeps.
    """
    return _MARKS.get(normalise(text).lower())


def read_phrase(text: str) -> tuple[str, Any] | None:
    """Read a short fact whose words say which field it fills.

    Args:
        text: "33% reorder rate", "≤2h response time", "3-day dispatch", "Verified".

    Returns:
        (field, value), or None for one that says nothing this catalogue keeps.
    """
    if is_missing(text) or len(text) > 120:
        return None
    clean = normalise(text)
    mark = read_mark(clean)
    if mark is not None:
        return mark
    for pattern, path, read in _PHRASES:
        if pattern.search(clean):
            try:
                value = read(clean)
            except UnreadableValueError:
                continue
            if value is not None:
                return path, value
    return None


# ---------------------------------------------------------------- titles with gaps


def words_put_back(title: str, words: Sequence[str], slug: str | None) -> str:
    """Put back the words a scraper took out of a title because they were highlighted.

    The saved title has one space more where a word is missing, or nothing at its ends;
    the words were saved apart, in their order. The page's address repeats the title's
    first words, so as far as it goes it tells exactly where they stood; beyond, the
    spaces tell, and what is left over stood at the end.

    Args:
        title: As saved, its double spaces intact.
        words: The words taken out, in order; empty ones are skipped.
        slug: The address's words joined by "-", or None.

    Returns:
        The title with single spaces.
    """
    left = [word.strip() for word in words if word.strip()]
    pieces, rest = _aligned(title, left, slug) if slug else ([], title)

    def fill(match: re.Match[str]) -> str:
        taken = [left.pop(0) for _ in range(len(match[0]) - 1) if left]
        return f" {' '.join(taken)} "

    # leading spaces of the rest are a gap too, where words stand before it
    tail = re.sub(r"(?<!^) {2,}(?=\S)" if not pieces else r" {2,}(?=\S)", fill, rest.rstrip())
    return " ".join(" ".join([*pieces, tail, *left]).split())


def _aligned(title: str, left: list[str], slug: str) -> tuple[list[str], str]:
    """Walk the address's words along the title, taking missing ones from `left`."""
    pieces: list[str] = []
    rest = title
    for step in re.split(r"[\W_]+", slug):
        if not step:
            continue
        word = re.match(r"[^\w]*\w+", rest)
        here = re.sub(r"^\W+", "", word[0]).lower() if word else ""
        if word and here == step.lower():
            pieces.append(word[0])
            rest = rest[word.end() :]
        elif left and left[0].lower() == step.lower():
            pieces.append(f" {left.pop(0)} ")
            # the space that stood before the missing word
            rest = rest.removeprefix(" ")
        else:
            break
    return ["".join(pieces)], rest
