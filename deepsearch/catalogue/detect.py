"""Which field each column of a table fills, from its name, its values, its unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from deepsearch.catalogue.durations import parse_days, parse_founding_year, parse_years
from deepsearch.catalogue.identity import id_from_url
from deepsearch.catalogue.lexicon import header_tokens, header_unit, name_scores
from deepsearch.catalogue.mapping import ColumnMapping, MappedColumn
from deepsearch.catalogue.money import currency_in, parse_price
from deepsearch.catalogue.places import country_code, currency_of, state_country
from deepsearch.catalogue.texts import parse_dictionary, read_phrase
from deepsearch.catalogue.units import canonical_unit, is_known_unit, set_of
from deepsearch.catalogue.values import (
    NegativeValueError,
    UnreadableValueError,
    is_missing,
    normalise,
    parse_count,
    parse_flag,
    parse_number,
    parse_quantity,
    parse_ratio,
    parse_score,
)

__all__ = ["Detection", "detect"]

_SAMPLE = 200
_LONGEST = 400
# A test none of the first values passes is not tried on the others.
_FIRST_LOOK = 25
_URL = re.compile(r"(?:https?:)?//[^\s]+|www\.[^\s]+", re.IGNORECASE)
_PICTURE = re.compile(
    r"[^?#]+\.(?:jpe?g|png|webp|gif|bmp|avif)(?:_[\w.]+)?(?:[?#].*)?", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
# Headers a scraper named after the page's style sheet, not after what the column holds.
_STYLE = re.compile(r"__|--|\b(?:src|href)\b|[a-z]-[a-z]+-[a-z]|^column \d+$", re.IGNORECASE)
_NOT_PRODUCT = set_of(
    "supplier company seller vendor price search scraped crawled created updated timestamp date "
    "id catid mcatid index row no nr gst iec tax vat page rank position url href src icon "
    "region bucket currency"
)


class Profile:
    """A column's values, looked at once."""

    def __init__(self, name: str, values: Sequence[str]) -> None:
        """Take the values of a sample of rows.

        Args:
            name: The column's header.
            values: Its cells.
        """
        self.name = name
        self.bare, self.unit = header_unit(name)
        self.rows = len(values)
        self.filled = [value for value in values if not is_missing(value)]
        self.distinct = list(dict.fromkeys(self.filled))
        # what is longer tells no more, and costs every test its length
        self.sample = [value[:_LONGEST] for value in self.distinct[:_SAMPLE]]

    @property
    def fill(self) -> float:
        """Share of the rows that say something."""
        return len(self.filled) / self.rows if self.rows else 0.0

    @property
    def variety(self) -> float:
        """Distinct values per value."""
        return len(self.distinct) / len(self.filled) if self.filled else 0.0

    def share(self, test: Callable[[str], object]) -> float:
        """Tell which share of the distinct values passes a test.

        Args:
            test: A reader or predicate; refusing, None and False fail.

        Returns:
            0..1.
        """
        if not self.sample:
            return 0.0
        passed = 0
        for tried, value in enumerate(self.sample):
            if tried == _FIRST_LOOK and not passed:
                return 0.0
            try:
                passed += test(value) not in (None, False)
            except UnreadableValueError:
                continue
        return passed / len(self.sample)

    def reads(self, parse: Callable[[str], object]) -> float:
        """Tell which share of the distinct values a parser reads.

        A value that says nothing ("on request") counts neither way; a negative one is
        of the right kind, if wrong.

        Args:
            parse: A reader that gives None for what says nothing.

        Returns:
            0..1.
        """
        read = said = 0
        for tried, value in enumerate(self.sample):
            if tried == _FIRST_LOOK and not read:
                return 0.0
            try:
                known = parse(value) is not None
                read += known
                said += known
            except NegativeValueError:
                read += 1
                said += 1
            except UnreadableValueError:
                said += 1
        return read / said if said else 0.0

    @cached_property
    def urls(self) -> float:
        """Share of addresses."""
        return self.share(lambda value: _URL.fullmatch(value.strip()))

    @cached_property
    def pictures(self) -> float:
        """Share of picture addresses or paths."""
        return self.share(lambda value: _PICTURE.fullmatch(value.strip()))

    @cached_property
    def numbers(self) -> float:
        """Share of bare numbers."""
        return self.share(parse_number)

    @cached_property
    def priced(self) -> float:
        """Share of prices that name a currency."""
        return self.share(lambda value: (p := parse_price(value)) is not None and p.currency)

    @cached_property
    def length(self) -> float:
        """Mean length of a distinct value."""
        return sum(map(len, self.sample)) / len(self.sample) if self.sample else 0.0

    @cached_property
    def words(self) -> float:
        """Share of values with letters that are no address."""
        return self.share(
            lambda value: any(c.isalpha() for c in value) and not _URL.fullmatch(value.strip())
        )


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


# ---------------------------------------------------------------- does a column fit a field

Gate = Callable[[Profile], float]


def _reads(parse: Callable[[str], object]) -> Gate:
    return lambda column: column.reads(parse)


def _short_words(limit: int) -> Gate:
    return lambda column: column.words if column.length <= limit else 0.0


def _code(column: Profile) -> float:
    return column.share(
        lambda value: len(value) <= 64 and not _URL.fullmatch(value) and value.count(" ") <= 2
    )


def _duration(column: Profile) -> float:
    unit = column.unit.lower() if column.unit else None
    if unit is None and "days" in header_tokens(column.bare):
        unit = "days"
    return column.reads(lambda value: parse_days(value, unit=unit))


def _years(column: Profile) -> float:
    return column.share(lambda v: (y := parse_years(v, unit="years")) is not None and y < 200)


def _founded(column: Profile) -> float:
    now = datetime.now(UTC).year
    return column.reads(lambda value: parse_founding_year(value, now=now))


def _mark(column: Profile) -> float:
    """Yes/no cells, or a picture or link that stands there only where the answer is yes."""
    yes_no = column.share(lambda value: parse_flag(value) is not None)
    lone = len(column.distinct) == 1 and 0 < column.fill < 1
    return max(yes_no, 0.9 if lone else 0.0)


def _identifier(column: Profile) -> float:
    """Codes that tell the rows apart, in nearly every row."""
    if column.fill < 0.98 or column.variety < 0.95:
        return 0.0
    return _code(column)


def _unit_words(column: Profile) -> float:
    return column.share(lambda v: is_known_unit(v) or (len(v) <= 12 and v.isalpha()))


def _ratio(column: Profile) -> float:
    return column.reads(lambda value: parse_ratio(value, percent=True))


def _title(column: Profile) -> float:
    return column.words if column.length <= 400 and column.variety > 0.02 else 0.0


_GATES: Mapping[str, Gate] = {
    "id": _identifier,
    "title": _title,
    "description": lambda c: c.words,
    "category": _short_words(120),
    "brand": _short_words(60),
    "model": _code,
    "url": lambda c: c.urls if c.pictures < 0.5 else 0.0,
    "image": lambda c: max(c.pictures, c.urls if c.variety > 0.5 else 0.0),
    "video": lambda c: c.urls,
    "origin": _short_words(60),
    "price": _reads(parse_price),
    "price_min": _reads(parse_price),
    "price_max": _reads(parse_price),
    "currency": lambda c: c.share(currency_in),
    "price_unit": _unit_words,
    "min_order_quantity": _reads(parse_quantity),
    "order_unit": _unit_words,
    "lead_time": _duration,
    "dispatch_time": _duration,
    "warranty": _duration,
    "sample_price": _reads(parse_price),
    "sample_time": _duration,
    "payment_terms": _short_words(200),
    "incoterms": _short_words(120),
    "monthly_capacity": _reads(parse_quantity),
    "stock": _reads(parse_quantity),
    "ship_from": _short_words(80),
    "certifications": _short_words(300),
    "specifications": _reads(parse_dictionary),
    "gtin": lambda c: c.share(lambda v: re.fullmatch(r"\d{8}|\d{12,14}", v.strip())),
    "hs_code": lambda c: c.share(lambda v: re.fullmatch(r"\d{4}(?:[. ]?\d{2}){0,3}", v.strip())),
    "unspsc": lambda c: c.share(lambda v: re.fullmatch(r"\d{6,8}", v.strip())),
    "etim": lambda c: c.share(lambda v: re.fullmatch(r"E[CGF]?\d{6}", v.strip())),
    "sku": _code,
    "mpn": _code,
    "supplier.id": _code,
    "supplier.name": _short_words(150),
    "supplier.type": _short_words(80),
    "supplier.country": lambda c: c.share(country_code),
    "supplier.state": _short_words(60),
    "supplier.city": _short_words(60),
    "supplier.location": _short_words(200),
    "supplier.url": lambda c: c.urls if c.pictures < 0.5 else 0.0,
    "supplier.years": _years,
    "supplier.established": _founded,
    "section": _short_words(200),
    "supplier.verified": _mark,
    "supplier.trade_assurance": _mark,
    "supplier.rating": _reads(parse_score),
    "supplier.rating_count": _reads(parse_count),
    "supplier.review_score": _reads(parse_score),
    "supplier.store_reviews": _reads(parse_count),
    "supplier.reorder_rate": _ratio,
    "supplier.on_time_rate": _ratio,
    "supplier.dispute_rate": _ratio,
    "supplier.response_rate": _ratio,
    "supplier.response_time": _duration,
    "supplier.orders": _reads(parse_count),
    "supplier.employees": lambda c: c.share(lambda v: re.search(r"\d", v)),
    "supplier.floor_area": _reads(parse_quantity),
    "supplier.annual_revenue": _reads(parse_price),
    "supplier.main_markets": _short_words(400),
    "supplier.badges": lambda c: c.words if c.length < 400 else 0.0,
}
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
        fits = _GATES[field](column) if field in _GATES else 1.0
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


# ---------------------------------------------------------------- a whole table


def _why_left(column: Profile) -> str:
    if not column.filled:
        return "empty"
    if len(column.distinct) == 1 and column.rows > 5:
        return "always the same"
    numbers = [v for v in column.filled[:50] if v.isdigit()]
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
