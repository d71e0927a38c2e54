"""Which field each column of a table fills, from its name, its values, its unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deepsearch.catalogue.gates import GATES
from deepsearch.catalogue.identity import id_from_url
from deepsearch.catalogue.lexicon import header_tokens, name_scores
from deepsearch.catalogue.mapping import ColumnMapping, MappedColumn
from deepsearch.catalogue.money import currency_in
from deepsearch.catalogue.places import country_code, currency_of, state_country
from deepsearch.catalogue.profiles import Profile
from deepsearch.catalogue.texts import parse_dictionary, read_phrase
from deepsearch.catalogue.units import canonical_unit, set_of
from deepsearch.catalogue.values import normalise

__all__ = ["Detection", "detect"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
# Headers a scraper named after the page's style sheet, not after what the column holds.
_STYLE = re.compile(r"__|--|\b(?:src|href)\b|[a-z]-[a-z]+-[a-z]|^column \d+$", re.IGNORECASE)
_NOT_PRODUCT = set_of(
    "supplier company seller vendor price search scraped crawled created updated timestamp date "
    "id catid mcatid index row no nr gst iec tax vat page rank position url href src icon "
    "region bucket currency"
)
# A column must say what its field takes in at least this share of its distinct values.
_FITS = 0.5
_SEVERAL = frozenset(
    {"image", "video", "phrases", "attributes", "title_highlight", "specifications"}
)


def _is_phrase(value: str) -> bool:
    return read_phrase(value) is not None


def _by_values(column: Profile) -> dict[str, tuple[float, str]]:
    """Score what a column's values say, whatever it is called."""
    found: dict[str, tuple[float, str]] = {}
    if not column.filled:
        return found
    if column.pictures > 0.9 and column.variety > 0.5 and column.fill > 0.5:
        found["image"] = (0.7, "addresses of pictures")
    elif column.urls > 0.95 and column.variety > 0.7 and column.fill > 0.5:
        numbered = column.share(id_from_url)
        found["url"] = (0.55 + 0.2 * numbered + 0.1 * column.fill, "addresses of pages")
    if column.priced > 0.8:
        found["price"] = (0.6 + 0.2 * column.priced, f"{column.priced:.0%} are prices")
    ordered = column.share(lambda v: re.search(r"min\.?\s*order|moq|起订", v, re.IGNORECASE))
    if ordered > 0.8:
        found["min_order_quantity"] = (0.8, "minimum orders")
    aged = column.share(lambda v: re.fullmatch(r"\d{1,2}\s*(?:yrs?|years?)", v.strip()))
    if aged > 0.9:
        found["supplier.years"] = (0.7, "years")
    coded = column.share(lambda v: len(v) == 2 and country_code(v))
    if coded > 0.9:
        found["supplier.country"] = (0.7, "country codes")
    named = column.share(lambda v: v.strip()[:1] == "{" and parse_dictionary(v))
    if named > 0.8 or (named > 0 and column.share(lambda v: v.strip()[:1] == "{") > 0.95):
        found["specifications"] = (0.8, "names and values in one cell")
    said = column.share(_is_phrase)
    if said >= 0.25 and column.length < 60 and column.numbers < 0.5 and aged < 0.9:
        found["phrases"] = (0.5 + 0.3 * said, f"{said:.0%} are short facts about the offer")
    return found


def _candidates(column: Profile) -> dict[str, tuple[float, str]]:
    """Score every field a column could fill, by name and by values."""
    found = _by_values(column)
    for field, name in name_scores(column.bare).items():
        fits = GATES[field](column) if field in GATES else 1.0
        if fits < _FITS:
            continue
        score = name * (0.5 + 0.5 * fits)
        if field == "price":
            # of two price columns the one that names its currency says more
            score += 0.4 * column.priced
        why = f"named like it; {fits:.0%} of the values fit"
        if score > found.get(field, (0.0, ""))[0]:
            found[field] = (score, why)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What was found out about a table.

    Attributes:
        mapping: The columns that were understood.
        unmapped: The others, with the reason.
        notes: What was assumed.
    """

    mapping: ColumnMapping
    unmapped: Mapping[str, str]
    notes: Sequence[str]


# ---------------------------------------------------------------- a whole table


_LONGEST_NUMBER = 18


def _why_left(column: Profile) -> str:
    if not column.filled:
        return "empty"
    if len(column.distinct) == 1 and column.rows > 5:
        return "always the same"
    # Raised figures are digits too, of which int makes nothing; nor does it of thousands of digits.
    numbers = [v for v in column.filled[:50] if v.isdecimal() and len(v) <= _LONGEST_NUMBER]
    if len(numbers) == min(len(column.filled), 50) and numbers == [
        str(int(numbers[0]) + i) for i in range(len(numbers))
    ]:
        return "numbers the rows"
    return "fits no field"


def _attribute(column: Profile) -> bool:
    """Whether a column nobody claimed reads like a property of the product."""
    tokens = header_tokens(column.bare)
    if not tokens or _STYLE.search(column.name) or _NOT_PRODUCT & set(tokens):
        return False
    if _why_left(column) != "fits no field" or column.urls > 0.1 or column.length > 120:
        return False
    if tokens[-1].endswith(("id", "code")) and column.numbers > 0.9:
        return False
    return column.share(lambda value: _DATE.fullmatch(value.strip())) < 0.5


def _base(name: str) -> str:
    return re.sub(r"\s+\d{1,2}$", "", name)


def _siblings(columns: Sequence[Profile], of: Profile) -> list[Profile]:
    """Find the filled columns of the same header, told apart by a number."""
    base = _base(of.name)
    return [c for c in columns if c is not of and c.filled and _base(c.name) == base]


def _join_siblings(
    columns: Sequence[Profile], taken: dict[str, tuple[Profile, str, float, str]]
) -> None:
    """Take the columns a scraper split off others: highlighted words, further facts."""
    for column, field, _, _ in list(taken.values()):
        for sibling in _siblings(columns, column):
            if field == "title" and sibling.length < 0.5 * column.length:
                why = "words cut out of the title"
                taken[sibling.name] = (sibling, "title_highlight", 0.8, why)
            elif field == "phrases" and sibling.name not in taken and sibling.share(_is_phrase):
                why = f"some are short facts, as in {column.name!r}"
                taken[sibling.name] = (sibling, "phrases", 0.5, why)


def _assign(
    columns: Sequence[Profile], candidates: Mapping[str, Mapping[str, tuple[float, str]]]
) -> dict[str, tuple[Profile, str, float, str]]:
    """Give every column its best field, the surest first; column name → what it fills."""
    offers = [
        (score, -place, column, field, why)
        for place, column in enumerate(columns)
        for field, (score, why) in candidates[column.name].items()
    ]
    offers.sort(key=lambda offer: (-offer[0], -offer[1], offer[3]))
    taken: dict[str, tuple[Profile, str, float, str]] = {}
    filled: set[str] = set()
    for score, _, column, field, why in offers:
        if column.name in taken or (field in filled and field not in _SEVERAL):
            continue
        taken[column.name] = (column, field, score, why)
        filled.add(field)
    return taken


def _decimal(columns: Sequence[Profile]) -> str | None:
    """Tell which decimal sign a table uses, from numbers that can be read only one way."""
    comma = point = 0
    for column in columns:
        for value in column.sample[:100]:
            for token in re.findall(r"(?<![\d.,])\d[\d.,]*\d(?![\d.,])", value)[:3]:
                if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}|0,\d+", token):
                    comma += 1
                elif re.fullmatch(r"\d{1,3}(?:,\d{2,3})+\.\d+|\d+\.\d{1,2}|0\.\d+", token):
                    point += 1
    if comma > 3 * point and comma > 0:
        return ","
    return "." if point > 3 * comma else None


def _home(taken: Mapping[str, tuple[Profile, str, float, str]]) -> tuple[str | None, str]:
    """Find the one country the suppliers' states lie in."""
    for column, field, _, _ in taken.values():
        if field in ("supplier.state", "supplier.city", "supplier.location"):
            parts = [p.strip() for value in column.distinct for p in value.split(",")]
            known = [c for part in parts if (c := state_country(part))]
            usual = len(known) >= 0.5 * len(column.distinct) and column.fill > 0.5
            if usual and len(set(known)) == 1:
                return known[0], column.name
    return None, ""


def _completed(
    mapping: ColumnMapping, taken: Mapping[str, tuple[Profile, str, float, str]]
) -> tuple[ColumnMapping, list[str]]:
    """Add what the whole table says: country, currency, decimal sign."""
    notes: list[str] = []
    fields = {field for _, field, _, _ in taken.values()}
    numeric = [c for c, field, _, _ in taken.values() if field.startswith(("price", "min_order"))]
    mapping = replace(mapping, decimal=_decimal(numeric))
    if "supplier.country" not in fields:
        country, column = _home(taken)
        if country:
            mapping = replace(mapping, country=country)
            notes.append(f"Country {country} is taken from the states in column {column!r}.")
    prices = [c for c, field, _, _ in taken.values() if field in ("price", "price_min")]
    if prices and "currency" not in fields and all(c.priced < 0.5 for c in prices):
        stated = next((code for c in prices if (code := currency_in(c.name))), None)
        if stated is None and mapping.country:
            stated = currency_of(mapping.country)
            if stated:
                notes.append(
                    f"The prices name no currency; {stated} is assumed, as the suppliers are in "
                    f"{mapping.country}. Set currency in the mapping if it is another."
                )
        if stated is None:
            notes.append(
                "The prices name no currency and are kept without one: filters and comparisons "
                "in a currency will not see them. Set currency in the mapping."
            )
        mapping = replace(mapping, currency=stated)
    return mapping, notes


def detect(header: Sequence[str], values: Sequence[Sequence[str]]) -> Detection:
    """Find out how the columns of a table become fields.

    Args:
        header: Column names, distinct.
        values: The cells of a sample of rows, one sequence a column.

    Returns:
        The mapping with a confidence a column, and what was left, with the reason.
    """
    columns = [Profile(name, cells) for name, cells in zip(header, values, strict=True)]
    candidates = {column.name: _candidates(column) for column in columns}
    taken = _assign(columns, candidates)
    _join_siblings(columns, taken)
    mapped: list[MappedColumn] = []
    unmapped: dict[str, str] = {}
    best = {field: column.name for column, field, _, _ in taken.values()}
    for column in columns:
        if column.name in taken:
            _, field, score, why = taken[column.name]
            mapped.append(_mapped(column, field, score, why))
        elif _attribute(column):
            mapped.append(_mapped(column, "attributes", 0.4, "reads like a property"))
        else:
            rivals = [field for field in candidates[column.name] if field in best]
            why = f"{rivals[0]} comes from {best[rivals[0]]!r}" if rivals else _why_left(column)
            unmapped[column.name] = why
    mapping, notes = _completed(ColumnMapping(columns=tuple(mapped)), taken)
    return Detection(mapping=mapping, unmapped=unmapped, notes=notes)


def _mapped(column: Profile, field: str, score: float, why: str) -> MappedColumn:
    unit = column.unit
    if field == "attributes":
        name = " ".join(normalise(column.bare).replace("_", " ").split())
        return MappedColumn(
            column=column.name,
            field=field,
            confidence=round(score, 2),
            why=why,
            unit=unit,
            name=name,
        )
    if unit and currency_in(unit) is None and canonical_unit(unit) is None:
        unit = None
    if field == "section":
        score, why = 0.6, "rows of one cell above the others"
    return MappedColumn(
        column=column.name, field=field, confidence=round(min(score, 1.0), 2), why=why, unit=unit
    )
